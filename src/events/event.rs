//! One query and what became of it.

use crate::{
    dns::{Rtype, Transport},
    model::{CountryCode, VerdictKind},
};
use std::{net::IpAddr, time::Duration};

/// One query and what became of it.
#[derive(Clone, Debug)]
pub struct QueryEvent {
    /// Who asked.
    pub client: IpAddr,
    /// Over which transport.
    pub transport: Transport,
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
    pub rule: Option<String>,
    /// The name that the rule is about, where aliases have led to it.
    pub alias: Option<String>,
    /// What left, in the order in which it left.
    pub replies: Vec<Delivery>,
    /// The RCODE of the upstream resolver, without its extended bits, where one was asked and
    /// answered.
    pub upstream_rcode: Option<u8>,
}

/// One reply.
#[derive(Clone, Debug)]
pub struct Delivery {
    /// How long after the query came in.
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
