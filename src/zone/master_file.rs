//! Reading master files (RFC 1035 section 5): directives, owners, TTLs, classes and types here; the
//! data of records in `record_data`, with `domain`; what a zone may hold is checked in the end, the
//! last of it by hickory's zone store.

mod entry;
mod fields;
mod head;
mod held_set;
mod location;
mod record_data;
mod scanner;
mod service_params;
#[cfg(test)]
mod tests;

use crate::{
    dns::{read_wire, write_wire},
    files::TEXT,
};
use domain::base::Rtype;
use entry::{Entry, Item, Items, Token};
use head::{Head, checked_ttl, seconds};
use held_set::HeldSet;
use hickory_proto::{
    rr::{LowerName, Name as WireName, RData, Record, RecordSet, RecordType, RrKey, rdata::NULL},
    serialize::binary::{BinDecoder, Restrict},
};
use hickory_server::{
    net::runtime::TokioRuntimeProvider,
    store::in_memory::InMemoryZoneHandler,
    zone_handler::{AxfrPolicy, ZoneType},
};
use scanner::{ScanError, ZoneName, name};
use std::{collections::BTreeMap, mem, sync::Arc};
use thiserror::Error;

/// Why a text is no zone.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
#[error("{why}")]
pub struct ZoneError {
    /// The line where the bad entry begins, counted from 1; nothing when the zone as a whole is
    /// wrong.
    pub line: Option<usize>,
    /// The reason.
    pub why: String,
}

impl ZoneError {
    pub(super) fn at(line: usize, why: impl Into<String>) -> Self {
        Self { line: Some(line), why: why.into() }
    }

    fn whole(why: impl Into<String>) -> Self {
        Self { line: None, why: why.into() }
    }
}

/// The records of a zone, found by name and type.
pub(super) type Records = BTreeMap<RrKey, Arc<RecordSet>>;

/// The text of a file that another one includes, or why it cannot be had.
pub(super) type Include<'i> = &'i dyn Fn(&str) -> Result<String, String>;

/// What a master file holds.
pub(super) struct MasterFile {
    /// The zone's own name.
    pub(super) origin: LowerName,
    pub(super) records: Records,
    /// Comments that have a line for themselves, with that line.
    pub(super) comments: Vec<(usize, String)>,
}

/// As many files as may include each other.
const MAX_DEPTH: usize = 8;

/// Files that a zone includes, at most, however often each: eight deep, ten lines a file would
/// stand for a hundred million.
const MOST_INCLUDES: usize = 1000;

/// Reads a master file. `origin` is what names without a last dot are relative to, until the file
/// says it.
pub(super) fn read(
    text: &str,
    origin: Option<&WireName>,
    include: Include<'_>,
) -> Result<MasterFile, ZoneError> {
    let mut reading = Reading {
        include,
        origin: origin.map_or_else(ZoneName::root_vec, zone_name),
        owner: None,
        ttl: None,
        default_ttl: None,
        sets: BTreeMap::new(),
        apex: None,
        comments: Vec::new(),
        room: TEXT.octets(),
        includes: 0,
    };
    reading.room = reading.room.saturating_sub(text.len() as u64);
    reading.text(text, 0)?;
    let apex = reading.apex.ok_or_else(|| ZoneError::whole("this zone has no SOA record"))?;
    let origin = LowerName::from(&apex);
    check(&origin, &reading.sets)?;
    let sets = reading.sets.into_iter().map(|(key, held)| (key, held.finished()));
    let (soa, others): (BTreeMap<_, _>, BTreeMap<_, _>) =
        sets.partition(|(key, _)| key.record_type == RecordType::SOA);
    // hickory's store begins with the SOA; the other sets have been checked, and are put in whole.
    type Store = InMemoryZoneHandler<TokioRuntimeProvider>;
    let mut store =
        Store::new(apex, soa, ZoneType::Primary, AxfrPolicy::Deny).map_err(ZoneError::whole)?;
    let mut records = mem::take(store.records_get_mut());
    records.extend(others.into_iter().map(|(key, set)| (key, Arc::new(set))));
    Ok(MasterFile { origin, records, comments: reading.comments })
}

/// A file that is being read, as far as its next entries depend on those before.
struct Reading<'i> {
    include: Include<'i>,
    origin: ZoneName,
    /// The owner of the record before.
    owner: Option<ZoneName>,
    /// The TTL of the record before, for one that has none where no `$TTL` says it.
    ttl: Option<u32>,
    default_ttl: Option<u32>,
    sets: BTreeMap<RrKey, HeldSet>,
    apex: Option<WireName>,
    comments: Vec<(usize, String)>,
    /// Octets that may still be included.
    room: u64,
    /// Files that were included.
    includes: usize,
}

