//! Queries that were sent to other servers and come here: by the TPROXY target of nftables, which
//! leaves a packet as it is (<https://docs.kernel.org/networking/tproxy.html>).

use crate::{engine::Settings, sys::interface_addresses, upstream::Upstream};
use std::{
    collections::HashMap,
    io,
    net::{IpAddr, SocketAddr},
    sync::{Arc, Mutex, PoisonError},
};

/// Who asks the servers to which such queries were sent.
#[derive(Debug)]
pub(super) struct RedirectedQueries {
    /// Addresses of this machine: what was sent there was sent to us.
    own: Vec<IpAddr>,
    servers: Mutex<HashMap<SocketAddr, Arc<Upstream>>>,
}

/// Servers that are remembered; when there are more, all are forgotten. A query that waits keeps
/// its own.
const MOST_SERVERS: usize = 64;

impl RedirectedQueries {
    pub(super) fn new() -> io::Result<Self> {
        let own = own_addresses()?;
        Ok(Self { own, servers: Mutex::default() })
    }

    /// Whether a query that was sent there was sent to somebody else. Were one that was sent to us
    /// relayed there, it would come back for ever.
    pub(super) fn is_foreign(&self, asked: SocketAddr) -> bool {
        let asked = asked.ip().to_canonical();
        !(asked.is_loopback() || asked.is_unspecified() || self.own.contains(&asked))
    }

    /// Who asks a server.
    pub(super) fn server(&self, address: SocketAddr, settings: &Settings) -> Arc<Upstream> {
        let mut servers = self.servers.lock().unwrap_or_else(PoisonError::into_inner);
        if servers.len() >= MOST_SERVERS && !servers.contains_key(&address) {
            servers.clear();
        }
        let new = || {
            let Settings { upstream_timeout, upstream_mixes_letters, .. } = settings;
            Arc::new(Upstream::new(vec![address], *upstream_timeout, *upstream_mixes_letters))
        };
        Arc::clone(servers.entry(address).or_insert_with(new))
    }
}

/// The addresses of all interfaces.
pub(super) fn own_addresses() -> io::Result<Vec<IpAddr>> {
    Ok(interface_addresses()?.map(|(_, address)| address).collect())
}

#[cfg(test)]
mod tests {
    use super::RedirectedQueries;

    #[test]
    fn what_was_sent_to_this_machine_was_not_redirected() {
        let redirected = RedirectedQueries::new().unwrap();
        let loopback = ["127.0.0.1", "::ffff:127.0.0.1"].map(|address| address.parse().unwrap());
        let own: Vec<_> = redirected.own.iter().copied().chain(loopback).collect();
        assert!(own.iter().all(|own| !redirected.is_foreign((*own, 53).into())), "{own:?}");
        assert!(redirected.is_foreign("192.0.2.1:53".parse().unwrap()));
    }
}
