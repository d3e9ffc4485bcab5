//! All patterns of a set of rules in one piece of memory: those of the first rule, those of the
//! next, and so on.
//!
//! A list may have millions of patterns, so a pattern is no object of its own: it costs its text
//! and five octets, and is known by where it stands, in four octets. Of two patterns the one that
//! stands first decides.

use crate::{
    dns::{Form, PatternRef},
    sys::prefetch,
};
use std::num::NonZeroU32;
use thiserror::Error;

/// A pattern of an arena: where its text begins. A head comes before it, so that is never 0, and an
/// [`Option`] of it takes no more room.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(in crate::policy) struct PatternId(NonZeroU32);

/// The patterns.
#[derive(Debug, Default)]
pub(in crate::policy) struct PatternArena {
    /// For each pattern a head, which is its form (one octet) and the length of its text (four),
    /// and then the text.
    octets: Vec<u8>,
    /// Where the patterns of each rule begin.
    rules: Vec<usize>,
    /// Whether there was no room for one, which had to be left out.
    is_full: bool,
}

/// Octets of a head.
const HEAD: usize = 5;

/// Octets of all patterns of a set of rules, at most: fifty million names, which take as much
/// memory again for their index.
const MAX_OCTETS: usize = 1 << 30;

/// Patterns of one text in a set of rules, at most: a query about such a name asks each of their
/// rules, which takes some 10 ns.
pub(super) const MOST_SAME: usize = 1024;

/// Patterns that pass, together, what an index can hold; each alone has been tried before.
#[derive(Debug, Error)]
pub(in crate::policy) enum TooManyPatterns {
    /// All of them.
    #[error("the names of one list of rules have at most {MAX_OCTETS} octets")]
    Octets,
    /// Those with one text.
    #[error("at most {MOST_SAME} patterns of one list of rules say the same: {text:?}")]
    Same {
        /// That text.
        text: String,
    },
    /// Those of one kind.
    #[error("there are too many patterns of one kind: {0}")]
    Kind(String),
}

impl PatternId {
    fn text_begin(self) -> usize {
        self.0.get() as usize
    }
}

impl PatternArena {
    /// Begins the next rule; what is added from now on is its.
    pub(in crate::policy) fn begin_rule(&mut self) {
        self.rules.push(self.end());
    }

    /// Removes the last rule and its patterns.
    pub(in crate::policy) fn drop_rule(&mut self) {
        if let Some(begin) = self.rules.pop() {
            self.truncate(begin);
        }
    }

    /// Where the next pattern would stand.
    pub(in crate::policy) const fn end(&self) -> usize {
        self.octets.len()
    }

    /// Removes every pattern that was added since this was the end.
    pub(in crate::policy) fn truncate(&mut self, end: usize) {
        self.octets.truncate(end);
    }

    /// Adds a pattern to the last rule.
    pub(in crate::policy) fn push(&mut self, pattern: PatternRef<'_>) {
        let PatternRef { form, text } = pattern;
        let room = MAX_OCTETS.checked_sub(self.end() + HEAD + text.len());
        let (Some(_), Ok(length)) = (room, u32::try_from(text.len())) else {
            self.is_full = true;
            return;
        };
        self.octets.push(form as u8);
        self.octets.extend_from_slice(&length.to_le_bytes());
        self.octets.extend_from_slice(text.as_bytes());
    }

    /// Whether there was no room for one.
    pub(in crate::policy) const fn is_full(&self) -> bool {
        self.is_full
    }

    /// Nothing if every pattern has an id; it must be asked before any of them.
    pub(super) fn check_size(&self) -> Result<(), TooManyPatterns> {
        if self.is_full { Err(TooManyPatterns::Octets) } else { Ok(()) }
    }

    /// All patterns, in order.
    pub(super) fn ids(&self) -> impl Iterator<Item = PatternId> {
        self.text_begins(0, self.end()).map(|begin| {
            let id = u32::try_from(begin).ok().and_then(NonZeroU32::new);
            PatternId(id.expect("it is behind a head, and check_size has been asked"))
        })
    }

    /// The form and text of a pattern, the text as octets, which are cheaper to compare with.
    pub(super) fn raw(&self, id: PatternId) -> (Form, &[u8]) {
        self.raw_at(id.text_begin())
    }

    /// Prefetches a pattern whose text probably has this many octets.
    pub(super) fn prefetch(&self, id: PatternId, length: usize) {
        let text = id.text_begin();
        // Few patterns are longer than a cache line, but many lie across the end of one.
        self.octets[text - HEAD..].iter().take(1).for_each(prefetch);
        self.octets.get(text + length - 1).into_iter().for_each(prefetch);
    }

    /// A pattern.
    pub(super) fn get(&self, id: PatternId) -> PatternRef<'_> {
        self.get_at(id.text_begin())
    }

    /// The number of a pattern's rule.
    pub(super) fn rule_of(&self, id: PatternId) -> usize {
        // A rule without patterns begins where the next one does, so the last that begins there is
        // meant.
        self.rules.partition_point(|begin| *begin < id.text_begin()) - 1
    }

    /// What comes before every pattern of the same rule, and behind those of the rules above.
    pub(super) fn first_beside(&self, id: PatternId) -> PatternId {
        // A text begins behind a head, so the place where a rule begins is none's but 0.
        let begin = self.rules[self.rule_of(id)].max(1);
        PatternId(u32::try_from(begin).ok().and_then(NonZeroU32::new).unwrap_or(id.0))
    }

    /// Whether a pattern is of a rule above this one.
    pub(super) fn is_above(&self, id: PatternId, rule: usize) -> bool {
        id.text_begin() <= self.rules[rule]
    }

    /// The patterns of a rule, in its order.
    pub(in crate::policy) fn of_rule(&self, rule: usize) -> impl Iterator<Item = PatternRef<'_>> {
        let end = self.rules.get(rule + 1).copied().unwrap_or(self.end());
        self.text_begins(self.rules[rule], end).map(|begin| self.get_at(begin))
    }

    /// The patterns of the rule that was begun last.
    pub(in crate::policy) fn of_last_rule(&self) -> impl Iterator<Item = PatternRef<'_>> {
        self.rules.len().checked_sub(1).into_iter().flat_map(|last| self.of_rule(last))
    }

    /// Where the texts begin of all patterns that stand between two places.
    fn text_begins(&self, begin: usize, end: usize) -> impl Iterator<Item = usize> {
        let mut next = begin;
        std::iter::from_fn(move || {
            let text = (next < end).then_some(next + HEAD)?;
            next = text + self.raw_at(text).1.len();
            Some(text)
        })
    }

    fn raw_at(&self, text_begin: usize) -> (Form, &[u8]) {
        let (heads, texts) = self.octets.split_at(text_begin);
        let [.., form, a, b, c, d] = heads else {
            unreachable!("a head comes before every text");
        };
        let length = u32::from_le_bytes([*a, *b, *c, *d]) as usize;
        (Form::ALL[usize::from(*form)], &texts[..length])
    }

    fn get_at(&self, text_begin: usize) -> PatternRef<'_> {
        let (form, text) = self.raw_at(text_begin);
        PatternRef { form, text: str::from_utf8(text).expect("it was pushed as a text") }
    }
}
