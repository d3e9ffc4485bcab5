//! The engine with its upstream resolvers: what is swapped on a reload.

use super::{rate_limit::Rate, redirected::RedirectedQueries};
use crate::{
    config::UpstreamSpec,
    dns::constants::flags3,
    engine::{AfterUpstream, Engine, ServerRole, UpstreamQuery},
    events::UpstreamReply,
    model::Binding,
    upstream::{Upstream, UpstreamAnswer, UpstreamError},
};
use std::{
    io,
    net::SocketAddr,
    time::{Duration, Instant},
};
use thiserror::Error;

/// An engine that can ask for what it does not know.
#[derive(Debug)]
pub(super) struct ServingState {
    pub(super) engine: Engine,
    /// Of replies to clients that are not in private networks, where such may ask.
    pub(super) rate: Option<Rate>,
    upstream: Upstream,
    /// Where queries come that were sent to other servers: who asks those.
    redirected: Option<RedirectedQueries>,
    /// The addresses of the upstream resolvers, as they are written.
    hosts: Vec<(UpstreamSpec, Vec<SocketAddr>)>,
    /// Where the clients of each listener are, in the order of the listeners.
    bindings: Vec<Option<Binding>>,
}

/// The address of an upstream resolver cannot be found.
#[derive(Debug, Error)]
#[error("upstream {host}: its address cannot be found: {why}")]
pub struct ResolveError {
    /// As it is written, with its port.
    host: String,
    why: io::Error,
}

/// In an error, in the place of a host.
const OWN: &str = "of this machine's interfaces";

/// What the upstream resolvers came to.
pub(super) struct Relayed<'e> {
    pub(super) answer: AfterUpstream<'e>,
    /// What one of them answered.
    pub(super) upstream: Option<UpstreamReply>,
}

impl ServingState {
    /// Looks up the hosts of the upstream resolvers; so this may take as long as the system waits.
    pub(super) fn new(engine: Engine) -> Result<Self, ResolveError> {
        Self::with_hosts(engine, |host, why| Err(ResolveError { host: host.to_string(), why }))
    }

    /// The same after another state: a host that cannot be found now keeps its addresses, and a
    /// resolver that is known not to answer is not forgotten.
    pub(super) fn after(engine: Engine, before: &Self) -> Result<Self, ResolveError> {
        let new = Self::with_hosts(engine, |host, why| {
            let known = before.hosts.iter().find(|(known, _)| known == host);
            let Some((_, addresses)) = known else {
                return Err(ResolveError { host: host.to_string(), why });
            };
            tracing::warn!(%host, %why, "an upstream's address cannot be found; the old one stays");
            Ok(addresses.clone())
        })?;
        let (upstream, bindings) = (new.upstream.after(&before.upstream), before.bindings.clone());
        Ok(Self { upstream, bindings, ..new })
    }

    fn with_hosts(
        engine: Engine,
        unknown: impl Fn(&UpstreamSpec, io::Error) -> Result<Vec<SocketAddr>, ResolveError>,
    ) -> Result<Self, ResolveError> {
        let mut hosts = Vec::new();
        for host in &engine.settings.upstream {
            let addresses = host.addresses().or_else(|why| unknown(host, why))?;
            hosts.push((host.clone(), addresses));
        }
        let servers = hosts.iter().flat_map(|(_, addresses)| addresses.clone()).collect();
        let settings = &engine.settings;
        let upstream =
            Upstream::new(servers, settings.upstream_timeout, settings.upstream_mixes_letters);
        let limits = settings.limits_rates();
        let rate = Rate { per_second: settings.rate_limit, slip: settings.rate_limit_slip };
        let bindings = engine.settings.listen.iter().map(|listener| listener.binding.clone());
        let (rate, bindings) = (limits.then_some(rate), bindings.collect());
        let redirected = engine.settings.transparent.then(RedirectedQueries::new).transpose();
        let redirected = redirected.map_err(|why| ResolveError { host: OWN.to_owned(), why })?;
        Ok(Self { rate, engine, upstream, redirected, hosts, bindings })
    }

