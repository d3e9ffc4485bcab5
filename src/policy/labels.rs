//! The index over patterns about whole labels: each suffix of a name is looked up in it.
//!
//! A suffix is hashed label by label from the right, so all suffixes of a name together cost one pass over it; and only those with as
//! many labels as some pattern has are looked up at all. Memory is what a lookup waits for, so patterns whose hashes end alike
//! stand beside each other with their texts: whether one of them is meant is seen where the first of them is.

use super::patterns::{Patterns, Slot};
use crate::name::{Form, PatternRef};
use hashbrown::DefaultHashBuilder;
use std::hash::{BuildHasher, Hasher};

/// How many patterns are hashed before they are put into their buckets.
const ROW: usize = 64;

/// How many patterns share a bucket, on the average: with a head and a text each, they fill some two lines of the cache.
const SHARE: usize = 4;

/// Form, length of the text (two octets) and slot (four) stand before each text.
const HEAD: usize = 7;

/// Patterns whose hashes end alike.
#[derive(Clone, Copy, Debug, Default)]
struct Bucket {
    /// Where its entries end and those of the next one begin.
    end: u32,
    /// A bit for each hash in it, by other bits of that: most names are seen not to be there without going there.
    seen: u32,
}

/// The hash of a text, in the two ways that it is used.
#[derive(Clone, Copy)]
struct Place {
    bucket: usize,
    seen: u32,
}

#[derive(Debug, Default)]
pub(super) struct Labels {
    buckets: Vec<Bucket>,
    entries: Vec<u8>,
    /// The bits of those numbers of labels that patterns have: a name has 127 at most.
    depths: u128,
    hasher: DefaultHashBuilder,
}

impl Labels {
    /// The index over the patterns about whole labels, of which there are `count`.
    pub(super) fn new(patterns: &Patterns, count: usize) -> Self {
        let buckets = (count / SHARE).max(1).next_power_of_two();
        let mut labels = Self { buckets: vec![Bucket::default(); buckets], ..Self::default() };
        labels.each(patterns, |labels, slot, place| {
            let bucket = &mut labels.buckets[place.bucket];
            bucket.end += u32::try_from(HEAD + patterns.raw(slot).1.len()).unwrap_or(u32::MAX);
            bucket.seen |= place.seen;
        });
        // From lengths to ends; while a bucket fills, its end stands where its next entry will.
        let mut begin = 0;
        for bucket in &mut labels.buckets {
            let length = std::mem::replace(&mut bucket.end, begin);
            begin += length;
        }
        labels.entries = vec![0; begin as usize];
        labels.each(patterns, |labels, slot, place| labels.write(patterns, slot, place.bucket));
        labels
    }

    /// Whether the entries of so many octets would be too long for their ends.
    pub(super) const fn is_overfull(octets: usize, count: usize) -> bool {
        octets + count * HEAD > u32::MAX as usize
    }

    /// Every pattern about whole labels, with its place.
    fn each(&mut self, patterns: &Patterns, mut step: impl FnMut(&mut Self, Slot, Place)) {
        let mut slots = patterns.slots().filter(|slot| patterns.raw(*slot).0.is_about_labels()).peekable();
        // Every step into large memory waits for it. Several in a row, with nothing between them, wait together.
        let mut row = Vec::with_capacity(ROW);
        while slots.peek().is_some() {
            row.extend(slots.by_ref().take(ROW).map(|slot| (slot, self.place_of(patterns.raw(slot).1))));
            row.drain(..).for_each(|(slot, place)| step(self, slot, place));
        }
    }

    /// The place of a pattern; its number of labels is noted.
    fn place_of(&mut self, text: &[u8]) -> Place {
        let (depth, hash) = suffixes(&self.hasher, text).fold((0, 0), |(depth, _), (_, hash)| (depth + 1, hash));
        self.depths |= bit(depth);
        self.place(hash)
    }

    fn place(&self, hash: u64) -> Place {
        // The number of buckets is a power of two and below 2^32, so the low bits choose one of them, and the high ones are free.
        Place { bucket: (hash as usize) & (self.buckets.len() - 1), seen: 1 << (hash >> 59) }
    }

    fn write(&mut self, patterns: &Patterns, slot: Slot, bucket: usize) {
        let (form, text) = patterns.raw(slot);
        let begin = self.buckets[bucket].end as usize;
        let (head, rest) = self.entries[begin..].split_at_mut(HEAD);
        head[0] = form as u8;
        head[1..3].copy_from_slice(&u16::try_from(text.len()).unwrap_or(u16::MAX).to_le_bytes());
        head[3..].copy_from_slice(&slot.octets());
        rest[..text.len()].copy_from_slice(text);
        self.buckets[bucket].end += (HEAD + text.len()) as u32;
    }

    /// Tells `found` of every pattern that matches a name.
    pub(super) fn find<'p>(&'p self, name: &str, mut found: impl FnMut(Slot, PatternRef<'p>)) {
        let name = name.as_bytes();
        let deepest = u128::BITS - self.depths.leading_zeros();
        for (depth, (begin, hash)) in (1..deepest).zip(suffixes(&self.hasher, name)) {
            // Without any pattern there are no depths, and then no buckets.
            if self.depths & bit(depth) == 0 {
                continue;
            }
            let Place { bucket, seen } = self.place(hash);
            let Bucket { end, seen: all } = self.buckets[bucket];
            if all & seen == 0 {
                continue;
            }
            let first = bucket.checked_sub(1).map_or(0, |before| self.buckets[before].end);
            let mut entries = &self.entries[first as usize..end as usize];
            while let [form, low, high, a, b, c, d, rest @ ..] = entries {
                let (text, others) = rest.split_at(usize::from(u16::from_le_bytes([*low, *high])));
                entries = others;
                let form = Form::ALL[usize::from(*form)];
                if text == &name[begin..] && reaches(form, begin == 0) {
                    // It was a text when it came.
                    let text = std::str::from_utf8(text).unwrap_or_default();
                    found(Slot::of([*a, *b, *c, *d]), PatternRef { form, text });
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
