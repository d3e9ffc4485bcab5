//! dnstap (<https://dnstap.info>): queries and replies as protobuf messages, for collectors that
//! read the traffic of any resolver. The policy that decided stands in its field.
//!
//! The messages are those of `dnstap.proto`; field numbers and values are its own. They are written
//! field by field, because each query of a busy server has two or more.

use super::{
    chunk_writer::ChunkWriter,
    dnstap_output::{DnstapTarget, FileOutput, SocketOutput},
    event::{DecidingRule, QueryEvent, Reply},
    frame_streams::push_frame,
    json_fields::JsonFields,
    sink::EventSink,
    sink_error::SinkError,
};
use crate::{
    dns::Transport,
    model::{CountryCode, VerdictKind},
};
use prometheus_client::metrics::counter::Counter;
use prost::encoding::{WireType, encode_key, encode_varint};
use std::{
    io,
    net::IpAddr,
    sync::Arc,
    time::{Duration, SystemTime},
};

/// Writes dnstap.
pub(super) struct Dnstap {
    writer: ChunkWriter,
    /// The message within a frame.
    message: Vec<u8>,
    /// What the messages of a query have no field for.
    extra: Vec<u8>,
    /// What is within the message, or beside it.
    part: Vec<u8>,
}

/// Fields of `Dnstap`.
const DNSTAP_IDENTITY: u32 = 1;
const DNSTAP_VERSION: u32 = 2;
const DNSTAP_EXTRA: u32 = 3;
const DNSTAP_MESSAGE: u32 = 14;
const DNSTAP_TYPE: u32 = 15;

/// Fields of `Message`.
const MESSAGE_TYPE: u32 = 1;
const SOCKET_FAMILY: u32 = 2;
const SOCKET_PROTOCOL: u32 = 3;
const QUERY_ADDRESS: u32 = 4;
const RESPONSE_ADDRESS: u32 = 5;
const QUERY_PORT: u32 = 6;
const RESPONSE_PORT: u32 = 7;
const QUERY_TIME_SEC: u32 = 8;
const QUERY_TIME_NSEC: u32 = 9;
const QUERY_MESSAGE: u32 = 10;
const RESPONSE_TIME_SEC: u32 = 12;
const RESPONSE_TIME_NSEC: u32 = 13;
const RESPONSE_MESSAGE: u32 = 14;
const POLICY: u32 = 15;

/// Fields of `Policy`.
const POLICY_TYPE: u32 = 1;
const POLICY_RULE: u32 = 2;
const POLICY_ACTION: u32 = 3;
const POLICY_MATCH: u32 = 4;
const POLICY_VALUE: u32 = 5;

/// `Dnstap.Type`.
const MESSAGE: u64 = 1;

/// `Message.Type`.
const CLIENT_QUERY: u64 = 5;
const CLIENT_RESPONSE: u64 = 6;

/// `Policy.Match`.
const QNAME: u64 = 1;

impl Dnstap {
    pub(super) fn open(target: &DnstapTarget, lost: Counter) -> Result<Self, SinkError> {
        let open = || -> io::Result<ChunkWriter> {
            match target {
                DnstapTarget::File(path) => {
                    ChunkWriter::start("dnstap", FileOutput::open(path.clone())?, lost)
                }
                DnstapTarget::Unix(_) | DnstapTarget::Tcp(_) => {
                    ChunkWriter::start("dnstap", SocketOutput::new(target.clone()), lost)
                }
            }
        };
        let writer = open().map_err(|why| SinkError::at("dnstap output", target, why))?;
        Ok(Self { writer, message: Vec::new(), extra: Vec::new(), part: Vec::new() })
    }
}

