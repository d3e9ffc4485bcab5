//! A message as it came off the wire: decoded, with the octets that replies copy.

use super::Type;
use crate::name::Name;
use hickory_proto::{
    op::{Edns, Message, MessageType, OpCode},
    rr::{DNSClass, Name as WireName, RecordType},
    serialize::binary::BinDecodable,
};
use std::ops::Range;

/// The UDP payload that we say we take (RFC 6891 section 6.2.3), and the most that we send.
pub const UDP_PAYLOAD: u16 = 1232;

/// Octets of a DNS header (RFC 1035 section 4.1.1).
const HEADER: usize = 12;

/// A question that can be answered, beside the octets it came in.
#[derive(Clone, Debug)]
pub struct Received {
    /// The whole message.
    pub octets: Vec<u8>,
    question: Range<usize>,
    edns: Option<Edns>,
}

/// What to do with octets that are no answerable query.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unanswered {
    /// Garbage without a header, or a response: an answer could be bounced to and fro for ever.
    Ignore,
    /// The header can be read, the rest not, or it has not exactly one question (RFC 9619 section 4): FORMERR.
    FormErr,
    /// Another OPCODE than QUERY: NOTIMP.
    NotImp,
}

impl Received {
    /// Reads a query.
    ///
    /// # Errors
    ///
    /// [`Unanswered`] says what such octets deserve instead of an answer; they come back with it.
    pub fn read(octets: Vec<u8>) -> Result<Self, (Unanswered, Vec<u8>)> {
        match Self::parts(&octets) {
            Ok((question, edns)) => Ok(Self { octets, question, edns }),
            Err(unanswered) => Err((unanswered, octets)),
        }
    }

    /// Octets as an injector has read them: nothing in them but the question matters to it. The question is inside of them.
    #[must_use]
    pub const fn glanced(octets: Vec<u8>, question: Range<usize>) -> Self {
        Self { octets, question, edns: None }
    }

    fn parts(octets: &[u8]) -> Result<(Range<usize>, Option<Edns>), Unanswered> {
        if octets.len() < HEADER || octets[2] & 0x80 != 0 {
            return Err(Unanswered::Ignore);
        }
        if octets[2] & 0x78 != 0 {
            return Err(Unanswered::NotImp);
        }
        let question = question(octets).ok_or(Unanswered::FormErr)?;
        let message = Message::from_vec(octets).map_err(|_| Unanswered::FormErr)?;
        if message.queries.len() != 1 || message.message_type != MessageType::Query || message.op_code != OpCode::Query {
            return Err(Unanswered::FormErr);
        }
        Ok((question, message.edns))
    }

    /// RD: the client wants others to be asked.
    #[must_use]
    pub fn recursion_desired(&self) -> bool {
        self.octets[2] & 0x01 != 0
    }

    /// CD: the client checks signatures itself (RFC 4035 section 3.2.2).
    #[must_use]
    pub fn checking_disabled(&self) -> bool {
        self.octets[3] & 0x10 != 0
    }

    /// The question section, octet for octet: a reply must echo its letters' case.
    #[must_use]
    pub fn question(&self) -> &[u8] {
        &self.octets[self.question.clone()]
    }

    /// What the query has behind its question: an OPT, as a rule.
    #[must_use]
    pub fn after_question(&self) -> &[u8] {
        &self.octets[self.question.end..]
    }

    /// The question's name in wire form.
    #[must_use]
    pub fn question_name(&self) -> &[u8] {
        &self.octets[self.question.start..self.question.end - 4]
    }

    /// Where the question stands in the octets.
    #[must_use]
    pub const fn question_range(&self) -> &Range<usize> {
        &self.question
    }

    /// The name asked for, its case kept.
    #[must_use]
    pub fn wire_name(&self) -> WireName {
        WireName::from_bytes(self.question_name()).unwrap_or_default()
    }

    /// The name asked for, as rules see it.
    #[must_use]
    pub fn name(&self) -> Name {
        Name::from_wire(&self.wire_name())
    }

    /// The type asked for.
    #[must_use]
    pub fn rtype(&self) -> Type {
        Type(RecordType::from(self.number(self.question.end - 4)))
    }

    /// The class asked for.
    #[must_use]
    pub fn class(&self) -> DNSClass {
        DNSClass::from(self.number(self.question.end - 2))
    }

    fn number(&self, at: usize) -> u16 {
        u16::from_be_bytes([self.octets[at], self.octets[at + 1]])
    }

