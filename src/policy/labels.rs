//! The index over patterns about whole labels: each suffix of a name is looked up in it.
//!
//! Only suffixes with as many labels as some pattern has are looked up at all. Memory is what a lookup waits for, so patterns whose
//! hashes end alike stand beside each other with their texts: whether one of them is meant is seen where the first of them is. And
//! who has several names to look up can let all of them wait together.

use super::{
    patterns::{Patterns, Slot},
    prefetch::prefetch,
    suffixes::{Depths, Suffixes, whole},
};
use crate::{
    name::{Form, PatternRef},
    progress::Counter,
};

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

/// Octets of a line of the cache.
const LINE: usize = 64;

/// The hash of a text, in the two ways that it is used.
#[derive(Clone, Copy, Debug)]
struct Place {
    bucket: usize,
    seen: u32,
}

#[derive(Debug, Default)]
pub(super) struct Labels {
    buckets: Vec<Bucket>,
    entries: Vec<u8>,
    depths: Depths,
}

impl Labels {
    /// The index over the patterns about whole labels, of which there are `count`; each that stands in it is counted.
    pub(super) fn new(patterns: &Patterns, count: usize, done: &mut Counter<'_>) -> Self {
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
        labels.each(patterns, |labels, slot, place| {
            labels.write(patterns, slot, place.bucket);
            done.step();
        });
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
        let text = whole(text);
        self.depths = self.depths | text.depth();
        self.place(text.hash)
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

    /// The numbers of labels that patterns have.
    pub(super) const fn depths(&self) -> Depths {
        self.depths
    }

    /// Tells `found` of every pattern that matches a name with these suffixes.
    pub(super) fn find<'p>(&'p self, name: &str, suffixes: &Suffixes, mut found: impl FnMut(Slot, PatternRef<'p>)) {
        // Without any pattern there are no depths, and then no buckets.
        for suffix in suffixes.at(self.depths) {
            let begin = usize::from(suffix.begin);
            let mut entries = self.entries_at(self.place(suffix.hash));
            ask_for(entries);
            while let [form, low, high, a, b, c, d, rest @ ..] = entries {
                let (text, others) = rest.split_at(usize::from(u16::from_le_bytes([*low, *high])));
                entries = others;
                let form = Form::ALL[usize::from(*form)];
                if text == &name.as_bytes()[begin..] && reaches(form, begin == 0) {
                    // It was a text when it came.
                    let text = std::str::from_utf8(text).unwrap_or_default();
                    found(Slot::of([*a, *b, *c, *d]), PatternRef { form, text });
                }
            }
        }
    }

    /// Asks for the buckets that [`Labels::find`] will read.
    pub(super) fn approach(&self, suffixes: &Suffixes) {
        for suffix in suffixes.at(self.depths) {
            let Place { bucket, .. } = self.place(suffix.hash);
            prefetch(&self.buckets[bucket]);
            prefetch(&self.buckets[bucket.saturating_sub(1)]);
        }
    }

    /// Asks for the entries that [`Labels::find`] will read; the buckets should be there.
    pub(super) fn come_near(&self, suffixes: &Suffixes) {
        for suffix in suffixes.at(self.depths) {
            ask_for(self.entries_at(self.place(suffix.hash)));
        }
    }

    /// The entries of a bucket, if there can be the one that is sought.
    fn entries_at(&self, Place { bucket, seen }: Place) -> &[u8] {
        let Bucket { end, seen: all } = self.buckets[bucket];
        if all & seen == 0 {
            return &[];
        }
        let first = bucket.checked_sub(1).map_or(0, |before| self.buckets[before].end);
        &self.entries[first as usize..end as usize]
    }
}

/// Asks for each line of the cache that entries are in.
fn ask_for(entries: &[u8]) {
    entries.iter().step_by(LINE).chain(entries.last()).for_each(prefetch);
}

/// Whether a pattern about a suffix of a name reaches the name, which may be that suffix itself.
fn reaches(form: Form, itself: bool) -> bool {
    match form {
        Form::Exact => itself,
        Form::Below => !itself,
        _ => true,
    }
}
