//! `honest`: What the zones or the upstream say.

use crate::answer::{KindEntry, MessageForm, Planner, kind::PlainKind, options::KindReader};
use std::time::Duration;

pub(super) const ENTRY: KindEntry =
    KindEntry::bare("honest", KindReader::Plain(PlainKind { plan, honest: true }));

fn plan(_form: &MessageForm, after: Duration, planner: &mut Planner<'_>) {
    planner.honest(after);
}
