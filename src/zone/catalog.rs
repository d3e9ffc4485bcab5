//! Honest answers from zone files.
//!
//! A client that asks for recursion gets what a resolver gives (RA, no AA), because that is what a
//! censor's forged replies stand beside; one that does not gets what the zone's own server gives
//! (AA, referrals).

use super::{
    locally_served,
    search::{Lookup, Zone},
};
use crate::dns::{Name, QueryView, constants::UDP_PAYLOAD};
use hickory_proto::{
    op::{Edns, Message, OpCode, Query as Question, ResponseCode},
    rr::{LowerName, Name as WireName, Record, RecordSet, RecordType},
};
use std::collections::HashMap;

/// All zones, found by their names.
#[derive(Debug, Default)]
pub struct Zones(HashMap<String, Zone>);

/// What the zones say.
#[derive(Debug)]
pub enum ZoneAnswer {
    /// The whole answer.
    Complete(Message),
    /// What is known here of an answer that goes on elsewhere: a referral, or an alias to a name
    /// that is not here.
    Partial(Message),
    /// The name is here and the type is not, but the file need not hold all types.
    NoneKnown(Message),
    /// The name is in this zone, whose file neither holds it nor says that it does not exist.
    Unknown(LowerName),
    /// The name is in no zone.
    NotHere,
}

/// As many aliases as Unbound follows before it gives up.
const MAX_ALIASES: usize = 11;

impl Zones {
    /// Takes in a zone, in the place of one with its name.
    pub fn insert(&mut self, zone: Zone) {
        self.0.insert(Name::from_wire(&WireName::from(zone.origin())).as_str().to_owned(), zone);
    }

    /// How many zones there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The answer to a query.
    #[must_use]
    pub fn answer(&self, query: QueryView<'_>) -> ZoneAnswer {
        let question = &query.qname_as_written();
        let qtype = query.qtype().0;
        // The DS of a zone is its parent's to tell, where the parent is here (RFC 4035 section
        // 3.1.4.1).
        let above =
            (qtype == RecordType::DS).then(|| find(&self.0, &question.base_name())).flatten();
        let Some(mut zone) = above.or_else(|| self.find(question)) else {
            return ZoneAnswer::NotHere;
        };
        let mut message = blank(query);
        let mut name = question.clone();
        for _ in 0..=MAX_ALIASES {
            match zone.search(&name, qtype) {
                Lookup::Records(sets) => {
                    sets.iter().for_each(|set| push(&mut message.answers, set, question));
                    return ZoneAnswer::Complete(message);
                }
                Lookup::TooLong(set) => {
                    push(&mut message.answers, &set, question);
                    message.metadata.response_code = ResponseCode::YXDomain;
                    return ZoneAnswer::Complete(message);
                }
                Lookup::Alias(sets, target) => {
                    sets.iter().for_each(|set| push(&mut message.answers, set, question));
                    match self.find(&target) {
                        Some(next) => zone = next,
                        None => return ZoneAnswer::Partial(message),
                    }
                    name = target;
                }
                Lookup::NoData => {
                    let message = negative(message, zone, question, ResponseCode::NoError);
                    return if zone.is_complete() {
                        ZoneAnswer::Complete(message)
                    } else {
                        ZoneAnswer::NoneKnown(message)
                    };
                }
                // RFC 6604: the RCODE is that of the last name of the chain.
                Lookup::NxDomain => {
                    let message = negative(message, zone, question, ResponseCode::NXDomain);
                    return ZoneAnswer::Complete(message);
                }
                // The chain as far as it is known is more than nothing.
                Lookup::Unknown if !message.answers.is_empty() => {
                    return ZoneAnswer::Partial(message);
                }
                Lookup::Unknown => return ZoneAnswer::Unknown(zone.origin().clone()),
                Lookup::Referral(servers, glue) => {
                    message.metadata.authoritative = false;
                    push(&mut message.authorities, &servers, question);
                    glue.iter().for_each(|set| push(&mut message.additionals, set, question));
                    return ZoneAnswer::Partial(message);
                }
            }
        }
        // A loop of aliases has no answer (RFC 1034 section 3.6.2); resolvers say SERVFAIL.
        message.answers.clear();
        message.metadata.response_code = ResponseCode::ServFail;
        ZoneAnswer::Complete(message)
    }

