//! Answers with their pools looked up: what `plan` needs to write the replies.

use crate::{
    config::{EdeSpec, OtherTypes, Pick, SoaSpec, TtlSpec, WireSpec, Word},
    query::Type,
};
use hickory_proto::rr::{Name as WireName, RecordType};
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
}

/// The kinds of answers.
#[derive(Debug)]
pub enum Kind {
    /// What the zones or the upstream say.
    Honest,
    /// RCODE 3.
    NxDomain(SoaSpec),
    /// NOERROR, no records.
    NoData(SoaSpec),
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
    pub soa: SoaSpec,
    /// Which counter of answers the TTLs are drawn by.
    pub turn: usize,
}

/// Addresses and how one answer picks from them. Never empty.
#[derive(Debug)]
pub struct Choice {
    /// The addresses, in order.
    pub addresses: Vec<IpAddr>,
    /// How an answer picks.
    pub pick: Pick,
    /// Which counter of answers belongs to this choice: two injectors that share a pool walk it each for itself.
    pub ring: usize,
}

/// Half of all times, in millionths.
const EVEN: u32 = 500_000;

impl Answer {
    /// The verdict when a type is asked for.
    pub(super) fn word_for(&self, rtype: Type) -> Word {
        self.first(rtype).1
    }

    /// The verdict of what comes first, and when that comes.
    fn first(&self, rtype: Type) -> (Duration, Word) {
        let word = match &self.kind {
            Kind::Honest => Word::Honest,
            Kind::NxDomain(_) => Word::NxDomain,
            Kind::NoData(_) => Word::NoData,
            Kind::Refused => Word::Refused,
            Kind::ServFail => Word::ServFail,
            Kind::Drop => Word::Drop,
            Kind::Truncate => Word::Truncate,
            Kind::Reset => Word::Reset,
            Kind::Poison(poison) => poison.word_for(rtype),
            Kind::Race(steps) => {
                let firsts = steps.iter().map(|step| (step.after, step.answer.first(rtype)));
                let heard = firsts.map(|(after, (later, word))| (after + later, word)).filter(|(_, word)| *word != Word::Drop);
                return heard.min_by_key(|(after, _)| *after).unwrap_or((Duration::ZERO, Word::Drop));
            }
            Kind::Delay(by, then) => {
                let (after, word) = then.first(rtype);
                return (*by + after, word);
            }
            // What happens more often; `explain` tells the chance.
            Kind::Sometimes { chance, then, otherwise, .. } => {
                return if *chance >= EVEN { then.first(rtype) } else { otherwise.first(rtype) };
            }
        };
        (Duration::ZERO, word)
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
            // An alias holds for every type, so even where its target has no records the answer is a forged alias.
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
