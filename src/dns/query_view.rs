//! A message as it came off the wire: what is needed of it, and the octets that replies copy.

use super::{Transport, Type};
use crate::name::Name;
use hickory_proto::{
    op::{Message, MessageType, OpCode},
    rr::{DNSClass, Name as WireName, RecordType},
    serialize::binary::BinDecodable,
};
use std::ops::Range;

/// The UDP payload that we say we take (RFC 6891 section 6.2.3), and the most that we send.
pub const UDP_PAYLOAD: u16 = 1232;

/// Octets of a DNS header (RFC 1035 section 4.1.1).
const HEADER: usize = 12;

/// Octets of a name, at most (RFC 1035 section 2.3.4).
const MAX_NAME: usize = 255;

/// A question that can be answered, in the octets it came in.
#[derive(Clone, Copy, Debug)]
pub struct Received<'o> {
    /// The whole message.
    pub octets: &'o [u8],
    /// Where the question ends; it begins behind the header.
    end: usize,
    opt: Option<Opt>,
}

/// A query with octets of its own.
#[derive(Clone, Debug)]
pub struct Kept {
    octets: Vec<u8>,
    end: usize,
    opt: Option<Opt>,
}

/// What an OPT record says (RFC 6891 section 6.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Opt {
    /// How many octets the client takes by UDP.
    pub payload: u16,
    /// VERSION.
    pub version: u8,
    /// DO: the client wants DNSSEC records.
    pub dnssec_ok: bool,
}

/// What to do with octets that are no answerable query.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unanswered {
    /// Garbage without a header, or a response: an answer could be bounced to and fro for ever.
    Ignore,
    /// The header can be read, the rest not, or it has not exactly one question (RFC 9619 section
    /// 4): FORMERR.
    FormErr,
    /// Another OPCODE than QUERY: NOTIMP.
    NotImp,
}

impl<'o> Received<'o> {
    /// Reads a query.
    ///
    /// # Errors
    ///
    /// [`Unanswered`] says what such octets deserve instead of an answer.
    pub fn read(octets: &'o [u8]) -> Result<Self, Unanswered> {
        if octets.len() < HEADER || octets[2] & 0x80 != 0 {
            return Err(Unanswered::Ignore);
        }
        if octets[2] & 0x78 != 0 {
            return Err(Unanswered::NotImp);
        }
        let end = question_end(octets).ok_or(Unanswered::FormErr)?;
        let opt = match plain(octets, end) {
            Some(opt) => opt,
            None => decoded(octets)?,
        };
        Ok(Self { octets, end, opt })
    }

    /// Octets as an injector has read them: nothing in them but the question matters to it, which
    /// ends inside of them.
    #[must_use]
    pub const fn glanced(octets: &'o [u8], question: &Range<usize>) -> Self {
        Self { octets, end: question.end, opt: None }
    }

    /// RD: the client wants others to be asked.
    #[must_use]
    pub const fn recursion_desired(&self) -> bool {
        self.octets[2] & 0x01 != 0
    }

    /// CD: the client checks signatures itself (RFC 4035 section 3.2.2).
    #[must_use]
    pub const fn checking_disabled(&self) -> bool {
        self.octets[3] & 0x10 != 0
    }

