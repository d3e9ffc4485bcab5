//! The last queries, for those who ask for them: the page and tests by the API.

use super::{event::QueryEvent, sink::EventSink};
use std::{
    collections::VecDeque,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

/// The last queries. Clones share them.
#[derive(Clone, Debug, Default)]
pub struct RecentQueries(Arc<Mutex<Kept>>);

#[derive(Debug, Default)]
struct Kept {
    events: VecDeque<Arc<QueryEvent>>,
    /// The number of the first of them.
    first: u64,
    /// The number that was the next when all were forgotten.
    cleared: u64,
    /// Octets of their messages.
    octets: usize,
    /// How many found no room in the queue before the sinks.
    lost: u64,
}

/// Some of them, in order.
#[derive(Debug)]
pub struct QueriesSince {
    /// Each with its number.
    pub events: Vec<(u64, Arc<QueryEvent>)>,
    /// The number to go on from.
    pub next: u64,
    /// How many were passed over: they are kept no more.
    pub passed: u64,
    /// How many were lost before they were recorded, since the start.
    pub lost: u64,
}

/// As many are kept.
const MOST: usize = 10_000;

/// And as many octets of what they hold.
const MOST_OCTETS: usize = 16 << 20;

impl RecentQueries {
    /// Those from a number on, at most so many of them: the first ones, or the last ones.
    #[must_use]
    pub fn since(&self, number: u64, limit: usize, last: bool) -> QueriesSince {
        let kept = self.lock();
        let end = kept.first + kept.events.len() as u64;
        // Who has the number of a server before this one begins anew.
        let number = if number > end { 0 } else { number };
        let mut begin = number.max(kept.first);
        if last {
            begin = begin.max(end.saturating_sub(limit as u64));
        }
        let skipped = usize::try_from(begin - kept.first).expect("it is kept");
        let events = kept.events.iter().skip(skipped).take(limit);
        let events: Vec<_> = (begin..).zip(events.cloned()).collect();
        let next = begin + events.len() as u64;
        QueriesSince { events, next, passed: begin - number.max(kept.cleared), lost: kept.lost }
    }

    /// The number that the next one gets.
    #[must_use]
    pub fn next(&self) -> u64 {
        let kept = self.lock();
        kept.first + kept.events.len() as u64
    }

    /// Forgets all; numbers go on, so that nobody who waits takes new ones for old ones.
    pub fn clear(&self) {
        let mut kept = self.lock();
        kept.first += kept.events.len() as u64;
        kept.cleared = kept.first;
        kept.events.clear();
        (kept.octets, kept.lost) = (0, 0);
    }

    fn lock(&self) -> MutexGuard<'_, Kept> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl EventSink for RecentQueries {
    fn record(&mut self, event: &Arc<QueryEvent>) {
        let mut kept = self.lock();
        kept.octets += event.size();
        kept.events.push_back(Arc::clone(event));
        while kept.events.len() > MOST || kept.octets > MOST_OCTETS {
            let Some(oldest) = kept.events.pop_front() else { break };
            kept.octets -= oldest.size();
            kept.first += 1;
        }
    }

    fn lost(&mut self, count: u64) {
        self.lock().lost += count;
    }
}
