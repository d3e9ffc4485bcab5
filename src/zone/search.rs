//! One zone, searched as RFC 1034 section 4.3.2 says.
//!
//! The search is ours because hickory-server 0.26's lets a wildcard answer below names that exist
//! and for types that an existing name lacks; RFC 4592 sections 2.2.1 and 3.3.1 forbid both.

use super::{
    extent::{Contents, Extent},
    master_file::{self, MasterFile, Records, ZoneError},
};
use crate::dns::{constants::DNAME, read_wire};
use hickory_proto::rr::{
    LowerName, Name as WireName, RData, RecordSet, RecordType, RrKey, rdata::CNAME,
};
use std::sync::Arc;

/// An authoritative zone.
#[derive(Debug)]
pub struct Zone {
    origin: LowerName,
    records: Records,
    /// Whether every name below the origin exists, even without records.
    has_all_names: bool,
    extent: Extent,
}

/// What a zone says to a name and a type.
#[derive(Debug)]
pub(super) enum Lookup {
    /// Records of the type (of all types, when all were asked for).
    Records(Vec<Arc<RecordSet>>),
    /// An alias, with the DNAME that it was made of, if it was; the answer goes on at its target.
    Alias(Vec<Arc<RecordSet>>, WireName),
    /// The DNAME above the name makes a name of it that is too long (RFC 6672 section 2.2).
    TooLong(Arc<RecordSet>),
    /// The name exists, the type does not.
    NoData,
    /// The name does not exist.
    NxDomain,
    /// The file does not hold the name, and does not hold all that there is.
    Unknown,
    /// The name is in a zone that other servers hold: their NS records, and their addresses as far
    /// as they are known here.
    Referral(Arc<RecordSet>, Vec<Arc<RecordSet>>),
}

impl Zone {
    /// Reads a master file (RFC 1035 section 5). `origin` is what names without a last dot are
    /// relative to; `include` gives the text of a file that `$INCLUDE` names.
    ///
    /// # Errors
    ///
    /// [`ZoneError`] with the line of the first entry that cannot be read, or with what the zone
    /// lacks.
    pub fn read(
        text: &str,
        origin: Option<&WireName>,
        include: &dyn Fn(&str) -> Result<String, String>,
    ) -> Result<Self, ZoneError> {
        let MasterFile { origin, records, comments } = master_file::read(text, origin, include)?;
        let mut zone = Self { origin, records, has_all_names: false, extent: Extent::default() };
        zone.extent = Extent::read(&comments, &zone.origin, &zone)?;
        Ok(zone)
    }

    /// The same zone, where each name that it lacks exists and has no records.
    pub(super) fn with_all_names_empty(mut self) -> Self {
        self.has_all_names = true;
        self
    }

    /// The zone's own name.
    #[must_use]
    pub const fn origin(&self) -> &LowerName {
        &self.origin
    }

    /// The names and types of all records, for fuzz targets.
    #[cfg(fuzzing)]
    #[doc(hidden)]
    pub fn keys(&self) -> impl Iterator<Item = (WireName, RecordType)> {
        self.records.keys().map(|key| (WireName::from(&key.name), key.record_type))
    }

    /// Whether the file has something to say about the name itself.
    pub(super) fn holds(&self, name: &LowerName) -> bool {
        holds(&self.records, name)
    }

    /// Whether the file has records of the type for the name.
    pub(super) fn holds_set(&self, name: &LowerName, rtype: RecordType) -> bool {
        self.get(name, rtype).is_some()
    }

    /// Whether a type that a name of the zone lacks does not exist: a snapshot need not hold all
    /// types of a name.
    pub(super) const fn is_complete(&self) -> bool {
        self.extent.is_complete()
    }

    /// Whether the zone only counts where no upstream resolver answers.
    pub(super) const fn is_fallback(&self) -> bool {
        self.extent.is_fallback()
    }

    /// Whether records that the zone gives stand in for what no source has: those of the name, or
    /// of the wildcard that answered for it.
    pub(super) fn is_stand_in(&self, name: &LowerName, rtype: RecordType) -> bool {
        let owner = if self.holds(name) {
            Some(name.clone())
        } else {
            self.wildcard_of(&up_to(name, &self.origin))
        };
        owner.is_some_and(|owner| self.extent.is_stand_in(&RrKey::new(owner, rtype)))
    }

