//! Answers: what a censor sends. One key says which kind; `wire` and `ede` say how it looks. Some
//! are made of others: several replies to one query, late ones, and those that come only now and
//! then.

use super::{
    composed::{
        DatedSpec, DelaySpec, RaceStepSpec, SometimesSpec, read_dated, read_delay, read_race,
        read_sometimes,
    },
    fields::{Fields, Reader},
    negative::{SoaSpec, read_soa},
    poison::{PoisonSpec, read_poison},
    problem::Trouble,
    tree::{Node, Value},
    values::At,
    wire::{EdeSpec, EdnsForm, WireSpec, read_ede, read_parser, read_wire},
};
use crate::query::Parser;

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
    /// How the one who sends it reads queries.
    pub parser: Parser,
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
    /// Answers that took turns over the years.
    Dated(Vec<DatedSpec>),
}

const KINDS: [&str; 13] = [
    "honest",
    "nxdomain",
    "nodata",
    "refused",
    "servfail",
    "drop",
    "truncate",
    "reset",
    "poison",
    "race",
    "delay",
    "sometimes",
    "dated",
];
/// The kinds that mean nothing without their options.
const NEEDY: [&str; 5] = ["poison", "race", "delay", "sometimes", "dated"];

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
        Some(Self { kind, wire: WireSpec::default(), ede: None, parser: Parser::Dns })
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
            Self::Dated(_) => "dated",
        }
    }
}

/// `answer:` of a rule: a word or a map.
pub(super) fn read_answer_ref(node: &Node, reader: &mut Reader<'_>) -> Option<At<AnswerRef>> {
    let answer = match &node.value {
        Value::Scalar(word) | Value::Number(word) => AnswerRef::Word(word.clone()),
        Value::Map(_) => AnswerRef::Inline(Box::new(read_answer(node, reader)?)),
        _ => {
            reader
                .expected(node, "an answer: a word, the name of an entry under answers, or a map");
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
            reader.add(
                node,
                Trouble::unknown_answer(
                    word,
                    AnswerSpec::bare_words().map(str::to_owned).collect(),
                ),
            );
        }
        return bare;
    }
    let mut fields = Fields::of(node, "an answer", reader);
    let kinds: Vec<_> = KINDS.into_iter().filter(|kind| fields.has(kind)).collect();
    let kind = match kinds[..] {
        [kind] => read_kind(kind, fields.entry(kind), reader),
        _ if !matches!(node.value, Value::Map(_)) => None,
        [] => {
            reader.found(
                node,
                "none of them",
                format!("an answer with one of {}", KINDS.join(", ")),
            );
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
    let (fields_wire, fields_ede, fields_parser) =
        (fields.entry("wire"), fields.entry("ede"), fields.entry("parser"));
    let wire = fields.get("wire").map(|wire| read_wire(wire, reader));
    let ede = fields.get("ede").and_then(|ede| read_ede(ede, reader));
    let parser = fields.get("parser").and_then(|parser| read_parser(parser, reader));
    fields.finish(reader);
    if let (
        Some(KindSpec::Race(_) | KindSpec::Delay(_) | KindSpec::Sometimes(_) | KindSpec::Dated(_)),
        Some((key, _)),
    ) = (&kind, fields_wire.or(fields_ede).or(fields_parser))
    {
        reader.found(
            key,
            "it beside an answer that is made of others",
            "wire, ede and parser with those answers",
        );
    }
    let wire = wire.unwrap_or_default();
    if let (Some(_), EdnsForm::Omit | EdnsForm::Echo | EdnsForm::Left, Some((key, _))) =
        (&ede, wire.edns, fields_ede)
    {
        reader.found(
            key,
            "an ede in an answer without an OPT of its own",
            "wire with edns: normal, or none, beside it",
        );
    }
    Some(AnswerSpec { kind: kind?, wire, ede, parser: parser.unwrap_or_default() })
}

fn read_kind(
    kind: &'static str,
    entry: Option<(&Node, &Node)>,
    reader: &mut Reader<'_>,
) -> Option<KindSpec> {
    let options =
        entry.map(|(_, options)| options).filter(|node| !matches!(node.value, Value::Null));
    match (kind, options) {
        ("nxdomain", Some(node)) => Some(KindSpec::NxDomain(read_soa(node, reader))),
        ("nodata", Some(node)) => Some(KindSpec::NoData(read_soa(node, reader))),
        ("poison", Some(node)) => {
            read_poison(node, reader).map(|poison| KindSpec::Poison(Box::new(poison)))
        }
        ("race", Some(node)) => read_race(node, reader).map(KindSpec::Race),
        ("delay", Some(node)) => read_delay(node, reader).map(KindSpec::Delay),
        ("sometimes", Some(node)) => read_sometimes(node, reader).map(KindSpec::Sometimes),
        ("dated", Some(node)) => read_dated(node, reader).map(KindSpec::Dated),
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
