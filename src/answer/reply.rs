//! A message of our own making, and its octets.

use crate::{
    config::{EdeSpec, EdnsForm, OwnerForm, WireSpec},
    query::{Received, UDP_PAYLOAD},
};
use hickory_proto::{
    op::ResponseCode,
    rr::{Name as WireName, RecordType},
};

/// A message of our own making.
#[derive(Clone, Debug)]
pub struct Reply {
    /// RCODE, with its extended bits (RFC 6891 section 6.1.3).
    pub rcode: ResponseCode,
    /// TC.
    pub truncated: bool,
    /// ANSWER.
    pub answers: Vec<Record>,
    /// AUTHORITY.
    pub authority: Vec<Record>,
    /// ADDITIONAL, without OPT.
    pub additional: Vec<Record>,
    /// How the message looks.
    pub wire: WireSpec,
    /// An Extended DNS Error (RFC 8914).
    pub ede: Option<EdeSpec>,
}

/// A record of a reply.
#[derive(Clone, Debug)]
pub struct Record {
    /// Whose it is.
    pub(super) owner: Owner,
    /// TYPE.
    pub rtype: RecordType,
    /// TTL in seconds.
    pub ttl: u32,
    /// RDATA.
    pub data: Vec<u8>,
}

/// Whose a record is.
#[derive(Clone, Debug)]
pub(super) enum Owner {
    /// The question's name.
    Question,
    /// Another name, in wire form.
    Name(Vec<u8>),
}

/// OPT pseudo-record and the option for Extended DNS Errors (IANA).
const OPT: u16 = 41;
const EDE_OPTION: u16 = 15;

impl Reply {
    /// A reply without records.
    #[must_use]
    pub fn status(rcode: ResponseCode) -> Self {
        Self {
            rcode,
            truncated: false,
            answers: Vec::new(),
            authority: Vec::new(),
            additional: Vec::new(),
            wire: WireSpec::default(),
            ede: None,
        }
    }

    /// The same with an Extended DNS Error.
    #[must_use]
    pub fn explained(mut self, code: u16, text: impl Into<String>) -> Self {
        self.ede = Some(EdeSpec { code, text: text.into() });
        self
    }

    /// The octets, as a reply to `query`, in at most `limit` octets: what does not fit is left out and TC set.
    #[must_use]
    pub fn octets(&self, query: &Received, limit: usize) -> Vec<u8> {
        let whole = self.write(query, self.truncated);
        if whole.len() <= limit {
            return whole;
        }
        // The explanation goes first, then the records.
        let silent = Self { ede: None, wire: WireSpec { trailing: 0, ..self.wire }, ..self.clone() };
        let whole = silent.write(query, self.truncated);
        if whole.len() <= limit {
            return whole;
        }
        Self { answers: Vec::new(), authority: Vec::new(), additional: Vec::new(), ..silent }.write(query, true)
    }

    fn write(&self, query: &Received, truncated: bool) -> Vec<u8> {
        let opt = self.opt(query);
        let mut out = Vec::with_capacity(512);
        out.extend(&query.octets[..2]);
        out.extend(self.flags(query, truncated).to_be_bytes());
        let sections = [&self.answers, &self.authority, &self.additional];
        let counts = [1, self.answers.len(), self.authority.len(), self.additional.len() + usize::from(opt.is_some())];
        for count in counts {
            out.extend(u16::try_from(count).unwrap_or(u16::MAX).to_be_bytes());
        }
        out.extend(query.question());
        if self.wire.edns == EdnsForm::Left {
            out.extend(query.after_question());
        }
        for record in sections.into_iter().flatten() {
            record.write(self.wire.owner, query, &mut out);
        }
        out.extend(opt.into_iter().flatten());
        out.resize(out.len() + usize::from(self.wire.trailing), 0);
        out
    }

    fn flags(&self, query: &Received, truncated: bool) -> u16 {
        let (rd, cd) = (query.recursion_desired(), query.checking_disabled());
        let rcode = u16::from(self.rcode.low());
        let by_rd = self.wire.flags_by_rd.then_some(if rd { 0x8180 } else { 0x8400 });
        if let Some(fixed) = self.wire.flags.or(by_rd) {
            return fixed | u16::from(truncated) << 9 | rcode;
        }
        let bits = [
            (true, 15),
            (self.wire.aa.unwrap_or(false), 10),
            (truncated, 9),
            (rd, 8),
            (self.wire.ra.unwrap_or(true), 7),
            (self.wire.ad.unwrap_or(false), 5),
            (cd, 4),
        ];
        let flags = bits.into_iter().map(|(set, bit)| u16::from(set) << bit).sum::<u16>();
        flags | rcode
    }

