//! Forged messages: poisoned records and negative answers that no zone holds.

use super::{
    Draw, Send,
    reply::{Owner, Record, Reply, name_octets},
};
use crate::{
    config::{OtherTypes, Pick, SoaPlace, SoaSpec, TtlSpec},
    name::wire_name,
    policy::{Choice, Poison},
    query::Query,
};
use hickory_proto::{op::ResponseCode, rr::RecordType};
use std::net::IpAddr;

/// NXDOMAIN or NODATA. The SOA's owner is the name that the rule blocks, so that it lies above the question's (RFC 2308
/// section 3); a rule that names none leaves the question's own.
pub(super) fn negative(rcode: ResponseCode, soa: &SoaSpec, blocked: Option<&str>) -> Reply {
    let mut reply = Reply::status(rcode);
    let owner = soa.zone.clone().or_else(|| blocked.and_then(|name| wire_name(name).ok()));
    let owner = owner.map_or(Owner::Question, |name| Owner::Name(name_octets(&name)));
    let record = Record { owner, rtype: RecordType::SOA, ttl: soa.ttl, data: soa_data(soa) };
    match soa.place {
        SoaPlace::None => {}
        SoaPlace::Authority => reply.authority.push(record),
        SoaPlace::Additional => reply.additional.push(record),
    }
    reply
}

/// Serial, refresh, retry and expire as Unbound gives them to a local zone without a SOA; the minimum is the SOA's own TTL.
fn soa_data(soa: &SoaSpec) -> Vec<u8> {
    let mut data = name_octets(&soa.mname);
    data.extend(name_octets(&soa.rname));
    for number in [1, 3600, 1200, 604_800, soa.ttl] {
        data.extend(u32::to_be_bytes(number));
    }
    data
}

/// The records of a poison for the type that was asked, or what it says to other types; silence is nothing.
pub(super) fn poison(poison: &Poison, query: &Query, blocked: Option<&str>, draw: &Draw<'_>) -> Option<Send> {
    let asked = query.rtype.0;
    if !poison.has(asked) {
        match poison.other_types {
            OtherTypes::Honest => return Some(Send::Honest),
            OtherTypes::Drop => return None,
            OtherTypes::NoData if poison.cname.is_none() => {
                return Some(Send::Forged(negative(ResponseCode::NoError, &poison.soa, blocked)));
            }
            OtherTypes::NoData | OtherTypes::A => {}
        }
    }
    let given = if poison.has(asked) || poison.other_types != OtherTypes::A { asked } else { RecordType::A };
    Some(Send::Forged(Reply { answers: records(poison, given, query, draw), ..Reply::status(ResponseCode::NoError) }))
}

fn records(poison: &Poison, asked: RecordType, query: &Query, draw: &Draw<'_>) -> Vec<Record> {
    let wants = |rtype| asked == rtype || asked == RecordType::ANY;
    let mut records = Vec::new();
    let mut owner = Owner::Question;
    let turn = draw.turn(poison.turn);
    let ttl = drawn(poison.ttl, poison.turn, turn, draw);
    if let Some(alias) = &poison.cname {
        let ttl = poison.cname_ttl.map_or(ttl, |range| drawn(range, poison.turn, !turn, draw));
        let data = name_octets(alias);
        records.push(Record { owner, rtype: RecordType::CNAME, ttl, data: data.clone() });
        owner = Owner::Name(data);
        // RFC 1034 section 3.6.2: whoever asks for the alias itself wants no more than it.
        if asked == RecordType::CNAME {
            return records;
        }
    }
    let choices = [(RecordType::A, &poison.a), (RecordType::AAAA, &poison.aaaa)];
    for (rtype, choice) in choices.into_iter().filter(|(rtype, _)| wants(*rtype)) {
        let Some(choice) = choice else { continue };
        let addresses = picked(choice, query, draw);
        records.extend(addresses.iter().map(|address| Record { owner: owner.clone(), rtype, ttl, data: octets(*address) }));
    }
    if wants(RecordType::TXT) {
        records.extend(poison.txt.iter().map(|text| Record {
            owner: owner.clone(),
            rtype: RecordType::TXT,
            ttl,
            data: txt(text),
        }));
    }
    records
}

/// The addresses of this answer.
fn picked<'c>(choice: &'c Choice, query: &Query, draw: &Draw<'_>) -> &'c [IpAddr] {
    let count = u64::try_from(choice.addresses.len()).unwrap_or(u64::MAX);
    let turn = draw.turn(choice.ring);
    let index = match choice.pick {
        Pick::All => return &choice.addresses,
        Pick::Ring => turn % count,
        Pick::Random => draw.below(choice.ring, turn, count),
        Pick::ByName => draw.below_by_name(query.name.as_str(), count),
    };
    let index = usize::try_from(index).unwrap_or_default();
    &choice.addresses[index..=index]
}

/// A TTL between the two ends, both included.
fn drawn(ttl: TtlSpec, ring: usize, turn: u64, draw: &Draw<'_>) -> u32 {
    let span = u64::from(ttl.most - ttl.least) + 1;
    ttl.least + u32::try_from(draw.below(ring, turn, span)).unwrap_or_default()
}

fn octets(address: IpAddr) -> Vec<u8> {
    match address {
        IpAddr::V4(address) => address.octets().to_vec(),
        IpAddr::V6(address) => address.octets().to_vec(),
    }
}

/// Character-strings of at most 255 octets (RFC 1035 section 3.3.14).
fn txt(text: &str) -> Vec<u8> {
    let mut data = Vec::new();
    let chunks: Vec<&[u8]> = if text.is_empty() { vec![&[]] } else { text.as_bytes().chunks(255).collect() };
    for chunk in chunks {
        data.push(u8::try_from(chunk.len()).unwrap_or_default());
        data.extend(chunk);
    }
    data
}
