//! What must come back, by the RFCs. Some things hold for every reply and are looked at in all.

use super::{
    query::{ID, Query},
    reply::{Reply, ReplyRecord},
};

pub(crate) const NOERROR: u16 = 0;
pub(crate) const FORMERR: u16 = 1;
pub(crate) const SERVFAIL: u16 = 2;
pub(crate) const NXDOMAIN: u16 = 3;
pub(crate) const NOTIMP: u16 = 4;
pub(crate) const REFUSED: u16 = 5;
pub(crate) const NOTAUTH: u16 = 9;
pub(crate) const BADVERS: u16 = 16;

/// Types of records.
pub(crate) const SOA: u16 = 6;
pub(crate) const TSIG: u16 = 250;

/// Bits of octets 3 and 4 of a header (RFC 1035 section 4.1.1, RFC 4035 section 3.2).
const QR: u16 = 0x8000;
const OPCODE: u16 = 0x7800;
const AA: u16 = 0x0400;
const TC: u16 = 0x0200;
const RD: u16 = 0x0100;
const Z: u16 = 0x0040;
const AD: u16 = 0x0020;
const CD: u16 = 0x0010;

/// DO in an OPT (RFC 3225 section 3).
const DO: u16 = 0x8000;

/// Of all options only an explanation of ours (RFC 8914) may come unasked.
const EXPLANATION: u16 = 15;

/// What must come back for a query.
#[derive(Clone)]
pub(crate) enum Expected {
    /// Nothing, and a stream goes on.
    Silence,
    /// Nothing, and a stream is closed, because where the next message begins cannot be trusted.
    Closed,
    Reply {
        /// One of these. Several stand where the RFCs leave the choice.
        rcodes: Vec<u16>,
        content: Content,
        opt: Comes,
    },
}

/// Whether an OPT comes back.
#[derive(Clone, Copy)]
pub(crate) enum Comes {
    /// When, and only when, the query has one (RFC 6891 sections 6.1.1 and 7).
    WithTheQuerys,
    Never,
    /// Where it cannot be told whether the query has one.
    Perhaps,
}

/// What records come back beside the OPT.
#[derive(Clone)]
pub(crate) enum Content {
    /// None.
    Nothing,
    /// Only those of the question, of this type, which end in these octets.
    Records(u16, Vec<u8>),
    /// The SOA of the zone, which says how long there is nothing (RFC 2308 sections 2.1 and 2.2).
    NegativeSoa,
    /// None by UDP, with TC; these by TCP.
    TooLong(Box<Content>),
    /// An unsigned TSIG of this key, with this error (RFC 8945 section 5.3.2).
    Tsig(Vec<u8>, u16),
    /// Whatever goes with the RCODE.
    Any,
}

/// How a query came.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Way {
    Udp,
    Tcp,
}

impl Expected {
    pub(crate) fn reply(rcode: u16, content: Content) -> Self {
        Self::Reply { rcodes: vec![rcode], content, opt: Comes::WithTheQuerys }
    }

    /// Any of these RCODEs: the RFCs leave the choice.
    pub(crate) fn any_of(rcodes: &[u16]) -> Self {
        let (rcodes, content) = (rcodes.to_vec(), Content::Any);
        Self::Reply { rcodes, content, opt: Comes::WithTheQuerys }
    }

    /// With another word on the OPT.
    pub(crate) fn opt_comes(mut self, comes: Comes) -> Self {
        if let Self::Reply { opt, .. } = &mut self {
            *opt = comes;
        }
        self
    }

    /// Looks at what has come back, if anything has.
    pub(crate) fn check(&self, query: &Query, way: Way, came: Option<&[u8]>) -> Result<(), String> {
        match (self, came) {
            (Self::Silence | Self::Closed, None) => Ok(()),
            (Self::Silence | Self::Closed, Some(came)) => Err(format!("silence, not {came:?}")),
            (Self::Reply { .. }, None) => Err("a reply".to_owned()),
            (Self::Reply { rcodes, content, opt }, Some(octets)) => {
                let reply = Reply::read(octets)?;
                check_header(query, &reply, octets)?;
                let rcode = reply.rcode()?;
                let fits = rcodes.contains(&rcode);
                ensure(fits, || format!("an RCODE of {rcodes:?}, not {rcode}"))?;
                check_question(query, &reply, rcode)?;
                check_opt(query, &reply, *opt)?;
                check_length(query, &reply, way, octets.len())?;
                content.check(query, &reply, way)
            }
        }
    }
}

pub(crate) fn ensure(holds: bool, what: impl FnOnce() -> String) -> Result<(), String> {
    if holds { Ok(()) } else { Err(what()) }
}

/// QR is set; id, OPCODE, RD and CD are the query's (RFC 1035 section 4.1.1, RFC 4035 section
/// 3.2.2); Z is zero (RFC 6895 section 2.1), and nothing here is authenticated (RFC 6840 section
/// 5.8).
fn check_header(query: &Query, reply: &Reply, octets: &[u8]) -> Result<(), String> {
    let asked = query.octets();
    let asked = u16::from_be_bytes([asked[2], asked[3]]);
    ensure(octets[..2] == ID.to_be_bytes(), || "the id of the query".to_owned())?;
    let copied = OPCODE | RD | CD;
    let expected = QR | asked & copied;
    let found = reply.flags & (QR | copied | Z | AD);
    ensure(found == expected, || format!("the flags {expected:#06x}, not {found:#06x}"))
}

