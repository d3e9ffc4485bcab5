//! Answers that are made of others: several replies to one query, late ones, those that come only
//! now and then, and those that took turns over the years.

use super::{
    answer::{AnswerRef, read_answer_ref},
    fields::{Fields, Reader},
    problem::Trouble,
    tree::Node,
    values::At,
};
use jiff::civil::Date;
use std::time::Duration;

/// One step of a race.
#[derive(Clone, Debug)]
pub struct RaceStepSpec {
    /// How long after the query.
    pub after: Duration,
    /// What is sent then.
    pub send: At<AnswerRef>,
}

/// An answer that comes late.
#[derive(Clone, Debug)]
pub struct DelaySpec {
    /// By how much.
    pub by: Duration,
    /// What is sent then.
    pub then: At<AnswerRef>,
}

/// An answer that comes only now and then.
#[derive(Clone, Debug)]
pub struct SometimesSpec {
    /// How often, in millionths.
    pub chance: u32,
    /// What is sent then.
    pub then: At<AnswerRef>,
    /// What is sent at other times.
    pub otherwise: At<AnswerRef>,
}

/// One of the answers that took turns.
#[derive(Clone, Debug)]
pub struct DatedSpec {
    /// The first day; the first of them has none.
    pub since: Option<Date>,
    /// What is sent from then on.
    pub send: At<AnswerRef>,
}

/// A client that waits longer has given up: `dig` after 15 s, glibc after 30 s, whatever their
/// options.
const LONGEST: Duration = Duration::from_secs(60);

/// More replies to one query than any network was seen to send.
const MOST_STEPS: usize = 16;

/// The steps of `race`.
pub(super) fn read_race(node: &Node, reader: &mut Reader<'_>) -> Option<Vec<RaceStepSpec>> {
    let items = reader.items(node, "steps");
    if items.is_empty() || items.len() > MOST_STEPS {
        reader.found(node, format!("{} steps", items.len()), format!("1 to {MOST_STEPS}"));
        return None;
    }
    items.into_iter().map(|item| read_step(item, reader)).collect::<Vec<_>>().into_iter().collect()
}

fn read_step(node: &Node, reader: &mut Reader<'_>) -> Option<RaceStepSpec> {
    let mut fields = Fields::of(node, "a step of a race", reader);
    let after = fields
        .need("after", reader)
        .and_then(|after| reader.duration(after, (Duration::ZERO, LONGEST)));
    let send = fields.need("send", reader).and_then(|send| read_answer_ref(send, reader));
    fields.finish(reader);
    Some(RaceStepSpec { after: after?, send: send? })
}

/// The options of `delay`.
pub(super) fn read_delay(node: &Node, reader: &mut Reader<'_>) -> Option<DelaySpec> {
    let mut fields = Fields::of(node, "a delay", reader);
    let by =
        fields.need("by", reader).and_then(|by| reader.duration(by, (Duration::ZERO, LONGEST)));
    let then = fields.need("then", reader).and_then(|then| read_answer_ref(then, reader));
    fields.finish(reader);
    Some(DelaySpec { by: by?, then: then? })
}

/// The options of `sometimes`.
pub(super) fn read_sometimes(node: &Node, reader: &mut Reader<'_>) -> Option<SometimesSpec> {
    let mut fields = Fields::of(node, "sometimes", reader);
    let chance = fields.need("chance", reader).and_then(|chance| reader.chance(chance));
    let then = fields.need("then", reader).and_then(|then| read_answer_ref(then, reader));
    let otherwise = fields.need("else", reader).and_then(|other| read_answer_ref(other, reader));
    fields.finish(reader);
    Some(SometimesSpec { chance: chance?, then: then?, otherwise: otherwise? })
}

/// The entries of `dated`: each holds from its day on, the first from the beginning.
pub(super) fn read_dated(node: &Node, reader: &mut Reader<'_>) -> Option<Vec<DatedSpec>> {
    let items = reader.items(node, "answers with their days");
    if items.len() < 2 {
        reader.expected(node, "two answers at least, each from its day on");
        return None;
    }
    let mut last = None;
    let mut read = |(index, item): (usize, &Node)| {
        let mut fields = Fields::of(item, "a dated answer", reader);
        let (key, day) = (fields.entry("since"), fields.get("since"));
        let since = day.and_then(|day| reader.date(day));
        let send = fields.need("send", reader).and_then(|send| read_answer_ref(send, reader));
        match (key, index) {
            (Some((key, _)), 0) => {
                reader.found(key, "a day in the first", "none: it holds from the beginning")
            }
            (None, 1..) => {
                reader.add(item, Trouble::MissingKey { key: "since", what: "a dated answer" })
            }
            (Some((_, day)), _) if since.is_some() && since <= last => {
                reader.expected(day, "a later day than the one before")
            }
            _ => {}
        }
        fields.finish(reader);
        last = since.or(last);
        Some(DatedSpec { since, send: send? })
    };
    items.into_iter().enumerate().map(&mut read).collect::<Vec<_>>().into_iter().collect()
}
