//! One query and what became of it.

use crate::{
    dns::{Rtype, Transport},
    model::{CountryCode, Evidence, VerdictKind},
};
use jiff::civil::DateTime;
use std::{
    net::SocketAddr,
    time::{Duration, SystemTime},
};

/// One query and what became of it.
#[derive(Clone, Debug)]
pub struct QueryEvent {
    /// When it came in.
    pub time: SystemTime,
    /// The moment that it was decided about, in UTC: another one where the clock is pretended.
    pub today: DateTime,
    /// Who asked.
    pub client: SocketAddr,
    /// The address that was asked.
    pub server: SocketAddr,
    /// Over which transport.
    pub transport: Transport,
    /// The message as it came in.
    pub octets: Vec<u8>,
    /// For which name.
    pub qname: String,
    /// For which type.
    pub qtype: Rtype,
    /// The country that governs the client.
    pub country: Option<CountryCode>,
    /// Its ISP.
    pub operator: Option<String>,
    /// What a stub resolver gets that takes the first reply.
    pub verdict: VerdictKind,
    /// The rule that decided.
    pub rule: Option<DecidingRule>,
    /// The name that the rule is about, where aliases have led to it.
    pub alias: Option<String>,
    /// The honest answer, where the zones hold one and another was given.
    pub honest: Option<Vec<u8>>,
    /// What left, in the order in which it left.
    pub replies: Vec<Delivery>,
    /// What the upstream resolver has said, where one was asked and answered.
    pub upstream: Option<UpstreamReply>,
}

/// The rule that decided about a query.
#[derive(Clone, Debug)]
pub struct DecidingRule {
    /// Its name in its file.
    pub slug: String,
    /// What it is cited by.
    pub id: String,
    /// How well it is known.
    pub evidence: Evidence,
    /// The pattern that matched.
    pub pattern: String,
}

/// What an upstream resolver has said.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct UpstreamReply {
    /// The RCODE, without its extended bits.
    pub rcode: u8,
    /// How long after it was asked.
    pub latency: Duration,
}

/// One reply.
#[derive(Clone, Debug)]
pub struct Delivery {
    /// How long after the query came in it was to leave.
    pub due: Duration,
    /// How long after the query came in it left.
    pub latency: Duration,
    /// What left.
    pub content: Delivered,
}

/// What became of a reply.
#[derive(Clone, Debug)]
pub enum Delivered {
    /// These octets left.
    Octets(Vec<u8>),
    /// The connection was reset.
    Reset,
    /// It could not be sent.
    Failed,
}

impl Delivery {
    /// The octets, if it left.
    #[must_use]
    pub fn octets(&self) -> Option<&[u8]> {
        match &self.content {
            Delivered::Octets(octets) => Some(octets),
            Delivered::Reset | Delivered::Failed => None,
        }
    }
}