    /// Whether nobody else is asked, wherever honest answers come from: a name that every resolver
    /// answers by itself (RFC 6761 section 6), unless a file defines it. Of a zone that is not
    /// complete those are the records that it has, but for its SOA, which changes every day.
    #[must_use]
    pub fn is_served_locally(&self, query: QueryView<'_>) -> bool {
        let (question, qtype) = (query.qname_as_written(), query.qtype().0);
        self.locally_served(&question).is_some_and(|zone| {
            let held = zone.holds_set(&LowerName::from(&question), qtype);
            zone.is_complete() || held && qtype != RecordType::SOA
        })
    }

    /// Whether the zone that holds a name only counts where no upstream resolver answers, as that
    /// of a probe whose addresses change.
    #[must_use]
    pub fn is_fallback(&self, query: QueryView<'_>) -> bool {
        self.find(&query.qname_as_written()).is_some_and(Zone::is_fallback)
    }

    /// Whether one of an answer's records stands in for what no source has.
    #[must_use]
    pub fn has_stand_in(&self, answer: &Message) -> bool {
        answer.answers.iter().any(|record| {
            let zone = self.find(&record.name);
            let (owner, rtype) = (LowerName::from(&record.name), record.record_type());
            zone.is_some_and(|zone| zone.is_stand_in(&owner, rtype))
        })
    }

    fn find(&self, name: &WireName) -> Option<&Zone> {
        self.locally_served(name).or_else(|| find(&self.0, name))
    }

    /// The zone of every resolver that answers for a name; nothing where a file does, because its
    /// zone is at least as near or it holds the name.
    fn locally_served(&self, name: &WireName) -> Option<&'static Zone> {
        let lowercase = LowerName::from(name);
        let local = find(&locally_served::ZONES, name)?;
        let known = local.is_complete() || local.holds(&lowercase);
        let file = find(&self.0, name);
        let own = file
            .is_some_and(|file| local.origin().zone_of(file.origin()) || file.holds(&lowercase));
        (known && !own).then_some(local)
    }
}

/// The zone that is nearest to a name.
fn find<'z>(zones: &'z HashMap<String, Zone>, name: &WireName) -> Option<&'z Zone> {
    let name = Name::from_wire(name);
    name.suffixes().chain([""]).find_map(|suffix| zones.get(suffix))
}

fn negative(
    mut message: Message,
    zone: &Zone,
    question: &WireName,
    rcode: ResponseCode,
) -> Message {
    message.metadata.response_code = rcode;
    push(&mut message.authorities, &zone.negative_soa(), question);
    message
}

/// A reply without records. AD stays 0: nothing here is signed.
fn blank(query: QueryView<'_>) -> Message {
    let id = u16::from_be_bytes([query.octets[0], query.octets[1]]);
    let mut message = Message::response(id, OpCode::Query);
    message.metadata.recursion_desired = query.recursion_desired();
    message.metadata.checking_disabled = query.checking_disabled();
    message.metadata.authoritative = !query.recursion_desired();
    message.metadata.recursion_available = true;
    let mut question = Question::query(query.qname_as_written(), query.qtype().0);
    question.set_query_class(query.qclass());
    message.add_query(question);
    message.edns = query.opt().map(|asked| {
        let mut edns = Edns::new();
        edns.set_max_payload(UDP_PAYLOAD).set_dnssec_ok(asked.dnssec_ok);
        edns
    });
    message
}

/// Adds the records of a set; those of the name that was asked for carry it as the client wrote it.
fn push(section: &mut Vec<Record>, set: &RecordSet, question: &WireName) {
    for record in set.records_without_rrsigs() {
        let mut record = record.clone();
        if record.name == *question {
            record.name = question.clone();
        }
        record.ttl = set.ttl();
        section.push(record);
    }
}
