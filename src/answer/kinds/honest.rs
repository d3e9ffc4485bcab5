//! `honest`: What the zones or the upstream say.

use crate::answer::{KindEntry, MessageForm, Planner, kind::PlainKind};
use std::time::Duration;

pub(super) const ENTRY: KindEntry = KindEntry::plain("honest", PlainKind { plan, honest: true });

fn plan(_form: &MessageForm, after: Duration, planner: &mut Planner<'_>) {
    planner.honest(after);
}