    /// The OPT record, if one is sent: RFC 6891 section 7 wants one when, and only when, the query has one.
    fn opt(&self, query: &Received) -> Option<Vec<u8>> {
        let asked = query.edns()?;
        match self.wire.edns {
            EdnsForm::Omit | EdnsForm::Left => return None,
            EdnsForm::Echo => return query.opt_octets().map(<[u8]>::to_vec),
            EdnsForm::Normal => {}
        }
        let options = self.ede.as_ref().map_or(Vec::new(), ede_option);
        let mut opt = vec![0];
        opt.extend(OPT.to_be_bytes());
        opt.extend(UDP_PAYLOAD.to_be_bytes());
        let dnssec_ok = if asked.flags().dnssec_ok { 0x80 } else { 0 };
        opt.extend([self.rcode.high(), 0, dnssec_ok, 0]);
        opt.extend(u16::try_from(options.len()).unwrap_or_default().to_be_bytes());
        opt.extend(options);
        Some(opt)
    }
}

/// INFO-CODE and EXTRA-TEXT (RFC 8914 section 2).
fn ede_option(ede: &EdeSpec) -> Vec<u8> {
    // The option is for people, and they read a line.
    let mut end = ede.text.len().min(255);
    while !ede.text.is_char_boundary(end) {
        end -= 1;
    }
    let text = &ede.text.as_bytes()[..end];
    let length = u16::try_from(2 + text.len()).unwrap_or_default();
    [&EDE_OPTION.to_be_bytes()[..], &length.to_be_bytes(), &ede.code.to_be_bytes(), text].concat()
}

impl Record {
    fn write(&self, form: OwnerForm, query: &Received, out: &mut Vec<u8>) {
        match (&self.owner, form) {
            // A pointer to the first octet after the header, where the question's name stands (RFC 1035 section 4.1.4).
            (Owner::Question, OwnerForm::Pointer) => out.extend([0xc0, 0x0c]),
            (Owner::Question, OwnerForm::Copy) => out.extend(query.question_name()),
            (Owner::Name(name), _) => out.extend(name),
        }
        out.extend(u16::from(self.rtype).to_be_bytes());
        out.extend([0, 1]);
        out.extend(self.ttl.to_be_bytes());
        out.extend(u16::try_from(self.data.len()).unwrap_or(u16::MAX).to_be_bytes());
        out.extend(&self.data);
    }
}

/// A name in wire form, without compression.
pub(super) fn name_octets(name: &WireName) -> Vec<u8> {
    let mut octets = Vec::with_capacity(name.len() + 1);
    for label in name.iter() {
        octets.push(u8::try_from(label.len()).unwrap_or_default());
        octets.extend(label);
    }
    octets.push(0);
    octets
}

/// A reply to octets whose question cannot be read: the header alone, with the query's id, OPCODE and RD.
#[must_use]
pub fn bare_header(query: &[u8], rcode: ResponseCode) -> Vec<u8> {
    let mut header = vec![0; 12];
    header[..2].copy_from_slice(&query[..2]);
    header[2] = 0x80 | (query[2] & 0x79);
    header[3] = rcode.low();
    header
}

#[cfg(test)]
mod tests {
    use super::{Owner, Record, Reply};
    use crate::{
        config::{EdnsForm, OwnerForm, WireSpec},
        query::Received,
    };
    use hickory_proto::{op::ResponseCode, rr::RecordType};

    /// `aB.cd A`, RD, with an OPT of 4096 octets and DO, and an option that nobody knows.
    fn query(edns: bool) -> Received {
        let mut octets = vec![0x12, 0x34, 0x01, 0x00, 0, 1, 0, 0, 0, 0, 0, u8::from(edns)];
        octets.extend(b"\x02aB\x02cd\0\0\x01\0\x01");
        if edns {
            octets.extend([0, 0, 41, 0x10, 0, 0, 0, 0x80, 0, 0, 5, 0xfd, 0xe8, 0, 1, 7]);
        }
        Received::read(octets).unwrap()
    }

