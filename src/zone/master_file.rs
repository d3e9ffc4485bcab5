//! Reading master files (RFC 1035 section 5) with hickory's parser, and checking what they hold
//! with its zone store.

use hickory_proto::{
    rr::{LowerName, Name as WireName, RecordSet, RecordType, RrKey},
    serialize::txt::Parser,
};
use hickory_server::{
    net::runtime::TokioRuntimeProvider,
    store::in_memory::InMemoryZoneHandler,
    zone_handler::{AxfrPolicy, ZoneType},
};
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

/// The records of a zone, found by name and type.
pub(super) type Records = BTreeMap<RrKey, Arc<RecordSet>>;

/// Reads a master file: the zone's own name, and its records.
pub(super) fn read(
    text: &str,
    origin: Option<&WireName>,
) -> Result<(LowerName, Records), ZoneError> {
    let parse = |text: &str| Parser::new(text.to_owned(), None, origin.cloned()).parse();
    let (_, records) = parse(text)
        .map_err(|why| ZoneError { line: bad_line(text, &parse), why: entry_error(&why) })?;
    let whole = |why: String| ZoneError { line: None, why };
    let is_soa = |key: &&RrKey| key.record_type == RecordType::SOA;
    let mut apexes = records.keys().filter(is_soa).map(|key| key.name.clone());
    let origin = apexes.next().ok_or_else(|| whole("this zone has no SOA record".to_owned()))?;
    if let Some(other) = apexes.next() {
        return Err(whole(format!(
            "this file has two SOA records, of {origin} and of {other}; a file holds one zone"
        )));
    }
    if let Some(stray) = records.keys().find(|key| !origin.zone_of(&key.name)) {
        return Err(whole(format!("{} is not in the zone {origin}", stray.name)));
    }
    if let Some(name) = alias_with_data(&records) {
        return Err(whole(format!(
            "{name} has a CNAME beside other data (RFC 1034 section 3.6.2)"
        )));
    }
    // hickory's store checks what else a zone may hold.
    let (apex, kind) = (WireName::from(&origin), ZoneType::Primary);
    type Store = InMemoryZoneHandler<TokioRuntimeProvider>;
    let mut store = Store::new(apex, records, kind, AxfrPolicy::Deny).map_err(whole)?;
    Ok((origin, mem::take(store.records_get_mut())))
}

/// The first name that has a CNAME and something else.
fn alias_with_data(records: &BTreeMap<RrKey, RecordSet>) -> Option<&LowerName> {
    // Keys are in the order of names, so what shares a name stands side by side.
    let pairs = records.keys().zip(records.keys().skip(1));
    let aliased = |key: &RrKey| key.record_type == RecordType::CNAME;
    pairs
        .into_iter()
        .find(|(a, b)| a.name == b.name && (aliased(a) || aliased(b)))
        .map(|(key, _)| &key.name)
}

/// The parser's reason, without the names of the layers that it passed.
fn entry_error(why: &dyn std::fmt::Display) -> String {
    let why = why.to_string();
    let bare = why.trim_start_matches("proto error: ").trim_start_matches("decoding error: ");
    format!("this entry cannot be read: {bare}")
}

/// The line where the first bad entry begins; the parser does not say. Entries that can be read
/// leave their beginning readable, so the first that cannot be is found by halving.
fn bad_line<T, E>(text: &str, parse: &dyn Fn(&str) -> Result<T, E>) -> Option<usize> {
    let ends = entry_ends(text);
    let good = ends.partition_point(|&end| parse(&text[..end]).is_ok());
    let start = if good == 0 { 0 } else { ends[good - 1] };
    let blank = text[start..]
        .lines()
        .take_while(|line| line.trim_start().is_empty() || line.trim_start().starts_with(';'));
    Some(text[..start].matches('\n').count() + blank.count() + 1)
}

/// Where each entry ends: at the end of a line, but not inside parentheses or a quoted text (RFC
/// 1035 section 5.1).
fn entry_ends(text: &str) -> Vec<usize> {
    let (mut ends, mut depth, mut quoted, mut comment, mut escaped) =
        (Vec::new(), 0_usize, false, false, false);
    for (at, c) in text.char_indices() {
        match c {
            _ if escaped => escaped = false,
            '\n' => {
                comment = false;
                if depth == 0 && !quoted {
                    ends.push(at + 1);
                }
            }
            _ if comment => {}
            '\\' => escaped = true,
            '"' => quoted = !quoted,
            _ if quoted => {}
            ';' => comment = true,
            '(' => depth += 1,
            ')' => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    ends
}
