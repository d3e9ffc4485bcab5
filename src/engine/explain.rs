//! A query without a client: what would be decided and sent, for examples, `explain` and `compare`.

use super::{
    Lab, Local,
    course::{Asker, Desk, judge},
    honest::Due,
};
use crate::{
    answer::{Draw, Send, Step, Turns},
    policy::Verdict,
    query::{Query, Received, Transport, Type},
};
use hickory_proto::{
    op::{Edns, Message, Query as Question},
    rr::Name as WireName,
};
use std::time::Duration;

/// A query, the verdict on it, and what would go out.
#[derive(Debug)]
pub struct Rehearsal<'l> {
    /// The query.
    pub query: Query,
    /// The verdict.
    pub verdict: Verdict<'l>,
    /// What would go out, in order.
    pub parts: Vec<Part>,
}

/// One thing that would go out.
#[derive(Clone, Debug)]
pub struct Part {
    /// How long after the query.
    pub after: Duration,
    /// What.
    pub what: What,
}

/// What would go out.
#[derive(Clone, Debug)]
pub enum What {
    /// A forged message.
    Forged(Sent),
    /// A message from the zones.
    Honest(Sent),
    /// SERVFAIL, because no zone holds the name and nobody can be asked.
    Nowhere(Sent),
    /// What the upstream resolver says; nobody is asked in a rehearsal.
    Upstream,
    /// A refusal that everybody gets, such as that of a zone transfer.
    Rejected(Sent),
    /// A TCP RST.
    Reset,
}

/// A message as it would be sent.
#[derive(Clone, Debug)]
pub struct Sent {
    /// Its octets.
    pub octets: Vec<u8>,
    /// The same, decoded; nothing where a DNS library cannot, as with an OPT in the wrong section.
    pub message: Option<Message>,
}

impl Sent {
    fn new(octets: &[u8]) -> Self {
        Self { message: Message::from_vec(octets).ok(), octets: octets.to_vec() }
    }
}

impl Lab {
    /// What a fresh server would send to a query as `dig` makes it: RD, EDNS with 1232 octets.
    /// Rings stand at their beginning and are not moved.
    #[must_use]
    pub fn rehearse(&self, name: &WireName, rtype: Type, asker: Asker) -> Rehearsal<'_> {
        // That a client may not ask at all is another matter, which would hide the policy.
        let asker = Asker { welcome: true, ..asker };
        let turns = Turns::new(self.policy.rings());
        let draw = Draw { seed: self.settings.seed, turns: &turns };
        let (octets, mut desk) = (octets(name, rtype), Desk::default());
        let mut opened = self.open(&octets, self.governed(asker, None), &mut desk);
        let (verdict, received) = judge(&mut opened, &draw, &mut desk.plan);
        let query = opened.into_query();
        let verdict = verdict.unwrap_or_else(|| self.policy.decide(&query).rejected());
        // A stream carries the first step alone.
        let steps = desk
            .plan
            .steps
            .clone()
            .into_iter()
            .take(if asker.transport == Transport::Udp { usize::MAX } else { 1 });
        let part = |Step { after, send }| Part {
            after,
            what: self.what(send, received, asker.transport, &mut desk),
        };
        Rehearsal { query, verdict, parts: steps.map(part).collect() }
    }

    fn what(
        &self,
        send: Send,
        received: Option<Received<'_>>,
        transport: Transport,
        desk: &mut Desk,
    ) -> What {
        let (rejected, honest) = (matches!(send, Send::Rejected(_)), send == Send::Honest);
        let sent = match self.due(send, received, transport, desk) {
            Due::Message(range) => Sent::new(&desk.plan.octets[range]),
            Due::Upstream(_) => return What::Upstream,
            Due::Reset | Due::Nothing => return What::Reset,
        };
        match received {
            _ if rejected => What::Rejected(sent),
            Some(query)
                if honest
                    && matches!(self.local(query, query.limit(transport)), Local::Nothing) =>
            {
                What::Nowhere(sent)
            }
            _ if honest => What::Honest(sent),
            _ => What::Forged(sent),
        }
    }
}

impl Rehearsal<'_> {
    /// How many messages go out.
    #[must_use]
    pub fn replies(&self) -> usize {
        self.parts.iter().filter(|part| !matches!(part.what, What::Reset)).count()
    }

    /// The record data of the first message, in presentation form.
    #[must_use]
    pub fn first_data(&self) -> Vec<String> {
        let first = self.parts.iter().find_map(|part| part.what.message());
        first.map_or(Vec::new(), |message| {
            message.answers.iter().map(|record| record.data.to_string()).collect()
        })
    }
}

impl What {
    /// What is sent, if it is a message that is known here.
    #[must_use]
    pub const fn sent(&self) -> Option<&Sent> {
        match self {
            Self::Forged(sent)
            | Self::Honest(sent)
            | Self::Nowhere(sent)
            | Self::Rejected(sent) => Some(sent),
            Self::Upstream | Self::Reset => None,
        }
    }

    /// The same, decoded.
    #[must_use]
    pub fn message(&self) -> Option<&Message> {
        self.sent()?.message.as_ref()
    }
}

fn octets(name: &WireName, rtype: Type) -> Vec<u8> {
    let mut message = Message::query();
    // Always the same, so that the octets are.
    message.metadata.id = 0;
    message.metadata.recursion_desired = true;
    message.add_query(Question::query(name.clone(), rtype.0));
    message.set_edns(Edns::new());
    message.to_vec().unwrap_or_default()
}
