//! `reset`: A TCP RST; in datagrams there is no such thing, so silence.

use crate::{
    answer::{KindEntry, MessageForm, Output, Planner, kind::PlainKind, options::KindReader},
    model::VerdictKind,
};
use std::time::Duration;

pub(super) const ENTRY: KindEntry =
    KindEntry::bare("reset", KindReader::Plain(PlainKind { plan, honest: false }));

fn plan(_form: &MessageForm, after: Duration, planner: &mut Planner<'_>) {
    let output = planner.query.transport.is_stream().then_some(Output::Reset);
    planner.push(after, output, VerdictKind::Reset);
}
