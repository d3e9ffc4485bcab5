//! From a verdict to what goes out and when.
//!
//! [`plan`] is pure but for the turns it takes: it reads no clock, does no I/O and owns no socket.
//! A [`Plan`] is a list of [`Step`]s; no step at all is silence. Messages of our own making are
//! written octet by octet ([`Reply`]) because censors' messages are not as a library would write
//! them; honest messages come from [`Zones`] or from an upstream resolver.

mod draw;
mod forge;
mod reply;
mod zone;
mod zones;

pub use draw::{Draw, Turns};
pub use reply::{Head, Reply, write_bare_header};
pub use zone::{Zone, ZoneError};
pub use zones::{Honest, Zones};

use crate::{
    policy::{Answer, Kind, Verdict},
    query::{Query, Received, Transport},
};
use forge::Says;
use hickory_proto::op::ResponseCode;
use std::{ops::Range, time::Duration};

/// What goes out for one query, and when. It serves query after query, so that no memory is asked
/// for.
#[derive(Debug, Default)]
pub struct Plan {
    /// Messages, one behind the other.
    pub octets: Vec<u8>,
    /// In the order of their times; none is silence.
    pub steps: Vec<Step>,
}

/// One thing that goes out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    /// How long after the query came in.
    pub after: Duration,
    /// What.
    pub send: Send,
}

/// What a step sends. Ranges are of the plan's octets.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Send {
    /// A message of our own making.
    Forged(Range<usize>),
    /// What the protocol wants, whatever the policy says.
    Rejected(Range<usize>),
    /// What the zones or the upstream say.
    Honest,
    /// A TCP RST.
    Reset,
}

/// A query on its way to a plan.
#[derive(Clone, Copy, Debug)]
pub struct Asked<'a> {
    /// The question, as the policy saw it.
    pub query: &'a Query,
    /// The message, for replies to copy from.
    pub received: Received<'a>,
}

/// Adds to a plan what the verdict on a query sends.
pub fn plan(verdict: &Verdict<'_>, asked: Asked<'_>, draw: &Draw<'_>, plan: &mut Plan) {
    let first = plan.steps.len();
    match verdict.answer {
        None => plan.steps.push(Step { after: Duration::ZERO, send: Send::Honest }),
        Some(answer) => {
            let blocked = verdict.rule.and_then(|(_, pattern)| pattern.anchor());
            let limit = asked.received.limit(asked.query.transport);
            Planning { asked, limit, blocked, draw, plan }.steps(answer, Duration::ZERO);
        }
    }
    if let steps @ [_, _, ..] = &mut plan.steps[first..] {
        steps.sort_by_key(|step| step.after);
    }
}

/// What is the same for all steps of a plan.
struct Planning<'a> {
    asked: Asked<'a>,
    /// The most octets that a reply may have.
    limit: usize,
    /// The name that the deciding pattern is about.
    blocked: Option<&'a str>,
    draw: &'a Draw<'a>,
    plan: &'a mut Plan,
}

impl Planning<'_> {
    fn steps(&mut self, answer: &Answer, after: Duration) {
        if !answer.readers.meet(self.asked.query.readers) {
            return;
        }
        match &answer.kind {
            Kind::Race(steps) => {
                steps.iter().for_each(|step| self.steps(&step.answer, after + step.after))
            }
            Kind::Delay(by, then) => self.steps(then, after + *by),
            Kind::Sometimes { chance, then, otherwise, turn } => {
                let drawn = self.draw.below(*turn, self.draw.turn(*turn), 1_000_000);
                self.steps(if drawn < u64::from(*chance) { then } else { otherwise }, after);
            }
            Kind::Dated(_) => self.steps(answer.on(self.asked.query.today()), after),
            _ => {
                if let Some(send) = self.send(answer) {
                    self.plan.steps.push(Step { after, send });
                }
            }
        }
    }

    /// What an answer sends that is made of no others; nothing for silence.
    fn send(&mut self, answer: &Answer) -> Option<Send> {
        let stream = self.asked.query.transport != Transport::Udp;
        let head = Head {
            wire: answer.wire,
            ede: answer.ede.as_ref().map(|ede| (ede.code, &*ede.text)),
            ..head(&answer.kind)?
        };
        let says = match &answer.kind {
            Kind::Honest => return Some(Send::Honest),
            // Over a stream there is nothing to come back to: whoever was sent there gets the
            // answer (RFC 7766 section 5).
            Kind::Truncate if stream => return Some(Send::Honest),
            Kind::Reset => return stream.then_some(Send::Reset),
            Kind::Poison(poison) => match forge::says(poison, self.asked.query.rtype.0) {
                Says::Honest => return Some(Send::Honest),
                Says::Silence => return None,
                says => says,
            },
            _ => Says::NoData,
        };
        let mut reply = head.begin(self.asked.received, &mut self.plan.octets);
        match (&answer.kind, says) {
            (Kind::NxDomain(soa) | Kind::NoData(soa), _) => {
                forge::negative(&mut reply, soa, self.blocked)
            }
            (Kind::Poison(poison), Says::Records(rtype)) => {
                forge::records(poison, rtype, self.asked.query, self.draw, &mut reply);
            }
            (Kind::Poison(poison), _) => forge::negative(&mut reply, &poison.soa, self.blocked),
            _ => {}
        }
        Some(Send::Forged(reply.end(self.limit)))
    }
}

/// How a message of a kind begins; nothing for what is silence or made of others.
fn head(kind: &Kind) -> Option<Head<'static>> {
    let rcode = match kind {
        Kind::NxDomain(_) => ResponseCode::NXDomain,
        Kind::Refused => ResponseCode::Refused,
        Kind::ServFail => ResponseCode::ServFail,
        Kind::Honest | Kind::NoData(_) | Kind::Truncate | Kind::Reset | Kind::Poison(_) => {
            ResponseCode::NoError
        }
        Kind::Drop | Kind::Race(_) | Kind::Delay(..) | Kind::Sometimes { .. } | Kind::Dated(_) => {
            return None;
        }
    };
    Some(Head { truncated: matches!(kind, Kind::Truncate), ..Head::status(rcode) })
}
