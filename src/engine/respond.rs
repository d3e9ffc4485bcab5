//! From a request to what is to be transmitted.

use super::{
    alias_chain::follow_aliases,
    generation::Engine,
    honest::UpstreamQuery,
    naive_injection::{Judgement, inject, read_naively},
    request::{ParsedRequest, Request, Sender, ServerRole},
    scratch::Scratch,
    transmission::{Origin, Payload, Transmission},
};
use crate::{
    answer::{Output, Plan, PlannedStep, Sampler},
    dns::{Name, ParserSet, QueryView},
    model::{Binding, Query, VerdictKind},
    policy::{Decision, Jurisdiction, prefetch},
};
use smallvec::SmallVec;
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
    /// The name that the decision is about, where aliases have led to it.
    pub alias: Option<Name>,
    /// What a stub resolver gets that takes the first reply.
    pub verdict: VerdictKind,
}

impl Response<'_, '_, '_> {
    /// The query, to be kept until an upstream resolver has answered it; `binding` is that of its
    /// request.
    ///
    /// # Panics
    ///
    /// Nobody is asked about what is no query.
    #[must_use]
    pub fn upstream_query(&self, binding: Option<&Binding>) -> UpstreamQuery {
        let (message, query) = self.message.zip(self.query).expect("only a query is relayed");
        let (message, query, binding) = (message.to_owned(), query.clone(), binding.cloned());
        let is_undecided = self.decision.is_some_and(|decision| decision.rule.is_none());
        UpstreamQuery { message, query, binding, is_undecided }
    }
}

/// As many requests are parsed before the first of them is decided about.
const BATCH: usize = 16;

