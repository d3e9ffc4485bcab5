//! A query and what became of it, for programs: a line of the query log, and what the API gives.
//! `docs/query-log.schema.json` describes it.

use super::{
    event::{Delivered, QueryEvent, Reply},
    json_fields::JsonFields,
    recent::QueriesSince,
};
use crate::{
    dns::{constants::HEADER_LEN, header_rcode, rcode_text},
    model::{CountryCode, Evidence, VerdictKind},
};
use hashbrown::{DefaultHashBuilder, HashMap, hash_map::EntryRef};
use hickory_proto::op::ResponseCode;
use jiff::{Timestamp, tz::Offset};
use smallvec::SmallVec;
use std::hash::BuildHasher;

/// Writes queries and what became of them as JSON objects. What is the same of all queries for the
/// same name that get the same is written once: most of a busy server's are such.
#[derive(Debug)]
pub(super) struct QueryRecords {
    known: HashMap<Vec<u8>, CommonText>,
    /// Octets of those.
    octets: usize,
    /// A bit for each hash of what came once. Only what comes again is kept: names that nobody asks
    /// for twice would cost more than they save.
    once: Vec<u64>,
    /// How many of the bits are set.
    marked: usize,
    hasher: DefaultHashBuilder,
    /// What the query at hand has in common with others.
    key: Vec<u8>,
    /// Its text, where it is not kept.
    passing: CommonText,
}

/// What queries have in common that differ in their times, client, server and message ID alone.
#[derive(Clone, Debug, Default)]
struct CommonText {
    text: Vec<u8>,
    /// Where the query's own ends, and then each reply's.
    ends: SmallVec<[usize; 4]>,
}

/// As many octets are kept of texts and keys.
const KEPT: usize = 4 << 20;

/// As many bits are there for what came once. When a quarter is set, they begin anew.
const ONCE: usize = 1 << 16;

impl Default for QueryRecords {
    fn default() -> Self {
        Self {
            known: HashMap::new(),
            octets: 0,
            once: vec![0; ONCE / 64],
            marked: 0,
            hasher: DefaultHashBuilder::default(),
            key: Vec::new(),
            passing: CommonText::default(),
        }
    }
}

impl QueriesSince {
    /// A JSON object of these numbers and of the queries.
    ///
    /// # Panics
    ///
    /// Never: what is written is text.
    #[must_use]
    pub fn to_json(&self, numbers: &[(&str, u64)]) -> String {
        let (mut text, mut records) = (Vec::new(), QueryRecords::default());
        let mut fields = JsonFields::begin(&mut text);
        numbers.iter().for_each(|(key, number)| fields.number(key, *number));
        fields.list("queries", &self.events, |(number, event), out| {
            records.write_json(Some(*number), event, out);
        });
        fields.end();
        String::from_utf8(text).expect("records are texts")
    }
}

impl QueryRecords {
    /// Adds a query, with its number among those that were kept, if it has one.
    pub(super) fn write_json(
        &mut self,
        number: Option<u64>,
        event: &QueryEvent,
        out: &mut Vec<u8>,
    ) {
        let CommonText { text, ends } = self.common(event);
        let mut fields = JsonFields::begin(out);
        if let Some(number) = number {
            fields.number("seq", number);
        }
        let time = Timestamp::try_from(event.time).unwrap_or(Timestamp::UNIX_EPOCH);
        fields.moment("time", Offset::UTC.to_datetime(time), true);
        fields.moment("today", event.today, false);
        fields.address("client", event.client.ip());
        fields.number("port", event.client.port().into());
        fields.written(&text[..ends[0]]);
        fields.seconds("latency", event.replies().last().map(|reply| reply.latency));
        fields.list("replies", event.replies().zip(ends.windows(2)), |(reply, range), out| {
            let mut fields = JsonFields::begin(out);
            fields.seconds("after", Some(reply.latency));
            fields.written(&text[range[0]..range[1]]);
            fields.end();
        });
        fields.end();
    }

    fn common(&mut self, event: &QueryEvent) -> &CommonText {
        let Self { known, octets, once, marked, hasher, key, passing } = self;
        key.clear();
        write_key(event, key);
        if *octets > KEPT {
            known.clear();
            *octets = 0;
        }
        match known.entry_ref(&key[..]) {
            EntryRef::Occupied(entry) => entry.into_mut(),
            EntryRef::Vacant(entry) => {
                passing.write(event);
                let place = hasher.hash_one(&key[..]) as usize % ONCE;
                let (word, bit) = (&mut once[place / 64], 1 << (place % 64));
                if *word & bit == 0 {
                    *word |= bit;
                    *marked += 1;
                    if *marked > ONCE / 4 {
                        once.fill(0);
                        *marked = 0;
                    }
                    return passing;
                }
                if may_tell_of_an_id(key) {
                    return passing;
                }
                *octets += key.len() + passing.text.len();
                entry.insert_entry(passing.clone()).into_mut()
            }
        }
    }
}

