//! `servfail`: RCODE 2 (RFC 1035 section 4.1.1).

use crate::{
    answer::{KindEntry, MessageForm, Planner, kind::PlainKind, options::KindReader},
    model::VerdictKind,
};
use hickory_proto::op::ResponseCode;
use std::time::Duration;

pub(super) const ENTRY: KindEntry =
    KindEntry::bare("servfail", KindReader::Plain(PlainKind { plan, honest: false }));

fn plan(form: &MessageForm, after: Duration, planner: &mut Planner<'_>) {
    let rcode = (ResponseCode::ServFail, false);
    planner.forge(after, rcode, form, VerdictKind::ServFail, |_| {});
}
