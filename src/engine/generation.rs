//! Everything that answers are made from.

use super::Settings;
use crate::{
    answer::{Counters, Sampler},
    model::CountryCode,
    policy::Policy,
    zone::Zones,
};
use std::sync::atomic::{AtomicU64, Ordering};

/// Policy, zones and settings together: one generation of a lab. A reload makes the next one.
#[derive(Debug)]
pub struct Engine {
    /// Who is governed how.
    pub policy: Policy,
    /// What is honest.
    pub zones: Zones,
    /// Who listens, who may ask, and the rest of the lab file.
    pub settings: Settings,
    /// Countries of the user's own that took the place of shipped ones.
    pub replaced: Vec<CountryCode>,
    counters: Counters,
    generation: u64,
}

impl Engine {
    /// An engine that has answered nothing yet.
    #[must_use]
    pub fn new(policy: Policy, zones: Zones, settings: Settings) -> Self {
        static GENERATION: AtomicU64 = AtomicU64::new(1);
        let counters = Counters::new(policy.counters());
        let generation = GENERATION.fetch_add(1, Ordering::Relaxed);
        Self { policy, zones, settings, replaced: Vec::new(), counters, generation }
    }

    /// Begins every series of random picks again.
    pub fn reset_turns(&self) {
        self.counters.reset();
    }

    /// What random picks are drawn from.
    pub(super) const fn sampler(&self) -> Sampler<'_> {
        Sampler::new(self.settings.seed, &self.counters)
    }

    /// Which engine of the process this is. What is remembered of another one does not count.
    pub(super) const fn generation(&self) -> u64 {
        self.generation
    }
}
