//! One question and who asked it: all that a policy may look at.

use crate::dns::{Name, ParserSet, Rtype, Transport};
use jiff::civil::{Date, DateTime};
use std::net::IpAddr;

/// One question and who asked it.
#[derive(Clone, Debug)]
pub struct Query {
    /// The name asked for.
    pub qname: Name,
    /// The type asked for.
    pub qtype: Rtype,
    /// Who asked.
    pub client: IpAddr,
    /// Over which transport.
    pub transport: Transport,
    /// When it came in, in UTC: rules hold or do not hold at this moment.
    pub arrival: DateTime,
    /// The parsers that have read these octets as this question.
    pub parsers: ParserSet,
}

impl Query {
    /// The day on which the query came in, in UTC.
    #[must_use]
    pub fn day(&self) -> Date {
        self.arrival.date()
    }
}