    fn reply(wire: WireSpec) -> Reply {
        let record = Record { owner: Owner::Question, rtype: RecordType::A, ttl: 60, data: vec![192, 0, 2, 1] };
        Reply { answers: vec![record], wire, ..Reply::status(ResponseCode::NoError) }
    }

    const QUESTION: &[u8] = b"\x02aB\x02cd\0\0\x01\0\x01";
    const DATA: &[u8] = b"\0\x01\0\x01\0\0\0\x3c\0\x04\xc0\0\x02\x01";

    #[test]
    fn a_plain_reply_is_as_a_resolver_writes_it() {
        let header = b"\x12\x34\x81\x80\0\x01\0\x01\0\0\0\x01";
        let opt = b"\0\0\x29\x04\xd0\0\0\x80\0\0\0";
        let expected = [&header[..], QUESTION, b"\xc0\x0c", DATA, opt].concat();
        assert_eq!(reply(WireSpec::default()).octets(&query(true), 512), expected);
    }

    #[test]
    fn an_owner_may_be_copied_an_opt_left_out_and_zeros_trail() {
        let wire = WireSpec { owner: OwnerForm::Copy, edns: EdnsForm::Omit, trailing: 3, aa: Some(true), ..WireSpec::default() };
        let header = b"\x12\x34\x85\x80\0\x01\0\x01\0\0\0\0";
        let expected = [&header[..], QUESTION, b"\x02aB\x02cd\0", DATA, b"\0\0\0"].concat();
        assert_eq!(reply(wire).octets(&query(true), 512), expected);
    }

    /// Turkmenistan's injector writes over flags and counts, and puts sixteen octets behind the query (net4people/bbs issue 80).
    #[test]
    fn an_opt_that_is_left_in_place_is_taken_for_the_answer() {
        let wire = WireSpec { flags: Some(0x8180), edns: EdnsForm::Left, ..WireSpec::default() };
        let opt = b"\0\0\x29\x10\0\0\0\x80\0\0\x05\xfd\xe8\0\x01\x07";
        let expected = [b"\x12\x34\x81\x80\0\x01\0\x01\0\0\0\0", QUESTION, opt, b"\xc0\x0c", DATA].concat();
        assert_eq!(reply(wire).octets(&query(true), 512), expected);
        let clean = reply(wire).octets(&query(false), 512);
        assert_eq!(clean, [b"\x12\x34\x81\x80\0\x01\0\x01\0\0\0\0", QUESTION, b"\xc0\x0c", DATA].concat());
    }

    #[test]
    fn an_echoed_opt_is_the_querys_octet_for_octet() {
        let octets = reply(WireSpec { edns: EdnsForm::Echo, ..WireSpec::default() }).octets(&query(true), 512);
        assert!(octets.ends_with(b"\0\0\x29\x10\0\0\0\x80\0\0\x05\xfd\xe8\0\x01\x07"));
        let without = reply(WireSpec { edns: EdnsForm::Echo, ..WireSpec::default() }).octets(&query(false), 512);
        assert_eq!(without[10..12], [0, 0], "there is none to echo");
    }

    #[test]
    fn flags_by_rd_keep_rcode_and_tc() {
        let wire = WireSpec { flags_by_rd: true, ..WireSpec::default() };
        let refused = Reply { wire, ..Reply::status(ResponseCode::Refused) }.octets(&query(false), 512);
        assert_eq!(refused[2..4], [0x81, 0x85]);
        let cut = Reply { answers: vec![reply(wire).answers[0].clone(); 40], ..reply(wire) }.octets(&query(false), 512);
        assert_eq!((cut[2..4].to_vec(), cut.len()), (vec![0x83, 0x80], 12 + QUESTION.len()));
    }

    #[test]
    fn an_explanation_never_makes_a_reply_too_long() {
        let reply = Reply::status(ResponseCode::ServFail).explained(22, "é".repeat(200));
        let long = reply.octets(&query(true), 1232);
        assert!(long.len() > 200 && String::from_utf8_lossy(&long).contains("éé"));
        let short = reply.octets(&query(true), 100);
        assert_eq!((short.len(), short[2] & 0x02), (12 + QUESTION.len() + 11, 0), "the explanation is left out, and TC not set");
    }

    #[test]
    fn trailing_zeros_are_left_out_where_they_do_not_fit() {
        let wire = WireSpec { trailing: 512, ..WireSpec::default() };
        assert!(reply(wire).octets(&query(false), 512).len() <= 512);
    }
}