impl Reading<'_> {
    fn text(&mut self, text: &str, depth: usize) -> Result<(), ZoneError> {
        for item in Items::of(text) {
            match item? {
                Item::Comment(line, said) => self.comments.push((line, said.to_owned())),
                Item::Entry(entry) => {
                    let line = entry.line;
                    self.entry(&entry, depth).map_err(|why| {
                        ZoneError::at(line, format!("this entry cannot be read: {why}"))
                    })?;
                }
            }
        }
        Ok(())
    }

    fn entry(&mut self, entry: &Entry, depth: usize) -> Result<(), ScanError> {
        let first = entry.tokens.first().and_then(Token::word);
        match first.filter(|word| word.starts_with('$') && !entry.indented) {
            Some(word) => self.directive(&word.to_ascii_uppercase(), &entry.tokens[1..], depth),
            None => self.record(entry),
        }
    }

    /// RFC 1035 section 5.1, and `$TTL` of RFC 2308 section 4.
    fn directive(
        &mut self,
        word: &str,
        arguments: &[Token],
        depth: usize,
    ) -> Result<(), ScanError> {
        match (word, arguments) {
            ("$ORIGIN", [origin]) => self.origin = name(origin, &self.origin)?,
            ("$TTL", [said]) => {
                let ttl = said.word().as_deref().and_then(seconds).ok_or_else(|| {
                    ScanError::new(format!("{:?} is no TTL such as 3600 or 1h", said.shown()))
                })?;
                self.default_ttl = Some(checked_ttl(ttl)?);
            }
            ("$INCLUDE", [file]) => self.included(file, None, depth)?,
            ("$INCLUDE", [file, origin]) => {
                self.included(file, Some(name(origin, &self.origin)?), depth)?;
            }
            ("$ORIGIN", _) => return Err(ScanError::new("$ORIGIN has one name")),
            ("$TTL", _) => return Err(ScanError::new("$TTL has one number")),
            ("$INCLUDE", _) => {
                return Err(ScanError::new("$INCLUDE has a file, and perhaps an origin"));
            }
            ("$GENERATE", _) => {
                let why =
                    "$GENERATE is BIND's own: write its records out, as named-compilezone does";
                return Err(ScanError::new(why));
            }
            _ => {
                let known = "$ORIGIN, $TTL and $INCLUDE";
                return Err(ScanError::new(format!("there is no directive {word}, only {known}")));
            }
        }
        Ok(())
    }

    /// Reads another file in this one's place; the origin and the owner of before hold again behind
    /// it.
    fn included(
        &mut self,
        file: &Token,
        origin: Option<ZoneName>,
        depth: usize,
    ) -> Result<(), ScanError> {
        let path = String::from_utf8_lossy(&file.octets()).into_owned();
        if depth == MAX_DEPTH {
            return Err(ScanError::new(format!(
                "{path}: more than {MAX_DEPTH} files in each other"
            )));
        }
        self.includes += 1;
        if self.includes > MOST_INCLUDES {
            let why = format!("{path}: a zone includes at most {MOST_INCLUDES} files");
            return Err(ScanError::new(why));
        }
        let text = (self.include)(&path).map_err(ScanError::new)?;
        self.room = self.room.checked_sub(text.len() as u64).ok_or_else(|| {
            let most = TEXT.octets();
            ScanError::new(format!("{path}: a zone has at most {most} octets, with all included"))
        })?;
        let (outer, owner) = (self.origin.clone(), self.owner.clone());
        self.origin = origin.unwrap_or_else(|| outer.clone());
        // What is a comment in another file says nothing of the zone.
        let comments = self.comments.len();
        self.text(&text, depth + 1).map_err(|ZoneError { line, why }| {
            let line = line.map_or_else(String::new, |line| format!(" line {line}"));
            ScanError::new(format!("in {path}{line}: {why}"))
        })?;
        self.comments.truncate(comments);
        (self.origin, self.owner) = (outer, owner);
        Ok(())
    }

    /// `[OWNER] [TTL] [CLASS] TYPE DATA`, the middle two in either order.
    fn record(&mut self, entry: &Entry) -> Result<(), ScanError> {
        let mut tokens = &entry.tokens[..];
        if !entry.indented {
            self.owner = Some(name(&tokens[0], &self.origin)?);
            tokens = &tokens[1..];
        }
        let owner = self.owner.clone();
        let owner = owner.ok_or_else(|| ScanError::new("no record before it has an owner"))?;
        let head = Head::read(&mut tokens)?;
        let data = record_data::read(head.rtype, tokens, &self.origin)
            .map_err(|why| ScanError::new(format!("{}: {why}", head.rtype)))?;
        let ttl = self.ttl_of(&head, &data)?;
        self.ttl = head.ttl.or(self.ttl).or(Some(ttl));
        let owner = read_wire(owner.as_slice()).expect("a name is one for both libraries");
        // A compressed owner, type, class, TTL and length (RFC 1035 section 4.1.3).
        let octets = 12 + data.len();
        let record = Record::from_rdata(owner, ttl, rdata(head.rtype, data)?);
        self.insert(record, octets, entry.line)
    }

    /// The TTL that stands in the record; else the file's; else that of the record before; else
    /// the SOA's MINIMUM, which RFC 1035 section 3.3.13 meant for it.
    fn ttl_of(&self, head: &Head, data: &[u8]) -> Result<u32, ScanError> {
        if let Some(ttl) = head.ttl.or(self.default_ttl).or(self.ttl) {
            return Ok(ttl);
        }
        match data.last_chunk() {
            Some(minimum) if head.rtype == Rtype::SOA => {
                checked_ttl(u32::from_be_bytes(*minimum).into())
            }
            _ => {
                let why = "it has no TTL, and neither $TTL nor a record before it says one";
                Err(ScanError::new(why))
            }
        }
    }

    fn insert(&mut self, record: Record, octets: usize, line: usize) -> Result<(), ScanError> {
        let (owner, rtype) = (record.name.clone(), record.record_type());
        if rtype == RecordType::SOA {
            self.begin_zone(&owner)?;
        }
        let key = RrKey::new(LowerName::from(&owner), rtype);
        let held = self
            .sets
            .entry(key)
            .or_insert_with(|| HeldSet::new(line, (owner.clone(), rtype, record.ttl)));
        if rtype == RecordType::CNAME && held.says_other_than(&record) {
            let why = format!("{owner} has two CNAME records (RFC 2181 section 10.1)");
            return Err(ScanError::new(why));
        }
        if !held.takes(octets) {
            let why = format!("{owner} has more records of this type than one message holds");
            return Err(ScanError::new(why));
        }
        held.add(record);
        Ok(())
    }

    /// The SOA tells the zone's own name; a file holds one zone.
    fn begin_zone(&mut self, apex: &WireName) -> Result<(), ScanError> {
        match &self.apex {
            Some(first) if LowerName::from(first) == LowerName::from(apex) => {
                Err(ScanError::new(format!("{apex} has a second SOA record")))
            }
            Some(first) => Err(ScanError::new(format!(
                "a second SOA record, of {apex} beside that of {first}; a file holds one zone"
            ))),
            None => {
                self.apex = Some(apex.clone());
                Ok(())
            }
        }
    }
}

