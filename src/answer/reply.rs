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
        let empty = Self { answers: Vec::new(), authority: Vec::new(), additional: Vec::new(), ..self.clone() };
        empty.write(query, true)
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
        for record in sections.into_iter().flatten() {
            record.write(self.wire.owner, query, &mut out);
        }
        out.extend(opt.into_iter().flatten());
        out.resize(out.len() + usize::from(self.wire.trailing), 0);
        out
    }

    fn flags(&self, query: &Received, truncated: bool) -> u16 {
        let (rd, cd) = (query.message.recursion_desired, query.message.checking_disabled);
        let rcode = u16::from(self.rcode.low());
        if self.wire.flags_by_rd {
            return (if rd { 0x8180 } else { 0x8400 }) | u16::from(truncated) << 9 | rcode;
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
            EdnsForm::Omit => return None,
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
    // The option is for people; 255 octets keep a reply of it within every UDP limit.
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
