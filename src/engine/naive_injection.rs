//! Injectors that read octets and not messages.
//!
//! Where such an injector sees the same question as a resolver does, it is decided about once, and
//! the query says which parsers have read it. Where it sees another, its rules are asked about that
//! one, and what it sends is added to the plan.

use crate::{
    answer::{Output, Plan, Sampler},
    dns::{NaiveParser, NaiveQuestion, ParserSet, QueryParser, QueryView},
    model::{Query, VerdictKind},
    policy::{Decision, Jurisdiction},
};

/// What was decided about a request.
#[derive(Debug)]
pub(super) struct Judgement<'e> {
    pub(super) query: Query,
    pub(super) decision: Option<Decision<'e>>,
    pub(super) verdict: VerdictKind,
}

/// Reads octets with all naive parsers of a set. Those that see the query are added to its parsers;
/// what the others see comes back.
pub(super) fn read_naively(
    octets: &[u8],
    parsers: ParserSet,
    message: Option<QueryView<'_>>,
    query: &mut Query,
) -> Vec<(NaiveParser, NaiveQuestion)> {
    let mut apart = Vec::new();
    if parsers == ParserSet::DNS {
        return apart;
    }
    for parser in parsers.naive() {
        let Some(question) = NaiveQuestion::parse(octets, parser) else { continue };
        let same = message.is_some_and(|message| {
            message.question_range() == question.question
                && question.qtype == query.qtype
                && question.qname == query.qname
        });
        if same {
            query.parsers = query.parsers.union(ParserSet::of(QueryParser::Naive(parser)));
        } else {
            apart.push((parser, question));
        }
    }
    apart
}

/// Adds what an injector sends that sees another question than a resolver does, if a rule is about
/// it. What the resolver says then comes when the injector's rule lets it come, or not at all,
/// unless those who read messages have a rule for that too.
pub(super) fn inject<'e>(
    judgement: &mut Judgement<'e>,
    (parser, question): (NaiveParser, NaiveQuestion),
    octets: &[u8],
    jurisdiction: Jurisdiction<'e>,
    sampler: Sampler<'_>,
    plan: &mut Plan,
) {
    let NaiveQuestion { qname, qtype, question } = question;
    let Query { client, transport, arrival, .. } = judgement.query;
    let parsers = ParserSet::of(QueryParser::Naive(parser));
    let query = Query { qname, qtype, client, transport, arrival, parsers };
    let decision = jurisdiction.decide(&query);
    if decision.rule.is_none() {
        return;
    }
    let first = plan.steps.len();
    let message = QueryView::with_question(octets, &question);
    decision.plan(&query, message, &[], sampler, plan);
    let verdict = plan.take_verdict();
    let injected = plan.steps.split_off(first);
    let (honest, forged): (Vec<_>, Vec<_>) =
        injected.into_iter().partition(|step| step.output == Output::Honest);
    if judgement.decision.is_none_or(|decision| decision.rule.is_none()) {
        *judgement = Judgement { query, decision: Some(decision), verdict };
        match honest.iter().min_by_key(|step| step.after) {
            Some(honest) => plan.steps.iter_mut().for_each(|step| step.after = honest.after),
            None => plan.steps.clear(),
        }
    }
    plan.steps.extend(forged);
}
