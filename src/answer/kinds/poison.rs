//! `poison`: records that are not honest.

use crate::{
    answer::{
        AddressChoice, AddressFamily, AnswerKind, AnswerOptions, ForgedAlias, KindEntry,
        MessageForm, OptionPlace, OwnerForm, Planner, ResponseWriter, Sampler, TtlRange,
        soa::NegativeSoa,
        writer::{Owner, Section},
    },
    dns::{Name, constants::MAX_NAME_LEN, write_wire},
    model::{Query, VerdictKind},
};
use hickory_proto::{
    op::ResponseCode,
    rr::{Name as WireName, RecordType},
};
use std::{net::IpAddr, time::Duration};

pub(super) const ENTRY: KindEntry = KindEntry::needing("poison", read)
    .such_as("its records with it, such as {poison: {a: 192.0.2.1}}");

/// Forged records.
#[derive(Debug)]
struct Poison {
    a: Option<AddressChoice>,
    aaaa: Option<AddressChoice>,
    /// An alias that stands before the addresses.
    cname: Option<ForgedAlias>,
    txt: Vec<String>,
    /// The TTL of all records, or of all but the alias.
    ttl: TtlRange,
    cname_ttl: Option<TtlRange>,
    /// What a type without forged records gets.
    other_types: OtherTypes,
    /// Whether a page stands at its addresses, as far as is known.
    has_page: bool,
    /// The SOA of a NODATA.
    soa: NegativeSoa,
    /// Which counter of answers the TTLs are drawn by.
    counter: usize,
}

/// What a poison says to a type that it has no records of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum OtherTypes {
    /// What the zones or the upstream say.
    Honest,
    /// NOERROR, no records.
    NoData,
    /// The A records, whatever was asked.
    A,
    /// Silence.
    Drop,
}

/// What a poison says to one type.
enum PoisonOutcome {
    /// The forged records of this type, or of all for ANY.
    Records(RecordType),
    NoData,
    Honest,
    Drop,
}

const OTHER_TYPES: [(&str, OtherTypes); 4] = [
    ("honest", OtherTypes::Honest),
    ("nodata", OtherTypes::NoData),
    ("a", OtherTypes::A),
    ("drop", OtherTypes::Drop),
];

/// For so long may a forged record be cached when the config does not say, in seconds.
const DEFAULT_TTL: TtlRange = TtlRange::fixed(300);

/// Octets of a pointer to a name, and of what stands between a record's name and its data (RFC 1035
/// sections 4.1.4 and 3.2.1).
const POINTER: usize = 2;
const FIXED: usize = 10;

/// Octets of a character-string, at most (RFC 1035 section 3.3).
const CHARACTER_STRING: usize = 255;

fn read(options: &mut dyn AnswerOptions) -> Option<Box<dyn AnswerKind>> {
    options.open("a poison");
    let counter = options.counter();
    let a = options.addresses("a", AddressFamily::V4);
    let aaaa = options.addresses("aaaa", AddressFamily::V6);
    let cname = options.name("cname");
    // `CNAME *.` is a policy's NODATA in RPZ, and `CNAME .` its NXDOMAIN.
    if cname.as_ref().is_some_and(|name| matches!(name.to_ascii().as_str(), "." | "*." | "*")) {
        let expected = "a name; RPZ's `CNAME .` is the answer nxdomain, its `CNAME *.` is nodata";
        options.expect(OptionPlace::Value("cname"), expected);
    }
    let txt = options.texts("txt");
    let (ttl, cname_ttl) = (options.ttl_range("ttl"), options.ttl_range("cname-ttl"));
    let words = OTHER_TYPES.map(|(word, _)| word);
    let other_types = options.word("other-types", "answer for other types", &words);
    let other_types = other_types.map_or(OtherTypes::NoData, |index| OTHER_TYPES[index].1);
    let has_page = options.flag("page").unwrap_or(true);
    if !options.has("a") && !options.has("aaaa") && cname.is_none() && txt.is_empty() {
        let expected = "a poison with at least one of a, aaaa, cname, txt";
        options.reject(OptionPlace::Whole, "none of them", expected);
        return None;
    }
    if !options.has("a") && other_types == OtherTypes::A {
        let expected = "other-types: a only beside a: there are no A records to give";
        options.expect(OptionPlace::Value("other-types"), expected);
    }
    Some(Box::new(Poison {
        a: a?,
        aaaa: aaaa?,
        cname: cname.map(ForgedAlias::new),
        txt,
        ttl: ttl.unwrap_or(DEFAULT_TTL),
        cname_ttl,
        other_types,
        has_page,
        soa: NegativeSoa::default(),
        counter,
    }))
}

