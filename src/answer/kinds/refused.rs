//! `refused`: RCODE 5 (RFC 1035 section 4.1.1).

use crate::{
    answer::{KindEntry, MessageForm, Planner, kind::PlainKind, options::KindReader},
    model::VerdictKind,
};
use hickory_proto::op::ResponseCode;
use std::time::Duration;

pub(super) const ENTRY: KindEntry =
    KindEntry::bare("refused", KindReader::Plain(PlainKind { plan, honest: false }));

fn plan(form: &MessageForm, after: Duration, planner: &mut Planner<'_>) {
    let rcode = (ResponseCode::Refused, false);
    planner.forge(after, rcode, form, VerdictKind::Refused, |_| {});
}
