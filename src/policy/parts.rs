//! The index over patterns about parts of names: one Aho-Corasick pass finds them all.

use super::{
    matcher::TooMany,
    patterns::{Patterns, Slot},
};
use crate::name::{Form, Pattern, PatternRef};
use aho_corasick::AhoCorasick;

#[derive(Debug, Default)]
pub(super) struct Parts {
    automaton: Option<AhoCorasick>,
    /// For each of its texts, in their order, which pattern it is of.
    patterns: Vec<(Slot, Pattern)>,
}

impl Parts {
    /// The index over those patterns that stand at `slots`.
    pub(super) fn new(patterns: &Patterns, slots: &[Slot]) -> Result<Self, TooMany> {
        if slots.is_empty() {
            return Ok(Self::default());
        }
        let texts = slots.iter().map(|slot| patterns.raw(*slot).1);
        let automaton = AhoCorasick::new(texts).map_err(|why| TooMany(why.to_string()))?;
        let patterns = slots.iter().map(|slot| (*slot, patterns.get(*slot).owned())).collect();
        Ok(Self { automaton: Some(automaton), patterns })
    }

    /// The first of the patterns.
    pub(super) fn first(&self) -> Option<Slot> {
        self.patterns.first().map(|(slot, _)| *slot)
    }

    /// Tells `found` of every pattern that matches a name.
    pub(super) fn find<'p>(&'p self, name: &str, mut found: impl FnMut(Slot, PatternRef<'p>)) {
        let Some(automaton) = &self.automaton else { return };
        for part in automaton.find_overlapping_iter(name) {
            let (slot, pattern) = &self.patterns[part.pattern().as_usize()];
            let pattern = pattern.view();
            let holds = match pattern.form {
                Form::Begins => part.start() == 0,
                Form::Ends => part.end() == name.len(),
                _ => true,
            };
            if holds {
                found(*slot, pattern);
            }
        }
    }
}
