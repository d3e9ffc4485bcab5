//! What a name ends with, cut between labels: hashed once, for every index that is asked.
//!
//! A suffix is hashed label by label from the right, so all suffixes of a name together cost one pass over it.

use hashbrown::DefaultHashBuilder;
use smallvec::SmallVec;
use std::{
    hash::{BuildHasher, Hasher},
    ops::BitOr,
    sync::LazyLock,
};

/// One hasher for all indexes, because a name may be sought in several; made at the start, so that no list can be written whose
/// texts all have one hash.
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
    pub(super) hash: u64,
}

/// The suffixes of a name that an index may have, the shortest first. Where patterns have more than eight numbers of labels, and the
/// name as many labels, they ask for memory.
#[derive(Clone, Debug, Default)]
pub struct Suffixes(SmallVec<[Suffix; 8]>);

impl Depths {
    /// One number alone; nothing for more labels than a name can have (RFC 1035 section 2.3.4 leaves room for 127).
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
}

impl Suffixes {
    /// Those suffixes of a name that have one of these numbers of labels.
    pub(super) fn of(name: &str, depths: Depths) -> Self {
        let mut found = SmallVec::new();
        walk(name.as_bytes(), |suffix| {
            if suffix.depth().meet(depths) {
                found.push(suffix);
            }
            u32::from(suffix.depth) + 1 < depths.most()
        });
        Self(found)
    }

    /// Those that have one of these numbers of labels.
    pub(super) fn at(&self, depths: Depths) -> impl Iterator<Item = Suffix> {
        self.0.iter().copied().filter(move |suffix| suffix.depth().meet(depths))
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

/// Tells `step` of the suffixes of a name, from the last label alone to the whole, for as long as it wants more.
fn walk(name: &[u8], mut step: impl FnMut(Suffix) -> bool) {
    let mut state = HASHER.build_hasher();
    let (mut end, mut depth) = (name.len(), 0);
    loop {
        let begin = last_label(&name[..end]);
        state.write(&name[begin..end]);
        depth += 1;
        let more = step(Suffix { begin: u16::try_from(begin).unwrap_or(u16::MAX), depth, hash: state.finish() });
        if begin == 0 || !more {
            return;
        }
        end = begin - 1;
    }
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
