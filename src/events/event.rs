//! One query and what became of it.

use crate::{
    dns::{Rtype, Transport},
    model::{CountryCode, Evidence, VerdictKind},
};
use jiff::civil::DateTime;
use smallvec::SmallVec;
use std::{
    fmt::Display,
    io::Write,
    net::SocketAddr,
    ops::Range,
    time::{Duration, SystemTime},
};

/// One query and what became of it. Its messages and texts stand in one piece of memory, because
/// there is one for every query of a busy server.
#[derive(Clone, Debug)]
pub struct QueryEvent {
    /// When it came in.
    pub time: SystemTime,
    /// The moment that it was decided about, in UTC: another one where the clock is pretended.
    pub today: DateTime,
    /// Who asked.
    pub client: SocketAddr,
    /// The address that was asked.
    pub server: SocketAddr,
    /// Over which transport.
    pub transport: Transport,
    /// For which type.
    pub qtype: Rtype,
    /// The country that governs the client.
    pub country: Option<CountryCode>,
    /// What a stub resolver gets that takes the first reply.
    pub verdict: VerdictKind,
    /// What the upstream resolver has said, where one was asked and answered.
    pub upstream: Option<UpstreamReply>,
    memory: Vec<u8>,
    query: Piece,
    qname: Piece,
    operator: Option<Piece>,
    rule: Option<RulePieces>,
    alias: Option<Piece>,
    honest: Option<Piece>,
    replies: SmallVec<[Delivery; 2]>,
}

/// A part of an event's memory.
type Piece = Range<usize>;

#[derive(Clone, Debug)]
struct RulePieces {
    slug: Piece,
    id: Piece,
    pattern: Piece,
    evidence: Evidence,
}

/// What is known of a query when it is answered.
#[derive(Clone, Copy, Debug)]
pub struct Asked<'q> {
    /// When it came in.
    pub time: SystemTime,
    /// The moment that it was decided about, in UTC.
    pub today: DateTime,
    /// Who asked.
    pub client: SocketAddr,
    /// The address that was asked.
    pub server: SocketAddr,
    /// Over which transport.
    pub transport: Transport,
    /// For which type.
    pub qtype: Rtype,
    /// For which name.
    pub qname: &'q str,
    /// The message as it came in.
    pub octets: &'q [u8],
    /// The country that governs the client.
    pub country: Option<CountryCode>,
    /// Its ISP.
    pub operator: Option<&'q str>,
    /// What a stub resolver gets that takes the first reply.
    pub verdict: VerdictKind,
    /// The honest answer, where the zones hold one and another was given.
    pub honest: Option<&'q [u8]>,
}

/// The rule that decided about a query.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DecidingRule<'e> {
    /// Its name in its file.
    pub slug: &'e str,
    /// What it is cited by.
    pub id: &'e str,
    /// The pattern that matched.
    pub pattern: &'e str,
    /// How well it is known.
    pub evidence: Evidence,
}

/// What an upstream resolver has said.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct UpstreamReply {
    /// The RCODE, without its extended bits.
    pub rcode: u8,
    /// How long after it was asked.
    pub latency: Duration,
}

#[derive(Clone, Debug)]
struct Delivery {
    due: Duration,
    latency: Duration,
    content: DeliveredPiece,
}

#[derive(Clone, Debug)]
enum DeliveredPiece {
    Octets(Piece),
    Reset,
    Failed,
}

/// One reply.
#[derive(Clone, Copy, Debug)]
pub struct Reply<'e> {
    /// How long after the query came in it was to leave.
    pub due: Duration,
    /// How long after the query came in it left.
    pub latency: Duration,
    /// What left.
    pub content: Delivered<'e>,
}

/// What became of a reply.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Delivered<'e> {
    /// These octets left.
    Octets(&'e [u8]),
    /// The connection was reset.
    Reset,
    /// It could not be sent.
    Failed,
}

/// Room for what most events have.
const ROOM: usize = 512;

