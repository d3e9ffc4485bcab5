//! One resolver, and whether it has answered lately.
//!
//! RFC 1035 section 7.2 has a resolver keep, for every address that it asks, how well it has
//! answered. Who is silent is asked last, and tried again now and then.

use super::{
    exchange::{ExchangeError, Exchanged, exchange},
    ports::Ports,
    sent_query::SentQuery,
};
use std::{
    net::SocketAddr,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

/// A resolver to ask.
#[derive(Debug)]
pub(super) struct Resolver {
    pub(super) address: SocketAddr,
    ports: Arc<Ports>,
    health: Mutex<Health>,
}

/// How it has answered.
#[derive(Debug, Default)]
struct Health {
    /// Failures since the last answer.
    failures: u32,
    /// How often others were asked since the last answer, because this one took too long.
    passes: u32,
    /// When it is to be tried again, while it is taken for dead.
    retry: Option<Instant>,
    /// When the log was last told that it does not answer, and whether it still believes that.
    warned: Option<Instant>,
    told: bool,
}

/// So many failures in a row are no accident: a single datagram may get lost.
const FAILURES: u32 = 2;

/// Nor is it one that others had to be asked so often in a row.
const PASSES: u32 = 2;

/// How long a resolver is not asked first after it has failed.
const RETRY: Duration = Duration::from_secs(30);

/// How often the log is told that a resolver does not answer, at most.
const WARNING: Duration = Duration::from_secs(60);

impl Resolver {
    pub(super) fn new(address: SocketAddr) -> Self {
        Self { address, ports: Ports::new(address), health: Mutex::default() }
    }

    /// Whether it is not to be asked first: it has failed too often, or keeps us waiting at this
    /// moment.
    pub(super) fn is_down(&self) -> bool {
        let health = self.lock();
        health.retry.is_some() || health.passes >= PASSES
    }

    /// Another is asked, because this one has not answered yet. It may still do so.
    pub(super) fn pass_over(&self) {
        let mut health = self.lock();
        health.passes = health.passes.saturating_add(1);
    }

    /// Whether a resolver that is down is to be tried again now; whoever is told so does it.
    pub(super) fn is_due(&self, now: Instant) -> bool {
        let mut health = self.lock();
        let due = health.retry.is_some_and(|retry| retry <= now);
        if due {
            health.retry = Some(now + RETRY);
        }
        due
    }

    /// Asks it, for so long at the most.
    pub(super) async fn ask(
        &self,
        query: SentQuery,
        limit: Duration,
    ) -> Result<Exchanged, ExchangeError> {
        let answer = exchange(&self.ports, self.address, query, limit).await;
        match &answer {
            Ok(_) => self.answered(),
            Err(failure) => self.failed(failure, Instant::now()),
        }
        answer
    }

    fn answered(&self) {
        let mut health = self.lock();
        if health.told {
            tracing::info!(server = %self.address, "an upstream resolver answers again");
        }
        *health = Health { warned: health.warned, ..Health::default() };
    }

    fn failed(&self, failure: &ExchangeError, now: Instant) {
        let server = self.address;
        tracing::debug!(%server, %failure, "upstream failed");
        let mut health = self.lock();
        health.failures = health.failures.saturating_add(1);
        if health.failures < FAILURES {
            return;
        }
        health.retry = Some(now + RETRY);
        let lately = health.warned.is_some_and(|warned| now < warned + WARNING);
        if !health.told && !lately {
            (health.told, health.warned) = (true, Some(now));
            tracing::warn!(%server, %failure, "an upstream resolver has stopped answering");
        }
    }

    fn lock(&self) -> MutexGuard<'_, Health> {
        self.health.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::{RETRY, Resolver};
    use crate::upstream::exchange::ExchangeError;
    use std::time::{Duration, Instant};

    #[test]
    fn a_resolver_is_down_after_two_failures_and_due_once_in_a_while() {
        let resolver = Resolver::new("192.0.2.1:53".parse().unwrap());
        let (failure, now) = (ExchangeError::Silent(Duration::from_secs(2)), Instant::now());
        resolver.failed(&failure, now);
        assert!(!resolver.is_down(), "a datagram may get lost");
        resolver.answered();
        resolver.failed(&failure, now);
        assert!(!resolver.is_down(), "not two in a row");
        resolver.failed(&failure, now);
        assert!(resolver.is_down() && resolver.lock().told);
        assert!(!resolver.is_due(now + RETRY / 2));
        assert!(resolver.is_due(now + RETRY));
        assert!(!resolver.is_due(now + RETRY), "one query is enough");
        assert!(resolver.is_down(), "until it has answered");
        resolver.answered();
        assert!(!resolver.is_down() && !resolver.is_due(now + 10 * RETRY));
    }

    #[test]
    fn a_resolver_that_keeps_us_waiting_is_not_asked_first_until_it_answers() {
        let resolver = Resolver::new("192.0.2.1:53".parse().unwrap());
        resolver.pass_over();
        assert!(!resolver.is_down(), "one name may take long");
        resolver.answered();
        resolver.pass_over();
        assert!(!resolver.is_down(), "not two in a row");
        resolver.pass_over();
        assert!(resolver.is_down());
        assert!(!resolver.is_due(Instant::now() + RETRY), "its answers are still awaited");
        assert!(!resolver.lock().told, "and it has not failed");
        resolver.answered();
        assert!(!resolver.is_down());
    }

    #[test]
    fn the_log_is_told_once_a_minute_at_most() {
        let resolver = Resolver::new("192.0.2.1:53".parse().unwrap());
        let (failure, now) = (ExchangeError::Silent(Duration::from_secs(2)), Instant::now());
        let fail_at = |seconds| {
            (0..3).for_each(|_| resolver.failed(&failure, now + Duration::from_secs(seconds)));
            resolver.lock().warned
        };
        assert_eq!(fail_at(0), Some(now));
        resolver.answered();
        assert_eq!(fail_at(30), Some(now), "it comes and goes");
        assert!(!resolver.lock().told);
        assert_eq!(fail_at(61), Some(now + Duration::from_secs(61)), "but it has to be said");
    }
}
