//! The index over patterns about parts of names, and over the literals that expressions require:
//! one Aho-Corasick pass finds them all.

use super::{
    arena::{PatternArena, PatternId, TooManyPatterns},
    expressions::Numbers,
};
use crate::dns::Form;
use aho_corasick::AhoCorasick;

/// The index.
#[derive(Debug, Default)]
pub(super) struct Substrings {
    automaton: Option<AhoCorasick>,
    /// For each of its texts, in their order, which pattern it is of; the literals come behind
    /// them.
    patterns: Vec<(PatternId, Form)>,
}

impl Substrings {
    /// The index over some patterns of the arena, and some literals.
    pub(super) fn new(
        arena: &PatternArena,
        ids: &[PatternId],
        literals: &[Vec<u8>],
    ) -> Result<Self, TooManyPatterns> {
        if ids.is_empty() && literals.is_empty() {
            return Ok(Self::default());
        }
        let texts = ids.iter().map(|id| arena.raw(*id).1);
        let automaton = AhoCorasick::new(texts.chain(literals.iter().map(Vec::as_slice)))
            .map_err(|why| TooManyPatterns::new(&why))?;
        let patterns = ids.iter().map(|id| (*id, arena.raw(*id).0)).collect();
        Ok(Self { automaton: Some(automaton), patterns })
    }

    /// The first of the patterns.
    pub(super) fn first(&self) -> Option<PatternId> {
        self.patterns.first().map(|(id, _)| *id)
    }

    /// Tells `found` of every pattern that matches a name, and gives back the literals that it has,
    /// by their numbers.
    pub(super) fn find(&self, name: &str, mut found: impl FnMut(PatternId)) -> Numbers {
        let mut literals = Numbers::new();
        let Some(automaton) = &self.automaton else { return literals };
        for part in automaton.find_overlapping_iter(name) {
            let number = part.pattern().as_usize();
            let Some((id, form)) = self.patterns.get(number) else {
                literals.push(number - self.patterns.len());
                continue;
            };
            let holds = match form {
                Form::Begins => part.start() == 0,
                Form::Ends => part.end() == name.len(),
                _ => true,
            };
            if holds {
                found(*id);
            }
        }
        literals
    }
}
