//! Forged messages: poisoned records and negative answers that no zone holds.

use super::{
    Draw,
    reply::{Owner, Reply, Section},
};
use crate::{
    config::{OtherTypes, Pick, SoaPlace, TtlSpec},
    name::write_wire,
    policy::{Choice, Poison, Soa},
    query::Query,
};
use hickory_proto::rr::RecordType;
use std::net::IpAddr;

/// What a poison says to a type.
pub(super) enum Says {
    /// The forged records of this type, or of all for ANY.
    Records(RecordType),
    /// NOERROR without records.
    NoData,
    /// What is genuine.
    Honest,
    /// Nothing.
    Silence,
}

/// The SOA of NXDOMAIN or NODATA, where one is sent. Its owner is the name that the rule blocks, so
/// that it lies above the question's (RFC 2308 section 3); a rule that names none leaves the
/// question's own.
pub(super) fn negative(reply: &mut Reply<'_>, soa: &Soa, blocked: Option<&str>) {
    let owner = match (&soa.zone, blocked) {
        (Some(zone), _) => Owner::Name(zone),
        (None, Some(blocked)) => Owner::Text(blocked),
        (None, None) => Owner::Question,
    };
    let section = match soa.place {
        SoaPlace::None => return,
        SoaPlace::Authority => Section::Authority,
        SoaPlace::Additional => Section::Additional,
    };
    reply.record(section, owner, RecordType::SOA, soa.ttl, |out| out.extend(&soa.data));
}

/// What a poison says to the type that was asked.
pub(super) fn says(poison: &Poison, asked: RecordType) -> Says {
    if poison.has(asked) {
        return Says::Records(asked);
    }
    match poison.other_types {
        OtherTypes::Honest => Says::Honest,
        OtherTypes::Drop => Says::Silence,
        OtherTypes::A => Says::Records(RecordType::A),
        OtherTypes::NoData if poison.cname.is_none() => Says::NoData,
        // The alias alone.
        OtherTypes::NoData => Says::Records(asked),
    }
}

/// The forged records of a type.
pub(super) fn records(
    poison: &Poison,
    asked: RecordType,
    query: &Query,
    draw: &Draw<'_>,
    reply: &mut Reply<'_>,
) {
    let wants = |rtype| asked == rtype || asked == RecordType::ANY;
    let mut owner = Owner::Question;
    // Only what is drawn takes a turn: the counters are shared by all workers.
    let varies = |ttl: TtlSpec| ttl.least < ttl.most;
    let turn = if varies(poison.ttl) || poison.cname_ttl.is_some_and(varies) {
        draw.turn(poison.turn)
    } else {
        0
    };
    let ttl = drawn(poison.ttl, poison.turn, turn, draw);
    if let Some(alias) = &poison.cname {
        let ttl = poison.cname_ttl.map_or(ttl, |range| drawn(range, poison.turn, !turn, draw));
        reply.record(Section::Answer, owner, RecordType::CNAME, ttl, |out| write_wire(alias, out));
        owner = Owner::Name(alias);
        // RFC 1034 section 3.6.2: whoever asks for the alias itself wants no more than it.
        if asked == RecordType::CNAME {
            return;
        }
    }
    let choices = [(RecordType::A, &poison.a), (RecordType::AAAA, &poison.aaaa)];
    for (rtype, choice) in choices.into_iter().filter(|(rtype, _)| wants(*rtype)) {
        let Some(choice) = choice else { continue };
        for address in picked(choice, query, draw) {
            reply.record(Section::Answer, owner, rtype, ttl, |out| octets(*address, out));
        }
    }
    if wants(RecordType::TXT) {
        for text in &poison.txt {
            reply.record(Section::Answer, owner, RecordType::TXT, ttl, |out| txt(text, out));
        }
    }
}

/// The addresses of this answer.
fn picked<'c>(choice: &'c Choice, query: &Query, draw: &Draw<'_>) -> &'c [IpAddr] {
    let count = u64::try_from(choice.addresses.len()).unwrap_or(u64::MAX);
    let index = match choice.pick {
        Pick::All => return &choice.addresses,
        Pick::Ring => draw.turn(choice.ring) % count,
        Pick::Random => draw.below(choice.ring, draw.turn(choice.ring), count),
        Pick::ByName => draw.below_by_name(query.name.as_str(), count),
    };
    let index = usize::try_from(index).unwrap_or_default();
    &choice.addresses[index..=index]
}

/// A TTL between the two ends, both included.
fn drawn(ttl: TtlSpec, ring: usize, turn: u64, draw: &Draw<'_>) -> u32 {
    if ttl.least == ttl.most {
        return ttl.least;
    }
    let span = u64::from(ttl.most - ttl.least) + 1;
    ttl.least + u32::try_from(draw.below(ring, turn, span)).unwrap_or_default()
}

fn octets(address: IpAddr, out: &mut Vec<u8>) {
    match address {
        IpAddr::V4(address) => out.extend(address.octets()),
        IpAddr::V6(address) => out.extend(address.octets()),
    }
}

/// Character-strings of at most 255 octets (RFC 1035 section 3.3.14), one at least.
fn txt(text: &str, out: &mut Vec<u8>) {
    let chunks = text.as_bytes().chunks(255).chain(text.is_empty().then_some(&[][..]));
    for chunk in chunks {
        out.push(u8::try_from(chunk.len()).unwrap_or_default());
        out.extend(chunk);
    }
}
