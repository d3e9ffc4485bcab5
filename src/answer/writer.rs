//! A message of our own making, written octet by octet into a buffer that serves many of them.

use super::wire_form::{EdnsForm, OwnerForm, WireForm};
use crate::dns::{
    OptRecord, QueryView,
    constants::{DNAME, EDE_OPTION, HEADER_LEN, OPT, UDP_PAYLOAD, flags2, flags3},
    wire_name, write_wire,
};
use hickory_proto::{
    op::ResponseCode,
    rr::{Name as WireName, RecordType},
};
use std::ops::Range;

/// All of a message but its records.
#[derive(Clone, Copy, Debug)]
pub struct ResponseHead<'a> {
    /// RCODE, with its extended bits (RFC 6891 section 6.1.3).
    pub rcode: ResponseCode,
    /// TC.
    pub truncated: bool,
    /// How the message looks.
    pub wire: WireForm,
    /// An Extended DNS Error (RFC 8914): INFO-CODE and EXTRA-TEXT.
    pub ede: Option<(u16, &'a str)>,
}

/// A message on its way into a buffer.
#[derive(Debug)]
pub struct ResponseWriter<'a> {
    head: ResponseHead<'a>,
    query: QueryView<'a>,
    out: &'a mut Vec<u8>,
    /// Where the message begins, and where its records do.
    start: usize,
    records: usize,
    counts: [u16; 3],
    /// The end of the aliases that led from the question's name to the one that the message is
    /// about: the name, and where it stands.
    led_to: Option<(&'a WireName, u16)>,
}

/// An alias on the way from the question's name to another.
#[derive(Clone, Debug)]
pub struct ChainedAlias {
    /// Its TTL.
    pub ttl: u32,
    /// Where it leads.
    pub target: WireName,
    /// What it was made of, if it was.
    pub made_of: Option<Redirection>,
}

/// A DNAME (RFC 6672).
#[derive(Clone, Debug)]
pub struct Redirection {
    /// Whose names are redirected.
    pub owner: WireName,
    /// Its TTL.
    pub ttl: u32,
    /// Below which name.
    pub target: WireName,
}

/// The sections of records, in their order.
#[derive(Clone, Copy, Debug)]
pub(super) enum Section {
    Answer,
    Authority,
    Additional,
}

