//! The index over patterns about parts of names, and over the literals that expressions require:
//! one Aho-Corasick pass finds them all.

use super::{
    arena::{PatternArena, PatternId, TooManyPatterns},
    expressions::Numbers,
};
use crate::dns::Form;
use daachorse::DoubleArrayAhoCorasick;
use std::collections::HashMap;

/// Letters of all parts of names together, at most. While the automaton is built each takes some
/// 100 octets.
pub(super) const MOST_LETTERS: usize = 1 << 22;

/// The index.
#[derive(Default)]
pub(super) struct Substrings {
    /// Finds texts by their numbers.
    automaton: Option<DoubleArrayAhoCorasick<u32>>,
    /// Whose each text is, those of the first text before those of the next.
    owners: Vec<TextOwner>,
    /// Where those of each text end.
    ends: Vec<u32>,
    first: Option<PatternId>,
}

/// Who seeks a text.
#[derive(Clone, Copy, Debug)]
enum TextOwner {
    Pattern(PatternId, Form),
    /// An expression, by the number of its literal.
    Literal(u32),
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
        let patterns = ids.iter().map(|id| {
            let (form, text) = arena.raw(*id);
            (text, TextOwner::Pattern(*id, form))
        });
        let literals =
            (0..).zip(literals).map(|(number, text)| (&**text, TextOwner::Literal(number)));
        let (mut numbers, mut texts, mut owners) = (HashMap::new(), Vec::new(), Vec::new());
        for (text, owner) in patterns.chain(literals) {
            let number = *numbers.entry(text).or_insert_with(|| {
                texts.push(text);
                texts.len() - 1
            });
            owners.push((number, owner));
        }
        let automaton = DoubleArrayAhoCorasick::new(texts)
            .map_err(|why| TooManyPatterns::Kind(why.to_string()))?;
        owners.sort_by_key(|(number, _)| *number);
        let of_one_text = owners.chunk_by(|(one, _), (other, _)| one == other);
        let ends = of_one_text.scan(0, |end, owners| {
            *end += owners.len() as u32;
            Some(*end)
        });
        Ok(Self {
            automaton: Some(automaton),
            ends: ends.collect(),
            owners: owners.iter().map(|(_, owner)| *owner).collect(),
            first: ids.first().copied(),
        })
    }

    /// The first of the patterns.
    pub(super) const fn first(&self) -> Option<PatternId> {
        self.first
    }

    /// Tells `found` of every pattern that matches a name, and gives back the literals that it has,
    /// by their numbers.
    pub(super) fn find(&self, name: &str, mut found: impl FnMut(PatternId)) -> Numbers {
        let mut literals = Numbers::new();
        let Some(automaton) = &self.automaton else { return literals };
        for part in automaton.find_overlapping_iter(name) {
            for owner in self.owners_of(part.value() as usize) {
                match *owner {
                    TextOwner::Literal(number) => literals.push(number as usize),
                    TextOwner::Pattern(_, Form::Begins) if part.start() > 0 => {}
                    TextOwner::Pattern(_, Form::Ends) if part.end() < name.len() => {}
                    TextOwner::Pattern(id, _) => found(id),
                }
            }
        }
        literals
    }

    fn owners_of(&self, text: usize) -> &[TextOwner] {
        let begin = text.checked_sub(1).map_or(0, |before| self.ends[before]);
        &self.owners[begin as usize..self.ends[text] as usize]
    }
}

impl std::fmt::Debug for Substrings {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Substrings").field("owners", &self.owners).finish_non_exhaustive()
    }
}
