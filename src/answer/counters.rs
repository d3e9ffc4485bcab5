//! Random picks that are the same on every run: a number is made of the seed, the choice and the
//! turn, never of the clock.

use std::sync::atomic::{AtomicU64, Ordering};

/// How many answers each choice of a policy has given.
#[derive(Debug, Default)]
pub struct Turns(Vec<AtomicU64>);

impl Turns {
    /// Counters for this many choices, all at zero.
    #[must_use]
    pub fn new(rings: usize) -> Self {
        Self((0..rings).map(|_| AtomicU64::new(0)).collect())
    }

    /// The number of this answer among those of its choice, from zero.
    fn next(&self, ring: usize) -> u64 {
        self.0.get(ring).map_or(0, |turn| turn.fetch_add(1, Ordering::Relaxed))
    }
}

/// What random picks are drawn from.
#[derive(Clone, Copy, Debug)]
pub struct Draw<'a> {
    /// The lab's seed.
    pub seed: u64,
    /// The counters.
    pub turns: &'a Turns,
}

impl Draw<'_> {
    pub(super) fn turn(&self, ring: usize) -> u64 {
        self.turns.next(ring)
    }

    /// A number below `bound` (which is above zero) for one turn of one choice.
    pub(super) fn below(&self, ring: usize, turn: u64, bound: u64) -> u64 {
        let ring = u64::try_from(ring).unwrap_or(u64::MAX);
        mix(mix(mix(self.seed).wrapping_add(ring)).wrapping_add(turn)) % bound
    }

    /// A number below `bound` that depends on a name alone.
    pub(super) fn below_by_name(&self, name: &str, bound: u64) -> u64 {
        name.bytes().fold(mix(self.seed), |hash, octet| mix(hash ^ u64::from(octet))) % bound
    }
}

/// SplitMix64 (Steele, Lea and Flood, "Fast splittable pseudorandom number generators", OOPSLA
/// 2014).
const fn mix(state: u64) -> u64 {
    let state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let state = (state ^ (state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let state = (state ^ (state >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    state ^ (state >> 31)
}

#[cfg(test)]
mod tests {
    use super::{Draw, Turns};

    #[test]
    fn the_same_seed_draws_the_same_and_another_seed_does_not() {
        let turns = Turns::new(1);
        let drawn = |seed| {
            let draw = Draw { seed, turns: &turns };
            (0..50).map(|turn| draw.below(3, turn, 1000)).collect::<Vec<_>>()
        };
        assert_eq!(drawn(1), drawn(1));
        assert_ne!(drawn(1), drawn(2));
    }

    #[test]
    fn draws_reach_every_number_below_the_bound() {
        let turns = Turns::new(1);
        let draw = Draw { seed: 0, turns: &turns };
        let mut seen = [0_u32; 10];
        for turn in 0..1000 {
            seen[usize::try_from(draw.below(0, turn, 10)).unwrap()] += 1;
        }
        assert!(seen.iter().all(|count| (60..150).contains(count)), "{seen:?}");
    }

    #[test]
    fn each_choice_counts_its_own_turns() {
        let turns = Turns::new(2);
        assert_eq!([turns.next(0), turns.next(0), turns.next(1), turns.next(0)], [0, 1, 0, 2]);
    }
}
