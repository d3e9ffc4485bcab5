//! The engine with its upstream resolvers: what is swapped on a reload.

use crate::{
    answer::{ResponseHead, WireForm},
    config::HonestSource,
    dns::{
        QueryView, Transport,
        constants::{flags2, flags3},
    },
    engine::Engine,
    upstream::{Upstream, UpstreamAnswer, gives_up},
};
use hickory_proto::op::ResponseCode;
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
pub(super) struct Relayed {
    pub(super) octets: Vec<u8>,
    /// The fourth octet of the header of what one of them answered, which has its RCODE.
    pub(super) upstream_flags: Option<u8>,
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

    /// What the honest sources say from the first resolver on; zones before it have been asked by
    /// the engine. When none has an answer, the upstream's own words are the best there is.
    pub(super) async fn relay(&self, query: QueryView<'_>, transport: Transport) -> Relayed {
        let limit = query.response_limit(transport);
        let (mut least, mut upstream_flags) = (None, None);
        let sources = self.engine.settings.honest_from.iter();
        for source in sources.skip_while(|source| **source == HonestSource::Zones) {
            let octets = match source {
                HonestSource::Zones => self.engine.complete_from_zones(query, limit),
                HonestSource::Upstream => match self.upstream.relay(query.octets).await {
                    // The client would have to ask again by TCP, and it does so already.
                    Ok(UpstreamAnswer { octets, cut: Some(why) }) if transport.is_stream() => {
                        upstream_flags = Some(octets[3]);
                        least = Some(Engine::no_answer(query, limit, &why.to_string()));
                        None
                    }
                    Ok(UpstreamAnswer { octets, .. }) => {
                        upstream_flags = Some(octets[3]);
                        let fitting = fit(octets, query, limit);
                        if gives_up(&fitting) {
                            least = Some(fitting);
                            None
                        } else {
                            Some(fitting)
                        }
                    }
                    Err(error) => {
                        least = Some(Engine::no_answer(query, limit, &error.to_string()));
                        None
                    }
                },
            };
            if let Some(octets) = octets {
                return Relayed { octets, upstream_flags };
            }
        }
        let octets = self.engine.none_known_in_zones(query, limit).or(least);
        let octets =
            octets.unwrap_or_else(|| Engine::no_answer(query, limit, "no origin holds the name"));
        Relayed { octets, upstream_flags }
    }
}

/// A relayed answer as it is, or truncated where the client takes less than the upstream gave.
fn fit(octets: Vec<u8>, query: QueryView<'_>, limit: usize) -> Vec<u8> {
    if octets.len() <= limit {
        return octets;
    }
    let flag = |octet: usize, bit: u8| Some(octets[octet] & bit != 0);
    let (aa, ra, ad) = (flag(2, flags2::AA), flag(3, flags3::RA), flag(3, flags3::AD));
    let wire = WireForm { aa, ra, ad, ..WireForm::default() };
    let rcode = ResponseCode::from(0, octets[3] & flags3::RCODE);
    ResponseHead { truncated: true, wire, ..ResponseHead::status(rcode) }.octets(query, limit)
}