    /// The OPT record, if the query has one.
    #[must_use]
    pub const fn edns(&self) -> Option<&Edns> {
        self.edns.as_ref()
    }

    /// The most octets that a reply by UDP may have: 512 without EDNS (RFC 1035 section 4.2.1), with it what the client takes,
    /// but never less than 512 (RFC 6891 section 6.2.3) nor more than 1232, which no common path fragments (DNS flag day 2020).
    #[must_use]
    pub fn udp_limit(&self) -> usize {
        self.edns().map_or(512, |edns| usize::from(edns.max_payload()).clamp(512, usize::from(UDP_PAYLOAD)))
    }

    /// The octets of the OPT record as it came, if the query has one.
    #[must_use]
    pub fn opt_octets(&self) -> Option<&[u8]> {
        // The OPT's owner is the root: one zero octet, then TYPE 41 (RFC 6891 section 6.1.2). A query has no other
        // records before it, or hickory has decoded them and the OPT is the first after them; from the end of the
        // question on, records are walked.
        let mut at = self.question.end;
        while at < self.octets.len() {
            let name_end = skip_name(&self.octets, at)?;
            let fixed = self.octets.get(name_end..name_end + 10)?;
            let end = name_end + 10 + usize::from(u16::from_be_bytes([fixed[8], fixed[9]]));
            let record = self.octets.get(at..end)?;
            if fixed[..2] == [0, 41] {
                return Some(record);
            }
            at = end;
        }
        None
    }
}

/// Where the one question stands: after the header, a name without compression, TYPE and CLASS.
fn question(octets: &[u8]) -> Option<Range<usize>> {
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
    (end <= octets.len()).then_some(HEADER..end)
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
    use super::{Received, Unanswered};

    /// `www.Example.com A`, RD, with an OPT of 1232 octets.
    fn query() -> Vec<u8> {
        let mut octets = vec![0x12, 0x34, 0x01, 0x00, 0, 1, 0, 0, 0, 0, 0, 1];
        octets.extend(b"\x03www\x07Example\x03com\x00\x00\x01\x00\x01");
        octets.extend([0, 0, 41, 0x04, 0xd0, 0, 0, 0, 0, 0, 0]);
        octets
    }

    #[test]
    fn a_query_keeps_the_case_of_its_question_and_its_opt() {
        let received = Received::read(query()).unwrap();
        assert_eq!(received.question(), b"\x03www\x07Example\x03com\x00\x00\x01\x00\x01");
        assert_eq!(received.name().as_str(), "www.example.com");
        assert_eq!(received.opt_octets().unwrap(), [0, 0, 41, 0x04, 0xd0, 0, 0, 0, 0, 0, 0]);
    }

    #[test]
    fn responses_and_short_garbage_are_ignored() {
        let mut response = query();
        response[2] |= 0x80;
        assert_eq!(Received::read(response).unwrap_err().0, Unanswered::Ignore);
        assert_eq!(Received::read(vec![0; 11]).unwrap_err().0, Unanswered::Ignore);
        assert_eq!(Received::read(Vec::new()).unwrap_err().0, Unanswered::Ignore);
    }

    #[test]
    fn other_opcodes_are_not_implemented() {
        let mut notify = query();
        notify[2] |= 4 << 3;
        assert_eq!(Received::read(notify).unwrap_err().0, Unanswered::NotImp);
    }

    #[test]
    fn anything_but_one_whole_question_is_a_format_error() {
        for count in [0, 2] {
            let mut octets = query();
            octets[5] = count;
            assert_eq!(Received::read(octets).unwrap_err().0, Unanswered::FormErr, "{count} questions");
        }
        for length in 12..query().len() {
            let octets = query()[..length].to_vec();
            assert_eq!(Received::read(octets).unwrap_err().0, Unanswered::FormErr, "cut at {length}");
        }
        let mut pointer = query();
        pointer[12] = 0xc0;
        assert_eq!(Received::read(pointer).unwrap_err().0, Unanswered::FormErr);
    }

    #[test]
    fn two_opt_records_are_a_format_error() {
        let mut octets = query();
        octets.extend([0, 0, 41, 0x04, 0xd0, 0, 0, 0, 0, 0, 0]);
        octets[11] = 2;
        assert_eq!(Received::read(octets).unwrap_err().0, Unanswered::FormErr);
    }
}
