//! The SOA of a negative answer.

use super::{
    fields::{Fields, Reader},
    tree::Node,
};
use crate::name::wire_name;
use hickory_proto::rr::Name as WireName;

/// The SOA of a negative answer (RFC 2308 section 3).
#[derive(Clone, Debug)]
pub struct SoaSpec {
    /// In which section it stands.
    pub place: SoaPlace,
    /// Its owner, where it is another than the name that the rule blocks.
    pub zone: Option<WireName>,
    /// MNAME.
    pub mname: WireName,
    /// RNAME.
    pub rname: WireName,
    /// Its TTL, which is also its MINIMUM: for so long the answer may be cached.
    pub ttl: u32,
}

/// In which section a negative answer's SOA stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SoaPlace {
    /// Nowhere.
    None,
    /// In AUTHORITY, as RFC 2308 wants it.
    Authority,
    /// In ADDITIONAL, as RPZ does.
    Additional,
}

/// The SOA that Unbound gives to a local zone without one; nothing better is known of a censor's.
const DEFAULT_SOA: (&str, &str, u32) = ("localhost.", "nobody.invalid.", 10_800);

impl Default for SoaSpec {
    fn default() -> Self {
        let known = |text| wire_name(text).unwrap_or_default();
        let (mname, rname, ttl) = DEFAULT_SOA;
        Self {
            place: SoaPlace::Authority,
            zone: None,
            mname: known(mname),
            rname: known(rname),
            ttl,
        }
    }
}

/// The options of `nxdomain` and `nodata`.
pub(super) fn read_soa(node: &Node, reader: &mut Reader<'_>) -> SoaSpec {
    let mut soa = SoaSpec::default();
    let mut fields = Fields::of(node, "a negative answer", reader);
    let places = [
        ("none", SoaPlace::None),
        ("authority", SoaPlace::Authority),
        ("additional", SoaPlace::Additional),
    ];
    if let Some(place) =
        fields.get("soa").and_then(|word| reader.word(word, "place for the SOA", &places))
    {
        soa.place = place;
    }
    soa.zone = fields.get("zone").and_then(|name| reader.name(name));
    if let Some(mname) = fields.get("mname").and_then(|name| reader.name(name)) {
        soa.mname = mname;
    }
    if let Some(rname) = fields.get("rname").and_then(|name| reader.name(name)) {
        soa.rname = rname;
    }
    if let Some(ttl) = fields.get("ttl").and_then(|ttl| reader.ttl(ttl)) {
        soa.ttl = ttl;
    }
    fields.finish(reader);
    soa
}
