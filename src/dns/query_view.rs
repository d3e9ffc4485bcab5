//! A message as it came off the wire: what is needed of it, and the octets that replies copy.

use super::{
    Name, Rtype, Transport,
    constants::{HEADER_LEN, MIN_UDP_PAYLOAD, UDP_PAYLOAD, flags2, flags3},
    opt_record::OptRecord,
    raw_record::{RawName, big_endian},
    record_scan::{RecordScan, find_tsig},
    tsig_record::TsigRecord,
};
use hickory_proto::{
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

/// Octets that are no answerable query, as far as the reply that says so can repeat them.
#[derive(Clone, Copy, Debug)]
pub enum UnreadQuery<'o> {
    /// They have one question.
    Question(QueryView<'o>),
    /// They have none, or several. An OPT may be found all the same: whoever sends one speaks EDNS,
    /// and a reply without an OPT would say that we do not (RFC 6891 section 7).
    Header(Option<OptRecord>),
}

impl<'o> UnreadQuery<'o> {
    /// Looks at octets that have a header.
    #[must_use]
    pub fn of(octets: &'o [u8]) -> Self {
        match question_end(octets) {
            Some(end) => {
                let opt = RecordScan::of(octets, end).opt;
                Self::Question(QueryView { octets, end, opt })
            }
            None => {
                Self::Header(questions_end(octets).and_then(|end| RecordScan::of(octets, end).opt))
            }
        }
    }
}

impl<'o> QueryView<'o> {
    /// Reads a query.
    ///
    /// # Errors
    ///
    /// [`RequestError`] says what such octets deserve instead of an answer.
    pub fn parse(octets: &'o [u8]) -> Result<Self, RequestError> {
        let end = read_question(octets)?;
        let RecordScan { opt, sound } = RecordScan::of(octets, end);
        if sound { Ok(Self { octets, end, opt }) } else { Err(RequestError::FormErr) }
    }

    /// Reads a query of somebody who is refused whatever it says: header and question, and an OPT
    /// where it is all that follows.
    ///
    /// # Errors
    ///
    /// As [`QueryView::parse`] says, but what stands behind the question is never wrong.
    pub fn glance(octets: &'o [u8]) -> Result<Self, RequestError> {
        let end = read_question(octets)?;
        Ok(Self { octets, end, opt: OptRecord::alone(octets, end) })
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
        Rtype(RecordType::from(big_endian(self.octets, self.end - 4)))
    }

    /// QCLASS.
    #[must_use]
    pub fn qclass(&self) -> DNSClass {
        DNSClass::from(big_endian(self.octets, self.end - 2))
    }

    /// The OPT record, if the query has one.
    #[must_use]
    pub const fn opt(&self) -> Option<OptRecord> {
        self.opt
    }

    /// The TSIG record, if the query has one. That is seldom enough to look for it again.
    #[must_use]
    #[inline]
    pub fn tsig(&self) -> Option<TsigRecord<'o>> {
        let others = big_endian(self.octets, 10) > u16::from(self.opt.is_some());
        if others { find_tsig(self.octets, self.end) } else { None }
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
        self.opt.map(|opt| &self.octets[opt.range()])
    }
}

impl OwnedQuery {
    /// The query.
    #[must_use]
    pub fn view(&self) -> QueryView<'_> {
        QueryView { octets: &self.octets, end: self.end, opt: self.opt }
    }
}

/// Where the OPT record of a message with one question stands, if it has one.
#[must_use]
pub fn opt_range(message: &[u8]) -> Option<Range<usize>> {
    RecordScan::of(message, question_end(message)?).opt.map(|opt| opt.range())
}

/// Where the question of a query ends.
fn read_question(octets: &[u8]) -> Result<usize, RequestError> {
    if octets.len() < HEADER_LEN || octets[2] & flags2::QR != 0 {
        return Err(RequestError::Ignore);
    }
    if octets[2] & flags2::OPCODE != 0 {
        return Err(RequestError::NotImp);
    }
    question_end(octets).ok_or(RequestError::FormErr)
}

/// Where the one question of a message ends: behind the header, a name without compression, TYPE
/// and CLASS.
#[must_use]
pub fn question_end(octets: &[u8]) -> Option<usize> {
    if octets[4..6] != [0, 1] {
        return None;
    }
    let name = RawName::read(&octets[HEADER_LEN..]).filter(|name| !name.is_compressed())?;
    let end = HEADER_LEN + name.octets.len() + 4;
    (end <= octets.len()).then_some(end)
}

