//! The lab with its upstream: what turns a planned step into octets.

use crate::{
    answer::{Reply, Send},
    config::Origin,
    lab::{Lab, Local},
    query::Received,
    upstream::{Upstream, UpstreamError},
};
use hickory_proto::op::ResponseCode;

/// A lab that can be asked.
#[derive(Debug)]
pub(super) struct Live {
    pub(super) lab: Lab,
    upstream: Upstream,
}

/// What a step comes to.
#[derive(Debug)]
pub(super) enum Outgoing {
    Octets(Vec<u8>),
    Reset,
}

/// "No Reachable Authority" (RFC 8914 section 4.23).
const EDE_NO_REACHABLE_AUTHORITY: u16 = 22;

impl Live {
    pub(super) fn new(lab: Lab) -> Self {
        let upstream = Upstream::new(lab.settings.upstream.clone(), lab.settings.upstream_timeout);
        Self { lab, upstream }
    }

    /// What a step sends, if nobody has to be asked for it.
    pub(super) fn at_once(&self, send: &Send, query: &Received, limit: usize) -> Option<Outgoing> {
        match send {
            Send::Forged(reply) => Some(Outgoing::Octets(reply.octets(query, limit))),
            Send::Reset => Some(Outgoing::Reset),
            Send::Honest if self.asks_upstream() => match self.lab.settings.honest_from[..] {
                [Origin::Zones, ..] => self.whole_from_zones(query, limit).map(Outgoing::Octets),
                _ => None,
            },
            Send::Honest => Some(Outgoing::Octets(self.without_upstream(query, limit))),
        }
    }

    /// What a step sends.
    pub(super) async fn outgoing(&self, send: &Send, query: &Received, limit: usize) -> Outgoing {
        match self.at_once(send, query, limit) {
            Some(outgoing) => outgoing,
            None => Outgoing::Octets(self.honest(query, limit).await),
        }
    }

    fn asks_upstream(&self) -> bool {
        !self.upstream.is_empty() && self.lab.settings.honest_from.contains(&Origin::Upstream)
    }

    fn whole_from_zones(&self, query: &Received, limit: usize) -> Option<Vec<u8>> {
        match self.lab.local(query, limit) {
            Local::Whole(octets) => Some(octets),
            // Who does not ask for recursion wants what is known here, not what others know.
            Local::Partial(octets) if !query.message.recursion_desired => Some(octets),
            Local::Partial(_) | Local::Nothing => None,
        }
    }

    /// The origins in their order, the upstream asked.
    async fn honest(&self, query: &Received, limit: usize) -> Vec<u8> {
        let mut failure = None;
        for origin in &self.lab.settings.honest_from {
            match origin {
                Origin::Zones => {
                    if let Some(octets) = self.whole_from_zones(query, limit) {
                        return octets;
                    }
                }
                Origin::Upstream => match self.upstream.relay(&query.octets).await {
                    Ok(octets) => return fit(octets, query, limit),
                    Err(error) => failure = Some(error),
                },
            }
        }
        self.nothing_more(query, limit, failure)
    }

    fn without_upstream(&self, query: &Received, limit: usize) -> Vec<u8> {
        let whole = self.lab.settings.honest_from.contains(&Origin::Zones).then(|| self.whole_from_zones(query, limit));
        whole.flatten().unwrap_or_else(|| self.nothing_more(query, limit, None))
    }

    /// What is known here although more is elsewhere, or SERVFAIL that says why.
    fn nothing_more(&self, query: &Received, limit: usize, failure: Option<UpstreamError>) -> Vec<u8> {
        let from_zones = self.lab.settings.honest_from.contains(&Origin::Zones);
        if let (true, Local::Partial(octets)) = (from_zones, self.lab.local(query, limit)) {
            return octets;
        }
        let why = match failure {
            Some(failure) => failure.to_string(),
            None => "the name is in no zone of this lab, and no upstream resolver is set".to_owned(),
        };
        Reply::status(ResponseCode::ServFail).explained(EDE_NO_REACHABLE_AUTHORITY, why).octets(query, limit)
    }
}

/// A relayed answer as it is, or truncated where the client takes less than the upstream gave.
fn fit(octets: Vec<u8>, query: &Received, limit: usize) -> Vec<u8> {
    if octets.len() <= limit {
        return octets;
    }
    let rcode = ResponseCode::from(0, octets[3] & 0x0f);
    Reply { truncated: true, ..Reply::status(rcode) }.octets(query, limit)
}
