//! The way of a query: octets, query, verdict, plan, and what leaves at which time.
//!
//! Who answers reads messages as RFC 1035 has it, but some injectors only glance at the octets ([`Glance`]). Where both see the
//! same question it is decided about once; where they do not, each decides about what it sees.

use super::Lab;
use crate::{
    answer::{Draw, Plan, Reply, Send, Step, bare_header, plan},
    name::Name,
    observe::{self, Event},
    policy::Verdict,
    query::{CountryCode, Flat, Glance, Parser, Query, Readers, Received, Transport, Type, Unanswered},
};
use hickory_proto::{
    op::ResponseCode,
    rr::{DNSClass, RecordType},
};
use jiff::civil::DateTime;
use std::{net::IpAddr, sync::Arc, time::Duration};

/// Who asks, and how.
#[derive(Clone, Copy, Debug)]
pub struct Asker {
    /// The client's address.
    pub client: IpAddr,
    /// The transport it came by.
    pub transport: Transport,
    /// The country that the listener is bound to.
    pub listener: Option<CountryCode>,
    /// When the query is judged, in UTC.
    pub now: DateTime,
}

/// Something that leaves, and when.
#[derive(Clone, Debug)]
pub struct Departure {
    /// How long after the query came in.
    pub after: Duration,
    /// What.
    pub what: Outgoing,
}

/// What leaves.
#[derive(Clone, Debug)]
pub enum Outgoing {
    /// A message of our own making.
    Forged(Vec<u8>),
    /// What the protocol wants, whatever the policy says.
    Rejected(Vec<u8>),
    /// What the zones or the upstream say to this query.
    Honest(Arc<Asked>),
    /// A TCP RST.
    Reset,
}

/// A query for which an honest answer is wanted.
#[derive(Debug)]
pub struct Asked {
    /// The query.
    pub query: Received,
    /// The most octets that a reply may have.
    pub limit: usize,
}

/// What was decided about a message.
#[derive(Debug)]
pub(super) struct Judged<'l> {
    /// The question and the verdict on it; nothing where the protocol decides.
    pub(super) decided: Option<(Query, Verdict<'l>)>,
    /// In the order of their times; none is silence.
    pub(super) departures: Vec<Departure>,
}

/// A message as a resolver reads it.
enum Read {
    Ignored,
    Rejected { octets: Vec<u8>, reply: Vec<u8> },
    Query(Received),
}

/// Over a stream a message can have as many octets as its length field counts (RFC 1035 section 4.2.2).
const STREAM_LIMIT: usize = 65_535;

/// "Prohibited" (RFC 8914 section 4.19): the client may not ask here.
const EDE_PROHIBITED: u16 = 18;

impl Lab {
    /// Decides about a message: what leaves, in the order of its times. Nothing at all is silence.
    #[must_use]
    pub fn consider(&self, octets: Vec<u8>, asker: Asker) -> Vec<Departure> {
        if !self.settings.allows(asker.client) {
            return unwelcome(octets, asker.transport);
        }
        let draw = Draw { seed: self.settings.seed, turns: &self.turns };
        let Judged { decided, departures } = self.judge(octets, asker, &draw);
        if let Some((query, verdict)) = decided
            && observe::is_watched()
        {
            observe::log(&Event::new(&query, &verdict));
        }
        departures
    }

    /// Who asks, as a query comes in.
    #[must_use]
    pub fn asker(&self, client: IpAddr, transport: Transport, listener: Option<CountryCode>) -> Asker {
        Asker { client, transport, listener, now: self.settings.clock.now() }
    }

