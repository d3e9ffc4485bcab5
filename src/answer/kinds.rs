//! Answers with their pools looked up: what `plan` needs to write the replies.

use crate::{
    config::{EdeSpec, OtherTypes, Pick, SoaPlace, SoaSpec, TtlSpec, WireSpec, Word},
    name::write_wire,
    query::{Parser, Query, Readers, Type},
};
use hickory_proto::rr::{Name as WireName, RecordType};
use jiff::civil::Date;
use std::{net::IpAddr, sync::Arc, time::Duration};

/// What a rule sends.
#[derive(Debug)]
pub struct Answer {
    /// A bare word, or the name of an entry under `answers`.
    pub name: String,
    /// What is sent.
    pub kind: Kind,
    /// How the message looks.
    pub wire: WireSpec,
    /// An Extended DNS Error (RFC 8914), if one is sent.
    pub ede: Option<EdeSpec>,
    /// Who sends it, or parts of it: those whose parsers have to have read the query.
    pub readers: Readers,
    /// Whether a part of it is dated.
    ages: bool,
}

/// The kinds of answers.
#[derive(Debug)]
pub enum Kind {
    /// What the zones or the upstream say.
    Honest,
    /// RCODE 3.
    NxDomain(Soa),
    /// NOERROR, no records.
    NoData(Soa),
    /// RCODE 5.
    Refused,
    /// RCODE 2.
    ServFail,
    /// Silence.
    Drop,
    /// TC, no records.
    Truncate,
    /// A TCP RST; on UDP silence.
    Reset,
    /// Records that are not honest.
    Poison(Box<Poison>),
    /// Several replies to one query, in the order of their times.
    Race(Vec<RaceStep>),
    /// A late reply.
    Delay(Duration, Arc<Answer>),
    /// A reply that comes only now and then.
    Sometimes {
        /// How often, in millionths.
        chance: u32,
        /// What is sent then.
        then: Arc<Answer>,
        /// What is sent at other times.
        otherwise: Arc<Answer>,
        /// Which counter of answers it is drawn by.
        turn: usize,
    },
    /// Answers that took turns over the years, the first with the day on which there was none
    /// before it.
    Dated(Vec<(Date, Arc<Answer>)>),
}

/// One step of a race.
#[derive(Debug)]
pub struct RaceStep {
    /// How long after the query.
    pub after: Duration,
    /// What is sent then.
    pub answer: Arc<Answer>,
}

/// Forged records.
#[derive(Debug)]
pub struct Poison {
    /// Where A records come from.
    pub a: Option<Choice>,
    /// Where AAAA records come from.
    pub aaaa: Option<Choice>,
    /// An alias that stands before the addresses.
    pub cname: Option<WireName>,
    /// TXT records.
    pub txt: Vec<String>,
    /// The TTL of all records, or of all but the alias.
    pub ttl: TtlSpec,
    /// The TTL of the alias, if it is another.
    pub cname_ttl: Option<TtlSpec>,
    /// What a type without forged records gets.
    pub other_types: OtherTypes,
    /// The SOA of a NODATA.
    pub soa: Soa,
    /// Which counter of answers the TTLs are drawn by.
    pub turn: usize,
}

/// The SOA of a negative answer.
#[derive(Debug)]
pub struct Soa {
    /// In which section it stands.
    pub place: SoaPlace,
    /// Its owner, where it is another than the name that the rule blocks.
    pub zone: Option<WireName>,
    /// Its TTL.
    pub ttl: u32,
    /// Its record data in wire form: written once, because it is the same in every answer.
    pub data: Box<[u8]>,
}

/// Addresses and how one answer picks from them. Never empty.
#[derive(Debug)]
pub struct Choice {
    /// The addresses, in order.
    pub addresses: Vec<IpAddr>,
    /// How an answer picks.
    pub pick: Pick,
    /// Which counter of answers belongs to this choice: two injectors that share a pool walk it
    /// each for itself.
    pub ring: usize,
}

/// Half of all times, in millionths.
const EVEN: u32 = 500_000;

impl From<&SoaSpec> for Soa {
    /// Serial, refresh, retry and expire are as Unbound gives them to a local zone without a SOA;
    /// the minimum is the SOA's own TTL.
    fn from(spec: &SoaSpec) -> Self {
        let SoaSpec { place, zone, mname, rname, ttl } = spec;
        let mut data = Vec::new();
        write_wire(mname, &mut data);
        write_wire(rname, &mut data);
        data.extend([1, 3600, 1200, 604_800, *ttl].into_iter().flat_map(u32::to_be_bytes));
        Self { place: *place, zone: zone.clone(), ttl: *ttl, data: data.into() }
    }
}