/// Whether a name may be compressed to one within a header, where the message ID stands that the
/// key leaves out. Nobody should send such a thing, and it is read all the same.
fn may_tell_of_an_id(key: &[u8]) -> bool {
    key.windows(2).any(|two| two[0] == 0xC0 && usize::from(two[1]) < HEADER_LEN)
}

/// All that [`CommonText`] is made of. What has no fixed length stands behind its length.
fn write_key(event: &QueryEvent, key: &mut Vec<u8>) {
    fn put(key: &mut Vec<u8>, octets: Option<&[u8]>) {
        let length = octets.map_or(u32::MAX, |octets| octets.len() as u32);
        key.extend_from_slice(&length.to_ne_bytes());
        key.extend_from_slice(octets.unwrap_or_default());
    }
    // The message ID is the asker's.
    fn put_message(key: &mut Vec<u8>, octets: Option<&[u8]>) {
        put(key, octets.map(|octets| octets.get(2..).unwrap_or_default()));
    }
    let rule = event.rule();
    key.extend([event.transport as u8, event.verdict as u8]);
    key.extend_from_slice(&u16::from(event.qtype.0).to_ne_bytes());
    put(key, event.country.as_ref().map(|country| country.as_str().as_bytes()));
    put(key, event.operator().map(str::as_bytes));
    put(key, Some(event.qname().as_bytes()));
    put(key, rule.map(|rule| rule.id.as_bytes()));
    key.extend(rule.map(|rule| rule.evidence as u8));
    put(key, event.alias().map(str::as_bytes));
    put_message(key, event.honest());
    key.extend(event.upstream.map_or([0, 0], |reply| [1, reply.rcode]));
    for reply in event.replies() {
        key.push(match reply.content {
            Delivered::Octets(_) => 0,
            Delivered::Reset => 1,
            Delivered::Failed => 2,
        });
        put_message(key, reply.octets());
    }
}

impl CommonText {
    /// Writes that of a query over what is there.
    fn write(&mut self, event: &QueryEvent) {
        let Self { text, ends } = self;
        let rule = event.rule();
        text.clear();
        let mut fields = JsonFields::behind(text);
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
        ends.clear();
        ends.push(text.len());
        for reply in event.replies() {
            write_reply(reply, text);
            ends.push(text.len());
        }
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
    let mut fields = JsonFields::begin(out);
    fields.value("known").extend(if known.is_some() { &b"true"[..] } else { b"false" });
    fields.text("rcode", rcode.as_deref());
    fields.answers("answers", known.unwrap_or_default());
    fields.end();
}

/// What has become of a reply, but for its time.
fn write_reply(reply: Reply<'_>, out: &mut Vec<u8>) {
    let octets = reply.octets();
    let mut fields = JsonFields::behind(out);
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
}

#[cfg(test)]
mod tests {
    use super::QueryRecords;
    use crate::{
        dns::{Rtype, Transport},
        events::{Asked, Delivered, QueryEvent, Reply, UpstreamReply},
        model::{Evidence, VerdictKind},
    };
    use hickory_proto::rr::RecordType;
    use serde_json::Value;
    use std::time::{Duration, SystemTime};

