//! Rules: one line of a policy.

use super::{
    answers::AnswerSpec,
    citation::{CitationSpec, read_citations},
    fields::{Fields, Reader},
    hours::read_hours,
    yaml_tree::{Node, Value},
};
use crate::{
    diagnostic::{At, Place},
    dns::{Pattern, Rtype, Transport},
    model::{Evidence, HoursSpan, Period},
};

/// One entry under `rules`.
#[derive(Clone, Debug)]
pub struct RuleSpec {
    /// Its name.
    pub rule: At<String>,
    /// What it matches; those that cannot be read have been reported and are not in it.
    pub names: Option<Vec<At<Pattern>>>,
    /// Files with more patterns, relative to the country file.
    pub lists: Vec<ListSpec>,
    /// The types that it holds for; all when empty.
    pub types: Vec<Rtype>,
    /// The transports that it holds for; all when empty.
    pub transports: Vec<Transport>,
    /// When it holds, in order; one without limits where the file says nothing.
    pub periods: Vec<At<Period>>,
    /// The hours on which it holds; all when empty.
    pub hours: Vec<HoursSpan>,
    /// What is sent.
    pub answer: AnswerSpec,
    /// Citizen Lab category code.
    pub category: Option<String>,
    /// How well it is known.
    pub evidence: Evidence,
    /// What it rests on; nothing when the key was missing, which has been reported.
    pub sources: Option<Vec<CitationSpec>>,
}

/// A file with patterns, one a line.
#[derive(Clone, Debug)]
pub struct ListSpec {
    /// The file, relative to the country file.
    pub file: At<String>,
    /// Whether it may be missing, because users fetch it themselves. It is then looked for in the
    /// folder of such lists first.
    pub is_optional: bool,
}

pub(super) fn read_rule(node: &Node, reader: &mut Reader<'_>) -> Option<RuleSpec> {
    let mut fields = Fields::of(node, "a rule", reader);
    let rule =
        fields.need("rule", reader).and_then(|name| reader.string(name, "the name of the rule"));
    let names = fields.get("names").map(|list| read_patterns(list, reader));
    let lists = fields.get("lists").map_or(Vec::new(), |list| reader.items(list, "file names"));
    let lists = lists.into_iter().filter_map(|item| read_list(item, reader)).collect();
    let types =
        fields.get("types").map_or(Vec::new(), |list| reader.few(list, MOST_TYPES, "record types"));
    let types = types.into_iter().filter_map(|item| reader.record_type(item)).collect();
    let transports = fields
        .get("transports")
        .map_or(Vec::new(), |list| reader.few(list, Transport::ALL.len(), "transports"));
    let transports = transports.into_iter().filter_map(|item| reader.transport(item)).collect();
    let periods = match fields.get("periods") {
        Some(list) => {
            let own = ["since", "until", "seen"].into_iter().filter_map(|key| fields.get(key));
            for key in own {
                reader.expected(key, "no such key beside periods, which have their own");
            }
            read_periods(list, reader)
        }
        None => vec![read_period(node, &mut fields, reader)],
    };
    let hours = fields.get("hours").map_or(Vec::new(), |hours| read_hours(hours, reader));
    let answer = fields.need("answer", reader).map(|node| AnswerSpec::of_rule(node, reader));
    let category = fields.get("category").and_then(|code| read_category(code, reader));
    let evidence = fields.need("evidence", reader).and_then(|word| reader.evidence(word));
    let sources = fields.need("sources", reader).map(|list| read_citations(list, reader));
    fields.finish(reader);
    Some(RuleSpec {
        rule: rule?,
        names,
        lists,
        types,
        transports,
        periods,
        hours,
        answer: answer?,
        category,
        evidence: evidence?,
        sources,
    })
}

/// `names.txt`, or `{file: names.txt, optional: true}`.
fn read_list(node: &Node, reader: &mut Reader<'_>) -> Option<ListSpec> {
    if !matches!(node.value, Value::Map(_)) {
        let file = reader.string(node, "a file name")?;
        return Some(ListSpec { file, is_optional: false });
    }
    let mut fields = Fields::of(node, "a list", reader);
    let file = fields.need("file", reader).and_then(|file| reader.string(file, "a file name"));
    let is_optional = fields.get("optional").and_then(|flag| reader.flag(flag)).unwrap_or(false);
    fields.finish(reader);
    Some(ListSpec { file: file?, is_optional })
}

/// Record types of a rule, at most: some hundred are registered, and each query is compared with
/// all of them.
const MOST_TYPES: usize = 256;

/// Periods of a rule and sightings of a period, at most: each query is compared with all of them.
const MOST_TIMES: usize = 64;

/// `since`, `until` and `seen` of a rule, or of one of its periods.
pub(super) fn read_period(
    node: &Node,
    fields: &mut Fields<'_>,
    reader: &mut Reader<'_>,
) -> At<Period> {
    let since = fields.get("since").and_then(|time| reader.stated_time(time));
    let until = fields.get("until").and_then(|time| reader.stated_time(time));
    let seen = fields.get("seen").map_or(Vec::new(), |list| reader.few(list, MOST_TIMES, "times"));
    let seen = seen.into_iter().filter_map(|time| reader.sighting(time)).collect();
    reader.at(node, Period { since, until, seen })
}

/// `periods`: times with holes between them.
fn read_periods(node: &Node, reader: &mut Reader<'_>) -> Vec<At<Period>> {
    let items = reader.few(node, MOST_TIMES, "periods");
    if items.is_empty() {
        reader.expected(node, "at least one period");
    }
    let read = |item| {
        let mut fields = Fields::of(item, "a period", reader);
        let period = read_period(item, &mut fields, reader);
        fields.finish(reader);
        period
    };
    items.into_iter().map(read).collect()
}

pub(super) fn read_patterns(node: &Node, reader: &mut Reader<'_>) -> Vec<At<Pattern>> {
    let mut patterns = Vec::new();
    for item in reader.items(node, "names") {
        let Some(text) = reader.text(item, "a name or a pattern") else { continue };
        match Pattern::parse(text) {
            Ok(pattern) => patterns.push(reader.at(item, pattern)),
            Err(why) => reader.add(item, why),
        }
    }
    patterns
}

/// Citizen Lab's codes are two to six capital letters; the list grows, so only the form is checked.
fn read_category(node: &Node, reader: &mut Reader<'_>) -> Option<String> {
    let expected = "a Citizen Lab category code such as NEWS or GRP";
    let code = reader.text(node, expected)?;
    if (2..=6).contains(&code.len()) && code.bytes().all(|letter| letter.is_ascii_uppercase()) {
        return Some(code.to_owned());
    }
    reader.expected(node, expected);
    None
}

impl RuleSpec {
    /// Where the rule stands.
    #[must_use]
    pub const fn place(&self) -> Place {
        self.rule.place
    }
}
