//! `nxdomain`: RCODE 3, no such name (RFC 1035 section 4.1.1, RFC 2308 section 2.1).

use crate::{
    answer::{KindEntry, options::KindReader, soa::NegativeAnswer},
    model::VerdictKind,
};
use hickory_proto::op::ResponseCode;

pub(super) const ENTRY: KindEntry = KindEntry::bare(
    "nxdomain",
    KindReader::Options(|options| {
        Some(Box::new(NegativeAnswer::read(ResponseCode::NXDomain, VerdictKind::NxDomain, options)))
    }),
);
