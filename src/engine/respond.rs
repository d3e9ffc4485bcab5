//! The way of a query: octets, query, verdict, plan, and what leaves at which time.
//!
//! Who answers reads messages as RFC 1035 has it, but some injectors only glance at the octets
//! ([`Glance`]). Where both see the same question it is decided about once; where they do not, each
//! decides about what it sees.

use super::{Lab, known::Known};
use crate::{
    answer::{Asked, Draw, Head, Plan, Send, Step, plan, write_bare_header},
    name::Name,
    observe::{self, Event},
    policy::{Governors, Suffixes, Verdict},
    query::{Bound, Flat, Glance, Parser, Query, Readers, Received, Transport, Type, Unanswered},
};
use hickory_proto::{
    op::ResponseCode,
    rr::{DNSClass, RecordType},
};
use jiff::civil::DateTime;
use smallvec::SmallVec;
use std::{net::IpAddr, ops::Range, time::Duration};

/// Who asks, and how.
#[derive(Clone, Copy, Debug)]
pub struct Asker {
    /// The client's address.
    pub client: IpAddr,
    /// The transport it came by.
    pub transport: Transport,
    /// When the query is judged, in UTC.
    pub now: DateTime,
    /// Whether it may ask here at all.
    pub welcome: bool,
}

/// Who asks, and who governs whoever asks from there.
#[derive(Clone, Copy, Debug)]
pub struct Governed<'l> {
    /// Who asks.
    pub asker: Asker,
    governors: Governors<'l>,
}

/// What one worker keeps from query to query, so that a query in the common case asks for no
/// memory.
#[derive(Debug, Default)]
pub struct Desk {
    /// What goes out for the last query. The octets may be of several queries; whoever has sent
    /// them clears them.
    pub plan: Plan,
    /// Honest answers that were given before.
    pub(super) known: Known,
    /// Names of earlier queries, kept for their room.
    names: Vec<Name>,
}

/// A message, opened: what a resolver reads of it, and who governs its sender.
#[derive(Debug)]
pub struct Opened<'o, 'l> {
    octets: &'o [u8],
    read: Result<Received<'o>, Unanswered>,
    /// What is decided about; the root, and a type that is none, where nothing can be read.
    query: Query,
    welcome: bool,
    governors: Governors<'l>,
    /// Of the question's name; none where nothing is asked.
    suffixes: Suffixes,
}

/// As many messages as are opened together.
pub const ROW: usize = 16;

impl Desk {
    /// A desk that keeps at most so many honest answers.
    #[must_use]
    pub fn remembering(answers: usize) -> Self {
        Self { known: Known::of(answers), ..Self::default() }
    }

    /// Forgets the honest answers: the zones have changed.
    pub fn forget(&mut self) {
        self.known.forget();
    }
}

/// "Prohibited" (RFC 8914 section 4.19): the client may not ask here.
const EDE_PROHIBITED: u16 = 18;

/// Messages that are opened together, each with its number.
pub type Row<'o, 'l> = SmallVec<[(usize, Opened<'o, 'l>); ROW]>;

/// Asks for the memory that the decisions about messages will read: it is what they wait for, and
/// for several at once no longer than for one. Nothing is decided by it.
pub fn foresee(row: &Row<'_, '_>) {
    row.iter().for_each(|(_, opened)| opened.governors.come_near(&opened.suffixes));
}

impl Lab {
    /// Opens a message.
    pub fn open<'o, 'l>(
        &'l self,
        octets: &'o [u8],
        from: Governed<'l>,
        desk: &mut Desk,
    ) -> Opened<'o, 'l> {
        let Governed { asker, governors } = from;
        let read = Received::read(octets);
        let (query, suffixes) = match &read {
            Ok(received) => {
                let name = received.name(desk.names.pop().unwrap_or_default());
                let suffixes = governors.suffixes(&name);
                governors.approach(&suffixes);
                (asker.asks(name, received.rtype()), suffixes)
            }
            Err(_) => (asker.asks(Name::default(), Type(RecordType::ZERO)), Suffixes::default()),
        };
        Opened { octets, read, query, welcome: asker.welcome, governors, suffixes }
    }

