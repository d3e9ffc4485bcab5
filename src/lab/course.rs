//! The way of a query: octets, query, verdict, plan, and what leaves at which time.
//!
//! Who answers reads messages as RFC 1035 has it, but some injectors only glance at the octets ([`Glance`]). Where both see the
//! same question it is decided about once; where they do not, each decides about what it sees.

use super::{Lab, known::Known};
use crate::{
    answer::{Asked, Draw, Head, Plan, Send, Step, plan, write_bare_header},
    name::Name,
    observe::{self, Event},
    policy::{Governors, Verdict},
    query::{CountryCode, Flat, Glance, Parser, Query, Readers, Received, Transport, Type, Unanswered},
};
use hickory_proto::{
    op::ResponseCode,
    rr::{DNSClass, RecordType},
};
use jiff::civil::DateTime;
use std::{net::IpAddr, ops::Range, time::Duration};

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
    /// Whether it may ask here at all.
    pub welcome: bool,
}

/// What one worker keeps from query to query, so that a query in the common case asks for no memory.
#[derive(Debug, Default)]
pub struct Desk {
    /// What goes out for the last query. The octets may be of several queries; whoever has sent them clears them.
    pub plan: Plan,
    /// Honest answers that were given before.
    pub known: Known,
    name: Name,
}

impl Desk {
    /// A desk that keeps at most so many honest answers.
    #[must_use]
    pub fn remembering(answers: usize) -> Self {
        Self { known: Known::of(answers), ..Self::default() }
    }
}

/// What was decided about a message: the question and the verdict on it. Nothing where the protocol decides.
pub(super) type Decided<'l> = Option<(Query, Verdict<'l>)>;

/// "Prohibited" (RFC 8914 section 4.19): the client may not ask here.
const EDE_PROHIBITED: u16 = 18;

impl Lab {
    /// Decides about a message; the desk's plan then has what goes out. Gives back the query, for an honest step of it.
    pub fn consider<'o>(&self, octets: &'o [u8], asker: Asker, desk: &mut Desk) -> Option<Received<'o>> {
        let draw = Draw { seed: self.settings.seed, turns: &self.turns };
        let (decided, received) = self.judge(octets, asker, &draw, desk);
        if let Some((query, verdict)) = decided {
            if observe::is_watched() {
                observe::log(&Event::new(&query, &verdict));
            }
            desk.name = query.name;
        }
        received
    }

    /// Who asks, as a query comes in at a time.
    #[must_use]
    pub fn asker(&self, client: IpAddr, transport: Transport, listener: Option<CountryCode>, now: DateTime) -> Asker {
        Asker { client, transport, listener, now, welcome: self.settings.allows(client) }
    }

    pub(super) fn judge<'o>(
        &self,
        octets: &'o [u8],
        asker: Asker,
        draw: &Draw<'_>,
        desk: &mut Desk,
    ) -> (Decided<'_>, Option<Received<'o>>) {
        desk.plan.steps.clear();
        let read = read(octets, asker, &mut desk.plan.octets);
        let governors = self.policy.governors(asker.client, asker.listener);
        let readers = if asker.hears_injectors() { governors.readers() } else { Readers::DNS };
        let (readers, apart) = glances(octets, read.as_ref().ok(), readers);
        let (mut decided, received) = match read {
            Err(None) => return (None, None),
            Err(Some(reply)) => {
                desk.plan.steps.push(Step { after: Duration::ZERO, send: Send::Rejected(reply) });
                (None, None)
            }
            Ok(received) => {
                let name = received.name(std::mem::take(&mut desk.name));
                let query = Query { readers, ..asker.asks(name, received.rtype()) };
                let verdict = governors.decide(&query);
                plan(&verdict, Asked { query: &query, received }, draw, &mut desk.plan);
                (Some((query, verdict)), Some(received))
            }
        };
        for apart in apart {
            inject(octets, apart, asker, governors, draw, &mut desk.plan, &mut decided);
        }
        (decided, received)
    }
}

impl Asker {
    /// A question of this client that resolvers read.
    #[must_use]
    pub const fn asks(self, name: Name, rtype: Type) -> Query {
        let Self { client, transport, listener, now, welcome: _ } = self;
        Query { name, rtype, client, transport, listener, now, readers: Readers::DNS }
    }

    /// Injectors see the datagrams of those who may ask.
    fn hears_injectors(self) -> bool {
        self.welcome && self.transport == Transport::Udp
    }
}

