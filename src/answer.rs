//! From a verdict to what goes out and when.
//!
//! [`plan`] is pure but for the turns it takes: it reads no clock, does no I/O and owns no socket. A [`Plan`] is a list of
//! [`Step`]s; no step at all is silence. [`Reply`] is a message of our own making, written octet by octet because censors'
//! messages are not as a library would write them; honest messages come from [`Zones`] or from an upstream resolver.

mod draw;
mod forge;
mod reply;
mod zone;
mod zones;

pub use draw::{Draw, Turns};
pub use reply::{Record, Reply, bare_header};
pub use zone::{Zone, ZoneError};
pub use zones::{Honest, Zones};

use crate::{
    policy::{Kind, Verdict},
    query::{Query, Transport},
};
use hickory_proto::op::ResponseCode;
use std::time::Duration;

/// What goes out for one query, and when.
#[derive(Clone, Debug, Default)]
pub struct Plan {
    /// In the order of their times; none is silence.
    pub steps: Vec<Step>,
}

/// One thing that goes out.
#[derive(Clone, Debug)]
pub struct Step {
    /// How long after the query came in.
    pub after: Duration,
    /// What.
    pub send: Send,
}

/// What a step sends.
#[derive(Clone, Debug)]
pub enum Send {
    /// A message of our own making.
    Forged(Reply),
    /// What the zones or the upstream say.
    Honest,
    /// A TCP RST.
    Reset,
}

impl Plan {
    fn now(send: Send) -> Self {
        Self { steps: vec![Step { after: Duration::ZERO, send }] }
    }
}

/// What the verdict on a query sends.
#[must_use]
pub fn plan(verdict: &Verdict<'_>, query: &Query, draw: &Draw<'_>) -> Plan {
    let Some(answer) = verdict.answer else { return Plan::now(Send::Honest) };
    let owner = verdict.rule.and_then(|(_, pattern)| pattern.anchor());
    let status = |rcode| Some(Send::Forged(Reply::status(rcode)));
    let send = match &answer.kind {
        Kind::Honest => Some(Send::Honest),
        Kind::NxDomain(soa) => Some(Send::Forged(forge::negative(ResponseCode::NXDomain, soa, owner))),
        Kind::NoData(soa) => Some(Send::Forged(forge::negative(ResponseCode::NoError, soa, owner))),
        Kind::Refused => status(ResponseCode::Refused),
        Kind::ServFail => status(ResponseCode::ServFail),
        Kind::Drop => None,
        // Over a stream there is nothing to come back to: whoever was sent there gets the answer (RFC 7766 section 5).
        Kind::Truncate if query.transport != Transport::Udp => Some(Send::Honest),
        Kind::Truncate => Some(Send::Forged(Reply { truncated: true, ..Reply::status(ResponseCode::NoError) })),
        Kind::Reset => (query.transport != Transport::Udp).then_some(Send::Reset),
        Kind::Poison(poison) => forge::poison(poison, query, owner, draw),
    };
    let Some(send) = send else { return Plan::default() };
    Plan::now(match send {
        Send::Forged(reply) => Send::Forged(Reply { wire: answer.wire, ede: answer.ede.clone(), ..reply }),
        other => other,
    })
}