    /// The question section, octet for octet: a reply must echo its letters' case.
    #[must_use]
    pub fn question(&self) -> &'o [u8] {
        &self.octets[HEADER..self.end]
    }

    /// What the query has behind its question: an OPT, as a rule.
    #[must_use]
    pub fn after_question(&self) -> &'o [u8] {
        &self.octets[self.end..]
    }

    /// The question's name in wire form.
    #[must_use]
    pub fn question_name(&self) -> &'o [u8] {
        &self.octets[HEADER..self.end - 4]
    }

    /// Where the question stands in the octets.
    #[must_use]
    pub const fn question_range(&self) -> Range<usize> {
        HEADER..self.end
    }

    /// The name asked for, its case kept.
    #[must_use]
    pub fn wire_name(&self) -> WireName {
        WireName::from_bytes(self.question_name()).unwrap_or_default()
    }

    /// The name asked for, as rules see it, in the room of another.
    #[must_use]
    pub fn name(&self, room: Name) -> Name {
        room.refilled(self.question_name())
    }

    /// The type asked for.
    #[must_use]
    pub fn rtype(&self) -> Type {
        Type(RecordType::from(number(self.octets, self.end - 4)))
    }

    /// The class asked for.
    #[must_use]
    pub fn class(&self) -> DNSClass {
        DNSClass::from(number(self.octets, self.end - 2))
    }

    /// The OPT record, if the query has one.
    #[must_use]
    pub const fn opt(&self) -> Option<Opt> {
        self.opt
    }

    /// The most octets that a reply by UDP may have: 512 without EDNS (RFC 1035 section 4.2.1),
    /// with it what the client takes, but never less than 512 (RFC 6891 section 6.2.3) nor more
    /// than 1232, which no common path fragments (DNS flag day 2020).
    #[must_use]
    pub fn udp_limit(&self) -> usize {
        self.opt.map_or(512, |opt| usize::from(opt.payload).clamp(512, usize::from(UDP_PAYLOAD)))
    }

    /// The most octets that a reply may have: over a stream as many as its length field counts (RFC
    /// 1035 section 4.2.2).
    #[must_use]
    pub fn limit(&self, transport: Transport) -> usize {
        if transport == Transport::Udp { self.udp_limit() } else { usize::from(u16::MAX) }
    }

    /// The same query in other octets, which are a copy of its own, with the question's name in
    /// lower case.
    #[must_use]
    pub fn lowered<'c>(&self, copy: &'c mut [u8]) -> Received<'c> {
        copy[HEADER..self.end - 4].make_ascii_lowercase();
        Received { octets: copy, ..*self }
    }

    /// The same for longer than its octets are there.
    #[must_use]
    pub fn keep(&self) -> Kept {
        Kept { octets: self.octets.to_vec(), end: self.end, opt: self.opt }
    }

    /// The octets of the OPT record as it came, if the query has one.
    #[must_use]
    pub fn opt_octets(&self) -> Option<&'o [u8]> {
        // The OPT's owner is the root: one zero octet, then TYPE 41 (RFC 6891 section 6.1.2). From
        // the end of the question on, records are walked; hickory has decoded them if they are more
        // than one OPT.
        let mut at = self.end;
        while at < self.octets.len() {
            let name_end = skip_name(self.octets, at)?;
            let fixed = self.octets.get(name_end..name_end + 10)?;
            let end = name_end + 10 + usize::from(number(fixed, 8));
            let record = self.octets.get(at..end)?;
            if number(fixed, 0) == OPT {
                return Some(record);
            }
            at = end;
        }
        None
    }
}

impl Kept {
    /// The query.
    #[must_use]
    pub fn query(&self) -> Received<'_> {
        Received { octets: &self.octets, end: self.end, opt: self.opt }
    }
}

/// TYPE of the OPT pseudo-record.
const OPT: u16 = 41;

/// An OPT without options: root, TYPE, CLASS, TTL, RDLENGTH.
const BARE_OPT: usize = 11;

fn number(octets: &[u8], at: usize) -> u16 {
    u16::from_be_bytes([octets[at], octets[at + 1]])
}

/// What follows the question of nearly every query: nothing, or an OPT without options. Nothing for
/// whatever has more, which the library decodes; `tests/it/octets.rs` and the fuzz target see that
/// the two agree.
fn plain(octets: &[u8], end: usize) -> Option<Option<Opt>> {
    let counts = &octets[6..HEADER];
    let rest = &octets[end..];
    match (counts, rest.len()) {
        ([0, 0, 0, 0, 0, 0], 0) => Some(None),
        ([0, 0, 0, 0, 0, 1], BARE_OPT) => {
            let is_opt = rest[0] == 0 && number(rest, 1) == OPT && number(rest, 9) == 0;
            is_opt.then(|| {
                Some(Opt {
                    payload: number(rest, 3),
                    version: rest[6],
                    dnssec_ok: rest[7] & 0x80 != 0,
                })
            })
        }
        _ => None,
    }
}

/// The OPT of a message that a library decodes.
fn decoded(octets: &[u8]) -> Result<Option<Opt>, Unanswered> {
    let message = Message::from_vec(octets).map_err(|_| Unanswered::FormErr)?;
    if message.queries.len() != 1
        || message.message_type != MessageType::Query
        || message.op_code != OpCode::Query
    {
        return Err(Unanswered::FormErr);
    }
    let opt = |edns: hickory_proto::op::Edns| Opt {
        payload: edns.max_payload(),
        version: edns.version(),
        dnssec_ok: edns.flags().dnssec_ok,
    };
    Ok(message.edns.map(opt))
}