impl AnswerKind for Poison {
    fn plan(&self, form: &MessageForm, after: Duration, planner: &mut Planner<'_>) {
        let (query, sampler, blocked) = (planner.query, planner.sampler, planner.blocked);
        let rcode = (ResponseCode::NoError, false);
        match self.outcome(query.qtype.0) {
            PoisonOutcome::Honest => planner.honest(after),
            PoisonOutcome::Drop => {}
            PoisonOutcome::NoData => {
                planner.forge(after, rcode, form, VerdictKind::NoData, |response| {
                    self.soa.write(response, blocked);
                });
            }
            PoisonOutcome::Records(rtype) => {
                let target = self.cname.as_ref().map(|alias| alias.target_of(&query.qname));
                let Some(target) = target.map_or(Some(None), |target| target.map(Some)) else {
                    // As BIND has it where RPZ makes a name too long.
                    let too_long = (ResponseCode::YXDomain, false);
                    return planner.forge(after, too_long, form, VerdictKind::NoData, |_| {});
                };
                planner.forge(after, rcode, form, VerdictKind::Poison, |response| {
                    self.write(rtype, target.as_deref(), query, sampler, response);
                });
            }
        }
    }

    fn record_octets(&self, form: &MessageForm) -> usize {
        let alias = self.cname.as_ref().map_or(0, ForgedAlias::longest);
        let question = match form.wire.owner {
            OwnerForm::Pointer => POINTER,
            OwnerForm::Copy => MAX_NAME_LEN,
        };
        // Behind an alias its name is written out.
        let owner = if alias > 0 { alias } else { question };
        let addresses = [(&self.a, 4), (&self.aaaa, 16)].into_iter().map(|(choice, data)| {
            choice.as_ref().map_or(0, AddressChoice::at_a_time) * (owner + FIXED + data)
        });
        let texts = self.txt.iter().map(|text| {
            let strings = text.len().div_ceil(CHARACTER_STRING).max(1);
            owner + FIXED + text.len() + strings
        });
        let aliases = self.cname.iter().map(|_| question + FIXED + alias);
        addresses.chain(texts).chain(aliases).sum()
    }

    fn pages(&self) -> (Vec<IpAddr>, Vec<&Name>) {
        let choices = [&self.a, &self.aaaa].into_iter().flatten();
        let addresses = choices.flat_map(|choice| choice.addresses.iter().copied());
        let bare = self.cname.as_ref().filter(|_| self.a.is_none() && self.aaaa.is_none());
        let names = bare.map(ForgedAlias::anchor);
        if self.has_page {
            (addresses.collect(), names.into_iter().collect())
        } else {
            (Vec::new(), Vec::new())
        }
    }

    fn alias(&self) -> Option<&ForgedAlias> {
        self.cname.as_ref().filter(|_| self.a.is_some() || self.aaaa.is_some())
    }

    fn plan_alias_target(&self, form: &MessageForm, planner: &mut Planner<'_>) {
        let (query, sampler) = (planner.query, planner.sampler);
        planner.alias_target(form, |response| {
            let turn = if self.ttl.varies() { sampler.turn(self.counter) } else { 0 };
            let ttl = self.ttl.draw(self.counter, turn, sampler);
            let written = self.write_addresses(
                (query.qtype.0, ttl),
                Owner::Question,
                query,
                sampler,
                response,
            );
            if written == 0 {
                self.soa.write(response, None);
            }
        });
    }
}