/// The question comes back octet for octet, letters' case and all (RFC 1035 section 4.1.1, RFC 5452
/// section 9.1). Where it could not be read there is none.
fn check_question(query: &Query, reply: &Reply, rcode: u16) -> Result<(), String> {
    let sent = query.only_question().unwrap_or_default();
    let may_lack = rcode == FORMERR || query.only_question().is_none();
    let same = reply.qdcount == 1 && reply.questions == sent;
    ensure(same || may_lack && reply.qdcount == 0, || "the question of the query".to_owned())
}

/// VERSION 0, DO as it came, no other flag, at least 512 octets, and no option of the query's (RFC
/// 6891 sections 6.1.2 to 6.1.4 and 6.2.3, RFC 3225 section 3).
fn check_opt(query: &Query, reply: &Reply, comes: Comes) -> Result<(), String> {
    let sent = query.opt_sent();
    let opt = reply.opt()?;
    let fits = match comes {
        Comes::WithTheQuerys => opt.is_some() == sent.is_some(),
        Comes::Never => opt.is_none(),
        Comes::Perhaps => true,
    };
    ensure(fits, || format!("an OPT as the query's, not {opt:?}"))?;
    let mut elsewhere = reply.answer.iter().chain(&reply.authority);
    ensure(elsewhere.all(|record| record.rtype != 41), || "an OPT in its section".to_owned())?;
    let Some(opt) = opt else { return Ok(()) };
    let asked = u32::from(sent.map_or(0, |sent| sent.flags) & DO);
    ensure((opt.version, opt.flags) == (0, asked), || format!("version 0 and DO, not {opt:?}"))?;
    ensure(opt.payload >= 512, || format!("512 octets or more, not {}", opt.payload))?;
    let unasked = opt.options.iter().all(|code| *code == EXPLANATION);
    ensure(unasked, || format!("no options, not {:?}", opt.options))
}

/// By UDP no more than the client takes (RFC 1035 section 4.2.1, RFC 6891 section 6.2.3), and never
/// more than no path fragments; by TCP nothing is cut.
fn check_length(query: &Query, reply: &Reply, way: Way, length: usize) -> Result<(), String> {
    let taken = query.opt_sent().map_or(512, |sent| usize::from(sent.payload).clamp(512, 1232));
    match way {
        Way::Udp => ensure(length <= taken, || format!("{taken} octets, not {length}")),
        Way::Tcp => ensure(reply.flags & TC == 0, || "no TC by TCP".to_owned()),
    }
}

impl Content {
    fn check(&self, query: &Query, reply: &Reply, way: Way) -> Result<(), String> {
        let mut others = reply.additional.iter().filter(|record| record.rtype != 41);
        let counts = (reply.answer.len(), reply.authority.len(), others.clone().count());
        let truncated = reply.flags & TC != 0;
        let empty = || ensure(counts == (0, 0, 0), || format!("no records, not {counts:?}"));
        match self {
            Self::Any => Ok(()),
            Self::TooLong(_) if way == Way::Udp => {
                ensure(truncated, || "TC".to_owned())?;
                empty()
            }
            _ if truncated => Err("no TC".to_owned()),
            Self::Nothing => empty(),
            Self::Records(rtype, end) => records_of(query, reply, *rtype, end),
            Self::TooLong(whole) => whole.check(query, reply, way),
            Self::NegativeSoa => match (&*reply.answer, &*reply.authority) {
                ([], [soa]) => ensure(soa.rtype == SOA, || format!("a SOA, not {soa:?}")),
                _ => Err(format!("a SOA alone, not {counts:?}")),
            },
            Self::Tsig(key, error) => match others.next_back() {
                Some(record) if counts == (0, 0, 1) => check_tsig(query, record, key, *error),
                _ => Err(format!("a TSIG, not {counts:?}")),
            },
        }
    }
}

/// All answers are of the question's name, as it is written there, and of this type.
fn records_of(query: &Query, reply: &Reply, rtype: u16, end: &[u8]) -> Result<(), String> {
    let question = query.only_question().unwrap();
    let name = &question[..question.len() - 4];
    let fits = |record: &ReplyRecord| {
        record.owner == name
            && (record.rtype, record.class, record.ttl) == (rtype, 1, 300)
            && record.data.ends_with(end)
    };
    let all = !reply.answer.is_empty() && reply.answer.iter().all(fits);
    ensure(all, || format!("records of type {rtype}, not {:?}", reply.answer))?;
    // Without RD the zone's own server answers (RFC 1034 section 4.3.1).
    let authoritative = reply.flags & (AA | RD) == 0;
    ensure(!authoritative, || "AA".to_owned())
}

/// Key, algorithm, time and id of the query's TSIG, no signature, and the error (RFC 8945 sections
/// 4.2 and 5.3.2).
fn check_tsig(query: &Query, record: &ReplyRecord, key: &[u8], error: u16) -> Result<(), String> {
    let octets = query.octets();
    ensure(record.owner == key, || format!("the key {key:?}, not {:?}", record.owner))?;
    let (algorithm, rest) = record.data.split_at(record.data.len().saturating_sub(16));
    ensure((record.rtype, record.class, record.ttl) == (TSIG, 255, 0), || {
        format!("a TSIG, not {record:?}")
    })?;
    let head = [algorithm, rest.get(..8).unwrap_or_default()].concat();
    let is_there = |part: &[u8]| octets.windows(part.len()).any(|window| window == part);
    ensure(is_there(&head) && algorithm.len() > 1, || format!("the query's, not {head:?}"))?;
    let tail = [&[0, 0][..], &ID.to_be_bytes(), &error.to_be_bytes(), &[0, 0]].concat();
    ensure(rest.ends_with(&tail), || format!("an unsigned one, not {rest:?}"))
}