/// Where the one question ends: behind the header, a name without compression, TYPE and CLASS.
fn question_end(octets: &[u8]) -> Option<usize> {
    if octets[4..6] != [0, 1] {
        return None;
    }
    let mut at = HEADER;
    loop {
        match *octets.get(at)? {
            0 => break,
            length if length & 0xc0 == 0 => at += 1 + usize::from(length),
            _ => return None,
        }
    }
    let end = at + 5;
    (at + 1 - HEADER <= MAX_NAME && end <= octets.len()).then_some(end)
}

/// The octet after a name that may be compressed (RFC 1035 section 4.1.4).
fn skip_name(octets: &[u8], mut at: usize) -> Option<usize> {
    loop {
        match *octets.get(at)? {
            0 => return Some(at + 1),
            length if length & 0xc0 == 0xc0 => return Some(at + 2),
            length => at += 1 + usize::from(length),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Received, Unanswered, decoded, plain, question_end};
    use crate::name::Name;

    /// `www.Example.com A`, RD, with an OPT of 1232 octets.
    fn query() -> Vec<u8> {
        let mut octets = vec![0x12, 0x34, 0x01, 0x00, 0, 1, 0, 0, 0, 0, 0, 1];
        octets.extend(b"\x03www\x07Example\x03com\x00\x00\x01\x00\x01");
        octets.extend([0, 0, 41, 0x04, 0xd0, 0, 0, 0, 0, 0, 0]);
        octets
    }

    #[test]
    fn a_query_keeps_the_case_of_its_question_and_its_opt() {
        let octets = query();
        let received = Received::read(&octets).unwrap();
        assert_eq!(received.question(), b"\x03www\x07Example\x03com\x00\x00\x01\x00\x01");
        assert_eq!(received.name(Name::default()).as_str(), "www.example.com");
        assert_eq!(received.opt_octets().unwrap(), [0, 0, 41, 0x04, 0xd0, 0, 0, 0, 0, 0, 0]);
    }

    #[test]
    fn responses_and_short_garbage_are_ignored() {
        let mut response = query();
        response[2] |= 0x80;
        assert_eq!(Received::read(&response).unwrap_err(), Unanswered::Ignore);
        assert_eq!(Received::read(&[0; 11]).unwrap_err(), Unanswered::Ignore);
        assert_eq!(Received::read(&[]).unwrap_err(), Unanswered::Ignore);
    }

    #[test]
    fn other_opcodes_are_not_implemented() {
        let mut notify = query();
        notify[2] |= 4 << 3;
        assert_eq!(Received::read(&notify).unwrap_err(), Unanswered::NotImp);
    }

    #[test]
    fn anything_but_one_whole_question_is_a_format_error() {
        for count in [0, 2] {
            let mut octets = query();
            octets[5] = count;
            assert_eq!(
                Received::read(&octets).unwrap_err(),
                Unanswered::FormErr,
                "{count} questions"
            );
        }
        for length in 12..query().len() {
            let octets = query()[..length].to_vec();
            assert_eq!(
                Received::read(&octets).unwrap_err(),
                Unanswered::FormErr,
                "cut at {length}"
            );
        }
        let mut pointer = query();
        pointer[12] = 0xc0;
        assert_eq!(Received::read(&pointer).unwrap_err(), Unanswered::FormErr);
    }

    #[test]
    fn two_opt_records_are_a_format_error() {
        let mut octets = query();
        octets.extend([0, 0, 41, 0x04, 0xd0, 0, 0, 0, 0, 0, 0]);
        octets[11] = 2;
        assert_eq!(Received::read(&octets).unwrap_err(), Unanswered::FormErr);
    }

    #[test]
    fn what_is_read_at_a_glance_is_what_the_library_decodes() {
        let octets = query();
        let end = question_end(&octets).unwrap();
        assert_eq!(plain(&octets, end), Some(decoded(&octets).unwrap()));
        let mut signed = query();
        signed[end + 7] = 0x80;
        assert_eq!(plain(&signed, end), Some(decoded(&signed).unwrap()));
        let mut optioned = query();
        optioned[end + 10] = 4;
        optioned.extend([0, 3, 0, 0]);
        assert_eq!(plain(&optioned, end), None, "an option is the library's to read");
    }
}
