//! Answers: what a censor sends. One key says which kind; `wire` and `ede` say how it looks. Some are made of others: several
//! replies to one query, late ones, and those that come only now and then.

use super::{
    fields::{Fields, Reader},
    negative::{SoaSpec, read_soa},
    poison::{PoisonSpec, read_poison},
    problem::Trouble,
    tree::{Node, Value},
    values::At,
    wire::{EdeSpec, EdnsForm, WireSpec, read_ede, read_wire},
};
use std::time::Duration;

/// What stands behind `answer:` in a rule.
#[derive(Clone, Debug)]
pub enum AnswerRef {
    /// A word: a kind without options, or the name of an entry under `answers`.
    Word(String),
    /// An answer written in place.
    Inline(Box<AnswerSpec>),
}

/// An entry under `answers`.
#[derive(Clone, Debug)]
pub struct AnswerSpec {
    /// What is sent.
    pub kind: KindSpec,
    /// How the message looks.
    pub wire: WireSpec,
    /// An Extended DNS Error (RFC 8914), if one is sent.
    pub ede: Option<EdeSpec>,
}

/// The kinds of answers.
#[derive(Clone, Debug)]
pub enum KindSpec {
    /// What the zones or the upstream say.
    Honest,
    /// RCODE 3.
    NxDomain(SoaSpec),
    /// NOERROR, no records.
    NoData(SoaSpec),
    /// RCODE 5.
    Refused,
    /// RCODE 2.
    ServFail,
    /// Silence.
    Drop,
    /// TC, no records.
    Truncate,
    /// A TCP RST; on UDP silence.
    Reset,
    /// Records that are not honest.
    Poison(Box<PoisonSpec>),
    /// Several replies to one query.
    Race(Vec<RaceStepSpec>),
    /// A late reply.
    Delay(DelaySpec),
    /// A reply that comes only now and then.
    Sometimes(SometimesSpec),
}

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

const KINDS: [&str; 12] =
    ["honest", "nxdomain", "nodata", "refused", "servfail", "drop", "truncate", "reset", "poison", "race", "delay", "sometimes"];

/// The kinds that mean nothing without their options.
const NEEDY: [&str; 4] = ["poison", "race", "delay", "sometimes"];

impl AnswerSpec {
    /// The answer that a bare word means, if it is a kind that needs no options.
    #[must_use]
    pub fn bare(word: &str) -> Option<Self> {
        let kind = match word {
            "honest" => KindSpec::Honest,
            "nxdomain" => KindSpec::NxDomain(SoaSpec::default()),
            "nodata" => KindSpec::NoData(SoaSpec::default()),
            "refused" => KindSpec::Refused,
            "servfail" => KindSpec::ServFail,
            "drop" => KindSpec::Drop,
            "truncate" => KindSpec::Truncate,
            "reset" => KindSpec::Reset,
            _ => return None,
        };
        Some(Self { kind, wire: WireSpec::default(), ede: None })
    }

    /// Whether a word is the key of a kind, so that no answer may have it as its name.
    pub(super) fn is_kind(word: &str) -> bool {
        KINDS.contains(&word)
    }

    /// The bare words, for messages.
    pub fn bare_words() -> impl Iterator<Item = &'static str> {
        KINDS.into_iter().filter(|word| !NEEDY.contains(word))
    }
}

impl KindSpec {
    /// The key that it is written with.
    #[must_use]
    pub const fn word(&self) -> &'static str {
        match self {
            Self::Honest => "honest",
            Self::NxDomain(_) => "nxdomain",
            Self::NoData(_) => "nodata",
            Self::Refused => "refused",
            Self::ServFail => "servfail",
            Self::Drop => "drop",
            Self::Truncate => "truncate",
            Self::Reset => "reset",
            Self::Poison(_) => "poison",
            Self::Race(_) => "race",
            Self::Delay(_) => "delay",
            Self::Sometimes(_) => "sometimes",
        }
    }
}

/// `answer:` of a rule: a word or a map.
pub(super) fn read_answer_ref(node: &Node, reader: &mut Reader<'_>) -> Option<At<AnswerRef>> {
    let answer = match &node.value {
        Value::Scalar(word) | Value::Number(word) => AnswerRef::Word(word.clone()),
        Value::Map(_) => AnswerRef::Inline(Box::new(read_answer(node, reader)?)),
        _ => {
            reader.expected(node, "an answer: a word, the name of an entry under answers, or a map");
            return None;
        }
    };
    Some(reader.at(node, answer))
}