    /// The zone's SOA, with the TTL that a negative answer has: the lesser of its own and its
    /// MINIMUM (RFC 2308 section 5).
    pub(super) fn negative_soa(&self) -> RecordSet {
        let own = self.get(&self.origin, RecordType::SOA).expect("without an SOA it is no zone");
        let mut set = RecordSet::clone(own);
        let minimum = set.records_without_rrsigs().find_map(|record| match &record.data {
            RData::SOA(soa) => Some(soa.minimum),
            _ => None,
        });
        set.set_ttl(set.ttl().min(minimum.expect("a set of SOAs holds one")));
        set
    }

    /// What the zone says to a name below its origin.
    pub(super) fn search(&self, written: &WireName, rtype: RecordType) -> Lookup {
        let name = &LowerName::from(written);
        if let Some(referral) = self.referral(name, rtype) {
            return referral;
        }
        let path = up_to(name, &self.origin);
        if let Some(redirected) = self.redirected(written, &path, rtype) {
            return redirected;
        }
        if self.holds(name) {
            return self.at_node(name, rtype);
        }
        if self.extent.is_absent(&path) {
            return Lookup::NxDomain;
        }
        if self.has_all_names {
            return Lookup::NoData;
        }
        match self.wildcard_of(&path) {
            Some(wildcard) => self.at_node(&wildcard, rtype).renamed(name),
            None if self.extent.denies(&path) => Lookup::NxDomain,
            None => Lookup::Unknown,
        }
    }

    /// The wildcard that answers for a name that the zone lacks; `path` is the name and those above
    /// it.
    fn wildcard_of(&self, path: &[LowerName]) -> Option<LowerName> {
        let encloser = path.iter().find(|above| self.holds(above))?;
        let wildcard = WireName::from(encloser).prepend_label("*").map(LowerName::from).ok()?;
        self.holds(&wildcard).then_some(wildcard)
    }

    /// A cut between the apex and the name. The DS of a cut is its parent's to tell (RFC 4035
    /// section 3.1.4.1).
    fn referral(&self, name: &LowerName, rtype: RecordType) -> Option<Lookup> {
        let mut path = up_to(name, &self.origin);
        path.pop();
        let cut = path.into_iter().rev().find(|above| self.get(above, RecordType::NS).is_some())?;
        if cut == *name && rtype == RecordType::DS {
            return None;
        }
        let servers = Arc::clone(self.get(&cut, RecordType::NS)?);
        let hosts = servers.records_without_rrsigs().filter_map(|record| match &record.data {
            RData::NS(host) => Some(LowerName::from(&host.0)),
            _ => None,
        });
        let glue = hosts.flat_map(|host| {
            [RecordType::A, RecordType::AAAA].map(|family| self.get(&host, family).cloned())
        });
        let glue = glue.flatten().collect();
        Some(Lookup::Referral(servers, glue))
    }

    /// A DNAME above the name, which hides what stands below it (RFC 6672 section 2.4): the answer
    /// is the DNAME with a CNAME made of it (section 3.1).
    fn redirected(&self, name: &WireName, path: &[LowerName], rtype: RecordType) -> Option<Lookup> {
        let mut above = path[1..].iter().rev();
        let set = above.find_map(|above| self.get(above, DNAME))?;
        let target = set.records_without_rrsigs().find_map(|record| match &record.data {
            RData::Unknown { rdata, .. } => read_wire(&rdata.anything),
            _ => None,
        });
        // A star counts like any other label here.
        let below = name.iter().count() - set.name().iter().count();
        let prefix = WireName::from_labels(name.iter().take(below)).ok()?;
        let Ok(target) = prefix.append_name(&target?) else {
            return Some(Lookup::TooLong(Arc::clone(set)));
        };
        let mut alias = RecordSet::with_ttl(name.clone(), RecordType::CNAME, set.ttl());
        alias.add_rdata(RData::CNAME(CNAME(target.clone())));
        let sets = vec![Arc::clone(set), Arc::new(alias)];
        Some(match rtype {
            RecordType::CNAME => Lookup::Records(sets),
            _ => Lookup::Alias(sets, target),
        })
    }

