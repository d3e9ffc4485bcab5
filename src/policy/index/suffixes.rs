//! The table of the patterns about whole labels: each suffix of a QNAME is looked up in it.
//!
//! It is a hash table with open addressing and linear probing. A slot has the place of a pattern in
//! the arena and, beside it, 32 bits of the hash of its text: so a suffix that is in no list reads
//! one cache line of the table and hardly ever the arena. The text decides in the end, so two texts
//! with one hash are never confused.
//!
//! Under a list of millions both reads wait for main memory, which is most of what a decision
//! costs. A caller with several names can prefetch the memory of all of them first
//! ([`SuffixTable::prefetch_slots`], then [`SuffixTable::prefetch_texts`]).

use super::arena::{MOST_SAME, PatternArena, PatternId, TooManyPatterns};
use crate::{dns::Form, progress::Counter, sys::prefetch};
use hashbrown::{DefaultHashBuilder, HashMap};
use std::hash::{BuildHasher, Hasher};

/// The table.
#[derive(Debug, Default)]
pub(super) struct SuffixTable {
    /// At least half of them are empty, so that a search soon meets an empty one and ends.
    slots: Vec<Option<Slot>>,
    /// A bit for each number of labels that some pattern has, the lowest for one label. A suffix
    /// with another number is in no list and is not looked up.
    depths: u128,
    /// Seeded anew for each table, so that nobody can write a list whose texts share one hash.
    hasher: DefaultHashBuilder,
}

/// What an occupied slot says of its pattern.
#[derive(Clone, Copy, Debug)]
struct Slot {
    /// The lower half of the hash of its text; the upper half chooses the slot.
    tag: u32,
    id: PatternId,
}

/// The last labels of a name, with their hash.
struct Suffix<'n> {
    text: &'n [u8],
    hash: u64,
}

/// Slots of a table that no longer stays in the processor's nearest caches (half a megabyte). What
/// is smaller is there before it could be asked for.
const LARGE: usize = 1 << 16;

/// While a table is filled: for the hash of a text that many patterns have, the slot of the first
/// of them that is of the last rule, and how many come before it. So the next one is put behind
/// them without a walk over all.
type ChainEnds = HashMap<u64, (usize, usize)>;

/// From so many patterns of one text on its end is kept.
const LONG_CHAIN: usize = 8;

/// A search whose slots have been asked for.
#[derive(Clone, Copy, Debug)]
pub(in crate::policy) struct Pending {
    hash: u64,
    /// Octets of the text that is sought.
    length: usize,
}

impl SuffixTable {
    /// A table of those patterns of the arena that are about whole labels; each one is counted.
    pub(super) fn new(
        arena: &PatternArena,
        done: &mut Counter<'_>,
    ) -> Result<Self, TooManyPatterns> {
        let ids = || arena.ids().filter(|id| arena.raw(*id).0.is_about_labels());
        let mut table = Self { slots: vec![None; ids().count() * 2], ..Self::default() };
        let mut ends = ChainEnds::default();
        for id in ids() {
            table.insert(arena, id, &mut ends)?;
            done.step();
        }
        Ok(table)
    }

    /// Adds a pattern, unless its rule has it already: only the first of a rule ever decides, and a
    /// list that repeats one line would make every search for that name walk over all of them.
    fn insert(
        &mut self,
        arena: &PatternArena,
        id: PatternId,
        ends: &mut ChainEnds,
    ) -> Result<(), TooManyPatterns> {
        let (form, text) = arena.raw(id);
        let (mut hash, mut labels) = (0, 0);
        for suffix in suffixes(&self.hasher, text) {
            hash = suffix.hash;
            labels += 1;
        }
        let (first, tag) = (arena.first_beside(id), hash as u32);
        let (mut at, mut same) = ends.get(&hash).copied().unwrap_or((self.home(hash), 0));
        let mut beside = None;
        while let Some(slot) = self.slots[at] {
            // Those of the same rule were the last to come, so few texts are read here.
            if slot.tag == tag && slot.id >= first {
                if arena.raw(slot.id) == (form, text) {
                    return Ok(());
                }
                beside = beside.or(Some((at, same)));
            }
            same += usize::from(slot.tag == tag);
            at = self.after(at);
        }
        if same >= MOST_SAME {
            let same = self.candidates(hash).filter(|other| arena.raw(*other).1 == text);
            if same.count() >= MOST_SAME {
                let text = String::from_utf8_lossy(text).into_owned();
                return Err(TooManyPatterns::Same { text });
            }
        }
        self.slots[at] = Some(Slot { tag, id });
        self.depths |= 1 << (labels - 1);
        if same >= LONG_CHAIN {
            ends.insert(hash, beside.unwrap_or((at, same)));
        }
        Ok(())
    }

    /// Tells `found` of every pattern that matches a name.
    pub(super) fn find(&self, arena: &PatternArena, name: &str, mut found: impl FnMut(PatternId)) {
        for suffix in self.sought(name) {
            let is_whole = suffix.text.len() == name.len();
            for id in self.candidates(suffix.hash) {
                let (form, text) = arena.raw(id);
                if text == suffix.text && reaches(form, is_whole) {
                    found(id);
                }
            }
        }
    }

