//! What a name ends with, cut between labels: hashed once, for every index that is asked.
//!
//! A suffix is hashed label by label from the right, so all suffixes of a name together cost one
//! pass over it. Patterns of many labels leave *milestones*: a name is followed beyond its eighth
//! label from the right, its sixteenth and so on, only where some pattern is as long and ends
//! alike.

use hashbrown::DefaultHashBuilder;
use smallvec::SmallVec;
use std::{
    hash::{BuildHasher, Hasher},
    ops::BitOr,
    sync::LazyLock,
};

/// One hasher for all indexes, because a name may be sought in several; made at the start, so that
/// no list can be written whose texts all have one hash.
static HASHER: LazyLock<DefaultHashBuilder> = LazyLock::new(DefaultHashBuilder::default);

/// A set of numbers of labels.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Depths(u128);

/// A part of a name, from the beginning of a label to its end.
#[derive(Clone, Copy, Debug)]
pub(super) struct Suffix {
    /// Where it begins.
    pub(super) begin: u16,
    /// How many labels it has.
    depth: u16,
    hash: u64,
}

/// The suffixes of a name that an index may have, the shortest first. They ask for memory only
/// where they pass a milestone.
#[derive(Clone, Debug, Default)]
pub struct Suffixes(SmallVec<[Suffix; MILE as usize]>);

/// How many labels lie between two milestones.
const MILE: u16 = 8;

/// The milestones of all patterns of an index: a bit for each, by its hash, so a name may be
/// followed in vain.
#[derive(Debug, Default)]
pub(super) struct Milestones {
    bits: Vec<u64>,
}

impl Depths {
    /// One number alone; nothing for more labels than a name can have (RFC 1035 section 2.3.4
    /// leaves room for 127).
    const fn of(depth: u16) -> Self {
        Self(if depth < u128::BITS as u16 { 1 << depth } else { 0 })
    }

    const fn meet(self, other: Self) -> bool {
        self.0 & other.0 != 0
    }

    const fn most(self) -> u32 {
        u128::BITS - self.0.leading_zeros()
    }
}

impl BitOr for Depths {
    type Output = Self;

    fn bitor(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }
}

impl Suffix {
    /// How many labels it has, as a set.
    pub(super) const fn depth(self) -> Depths {
        Depths::of(self.depth)
    }

    /// How many milestones lie before its end.
    pub(super) fn milestones(self) -> usize {
        usize::from((self.depth - 1) / MILE)
    }

    const fn is_milestone(self) -> bool {
        self.depth.is_multiple_of(MILE)
    }

    /// The halves of its hash, the upper one first.
    pub(super) const fn halves(self) -> (u32, u32) {
        ((self.hash >> 32) as u32, self.hash as u32)
    }
}

/// One of so many places, chosen by half a hash that is stretched over them.
pub(super) const fn stretched(half: u32, places: usize) -> usize {
    ((half as u64 * places as u64) >> 32) as usize
}

impl Suffixes {
    /// Those suffixes of a name that have one of these numbers of labels, up to the first milestone
    /// from which `goes_on` says that no pattern does.
    pub(super) fn of(name: &str, depths: Depths, goes_on: impl Fn(Suffix) -> bool) -> Self {
        let mut found = SmallVec::new();
        walk(name.as_bytes(), |suffix| {
            if suffix.depth().meet(depths) {
                found.push(suffix);
            }
            u32::from(suffix.depth) + 1 < depths.most()
                && (!suffix.is_milestone() || goes_on(suffix))
        });
        Self(found)
    }

    /// Those that have one of these numbers of labels.
    pub(super) fn at(&self, depths: Depths) -> impl Iterator<Item = Suffix> {
        self.0.iter().copied().filter(move |suffix| suffix.depth().meet(depths))
    }
}

impl Milestones {
    /// How many bits one milestone has to itself, on the average.
    const ROOM: usize = 8;

    /// Milestones of which there will be so many, or fewer.
    pub(super) fn with_room(count: usize) -> Self {
        Self { bits: vec![0; (count * Self::ROOM).div_ceil(u64::BITS as usize)] }
    }

    /// Adds those of a pattern's text.
    pub(super) fn add(&mut self, text: &[u8]) {
        walk(text, |suffix| {
            if suffix.is_milestone() && usize::from(suffix.begin) > 0 {
                let (word, bit) = self.place(suffix);
                self.bits[word] |= bit;
            }
            true
        });
    }

    /// Whether a pattern may go on from a milestone.
    pub(super) fn go_on(&self, suffix: Suffix) -> bool {
        !self.bits.is_empty() && {
            let (word, bit) = self.place(suffix);
            self.bits[word] & bit != 0
        }
    }

    fn place(&self, suffix: Suffix) -> (usize, u64) {
        let (upper, lower) = suffix.halves();
        (stretched(upper, self.bits.len()), 1 << (lower % u64::BITS))
    }
}

/// A name as its own suffix.
pub(super) fn whole(name: &[u8]) -> Suffix {
    let mut whole = Suffix { begin: 0, depth: 0, hash: 0 };
    walk(name, |suffix| {
        whole = suffix;
        true
    });
    whole
}

/// Tells `step` of the suffixes of a name, from the last label alone to the whole, for as long as
/// it wants more.
fn walk(name: &[u8], mut step: impl FnMut(Suffix) -> bool) {
    let mut state = HASHER.build_hasher();
    let (mut end, mut depth) = (name.len(), 0);
    loop {
        let begin = last_label(&name[..end]);
        state.write(&name[begin..end]);
        depth += 1;
        let more = step(Suffix {
            begin: u16::try_from(begin).unwrap_or(u16::MAX),
            depth,
            hash: state.finish(),
        });
        if begin == 0 || !more {
            return;
        }
        end = begin - 1;
    }
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

#[cfg(test)]
mod tests {
    use super::{Depths, MILE, Milestones, Suffixes, whole};

    fn deep(label: &str, count: usize) -> String {
        vec![label; count].join(".")
    }

    #[test]
    fn a_name_is_followed_beyond_a_milestone_only_where_a_pattern_is() {
        let depths = (1..=127).fold(Depths::default(), |depths, depth| depths | Depths::of(depth));
        let pattern = deep("a", 30);
        assert_eq!(whole(pattern.as_bytes()).milestones(), 3, "those of 8, 16 and 24 labels");
        // Much room, so that no other milestone has the bit of one of them.
        let mut milestones = Milestones::with_room(1 << 20);
        milestones.add(pattern.as_bytes());
        let followed =
            |name: &str| Suffixes::of(name, depths, |suffix| milestones.go_on(suffix)).0.len();
        assert_eq!(followed(&pattern), 30);
        assert_eq!(followed(&deep("a", 127)), 32, "to the milestone behind the pattern");
        assert_eq!(followed(&deep("a", 7)), 7);
        assert_eq!(followed(&format!("{}.{}", deep("b", 20), deep("a", 7))), usize::from(MILE));
        assert!(!Suffixes::of(&deep("b", 127), depths, |_| false).0.spilled());
    }
}