    /// Where the clients of a listener are.
    pub(super) fn binding(&self, listener: usize) -> Option<&Binding> {
        self.bindings.get(listener).and_then(Option::as_ref)
    }

    /// Where the clients of each listener are.
    pub(super) fn bindings(&self) -> &[Option<Binding>] {
        &self.bindings
    }

    /// The same state with clients elsewhere.
    pub(super) fn with_bindings(self, bindings: Vec<Option<Binding>>) -> Self {
        Self { bindings, ..self }
    }

    /// As many files as the upstream resolvers may need at a time.
    pub(super) fn most_upstream_files(&self) -> usize {
        self.upstream.most_files()
    }

    /// What we are to a client that has sent a query to this address.
    pub(super) fn role_towards(&self, asked: impl FnOnce() -> SocketAddr) -> ServerRole {
        match &self.redirected {
            Some(redirected) if redirected.is_foreign(asked()) => ServerRole::Redirected,
            _ => ServerRole::Resolver,
        }
    }

    /// Asks the upstream resolvers, or the server to which the query was sent where it was
    /// redirected, and has the engine say what the client gets then.
    pub(super) async fn relay(&self, query: &UpstreamQuery, server: SocketAddr) -> Relayed<'_> {
        let (asked, octets) = (Instant::now(), query.message.view().octets);
        let redirected = self.redirected.as_ref().filter(|all| all.is_foreign(server));
        let outcome = match redirected {
            Some(redirected) => {
                redirected.server(server, &self.engine.settings).relay(octets).await
            }
            None => self.upstream.relay(octets).await,
        };
        self.relayed(query, outcome, asked.elapsed())
    }

    /// What the client gets when too many wait for the upstream resolvers.
    pub(super) fn relay_none(&self, query: &UpstreamQuery) -> Relayed<'_> {
        self.relayed(query, Err(UpstreamError::Busy), Duration::ZERO)
    }

    fn relayed(
        &self,
        query: &UpstreamQuery,
        outcome: Result<UpstreamAnswer, UpstreamError>,
        latency: Duration,
    ) -> Relayed<'_> {
        let rcode = outcome.as_ref().ok().map(|answer| answer.octets[3] & flags3::RCODE);
        let upstream = rcode.map(|rcode| UpstreamReply { rcode, latency });
        Relayed { answer: self.engine.after_upstream(query, outcome), upstream }
    }
}

#[cfg(test)]
mod tests {
    use super::ServingState;
    use crate::{
        config::LabSpec,
        engine::{Engine, LabSources, load},
        files::FileSource,
        upstream::Upstream,
    };

    fn engine(host: &str) -> Engine {
        let flags = LabSpec { upstream: vec![host.parse().unwrap()], ..LabSpec::default() };
        load(&LabSources::new(FileSource::built_in_configs(), flags)).unwrap().0
    }

    #[test]
    fn a_host_that_cannot_be_found_now_keeps_its_addresses() {
        let (host, timeout) = ("nowhere.invalid:53", std::time::Duration::from_secs(1));
        let address: std::net::SocketAddr = "192.0.2.1:53".parse().unwrap();
        let before = ServingState {
            upstream: Upstream::new(vec![address], timeout, false),
            hosts: vec![(host.parse().unwrap(), vec![address])],
            rate: None,
            redirected: None,
            bindings: Vec::new(),
            engine: engine("192.0.2.9:53"),
        };
        let after = ServingState::after(engine(host), &before).unwrap();
        assert_eq!(after.hosts, before.hosts);
        let other = ServingState::after(engine("elsewhere.invalid:53"), &before);
        assert!(other.unwrap_err().to_string().contains("elsewhere.invalid:53"));
        assert!(ServingState::new(engine(host)).is_err(), "at the start there is none of before");
    }
}
