//! Poison: forged records, and what is said to types that have none.

use super::{
    fields::{Fields, Reader},
    pool::{AddressesSpec, Family, read_addresses},
    tree::Node,
};
use hickory_proto::rr::Name as WireName;

/// Forged records.
#[derive(Clone, Debug)]
pub struct PoisonSpec {
    /// A records.
    pub a: Option<AddressesSpec>,
    /// AAAA records.
    pub aaaa: Option<AddressesSpec>,
    /// An alias that stands before the addresses.
    pub cname: Option<WireName>,
    /// TXT records.
    pub txt: Vec<String>,
    /// The TTL of all records, or of all but the alias.
    pub ttl: TtlSpec,
    /// The TTL of the alias, if it is another.
    pub cname_ttl: Option<TtlSpec>,
    /// What is said when a type is asked that has no forged records.
    pub other_types: OtherTypes,
}

/// A TTL in seconds: fixed when both ends are the same, else drawn for every answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TtlSpec {
    /// The least.
    pub least: u32,
    /// The greatest.
    pub most: u32,
}

/// What a poison says to a type that it has no records of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OtherTypes {
    /// What the zones or the upstream say.
    Honest,
    /// NOERROR, no records.
    NoData,
    /// The A records, whatever was asked.
    A,
    /// Silence.
    Drop,
}

/// For so long may a forged record be cached when the config does not say.
const DEFAULT_TTL: TtlSpec = TtlSpec { least: 300, most: 300 };

/// The options of `poison`.
pub(super) fn read_poison(node: &Node, reader: &mut Reader<'_>) -> Option<PoisonSpec> {
    let mut fields = Fields::of(node, "a poison", reader);
    let a = fields.get("a").map(|list| read_addresses(list, Family::V4, reader));
    let aaaa = fields.get("aaaa").map(|list| read_addresses(list, Family::V6, reader));
    let cname = fields.get("cname").and_then(|name| reader.name(name));
    let texts = fields.get("txt").map_or(Vec::new(), |list| reader.items(list, "texts"));
    let txt: Vec<_> = texts
        .into_iter()
        .filter_map(|text| reader.string(text, "a text"))
        .map(|at| at.value)
        .collect();
    let ttl = fields.get("ttl").and_then(|ttl| read_ttl(ttl, reader));
    let cname_ttl = fields.get("cname-ttl").and_then(|ttl| read_ttl(ttl, reader));
    let others = [
        ("honest", OtherTypes::Honest),
        ("nodata", OtherTypes::NoData),
        ("a", OtherTypes::A),
        ("drop", OtherTypes::Drop),
    ];
    let other_node = fields.get("other-types");
    let other_types =
        other_node.and_then(|word| reader.word(word, "answer for other types", &others));
    fields.finish(reader);
    if a.is_none() && aaaa.is_none() && cname.is_none() && txt.is_empty() {
        reader.found(node, "none of them", "a poison with at least one of a, aaaa, cname, txt");
        return None;
    }
    if let (None, Some(OtherTypes::A), Some(other)) = (&a, other_types, other_node) {
        reader.expected(other, "other-types: a only beside a: there are no A records to give");
    }
    Some(PoisonSpec {
        a,
        aaaa,
        cname,
        txt,
        ttl: ttl.unwrap_or(DEFAULT_TTL),
        cname_ttl,
        other_types: other_types.unwrap_or(OtherTypes::NoData),
    })
}

/// `60s`, or `[60s, 300s]` for any TTL between the two.
fn read_ttl(node: &Node, reader: &mut Reader<'_>) -> Option<TtlSpec> {
    let items = reader.items(node, "one TTL or two");
    let count = items.len();
    let seconds: Vec<u32> = items.into_iter().filter_map(|item| reader.ttl(item)).collect();
    match seconds[..] {
        [ttl] if count == 1 => return Some(TtlSpec { least: ttl, most: ttl }),
        [least, most] if count == 2 && least <= most => return Some(TtlSpec { least, most }),
        [least, most] if count == 2 => {
            reader.found(
                node,
                format!("{least}s before {most}s"),
                "the least TTL first, then the greatest",
            );
        }
        _ if seconds.len() == count => {
            reader.found(node, format!("{count} TTLs"), "one, or the least and the greatest")
        }
        // Those that cannot be read have been reported.
        _ => {}
    }
    None
}
