//! Answers: what a censor sends. One key says which kind; `wire` and `ede` say how it looks.

use super::{
    fields::{Fields, Reader},
    pool::{AddressesSpec, Family, read_addresses},
    problem::Trouble,
    tree::{Node, Value},
    values::At,
};
use crate::name::wire_name;
use hickory_proto::rr::Name as WireName;
use std::time::Duration;

/// What stands behind `answer:` in a rule.
#[derive(Clone, Debug)]
pub enum AnswerRef {
    /// A word: a kind without options, or the name of an entry under `answers`.
    Word(String),
    /// An answer written in place.
    Inline(AnswerSpec),
}

/// An entry under `answers`.
#[derive(Clone, Debug)]
pub struct AnswerSpec {
    /// What is sent.
    pub kind: KindSpec,
    /// How the message looks.
    pub wire: WireSpec,
    /// An Extended DNS Error (RFC 8914), if one is sent.
    pub ede: Option<EdeSpec>,
}

/// The kinds of answers.
#[derive(Clone, Debug)]
pub enum KindSpec {
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
    Poison(Box<PoisonSpec>),
}

/// The SOA of a negative answer (RFC 2308 section 3).
#[derive(Clone, Debug)]
pub struct SoaSpec {
    /// In which section it stands.
    pub place: SoaPlace,
    /// MNAME.
    pub mname: WireName,
    /// RNAME.
    pub rname: WireName,
    /// Its TTL, which is also its MINIMUM: for so long the answer may be cached.
    pub ttl: Duration,
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

/// How a message looks. What is not said is as a resolver does it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct WireSpec {
    /// AA; default false.
    pub aa: Option<bool>,
    /// RA; default true.
    pub ra: Option<bool>,
    /// AD; default false.
    pub ad: Option<bool>,
    /// Flags 0x8180 for a query with RD, 0x8400 for one without; the other flags are then not looked at.
    pub flags_by_rd: bool,
    /// How the owner of the records is written.
    pub owner: OwnerForm,
    /// What becomes of EDNS.
    pub edns: EdnsForm,
    /// Zero octets behind the message.
    pub trailing: u16,
}

/// How the owner of a record is written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum OwnerForm {
    /// As a pointer to the question, `c0 0c`.
    #[default]
    Pointer,
    /// As a copy of the question's name.
    Copy,
}

/// What becomes of EDNS in a reply.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum EdnsForm {
    /// An OPT of our own when the query has one (RFC 6891).
    #[default]
    Normal,
    /// No OPT, whatever the query has.
    Omit,
    /// The query's OPT, octet for octet.
    Echo,
}

/// An Extended DNS Error (RFC 8914).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EdeSpec {
    /// INFO-CODE.
    pub code: u16,
    /// EXTRA-TEXT.
    pub text: String,
}

/// A TTL above 2^31 - 1 is read as zero by others (RFC 2181 section 8).
const MAX_TTL: Duration = Duration::from_secs(0x7fff_ffff);

/// The SOA that Unbound gives to a local zone without one; nothing better is known of a censor's.
const DEFAULT_SOA: (&str, &str, Duration) = ("localhost.", "nobody.invalid.", Duration::from_secs(10_800));

/// For so long may a forged record be cached when the config does not say.
const DEFAULT_TTL: TtlSpec = TtlSpec { least: 300, most: 300 };

const KINDS: [&str; 9] = ["honest", "nxdomain", "nodata", "refused", "servfail", "drop", "truncate", "reset", "poison"];

impl AnswerSpec {
    /// The answer that a bare word means, if it is a kind that needs no options.
    #[must_use]
    pub fn bare(word: &str) -> Option<Self> {
        let kind = match word {
            "honest" => KindSpec::Honest,
            "nxdomain" => KindSpec::NxDomain(SoaSpec::default()),
            "nodata" => KindSpec::NoData(SoaSpec::default()),
            "refused" => KindSpec::Refused,
            "servfail" => KindSpec::ServFail,
            "drop" => KindSpec::Drop,
            "truncate" => KindSpec::Truncate,
            "reset" => KindSpec::Reset,
            _ => return None,
        };
        Some(Self { kind, wire: WireSpec::default(), ede: None })
    }

    /// The bare words, for messages.
    #[must_use]
    pub fn bare_words() -> impl Iterator<Item = &'static str> {
        KINDS.into_iter().filter(|word| *word != "poison")
    }
}

