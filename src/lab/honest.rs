//! Honest answers, as far as nobody has to be asked for them.

use super::{Lab, course::Asked};
use crate::{
    answer::{Honest, Reply},
    config::Origin,
};
use hickory_proto::op::ResponseCode;

/// What the zones alone say, before anybody is asked.
#[derive(Debug)]
pub enum Local {
    /// The whole answer.
    Whole(Vec<u8>),
    /// The beginning of an answer that goes on elsewhere: a referral, or an alias into a zone that is not here.
    Partial(Vec<u8>),
    /// Nothing.
    Nothing,
}

/// "No Reachable Authority" (RFC 8914 section 4.23).
const EDE_NO_REACHABLE_AUTHORITY: u16 = 22;

impl Lab {
    /// The honest answer, or nothing when an upstream resolver has to be asked for it.
    #[must_use]
    pub fn honest_at_once(&self, asked: &Asked) -> Option<Vec<u8>> {
        if !self.asks_upstream() {
            return Some(self.without_upstream(asked));
        }
        match self.settings.honest_from[..] {
            [Origin::Zones, ..] => self.whole_from_zones(asked),
            _ => None,
        }
    }

    /// The zones' answer, if it is all that the client can want.
    #[must_use]
    pub fn whole_from_zones(&self, asked: &Asked) -> Option<Vec<u8>> {
        match self.local(asked) {
            Local::Whole(octets) => Some(octets),
            // Who does not ask for recursion wants what is known here, not what others know.
            Local::Partial(octets) if !asked.query.recursion_desired() => Some(octets),
            Local::Partial(_) | Local::Nothing => None,
        }
    }

    /// SERVFAIL that says why.
    #[must_use]
    pub fn no_answer(Asked { query, limit }: &Asked, why: impl Into<String>) -> Vec<u8> {
        Reply::status(ResponseCode::ServFail).explained(EDE_NO_REACHABLE_AUTHORITY, why).octets(query, *limit)
    }

    /// What the zones say, if they are asked at all.
    #[must_use]
    pub fn local(&self, asked: &Asked) -> Local {
        if !self.settings.honest_from.contains(&Origin::Zones) {
            return Local::Nothing;
        }
        let octets = |message| {
            let written = Honest::octets(&message, &asked.query, asked.limit);
            written.unwrap_or_else(|why| Self::no_answer(asked, format!("the zone's answer cannot be written: {why}")))
        };
        match self.zones.answer(&asked.query) {
            Honest::Answer(message) => Local::Whole(octets(message)),
            Honest::Partial(message) => Local::Partial(octets(message)),
            Honest::Elsewhere => Local::Nothing,
        }
    }

    fn asks_upstream(&self) -> bool {
        !self.settings.upstream.is_empty() && self.settings.honest_from.contains(&Origin::Upstream)
    }

    /// Where nobody can be asked, what is known here is all that there is: a referral, or an alias without its target.
    fn without_upstream(&self, asked: &Asked) -> Vec<u8> {
        match self.local(asked) {
            Local::Whole(octets) | Local::Partial(octets) => octets,
            Local::Nothing => Self::no_answer(asked, "the name is in no zone of this lab, and no upstream resolver is set"),
        }
    }
}
