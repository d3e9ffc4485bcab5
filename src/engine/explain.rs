//! A query without a client: what would be decided and sent, for examples, `explain` and `compare`.

use super::{
    generation::Engine,
    request::{Request, Sender, ServerRole},
    respond::{Response, parse},
    scratch::Scratch,
    transmission::{Origin, Payload},
};
use crate::{
    answer::{Counters, Sampler},
    dns::{Name, Rtype, Transport},
    model::{Binding, Query, VerdictKind},
    policy::Decision,
};
use hickory_proto::{
    op::{Edns, Message, Query as Question},
    rr::{Name as WireName, RecordType},
};
use jiff::civil::DateTime;
use std::{net::IpAddr, time::Duration};

/// A query, the verdict on it, and what would go out.
#[derive(Debug)]
pub struct Explanation<'e> {
    /// The query.
    pub query: Query,
    /// The decision; without a rule where the protocol decides.
    pub decision: Decision<'e>,
    /// The name that the decision is about, where aliases have led to it.
    pub alias: Option<Name>,
    /// What a stub resolver gets that takes the first reply.
    pub verdict: VerdictKind,
    /// The message that asks.
    pub request: Vec<u8>,
    /// What would go out, in order.
    pub steps: Vec<ExplainedStep>,
}

/// One thing that would go out.
#[derive(Clone, Debug)]
pub struct ExplainedStep {
    /// How long after the query.
    pub after: Duration,
    /// What.
    pub content: StepContent,
}

/// What would go out.
#[derive(Clone, Debug)]
pub enum StepContent {
    /// A message.
    Message(WireMessage, Origin),
    /// What the upstream resolver says; nobody is asked for an explanation.
    Upstream,
    /// A TCP RST.
    Reset,
}

/// A message as it would be sent.
#[derive(Clone, Debug)]
pub struct WireMessage {
    /// Its octets.
    pub octets: Vec<u8>,
    /// The same, decoded; nothing where a DNS library cannot, as with an OPT in the wrong section.
    pub decoded: Option<Message>,
}

impl Engine {
    /// What a fresh server would send to a query as `dig` makes it: RD, EDNS with 1232 octets. No
    /// counter of the running server is moved; of an answer that comes only now and then it is what
    /// comes more often.
    ///
    /// That the client may not ask at all is another matter, which would hide the policy.
    #[must_use]
    pub fn explain(
        &self,
        qname: &WireName,
        qtype: Rtype,
        from: (IpAddr, Transport),
        arrival: DateTime,
    ) -> Explanation<'_> {
        self.explain_to((true, None), qname, qtype, from, arrival)
    }

    /// The same to a client that may not ask: what it gets instead, which hides the policy.
    #[must_use]
    pub fn explain_refusal(
        &self,
        qname: &WireName,
        qtype: Rtype,
        from: (IpAddr, Transport),
        arrival: DateTime,
    ) -> Explanation<'_> {
        self.explain_to((false, None), qname, qtype, from, arrival)
    }

    /// Whether a client of a listener that may be bound gets something else than the honest answer
    /// by UDP; one that may not ask does not get to know.
    #[must_use]
    pub fn is_blocked_for(
        &self,
        qname: &WireName,
        client: IpAddr,
        binding: Option<&Binding>,
        arrival: DateTime,
    ) -> bool {
        let (qtype, from) = (Rtype(RecordType::A), (client, Transport::Udp));
        let explanation = self.explain_to((true, binding), qname, qtype, from, arrival);
        self.settings.allows(client) && explanation.verdict != VerdictKind::Honest
    }

    fn explain_to(
        &self,
        (allowed, binding): (bool, Option<&Binding>),
        qname: &WireName,
        qtype: Rtype,
        (client, transport): (IpAddr, Transport),
        arrival: DateTime,
    ) -> Explanation<'_> {
        let octets = query_message(qname, qtype);
        let request = Request {
            octets: &octets,
            client,
            transport,
            binding,
            role: ServerRole::Resolver,
            arrival,
        };
        let counters = Counters::new(self.policy.counters());
        let sampler = Sampler::new(self.settings.seed, &counters).likeliest();
        let mut scratch = Scratch::default();
        let sender = Sender { allowed, ..self.sender(&request) };
        let parsed = parse(request, sender, &mut scratch);
        let response = self.answer(parsed, sampler, &mut scratch);
        let steps = explained(&response);
        let query = response.query.expect("a question of our own can be read").clone();
        let jurisdiction = response.jurisdiction;
        let decision =
            response.decision.unwrap_or(Decision { jurisdiction, rule: None, alias_of: None });
        let (alias, verdict) = (response.alias, response.verdict);
        Explanation { query, decision, alias, verdict, request: octets, steps }
    }
}

fn explained(response: &Response<'_, '_, '_>) -> Vec<ExplainedStep> {
    let content = |payload: &Payload| match payload {
        Payload::Message(range, origin) => {
            let octets = response.octets[range.clone()].to_vec();
            let decoded = Message::from_vec(&octets).ok();
            StepContent::Message(WireMessage { octets, decoded }, *origin)
        }
        Payload::AskUpstream => StepContent::Upstream,
        Payload::Reset => StepContent::Reset,
    };
    let steps = response.transmissions.iter();
    steps.map(|step| ExplainedStep { after: step.after, content: content(&step.payload) }).collect()
}

impl Explanation<'_> {
    /// How many messages go out.
    #[must_use]
    pub fn replies(&self) -> usize {
        self.steps.iter().filter(|step| !matches!(step.content, StepContent::Reset)).count()
    }

    /// The record data of the first message, in presentation form.
    #[must_use]
    pub fn first_data(&self) -> Vec<String> {
        let first = self.steps.iter().find_map(|step| step.content.decoded());
        let answers = first.map_or(&[][..], |message| &message.answers);
        answers.iter().map(|record| record.data.to_string()).collect()
    }
}

impl StepContent {
    /// The message, if it is known here.
    #[must_use]
    pub const fn message(&self) -> Option<&WireMessage> {
        match self {
            Self::Message(message, _) => Some(message),
            Self::Upstream | Self::Reset => None,
        }
    }

    /// The same, decoded.
    #[must_use]
    pub fn decoded(&self) -> Option<&Message> {
        self.message()?.decoded.as_ref()
    }
}

/// A query as `dig` makes it: RD, EDNS with 1232 octets.
#[must_use]
pub fn query_message(qname: &WireName, qtype: Rtype) -> Vec<u8> {
    let mut message = Message::query();
    // Always the same, so that the octets are.
    message.metadata.id = 0;
    message.metadata.recursion_desired = true;
    message.add_query(Question::query(qname.clone(), qtype.0));
    message.set_edns(Edns::new());
    message.to_vec().expect("a question and an OPT can be written")
}
