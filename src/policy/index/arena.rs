//! All patterns of a set of rules in one piece of memory: those of the first rule, those of the
//! next, and so on.
//!
//! A list may have millions, so a pattern costs its text and five octets, and is known by where it
//! stands. Of two patterns the one that stands first decides. They stand so while the index is
//! made, which then has those of lists for itself.

use crate::dns::{Form, PatternRef};

/// Where a pattern stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Slot(u32);

/// The patterns.
#[derive(Debug, Default)]
pub(super) struct Patterns {
    /// For each pattern its form (one octet), the length of its text (four), and its text.
    octets: Vec<u8>,
    /// Where the patterns of each rule begin.
    rules: Vec<Slot>,
}

/// Form and length.
const HEAD: usize = 5;

impl Slot {
    pub(super) const fn number(self) -> u32 {
        self.0
    }

    pub(super) const fn of(number: u32) -> Self {
        Self(number)
    }
}

impl Patterns {
    /// Begins the next rule; what is added from now on is its.
    pub(super) fn begin_rule(&mut self) {
        self.rules.push(self.end());
    }

    /// Forgets the last rule and its patterns.
    pub(super) fn drop_rule(&mut self) {
        if let Some(begin) = self.rules.pop() {
            self.truncate(begin);
        }
    }

    /// Where the next pattern would stand.
    pub(super) fn end(&self) -> Slot {
        Slot(u32::try_from(self.octets.len()).unwrap_or(u32::MAX))
    }

    /// Forgets everything from a slot on.
    pub(super) fn truncate(&mut self, end: Slot) {
        self.octets.truncate(end.0 as usize);
    }

    /// How much memory they take.
    pub(super) fn octets(&self) -> usize {
        self.octets.len()
    }

    /// Whether there are more than slots can tell apart; then they must not be asked for.
    pub(super) fn is_overfull(&self) -> bool {
        self.octets.len() > u32::MAX as usize
    }

    pub(super) fn push(&mut self, pattern: PatternRef<'_>) {
        let PatternRef { form, text } = pattern;
        // A longer text makes the whole overfull.
        let length = u32::try_from(text.len()).unwrap_or(u32::MAX);
        self.octets.push(form as u8);
        self.octets.extend_from_slice(&length.to_le_bytes());
        self.octets.extend_from_slice(text.as_bytes());
    }

    /// The form and text of a pattern, the text as octets, which are cheaper to compare with.
    pub(super) fn raw(&self, slot: Slot) -> (Form, &[u8]) {
        let (head, rest) = self.octets[slot.0 as usize..].split_at(HEAD);
        let length = u32::from_le_bytes([head[1], head[2], head[3], head[4]]);
        (Form::ALL[head[0] as usize], &rest[..length as usize])
    }

    pub(super) fn get(&self, slot: Slot) -> PatternRef<'_> {
        let (form, text) = self.raw(slot);
        // They were a text when they came.
        PatternRef { form, text: std::str::from_utf8(text).unwrap_or_default() }
    }

    /// The patterns of a rule, in its order.
    pub(super) fn of_rule(&self, rule: usize) -> impl Iterator<Item = PatternRef<'_>> {
        let end = self.rules.get(rule + 1).copied().unwrap_or(self.end());
        self.between(self.rules[rule], end).map(|slot| self.get(slot))
    }

    /// The patterns of the rule that was begun last.
    pub(super) fn of_last_rule(&self) -> impl Iterator<Item = PatternRef<'_>> {
        self.rules.len().checked_sub(1).into_iter().flat_map(|last| self.of_rule(last))
    }

    /// Where the patterns of each rule begin.
    pub(super) fn rules(&self) -> &[Slot] {
        &self.rules
    }

    /// Whether two patterns are of one rule.
    pub(super) fn share_a_rule(&self, one: Slot, other: Slot) -> bool {
        let rule = |slot| self.rules.partition_point(|begin| *begin <= slot);
        rule(one) == rule(other)
    }

    /// Where all patterns stand.
    pub(super) fn slots(&self) -> impl Iterator<Item = Slot> {
        self.between(Slot(0), self.end())
    }

    fn between(&self, begin: Slot, end: Slot) -> impl Iterator<Item = Slot> {
        let existing = move |slot: &Slot| *slot < end;
        std::iter::successors(Some(begin).filter(existing), move |slot| {
            Some(self.after(*slot)).filter(existing)
        })
    }

    fn after(&self, slot: Slot) -> Slot {
        let (_, text) = self.raw(slot);
        Slot(slot.0.saturating_add((HEAD + text.len()) as u32))
    }
}