/// Whose a record is.
#[derive(Clone, Copy, Debug)]
pub(super) enum Owner<'a> {
    /// The question's name, or the one that aliases have led to.
    Question,
    /// Another name.
    Name(&'a WireName),
    /// Another name, in presentation form.
    Text(&'a str),
}

/// Octets of EXTRA-TEXT, at most: it is for people, and they read a line.
const EXTRA_TEXT: usize = 255;

impl<'a> ResponseHead<'a> {
    /// A message as a resolver writes it.
    #[must_use]
    pub fn status(rcode: ResponseCode) -> Self {
        Self { rcode, truncated: false, wire: WireForm::default(), ede: None }
    }

    /// The same with an Extended DNS Error.
    #[must_use]
    pub const fn explained(mut self, code: u16, text: &'a str) -> Self {
        self.ede = Some((code, text));
        self
    }

    /// Writes a reply without records, in at most `limit` octets, behind what is in the buffer.
    pub fn write(self, query: QueryView<'a>, limit: usize, out: &'a mut Vec<u8>) -> Range<usize> {
        self.begin(query, out).end(limit)
    }

    /// The octets of a reply without records.
    #[must_use]
    pub fn octets(self, query: QueryView<'_>, limit: usize) -> Vec<u8> {
        let mut out = Vec::new();
        ResponseHead { ede: self.ede, ..self }.write(query, limit, &mut out);
        out
    }

    /// Begins a reply behind what is in the buffer.
    pub(super) fn begin(self, query: QueryView<'a>, out: &'a mut Vec<u8>) -> ResponseWriter<'a> {
        let start = out.len();
        out.extend(&query.octets[..2]);
        // Flags and counts are known at the end.
        out.extend([0; HEADER_LEN - 2]);
        out.extend(query.question());
        if self.wire.edns == EdnsForm::Left {
            out.extend(query.after_question());
        }
        let (records, counts) = (out.len(), [0; 3]);
        ResponseWriter { head: self, query, records, out, start, counts, led_to: None }
    }

    fn flags(&self, query: &QueryView<'_>) -> u16 {
        let (rd, cd) = (query.recursion_desired(), query.checking_disabled());
        let rcode = u16::from(self.rcode.low());
        let by_rd = self.wire.flags_by_rd.then_some(if rd { 0x8180 } else { 0x8400 });
        if let Some(fixed) = self.wire.flags.or(by_rd) {
            return fixed | u16::from(self.truncated) << 9 | rcode;
        }
        let bits = [
            (true, 15),
            (self.wire.aa.unwrap_or(false), 10),
            (self.truncated, 9),
            (rd, 8),
            (self.wire.ra.unwrap_or(true), 7),
            (self.wire.ad.unwrap_or(false), 5),
            (cd, 4),
        ];
        let flags = bits.into_iter().map(|(set, bit)| u16::from(set) << bit).sum::<u16>();
        flags | rcode
    }

    /// Writes the OPT record, if one is sent: RFC 6891 section 7 wants one when, and only when, the
    /// query has one.
    fn write_opt(&self, query: &QueryView<'_>, out: &mut Vec<u8>) -> bool {
        let Some(asked) = query.opt() else { return false };
        match self.wire.edns {
            EdnsForm::Omit | EdnsForm::Left => return false,
            EdnsForm::Echo => {
                let echoed = query.opt_octets();
                out.extend(echoed.into_iter().flatten());
                return echoed.is_some();
            }
            EdnsForm::Normal => {}
        }
        write_opt_head(self.rcode, asked, out);
        sized(out, |out| {
            if let Some((code, text)) = self.ede {
                // RFC 8914 section 2.
                let end = (0..=text.len().min(EXTRA_TEXT))
                    .rev()
                    .find(|end| text.is_char_boundary(*end))
                    .expect("the beginning of a text is a boundary");
                out.extend(EDE_OPTION.to_be_bytes());
                sized(out, |out| {
                    out.extend(code.to_be_bytes());
                    out.extend(&text.as_bytes()[..end]);
                });
            }
        });
        true
    }
}

impl<'a> ResponseWriter<'a> {
    /// Adds aliases; records of the question are from then on those of the last one's target.
    pub(super) fn follow(&mut self, chain: &'a [ChainedAlias]) {
        for ChainedAlias { ttl, target, made_of } in chain {
            if let Some(Redirection { owner, ttl, target }) = made_of {
                let (section, owner) = (Section::Answer, Owner::Name(owner));
                self.record(section, owner, DNAME, *ttl, |out| write_wire(target, out));
            }
            let (section, owner) = (Section::Answer, Owner::Question);
            let (start, mut at) = (self.start, 0);
            self.record(section, owner, RecordType::CNAME, *ttl, |out| {
                at = out.len() - start;
                write_wire(target, out);
            });
            // Sixteen names, as many as there can be, stand below 2^14, which a pointer can say.
            self.led_to = Some((target, u16::try_from(at).expect("it is below 2^14")));
        }
    }

