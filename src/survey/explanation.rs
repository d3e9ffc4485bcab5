//! One question, as one client asks it: what it gets, and why.

use super::{
    citations::citations_json, error::SurveyError, findings::finding_json, period,
    question::Question, reply::ReplyJson,
};
use crate::{
    capture::{Capture, Packet, Peers, file_header},
    dns::Transport,
    engine::{Engine, ExplainedStep, Explanation, StepContent},
    model::{Binding, CountryCode},
    policy::{Jurisdiction, NearMiss, Operator, Policy},
};
use jiff::{civil::DateTime, tz::TimeZone};
use serde_json::{Value, json};
use std::{
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr},
    time::SystemTime,
};

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

    /// The query and what goes out, as packets. The times are those of the plan, from the moment on
    /// that is asked about.
    pub(crate) fn capture(&self) -> Vec<u8> {
        let Self { explanation, refusal, .. } = self;
        let Explanation { query, request, .. } = explanation;
        let steps = refusal.as_ref().map_or(&explanation.steps, |refusal| &refusal.steps);
        let (client, server) = capture_ends(query.client);
        let peers = Peers { client, server, transport: query.transport };
        let time = query.arrival.to_zoned(TimeZone::UTC).map(|moment| moment.timestamp().into());
        let time = time.unwrap_or(SystemTime::UNIX_EPOCH).max(SystemTime::UNIX_EPOCH);
        let (mut octets, mut capture) = (file_header(), Capture::default());
        capture.push(&mut octets, time, peers, Packet::Query(request));
        for step in steps {
            let packet = match &step.content {
                StepContent::Message(message, _) => Packet::Reply(&message.octets),
                StepContent::Reset => Packet::Reset,
                // Nobody is asked for an explanation.
                StepContent::Upstream => continue,
            };
            capture.push(&mut octets, time + step.after, peers, packet);
        }
        octets
    }

    /// For programs.
    pub(crate) fn to_json(&self, question: &Question) -> Value {
        let Self { explanation, misses, refusal } = self;
        let replies = |steps: &[ExplainedStep]| -> Value {
            steps.iter().filter_map(ReplyJson::new).map(|reply| json!(reply)).collect()
        };
        let Explanation { query, decision, alias, verdict, steps, .. } = explanation;
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

/// Who asks whom in a capture of what was never sent.
fn capture_ends(client: IpAddr) -> (SocketAddr, SocketAddr) {
    const PORT: u16 = 40_000;
    let server = match client {
        IpAddr::V4(_) => IpAddr::V4(Ipv4Addr::LOCALHOST),
        IpAddr::V6(_) => IpAddr::V6(Ipv6Addr::LOCALHOST),
    };
    (SocketAddr::new(client, PORT), SocketAddr::new(server, 53))
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