/// An entry under `answers`, or an answer written in place.
pub(super) fn read_answer(node: &Node, reader: &mut Reader<'_>) -> Option<AnswerSpec> {
    if let Value::Scalar(word) = &node.value {
        let bare = AnswerSpec::bare(word);
        if bare.is_none() {
            reader.add(node, Trouble::unknown_answer(word, AnswerSpec::bare_words().map(str::to_owned).collect()));
        }
        return bare;
    }
    let mut fields = Fields::of(node, "an answer", reader);
    let kinds: Vec<_> = KINDS.into_iter().filter(|kind| fields.has(kind)).collect();
    let kind = match kinds[..] {
        [kind] => read_kind(kind, fields.entry(kind), reader),
        _ if !matches!(node.value, Value::Map(_)) => None,
        [] => {
            reader.found(node, "none of them", format!("an answer with one of {}", KINDS.join(", ")));
            None
        }
        [first, second, ..] => {
            let node = fields.entry(second).map_or(node, |(key, _)| key);
            reader.found(node, format!("{second} beside {first}"), "one kind of answer alone");
            None
        }
    };
    for kind in KINDS {
        fields.get(kind);
    }
    let (fields_wire, fields_ede) = (fields.entry("wire"), fields.entry("ede"));
    let wire = fields.get("wire").map(|wire| read_wire(wire, reader));
    let ede = fields.get("ede").and_then(|ede| read_ede(ede, reader));
    fields.finish(reader);
    if let (Some(KindSpec::Race(_) | KindSpec::Delay(_) | KindSpec::Sometimes(_)), Some((key, _))) =
        (&kind, fields_wire.or(fields_ede))
    {
        reader.found(key, "it beside an answer that is made of others", "wire and ede with those answers");
    }
    let wire = wire.unwrap_or_default();
    if let (Some(_), EdnsForm::Omit | EdnsForm::Echo | EdnsForm::Left, Some((key, _))) = (&ede, wire.edns, fields_ede) {
        reader.found(key, "an ede in an answer without an OPT of its own", "wire with edns: normal, or none, beside it");
    }
    Some(AnswerSpec { kind: kind?, wire, ede })
}

fn read_kind(kind: &'static str, entry: Option<(&Node, &Node)>, reader: &mut Reader<'_>) -> Option<KindSpec> {
    let options = entry.map(|(_, options)| options).filter(|node| !matches!(node.value, Value::Null));
    match (kind, options) {
        ("nxdomain", Some(node)) => Some(KindSpec::NxDomain(read_soa(node, reader))),
        ("nodata", Some(node)) => Some(KindSpec::NoData(read_soa(node, reader))),
        ("poison", Some(node)) => read_poison(node, reader).map(|poison| KindSpec::Poison(Box::new(poison))),
        ("race", Some(node)) => read_race(node, reader).map(KindSpec::Race),
        ("delay", Some(node)) => read_delay(node, reader).map(KindSpec::Delay),
        ("sometimes", Some(node)) => read_sometimes(node, reader).map(KindSpec::Sometimes),
        (needy, None) if NEEDY.contains(&needy) => {
            if let Some((key, _)) = entry {
                reader.found(key, "no options", format!("{needy} with its options"));
            }
            None
        }
        (word, Some(node)) => {
            // `refused: {}` is as good as `refused:`; these kinds have no options to give.
            Fields::of(node, "an answer without options", reader).finish(reader);
            AnswerSpec::bare(word).map(|answer| answer.kind)
        }
        (word, None) => AnswerSpec::bare(word).map(|answer| answer.kind),
    }
}

/// A client that waits longer has given up: `dig` after 15 s, glibc after 30 s, whatever their options.
const LONGEST: Duration = Duration::from_secs(60);

/// More replies to one query than any network was seen to send.
const MOST_STEPS: usize = 16;

/// The steps of `race`.
fn read_race(node: &Node, reader: &mut Reader<'_>) -> Option<Vec<RaceStepSpec>> {
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
fn read_delay(node: &Node, reader: &mut Reader<'_>) -> Option<DelaySpec> {
    let mut fields = Fields::of(node, "a delay", reader);
    let by = fields.need("by", reader).and_then(|by| reader.duration(by, (Duration::ZERO, LONGEST)));
    let then = fields.need("then", reader).and_then(|then| read_answer_ref(then, reader));
    fields.finish(reader);
    Some(DelaySpec { by: by?, then: then? })
}

/// The options of `sometimes`.
fn read_sometimes(node: &Node, reader: &mut Reader<'_>) -> Option<SometimesSpec> {
    let mut fields = Fields::of(node, "sometimes", reader);
    let chance = fields.need("chance", reader).and_then(|chance| reader.chance(chance));
    let then = fields.need("then", reader).and_then(|then| read_answer_ref(then, reader));
    let otherwise = fields.need("else", reader).and_then(|other| read_answer_ref(other, reader));
    fields.finish(reader);
    Some(SometimesSpec { chance: chance?, then: then?, otherwise: otherwise? })
}
