//! A message as it came off the wire: what is needed of it, and the octets that replies copy.

use super::{
    Name, Rtype, Transport,
    constants::{HEADER_LEN, MAX_NAME_LEN, MIN_UDP_PAYLOAD, OPT, UDP_PAYLOAD, flags2, flags3},
};
use hickory_proto::{
    op::{Message, MessageType, OpCode},
    rr::{DNSClass, Name as WireName, RecordType},
    serialize::binary::BinDecodable,
};
use std::ops::Range;

/// A question that can be answered, in the octets it came in.
#[derive(Clone, Copy, Debug)]
pub struct QueryView<'o> {
    /// The whole message.
    pub octets: &'o [u8],
    /// Where the question ends; it begins behind the header.
    end: usize,
    opt: Option<OptRecord>,
}

/// A query with octets of its own.
#[derive(Clone, Debug)]
pub struct OwnedQuery {
    octets: Vec<u8>,
    end: usize,
    opt: Option<OptRecord>,
}

/// What an OPT record says (RFC 6891 section 6.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OptRecord {
    /// How many octets the client takes by UDP.
    pub payload: u16,
    /// VERSION.
    pub version: u8,
    /// DO: the client wants DNSSEC records.
    pub dnssec_ok: bool,
}

/// What to do with octets that are no answerable query.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RequestError {
    /// Garbage without a header, or a response: an answer could be bounced to and fro for ever.
    Ignore,
    /// The header can be read, the rest not, or it has not exactly one question (RFC 9619 section
    /// 4): FORMERR.
    FormErr,
    /// Another OPCODE than QUERY: NOTIMP.
    NotImp,
}

impl<'o> QueryView<'o> {
    /// Reads a query.
    ///
    /// # Errors
    ///
    /// [`RequestError`] says what such octets deserve instead of an answer.
    pub fn parse(octets: &'o [u8]) -> Result<Self, RequestError> {
        if octets.len() < HEADER_LEN || octets[2] & flags2::QR != 0 {
            return Err(RequestError::Ignore);
        }
        if octets[2] & flags2::OPCODE != 0 {
            return Err(RequestError::NotImp);
        }
        let end = question_end(octets).ok_or(RequestError::FormErr)?;
        let opt = match parse_common(octets, end) {
            Some(opt) => opt,
            None => decoded(octets)?,
        };
        Ok(Self { octets, end, opt })
    }

    /// Octets as an injector has read them: nothing in them but the question matters to it, which
    /// ends inside of them.
    #[must_use]
    pub const fn with_question(octets: &'o [u8], question: &Range<usize>) -> Self {
        Self { octets, end: question.end, opt: None }
    }

    /// RD: the client wants others to be asked.
    #[must_use]
    pub const fn recursion_desired(&self) -> bool {
        self.octets[2] & flags2::RD != 0
    }

    /// CD: the client checks signatures itself (RFC 4035 section 3.2.2).
    #[must_use]
    pub const fn checking_disabled(&self) -> bool {
        self.octets[3] & flags3::CD != 0
    }

    /// The question section, octet for octet: a reply must echo its letters' case.
    #[must_use]
    pub fn question(&self) -> &'o [u8] {
        &self.octets[HEADER_LEN..self.end]
    }

    /// What the query has behind its question: an OPT, as a rule.
    #[must_use]
    pub fn after_question(&self) -> &'o [u8] {
        &self.octets[self.end..]
    }

    /// The question's name in wire form.
    #[must_use]
    pub fn qname_octets(&self) -> &'o [u8] {
        &self.octets[HEADER_LEN..self.end - 4]
    }

    /// Where the question stands in the octets.
    #[must_use]
    pub const fn question_range(&self) -> Range<usize> {
        HEADER_LEN..self.end
    }

    /// QNAME with its letters' case.
    #[must_use]
    pub fn qname_as_written(&self) -> WireName {
        WireName::from_bytes(self.qname_octets())
            .expect("labels and length of the QNAME were checked when the query was parsed")
    }

    /// QNAME as rules see it; the text of `buffer` is overwritten, so that nothing is allocated.
    #[must_use]
    pub fn qname(&self, buffer: Name) -> Name {
        buffer.refill(self.qname_octets())
    }

    /// QTYPE.
    #[must_use]
    pub fn qtype(&self) -> Rtype {
        Rtype(RecordType::from(number(self.octets, self.end - 4)))
    }

    /// QCLASS.
    #[must_use]
    pub fn qclass(&self) -> DNSClass {
        DNSClass::from(number(self.octets, self.end - 2))
    }

    /// The OPT record, if the query has one.
    #[must_use]
    pub const fn opt(&self) -> Option<OptRecord> {
        self.opt
    }

    /// The most octets that a reply by UDP may have: 512 without EDNS (RFC 1035 section 4.2.1),
    /// with it what the client takes, but never less than 512 (RFC 6891 section 6.2.3) nor more
    /// than 1232, which no common path fragments (DNS flag day 2020).
    #[must_use]
    pub fn udp_limit(&self) -> usize {
        let most = usize::from(UDP_PAYLOAD);
        let accepted = |opt: OptRecord| usize::from(opt.payload).clamp(MIN_UDP_PAYLOAD, most);
        self.opt.map_or(MIN_UDP_PAYLOAD, accepted)
    }

    /// The most octets that a reply may have: over a stream as many as its length field counts (RFC
    /// 1035 section 4.2.2).
    #[must_use]
    pub fn response_limit(&self, transport: Transport) -> usize {
        if transport.is_stream() { usize::from(u16::MAX) } else { self.udp_limit() }
    }

    /// The same query in other octets, which are a copy of its own, with the question's name in
    /// lower case.
    #[must_use]
    pub fn with_lowercase_qname<'c>(&self, copy: &'c mut [u8]) -> QueryView<'c> {
        copy[HEADER_LEN..self.end - 4].make_ascii_lowercase();
        QueryView { octets: copy, ..*self }
    }

    /// The same for longer than its octets are there.
    #[must_use]
    pub fn to_owned(&self) -> OwnedQuery {
        OwnedQuery { octets: self.octets.to_vec(), end: self.end, opt: self.opt }
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

impl OwnedQuery {
    /// The query.
    #[must_use]
    pub fn view(&self) -> QueryView<'_> {
        QueryView { octets: &self.octets, end: self.end, opt: self.opt }
    }
}

