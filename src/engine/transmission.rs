//! What is to leave, and when.

use crate::model::PacketForm;
use std::{ops::Range, time::Duration};

/// One thing that is to leave.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Transmission {
    /// How long after the request.
    pub after: Duration,
    /// What.
    pub payload: Payload,
    /// How its packets look, where an injector sends them.
    pub packet: PacketForm,
}

impl Transmission {
    /// Something that leaves at once.
    pub(super) fn at_once(payload: Payload) -> Self {
        Self { after: Duration::ZERO, payload, packet: PacketForm::default() }
    }
}

/// What is to leave.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Payload {
    /// A message, as a range of the response's octets.
    Message(Range<usize>, Origin),
    /// What an upstream resolver says to the response's `message`.
    AskUpstream,
    /// A TCP RST; datagrams have none.
    Reset,
}

/// Where a message comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Origin {
    /// A rule.
    Forged,
    /// The protocol, whatever the policy says: a refusal that everybody gets.
    Protocol,
    /// The resolver of whoever blocks: it knows the page that its forged aliases lead to.
    AliasTarget,
    /// An upstream resolver.
    Upstream,
    /// The zone files.
    Zones,
    /// The zone files, with a record that stands in for what no source has.
    StandIn,
    /// Nobody: no zone holds the name, and no upstream resolver can be asked.
    Nowhere,
}