    /// Adds a record. Sections come in their order. Behind the longest message that there can be
    /// nothing is added, for it will be truncated anyway.
    pub(super) fn record(
        &mut self,
        section: Section,
        owner: Owner<'_>,
        rtype: RecordType,
        ttl: u32,
        data: impl FnOnce(&mut Vec<u8>),
    ) {
        if self.out.len() - self.start > usize::from(u16::MAX) {
            return;
        }
        self.counts[section as usize] += 1;
        // A pointer to the first octet after the header, where the question's name stands (RFC 1035
        // section 4.1.4), or into the alias that led here.
        match (owner, self.head.wire.owner, self.led_to) {
            (Owner::Question, OwnerForm::Pointer, None) => self.out.extend([0xc0, 0x0c]),
            (Owner::Question, OwnerForm::Pointer, Some((_, at))) => {
                self.out.extend((0xc000 | at).to_be_bytes());
            }
            (Owner::Question, OwnerForm::Copy, None) => self.out.extend(self.query.qname_octets()),
            (Owner::Question, OwnerForm::Copy, Some((name, _))) | (Owner::Name(name), ..) => {
                write_wire(name, self.out);
            }
            (Owner::Text(name), ..) => write_text(name, self.out),
        }
        self.out.extend(u16::from(rtype).to_be_bytes());
        self.out.extend([0, 1]);
        self.out.extend(ttl.to_be_bytes());
        sized(self.out, data);
    }

    /// Ends the message in at most `limit` octets, and says where it stands: what does not fit is
    /// left out and TC set. The explanation and the zeros behind the end go first, then the
    /// records.
    pub(super) fn end(mut self, limit: usize) -> Range<usize> {
        let records_end = self.out.len();
        self.close();
        if self.out.len() - self.start > limit {
            self.out.truncate(records_end);
            self.head.ede = None;
            self.head.wire.trailing = 0;
            self.close();
        }
        if self.out.len() - self.start > limit {
            self.out.truncate(self.records);
            self.counts = [0; 3];
            self.head.truncated = true;
            self.close();
        }
        // An OPT of the query's own may be too long by itself (RFC 6891 section 6.2.3).
        if self.out.len() - self.start > limit {
            self.out.truncate(self.start + HEADER_LEN + self.query.question().len());
            self.head.wire.edns = EdnsForm::Omit;
            self.close();
        }
        self.start..self.out.len()
    }

    fn close(&mut self) {
        let opt = self.head.write_opt(&self.query, self.out);
        self.out.resize(self.out.len() + usize::from(self.head.wire.trailing), 0);
        let [answers, authority, additional] = self.counts;
        let fields =
            [self.head.flags(&self.query), 1, answers, authority, additional + u16::from(opt)];
        let header = &mut self.out[self.start + 2..self.start + HEADER_LEN];
        for (field, room) in fields.into_iter().zip(header.chunks_exact_mut(2)) {
            room.copy_from_slice(&field.to_be_bytes());
        }
    }
}

/// Something with its length before it, in two octets.
pub(super) fn sized(out: &mut Vec<u8>, write: impl FnOnce(&mut Vec<u8>)) {
    let at = out.len();
    out.extend([0, 0]);
    write(out);
    let length = u16::try_from(out.len() - at - 2)
        .expect("record data and options are bounded when they are read");
    out[at..at + 2].copy_from_slice(&length.to_be_bytes());
}

/// Without escapes the text has a dot where the next label's length stands in wire form; the first
/// length stands before it.
fn write_text(name: &str, out: &mut Vec<u8>) {
    if name.contains('\\') {
        return write_wire(&wire_name(name).expect("a pattern about whole labels is a name"), out);
    }
    out.push(0);
    let mut length = out.len() - 1;
    out.extend(name.as_bytes());
    for at in length + 1..out.len() {
        if out[at] == b'.' {
            out[length] = (at - length - 1) as u8;
            length = at;
        }
    }
    out[length] = (out.len() - length - 1) as u8;
    out.push(0);
}

/// All of an OPT record of ours but its options (RFC 6891 section 6.1); `asked` is the query's.
fn write_opt_head(rcode: ResponseCode, asked: OptRecord, out: &mut Vec<u8>) {
    let [[_, rtype], [high, low]] = [OPT, UDP_PAYLOAD].map(u16::to_be_bytes);
    let flags = if asked.dnssec_ok { 0x80 } else { 0 };
    out.extend_from_slice(&[0, 0, rtype, high, low, rcode.high(), 0, flags, 0]);
}

