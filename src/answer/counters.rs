//! Random picks that are the same on every run: a number is made of the seed, the counter and the
//! turn, never of the clock.

use std::sync::atomic::{AtomicU64, Ordering};

/// How many answers each choice of a policy has given.
#[derive(Debug, Default)]
pub struct Counters(Vec<AtomicU64>);

impl Counters {
    /// As many counters, all at zero.
    #[must_use]
    pub fn new(count: usize) -> Self {
        Self((0..count).map(|_| AtomicU64::new(0)).collect())
    }

    /// Puts all back to zero.
    pub fn reset(&self) {
        self.0.iter().for_each(|counter| counter.store(0, Ordering::Relaxed));
    }
}

/// What random picks are drawn from.
#[derive(Clone, Copy, Debug)]
pub struct Sampler<'a> {
    seed: u64,
    counters: &'a Counters,
    /// Whether a chance is taken for what happens more often, instead of being drawn.
    likeliest: bool,
}

/// All of the times, in millionths.
const ALWAYS: u32 = 1_000_000;

impl<'a> Sampler<'a> {
    /// Draws with a seed; the counters walk on with every answer.
    #[must_use]
    pub const fn new(seed: u64, counters: &'a Counters) -> Self {
        Self { seed, counters, likeliest: false }
    }

    /// The same for explanations: what happens by chance is what happens more often.
    #[must_use]
    pub const fn likeliest(self) -> Self {
        Self { likeliest: true, ..self }
    }

    /// The number of this answer among those of its counter, from zero.
    #[must_use]
    pub fn turn(self, counter: usize) -> u64 {
        self.counters.0[counter].fetch_add(1, Ordering::Relaxed)
    }

    /// A number below `bound` (which is above zero) for one turn of one counter.
    #[must_use]
    pub fn below(self, counter: usize, turn: u64, bound: u64) -> u64 {
        mix(mix(mix(self.seed).wrapping_add(counter as u64)).wrapping_add(turn)) % bound
    }

    /// Whether something happens that does so in as many of a million cases.
    #[must_use]
    pub fn happens(self, counter: usize, millionths: u32) -> bool {
        if self.likeliest {
            return millionths >= ALWAYS / 2;
        }
        self.below(counter, self.turn(counter), ALWAYS.into()) < u64::from(millionths)
    }

    /// One of `count` places, the next at every turn.
    #[must_use]
    pub fn ring(self, counter: usize, count: usize) -> usize {
        (self.turn(counter) % count as u64) as usize
    }

    /// One of `count` places, any.
    #[must_use]
    pub fn index(self, counter: usize, count: usize) -> usize {
        self.below(counter, self.turn(counter), count as u64) as usize
    }

    /// One of `count` places that depends on a name alone.
    #[must_use]
    pub fn index_by_name(self, name: &str, count: usize) -> usize {
        let hash = name.bytes().fold(mix(self.seed), |hash, octet| mix(hash ^ u64::from(octet)));
        (hash % count as u64) as usize
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
    use super::{Counters, Sampler};

    #[test]
    fn the_same_seed_draws_the_same_and_another_seed_does_not() {
        let counters = Counters::new(1);
        let drawn = |seed| {
            let sampler = Sampler::new(seed, &counters);
            (0..50).map(|turn| sampler.below(3, turn, 1000)).collect::<Vec<_>>()
        };
        assert_eq!(drawn(1), drawn(1));
        assert_ne!(drawn(1), drawn(2));
    }

    #[test]
    fn draws_reach_every_number_below_the_bound() {
        let counters = Counters::new(1);
        let sampler = Sampler::new(0, &counters);
        let mut seen = [0_u32; 10];
        for turn in 0..1000 {
            seen[usize::try_from(sampler.below(0, turn, 10)).unwrap()] += 1;
        }
        assert!(seen.iter().all(|count| (60..150).contains(count)), "{seen:?}");
    }

    #[test]
    fn each_choice_counts_its_own_turns() {
        let counters = Counters::new(2);
        let sampler = Sampler::new(0, &counters);
        assert_eq!([0, 0, 1, 0].map(|counter| sampler.turn(counter)), [0, 1, 0, 2]);
    }

    #[test]
    fn explanations_take_what_happens_more_often_and_no_turn() {
        let counters = Counters::new(1);
        let sampler = Sampler::new(0, &counters).likeliest();
        assert_eq!(
            [0, 499_999, 500_000].map(|chance| sampler.happens(0, chance)),
            [false, false, true]
        );
        assert_eq!(sampler.turn(0), 0);
    }
}
