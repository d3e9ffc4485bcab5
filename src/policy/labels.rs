//! The index over patterns about whole labels: each suffix of a name is looked up in it.
//!
//! Only suffixes with as many labels as some pattern has are looked up at all. Memory is what a
//! lookup waits for, so an index has two parts: *blocks*, a line of the processor's cache each, so
//! few that they stay near it; and *entries*, the patterns with their texts, in *buckets* of those
//! whose hashes are alike. A block tells of most names that no pattern is about them, and of the
//! others where their bucket is. And who has several names to look up can let all of them wait
//! together.

mod filling;

use super::{
    memory::prefetch,
    patterns::{Patterns, Slot},
    suffixes::{Depths, Milestones, Suffix, Suffixes, stretched},
};
use crate::{
    dns::{Form, PatternRef},
    progress::Counter,
};
use filling::Filling;
use std::ops::Range;

/// How many buckets share a block: as many as find room in a line of the cache.
const BUCKETS: usize = 20;

/// Octets of a line of the cache.
const LINE: usize = 64;

/// Buckets that stand beside each other.
#[derive(Clone, Copy, Debug, Default)]
#[repr(C, align(64))]
struct Block {
    /// Where the first bucket begins; in a crowded block, which of [`Labels::crowded`] tells where
    /// its buckets are.
    base: u32,
    /// Where each bucket ends and the next one begins, counted from `base`.
    ends: [u16; BUCKETS],
    /// For each bucket a bit for each hash in it, by other bits of that.
    seen: [u8; BUCKETS],
}

/// The last end of a block whose buckets are too large for its numbers.
const CROWDED: u16 = u16::MAX;

/// The ways in which a hash is used.
#[derive(Clone, Copy, Debug)]
struct Place {
    block: usize,
    bucket: usize,
    seen: u8,
}

/// What stands before the text of an entry.
#[derive(Clone, Copy, Debug)]
struct Head {
    form: Form,
    length: usize,
    slot: Slot,
}

/// The index.
#[derive(Debug, Default)]
pub(super) struct Labels {
    blocks: Vec<Block>,
    /// Where the buckets of crowded blocks begin, and where the last of them ends.
    crowded: Vec<[u32; BUCKETS + 1]>,
    /// Heads and texts. Together they are a text, so that none of them has to be made one when it
    /// is found.
    entries: String,
    depths: Depths,
    milestones: Milestones,
}

impl Block {
    fn has(&self, place: Place) -> bool {
        self.seen[place.bucket] & place.seen != 0
    }
}

impl Place {
    fn of(suffix: Suffix, blocks: usize) -> Self {
        // Each half of the hash chooses by its high bits; the low bits of the lower one are left.
        let (upper, lower) = suffix.halves();
        Self {
            block: stretched(upper, blocks),
            bucket: stretched(lower, BUCKETS),
            seen: 1 << (lower & 7),
        }
    }
}

impl Head {
    /// Form and length take two octets, the slot five, of seven bits each.
    const SIZE: usize = 7;

    /// A name in presentation form has at most some thousand octets (all of them as `\DDD`), so ten
    /// bits are enough.
    const LENGTH_BITS: usize = 10;

    fn write(self) -> [u8; Self::SIZE] {
        let form_and_length = (self.form as u64) << Self::LENGTH_BITS | self.length as u64;
        let all = u64::from(self.slot.number()) << 14 | form_and_length;
        std::array::from_fn(|index| (all >> (7 * index) & 0x7f) as u8)
    }

    fn read(octets: &[u8; Self::SIZE]) -> Self {
        let all = octets.iter().rev().fold(0_u64, |all, octet| all << 7 | u64::from(*octet));
        let form_and_length = all as usize & 0x3fff;
        Self {
            form: Form::ALL[form_and_length >> Self::LENGTH_BITS & 7],
            length: form_and_length & ((1 << Self::LENGTH_BITS) - 1),
            slot: Slot::of((all >> 14) as u32),
        }
    }
}

impl Labels {
    /// The index over the patterns about whole labels, of which there are `count`; each that stands
    /// in it is counted.
    pub(super) fn new(patterns: &Patterns, count: usize, done: &mut Counter<'_>) -> Self {
        Filling::new(patterns, count).fill(done)
    }

    /// Whether the entries of so many octets would be too long for their ends.
    pub(super) const fn is_overfull(octets: usize, count: usize) -> bool {
        octets + count * Head::SIZE > u32::MAX as usize
    }

    /// The numbers of labels that patterns have.
    pub(super) const fn depths(&self) -> Depths {
        self.depths
    }

    /// Whether a pattern may have more labels before these, at a milestone.
    pub(super) fn go_on(&self, suffix: Suffix) -> bool {
        self.milestones.go_on(suffix)
    }

    /// Tells `found` of every pattern that matches a name with these suffixes.
    pub(super) fn find<'p>(
        &'p self,
        name: &str,
        suffixes: &Suffixes,
        mut found: impl FnMut(Slot, PatternRef<'p>),
    ) {
        for suffix in suffixes.at(self.depths) {
            let begin = usize::from(suffix.begin);
            let sought = &name.as_bytes()[begin..];
            let bucket = self.bucket(suffix);
            ask_for(self.entries.as_bytes(), bucket.clone());
            for (Head { form, slot, .. }, text) in entries(self.entries.as_bytes(), bucket) {
                if &self.entries.as_bytes()[text.clone()] == sought && reaches(form, begin == 0) {
                    found(slot, PatternRef { form, text: &self.entries[text] });
                }
            }
        }
    }

