//! Asking a real resolver: the query is relayed whole and the answer comes back whole.
//!
//! Nothing is decoded but the id, the question and TC: every type, EDNS option, flag and RCODE
//! passes. Identical questions in flight are asked once.

mod exchange;
mod resolver;

use crate::dns::constants::flags3;
use exchange::Exchanged;
use resolver::Resolver;
use std::{
    collections::HashMap,
    net::SocketAddr,
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};
use thiserror::Error;
use tokio::{
    sync::{OnceCell, Semaphore},
    task::JoinSet,
};

/// Resolvers to ask, in their order.
#[derive(Debug)]
pub struct Upstream {
    resolvers: Vec<Arc<Resolver>>,
    timeout: Duration,
    in_flight: Mutex<HashMap<Vec<u8>, Arc<InFlight>>>,
    places: Semaphore,
    /// Of those who wait for an answer, also for one that others have asked for. A long query takes
    /// several.
    waiting: Semaphore,
}

type InFlight = OnceCell<Result<UpstreamAnswer, UpstreamError>>;

/// What a resolver has answered.
#[derive(Clone, Debug)]
pub struct UpstreamAnswer {
    /// The whole message.
    pub octets: Vec<u8>,
    /// Why it is a truncated one: the whole one could not be had by TCP.
    pub cut: Option<UpstreamError>,
}

/// No resolver gave an answer.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum UpstreamError {
    /// There is none to ask.
    #[error("no upstream resolver is set")]
    None,
    /// As many questions are being asked as may be.
    #[error("too many questions wait for the upstream resolvers")]
    Busy,
    /// All failed; this is the last one's reason.
    #[error("upstream {server} {failure}")]
    Failed {
        /// The last one asked.
        server: SocketAddr,
        /// What happened, as words that follow its address.
        failure: String,
    },
}

/// A lone resolver is asked a second time, because datagrams get lost.
const LEAST_TRIES: usize = 2;

/// Each question in flight has a socket, and the files that a process may open are counted.
pub const MOST_IN_FLIGHT: usize = 512;

/// Whoever waits takes some memory, and a silent resolver keeps them for seconds.
const MOST_WAITING: usize = 16_384;

/// A query counts once for each so many octets that it has begun, so all that wait together have 8
/// MB at most.
const WAITING_OCTETS: usize = 512;

impl Upstream {
    /// `timeout` is how long each try may take.
    #[must_use]
    pub fn new(servers: Vec<SocketAddr>, timeout: Duration) -> Self {
        Self {
            resolvers: servers.into_iter().map(|server| Arc::new(Resolver::new(server))).collect(),
            timeout,
            in_flight: Mutex::default(),
            places: Semaphore::new(MOST_IN_FLIGHT),
            waiting: Semaphore::new(MOST_WAITING),
        }
    }

    /// The same resolvers, with what is known of those that were asked before.
    #[must_use]
    pub fn after(mut self, before: &Self) -> Self {
        for resolver in &mut self.resolvers {
            let same = |known: &&Arc<Resolver>| known.address == resolver.address;
            if let Some(known) = before.resolvers.iter().find(same) {
                *resolver = Arc::clone(known);
            }
        }
        self
    }