impl Answer {
    /// An answer, with those who have to have read a query for it to be sent: the honest step of a
    /// race needs no reader, because the resolver reads for itself.
    pub(super) fn new(
        name: &str,
        kind: Kind,
        wire: WireSpec,
        ede: Option<EdeSpec>,
        parser: Parser,
    ) -> Self {
        let parts = kind.parts();
        let readers = match kind {
            Kind::Honest => Readers::ALL,
            _ if parts.is_empty() => Readers::of(parser),
            _ => all(parts.iter().map(|part| part.readers)),
        };
        let ages = matches!(kind, Kind::Dated(_)) || parts.iter().any(|part| part.ages);
        Self { name: name.to_owned(), kind, wire, ede, readers, ages }
    }

    /// Whether somebody who has read the query sends something of this, on the query's day.
    pub(super) fn is_for(&self, query: &Query) -> bool {
        self.readers.meet(query.readers)
            && (!self.ages || self.readers_on(query.today()).meet(query.readers))
    }

    fn readers_on(&self, today: Date) -> Readers {
        let now = self.on(today);
        let parts = now.kind.parts();
        if parts.is_empty() {
            now.readers
        } else {
            all(parts.into_iter().map(|part| part.readers_on(today)))
        }
    }

    /// The verdict on a query.
    pub(super) fn word_for(&self, query: &Query) -> Word {
        self.first(query).map_or(Word::Drop, |(_, word)| word)
    }

    /// The verdict of what comes first, and when that comes; nothing where nothing does.
    fn first(&self, query: &Query) -> Option<(Duration, Word)> {
        if !self.readers.meet(query.readers) {
            return None;
        }
        let word = match &self.kind {
            Kind::Honest => Word::Honest,
            Kind::NxDomain(_) => Word::NxDomain,
            Kind::NoData(_) => Word::NoData,
            Kind::Refused => Word::Refused,
            Kind::ServFail => Word::ServFail,
            Kind::Drop => return None,
            Kind::Truncate => Word::Truncate,
            Kind::Reset => Word::Reset,
            Kind::Poison(poison) => match poison.word_for(query.rtype) {
                Word::Drop => return None,
                word => word,
            },
            Kind::Race(steps) => {
                let firsts =
                    steps.iter().filter_map(|step| Some((step.after, step.answer.first(query)?)));
                return firsts
                    .map(|(after, (later, word))| (after + later, word))
                    .min_by_key(|(after, _)| *after);
            }
            Kind::Delay(by, then) => {
                return then.first(query).map(|(after, word)| (*by + after, word));
            }
            // What happens more often; `explain` tells the chance.
            Kind::Sometimes { chance, then, otherwise, .. } => {
                return if *chance >= EVEN { then.first(query) } else { otherwise.first(query) };
            }
            Kind::Dated(_) => return self.on(query.today()).first(query),
        };
        Some((Duration::ZERO, word))
    }

    /// The answer itself, or the one of several that holds on this day.
    #[must_use]
    pub fn on(&self, today: Date) -> &Self {
        match &self.kind {
            Kind::Dated(each) => each
                .iter()
                .rfind(|(since, _)| *since <= today)
                .map_or(self, |(_, answer)| answer.on(today)),
            _ => self,
        }
    }
}

/// Everybody who sends one of several parts; those that are honest are no matter of who reads.
fn all(parts: impl Iterator<Item = Readers>) -> Readers {
    parts.filter(|readers| *readers != Readers::ALL).reduce(Readers::and).unwrap_or(Readers::ALL)
}

impl Kind {
    /// The answers that it is made of.
    pub(super) fn parts(&self) -> Vec<&Answer> {
        match self {
            Self::Race(steps) => steps.iter().map(|step| &*step.answer).collect(),
            Self::Delay(_, then) => vec![then],
            Self::Sometimes { then, otherwise, .. } => vec![then, otherwise],
            Self::Dated(each) => each.iter().map(|(_, answer)| &**answer).collect(),
            _ => Vec::new(),
        }
    }
}

impl Poison {
    fn word_for(&self, rtype: Type) -> Word {
        if self.has(rtype.0) {
            return Word::Poison;
        }
        match self.other_types {
            OtherTypes::A => Word::Poison,
            OtherTypes::Honest => Word::Honest,
            OtherTypes::Drop => Word::Drop,
            // An alias holds for every type, so even where its target has no records the answer is
            // a forged alias.
            OtherTypes::NoData if self.cname.is_some() => Word::Poison,
            OtherTypes::NoData => Word::NoData,
        }
    }

    /// Whether there are forged records of this type.
    #[must_use]
    pub fn has(&self, rtype: RecordType) -> bool {
        // An alias without addresses is one for whoever asks for any.
        let bare_alias = self.cname.is_some() && self.a.is_none() && self.aaaa.is_none();
        match rtype {
            RecordType::A => self.a.is_some() || bare_alias,
            RecordType::AAAA => self.aaaa.is_some() || bare_alias,
            RecordType::CNAME => self.cname.is_some(),
            RecordType::TXT => !self.txt.is_empty(),
            RecordType::ANY => true,
            _ => false,
        }
    }
}
