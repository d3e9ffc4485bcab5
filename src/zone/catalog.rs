//! Honest answers from zone files.
//!
//! A client that asks for recursion gets what a resolver gives (RA, no AA), because that is what a
//! censor's forged replies stand beside; one that does not gets what the zone's own server gives
//! (AA, referrals).

use super::{
    reply::Head,
    zone::{Found, Zone},
};
use crate::{
    config::WireSpec,
    name::Name,
    query::{Received, UDP_PAYLOAD},
};
use hickory_proto::{
    ProtoError,
    op::{Edns, Message, OpCode, Query as Question, ResponseCode},
    rr::{LowerName, Name as WireName, RecordSet, RecordType},
};
use std::collections::HashMap;

/// All zones, found by their names.
#[derive(Debug, Default)]
pub struct Zones(HashMap<String, Zone>);

/// What the zones say.
#[derive(Debug)]
pub enum Honest {
    /// The whole answer.
    Answer(Message),
    /// What is known here of an answer that goes on elsewhere: a referral, or an alias into a zone
    /// that is not here.
    Partial(Message),
    /// The name is in no zone.
    Elsewhere,
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
    pub fn answer(&self, query: Received<'_>) -> Honest {
        let question = &query.wire_name();
        let rtype = query.rtype().0;
        // The DS of a zone is its parent's to tell, where the parent is here (RFC 4035 section
        // 3.1.4.1).
        let above = (rtype == RecordType::DS).then(|| self.find(&question.base_name())).flatten();
        let Some(mut zone) = above.or_else(|| self.find(question)) else {
            return Honest::Elsewhere;
        };
        let mut message = blank(query);
        let mut name = LowerName::from(question);
        for _ in 0..=MAX_ALIASES {
            match zone.search(&name, rtype) {
                Found::Records(sets) => {
                    sets.iter().for_each(|set| push(&mut message.answers, set, question));
                    return Honest::Answer(message);
                }
                Found::Alias(set, target) => {
                    push(&mut message.answers, &set, question);
                    name = LowerName::from(&target);
                    match self.find(&target) {
                        Some(next) => zone = next,
                        None => return Honest::Partial(message),
                    }
                }
                Found::NoData => {
                    return Honest::Answer(negative(
                        message,
                        zone,
                        question,
                        ResponseCode::NoError,
                    ));
                }
                // RFC 6604: the RCODE is that of the last name of the chain.
                Found::NxDomain => {
                    return Honest::Answer(negative(
                        message,
                        zone,
                        question,
                        ResponseCode::NXDomain,
                    ));
                }
                Found::Referral(servers, glue) => {
                    message.metadata.authoritative = false;
                    push(&mut message.authorities, &servers, question);
                    glue.iter().for_each(|set| push(&mut message.additionals, set, question));
                    return Honest::Partial(message);
                }
            }
        }
        // A loop of aliases has no answer (RFC 1034 section 3.6.2); resolvers say SERVFAIL.
        message.answers.clear();
        message.metadata.response_code = ResponseCode::ServFail;
        Honest::Answer(message)
    }

    fn find(&self, name: &WireName) -> Option<&Zone> {
        let name = Name::from_wire(name);
        name.suffixes().chain([""]).find_map(|suffix| self.0.get(suffix))
    }
}

fn negative(
    mut message: Message,
    zone: &Zone,
    question: &WireName,
    rcode: ResponseCode,
) -> Message {
    message.metadata.response_code = rcode;
    if let Some(soa) = zone.soa() {
        push(&mut message.authorities, &soa, question);
    }
    message
}

/// A reply without records. AD stays 0: nothing here is signed.
fn blank(query: Received<'_>) -> Message {
    let id = u16::from_be_bytes([query.octets[0], query.octets[1]]);
    let mut message = Message::response(id, OpCode::Query);
    message.metadata.recursion_desired = query.recursion_desired();
    message.metadata.checking_disabled = query.checking_disabled();
    message.metadata.authoritative = !query.recursion_desired();
    message.metadata.recursion_available = true;
    let mut question = Question::query(query.wire_name(), query.rtype().0);
    question.set_query_class(query.class());
    message.add_query(question);
    message.edns = query.opt().map(|asked| {
        let mut edns = Edns::new();
        edns.set_max_payload(UDP_PAYLOAD).set_dnssec_ok(asked.dnssec_ok);
        edns
    });
    message
}

/// Adds the records of a set; those of the name that was asked for carry it as the client wrote it.
fn push(section: &mut Vec<hickory_proto::rr::Record>, set: &RecordSet, question: &WireName) {
    for record in set.records_without_rrsigs() {
        let mut record = record.clone();
        if record.name == *question {
            record.name = question.clone();
        }
        record.ttl = set.ttl();
        section.push(record);
    }
}

impl Honest {
    /// The octets of a message, in at most `limit`: what does not fit is left out and TC set (RFC
    /// 2181 section 9).
    ///
    /// # Errors
    ///
    /// Those of the library, for records that cannot be written.
    pub fn octets(
        message: &Message,
        query: Received<'_>,
        limit: usize,
    ) -> Result<Vec<u8>, ProtoError> {
        let octets = message.to_vec()?;
        if octets.len() <= limit {
            return Ok(octets);
        }
        let wire = WireSpec { aa: Some(message.metadata.authoritative), ..WireSpec::default() };
        let head = Head { truncated: true, wire, ..Head::status(message.metadata.response_code) };
        Ok(head.octets(query, limit))
    }
}