    /// The same of those that are wanted: of patterns with one text none behind one that is not.
    pub(super) fn find_while(
        &self,
        arena: &PatternArena,
        name: &str,
        wanted: impl Fn(PatternId) -> bool,
        mut found: impl FnMut(PatternId),
    ) {
        for suffix in self.sought(name) {
            let is_whole = suffix.text.len() == name.len();
            for id in self.candidates(suffix.hash) {
                let (form, text) = arena.raw(id);
                // Those of one text come in their order.
                match text == suffix.text {
                    true if !wanted(id) => break,
                    true if reaches(form, is_whole) => found(id),
                    _ => {}
                }
            }
        }
    }

    /// Asks for the slots where [`Self::find`] will begin to search for a name, without waiting for
    /// them, and tells `pending` of each of these searches.
    pub(super) fn prefetch_slots(&self, name: &str, mut pending: impl FnMut(Pending)) {
        if self.slots.len() < LARGE {
            return;
        }
        for suffix in self.sought(name) {
            prefetch(&self.slots[self.home(suffix.hash)]);
            pending(Pending { hash: suffix.hash, length: suffix.text.len() });
        }
    }

    /// Asks for the texts that such a search will compare; its slots should have come by now.
    pub(super) fn prefetch_texts(&self, arena: &PatternArena, pending: Pending) {
        self.candidates(pending.hash).for_each(|id| arena.prefetch(id, pending.length));
    }

    /// The suffixes of a name that may be in the table.
    fn sought<'n>(&self, name: &'n str) -> impl Iterator<Item = Suffix<'n>> {
        let deepest = (u128::BITS - self.depths.leading_zeros()) as usize;
        let all = suffixes(&self.hasher, name.as_bytes()).take(deepest).enumerate();
        all.filter(|(depth, _)| self.depths >> depth & 1 == 1).map(|(_, suffix)| suffix)
    }

    /// The patterns whose texts may have this hash.
    fn candidates(&self, hash: u64) -> impl Iterator<Item = PatternId> {
        let mut at = self.home(hash);
        std::iter::from_fn(move || {
            let slot = self.slots[at]?;
            at = self.after(at);
            Some(slot)
        })
        .filter(move |slot| slot.tag == hash as u32)
        .map(|slot| slot.id)
    }

    /// Where the search for a hash begins.
    fn home(&self, hash: u64) -> usize {
        (((hash >> 32) * self.slots.len() as u64) >> 32) as usize
    }

    fn after(&self, at: usize) -> usize {
        if at + 1 == self.slots.len() { 0 } else { at + 1 }
    }
}

/// The suffixes of a name, from its last label to the whole. The hash goes on from label to label,
/// so all of them together cost one pass over the name.
fn suffixes<'n>(
    hasher: &DefaultHashBuilder,
    name: &'n [u8],
) -> impl Iterator<Item = Suffix<'n>> + use<'n> {
    let (mut state, mut rest) = (hasher.build_hasher(), Some(name));
    std::iter::from_fn(move || {
        let labels = rest?;
        let begin = last_label(labels);
        state.write(&labels[begin..]);
        rest = begin.checked_sub(1).map(|dot| &labels[..dot]);
        Some(Suffix { text: &name[begin..], hash: state.finish() })
    })
}

/// Where the last label of a name begins. A dot separates labels unless it is escaped: unless the
/// backslashes before it are odd.
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

/// Whether a pattern whose text is a suffix of a name reaches the name.
fn reaches(form: Form, is_whole: bool) -> bool {
    match form {
        Form::Exact => is_whole,
        Form::Below => !is_whole,
        _ => true,
    }
}

#[cfg(test)]
mod tests {
    use super::{PatternArena, SuffixTable};
    use crate::{dns::Pattern, progress::Progress};

    fn table(rules: &[&[&str]]) -> (PatternArena, SuffixTable) {
        let mut arena = PatternArena::default();
        for rule in rules {
            arena.begin_rule();
            rule.iter().for_each(|text| arena.push(Pattern::parse(text).unwrap().view()));
        }
        let table = SuffixTable::new(&arena, &mut Progress::default().indexing()).unwrap();
        (arena, table)
    }

    fn found((arena, table): &(PatternArena, SuffixTable), name: &str) -> usize {
        let mut count = 0;
        table.find(arena, name, |_| count += 1);
        count
    }

    #[test]
    fn what_a_rule_says_twice_stands_once_and_what_two_rules_say_stands_twice() {
        let many = vec!["a.example"; 100_000];
        let table = table(&[&many, &["b.example", "a.example", "=a.example", "a.example"], &many]);
        assert_eq!(found(&table, "a.example"), 4);
        assert_eq!(found(&table, "b.example"), 1);
        assert_eq!(table.1.slots.iter().flatten().count(), 5);
    }

    #[test]
    fn what_many_rules_say_is_found_for_each() {
        let rules = vec![&["a.example"][..]; 1000];
        let table = table(&[&rules[..], &[&["b.example", "c.example"]]].concat());
        assert_eq!(found(&table, "a.example"), rules.len());
        assert_eq!(found(&table, "c.example"), 1);
        assert_eq!(found(&table, "www.b.example"), 1);
        assert_eq!(found(&table, "d.example"), 0);
    }

    #[test]
    fn a_table_without_patterns_finds_none() {
        assert_eq!(found(&table(&[&["*part*"]]), "a.example"), 0);
    }
}
