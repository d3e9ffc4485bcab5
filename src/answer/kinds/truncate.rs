//! `truncate`: TC without records: the client is to come back by TCP (RFC 7766 section 5).

use crate::{
    answer::{KindEntry, MessageForm, Output, Planner, kind::PlainKind, options::KindReader},
    model::VerdictKind,
};
use hickory_proto::op::ResponseCode;
use std::time::Duration;

pub(super) const ENTRY: KindEntry =
    KindEntry::bare("truncate", KindReader::Plain(PlainKind { plan, honest: false }));

fn plan(form: &MessageForm, after: Duration, planner: &mut Planner<'_>) {
    // A stream is where a truncated answer sends the client, so there it gets the honest answer.
    if planner.query.transport.is_stream() {
        return planner.push(after, Some(Output::Honest), VerdictKind::Truncate);
    }
    let rcode = (ResponseCode::NoError, true);
    planner.forge(after, rcode, form, VerdictKind::Truncate, |_| {});
}