/// Adds what an injector sends that sees another question than a resolver does, if a rule is about it. What the resolver says
/// then comes when the injector's rule lets it come, or not at all, unless those who read messages have a rule for that too.
fn inject<'l>(
    octets: &[u8],
    (flat, Glance { name, rtype, question }): (Flat, Glance),
    asker: Asker,
    governors: Governors<'l>,
    draw: &Draw<'_>,
    out: &mut Plan,
    decided: &mut Decided<'l>,
) {
    let query = Query { readers: Readers::of(Parser::Flat(flat)), ..asker.asks(name, rtype) };
    let verdict = governors.decide(&query);
    if verdict.rule.is_none() {
        return;
    }
    let first = out.steps.len();
    plan(&verdict, Asked { query: &query, received: Received::glanced(octets, &question) }, draw, out);
    let injected = out.steps.split_off(first);
    let (genuine, forged): (Vec<_>, Vec<_>) = injected.into_iter().partition(|step| step.send == Send::Honest);
    if decided.as_ref().is_none_or(|(_, verdict)| verdict.rule.is_none()) {
        *decided = Some((query, verdict));
        match genuine.first() {
            Some(genuine) => out.steps.iter_mut().for_each(|step| step.after = genuine.after),
            None => out.steps.clear(),
        }
    }
    out.steps.extend(forged);
    out.steps.sort_by_key(|step| step.after);
}

/// A message as a resolver reads it; or where its rejection stands, if it gets one.
fn read<'o>(octets: &'o [u8], asker: Asker, out: &mut Vec<u8>) -> Result<Received<'o>, Option<Range<usize>>> {
    let received = match Received::read(octets) {
        Ok(received) => received,
        Err(Unanswered::Ignore) => return Err(None),
        Err(Unanswered::FormErr) => return Err(Some(write_bare_header(octets, ResponseCode::FormErr, out))),
        Err(Unanswered::NotImp) => return Err(Some(not_implemented(octets, asker.transport, out))),
    };
    match rejection(&received, asker.welcome) {
        Some(head) => Err(Some(head.write(received, received.limit(asker.transport), out))),
        None => Ok(received),
    }
}

/// Everybody who reads what a resolver reads, and the others with what they see instead.
fn glances(octets: &[u8], read: Option<&Received<'_>>, readers: Readers) -> (Readers, Vec<(Flat, Glance)>) {
    let mut same = Readers::DNS;
    let mut apart = Vec::new();
    for flat in readers.flats() {
        match Glance::at(octets, flat) {
            Some(glance) if read.is_some_and(|read| agrees(read, &glance)) => same = same.and(Readers::of(Parser::Flat(flat))),
            Some(glance) => apart.push((flat, glance)),
            None => {}
        }
    }
    (same, apart)
}

/// Whether a glance shows what a resolver sees.
fn agrees(received: &Received<'_>, glance: &Glance) -> bool {
    let same = glance.question == received.question_range() && glance.rtype == received.rtype();
    same && glance.name == received.name(Name::default())
}

/// NOTIMP for another OPCODE. Where the message reads as a query does, its question and an OPT come back (RFC 6891 section 6.1.1).
fn not_implemented(octets: &[u8], transport: Transport, out: &mut Vec<u8>) -> Range<usize> {
    let opcode = octets[2] & 0x78;
    let mut query = octets.to_vec();
    query[2] ^= opcode;
    let Ok(query) = Received::read(&query) else { return write_bare_header(octets, ResponseCode::NotImp, out) };
    let written = Head::status(ResponseCode::NotImp).write(query, query.limit(transport), out);
    out[written.start + 2] |= opcode;
    written
}

/// What is refused whatever the policy says.
fn rejection(query: &Received<'_>, welcome: bool) -> Option<Head<'static>> {
    let refused = Head::status(ResponseCode::Refused);
    if !welcome {
        return Some(refused.explained(EDE_PROHIBITED, "this resolver answers lab networks only"));
    }
    // RFC 6891 section 6.1.3: a version that is not known MUST be answered with BADVERS.
    if query.opt().is_some_and(|opt| opt.version > 0) {
        return Some(Head::status(ResponseCode::BADVERS));
    }
    let transfer = matches!(query.rtype().0, RecordType::AXFR | RecordType::IXFR);
    let foreign = query.class() != DNSClass::IN;
    (transfer || foreign).then_some(refused)
}