    /// Asks for the blocks that [`Labels::find`] will read.
    pub(super) fn approach(&self, suffixes: &Suffixes) {
        for suffix in suffixes.at(self.depths) {
            prefetch(&self.blocks[Place::of(suffix, self.blocks.len()).block]);
        }
    }

    /// Asks for the entries that [`Labels::find`] will read; the blocks should be there.
    pub(super) fn come_near(&self, suffixes: &Suffixes) {
        for suffix in suffixes.at(self.depths) {
            ask_for(self.entries.as_bytes(), self.bucket(suffix));
        }
    }

    /// Where the bucket of a suffix is; an empty one, if what is sought cannot be in it. Without
    /// any pattern there are no depths, and then nobody asks.
    fn bucket(&self, suffix: Suffix) -> Range<usize> {
        let place = Place::of(suffix, self.blocks.len());
        let block = &self.blocks[place.block];
        if !block.has(place) {
            return 0..0;
        }
        if block.ends[BUCKETS - 1] == CROWDED {
            let bounds = &self.crowded[block.base as usize];
            return bounds[place.bucket] as usize..bounds[place.bucket + 1] as usize;
        }
        let first = place.bucket.checked_sub(1).map_or(0, |before| block.ends[before]);
        let base = block.base as usize;
        base + usize::from(first)..base + usize::from(block.ends[place.bucket])
    }
}

/// Asks for each line of the cache that a range of the octets is in.
fn ask_for(octets: &[u8], range: Range<usize>) {
    let entries = &octets[range];
    entries.iter().step_by(LINE).chain(entries.last()).for_each(prefetch);
}

/// The entries in a range of octets, each with the place of its text.
fn entries(octets: &[u8], range: Range<usize>) -> impl Iterator<Item = (Head, Range<usize>)> {
    let mut rest = range;
    std::iter::from_fn(move || {
        let head = Head::read(octets[rest.clone()].first_chunk()?);
        let begin = rest.start + Head::SIZE;
        rest.start = begin + head.length;
        Some((head, begin..rest.start))
    })
}

/// Whether a pattern about a suffix of a name reaches the name, which may be that suffix itself.
fn reaches(form: Form, itself: bool) -> bool {
    match form {
        Form::Exact => itself,
        Form::Below => !itself,
        _ => true,
    }
}

#[cfg(test)]
mod tests {
    use super::{BUCKETS, Block, CROWDED, Form, Head, LINE, Labels, Patterns, Slot, Suffixes};
    use crate::{dns::Pattern, progress::Progress};

    fn index(rules: &[&[&str]]) -> Labels {
        let mut patterns = Patterns::default();
        for rule in rules {
            patterns.begin_rule();
            rule.iter().for_each(|text| patterns.push(Pattern::parse(text).unwrap().view()));
        }
        Labels::new(&patterns, patterns.slots().count(), &mut Progress::default().indexing())
    }

    fn found(labels: &Labels, name: &str) -> usize {
        let mut count = 0;
        let suffixes = Suffixes::of(name, labels.depths(), |_| true);
        labels.find(name, &suffixes, |_, _| count += 1);
        count
    }

    #[test]
    fn a_block_is_a_line_of_the_cache() {
        assert_eq!((size_of::<Block>(), align_of::<Block>()), (LINE, LINE));
    }

    #[test]
    fn a_head_is_read_as_it_was_written_and_is_a_text() {
        for (form, length, slot) in
            [(Form::Suffix, 0, 0), (Form::Below, 1012, u32::MAX), (Form::Exact, 1023, 0x8000_0001)]
        {
            let written = Head { form, length, slot: Slot::of(slot) }.write();
            let read = Head::read(&written);
            assert!(std::str::from_utf8(&written).is_ok());
            assert_eq!((read.form, read.length, read.slot), (form, length, Slot::of(slot)));
        }
    }

    #[test]
    fn what_a_rule_says_twice_stands_once_and_what_two_rules_say_stands_twice() {
        let many = vec!["a.example"; 1000];
        let labels = index(&[&many, &["b.example", "a.example", "=a.example", "a.example"]]);
        assert_eq!(found(&labels, "a.example"), 3);
        assert_eq!(found(&labels, "b.example"), 1);
        assert_eq!(labels.entries.len(), 4 * (Head::SIZE + "a.example".len()));
    }

    #[test]
    fn buckets_that_are_too_large_for_a_block_are_found_too() {
        let rules = vec![&["a.example"][..]; 5000];
        let labels = index(&[&rules[..], &[&["b.example", "c.example"]]].concat());
        assert_eq!(
            labels.crowded.len(),
            1,
            "the entries of one name fill more than {CROWDED} octets"
        );
        assert_eq!(found(&labels, "a.example"), rules.len());
        assert_eq!(
            (
                found(&labels, "c.example"),
                found(&labels, "www.b.example"),
                found(&labels, "d.example")
            ),
            (1, 1, 0)
        );
        assert!(labels.blocks.len() > rules.len() / BUCKETS / 4);
    }
}
