//! Asking a real resolver: the query is relayed whole and the answer comes back whole.
//!
//! Nothing is decoded but the id, the question and TC: every type, EDNS option, flag and RCODE
//! passes. Identical questions in flight are asked once.

mod exchange;

use exchange::{Exchange, ExchangeError};
use std::{
    collections::HashMap,
    net::SocketAddr,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};
use thiserror::Error;
use tokio::sync::{OnceCell, Semaphore};

/// Resolvers to ask, in their order.
#[derive(Debug)]
pub struct Upstream {
    servers: Vec<SocketAddr>,
    timeout: Duration,
    in_flight: Mutex<HashMap<Vec<u8>, Arc<InFlight>>>,
    places: Semaphore,
}

type InFlight = OnceCell<Result<Vec<u8>, UpstreamError>>;

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

impl Upstream {
    /// `timeout` is how long each try may take.
    #[must_use]
    pub fn new(servers: Vec<SocketAddr>, timeout: Duration) -> Self {
        Self {
            servers,
            timeout,
            in_flight: Mutex::default(),
            places: Semaphore::new(MOST_IN_FLIGHT),
        }
    }

    /// The answer to a query, with the query's id.
    ///
    /// # Errors
    ///
    /// [`UpstreamError`] when no resolver answers in time.
    pub async fn relay(&self, query: &[u8]) -> Result<Vec<u8>, UpstreamError> {
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
        answer.map(|mut octets| {
            octets[..2].copy_from_slice(&query[..2]);
            octets
        })
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, HashMap<Vec<u8>, Arc<InFlight>>> {
        self.in_flight.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn ask_all(&self, query: &[u8]) -> Result<Vec<u8>, UpstreamError> {
        let Ok(_place) = self.places.try_acquire() else { return Err(UpstreamError::Busy) };
        let tries = self.servers.len().max(LEAST_TRIES);
        let mut last = Err(UpstreamError::None);
        for &server in self.servers.iter().cycle().take(tries) {
            let exchange = Exchange::new(server, query);
            let answer = tokio::time::timeout(self.timeout, exchange.run()).await;
            let failure = match answer {
                Ok(Ok(octets)) if gives_up(&octets) => {
                    last = Ok(octets);
                    if self.servers.len() == 1 {
                        break;
                    }
                    continue;
                }
                Ok(Ok(octets)) => return Ok(octets),
                Ok(Err(failure)) => failure,
                Err(_elapsed) => ExchangeError::Silent(self.timeout),
            };
            tracing::debug!(%server, %failure, "upstream failed");
            // An answer that gives up is still more than none.
            if last.is_err() {
                last = Err(UpstreamError::Failed { server, failure: failure.to_string() });
            }
        }
        last
    }
}

/// Whether an answer only says that this resolver has none (SERVFAIL, REFUSED), so that another
/// should be asked.
#[must_use]
pub fn gives_up(answer: &[u8]) -> bool {
    matches!(answer.get(3).map(|flags| flags & 0x0f), Some(2 | 5))
}
