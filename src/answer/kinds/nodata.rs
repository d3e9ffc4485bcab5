//! `nodata`: NOERROR without records of the type (RFC 2308 section 2.2).

use crate::{
    answer::{KindEntry, soa::NegativeAnswer},
    model::VerdictKind,
};
use hickory_proto::op::ResponseCode;

pub(super) const ENTRY: KindEntry = KindEntry::optional("nodata", |options| {
    Some(Box::new(NegativeAnswer::read(ResponseCode::NoError, VerdictKind::NoData, options)))
});
