//! The debug log: a line a query, for the filter `splinterdns::query=debug`.

use super::{
    event::{Delivered, QueryEvent},
    sink::EventSink,
};
use crate::dns::{constants::flags3, rcode_text};
use hickory_proto::op::ResponseCode;
use std::sync::Arc;

/// The target of the lines about queries.
pub const QUERY_LOG: &str = "splinterdns::query";

/// Logs events at level `debug`.
#[derive(Debug)]
pub struct LogSink(());

impl LogSink {
    /// The sink, if the log would show anything of it.
    #[must_use]
    pub fn if_enabled() -> Option<Self> {
        let enabled = tracing::enabled!(target: QUERY_LOG, tracing::Level::DEBUG);
        enabled.then_some(Self(()))
    }
}

impl EventSink for LogSink {
    fn record(&mut self, event: &Arc<QueryEvent>) {
        let QueryEvent { transport, qtype: rtype, verdict, .. } = &**event;
        let (client, name) = (event.client.ip(), event.qname());
        let country = event.country.map_or_else(|| "-".to_owned(), |code| code.to_string());
        let rule = event.rule().map_or("-", |rule| rule.slug);
        let (operator, alias) = (event.operator().unwrap_or("-"), event.alias().unwrap_or("-"));
        let replies: Vec<_> = event.replies().map(|reply| sent(reply.content)).collect();
        let replies = if replies.is_empty() { "-".to_owned() } else { replies.join(",") };
        let answers: Vec<_> = event.replies().map(|reply| answers(reply.content)).collect();
        let answers = if answers.is_empty() { "-".to_owned() } else { answers.join(",") };
        let upstream = event.upstream.map_or_else(|| "-".to_owned(), |reply| rcode(reply.rcode));
        let last = event.replies().last();
        let latency_us = last.map_or(0, |reply| reply.latency.as_micros() as u64);
        tracing::debug!(
            target: QUERY_LOG,
            %client, %transport, %name, %rtype, country, operator, %verdict, rule, alias, replies,
            answers, upstream, latency_us
        );
    }

    fn lost(&mut self, count: u64) {
        tracing::warn!(count, "queries are missing in the log: it is written too slowly");
    }
}

/// What left, in a word.
fn sent(content: Delivered<'_>) -> String {
    match content {
        Delivered::Octets(octets) => octets.get(3).map_or_else(String::new, |octet| rcode(*octet)),
        Delivered::Reset => "RST".to_owned(),
        Delivered::Failed => "failed".to_owned(),
    }
}

/// How many records stand in its answer section, as its header says (ANCOUNT).
fn answers(content: Delivered<'_>) -> String {
    let Delivered::Octets(octets) = content else { return "-".to_owned() };
    let count = octets.get(6..8).map(|count| u16::from_be_bytes([count[0], count[1]]));
    count.map_or_else(|| "-".to_owned(), |count| count.to_string())
}

/// The RCODE in the fourth octet of a header, as `dig` writes it.
fn rcode(octet: u8) -> String {
    rcode_text(ResponseCode::from(0, octet & flags3::RCODE))
}