impl KindSpec {
    /// The key that it is written with.
    #[must_use]
    pub const fn word(&self) -> &'static str {
        match self {
            Self::Honest => "honest",
            Self::NxDomain(_) => "nxdomain",
            Self::NoData(_) => "nodata",
            Self::Refused => "refused",
            Self::ServFail => "servfail",
            Self::Drop => "drop",
            Self::Truncate => "truncate",
            Self::Reset => "reset",
            Self::Poison(_) => "poison",
        }
    }
}

impl Default for SoaSpec {
    fn default() -> Self {
        let known = |text| wire_name(text).unwrap_or_default();
        let (mname, rname, ttl) = DEFAULT_SOA;
        Self { place: SoaPlace::Authority, mname: known(mname), rname: known(rname), ttl }
    }
}

/// `answer:` of a rule: a word or a map.
pub(super) fn read_answer_ref(node: &Node, reader: &mut Reader<'_>) -> Option<At<AnswerRef>> {
    let answer = match &node.value {
        Value::Scalar(word) => AnswerRef::Word(word.clone()),
        Value::Map(_) => AnswerRef::Inline(read_answer(node, reader)?),
        _ => {
            reader.expected(node, "an answer: a word, the name of an entry under answers, or a map");
            return None;
        }
    };
    Some(reader.at(node, answer))
}

/// An entry under `answers`, or an answer written in place.
pub(super) fn read_answer(node: &Node, reader: &mut Reader<'_>) -> Option<AnswerSpec> {
    if let Value::Scalar(word) = &node.value {
        let bare = AnswerSpec::bare(word);
        if bare.is_none() {
            let expected = AnswerSpec::bare_words().map(str::to_owned).collect();
            reader.add(node, Trouble::UnknownWord { found: word.clone(), what: "answer", expected });
        }
        return bare;
    }
    let mut fields = Fields::of(node, "an answer", reader);
    let kinds: Vec<_> = KINDS.into_iter().filter(|kind| fields.has(kind)).collect();
    let kind = match kinds[..] {
        [kind] => read_kind(kind, fields.get_or_null(kind), reader),
        _ if !matches!(node.value, Value::Map(_)) => None,
        _ => {
            reader.expected(node, format!("an answer with exactly one of {}", KINDS.join(", ")));
            None
        }
    };
    for kind in KINDS {
        fields.get(kind);
    }
    let wire = fields.get("wire").map(|wire| read_wire(wire, reader));
    let ede = fields.get("ede").and_then(|ede| read_ede(ede, reader));
    fields.finish(reader);
    Some(AnswerSpec { kind: kind?, wire: wire.unwrap_or_default(), ede })
}

fn read_kind(kind: &'static str, options: Option<&Node>, reader: &mut Reader<'_>) -> Option<KindSpec> {
    let options = options.filter(|node| !matches!(node.value, Value::Null));
    match (kind, options) {
        ("nxdomain", Some(node)) => Some(KindSpec::NxDomain(read_soa(node, reader))),
        ("nodata", Some(node)) => Some(KindSpec::NoData(read_soa(node, reader))),
        ("poison", Some(node)) => read_poison(node, reader).map(|poison| KindSpec::Poison(Box::new(poison))),
        ("poison", None) => None,
        (word, Some(node)) => {
            // `refused: {}` is as good as `refused:`; these kinds have no options to give.
            Fields::of(node, "an answer without options", reader).finish(reader);
            AnswerSpec::bare(word).map(|answer| answer.kind)
        }
        (word, None) => AnswerSpec::bare(word).map(|answer| answer.kind),
    }
}

fn read_soa(node: &Node, reader: &mut Reader<'_>) -> SoaSpec {
    let mut soa = SoaSpec::default();
    let mut fields = Fields::of(node, "a negative answer", reader);
    let places = [("none", SoaPlace::None), ("authority", SoaPlace::Authority), ("additional", SoaPlace::Additional)];
    if let Some(place) = fields.get("soa").and_then(|word| reader.word(word, "place for the SOA", &places)) {
        soa.place = place;
    }
    if let Some(mname) = fields.get("mname").and_then(|name| read_name(name, reader)) {
        soa.mname = mname;
    }
    if let Some(rname) = fields.get("rname").and_then(|name| read_name(name, reader)) {
        soa.rname = rname;
    }
    if let Some(ttl) = fields.get("ttl").and_then(|ttl| reader.duration(ttl, (Duration::ZERO, MAX_TTL))) {
        soa.ttl = ttl;
    }
    fields.finish(reader);
    soa
}

