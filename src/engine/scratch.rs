//! What a worker keeps from query to query, so that nothing is allocated in the common case.

use super::{answer_cache::AnswerCache, transmission::Transmission};
use crate::{answer::Plan, model::Query};

/// Buffers and the answers given before. A worker has one of its own and lends it to
/// [`super::Engine::respond`]; its fields are private to the engine.
#[derive(Debug)]
pub struct Scratch {
    pub(super) plan: Plan,
    pub(super) cache: AnswerCache,
    pub(super) transmissions: Vec<Transmission>,
    /// Queries before, kept for the buffers of their QNAMEs.
    pub(super) queries: Vec<Query>,
    /// The generation that the cache is about.
    generation: u64,
}

/// At most two megabytes or so of honest answers. When they are full, all are dropped.
const CACHED_ANSWERS: usize = 8192;

impl Default for Scratch {
    fn default() -> Self {
        Self::with_cache(CACHED_ANSWERS)
    }
}

impl Scratch {
    /// With room in the cache for this many honest answers.
    #[must_use]
    pub fn with_cache(answers: usize) -> Self {
        let (plan, cache) = (Plan::default(), AnswerCache::new(answers));
        Self { plan, cache, transmissions: Vec::new(), queries: Vec::new(), generation: 0 }
    }

    /// Makes ready for a query to an engine of some generation.
    pub(super) fn begin(&mut self, generation: u64) {
        self.plan.clear();
        if self.generation != generation {
            self.generation = generation;
            self.cache.clear();
        }
    }
}
