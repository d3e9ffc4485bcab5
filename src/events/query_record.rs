//! A query and what became of it, for programs: a line of the query log, and what the API gives.
//! `docs/query-log.schema.json` describes it.
//!
use super::{
    event::{Delivered, QueryEvent, Reply},
    json_fields::Fields,
};
use crate::{
    dns::{header_rcode, rcode_text},
    model::{CountryCode, Evidence, VerdictKind},
};
use hickory_proto::op::ResponseCode;
use jiff::{Timestamp, tz::Offset};

/// A query and what became of it.
#[derive(Clone, Copy, Debug)]
pub struct QueryRecord<'e> {
    /// Which of the queries that were kept.
    pub number: Option<u64>,
    /// The query.
    pub event: &'e QueryEvent,
}

impl QueryRecord<'_> {
    /// Adds it as a JSON object.
    pub fn write_json(&self, out: &mut Vec<u8>) {
        let event = self.event;
        let rule = event.rule();
        let mut fields = Fields::begin(out);
        if let Some(number) = self.number {
            fields.number("seq", number);
        }
        let time = Timestamp::try_from(event.time).unwrap_or(Timestamp::UNIX_EPOCH);
        fields.moment("time", Offset::UTC.to_datetime(time), true);
        fields.moment("today", event.today, false);
        fields.address("client", event.client.ip());
        fields.number("port", event.client.port().into());
        fields.text("transport", Some(event.transport.word()));
        fields.text("country", event.country.as_ref().map(CountryCode::as_str));
        fields.text("operator", event.operator());
        fields.text("name", Some(event.qname()));
        fields.displayed("type", event.qtype);
        fields.text("verdict", Some(event.verdict.as_str()));
        fields.text("id", rule.map(|rule| rule.id));
        fields.text("evidence", rule.map(|rule| Evidence::as_str(rule.evidence)));
        fields.text("alias", event.alias());
        write_honest(event, fields.value("honest"));
        let upstream = event.upstream.as_ref();
        let upstream = upstream.map(|reply| rcode_text(ResponseCode::from(0, reply.rcode)));
        fields.text("upstream-rcode", upstream.as_deref());
        fields.seconds("latency", event.replies().last().map(|reply| reply.latency));
        let replies = fields.value("replies");
        replies.push(b'[');
        for (step, reply) in event.replies().enumerate() {
            if step > 0 {
                replies.push(b',');
            }
            write_reply(reply, replies);
        }
        replies.push(b']');
        fields.end();
    }
}

/// What is honest, as far as the server knows. An honest verdict's own reply is the honest answer,
/// unless nobody knew one.
fn write_honest(event: &QueryEvent, out: &mut Vec<u8>) {
    let replied = event.replies().last().filter(|_| event.verdict == VerdictKind::Honest);
    let octets = event.honest().or_else(|| replied.and_then(|reply| reply.octets()));
    let rcode = octets.and_then(header_rcode);
    // What no zone and no resolver knows is answered with SERVFAIL.
    let rcode = rcode.filter(|rcode| rcode != "SERVFAIL");
    let known = octets.filter(|_| rcode.is_some());
    let mut fields = Fields::begin(out);
    fields.value("known").extend(if known.is_some() { &b"true"[..] } else { b"false" });
    fields.text("rcode", rcode.as_deref());
    fields.answers("answers", known.unwrap_or_default());
    fields.end();
}

fn write_reply(reply: Reply<'_>, out: &mut Vec<u8>) {
    let octets = reply.octets();
    let mut fields = Fields::begin(out);
    fields.seconds("after", Some(reply.latency));
    let outcome = match reply.content {
        Delivered::Octets(_) => "sent",
        Delivered::Reset => "reset",
        Delivered::Failed => "failed",
    };
    fields.text("outcome", Some(outcome));
    match octets {
        Some(octets) => fields.number("octets", octets.len() as u64),
        None => fields.null("octets"),
    }
    fields.text("rcode", octets.and_then(header_rcode).as_deref());
    fields.answers("answers", octets.unwrap_or_default());
    fields.end();
}