/// Where all questions end that the header counts, as far as they can be passed over.
fn questions_end(octets: &[u8]) -> Option<usize> {
    let mut end = HEADER_LEN;
    for _ in 0..big_endian(octets, 4) {
        end += RawName::read(octets.get(end..)?)?.octets.len() + 4;
    }
    Some(end)
}

#[cfg(test)]
mod tests {
    use super::{QueryView, RequestError, UnreadQuery};
    use crate::dns::Name;
    use std::time::{Duration, Instant};

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
    fn a_query_with_an_odd_option_is_a_query_and_one_with_broken_options_is_not() {
        let mut octets = query();
        let length = octets.len() - 1;
        octets[length] = 8;
        // EDNS Client Subnet of family 0, as stubby sent it for "no subnet".
        octets.extend([0, 8, 0, 4, 0, 0, 0, 0]);
        let read = QueryView::parse(&octets).unwrap();
        assert_eq!(read.opt_octets().unwrap(), &octets[length - 10..]);
        octets[length + 4] = 5;
        assert_eq!(QueryView::parse(&octets).unwrap_err(), RequestError::FormErr);
        let unread = |octets| match UnreadQuery::of(octets) {
            UnreadQuery::Question(query) => query.opt().is_some(),
            UnreadQuery::Header(_) => panic!("the question can be read"),
        };
        assert!(unread(&octets) && !unread(&octets[..length - 10]));
    }

    #[test]
    fn an_opt_behind_two_questions_or_none_is_found() {
        let question = &query()[12..33].to_vec();
        for count in [0, 2] {
            let mut octets = [&query()[..12], &question.repeat(count), &query()[33..]].concat();
            octets[5] = u8::try_from(count).unwrap();
            assert!(matches!(UnreadQuery::of(&octets), UnreadQuery::Header(Some(_))), "{count}");
            octets.truncate(12 + 21 * count + 3);
            assert!(matches!(UnreadQuery::of(&octets), UnreadQuery::Header(None)), "{count}");
        }
        // The second's name may be compressed.
        let second = [&query()[..33], b"\xc0\x0c\0\x01\0\x01", &query()[33..]].concat();
        let second = [&second[..5], &[2], &second[6..]].concat();
        assert!(matches!(UnreadQuery::of(&second), UnreadQuery::Header(Some(_))));
    }

    #[test]
    fn a_glance_sees_header_and_question_and_an_opt_that_is_all_that_follows() {
        let opt_of = |octets: &[u8]| QueryView::glance(octets).unwrap().opt();
        let mut octets = query();
        assert_eq!(opt_of(&octets).unwrap().payload, 1232);
        for length in 33..octets.len() {
            assert_eq!(opt_of(&octets[..length]), None, "cut at {length}");
        }
        octets[11] = 2;
        assert_eq!(opt_of(&octets), None, "another record may stand first");
        octets[2] |= 4 << 3;
        assert_eq!(QueryView::glance(&octets).unwrap_err(), RequestError::NotImp);
        octets[2] |= 0x80;
        assert_eq!(QueryView::glance(&octets).unwrap_err(), RequestError::Ignore);
        assert_eq!(QueryView::glance(&query()[..32]).unwrap_err(), RequestError::FormErr);
    }

    #[test]
    fn the_longest_message_is_read_in_no_time() {
        // As many records as fit; and an OPT of as many options.
        let question = &query()[12..33];
        let records = [0, 0, 1, 0, 1, 0, 0, 0, 0, 0, 0].repeat(5_950);
        let mut many = [&query()[..12], question, &records].concat();
        many[6..8].copy_from_slice(&5_950_u16.to_be_bytes());
        many[11] = 0;
        let mut optioned = query();
        optioned.extend([0xfd, 0xe8, 0, 0].repeat(16_000));
        let at = query().len() - 2;
        optioned[at..at + 2].copy_from_slice(&64_000_u16.to_be_bytes());
        for octets in [many, optioned] {
            let begin = Instant::now();
            for _ in 0..10 {
                QueryView::parse(&octets).unwrap();
            }
            // In a release build 17 and 36 µs each. Quadratic, it would be seconds.
            assert!(begin.elapsed() < Duration::from_millis(500), "{:?}", begin.elapsed());
        }
    }
}
