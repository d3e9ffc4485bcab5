//! `drop`: Silence.

use crate::answer::{KindEntry, MessageForm, Planner, kind::PlainKind, options::KindReader};
use std::time::Duration;

pub(super) const ENTRY: KindEntry =
    KindEntry::bare("drop", KindReader::Plain(PlainKind { plan, honest: false }));

fn plan(_form: &MessageForm, _after: Duration, _planner: &mut Planner<'_>) {}
