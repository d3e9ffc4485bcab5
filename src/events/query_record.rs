//! A query and what became of it, for programs: a line of the query log, and what the API gives.
//! `docs/query-log.schema.json` describes it.
//!
//! It is written for every query of a busy server, so nothing is put into a text of its own first.

use super::event::{Delivered, QueryEvent, Reply};
use crate::{
    dns::{AnswerData, header_rcode, rcode_text},
    model::VerdictKind,
};
use hickory_proto::op::ResponseCode;
use jiff::{Timestamp, civil::DateTime, tz::Offset};
use serde::{Serialize, Serializer};
use std::{borrow::Cow, net::IpAddr};

/// A query and what became of it.
#[derive(Debug, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct QueryRecord<'e> {
    time: MomentText,
    today: MomentText,
    client: IpAddr,
    port: u16,
    transport: &'static str,
    country: Option<&'e str>,
    operator: Option<&'e str>,
    name: &'e str,
    #[serde(rename = "type", serialize_with = "displayed")]
    rtype: crate::dns::Rtype,
    verdict: &'static str,
    id: Option<&'e str>,
    evidence: Option<&'static str>,
    alias: Option<&'e str>,
    honest: HonestRecord<'e>,
    upstream_rcode: Option<String>,
    latency: Option<f64>,
    #[serde(serialize_with = "replies")]
    replies: &'e QueryEvent,
}

/// What is honest, as far as the server knows.
#[derive(Debug, Serialize)]
struct HonestRecord<'e> {
    known: bool,
    rcode: Option<Cow<'static, str>>,
    answers: AnswerData<'e>,
}

/// A reply.
#[derive(Debug, Serialize)]
struct ReplyRecord<'e> {
    after: f64,
    outcome: &'static str,
    octets: Option<usize>,
    rcode: Option<Cow<'static, str>>,
    answers: AnswerData<'e>,
}

/// A moment in the form of RFC 3339, in UTC.
#[derive(Debug)]
struct MomentText {
    octets: [u8; 27],
    length: usize,
}

impl<'e> From<&'e QueryEvent> for QueryRecord<'e> {
    fn from(event: &'e QueryEvent) -> Self {
        let rule = event.rule();
        let upstream = event.upstream.as_ref();
        let time = Timestamp::try_from(event.time).unwrap_or(Timestamp::UNIX_EPOCH);
        Self {
            time: MomentText::of(Offset::UTC.to_datetime(time), true),
            today: MomentText::of(event.today, false),
            client: event.client.ip(),
            port: event.client.port(),
            transport: event.transport.word(),
            country: event.country.as_ref().map(|code| code.as_str()),
            operator: event.operator(),
            name: event.qname(),
            rtype: event.qtype,
            verdict: event.verdict.as_str(),
            id: rule.map(|rule| rule.id),
            evidence: rule.map(|rule| rule.evidence.as_str()),
            alias: event.alias(),
            honest: HonestRecord::of(event),
            upstream_rcode: upstream.map(|reply| rcode_text(ResponseCode::from(0, reply.rcode))),
            latency: event.replies().last().map(|reply| reply.latency.as_secs_f64()),
            replies: event,
        }
    }
}

impl<'e> HonestRecord<'e> {
    /// An honest verdict's own reply is the honest answer, unless nobody knew one.
    fn of(event: &'e QueryEvent) -> Self {
        let replied = event.replies().last().filter(|_| event.verdict == VerdictKind::Honest);
        let octets = event.honest().or_else(|| replied.and_then(|reply| reply.octets()));
        let rcode = octets.and_then(header_rcode);
        // What no zone and no resolver knows is answered with SERVFAIL.
        let known = octets.filter(|_| rcode.as_ref().is_some_and(|rcode| rcode != "SERVFAIL"));
        let answers = AnswerData(known.unwrap_or_default());
        Self { known: known.is_some(), rcode: rcode.filter(|_| known.is_some()), answers }
    }
}

impl<'e> From<Reply<'e>> for ReplyRecord<'e> {
    fn from(reply: Reply<'e>) -> Self {
        let octets = reply.octets();
        Self {
            after: reply.latency.as_secs_f64(),
            outcome: match reply.content {
                Delivered::Octets(_) => "sent",
                Delivered::Reset => "reset",
                Delivered::Failed => "failed",
            },
            octets: octets.map(<[u8]>::len),
            rcode: octets.and_then(header_rcode),
            answers: AnswerData(octets.unwrap_or_default()),
        }
    }
}

fn replies<S: Serializer>(event: &QueryEvent, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_seq(event.replies().map(ReplyRecord::from))
}

fn displayed<S: Serializer>(
    value: &impl std::fmt::Display,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    serializer.collect_str(value)
}

impl MomentText {
    /// `2026-11-26T14:00:00Z`, or with microseconds.
    fn of(moment: DateTime, with_fraction: bool) -> Self {
        let mut octets = *b"0000-00-00T00:00:00.000000Z";
        let mut put = |at: usize, width: usize, mut number: u32| {
            for place in (at..at + width).rev() {
                octets[place] = b'0' + (number % 10) as u8;
                number /= 10;
            }
        };
        put(0, 4, moment.year().unsigned_abs().into());
        let two = [moment.month(), moment.day(), moment.hour(), moment.minute(), moment.second()];
        for (at, number) in [5, 8, 11, 14, 17].into_iter().zip(two) {
            put(at, 2, number.unsigned_abs().into());
        }
        put(20, 6, moment.subsec_nanosecond().unsigned_abs() / 1000);
        if with_fraction {
            return Self { octets, length: octets.len() };
        }
        octets[19] = b'Z';
        Self { octets, length: 20 }
    }
}

impl Serialize for MomentText {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let text = std::str::from_utf8(&self.octets[..self.length]).expect("these are digits");
        serializer.serialize_str(text)
    }
}

#[cfg(test)]
mod tests {
    use super::MomentText;
    use jiff::civil::date;

    #[test]
    fn moments_are_written_as_in_rfc_3339() {
        let written = |moment, with_fraction| {
            serde_json::to_string(&MomentText::of(moment, with_fraction)).unwrap()
        };
        let moment = date(2014, 3, 21).at(20, 5, 9, 12_345_678);
        assert_eq!(written(moment, true), "\"2014-03-21T20:05:09.012345Z\"");
        assert_eq!(written(moment, false), "\"2014-03-21T20:05:09Z\"");
    }
}