impl Poison {
    fn outcome(&self, qtype: RecordType) -> PoisonOutcome {
        if self.has(qtype) {
            return PoisonOutcome::Records(qtype);
        }
        match self.other_types {
            OtherTypes::Honest => PoisonOutcome::Honest,
            OtherTypes::Drop => PoisonOutcome::Drop,
            OtherTypes::A => PoisonOutcome::Records(RecordType::A),
            OtherTypes::NoData if self.cname.is_none() => PoisonOutcome::NoData,
            // An alias holds for every type, so where its target has no records it stands alone.
            OtherTypes::NoData => PoisonOutcome::Records(qtype),
        }
    }

    /// Whether there are forged records of this type.
    fn has(&self, qtype: RecordType) -> bool {
        // An alias without addresses answers questions for addresses.
        let bare_alias = self.cname.is_some() && self.a.is_none() && self.aaaa.is_none();
        match qtype {
            RecordType::A => self.a.is_some() || bare_alias,
            RecordType::AAAA => self.aaaa.is_some() || bare_alias,
            RecordType::CNAME => self.cname.is_some(),
            RecordType::TXT => !self.txt.is_empty(),
            RecordType::ANY => true,
            _ => false,
        }
    }

    /// Writes the forged records of a type.
    fn write(
        &self,
        qtype: RecordType,
        alias: Option<&WireName>,
        query: &Query,
        sampler: Sampler<'_>,
        response: &mut ResponseWriter<'_>,
    ) {
        let wants = |rtype| qtype == rtype || qtype == RecordType::ANY;
        let mut owner = Owner::Question;
        // Only what is drawn takes a turn: the counters are shared by all workers.
        let varies = self.ttl.varies() || self.cname_ttl.is_some_and(TtlRange::varies);
        let turn = if varies { sampler.turn(self.counter) } else { 0 };
        let ttl = self.ttl.draw(self.counter, turn, sampler);
        if let Some(alias) = alias {
            // The complement of the turn, so that both TTLs are drawn apart.
            let drawn = self.cname_ttl.map(|range| range.draw(self.counter, !turn, sampler));
            let ttl = drawn.unwrap_or(ttl);
            let section = Section::Answer;
            response.record(section, owner, RecordType::CNAME, ttl, |out| write_wire(alias, out));
            owner = Owner::Name(alias);
            // RFC 1034 section 3.6.2: a question for the alias itself is answered by it alone.
            if qtype == RecordType::CNAME {
                return;
            }
        }
        self.write_addresses((qtype, ttl), owner, query, sampler, response);
        for text in self.txt.iter().filter(|_| wants(RecordType::TXT)) {
            let section = Section::Answer;
            response.record(section, owner, RecordType::TXT, ttl, |out| write_txt(text, out));
        }
    }

    /// Writes the forged addresses that a type wants, and says how many.
    fn write_addresses(
        &self,
        (qtype, ttl): (RecordType, u32),
        owner: Owner<'_>,
        query: &Query,
        sampler: Sampler<'_>,
        response: &mut ResponseWriter<'_>,
    ) -> usize {
        let mut count = 0;
        for (rtype, choice) in [(RecordType::A, &self.a), (RecordType::AAAA, &self.aaaa)] {
            if qtype != rtype && qtype != RecordType::ANY {
                continue;
            }
            for address in choice.iter().flat_map(|choice| choice.pick(&query.qname, sampler)) {
                let section = Section::Answer;
                response.record(section, owner, rtype, ttl, |out| write_address(*address, out));
                count += 1;
            }
        }
        count
    }
}

fn write_address(address: IpAddr, out: &mut Vec<u8>) {
    match address {
        IpAddr::V4(address) => out.extend(address.octets()),
        IpAddr::V6(address) => out.extend(address.octets()),
    }
}

/// Character-strings (RFC 1035 section 3.3.14), one at least.
fn write_txt(text: &str, out: &mut Vec<u8>) {
    let empty = text.is_empty().then_some(&[][..]);
    for chunk in text.as_bytes().chunks(CHARACTER_STRING).chain(empty) {
        out.push(u8::try_from(chunk.len()).expect("chunks have at most 255 octets"));
        out.extend(chunk);
    }
}