    /// A query in which one thing or another is changed.
    fn event(change: usize) -> QueryEvent {
        let pick = |number, [usual, other]: [&'static str; 2]| {
            if change == number { other } else { usual }
        };
        let milliseconds = if change == 1 { 7 } else { 1 };
        let message = |id: u8, address: u8| {
            let mut message = vec![id, 1, 0x81, 0x80, 0, 0, 0, 1, 0, 0, 0, 0];
            message.extend([0, 0, 1, 0, 1, 0, 0, 0, 60, 0, 4, 198, 51, 100, address]);
            message
        };
        let honest = message(1, if change == 5 { 9 } else { 8 });
        let mut event = QueryEvent::new(&Asked {
            time: SystemTime::UNIX_EPOCH + Duration::from_millis(milliseconds),
            today: jiff::civil::date(2026, 11, if change == 2 { 27 } else { 26 }).at(0, 0, 0, 0),
            client: ([10, 86, 0, 1], if change == 3 { 4001 } else { 4000 }).into(),
            server: ([10, 0, 0, 53], 53).into(),
            octets: b"query",
            transport: if change == 19 { Transport::Tcp } else { Transport::Udp },
            qname: if change == 24 { "" } else { pick(4, ["a.example", "b.example"]) },
            qtype: Rtype(if change == 6 { RecordType::AAAA } else { RecordType::A }),
            country: (change != 7).then(|| "CN".parse().unwrap()),
            operator: (change == 8).then_some("telecom"),
            verdict: if change == 9 { VerdictKind::Drop } else { VerdictKind::Poison },
            honest: (change != 10).then_some(&honest[..]),
        });
        let evidence = if change == 11 { Evidence::Reported } else { Evidence::Measured };
        if change != 20 {
            event.decided("x", pick(12, ["CN/x", "CN/y"]), "*.example", evidence);
        }
        let latency = Duration::from_millis(1);
        event.upstream = match change {
            21 => Some(UpstreamReply { rcode: 0, latency }),
            22 => Some(UpstreamReply { rcode: 3, latency }),
            _ => None,
        };
        if change == 13 {
            event.led_to("page.example");
        }
        let first = message(if change == 14 { 2 } else { 1 }, if change == 15 { 7 } else { 6 });
        for (number, content) in [(16, Delivered::Octets(&first[..])), (17, Delivered::Reset)] {
            let content = if change == number { Delivered::Failed } else { content };
            let latency = Duration::from_millis(if change == 18 { 3 } else { 2 });
            event.replied(Reply { due: latency, latency, content });
        }
        if change == 23 {
            event.replied(Reply { due: latency, latency, content: Delivered::Octets(&first) });
        }
        event
    }

    fn written(records: &mut QueryRecords, event: &QueryEvent) -> String {
        let mut out = Vec::new();
        records.write_json(Some(17), event, &mut out);
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn a_record_is_the_same_whatever_was_written_before() {
        let mut records = QueryRecords::default();
        let usual = written(&mut records, &event(0));
        for change in (1..=23).chain(1..=23).chain(1..=23) {
            let event = event(change);
            let again = written(&mut records, &event);
            assert_eq!(again, written(&mut QueryRecords::default(), &event), "{change}");
            assert_eq!(again == usual, change == 14, "{change}: only a message ID is not told");
        }
        assert_eq!(
            records.known.len(),
            19,
            "times, clients and message IDs have no text of their own"
        );
    }

    #[test]
    fn a_name_that_is_read_out_of_the_header_is_that_of_its_own_message() {
        let mut records = QueryRecords::default();
        let texts = [b'A', b'A', b'A', b'B'].map(|octet| {
            let mut event = event(0);
            // An alias to what stands at the beginning of the message.
            let mut message = vec![1, octet, 0, 0x80, 0, 0, 0, 1, 0, 0, 0, 0];
            message.extend([0, 0, 5, 0, 1, 0, 0, 0, 60, 0, 2, 0xC0, 0]);
            let latency = Duration::ZERO;
            event.replied(Reply { due: latency, latency, content: Delivered::Octets(&message) });
            written(&mut records, &event)
        });
        assert!(texts[2].contains("\"A."), "{}", texts[2]);
        assert!(texts[3].contains("\"B."), "{}", texts[3]);
    }

    #[test]
    fn records_are_json_and_old_texts_make_room() {
        let mut records = QueryRecords::default();
        let record: Value = serde_json::from_str(&written(&mut records, &event(0))).unwrap();
        assert_eq!((&record["seq"], &record["name"]), (&17.into(), &"a.example".into()));
        assert_eq!(record["honest"]["answers"][0], "198.51.100.8");
        assert_eq!(record["replies"][0]["answers"][0], "198.51.100.6");
        assert_eq!(record["replies"][1]["outcome"], "reset");
        assert_eq!((&record["latency"], &record["port"]), (&0.002.into(), &4000.into()));
        assert_eq!(records.known.len(), 0, "it came once");
        written(&mut records, &event(0));
        assert_eq!(records.known.len(), 1);
        let root: Value = serde_json::from_str(&written(&mut records, &event(24))).unwrap();
        assert_eq!(root["name"], ".");
        records.octets = super::KEPT + 1;
        written(&mut records, &event(4));
        written(&mut records, &event(4));
        assert_eq!(records.known.len(), 1, "the first made room");
    }
}