/// An OPT without options: root, TYPE, CLASS, TTL, RDLENGTH.
const BARE_OPT: usize = 11;

fn number(octets: &[u8], at: usize) -> u16 {
    u16::from_be_bytes([octets[at], octets[at + 1]])
}

/// What follows the question of nearly every query: nothing, or an OPT without options. Nothing for
/// whatever has more, which the library decodes; `tests/it/octets.rs` and the fuzz target see that
/// the two agree.
fn parse_common(octets: &[u8], end: usize) -> Option<Option<OptRecord>> {
    let counts = &octets[6..HEADER_LEN];
    let rest = &octets[end..];
    match (counts, rest.len()) {
        ([0, 0, 0, 0, 0, 0], 0) => Some(None),
        ([0, 0, 0, 0, 0, 1], BARE_OPT) => {
            let is_opt = rest[0] == 0 && number(rest, 1) == OPT && number(rest, 9) == 0;
            is_opt.then(|| {
                Some(OptRecord {
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
fn decoded(octets: &[u8]) -> Result<Option<OptRecord>, RequestError> {
    let message = Message::from_vec(octets).map_err(|_| RequestError::FormErr)?;
    if message.queries.len() != 1
        || message.message_type != MessageType::Query
        || message.op_code != OpCode::Query
    {
        return Err(RequestError::FormErr);
    }
    let opt = |edns: hickory_proto::op::Edns| OptRecord {
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
    let mut at = HEADER_LEN;
    loop {
        match *octets.get(at)? {
            0 => break,
            length if length & 0xc0 == 0 => at += 1 + usize::from(length),
            _ => return None,
        }
    }
    let end = at + 5;
    (at + 1 - HEADER_LEN <= MAX_NAME_LEN && end <= octets.len()).then_some(end)
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
    use super::{QueryView, RequestError, decoded, parse_common, question_end};
    use crate::dns::Name;

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
        let received = QueryView::parse(&octets).unwrap();
        assert_eq!(received.question(), b"\x03www\x07Example\x03com\x00\x00\x01\x00\x01");
        assert_eq!(received.qname(Name::default()).as_str(), "www.example.com");
        assert_eq!(received.opt_octets().unwrap(), [0, 0, 41, 0x04, 0xd0, 0, 0, 0, 0, 0, 0]);
    }

    #[test]
    fn responses_and_short_garbage_are_ignored() {
        let mut response = query();
        response[2] |= 0x80;
        assert_eq!(QueryView::parse(&response).unwrap_err(), RequestError::Ignore);
        assert_eq!(QueryView::parse(&[0; 11]).unwrap_err(), RequestError::Ignore);
        assert_eq!(QueryView::parse(&[]).unwrap_err(), RequestError::Ignore);
    }

    #[test]
    fn other_opcodes_are_not_implemented() {
        let mut notify = query();
        notify[2] |= 4 << 3;
        assert_eq!(QueryView::parse(&notify).unwrap_err(), RequestError::NotImp);
    }

    #[test]
    fn anything_but_one_whole_question_is_a_format_error() {
        for count in [0, 2] {
            let mut octets = query();
            octets[5] = count;
            assert_eq!(
                QueryView::parse(&octets).unwrap_err(),
                RequestError::FormErr,
                "{count} questions"
            );
        }
        for length in 12..query().len() {
            let octets = query()[..length].to_vec();
            assert_eq!(
                QueryView::parse(&octets).unwrap_err(),
                RequestError::FormErr,
                "cut at {length}"
            );
        }
        let mut pointer = query();
        pointer[12] = 0xc0;
        assert_eq!(QueryView::parse(&pointer).unwrap_err(), RequestError::FormErr);
    }

    #[test]
    fn two_opt_records_are_a_format_error() {
        let mut octets = query();
        octets.extend([0, 0, 41, 0x04, 0xd0, 0, 0, 0, 0, 0, 0]);
        octets[11] = 2;
        assert_eq!(QueryView::parse(&octets).unwrap_err(), RequestError::FormErr);
    }

    #[test]
    fn what_is_read_at_a_glance_is_what_the_library_decodes() {
        let octets = query();
        let end = question_end(&octets).unwrap();
        assert_eq!(parse_common(&octets, end), Some(decoded(&octets).unwrap()));
        let mut signed = query();
        signed[end + 7] = 0x80;
        assert_eq!(parse_common(&signed, end), Some(decoded(&signed).unwrap()));
        let mut optioned = query();
        optioned[end + 10] = 4;
        optioned.extend([0, 3, 0, 0]);
        assert_eq!(parse_common(&optioned, end), None, "an option is the library's to read");
    }
}