impl Engine {
    /// What is to be transmitted for a request, and when.
    pub fn respond<'e, 'r, 's>(
        &'e self,
        request: &Request<'r>,
        scratch: &'s mut Scratch,
    ) -> Response<'e, 'r, 's> {
        let parsed = parse(*request, self.sender(request), scratch);
        self.answer(parsed, self.sampler(), scratch)
    }

    /// The same for requests that came in together; each has a tag that comes back with its
    /// response. The memory that decisions read is prefetched first, so that all wait for it
    /// together.
    pub fn respond_all<'e, 'r, T>(
        &'e self,
        mut requests: impl Iterator<Item = (T, Request<'r>)>,
        scratch: &mut Scratch,
        mut done: impl FnMut(T, &Response<'e, 'r, '_>),
    ) {
        // Those who come together are often one client.
        let mut last: Option<(Sender<'e>, Option<&Binding>)> = None;
        loop {
            let batch = requests.by_ref().take(BATCH);
            let parsed = batch.map(|(tag, request)| {
                let same = |(last, binding): &(Sender<'_>, _)| {
                    last.client == request.client && *binding == request.binding
                };
                let sender = last.filter(same).map(|(sender, _)| sender);
                let sender = sender.unwrap_or_else(|| self.sender(&request));
                last = Some((sender, request.binding));
                (tag, parse(request, sender, scratch))
            });
            let batch: SmallVec<[_; BATCH]> = parsed.collect();
            if batch.is_empty() {
                return;
            }
            if batch.len() > 1 {
                prefetch(
                    batch
                        .iter()
                        .map(|(_, parsed)| (parsed.sender.jurisdiction, &parsed.query.qname)),
                );
            }
            for (tag, parsed) in batch {
                done(tag, &self.answer(parsed, self.sampler(), scratch));
            }
        }
    }

    /// Who has sent a request.
    pub(super) fn sender(&self, request: &Request<'_>) -> Sender<'_> {
        let client = request.client;
        let jurisdiction = self.policy.jurisdiction(client, request.binding);
        Sender { client, jurisdiction, allowed: self.settings.allows(client) }
    }

    /// What is to be transmitted for a request, with these random picks.
    pub(super) fn answer<'e, 'r, 's>(
        &'e self,
        parsed: ParsedRequest<'e, 'r>,
        sampler: Sampler<'_>,
        scratch: &'s mut Scratch,
    ) -> Response<'e, 'r, 's> {
        scratch.begin(self.generation());
        let ParsedRequest { request, message, sender: Sender { jurisdiction, .. }, .. } = parsed;
        let mut judgement = Self::identify(&parsed, &mut scratch.plan)
            .unwrap_or_else(|| self.judge(parsed, sampler, &mut scratch.plan));
        self.carry_out(&request, message.ok(), scratch);
        let Scratch { plan: Plan { octets, .. }, transmissions, .. } = scratch;
        let alias = message.ok().and_then(|message| {
            follow_aliases(&mut judgement, message, sampler, octets, transmissions)
        });
        let Judgement { query, decision, verdict } = judgement;
        let is_read = message.is_ok() || decision.is_some();
        scratch.queries.truncate(BATCH - 1);
        scratch.queries.push(query);
        Response {
            octets: &scratch.plan.octets,
            transmissions: &scratch.transmissions,
            message: message.ok(),
            query: scratch.queries.last().filter(|_| is_read),
            jurisdiction,
            decision,
            alias,
            verdict,
        }
    }

    /// Decides about a request; the plan then has what is sent.
    fn judge<'e>(
        &self,
        parsed: ParsedRequest<'e, '_>,
        sampler: Sampler<'_>,
        plan: &mut Plan,
    ) -> Judgement<'e> {
        let admitted = self.admit(&parsed, &mut plan.octets);
        let ParsedRequest { request, mut query, sender, .. } = parsed;
        let Sender { jurisdiction, allowed, .. } = sender;
        // Injectors see the datagrams of those who may ask.
        let injectors = allowed && !request.transport.is_stream();
        let parsers = if injectors { jurisdiction.parsers() } else { ParserSet::DNS };
        let same = admitted.as_ref().ok().copied();
        let apart = read_naively(request.octets, parsers, same, &mut query);
        let decision = match admitted {
            Ok(message) => {
                let decision = jurisdiction.decide(&query);
                decision.plan(&query, message, &[], sampler, plan);
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
    /// others, unless an upstream resolver has to be asked for them.
    fn carry_out(
        &self,
        request: &Request<'_>,
        message: Option<QueryView<'_>>,
        scratch: &mut Scratch,
    ) {
        let Scratch { plan: Plan { octets, steps, .. }, cache, transmissions, .. } = scratch;
        transmissions.clear();
        // An injector that races is beside the path of a stream and not in it: of several steps a
        // stream carries the first.
        let most = if request.transport.is_stream() { 1 } else { steps.len() };
        for PlannedStep { after, output } in steps.iter().take(most).cloned() {
            let packet = output.packet();
            let payload = match output {
                Output::Forged(range, _) => Payload::Message(range, Origin::Forged),
                Output::AliasTarget(range) => {
                    let message = message.expect("only a query is about a name");
                    let limit = message.response_limit(request.transport);
                    let none = octets[range.start + 6..range.start + 8] == [0, 0];
                    let known = none.then(|| self.records_in_zones(message, limit)).flatten();
                    match known {
                        Some((known, origin)) => {
                            octets.extend(&known);
                            let range = octets.len() - known.len()..octets.len();
                            Payload::Message(range, origin)
                        }
                        None => Payload::Message(range, Origin::AliasTarget),
                    }
                }
                Output::Rejected(range) => Payload::Message(range, Origin::Protocol),
                Output::Reset => Payload::Reset,
                Output::Honest if request.role == ServerRole::OnPath => continue,
                Output::Honest if request.role == ServerRole::Redirected => Payload::AskUpstream,
                Output::Honest => {
                    let message = message.expect("only what is a query is answered honestly");
                    let limit = message.response_limit(request.transport);
                    self.write_honest(message, limit, cache, octets)
                }
            };
            transmissions.push(Transmission { after, payload, packet });
        }
    }
}

/// Reads a request.
pub(super) fn parse<'e, 'r>(
    request: Request<'r>,
    sender: Sender<'e>,
    scratch: &mut Scratch,
) -> ParsedRequest<'e, 'r> {
    let message = if sender.allowed {
        QueryView::parse(request.octets)
    } else {
        QueryView::glance(request.octets)
    };
    let buffer = scratch.queries.pop().map(|query| query.qname);
    let query = request.query(message.as_ref().ok(), buffer);
    ParsedRequest { request, message, query, sender }
}
