//! An RRset while its records are read.

use crate::dns::constants::RECORDS_ROOM;
use hickory_proto::rr::{Name as WireName, RData, Record, RecordSet, RecordType};
use std::collections::HashSet;

/// An RRset that is being read.
pub(super) struct HeldSet {
    /// The line of its first record.
    pub(super) line: usize,
    /// How much room its records take in a message.
    octets: usize,
    name: WireName,
    rtype: RecordType,
    ttl: u32,
    records: Vec<Record>,
    /// What the records say, once there are many.
    known: HashSet<RData>,
}

/// So many records are compared one by one.
const FEW: usize = 8;

impl HeldSet {
    pub(super) fn new(line: usize, (name, rtype, ttl): (WireName, RecordType, u32)) -> Self {
        let (records, known) = (Vec::new(), HashSet::new());
        Self { line, octets: 0, name, rtype, ttl, records, known }
    }

    /// Whether a message has room for a record of so many octets beside the others.
    pub(super) const fn takes(&mut self, octets: usize) -> bool {
        self.octets += octets;
        self.octets <= RECORDS_ROOM
    }

    /// Whether there is a record that says something else.
    pub(super) fn says_other_than(&self, record: &Record) -> bool {
        self.records.iter().any(|other| other.data != record.data)
    }

    /// Adds a record, unless another says the same (RFC 2181 section 5).
    pub(super) fn add(&mut self, mut record: Record) {
        // All records of a set have one TTL, the lowest (RFC 2181 section 5.2).
        self.ttl = self.ttl.min(record.ttl);
        let is_new = if self.records.len() < FEW {
            self.records.iter().all(|other| other.data != record.data)
        } else {
            if self.known.is_empty() {
                self.known.extend(self.records.iter().map(|other| other.data.clone()));
            }
            self.known.insert(record.data.clone())
        };
        if is_new {
            record.name = self.name.clone();
            self.records.push(record);
        }
    }

    pub(super) fn finished(self) -> RecordSet {
        let mut set = RecordSet::with_ttl(self.name, self.rtype, self.ttl);
        set.set_records(self.records);
        set.set_ttl(self.ttl);
        set
    }
}
