//! How an index comes about: sizes first, then entries in their buckets, then blocks that tell
//! where those are.
//!
//! A list has millions of names and every step into large memory waits for it, so names are hashed
//! twice and not kept with their hashes, and several are hashed before the first is put into its
//! bucket: so they wait together.

use super::{BUCKETS, Block, CROWDED, Head, Labels, Place, ask_for, entries};
use crate::{
    policy::{
        memory::filled,
        patterns::{Patterns, Slot},
        suffixes::{Milestones, Suffix, whole},
    },
    progress::Counter,
};

/// How many patterns are hashed before they are put into their buckets.
const ROW: usize = 64;

/// How many patterns share a bucket, on the average: with a head and a text each, they fill a line
/// of the cache.
const SHARE: usize = 2;

/// An index on its way.
pub(super) struct Filling<'p> {
    patterns: &'p Patterns,
    labels: Labels,
    entries: Vec<u8>,
    /// Where each bucket begins.
    begins: Vec<u32>,
    /// Where its entries end so far.
    ends: Vec<u32>,
}

impl<'p> Filling<'p> {
    /// Finds out how large each bucket will be.
    pub(super) fn new(patterns: &'p Patterns, count: usize) -> Self {
        let blocks = count.div_ceil(BUCKETS * SHARE).max(1);
        let mut labels = Labels { blocks: filled(Block::default(), blocks), ..Labels::default() };
        let (mut sizes, mut milestones) = (filled(0_u32, blocks * BUCKETS), 0);
        rows(patterns, |row| {
            for (slot, text) in row {
                let place = Place::of(*text, blocks);
                sizes[place.number()] += size(patterns, *slot) as u32;
                labels.blocks[place.block].seen[place.bucket] |= place.seen;
                labels.depths = labels.depths | text.depth();
                milestones += text.milestones();
            }
        });
        // They have been asked whether they are too many (`Labels::is_overfull`).
        let end = sizes.iter_mut().fold(0, |begin, size| begin + std::mem::replace(size, begin));
        let (begins, mut ends) = (sizes, filled(0, blocks * BUCKETS));
        ends.copy_from_slice(&begins);
        labels.milestones = Milestones::with_room(milestones);
        Self { patterns, labels, entries: filled(0, end as usize), begins, ends }
    }

    /// Writes the entries; each pattern that has been seen to is counted.
    pub(super) fn fill(mut self, done: &mut Counter<'_>) -> Labels {
        let blocks = self.labels.blocks.len();
        rows(self.patterns, |row| {
            for (_, text) in row {
                let bucket = Place::of(*text, blocks).number();
                ask_for(&self.entries, self.begins[bucket] as usize..self.ends[bucket] as usize);
            }
            for (slot, text) in row {
                self.add(*slot, Place::of(*text, blocks).number());
                if text.milestones() > 0 {
                    self.labels.milestones.add(self.patterns.raw(*slot).1);
                }
                done.step();
            }
        });
        self.pack()
    }

    /// Adds an entry, if its rule has not said the same before: a rule's first pattern decides, so
    /// the second never does.
    fn add(&mut self, slot: Slot, bucket: usize) {
        let (form, text) = self.patterns.raw(slot);
        let (begin, end) = (self.begins[bucket] as usize, self.ends[bucket] as usize);
        let repeated = entries(&self.entries, begin..end).any(|(head, place)| {
            head.form == form
                && &self.entries[place] == text
                && self.patterns.share_a_rule(head.slot, slot)
        });
        if repeated {
            return;
        }
        let size = size(self.patterns, slot);
        let (head, rest) = self.entries[end..end + size].split_at_mut(Head::SIZE);
        head.copy_from_slice(&Head { form, length: text.len(), slot }.write());
        rest.copy_from_slice(text);
        self.ends[bucket] += size as u32;
    }

    /// Closes the gaps that repeated patterns have left, and tells the blocks where their buckets
    /// are.
    fn pack(mut self) -> Labels {
        let mut to = 0;
        for (number, block) in self.labels.blocks.iter_mut().enumerate() {
            let mut bounds = [to as u32; BUCKETS + 1];
            for (index, bound) in bounds[1..].iter_mut().enumerate() {
                let bucket = number * BUCKETS + index;
                let (begin, end) = (self.begins[bucket] as usize, self.ends[bucket] as usize);
                if begin > to {
                    self.entries.copy_within(begin..end, to);
                }
                to += end - begin;
                *bound = to as u32;
            }
            block.bound(bounds, &mut self.labels.crowded);
        }
        self.entries.truncate(to);
        self.entries.shrink_to_fit();
        self.labels.entries = String::from_utf8(self.entries)
            .expect("heads have seven bits an octet, and texts were texts");
        self.labels
    }
}

impl Block {
    fn bound(&mut self, bounds: [u32; BUCKETS + 1], crowded: &mut Vec<[u32; BUCKETS + 1]>) {
        let [base, ends @ ..] = bounds;
        if ends[BUCKETS - 1] - base < u32::from(CROWDED) {
            self.base = base;
            self.ends = ends.map(|end| (end - base) as u16);
        } else {
            self.base = crowded.len() as u32;
            self.ends = [CROWDED; BUCKETS];
            crowded.push(bounds);
        }
    }
}

impl Place {
    /// The number of the bucket among those of all blocks.
    fn number(self) -> usize {
        self.block * BUCKETS + self.bucket
    }
}

/// Octets of a pattern's entry.
fn size(patterns: &Patterns, slot: Slot) -> usize {
    Head::SIZE + patterns.raw(slot).1.len()
}

/// Every pattern about whole labels, with its text as a suffix, in rows.
fn rows(patterns: &Patterns, mut each: impl FnMut(&[(Slot, Suffix)])) {
    let mut slots =
        patterns.slots().filter(|slot| patterns.raw(*slot).0.is_about_labels()).peekable();
    let mut row = Vec::with_capacity(ROW);
    while slots.peek().is_some() {
        row.extend(slots.by_ref().take(ROW).map(|slot| (slot, whole(patterns.raw(slot).1))));
        each(&row);
        row.clear();
    }
}
