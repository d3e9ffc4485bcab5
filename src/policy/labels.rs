//! The index over patterns about whole labels: one table that each suffix of a name is looked up in.
//!
//! A suffix is hashed label by label from the right, so all suffixes of a name together cost one pass over it; and only those
//! with as many labels as some pattern has are looked up at all.

use super::patterns::{Patterns, Slot};
use crate::name::Form;
use hashbrown::{DefaultHashBuilder, HashTable};
use std::hash::{BuildHasher, Hasher};

/// How many patterns are hashed before they are put into the table.
const ROW: usize = 64;

#[derive(Debug, Default)]
pub(super) struct Labels {
    /// Slots by the hash of their texts. A text may stand in it several times, for each rule and form once.
    table: HashTable<Slot>,
    /// The bits of those numbers of labels that patterns have: a name has 127 at most.
    depths: u128,
    hasher: DefaultHashBuilder,
}

impl Labels {
    /// The index over the patterns about whole labels, of which there are `count`.
    pub(super) fn new(patterns: &Patterns, count: usize) -> Self {
        let mut labels = Self { table: HashTable::with_capacity(count), ..Self::default() };
        let mut slots = patterns.slots().filter(|slot| patterns.raw(*slot).0.is_about_labels()).peekable();
        // Every step into a large table waits for memory. Several in a row, with nothing between them, wait together.
        let mut row = Vec::with_capacity(ROW);
        while slots.peek().is_some() {
            row.extend(slots.by_ref().take(ROW).map(|slot| (slot, labels.hash(patterns, slot))));
            row.drain(..).for_each(|(slot, hash)| labels.insert(patterns, slot, hash));
        }
        labels
    }

    /// The hash of the text of a pattern; its number of labels is noted.
    fn hash(&mut self, patterns: &Patterns, slot: Slot) -> u64 {
        let (depth, hash) = suffixes(&self.hasher, patterns.raw(slot).1).fold((0, 0), |(depth, _), (_, hash)| (depth + 1, hash));
        self.depths |= bit(depth);
        hash
    }

    fn insert(&mut self, patterns: &Patterns, slot: Slot, hash: u64) {
        // Whoever gives a name twice means it once.
        let same = |other: &Slot| patterns.raw(*other) == patterns.raw(slot) && patterns.rule(*other) == patterns.rule(slot);
        if self.table.find(hash, same).is_none() {
            let rehash = |slot: &Slot| suffixes(&self.hasher, patterns.raw(*slot).1).last().map_or(0, |(_, hash)| hash);
            self.table.insert_unique(hash, slot, rehash);
        }
    }

    /// Tells `found` of every pattern that matches a name.
    pub(super) fn find(&self, patterns: &Patterns, name: &str, mut found: impl FnMut(Slot)) {
        let name = name.as_bytes();
        let deepest = u128::BITS - self.depths.leading_zeros();
        for (depth, (begin, hash)) in (1..deepest).zip(suffixes(&self.hasher, name)) {
            if self.depths & bit(depth) == 0 {
                continue;
            }
            for &slot in self.table.iter_hash(hash) {
                let (form, text) = patterns.raw(slot);
                if text == &name[begin..] && reaches(form, begin == 0) {
                    found(slot);
                }
            }
        }
    }
}

/// Whether a pattern about a suffix of a name reaches the name, which may be that suffix itself.
fn reaches(form: Form, itself: bool) -> bool {
    match form {
        Form::Exact => itself,
        Form::Below => !itself,
        _ => true,
    }
}

fn bit(depth: u32) -> u128 {
    1_u128.checked_shl(depth).unwrap_or_default()
}

/// What a name ends with, cut between labels, from the last label alone to the whole: where each begins, and its hash.
fn suffixes(hasher: &DefaultHashBuilder, name: &[u8]) -> impl Iterator<Item = (usize, u64)> {
    let mut state = hasher.build_hasher();
    let mut rest = Some(name.len());
    std::iter::from_fn(move || {
        let end = rest?;
        let begin = last_label(&name[..end]);
        state.write(&name[begin..end]);
        rest = begin.checked_sub(1);
        Some((begin, state.finish()))
    })
}

/// Where the last label of a name begins. A dot separates labels unless it is escaped: unless the backslashes before it are odd.
fn last_label(name: &[u8]) -> usize {
    let mut end = name.len();
    while let Some(dot) = name[..end].iter().rposition(|octet| *octet == b'.') {
        let backslashes = name[..dot].iter().rev().take_while(|octet| **octet == b'\\').count();
        if backslashes % 2 == 0 {
            return dot + 1;
        }
        end = dot;
    }
    0
}