    /// Decides about a message, once; the desk's plan then has what goes out. Gives back the query,
    /// for an honest step of it.
    pub fn consider<'o>(
        &self,
        opened: &mut Opened<'o, '_>,
        desk: &mut Desk,
    ) -> Option<Received<'o>> {
        let draw = Draw { seed: self.settings.seed, turns: &self.turns };
        let (verdict, received) = judge(opened, &draw, &mut desk.plan);
        if let Some(verdict) = verdict
            && observe::is_watched()
        {
            observe::log(&Event::new(&opened.query, &verdict));
        }
        // What was not read had no room to give back.
        if opened.read.is_ok() && desk.names.len() < ROW {
            desk.names.push(std::mem::take(&mut opened.query.name));
        }
        received
    }

    /// Finds who governs an asker, whose listener may be bound; several messages of one may share
    /// it.
    #[must_use]
    pub fn governed(&self, asker: Asker, bound: Option<&Bound>) -> Governed<'_> {
        Governed { asker, governors: self.policy.governors(asker.client, bound) }
    }

    /// Who asks, as a query comes in at a time.
    #[must_use]
    pub fn asker(&self, client: IpAddr, transport: Transport, now: DateTime) -> Asker {
        Asker { client, transport, now, welcome: self.settings.allows(client) }
    }
}

/// What is decided about a message, and its query, for an honest step; nothing where the protocol
/// decides. The plan then has what goes out.
pub(super) fn judge<'o, 'l>(
    opened: &mut Opened<'o, 'l>,
    draw: &Draw<'_>,
    out: &mut Plan,
) -> (Option<Verdict<'l>>, Option<Received<'o>>) {
    out.steps.clear();
    let admitted = opened.admit(&mut out.octets);
    let readers = if opened.hears_injectors() { opened.governors.readers() } else { Readers::DNS };
    let (readers, apart) = opened.glances(admitted.is_ok(), readers);
    let (mut verdict, received) = match admitted {
        Err(None) => return (None, None),
        Err(Some(reply)) => {
            out.steps.push(Step { after: Duration::ZERO, send: Send::Rejected(reply) });
            (None, None)
        }
        Ok(received) => {
            opened.query.readers = readers;
            let verdict = opened.governors.decide(&opened.query, &opened.suffixes);
            plan(&verdict, Asked { query: &opened.query, received }, draw, out);
            (Some(verdict), Some(received))
        }
    };
    for apart in apart {
        opened.inject(apart, draw, out, &mut verdict);
    }
    (verdict, received)
}

impl Asker {
    /// A question of this client that resolvers read.
    #[must_use]
    pub const fn asks(self, name: Name, rtype: Type) -> Query {
        let Self { client, transport, now, welcome: _ } = self;
        Query { name, rtype, client, transport, now, readers: Readers::DNS }
    }
}

impl<'o, 'l> Opened<'o, 'l> {
    /// What was decided about.
    pub(super) fn into_query(self) -> Query {
        self.query
    }

    /// Injectors see the datagrams of those who may ask.
    fn hears_injectors(&self) -> bool {
        self.welcome && self.query.transport == Transport::Udp
    }