/// Record data as hickory keeps it. Those types whose names may be compressed in messages are read
/// (RFC 3597 section 4), the others stay the octets that they are.
fn rdata(rtype: Rtype, octets: Vec<u8>) -> Result<RData, ScanError> {
    let code = RecordType::from(rtype.to_int());
    match rtype {
        Rtype::A | Rtype::AAAA | Rtype::NS | Rtype::CNAME | Rtype::PTR | Rtype::MX | Rtype::SOA => {
            let length = u16::try_from(octets.len()).expect("its length was looked at");
            RData::read(&mut BinDecoder::new(&octets), code, Restrict::new(length))
                .map_err(|why| ScanError::new(why.to_string()))
        }
        _ if octets.is_empty() => Ok(RData::Unknown { code, rdata: NULL::new() }),
        _ => Ok(RData::Unknown { code, rdata: NULL::with(octets) }),
    }
}

fn zone_name(name: &WireName) -> ZoneName {
    let mut octets = Vec::new();
    write_wire(name, &mut octets);
    ZoneName::from_octets(octets).expect("a name is one for both libraries")
}

/// What a zone must not hold.
fn check(origin: &LowerName, sets: &BTreeMap<RrKey, HeldSet>) -> Result<(), ZoneError> {
    if let Some((key, held)) = sets.iter().find(|(key, _)| !origin.zone_of(&key.name)) {
        return Err(ZoneError::at(held.line, format!("{} is not in the zone {origin}", key.name)));
    }
    // What a signer puts beside an alias is no other data (RFC 4034 sections 3 and 4).
    let data =
        || sets.iter().filter(|(key, _)| !matches!(u16::from(key.record_type), 25 | 46 | 47));
    let is_alias = |key: &RrKey| key.record_type == RecordType::CNAME;
    // Keys are in the order of names, so what shares a name stands side by side.
    let mut pairs = data().zip(data().skip(1));
    let beside = pairs.find(|((a, _), (b, _))| a.name == b.name && (is_alias(a) || is_alias(b)));
    beside.map_or(Ok(()), |((key, first), (_, second))| {
        let why = format!("{} has a CNAME beside other data (RFC 1034 section 3.6.2)", key.name);
        Err(ZoneError::at(first.line.max(second.line), why))
    })
}