    /// The answer to a query, with the query's id.
    ///
    /// # Errors
    ///
    /// [`UpstreamError`] when no resolver answers in time.
    pub async fn relay(&self, query: &[u8]) -> Result<UpstreamAnswer, UpstreamError> {
        let places = u32::try_from(query.len().div_ceil(WAITING_OCTETS)).unwrap_or(u32::MAX);
        let Ok(_waiting) = self.waiting.try_acquire_many(places) else {
            return Err(UpstreamError::Busy);
        };
        // All but the id: flags, question and EDNS options must be the same for an answer to serve
        // both.
        let key = query[2..].to_vec();
        let cell = Arc::clone(self.lock().entry(key.clone()).or_default());
        let answer = cell.get_or_init(|| self.ask_all(query)).await.clone();
        let mut waiting = self.lock();
        if waiting.get(&key).is_some_and(|other| Arc::ptr_eq(other, &cell)) {
            waiting.remove(&key);
        }
        drop(waiting);
        answer.map(|mut answer| {
            answer.octets[..2].copy_from_slice(&query[..2]);
            answer
        })
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, HashMap<Vec<u8>, Arc<InFlight>>> {
        self.in_flight.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn ask_all(&self, query: &[u8]) -> Result<UpstreamAnswer, UpstreamError> {
        let (mut best, mut heard) = (Err(UpstreamError::None), Vec::new());
        for (number, mut round) in self.rounds().into_iter().enumerate() {
            // Those that answer have none: those that do not are not waited for.
            if round.len() > 1 && !heard.is_empty() {
                break;
            }
            // Who has said that it has no answer has none a moment later.
            round.retain(|resolver| !heard.contains(&resolver.address));
            // Each exchange has a socket.
            let sockets = round.len().min(MOST_IN_FLIGHT) as u32;
            let Ok(_places) = self.places.try_acquire_many(sockets) else {
                return if number == 0 { Err(UpstreamError::Busy) } else { best };
            };
            if number == 0 {
                self.try_again(query);
            }
            let mut asked = JoinSet::new();
            for resolver in round {
                asked.spawn(ask(resolver, query.to_vec(), self.timeout));
            }
            // Of those that are asked together the first one's answer is taken; a task fails only
            // when the whole server stops.
            while let Some(Ok((server, answer))) = asked.join_next().await {
                match answer {
                    Ok(answer) if answer.cut.is_none() && !gives_up(&answer.octets) => {
                        return Ok(answer);
                    }
                    Ok(answer) => {
                        heard.push(server);
                        // The beginning of an answer is more than none, and one that gives up is
                        // still more than a failure.
                        let kept = best.as_ref().is_ok_and(|best: &UpstreamAnswer| {
                            best.cut.is_some() || answer.cut.is_none()
                        });
                        if !kept {
                            best = Ok(answer);
                        }
                    }
                    Err(failure) if best.is_err() => best = Err(failure),
                    Err(_) => {}
                }
            }
        }
        best
    }

    /// Whom to ask one after the other: those that have answered lately, in their order; then, all
    /// at once, everybody, because clients do not wait until many have been silent in turn.
    fn rounds(&self) -> Vec<Vec<Arc<Resolver>>> {
        let up = self.resolvers.iter().filter(|resolver| !resolver.is_down());
        let mut rounds: Vec<_> = up.map(|resolver| vec![Arc::clone(resolver)]).collect();
        if rounds.len() < self.resolvers.len() {
            rounds.push(self.resolvers.clone());
        }
        while rounds.len() < LEAST_TRIES {
            rounds.push(self.resolvers.clone());
        }
        rounds
    }

    /// Tries those again whose time has come, beside the others, so that nobody waits for them.
    fn try_again(&self, query: &[u8]) {
        let now = Instant::now();
        for resolver in self.resolvers.iter().filter(|resolver| resolver.is_due(now)) {
            tokio::spawn(ask(Arc::clone(resolver), query.to_vec(), self.timeout));
        }
    }
}

/// Asks one resolver.
async fn ask(
    resolver: Arc<Resolver>,
    query: Vec<u8>,
    timeout: Duration,
) -> (SocketAddr, Result<UpstreamAnswer, UpstreamError>) {
    let server = resolver.address;
    let answer = match resolver.ask(&query, timeout).await {
        Ok(Exchanged { octets, cut }) => {
            let failure = |why| format!("truncated its answer, and by TCP it {why}");
            let failed = |why| UpstreamError::Failed { server, failure: failure(why) };
            Ok(UpstreamAnswer { octets, cut: cut.map(failed) })
        }
        Err(failure) => Err(UpstreamError::Failed { server, failure: failure.to_string() }),
    };
    (server, answer)
}

/// Whether an answer only says that this resolver has none (SERVFAIL, REFUSED), so that another
/// should be asked.
#[must_use]
pub fn gives_up(answer: &[u8]) -> bool {
    matches!(answer.get(3).map(|flags| flags & flags3::RCODE), Some(2 | 5))
}

#[cfg(test)]
mod tests {
    use super::{MOST_WAITING, Upstream, UpstreamError};
    use std::{net::UdpSocket, sync::Arc, time::Duration};
    use tokio::task::JoinSet;

    #[tokio::test]
    async fn what_is_known_of_a_resolver_outlives_a_reload() {
        let silent = UdpSocket::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
        let other = "192.0.2.1:53".parse().unwrap();
        let before = Upstream::new(vec![silent], Duration::from_millis(10));
        // Nobody is there: the system says so, twice.
        assert!(before.relay(b"\0\x01\x01\0\0\x01\0\0\0\0\0\0\0\0\x01\0\x01").await.is_err());
        let after = Upstream::new(vec![other, silent], Duration::from_millis(10)).after(&before);
        let down: Vec<_> = after.resolvers.iter().map(|resolver| resolver.is_down()).collect();
        assert_eq!(down, [false, true]);
    }

    #[tokio::test]
    async fn who_waits_with_a_long_query_takes_the_places_of_many() {
        let silent = UdpSocket::bind("127.0.0.1:0").unwrap();
        let servers = vec![silent.local_addr().unwrap()];
        let upstream = Arc::new(Upstream::new(servers, Duration::from_secs(60)));
        let query = |number: u8, length: usize| {
            let mut query = b"\0\x01\x01\0\0\x01\0\0\0\0\0\0\0\0\x01\0\x01".to_vec();
            query.resize(length, number);
            query
        };
        let mut asked = JoinSet::new();
        for number in 0..127 {
            let (upstream, query) = (Arc::clone(&upstream), query(number, 65_507));
            asked.spawn(async move { upstream.relay(&query).await });
        }
        for _ in 0..1000 {
            tokio::task::yield_now().await;
        }
        assert_eq!(upstream.waiting.available_permits(), MOST_WAITING - 127 * 128);
        let refused = upstream.relay(&query(0, 65_537)).await;
        assert_eq!(refused.unwrap_err(), UpstreamError::Busy);
    }
}