impl EventSink for Dnstap {
    /// All messages of a query are one record, so that what is lost is queries.
    fn record(&mut self, event: &Arc<QueryEvent>) {
        let Self { writer, message, extra, part } = self;
        write_extra(extra, event);
        let common = extra.len();
        let mut add = |chunk: &mut Vec<u8>, reply: Option<(usize, Reply<'_>, &[u8])>| {
            write_exchange(message, part, event, reply);
            extra.truncate(common);
            end_extra(extra, reply.map(|(step, ..)| (step, event.replies().len())));
            push_frame(chunk, |frame| {
                put_bytes(frame, DNSTAP_IDENTITY, b"splinterdns");
                put_bytes(frame, DNSTAP_VERSION, env!("CARGO_PKG_VERSION").as_bytes());
                put_bytes(frame, DNSTAP_EXTRA, extra);
                put_bytes(frame, DNSTAP_MESSAGE, message);
                put_number(frame, DNSTAP_TYPE, MESSAGE);
            });
        };
        writer.push(|chunk| {
            add(chunk, None);
            for (step, reply) in event.replies().enumerate() {
                if let Some(octets) = reply.octets() {
                    add(chunk, Some((step, reply, octets)));
                }
            }
        });
    }

    fn lost(&mut self, _count: u64) {}

    fn idle(&mut self) {
        self.writer.idle();
    }

    fn reopen(&mut self) {
        self.writer.reopen();
    }

    fn flush(&mut self, limit: Duration) {
        self.writer.flush(limit);
    }
}

