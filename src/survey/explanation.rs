//! One question, as one client asks it: what it gets, and why.

use super::{
    citations::citations_json, error::SurveyError, findings::finding_json, period,
    question::Question, reply::ReplyJson,
};
use crate::{
    dns::Transport,
    engine::{Engine, ExplainedStep, Explanation},
    model::{Binding, CountryCode},
    policy::{Jurisdiction, NearMiss, Operator, Policy},
};
use jiff::civil::DateTime;
use serde_json::{Value, json};
use std::net::{IpAddr, Ipv4Addr};

/// What a client gets, and what it would get if it might ask.
pub(crate) struct Explained<'e> {
    pub(crate) explanation: Explanation<'e>,
    /// Rules that match the name and did not decide.
    pub(crate) misses: Vec<NearMiss<'e>>,
    /// What goes out to a client that may not ask hides the policy, which is shown beside it.
    pub(crate) refusal: Option<Explanation<'e>>,
}

impl<'e> Explained<'e> {
    /// What this client would be sent at a moment.
    pub(crate) fn ask(
        engine: &'e Engine,
        question: &Question,
        from: (IpAddr, Transport),
        now: DateTime,
    ) -> Self {
        let Question { wire, qtype, .. } = question;
        let explanation = engine.explain(wire, *qtype, from, now);
        let misses = explanation.decision.jurisdiction.near_misses(&explanation.query);
        let refusal = (!engine.settings.allows(from.0))
            .then(|| engine.explain_refusal(wire, *qtype, from, now));
        Self { explanation, misses, refusal }
    }

    /// The client that was named, or the first one of the country or operator that was; without
    /// either, one of nobody's network.
    pub(crate) fn client(
        policy: &Policy,
        client: Option<IpAddr>,
        country: Option<CountryCode>,
        operator: Option<&str>,
    ) -> Result<IpAddr, SurveyError> {
        if let Some(client) = client {
            return Ok(client);
        }
        let Some(country) = country else { return Ok(Ipv4Addr::LOCALHOST.into()) };
        let named = Binding { country, operator: operator.map(str::to_owned) };
        let (country, operator) = policy.find(&named)?;
        let client = operator.map_or_else(|| country.client(), Operator::client);
        client.ok_or_else(|| SurveyError::NoNetwork(named.to_string()))
    }

    /// For programs.
    pub(crate) fn to_json(&self, question: &Question) -> Value {
        let Self { explanation, misses, refusal } = self;
        let replies = |steps: &[ExplainedStep]| -> Value {
            steps.iter().filter_map(ReplyJson::new).map(|reply| json!(reply)).collect()
        };
        let Explanation { query, decision, alias, verdict, steps } = explanation;
        let Jurisdiction { country, operator } = decision.jurisdiction;
        let rule = decision.rule.map(|(rule, _)| rule);
        let sent = refusal.as_ref().map_or(steps, |refusal| &refusal.steps);
        json!({
            "name": question.qname.to_string(),
            "type": question.qtype.to_string(),
            "client": query.client,
            "allowed": refusal.is_none(),
            "country": country.map(|country| country.code.to_string()),
            "operator": operator.map(|operator| &operator.slug),
            "today": query.day().to_string(),
            "time": query.arrival.time().strftime("%R").to_string(),
            "transport": query.transport.word(),
            "verdict": verdict.as_str(),
            "state": decision.state(query, *verdict).as_str(),
            "findings": decision.jurisdiction.findings(query).map(finding_json).collect::<Value>(),
            "answer": rule.map_or(verdict.as_str(), |rule| &rule.answer.name),
            "rule": rule.map(|rule| &rule.slug),
            "id": rule.map(|rule| &rule.id),
            "alias": alias.as_ref().map(ToString::to_string),
            "alias-of": decision.alias_of.map(|rule| &rule.slug),
            "pattern": decision.rule.map(|(_, pattern)| pattern.to_string()),
            "since": rule.and_then(period::since),
            "until": rule.and_then(period::until),
            "seen": rule.map_or(Vec::new(), period::seen),
            "periods": rule.map_or(Vec::new(), period::periods),
            "hours": rule.and_then(|rule| rule.hours.as_ref()).map(|hours| hours.to_string()),
            "holds": rule.map(period::sentence),
            "category": rule.and_then(|rule| rule.category.as_ref()),
            "evidence": rule.map(|rule| rule.evidence.as_str()),
            "sources": rule.map_or(Vec::new(), |rule| citations_json(&rule.sources)),
            "replies": replies(sent),
            "replies-if-allowed": refusal.as_ref().map(|_| replies(steps)),
            "misses": misses.iter().map(miss_json).collect::<Vec<_>>(),
        })
    }
}

fn miss_json(miss: &NearMiss<'_>) -> Value {
    json!({
        "rule": miss.rule.slug,
        "pattern": miss.pattern.to_string(),
        "operator": miss.operator.map(|operator| &operator.slug),
        "reason": miss.why.to_string(),
        "since": period::since(miss.rule),
        "until": period::until(miss.rule),
        "seen": period::seen(miss.rule),
        "hours": miss.rule.hours.as_ref().map(|hours| hours.to_string()),
    })
}