impl QueryEvent {
    /// An event that has no replies yet.
    #[must_use]
    pub fn new(asked: &Asked<'_>) -> Self {
        let &Asked { time, today, client, server, transport, qtype, country, verdict, .. } = asked;
        let mut memory = Vec::with_capacity(ROOM);
        let mut put = |octets: &[u8]| put(&mut memory, octets);
        let (query, qname) = (put(asked.octets), put(shown(asked.qname).as_bytes()));
        let operator = asked.operator.map(|slug| put(slug.as_bytes()));
        let honest = asked.honest.map(put);
        let (rule, alias, upstream, replies) = (None, None, None, SmallVec::new());
        Self {
            time,
            today,
            client,
            server,
            transport,
            qtype,
            country,
            verdict,
            upstream,
            memory,
            query,
            qname,
            operator,
            rule,
            alias,
            honest,
            replies,
        }
    }

    /// Notes the rule that decided, and the pattern that matched.
    pub fn decided(&mut self, slug: &str, id: &str, pattern: impl Display, evidence: Evidence) {
        let memory = &mut self.memory;
        let (slug, id) = (put(memory, slug.as_bytes()), put(memory, id.as_bytes()));
        let start = memory.len();
        write!(memory, "{pattern}").expect("a vector has room");
        let pattern = start..memory.len();
        self.rule = Some(RulePieces { slug, id, pattern, evidence });
    }

    /// Notes the name that the rule is about, where aliases have led to it.
    pub fn led_to(&mut self, alias: &str) {
        self.alias = Some(put(&mut self.memory, alias.as_bytes()));
    }

    /// Adds a reply.
    pub fn replied(&mut self, Reply { due, latency, content }: Reply<'_>) {
        let content = match content {
            Delivered::Octets(octets) => DeliveredPiece::Octets(put(&mut self.memory, octets)),
            Delivered::Reset => DeliveredPiece::Reset,
            Delivered::Failed => DeliveredPiece::Failed,
        };
        self.replies.push(Delivery { due, latency, content });
    }

    /// The message as it came in.
    #[must_use]
    pub fn octets(&self) -> &[u8] {
        &self.memory[self.query.clone()]
    }

    /// For which name; the root is `.`.
    #[must_use]
    pub fn qname(&self) -> &str {
        self.text(&self.qname)
    }

    /// The client's ISP.
    #[must_use]
    pub fn operator(&self) -> Option<&str> {
        self.operator.as_ref().map(|piece| self.text(piece))
    }

    /// The rule that decided.
    #[must_use]
    pub fn rule(&self) -> Option<DecidingRule<'_>> {
        self.rule.as_ref().map(|RulePieces { slug, id, pattern, evidence }| DecidingRule {
            slug: self.text(slug),
            id: self.text(id),
            pattern: self.text(pattern),
            evidence: *evidence,
        })
    }

    /// The name that the rule is about, where aliases have led to it.
    #[must_use]
    pub fn alias(&self) -> Option<&str> {
        self.alias.as_ref().map(|piece| self.text(piece))
    }

    /// The honest answer, where the zones hold one and another was given.
    #[must_use]
    pub fn honest(&self) -> Option<&[u8]> {
        self.honest.as_ref().map(|piece| &self.memory[piece.clone()])
    }

    /// What left, in the order in which it left.
    pub fn replies(&self) -> impl DoubleEndedIterator<Item = Reply<'_>> + ExactSizeIterator {
        self.replies.iter().map(|Delivery { due, latency, content }| Reply {
            due: *due,
            latency: *latency,
            content: match content {
                DeliveredPiece::Octets(piece) => Delivered::Octets(&self.memory[piece.clone()]),
                DeliveredPiece::Reset => Delivered::Reset,
                DeliveredPiece::Failed => Delivered::Failed,
            },
        })
    }

    /// Octets that it takes.
    pub(super) fn size(&self) -> usize {
        self.memory.capacity()
    }

    fn text(&self, piece: &Piece) -> &str {
        std::str::from_utf8(&self.memory[piece.clone()]).expect("a text was put there")
    }
}

/// The root is `.`, and not nothing.
const fn shown(qname: &str) -> &str {
    if qname.is_empty() { "." } else { qname }
}

fn put(memory: &mut Vec<u8>, octets: &[u8]) -> Piece {
    memory.extend_from_slice(octets);
    memory.len() - octets.len()..memory.len()
}

impl<'e> Reply<'e> {
    /// The octets, if it left.
    #[must_use]
    pub const fn octets(&self) -> Option<&'e [u8]> {
        match self.content {
            Delivered::Octets(octets) => Some(octets),
            Delivered::Reset | Delivered::Failed => None,
        }
    }
}
