//! The index over patterns about parts of names, and over the words that expressions need: one
//! Aho-Corasick pass finds them all.

use super::{
    expressions::Numbers,
    matcher::TooMany,
    patterns::{Patterns, Slot},
};
use crate::dns::{Form, Pattern, PatternRef};
use aho_corasick::AhoCorasick;

/// The index.
#[derive(Debug, Default)]
pub(super) struct Parts {
    automaton: Option<AhoCorasick>,
    /// For each of its texts, in their order, which pattern it is of; the words come behind them.
    patterns: Vec<(Slot, Pattern)>,
}

impl Parts {
    /// The index over those patterns that stand at `slots`, and some words.
    pub(super) fn new(
        patterns: &Patterns,
        slots: &[Slot],
        words: &[Vec<u8>],
    ) -> Result<Self, TooMany> {
        if slots.is_empty() && words.is_empty() {
            return Ok(Self::default());
        }
        let texts =
            slots.iter().map(|slot| patterns.raw(*slot).1).chain(words.iter().map(Vec::as_slice));
        let automaton = AhoCorasick::new(texts).map_err(|why| TooMany::new(&why))?;
        let patterns = slots.iter().map(|slot| (*slot, patterns.get(*slot).owned())).collect();
        Ok(Self { automaton: Some(automaton), patterns })
    }

    /// The first of the patterns.
    pub(super) fn first(&self) -> Option<Slot> {
        self.patterns.first().map(|(slot, _)| *slot)
    }

    /// Tells `found` of every pattern that matches a name, and gives back the words that it has, by
    /// their numbers.
    pub(super) fn find<'p>(
        &'p self,
        name: &str,
        mut found: impl FnMut(Slot, PatternRef<'p>),
    ) -> Numbers {
        let mut words = Numbers::new();
        let Some(automaton) = &self.automaton else { return words };
        for part in automaton.find_overlapping_iter(name) {
            let number = part.pattern().as_usize();
            let Some((slot, pattern)) = self.patterns.get(number) else {
                words.push(number - self.patterns.len());
                continue;
            };
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
        words
    }
}