    fn at_node(&self, name: &LowerName, rtype: RecordType) -> Lookup {
        if rtype == RecordType::ANY {
            let low = RrKey::new(name.clone(), RecordType::Unknown(u16::MIN));
            let sets: Vec<_> = self
                .records
                .range(low..)
                .take_while(|(key, _)| key.name == *name)
                .map(|(_, set)| Arc::clone(set))
                .collect();
            return if sets.is_empty() { Lookup::NoData } else { Lookup::Records(sets) };
        }
        if let Some(set) = self.get(name, rtype) {
            return Lookup::Records(vec![Arc::clone(set)]);
        }
        let alias = self.get(name, RecordType::CNAME);
        let target = alias.and_then(|set| {
            set.records_without_rrsigs().find_map(|record| match &record.data {
                RData::CNAME(target) => Some(target.0.clone()),
                _ => None,
            })
        });
        match (alias, target) {
            (Some(set), Some(target)) => Lookup::Alias(vec![Arc::clone(set)], target),
            _ => Lookup::NoData,
        }
    }

    fn get(&self, name: &LowerName, rtype: RecordType) -> Option<&Arc<RecordSet>> {
        self.records.get(&RrKey::new(name.clone(), rtype))
    }
}

impl Contents for Zone {
    fn has_name(&self, name: &LowerName) -> bool {
        self.holds(name)
    }

    fn has_records(&self, key: &RrKey) -> bool {
        self.records.contains_key(key)
    }
}

impl Lookup {
    /// Records of a wildcard, owned by the name that was asked for (RFC 4592 section 3.3.1).
    fn renamed(self, name: &LowerName) -> Self {
        let rename = |set: Arc<RecordSet>| {
            let mut renamed =
                RecordSet::with_ttl(WireName::from(name), set.record_type(), set.ttl());
            for record in set.records_without_rrsigs() {
                renamed.add_rdata(record.data.clone());
            }
            Arc::new(renamed)
        };
        match self {
            Self::Records(sets) => Self::Records(sets.into_iter().map(rename).collect()),
            Self::Alias(sets, target) => {
                Self::Alias(sets.into_iter().map(rename).collect(), target)
            }
            other => other,
        }
    }
}

/// Whether a name exists: it has records, or names below it have (RFC 4592 section 2.2.2). In the
/// order of names (RFC 4034 section 6.1) those come right behind it.
fn holds(records: &Records, name: &LowerName) -> bool {
    let least = RrKey::new(name.clone(), RecordType::Unknown(u16::MIN));
    records.range(least..).next().is_some_and(|(key, _)| name.zone_of(&key.name))
}

/// The name and all names above it, up to and with the zone's origin.
fn up_to(name: &LowerName, origin: &LowerName) -> Vec<LowerName> {
    let above = std::iter::successors(Some(name.clone()), |name| {
        (name != origin && !name.is_root()).then(|| name.base_name())
    });
    above.collect()
}

#[cfg(test)]
mod tests {
    use super::Zone;
    use std::time::{Duration, Instant};

    const HEAD: &str =
        "$ORIGIN zone.test.\n$TTL 60\n@ SOA ns host (\n  1 2 ; a (comment\n  3 4 5 )\n@ NS ns\n";

    fn no_files(named: &str) -> Result<String, String> {
        Err(format!("there is no {named}"))
    }

    #[test]
    fn the_line_of_a_bad_entry_is_found_behind_parentheses_quotes_and_comments() {
        let text = format!(
            "{HEAD}t TXT \"a ( b\" \"c; d\"\n; ( a comment\n\nx A 192.0.2.one\ny A 192.0.2.1\n"
        );
        assert_eq!(Zone::read(&text, None, &no_files).unwrap_err().line, Some(10));
        let open = format!("{HEAD}a A 192.0.2.1\nb TXT ( \"open\"\nc A 192.0.2.2\n");
        assert_eq!(Zone::read(&open, None, &no_files).unwrap_err().line, Some(8));
    }

    #[test]
    fn large_zones_are_read_and_their_bad_lines_found_in_no_time() {
        let aliases: String = (0..6000).map(|number| format!("a{number} CNAME ns\n")).collect();
        let begin = Instant::now();
        assert!(Zone::read(&format!("{HEAD}{aliases}"), None, &no_files).is_ok());
        assert_eq!(
            Zone::read(&format!("{HEAD}{aliases}bad A x\n"), None, &no_files).unwrap_err().line,
            Some(6007)
        );
        assert!(begin.elapsed() < Duration::from_secs(10), "{:?}", begin.elapsed());
    }

    #[test]
    fn an_alias_beside_other_data_is_refused() {
        let error =
            Zone::read(&format!("{HEAD}a CNAME ns\na TXT \"no\"\n"), None, &no_files).unwrap_err();
        assert!(error.why.contains("a.zone.test. has a CNAME beside other data"), "{error}");
    }
}
