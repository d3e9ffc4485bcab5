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
    policy::{Answer, Kind, Verdict},
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

/// What the verdict on a query sends.
#[must_use]
pub fn plan(verdict: &Verdict<'_>, query: &Query, draw: &Draw<'_>) -> Plan {
    let Some(answer) = verdict.answer else {
        return Plan { steps: vec![Step { after: Duration::ZERO, send: Send::Honest }] };
    };
    let blocked = verdict.rule.and_then(|(_, pattern)| pattern.anchor());
    let mut steps = Planning { query, blocked, draw }.steps(answer, Duration::ZERO);
    steps.sort_by_key(|step| step.after);
    Plan { steps }
}

/// What is the same for all steps of a plan.
struct Planning<'a> {
    query: &'a Query,
    /// The name that the deciding pattern is about.
    blocked: Option<&'a str>,
    draw: &'a Draw<'a>,
}

impl Planning<'_> {
    fn steps(&self, answer: &Answer, after: Duration) -> Vec<Step> {
        if !answer.readers.meet(self.query.readers) {
            return Vec::new();
        }
        match &answer.kind {
            Kind::Race(steps) => steps.iter().flat_map(|step| self.steps(&step.answer, after + step.after)).collect(),
            Kind::Delay(by, then) => self.steps(then, after + *by),
            Kind::Sometimes { chance, then, otherwise, turn } => {
                let drawn = self.draw.below(*turn, self.draw.turn(*turn), 1_000_000);
                self.steps(if drawn < u64::from(*chance) { then } else { otherwise }, after)
            }
            Kind::Dated(_) => self.steps(answer.on(self.query.today()), after),
            _ => self.send(answer).map(|send| Step { after, send }).into_iter().collect(),
        }
    }

    /// What an answer sends that is made of no others; nothing for silence.
    fn send(&self, answer: &Answer) -> Option<Send> {
        let reply = match &answer.kind {
            Kind::Honest => return Some(Send::Honest),
            Kind::NxDomain(soa) => forge::negative(ResponseCode::NXDomain, soa, self.blocked),
            Kind::NoData(soa) => forge::negative(ResponseCode::NoError, soa, self.blocked),
            Kind::Refused => Reply::status(ResponseCode::Refused),
            Kind::ServFail => Reply::status(ResponseCode::ServFail),
            // Over a stream there is nothing to come back to: whoever was sent there gets the answer (RFC 7766 section 5).
            Kind::Truncate if self.query.transport != Transport::Udp => return Some(Send::Honest),
            Kind::Truncate => Reply { truncated: true, ..Reply::status(ResponseCode::NoError) },
            Kind::Reset => return (self.query.transport != Transport::Udp).then_some(Send::Reset),
            Kind::Poison(poison) => match forge::poison(poison, self.query, self.blocked, self.draw)? {
                Send::Forged(reply) => reply,
                other => return Some(other),
            },
            Kind::Drop | Kind::Race(_) | Kind::Delay(..) | Kind::Sometimes { .. } | Kind::Dated(_) => return None,
        };
        Some(Send::Forged(Reply { wire: answer.wire, ede: answer.ede.clone(), ..reply }))
    }
}