fn read_poison(node: &Node, reader: &mut Reader<'_>) -> Option<PoisonSpec> {
    let mut fields = Fields::of(node, "a poison", reader);
    let a = fields.get("a").map(|list| read_addresses(list, Family::V4, reader));
    let aaaa = fields.get("aaaa").map(|list| read_addresses(list, Family::V6, reader));
    let cname = fields.get("cname").and_then(|name| read_name(name, reader));
    let texts = fields.get("txt").map_or(Vec::new(), |list| reader.items(list, "texts"));
    let txt: Vec<_> = texts.into_iter().filter_map(|text| reader.string(text, "a text")).map(|at| at.value).collect();
    let ttl = fields.get("ttl").and_then(|ttl| read_ttl(ttl, reader));
    let cname_ttl = fields.get("cname-ttl").and_then(|ttl| read_ttl(ttl, reader));
    let others =
        [("honest", OtherTypes::Honest), ("nodata", OtherTypes::NoData), ("a", OtherTypes::A), ("drop", OtherTypes::Drop)];
    let other_node = fields.get("other-types");
    let other_types = other_node.and_then(|word| reader.word(word, "answer for other types", &others));
    fields.finish(reader);
    if a.is_none() && aaaa.is_none() && cname.is_none() && txt.is_empty() {
        reader.expected(node, "a poison with at least one of a, aaaa, cname, txt");
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

fn read_name(node: &Node, reader: &mut Reader<'_>) -> Option<WireName> {
    let text = reader.text(node, "a domain name")?;
    wire_name(text).map_err(|why| reader.add(node, why)).ok()
}

/// `60s`, or `[60s, 300s]` for any TTL between the two.
fn read_ttl(node: &Node, reader: &mut Reader<'_>) -> Option<TtlSpec> {
    let items = reader.items(node, "one TTL or two");
    let range = (Duration::ZERO, MAX_TTL);
    let seconds: Vec<u32> = items
        .into_iter()
        .filter_map(|item| reader.duration(item, range))
        .filter_map(|ttl| u32::try_from(ttl.as_secs()).ok())
        .collect();
    match seconds[..] {
        [ttl] => Some(TtlSpec { least: ttl, most: ttl }),
        [least, most] if least <= most => Some(TtlSpec { least, most }),
        [] => None,
        _ => {
            reader.expected(node, "one TTL, or the least and the greatest");
            None
        }
    }
}

fn read_wire(node: &Node, reader: &mut Reader<'_>) -> WireSpec {
    let mut fields = Fields::of(node, "wire", reader);
    let mut flag = |key, reader: &mut Reader<'_>| fields.get(key).and_then(|value| reader.flag(value));
    let (aa, ra, ad) = (flag("aa", reader), flag("ra", reader), flag("ad", reader));
    let flags_by_rd = flag("flags-by-rd", reader).unwrap_or_default();
    let owners = [("pointer", OwnerForm::Pointer), ("copy", OwnerForm::Copy)];
    let owner = fields.get("owner").and_then(|word| reader.word(word, "owner form", &owners));
    let forms = [("normal", EdnsForm::Normal), ("omit", EdnsForm::Omit), ("echo", EdnsForm::Echo)];
    let edns = fields.get("edns").and_then(|word| reader.word(word, "EDNS form", &forms));
    // 512 octets are already more than any injector was seen to leave behind.
    let trailing = fields.get("trailing").and_then(|number| reader.number(number, (0, 512)));
    fields.finish(reader);
    WireSpec {
        aa,
        ra,
        ad,
        flags_by_rd,
        owner: owner.unwrap_or_default(),
        edns: edns.unwrap_or_default(),
        trailing: trailing.and_then(|count| u16::try_from(count).ok()).unwrap_or_default(),
    }
}

fn read_ede(node: &Node, reader: &mut Reader<'_>) -> Option<EdeSpec> {
    let mut fields = Fields::of(node, "ede", reader);
    let code = fields.need("code", reader).and_then(|code| reader.number(code, (0, 65_535)));
    let text = fields.get("text").and_then(|text| reader.string(text, "a text"));
    fields.finish(reader);
    Some(EdeSpec { code: u16::try_from(code?).ok()?, text: text.map(|at| at.value).unwrap_or_default() })
}
