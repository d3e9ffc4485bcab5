//! `nodata`: NOERROR without records of the type (RFC 2308 section 2.2).

use crate::{
    answer::{KindEntry, options::KindReader, soa::NegativeAnswer},
    model::VerdictKind,
};
use hickory_proto::op::ResponseCode;

pub(super) const ENTRY: KindEntry = KindEntry::bare(
    "nodata",
    KindReader::Options(|options| {
        Some(Box::new(NegativeAnswer::read(ResponseCode::NoError, VerdictKind::NoData, options)))
    }),
);