    pub(super) fn judge(&self, octets: Vec<u8>, asker: Asker, draw: &Draw<'_>) -> Judged<'_> {
        let read = Read::of(octets, asker.transport);
        let (readers, apart) = self.glances(&read, asker);
        let injections: Vec<_> =
            apart.into_iter().filter_map(|(flat, glance)| self.injection(read.octets(), flat, glance, asker, draw)).collect();
        let mut judged = match read {
            Read::Ignored => Judged { decided: None, departures: Vec::new() },
            Read::Rejected { reply, .. } => Judged::rejected(reply),
            Read::Query(received) => {
                let query = asker.query(&received, readers);
                let verdict = self.policy.decide(&query);
                let plan = plan(&verdict, &query, draw);
                let limit = limit(&received, asker.transport);
                Judged { departures: departures(plan, received, limit), decided: Some((query, verdict)) }
            }
        };
        injections.into_iter().for_each(|injection| judged.add(injection));
        judged
    }

    /// Everybody who reads what a resolver reads, and the others with what they see instead. Injectors see datagrams alone.
    fn glances(&self, read: &Read, asker: Asker) -> (Readers, Vec<(Flat, Glance)>) {
        let mut readers = Readers::DNS;
        let mut apart = Vec::new();
        if asker.transport != Transport::Udp {
            return (readers, apart);
        }
        for flat in self.policy.readers(asker.client, asker.listener).flats() {
            match Glance::at(read.octets(), flat) {
                Some(glance) if read.agrees(&glance) => readers = readers.and(Readers::of(Parser::Flat(flat))),
                Some(glance) => apart.push((flat, glance)),
                None => {}
            }
        }
        (readers, apart)
    }

    /// What an injector sends that sees another question than a resolver does; nothing where no rule is about it.
    fn injection(&self, octets: &[u8], flat: Flat, glance: Glance, asker: Asker, draw: &Draw<'_>) -> Option<Judged<'_>> {
        let Glance { name, rtype, question } = glance;
        let query = Query { readers: Readers::of(Parser::Flat(flat)), ..asker.asks(name, rtype) };
        let verdict = self.policy.decide(&query);
        verdict.rule?;
        let plan = plan(&verdict, &query, draw);
        let received = Received::glanced(octets.to_vec(), question);
        let limit = limit(&received, asker.transport);
        Some(Judged { departures: departures(plan, received, limit), decided: Some((query, verdict)) })
    }
}

impl Asker {
    /// A question of this client that resolvers read.
    #[must_use]
    pub const fn asks(self, name: Name, rtype: Type) -> Query {
        let Self { client, transport, listener, now } = self;
        Query { name, rtype, client, transport, listener, now, readers: Readers::DNS }
    }

    fn query(self, received: &Received, readers: Readers) -> Query {
        Query { readers, ..self.asks(received.name(), received.rtype()) }
    }
}

impl Read {
    fn of(octets: Vec<u8>, transport: Transport) -> Self {
        let received = match Received::read(octets) {
            Ok(received) => received,
            Err((Unanswered::Ignore, _)) => return Self::Ignored,
            Err((Unanswered::FormErr, octets)) => {
                return Self::Rejected { reply: bare_header(&octets, ResponseCode::FormErr), octets };
            }
            Err((Unanswered::NotImp, octets)) => {
                return Self::Rejected { reply: not_implemented(octets.clone(), transport), octets };
            }
        };
        match rejection(&received) {
            Some(reply) => {
                let reply = reply.octets(&received, limit(&received, transport));
                Self::Rejected { octets: received.octets, reply }
            }
            None => Self::Query(received),
        }
    }

    fn octets(&self) -> &[u8] {
        match self {
            Self::Ignored => &[],
            Self::Rejected { octets, .. } => octets,
            Self::Query(received) => &received.octets,
        }
    }

    /// Whether a glance shows what a resolver sees.
    fn agrees(&self, glance: &Glance) -> bool {
        let Self::Query(received) = self else { return false };
        glance.question == *received.question_range() && glance.rtype == received.rtype() && glance.name == received.name()
    }
}

impl Judged<'_> {
    fn rejected(reply: Vec<u8>) -> Self {
        let departure = Departure { after: Duration::ZERO, what: Outgoing::Rejected(reply) };
        Self { decided: None, departures: vec![departure] }
    }
}

impl<'l> Judged<'l> {
    /// Adds what an injector sends. What the resolver says comes when the injector's rule lets it come, or not at all, unless
    /// those who read messages have a rule for that too.
    fn add(&mut self, injection: Judged<'l>) {
        let ruled = self.decided.as_ref().is_some_and(|(_, verdict)| verdict.rule.is_some());
        let (genuine, forged): (Vec<_>, Vec<_>) =
            injection.departures.into_iter().partition(|departure| matches!(departure.what, Outgoing::Honest(_)));
        if !ruled {
            self.decided = injection.decided;
            match genuine.first() {
                Some(genuine) => self.departures.iter_mut().for_each(|departure| departure.after = genuine.after),
                None => self.departures.clear(),
            }
        }
        self.departures.extend(forged);
        self.departures.sort_by_key(|departure| departure.after);
    }
}

/// The steps of a plan, their messages written.
fn departures(plan: Plan, query: Received, limit: usize) -> Vec<Departure> {
    let asked = Arc::new(Asked { query, limit });
    let departure = |Step { after, send }| {
        let what = match send {
            Send::Forged(reply) => Outgoing::Forged(reply.octets(&asked.query, limit)),
            Send::Honest => Outgoing::Honest(Arc::clone(&asked)),
            Send::Reset => Outgoing::Reset,
        };
        Departure { after, what }
    };
    plan.steps.into_iter().map(departure).collect()
}

/// REFUSED to whoever is in no network of the lab.
fn unwelcome(octets: Vec<u8>, transport: Transport) -> Vec<Departure> {
    match Read::of(octets, transport) {
        Read::Ignored => Vec::new(),
        Read::Rejected { reply, .. } => Judged::rejected(reply).departures,
        Read::Query(received) => {
            let reply = Reply::status(ResponseCode::Refused);
            let reply = reply.explained(EDE_PROHIBITED, "this resolver answers lab networks only");
            Judged::rejected(reply.octets(&received, limit(&received, transport))).departures
        }
    }
}

/// NOTIMP for another OPCODE. Where the message reads as a query does, its question and an OPT come back (RFC 6891 section 6.1.1).
fn not_implemented(mut octets: Vec<u8>, transport: Transport) -> Vec<u8> {
    let opcode = octets[2] & 0x78;
    let bare = bare_header(&octets, ResponseCode::NotImp);
    octets[2] ^= opcode;
    let Ok(query) = Received::read(octets) else { return bare };
    let mut reply = Reply::status(ResponseCode::NotImp).octets(&query, limit(&query, transport));
    reply[2] |= opcode;
    reply
}

/// The most octets that a reply may have.
fn limit(query: &Received, transport: Transport) -> usize {
    if transport == Transport::Udp { query.udp_limit() } else { STREAM_LIMIT }
}

/// What is refused to everybody, whatever the policy says.
fn rejection(query: &Received) -> Option<Reply> {
    // RFC 6891 section 6.1.3: a version that is not known MUST be answered with BADVERS.
    if query.edns().is_some_and(|edns| edns.version() > 0) {
        return Some(Reply::status(ResponseCode::BADVERS));
    }
    let transfer = matches!(query.rtype().0, RecordType::AXFR | RecordType::IXFR);
    let foreign = query.class() != DNSClass::IN;
    (transfer || foreign).then(|| Reply::status(ResponseCode::Refused))
}
