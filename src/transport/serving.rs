//! The engine with its upstream resolvers: what is swapped on a reload.

use crate::{
    dns::constants::flags3,
    engine::{AfterUpstream, Engine, UpstreamQuery},
    upstream::Upstream,
};
use std::io;
use thiserror::Error;

/// An engine that can ask for what it does not know.
#[derive(Debug)]
pub(super) struct ServingState {
    pub(super) engine: Engine,
    upstream: Upstream,
}

/// The address of an upstream resolver cannot be found.
#[derive(Debug, Error)]
#[error("upstream {host}: its address cannot be found: {why}")]
pub struct ResolveError {
    /// As it is written, with its port.
    host: String,
    why: io::Error,
}

/// What the upstream resolvers came to.
pub(super) struct Relayed<'e> {
    pub(super) answer: AfterUpstream<'e>,
    /// The RCODE of what one of them answered, without its extended bits.
    pub(super) upstream_rcode: Option<u8>,
}

impl ServingState {
    /// Looks up the hosts of the upstream resolvers; so this may take as long as the system waits.
    pub(super) fn new(engine: Engine) -> Result<Self, ResolveError> {
        let mut servers = Vec::new();
        for spec in &engine.settings.upstream {
            let found = spec.addresses();
            let host = || spec.to_string();
            servers.extend(found.map_err(|why| ResolveError { host: host(), why })?);
        }
        let upstream = Upstream::new(servers, engine.settings.upstream_timeout);
        Ok(Self { engine, upstream })
    }

    /// Asks the upstream resolvers, and has the engine say what the client gets then.
    pub(super) async fn relay(&self, query: &UpstreamQuery) -> Relayed<'_> {
        let outcome = self.upstream.relay(query.message.view().octets).await;
        let upstream_rcode = outcome.as_ref().ok().map(|answer| answer.octets[3] & flags3::RCODE);
        Relayed { answer: self.engine.after_upstream(query, outcome), upstream_rcode }
    }
}