/// A reply to octets whose question cannot be read: the header alone, with the query's id, OPCODE,
/// RD and CD; and an OPT, if the query has one.
pub fn write_header_only(
    query: &[u8],
    rcode: ResponseCode,
    opt: Option<OptRecord>,
    out: &mut Vec<u8>,
) -> Range<usize> {
    let start = out.len();
    out.extend(&query[..2]);
    out.push(flags2::QR | (query[2] & (flags2::OPCODE | flags2::RD)));
    out.push(rcode.low() | (query[3] & flags3::CD));
    out.extend([0, 0, 0, 0, 0, 0, 0, u8::from(opt.is_some())]);
    if let Some(asked) = opt {
        write_opt_head(rcode, asked, out);
        out.extend([0, 0]);
    }
    start..out.len()
}

#[cfg(test)]
mod tests {
    use super::{Owner, ResponseHead, ResponseWriter, Section};
    use crate::{
        answer::{EdnsForm, OwnerForm, WireForm},
        dns::QueryView,
    };
    use hickory_proto::{op::ResponseCode, rr::RecordType};

    /// `aB.cd A`, RD, with an OPT of 4096 octets and DO, and an option that nobody knows.
    fn query(edns: bool) -> Vec<u8> {
        let mut octets = vec![0x12, 0x34, 0x01, 0x00, 0, 1, 0, 0, 0, 0, 0, u8::from(edns)];
        octets.extend(b"\x02aB\x02cd\0\0\x01\0\x01");
        if edns {
            octets.extend([0, 0, 41, 0x10, 0, 0, 0, 0x80, 0, 0, 5, 0xfd, 0xe8, 0, 1, 7]);
        }
        octets
    }

    /// A reply with as many records.
    fn reply(head: ResponseHead<'_>, records: usize, query: &[u8], limit: usize) -> Vec<u8> {
        let mut out = b"what was there before".to_vec();
        let mut reply: ResponseWriter<'_> = head.begin(QueryView::parse(query).unwrap(), &mut out);
        for _ in 0..records {
            reply.record(Section::Answer, Owner::Question, RecordType::A, 60, |out| {
                out.extend([192, 0, 2, 1]);
            });
        }
        let written = reply.end(limit);
        out[written].to_vec()
    }

    fn one(wire: WireForm, edns: bool) -> Vec<u8> {
        reply(
            ResponseHead { wire, ..ResponseHead::status(ResponseCode::NoError) },
            1,
            &query(edns),
            512,
        )
    }

    const QUESTION: &[u8] = b"\x02aB\x02cd\0\0\x01\0\x01";
    const DATA: &[u8] = b"\0\x01\0\x01\0\0\0\x3c\0\x04\xc0\0\x02\x01";

    #[test]
    fn a_plain_reply_is_as_a_resolver_writes_it() {
        let header = b"\x12\x34\x81\x80\0\x01\0\x01\0\0\0\x01";
        let opt = b"\0\0\x29\x04\xd0\0\0\x80\0\0\0";
        let expected = [&header[..], QUESTION, b"\xc0\x0c", DATA, opt].concat();
        assert_eq!(one(WireForm::default(), true), expected);
    }

    #[test]
    fn an_owner_may_be_copied_an_opt_left_out_and_zeros_trail() {
        let wire = WireForm {
            owner: OwnerForm::Copy,
            edns: EdnsForm::Omit,
            trailing: 3,
            aa: Some(true),
            ..WireForm::default()
        };
        let header = b"\x12\x34\x85\x80\0\x01\0\x01\0\0\0\0";
        let expected = [&header[..], QUESTION, b"\x02aB\x02cd\0", DATA, b"\0\0\0"].concat();
        assert_eq!(one(wire, true), expected);
    }