    /// A question that may be asked here; or where its rejection stands, if it gets one.
    fn admit(&self, out: &mut Vec<u8>) -> Result<Received<'o>, Option<Range<usize>>> {
        let received = match self.read {
            Ok(received) => received,
            Err(Unanswered::Ignore) => return Err(None),
            Err(Unanswered::FormErr) => {
                return Err(Some(write_bare_header(self.octets, ResponseCode::FormErr, out)));
            }
            Err(Unanswered::NotImp) => {
                return Err(Some(not_implemented(self.octets, self.query.transport, out)));
            }
        };
        match rejection(&received, self.query.rtype, self.welcome) {
            Some(head) => {
                Err(Some(head.write(received, received.limit(self.query.transport), out)))
            }
            None => Ok(received),
        }
    }

    /// Everybody who reads what a resolver reads, and the others with what they see instead.
    fn glances(&self, admitted: bool, readers: Readers) -> (Readers, Vec<(Flat, Glance)>) {
        let (mut same, mut apart) = (Readers::DNS, Vec::new());
        if readers == Readers::DNS {
            return (same, apart);
        }
        for flat in readers.flats() {
            match Glance::at(self.octets, flat) {
                Some(glance) if admitted && self.agrees(&glance) => {
                    same = same.and(Readers::of(Parser::Flat(flat)))
                }
                Some(glance) => apart.push((flat, glance)),
                None => {}
            }
        }
        (same, apart)
    }

    /// Whether a glance shows what a resolver sees.
    fn agrees(&self, glance: &Glance) -> bool {
        let place = self.read.is_ok_and(|received| received.question_range() == glance.question);
        place && glance.rtype == self.query.rtype && glance.name == self.query.name
    }

    /// Adds what an injector sends that sees another question than a resolver does, if a rule is
    /// about it. What the resolver says then comes when the injector's rule lets it come, or not at
    /// all, unless those who read messages have a rule for that too.
    fn inject(
        &mut self,
        apart: (Flat, Glance),
        draw: &Draw<'_>,
        out: &mut Plan,
        decided: &mut Option<Verdict<'l>>,
    ) {
        let (flat, Glance { name, rtype, question }) = apart;
        let query = Query { name, rtype, readers: Readers::of(Parser::Flat(flat)), ..self.query };
        let verdict = self.governors.decide(&query, &self.governors.suffixes(&query.name));
        if verdict.rule.is_none() {
            return;
        }
        let first = out.steps.len();
        plan(
            &verdict,
            Asked { query: &query, received: Received::glanced(self.octets, &question) },
            draw,
            out,
        );
        let injected = out.steps.split_off(first);
        let (genuine, forged): (Vec<_>, Vec<_>) =
            injected.into_iter().partition(|step| step.send == Send::Honest);
        if decided.as_ref().is_none_or(|verdict| verdict.rule.is_none()) {
            *decided = Some(verdict);
            self.query = query;
            match genuine.first() {
                Some(genuine) => out.steps.iter_mut().for_each(|step| step.after = genuine.after),
                None => out.steps.clear(),
            }
        }
        out.steps.extend(forged);
        out.steps.sort_by_key(|step| step.after);
    }
}

/// NOTIMP for another OPCODE. Where the message reads as a query does, its question and an OPT come
/// back (RFC 6891 section 6.1.1).
fn not_implemented(octets: &[u8], transport: Transport, out: &mut Vec<u8>) -> Range<usize> {
    let opcode = octets[2] & 0x78;
    let mut query = octets.to_vec();
    query[2] ^= opcode;
    let Ok(query) = Received::read(&query) else {
        return write_bare_header(octets, ResponseCode::NotImp, out);
    };
    let written = Head::status(ResponseCode::NotImp).write(query, query.limit(transport), out);
    out[written.start + 2] |= opcode;
    written
}

/// What is refused whatever the policy says.
fn rejection(query: &Received<'_>, rtype: Type, welcome: bool) -> Option<Head<'static>> {
    let refused = Head::status(ResponseCode::Refused);
    if !welcome {
        return Some(refused.explained(EDE_PROHIBITED, "this resolver answers lab networks only"));
    }
    // RFC 6891 section 6.1.3: a version that is not known MUST be answered with BADVERS.
    if query.opt().is_some_and(|opt| opt.version > 0) {
        return Some(Head::status(ResponseCode::BADVERS));
    }
    let transfer = matches!(rtype.0, RecordType::AXFR | RecordType::IXFR);
    let foreign = query.class() != DNSClass::IN;
    (transfer || foreign).then_some(refused)
}
