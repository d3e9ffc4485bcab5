//! Honest answers, as far as nobody has to be asked for them.

use super::{
    Desk, Lab,
    known::{Known, personalise},
};
use crate::{
    answer::{Head, Honest, Send},
    config::Origin,
    query::{Received, Transport},
};
use hickory_proto::op::ResponseCode;
use std::ops::Range;

/// What the zones alone say, before anybody is asked.
#[derive(Debug)]
pub enum Local {
    /// The whole answer.
    Whole(Vec<u8>),
    /// The beginning of an answer that goes on elsewhere: a referral, or an alias into a zone that
    /// is not here.
    Partial(Vec<u8>),
    /// Nothing.
    Nothing,
}

/// What a planned step comes to.
#[derive(Clone, Debug)]
pub enum Due<'o> {
    /// A message, and where it stands in the desk's octets.
    Message(Range<usize>),
    /// What an upstream resolver says to this query.
    Upstream(Received<'o>),
    /// A TCP RST; in a datagram there is no such thing.
    Reset,
    /// Nothing: an honest answer to what is no query. No plan has such a step.
    Nothing,
}

/// "No Reachable Authority" (RFC 8914 section 4.23).
const EDE_NO_REACHABLE_AUTHORITY: u16 = 22;

impl Lab {
    /// What a step of the desk's plan comes to; an honest message is written behind the others.
    pub fn due<'o>(
        &self,
        send: Send,
        query: Option<Received<'o>>,
        transport: Transport,
        desk: &mut Desk,
    ) -> Due<'o> {
        let Desk { plan, known, .. } = desk;
        match (send, query) {
            (Send::Forged(range) | Send::Rejected(range), _) => Due::Message(range),
            (Send::Reset, _) => Due::Reset,
            (Send::Honest, None) => Due::Nothing,
            (Send::Honest, Some(query)) => {
                let written =
                    self.write_honest(query, query.limit(transport), known, &mut plan.octets);
                written.map_or(Due::Upstream(query), Due::Message)
            }
        }
    }

    /// Writes the honest answer behind what is in the buffer, or nothing when an upstream resolver
    /// has to be asked for it. What has been asked before is not looked for again.
    fn write_honest(
        &self,
        query: Received<'_>,
        limit: usize,
        known: &mut Known,
        out: &mut Vec<u8>,
    ) -> Option<Range<usize>> {
        if let Some(range) = known.write(query, out) {
            return Some(range);
        }
        // Letters' case can change how a library compresses names; so it is told of one case alone.
        let mut lowered = query.octets.to_vec();
        let mut answer = self.honest_at_once(query.lowered(&mut lowered), limit)?;
        known.learn(&answer);
        personalise(&mut answer, query);
        out.extend(&answer);
        Some(out.len() - answer.len()..out.len())
    }

    /// The honest answer, or nothing when an upstream resolver has to be asked for it.
    #[must_use]
    pub fn honest_at_once(&self, query: Received<'_>, limit: usize) -> Option<Vec<u8>> {
        if !self.asks_upstream() {
            return Some(self.without_upstream(query, limit));
        }
        match self.settings.honest_from[..] {
            [Origin::Zones, ..] => self.whole_from_zones(query, limit),
            _ => None,
        }
    }

    /// The zones' answer, if it is all that the client can want.
    #[must_use]
    pub fn whole_from_zones(&self, query: Received<'_>, limit: usize) -> Option<Vec<u8>> {
        match self.local(query, limit) {
            Local::Whole(octets) => Some(octets),
            // Who does not ask for recursion wants what is known here, not what others know.
            Local::Partial(octets) if !query.recursion_desired() => Some(octets),
            Local::Partial(_) | Local::Nothing => None,
        }
    }

    /// SERVFAIL that says why.
    #[must_use]
    pub fn no_answer(query: Received<'_>, limit: usize, why: &str) -> Vec<u8> {
        Head::status(ResponseCode::ServFail)
            .explained(EDE_NO_REACHABLE_AUTHORITY, why)
            .octets(query, limit)
    }

    /// What the zones say, if they are asked at all.
    #[must_use]
    pub fn local(&self, query: Received<'_>, limit: usize) -> Local {
        if !self.settings.honest_from.contains(&Origin::Zones) {
            return Local::Nothing;
        }
        let octets = |message| {
            let written = Honest::octets(&message, query, limit);
            written.unwrap_or_else(|why| {
                Self::no_answer(
                    query,
                    limit,
                    &format!("the zone's answer cannot be written: {why}"),
                )
            })
        };
        match self.zones.answer(query) {
            Honest::Answer(message) => Local::Whole(octets(message)),
            Honest::Partial(message) => Local::Partial(octets(message)),
            Honest::Elsewhere => Local::Nothing,
        }
    }

    fn asks_upstream(&self) -> bool {
        !self.settings.upstream.is_empty() && self.settings.honest_from.contains(&Origin::Upstream)
    }

    /// Where nobody can be asked, what is known here is all that there is: a referral, or an alias
    /// without its target.
    fn without_upstream(&self, query: Received<'_>, limit: usize) -> Vec<u8> {
        match self.local(query, limit) {
            Local::Whole(octets) | Local::Partial(octets) => octets,
            Local::Nothing => Self::no_answer(
                query,
                limit,
                "the name is in no zone of this lab, and no upstream resolver is set",
            ),
        }
    }
}
