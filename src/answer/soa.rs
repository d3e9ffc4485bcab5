//! Negative answers and their SOA (RFC 2308).

use super::{
    kind::AnswerKind,
    options::AnswerOptions,
    plan::Planner,
    wire_form::MessageForm,
    writer::{Owner, ResponseWriter, Section},
};
use crate::{
    dns::{wire_name, write_wire},
    model::VerdictKind,
};
use hickory_proto::{
    op::ResponseCode,
    rr::{Name as WireName, RecordType},
};
use std::time::Duration;

/// The SOA of a negative answer.
#[derive(Debug)]
pub(super) struct NegativeSoa {
    /// In which section it stands.
    place: SoaPlace,
    /// Its owner, where it is another than the name that the rule blocks.
    zone: Option<WireName>,
    /// Its TTL.
    ttl: u32,
    /// Its record data in wire form: written once, because it is the same in every answer.
    data: Box<[u8]>,
}

/// An answer without records.
#[derive(Debug)]
pub(super) struct NegativeAnswer {
    rcode: ResponseCode,
    verdict: VerdictKind,
    soa: NegativeSoa,
}

impl NegativeAnswer {
    /// Reads the options of a negative answer.
    pub(super) fn read(
        rcode: ResponseCode,
        verdict: VerdictKind,
        options: &mut dyn AnswerOptions,
    ) -> Self {
        options.open("a negative answer");
        Self { rcode, verdict, soa: NegativeSoa::read(options) }
    }
}

impl AnswerKind for NegativeAnswer {
    fn plan(&self, form: &MessageForm, after: Duration, planner: &mut Planner<'_>) {
        let blocked = planner.blocked;
        planner.forge(after, (self.rcode, false), form, self.verdict, |response| {
            self.soa.write(response, blocked);
        });
    }
}

/// In which section a negative answer's SOA stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum SoaPlace {
    /// Nowhere.
    None,
    /// In AUTHORITY, as RFC 2308 wants it.
    Authority,
    /// In ADDITIONAL, as RPZ does.
    Additional,
}

/// The words for the places.
const PLACES: [(&str, SoaPlace); 3] = [
    ("none", SoaPlace::None),
    ("authority", SoaPlace::Authority),
    ("additional", SoaPlace::Additional),
];

/// MNAME, RNAME and TTL of the SOA that Unbound gives to a local zone without one; nothing better
/// is known of a censor's.
const DEFAULT: (&str, &str, u32) = ("localhost.", "nobody.invalid.", 10_800);

/// SERIAL, REFRESH, RETRY and EXPIRE of the same.
const DEFAULT_TIMERS: [u32; 4] = [1, 3600, 1200, 604_800];

impl NegativeSoa {
    /// Reads the options about the SOA.
    fn read(options: &mut dyn AnswerOptions) -> Self {
        let place = options.word("soa", "place for the SOA", &PLACES.map(|(word, _)| word));
        let place = place.map_or(SoaPlace::Authority, |index| PLACES[index].1);
        let zone = options.name("zone");
        let (mname, rname) = (options.name("mname"), options.name("rname"));
        Self::new(place, zone, mname, rname, options.ttl("ttl"))
    }

    fn new(
        place: SoaPlace,
        zone: Option<WireName>,
        mname: Option<WireName>,
        rname: Option<WireName>,
        ttl: Option<u32>,
    ) -> Self {
        let named = |name: Option<WireName>, default| {
            name.unwrap_or_else(|| wire_name(default).expect("the defaults are names"))
        };
        let ttl = ttl.unwrap_or(DEFAULT.2);
        let mut data = Vec::new();
        write_wire(&named(mname, DEFAULT.0), &mut data);
        write_wire(&named(rname, DEFAULT.1), &mut data);
        // The MINIMUM is the SOA's own TTL: for so long the answer may be cached.
        data.extend(DEFAULT_TIMERS.into_iter().chain([ttl]).flat_map(u32::to_be_bytes));
        Self { place, zone, ttl, data: data.into() }
    }

    /// Writes the SOA, where one is sent. Its owner is the name that the rule blocks, so that it
    /// lies above the question's (RFC 2308 section 3); a rule that names none leaves the question's
    /// own.
    pub(super) fn write(&self, response: &mut ResponseWriter<'_>, blocked: Option<&str>) {
        let owner = match (&self.zone, blocked) {
            (Some(zone), _) => Owner::Name(zone),
            (None, Some(blocked)) => Owner::Text(blocked),
            (None, None) => Owner::Question,
        };
        let section = match self.place {
            SoaPlace::None => return,
            SoaPlace::Authority => Section::Authority,
            SoaPlace::Additional => Section::Additional,
        };
        response.record(section, owner, RecordType::SOA, self.ttl, |out| out.extend(&self.data));
    }
}

impl Default for NegativeSoa {
    fn default() -> Self {
        Self::new(SoaPlace::Authority, None, None, None, None)
    }
}