/// Writes a query, or a reply to it, over what is in the buffer.
fn write_exchange(
    out: &mut Vec<u8>,
    part: &mut Vec<u8>,
    event: &QueryEvent,
    reply: Option<(usize, Reply<'_>, &[u8])>,
) {
    let QueryEvent { client, server, time, .. } = event;
    out.clear();
    put_number(out, MESSAGE_TYPE, if reply.is_some() { CLIENT_RESPONSE } else { CLIENT_QUERY });
    put_number(out, SOCKET_FAMILY, if client.is_ipv4() { 1 } else { 2 });
    let protocol = match event.transport {
        Transport::Udp => 1,
        Transport::Tcp => 2,
        Transport::Dot => 3,
        Transport::Doh => 4,
        Transport::Doq => 7,
    };
    put_number(out, SOCKET_PROTOCOL, protocol);
    put_address(out, QUERY_ADDRESS, client.ip());
    put_address(out, RESPONSE_ADDRESS, server.ip());
    put_number(out, QUERY_PORT, client.port().into());
    put_number(out, RESPONSE_PORT, server.port().into());
    put_time(out, [QUERY_TIME_SEC, QUERY_TIME_NSEC], *time);
    match reply {
        None => put_bytes(out, QUERY_MESSAGE, event.octets()),
        Some((_, reply, octets)) => {
            put_time(out, [RESPONSE_TIME_SEC, RESPONSE_TIME_NSEC], *time + reply.latency);
            put_bytes(out, RESPONSE_MESSAGE, octets);
        }
    }
    if let Some(rule) = event.rule() {
        write_policy(part, event.verdict, &rule);
        put_bytes(out, POLICY, part);
    }
}

/// The rule that decided. What has no action there, such as REFUSED, has none here; `extra` has the
/// verdict of all.
fn write_policy(out: &mut Vec<u8>, verdict: VerdictKind, rule: &DecidingRule<'_>) {
    out.clear();
    put_bytes(out, POLICY_TYPE, b"splinterdns");
    put_bytes(out, POLICY_RULE, rule.id.as_bytes());
    let action = match verdict {
        VerdictKind::NxDomain => Some(1),
        VerdictKind::NoData => Some(2),
        VerdictKind::Honest => Some(3),
        VerdictKind::Drop => Some(4),
        VerdictKind::Truncate => Some(5),
        VerdictKind::Poison => Some(6),
        VerdictKind::Refused | VerdictKind::ServFail | VerdictKind::Reset => None,
    };
    action.into_iter().for_each(|action| put_number(out, POLICY_ACTION, action));
    put_number(out, POLICY_MATCH, QNAME);
    put_bytes(out, POLICY_VALUE, rule.pattern.as_bytes());
}

/// What the messages have no field for, as JSON that does not end yet.
fn write_extra(out: &mut Vec<u8>, event: &QueryEvent) {
    out.clear();
    let mut extra = JsonFields::begin(out);
    extra.text("country", event.country.as_ref().map(CountryCode::as_str));
    extra.text("operator", event.operator());
    extra.text("evidence", event.rule().map(|rule| rule.evidence.as_str()));
    extra.text("verdict", Some(event.verdict.as_str()));
}

/// Ends it; of a reply also with which of how many it is.
fn end_extra(out: &mut Vec<u8>, step: Option<(usize, usize)>) {
    let mut extra = JsonFields::behind(out);
    if let Some((step, of)) = step {
        extra.number("step", step as u64 + 1);
        extra.number("of", of as u64);
    }
    extra.end();
}

/// A field of octets or of a text.
fn put_bytes(out: &mut Vec<u8>, field: u32, octets: &[u8]) {
    encode_key(field, WireType::LengthDelimited, out);
    encode_varint(octets.len() as u64, out);
    out.extend_from_slice(octets);
}

fn put_number(out: &mut Vec<u8>, field: u32, number: u64) {
    encode_key(field, WireType::Varint, out);
    encode_varint(number, out);
}

fn put_address(out: &mut Vec<u8>, field: u32, address: IpAddr) {
    match address {
        IpAddr::V4(four) => put_bytes(out, field, &four.octets()),
        IpAddr::V6(six) => put_bytes(out, field, &six.octets()),
    }
}

/// Seconds, and nanoseconds in four octets.
fn put_time(out: &mut Vec<u8>, [second, nanosecond]: [u32; 2], time: SystemTime) {
    let (seconds, nanoseconds) = since_epoch(time);
    put_number(out, second, seconds);
    encode_key(nanosecond, WireType::ThirtyTwoBit, out);
    out.extend_from_slice(&nanoseconds.to_le_bytes());
}

fn since_epoch(time: SystemTime) -> (u64, u32) {
    let since = time.duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    (since.as_secs(), since.subsec_nanos())
}

#[cfg(test)]
mod tests {
    use super::{QueryEvent, end_extra, write_exchange, write_extra};
    use crate::{
        dns::{Rtype, Transport},
        events::{Asked, Delivered, Reply},
        model::{Evidence, VerdictKind},
    };
    use hickory_proto::rr::RecordType;
    use prost::Message as _;
    use std::time::{Duration, SystemTime};

    /// `Message` of `dnstap.proto`.
    #[derive(Clone, PartialEq, prost::Message)]
    struct Exchange {
        #[prost(int32, required, tag = "1")]
        kind: i32,
        #[prost(int32, optional, tag = "2")]
        socket_family: Option<i32>,
        #[prost(int32, optional, tag = "3")]
        socket_protocol: Option<i32>,
        #[prost(bytes = "vec", optional, tag = "4")]
        query_address: Option<Vec<u8>>,
        #[prost(bytes = "vec", optional, tag = "5")]
        response_address: Option<Vec<u8>>,
        #[prost(uint32, optional, tag = "6")]
        query_port: Option<u32>,
        #[prost(uint32, optional, tag = "7")]
        response_port: Option<u32>,
        #[prost(uint64, optional, tag = "8")]
        query_time_sec: Option<u64>,
        #[prost(fixed32, optional, tag = "9")]
        query_time_nsec: Option<u32>,
        #[prost(bytes = "vec", optional, tag = "10")]
        query_message: Option<Vec<u8>>,
        #[prost(uint64, optional, tag = "12")]
        response_time_sec: Option<u64>,
        #[prost(fixed32, optional, tag = "13")]
        response_time_nsec: Option<u32>,
        #[prost(bytes = "vec", optional, tag = "14")]
        response_message: Option<Vec<u8>>,
        #[prost(message, optional, tag = "15")]
        policy: Option<PolicyField>,
    }

    /// `Policy` of `dnstap.proto`.
    #[derive(Clone, PartialEq, prost::Message)]
    struct PolicyField {
        #[prost(string, optional, tag = "1")]
        kind: Option<String>,
        #[prost(bytes = "vec", optional, tag = "2")]
        rule: Option<Vec<u8>>,
        #[prost(int32, optional, tag = "3")]
        action: Option<i32>,
        #[prost(int32, optional, tag = "4")]
        matched: Option<i32>,
        #[prost(bytes = "vec", optional, tag = "5")]
        value: Option<Vec<u8>>,
    }

    fn event() -> QueryEvent {
        let time = SystemTime::UNIX_EPOCH + Duration::new(1_700_000_000, 5);
        let mut event = QueryEvent::new(&Asked {
            time,
            today: jiff::civil::date(2026, 11, 26).at(0, 0, 0, 0),
            client: ([10, 86, 0, 1], 4000).into(),
            server: ([10, 0, 0, 53], 53).into(),
            octets: b"query",
            transport: Transport::Tcp,
            qname: "x.example",
            qtype: Rtype(RecordType::A),
            country: Some("CN".parse().unwrap()),
            operator: None,
            verdict: VerdictKind::Poison,
            honest: None,
        });
        event.decided("x", "CN/x", "*.example", Evidence::Measured);
        for (milliseconds, octets) in [(1, b"first"), (90, b"later")] {
            let latency = Duration::from_millis(milliseconds);
            event.replied(Reply { due: latency, latency, content: Delivered::Octets(octets) });
        }
        event
    }

    #[test]
    fn a_reader_of_protobuf_finds_every_field() {
        let (event, mut out, mut part) = (event(), Vec::new(), Vec::new());
        write_exchange(&mut out, &mut part, &event, None);
        let query = Exchange::decode(&*out).unwrap();
        let policy = query.policy.clone().unwrap();
        assert_eq!((query.kind, query.socket_family, query.socket_protocol), (5, Some(1), Some(2)));
        assert_eq!(query.query_message.as_deref(), Some(&b"query"[..]));
        assert_eq!((query.query_time_sec, query.query_time_nsec), (Some(1_700_000_000), Some(5)));
        assert_eq!((query.query_port, query.response_port), (Some(4000), Some(53)));
        assert_eq!(query.query_address.as_deref(), Some(&[10, 86, 0, 1][..]));
        assert_eq!(query.response_address.as_deref(), Some(&[10, 0, 0, 53][..]));
        assert_eq!((policy.kind.as_deref(), policy.action), (Some("splinterdns"), Some(6)));
        assert_eq!((policy.matched, policy.rule.as_deref()), (Some(1), Some(&b"CN/x"[..])));
        assert_eq!(policy.value.as_deref(), Some(&b"*.example"[..]));
        let (step, reply) = event.replies().enumerate().next_back().unwrap();
        let octets = reply.octets().unwrap();
        write_exchange(&mut out, &mut part, &event, Some((step, reply, octets)));
        let later = Exchange::decode(&*out).unwrap();
        assert_eq!((later.kind, later.query_message), (6, None));
        assert_eq!(later.response_message.as_deref(), Some(&b"later"[..]));
        assert_eq!(later.response_time_nsec, Some(90_000_005));
    }

    #[test]
    fn what_has_no_field_stands_in_extra() {
        let mut out = Vec::new();
        write_extra(&mut out, &event());
        end_extra(&mut out, Some((1, 2)));
        let expected = concat!(
            r#"{"country":"CN","operator":null,"evidence":"measured","#,
            r#""verdict":"poison","step":2,"of":2}"#
        );
        assert_eq!(String::from_utf8(out).unwrap(), expected);
    }
}
