//! Answers made of other answers: several replies to one query, late ones, and those that come only now and then.

use super::{
    answer::{AnswerRef, read_answer_ref},
    fields::{Fields, Reader},
    tree::Node,
    values::At,
};
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

/// A client that waits longer has given up: `dig` after 15 s, glibc after 30 s, whatever their options.
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
    let after = fields.need("after", reader).and_then(|after| reader.duration(after, (Duration::ZERO, LONGEST)));
    let send = fields.need("send", reader).and_then(|send| read_answer_ref(send, reader));
    fields.finish(reader);
    Some(RaceStepSpec { after: after?, send: send? })
}

/// The options of `delay`.
pub(super) fn read_delay(node: &Node, reader: &mut Reader<'_>) -> Option<DelaySpec> {
    let mut fields = Fields::of(node, "a delay", reader);
    let by = fields.need("by", reader).and_then(|by| reader.duration(by, (Duration::ZERO, LONGEST)));
    let then = fields.need("then", reader).and_then(|then| read_answer_ref(then, reader));
    fields.finish(reader);
    Some(DelaySpec { by: by?, then: then? })
}

/// The options of `sometimes`.
pub(super) fn read_sometimes(node: &Node, reader: &mut Reader<'_>) -> Option<SometimesSpec> {
    let mut fields = Fields::of(node, "sometimes", reader);
    let chance = fields.need("chance", reader).and_then(|chance| read_chance(chance, reader));
    let then = fields.need("then", reader).and_then(|then| read_answer_ref(then, reader));
    let otherwise = fields.need("else", reader).and_then(|other| read_answer_ref(other, reader));
    fields.finish(reader);
    Some(SometimesSpec { chance: chance?, then: then?, otherwise: otherwise? })
}

/// A percentage with at most four decimals, as millionths.
fn read_chance(node: &Node, reader: &mut Reader<'_>) -> Option<u32> {
    let expected = "a chance from 0% to 100%, with at most four decimals, such as 98.5%";
    let text = reader.scalar(node, expected)?;
    let chance = text.strip_suffix('%').and_then(millionths);
    if chance.is_none() {
        reader.expected(node, expected);
    }
    chance
}

fn millionths(percent: &str) -> Option<u32> {
    let (whole, decimals) = percent.split_once('.').unwrap_or((percent, "0"));
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|digit| digit.is_ascii_digit());
    if !digits(whole) || !digits(decimals) || decimals.len() > 4 {
        return None;
    }
    let millionths = whole.parse::<u32>().ok()?.checked_mul(10_000)?.checked_add(format!("{decimals:0<4}").parse().ok()?)?;
    (millionths <= 1_000_000).then_some(millionths)
}

#[cfg(test)]
mod tests {
    use super::millionths;

    #[test]
    fn percentages_are_read_to_the_last_decimal() {
        assert_eq!(millionths("98.5"), Some(985_000));
        assert_eq!(millionths("0.0001"), Some(1));
        assert_eq!(millionths("100"), Some(1_000_000));
        for wrong in ["100.0001", "101", "-1", "1.00001", "", ".5", "1.", "1e2"] {
            assert_eq!(millionths(wrong), None, "{wrong}");
        }
    }
}
