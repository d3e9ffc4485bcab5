//! Asking a real resolver: the query is relayed whole and the answer comes back whole.
//!
//! Nothing is decoded but the id, the question and TC: every type, EDNS option, flag and RCODE
//! passes. Identical questions in flight are asked once.

mod exchange;
mod inquiry;
mod outcome;
mod ports;
mod resolver;
mod sent_query;

use inquiry::Inquiry;
use resolver::Resolver;
use sent_query::SentQuery;
use std::{
    collections::HashMap,
    net::SocketAddr,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};
use tokio::sync::OnceCell;

pub use outcome::{UpstreamAnswer, UpstreamError, gives_up};

/// Resolvers to ask, in their order.
#[derive(Debug)]
pub struct Upstream {
    resolvers: Vec<Arc<Resolver>>,
    timeout: Duration,
    mix_letters: bool,
    in_flight: Mutex<HashMap<Vec<u8>, Arc<InFlight>>>,
}

type InFlight = OnceCell<Result<UpstreamAnswer, UpstreamError>>;

impl Upstream {
    /// `timeout` is how long each try may take; `mix_letters` draws the case of each letter of a
    /// question that leaves (draft-vixie-dnsext-dns0x20-00).
    #[must_use]
    pub fn new(servers: Vec<SocketAddr>, timeout: Duration, mix_letters: bool) -> Self {
        Self {
            resolvers: servers.into_iter().map(|server| Arc::new(Resolver::new(server))).collect(),
            timeout,
            mix_letters,
            in_flight: Mutex::default(),
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

    /// As many files as it may have open at a time.
    #[must_use]
    pub fn most_files(&self) -> usize {
        exchange::MOST_STREAMS + self.resolvers.len() * ports::MOST_PORTS
    }

    /// The answer to a query, with the query's id.
    ///
    /// # Errors
    ///
    /// [`UpstreamError`] when no resolver answers in time.
    pub async fn relay(&self, query: &[u8]) -> Result<UpstreamAnswer, UpstreamError> {
        // All but the id: flags, question and EDNS options must be the same for an answer to serve
        // both.
        let key = query[2..].to_vec();
        let cell = Arc::clone(self.lock().entry(key.clone()).or_default());
        let ask = || {
            let query = SentQuery::new(query, self.mix_letters);
            Inquiry::new(query, &self.resolvers, self.timeout).run()
        };
        let answer = cell.get_or_init(ask).await.clone();
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
}

/// The answer to a query that a datagram is, or what came by TCP, if it is one; for fuzz targets.
#[cfg(fuzzing)]
#[doc(hidden)]
#[must_use]
pub fn answer_in(query: &[u8], octets: &[u8], by_tcp: bool) -> Option<UpstreamAnswer> {
    let query = SentQuery::new(query, false);
    let octets = if by_tcp {
        exchange::taken(&query, octets.to_vec())?
    } else {
        ports::taken(&query, octets)?
    };
    Some(UpstreamAnswer { octets, cut: None })
}

#[cfg(test)]
mod tests {
    use super::Upstream;
    use std::{net::UdpSocket, time::Duration};

    #[tokio::test]
    async fn what_is_known_of_a_resolver_outlives_a_reload() {
        let silent = UdpSocket::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
        let other = "192.0.2.1:53".parse().unwrap();
        let before = Upstream::new(vec![silent], Duration::from_millis(10), false);
        // Nobody is there: the system says so, twice.
        assert!(before.relay(b"\0\x01\x01\0\0\x01\0\0\0\0\0\0\0\0\x01\0\x01").await.is_err());
        let after =
            Upstream::new(vec![other, silent], Duration::from_millis(10), false).after(&before);
        let down: Vec<_> = after.resolvers.iter().map(|resolver| resolver.is_down()).collect();
        assert_eq!(down, [false, true]);
    }
}
