//! A query and what became of it, for programs: a line of the query log, and what the API gives.
//! `docs/query-log.schema.json` describes it.

use super::event::{Delivered, Delivery, QueryEvent};
use crate::{
    dns::{answer_data, header_rcode, rcode_text},
    model::VerdictKind,
};
use hickory_proto::op::ResponseCode;
use jiff::Timestamp;
use serde::Serialize;
use std::net::IpAddr;

/// A query and what became of it.
#[derive(Debug, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct QueryRecord<'e> {
    time: String,
    today: String,
    client: IpAddr,
    port: u16,
    transport: &'static str,
    country: Option<&'e str>,
    operator: Option<&'e str>,
    name: &'e str,
    #[serde(rename = "type")]
    rtype: String,
    verdict: &'static str,
    id: Option<&'e str>,
    evidence: Option<&'static str>,
    alias: Option<&'e str>,
    honest: HonestRecord,
    upstream_rcode: Option<String>,
    latency: Option<f64>,
    replies: Vec<ReplyRecord>,
}

/// What is honest, as far as the server knows.
#[derive(Debug, Serialize)]
struct HonestRecord {
    known: bool,
    rcode: Option<String>,
    answers: Vec<String>,
}

/// A reply.
#[derive(Debug, Serialize)]
struct ReplyRecord {
    after: f64,
    outcome: &'static str,
    octets: Option<usize>,
    rcode: Option<String>,
    answers: Vec<String>,
}

impl<'e> From<&'e QueryEvent> for QueryRecord<'e> {
    fn from(event: &'e QueryEvent) -> Self {
        let QueryEvent { client, transport, verdict, .. } = event;
        let time = Timestamp::try_from(event.time).unwrap_or(Timestamp::UNIX_EPOCH);
        let rule = event.rule.as_ref();
        let upstream = event.upstream.as_ref();
        Self {
            time: format!("{time:.6}"),
            today: event.today.strftime("%FT%TZ").to_string(),
            client: client.ip(),
            port: client.port(),
            transport: transport.word(),
            country: event.country.as_ref().map(|code| code.as_str()),
            operator: event.operator.as_deref(),
            name: &event.qname,
            rtype: event.qtype.to_string(),
            verdict: verdict.as_str(),
            id: rule.map(|rule| rule.id.as_str()),
            evidence: rule.map(|rule| rule.evidence.as_str()),
            alias: event.alias.as_deref(),
            honest: HonestRecord::of(event),
            upstream_rcode: upstream.map(|reply| rcode_text(ResponseCode::from(0, reply.rcode))),
            latency: event.replies.last().map(|reply| reply.latency.as_secs_f64()),
            replies: event.replies.iter().map(ReplyRecord::of).collect(),
        }
    }
}

impl HonestRecord {
    /// An honest verdict's own reply is the honest answer, unless nobody knew one.
    fn of(event: &QueryEvent) -> Self {
        let replied = event.replies.last().filter(|_| event.verdict == VerdictKind::Honest);
        let octets = event.honest.as_deref().or_else(|| replied.and_then(Delivery::octets));
        let rcode = octets.and_then(header_rcode);
        let answers = octets.map_or(Vec::new(), answer_data);
        // What no zone and no resolver knows is answered with SERVFAIL.
        let known = rcode.as_ref().is_some_and(|rcode| rcode != "SERVFAIL");
        if known { Self { known, rcode, answers } } else { Self::unknown() }
    }

    const fn unknown() -> Self {
        Self { known: false, rcode: None, answers: Vec::new() }
    }
}

impl ReplyRecord {
    fn of(delivery: &Delivery) -> Self {
        let octets = delivery.octets();
        Self {
            after: delivery.latency.as_secs_f64(),
            outcome: match delivery.content {
                Delivered::Octets(_) => "sent",
                Delivered::Reset => "reset",
                Delivered::Failed => "failed",
            },
            octets: octets.map(<[u8]>::len),
            rcode: octets.and_then(header_rcode),
            answers: octets.map_or(Vec::new(), answer_data),
        }
    }
}
