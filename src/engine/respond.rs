//! From a request to what is to be transmitted.

use super::{
    admission::admit,
    generation::Engine,
    judgement::Judgement,
    naive_injection::{inject, read_naively},
    request::Request,
    scratch::Scratch,
    transmission::{Origin, Payload, Transmission},
};
use crate::{
    answer::{Output, Plan, PlannedStep, Sampler},
    dns::{ParserSet, QueryView, RequestError},
    model::{Query, VerdictKind},
    policy::{Decision, Jurisdiction},
};
use std::time::Duration;

/// What is to be done about a request.
#[derive(Debug)]
pub struct Response<'e, 'r, 's> {
    /// The messages that transmissions have ranges of.
    pub octets: &'s [u8],
    /// In the order of their times; none is silence.
    pub transmissions: &'s [Transmission],
    /// The query as a resolver reads it; nothing where there is none.
    pub message: Option<QueryView<'r>>,
    /// What was decided about; nothing where no query could be read.
    pub query: Option<&'s Query>,
    /// Who governs the client.
    pub jurisdiction: Jurisdiction<'e>,
    /// The decision; nothing where the protocol decides.
    pub decision: Option<Decision<'e>>,
    /// What a stub resolver gets that takes the first reply.
    pub verdict: VerdictKind,
}

impl Engine {
    /// What is to be transmitted for a request, and when.
    pub fn respond<'e, 'r, 's>(
        &'e self,
        request: &Request<'r>,
        scratch: &'s mut Scratch,
    ) -> Response<'e, 'r, 's> {
        let allowed = self.settings.allows(request.client);
        self.respond_with(request, allowed, self.sampler(), scratch)
    }

    /// The same, whoever may ask, and with other random picks.
    pub(super) fn respond_with<'e, 'r, 's>(
        &'e self,
        request: &Request<'r>,
        allowed: bool,
        sampler: Sampler<'_>,
        scratch: &'s mut Scratch,
    ) -> Response<'e, 'r, 's> {
        scratch.begin(self.generation());
        let parsed = QueryView::parse(request.octets);
        let buffer = scratch.query.take().map(|query| query.qname);
        let query = request.query(parsed.as_ref().ok(), buffer);
        let jurisdiction = self.policy.jurisdiction(request.client, request.binding);
        let picks = (allowed, sampler);
        let judgement = Self::judge(request, parsed, query, jurisdiction, picks, scratch);
        self.carry_out(request, parsed.ok(), scratch);
        let Judgement { query, decision, verdict } = judgement;
        let is_read = parsed.is_ok() || decision.is_some();
        scratch.query = Some(query);
        Response {
            octets: &scratch.plan.octets,
            transmissions: &scratch.transmissions,
            message: parsed.ok(),
            query: scratch.query.as_ref().filter(|_| is_read),
            jurisdiction,
            decision,
            verdict,
        }
    }

    /// Decides about a request; the plan then has what is sent.
    fn judge<'e>(
        request: &Request<'_>,
        parsed: Result<QueryView<'_>, RequestError>,
        mut query: Query,
        jurisdiction: Jurisdiction<'e>,
        (allowed, sampler): (bool, Sampler<'_>),
        Scratch { plan, .. }: &mut Scratch,
    ) -> Judgement<'e> {
        let admitted = admit(request, parsed, query.qtype, allowed, &mut plan.octets);
        // Injectors see the datagrams of those who may ask.
        let injectors = allowed && !request.transport.is_stream();
        let parsers = if injectors { jurisdiction.parsers() } else { ParserSet::DNS };
        let apart =
            read_naively(request.octets, parsers, admitted.as_ref().ok().copied(), &mut query);
        let decision = match admitted {
            Ok(message) => {
                let decision = jurisdiction.decide(&query);
                decision.plan(&query, message, sampler, plan);
                Some(decision)
            }
            Err(rejection) => {
                if let Some(rejection) = rejection {
                    let output = Some(Output::Rejected(rejection));
                    plan.push(Duration::ZERO, output, VerdictKind::Refused);
                }
                None
            }
        };
        let mut judgement = Judgement { query, decision, verdict: plan.take_verdict() };
        for question in apart {
            inject(&mut judgement, question, request.octets, jurisdiction, sampler, plan);
        }
        if plan.steps.len() > 1 {
            plan.sort();
        }
        judgement
    }

    /// Turns the steps of the plan into transmissions. Honest messages are written behind the
    /// others, as far as nobody has to be asked for them.
    fn carry_out(
        &self,
        request: &Request<'_>,
        message: Option<QueryView<'_>>,
        scratch: &mut Scratch,
    ) {
        let Scratch { plan: Plan { octets, steps, .. }, cache, transmissions, .. } = scratch;
        transmissions.clear();
        // Whoever races is on the path, beside a stream and not in it: of several steps a stream
        // carries the first.
        let most = if request.transport.is_stream() { 1 } else { steps.len() };
        for PlannedStep { after, output } in steps.iter().take(most).cloned() {
            let payload = match output {
                Output::Forged(range) => Payload::Message(range, Origin::Forged),
                Output::Rejected(range) => Payload::Message(range, Origin::Protocol),
                Output::Reset => Payload::Reset,
                Output::Honest => {
                    let message = message.expect("only what is a query is answered honestly");
                    let limit = message.response_limit(request.transport);
                    self.write_honest(message, limit, cache, octets)
                }
            };
            transmissions.push(Transmission { after, payload });
        }
    }
}