    /// Turkmenistan's injector writes over flags and counts, and puts sixteen octets behind the
    /// query (net4people/bbs issue 80).
    #[test]
    fn an_opt_that_is_left_in_place_is_taken_for_the_answer() {
        let wire = WireForm { flags: Some(0x8180), edns: EdnsForm::Left, ..WireForm::default() };
        let opt = b"\0\0\x29\x10\0\0\0\x80\0\0\x05\xfd\xe8\0\x01\x07";
        let expected =
            [b"\x12\x34\x81\x80\0\x01\0\x01\0\0\0\0", QUESTION, opt, b"\xc0\x0c", DATA].concat();
        assert_eq!(one(wire, true), expected);
        let clean = one(wire, false);
        assert_eq!(
            clean,
            [b"\x12\x34\x81\x80\0\x01\0\x01\0\0\0\0", QUESTION, b"\xc0\x0c", DATA].concat()
        );
    }

    #[test]
    fn an_echoed_opt_is_the_querys_octet_for_octet() {
        let octets = one(WireForm { edns: EdnsForm::Echo, ..WireForm::default() }, true);
        assert!(octets.ends_with(b"\0\0\x29\x10\0\0\0\x80\0\0\x05\xfd\xe8\0\x01\x07"));
        let without = one(WireForm { edns: EdnsForm::Echo, ..WireForm::default() }, false);
        assert_eq!(without[10..12], [0, 0], "there is none to echo");
    }

    #[test]
    fn an_opt_of_the_query_that_does_not_fit_is_left_out() {
        let mut query = [b"\x12\x34\x01\0\0\x01\0\0\0\0\0\x01", QUESTION].concat();
        query.extend(b"\0\0\x29\x02\0\0\0\0\0\x0b\xbc\xfd\xe8\x0b\xb8");
        query.resize(query.len() + 3000, 0);
        let view = QueryView::parse(&query).unwrap();
        for edns in [EdnsForm::Echo, EdnsForm::Left] {
            let mut out = Vec::new();
            let wire = WireForm { edns, ..WireForm::default() };
            ResponseHead { wire, ..ResponseHead::status(ResponseCode::NoError) }
                .write(view, 512, &mut out);
            assert_eq!((out.len(), out[2] & 2, out[11]), (12 + QUESTION.len(), 2, 0), "{edns:?}");
        }
    }

    #[test]
    fn flags_by_rd_keep_rcode_and_tc() {
        let wire = WireForm { flags_by_rd: true, ..WireForm::default() };
        let refused = reply(
            ResponseHead { wire, ..ResponseHead::status(ResponseCode::Refused) },
            0,
            &query(false),
            512,
        );
        assert_eq!(refused[2..4], [0x81, 0x85]);
        let cut = reply(
            ResponseHead { wire, ..ResponseHead::status(ResponseCode::NoError) },
            40,
            &query(false),
            512,
        );
        assert_eq!((cut[2..4].to_vec(), cut.len()), (vec![0x83, 0x80], 12 + QUESTION.len()));
    }

    #[test]
    fn an_explanation_never_makes_a_reply_too_long() {
        let (text, query) = ("é".repeat(200), query(true));
        let head = ResponseHead::status(ResponseCode::ServFail).explained(22, &text);
        let long = reply(head, 0, &query, 1232);
        assert!(long.len() > 200 && String::from_utf8_lossy(&long).contains("éé"));
        let short = reply(head, 0, &query, 100);
        assert_eq!(
            (short.len(), short[2] & 0x02),
            (12 + QUESTION.len() + 11, 0),
            "the explanation is left out, and TC not set"
        );
    }

    #[test]
    fn trailing_zeros_are_left_out_where_they_do_not_fit() {
        let wire = WireForm { trailing: 512, ..WireForm::default() };
        assert!(one(wire, false).len() <= 512);
    }
}
