//! Rules: one line of a policy.

use super::{
    answers::AnswerSpec,
    fields::{Fields, Reader},
    hours::read_hours,
    yaml_tree::Node,
};
use crate::{
    diagnostic::{At, Place},
    dns::{Pattern, Rtype, Transport},
    model::{Evidence, HoursSpan},
};
use jiff::civil::Date;

/// One entry under `rules`.
#[derive(Clone, Debug)]
pub struct RuleSpec {
    /// Its name.
    pub rule: At<String>,
    /// What it matches; those that cannot be read have been reported and are not in it.
    pub names: Option<Vec<At<Pattern>>>,
    /// Files with more patterns, relative to the country file.
    pub lists: Vec<At<String>>,
    /// The types that it holds for; all when empty.
    pub types: Vec<Rtype>,
    /// The transports that it holds for; all when empty.
    pub transports: Vec<Transport>,
    /// The first day; always when missing.
    pub since: Option<Date>,
    /// The first day on which it no longer holds.
    pub until: Option<Date>,
    /// The hours on which it holds; all when empty.
    pub hours: Vec<HoursSpan>,
    /// What is sent.
    pub answer: AnswerSpec,
    /// Citizen Lab category code.
    pub category: Option<String>,
    /// How well it is known.
    pub evidence: Evidence,
    /// Keys under `sources`; nothing when the key was missing or empty, which has been reported.
    pub sources: Option<Vec<At<String>>>,
}

pub(super) fn read_rule(node: &Node, reader: &mut Reader<'_>) -> Option<RuleSpec> {
    let mut fields = Fields::of(node, "a rule", reader);
    let rule =
        fields.need("rule", reader).and_then(|name| reader.string(name, "the name of the rule"));
    let names = fields.get("names").map(|list| read_patterns(list, reader));
    let lists = fields.get("lists").map_or(Vec::new(), |list| reader.items(list, "file names"));
    let lists = lists.into_iter().filter_map(|item| reader.string(item, "a file name")).collect();
    let types =
        fields.get("types").map_or(Vec::new(), |list| reader.few(list, MOST_TYPES, "record types"));
    let types = types.into_iter().filter_map(|item| reader.record_type(item)).collect();
    let transports = fields
        .get("transports")
        .map_or(Vec::new(), |list| reader.few(list, Transport::ALL.len(), "transports"));
    let transports = transports.into_iter().filter_map(|item| reader.transport(item)).collect();
    let since = fields.get("since").and_then(|day| reader.date(day));
    let until = fields.get("until").and_then(|day| reader.date(day));
    let hours = fields.get("hours").map_or(Vec::new(), |hours| read_hours(hours, reader));
    let answer = fields.need("answer", reader).map(|node| AnswerSpec::of_rule(node, reader));
    let category = fields.get("category").and_then(|code| read_category(code, reader));
    let grades = Evidence::ALL.map(|grade| (grade.as_str(), grade));
    let evidence = fields
        .need("evidence", reader)
        .and_then(|word| reader.word(word, "grade of evidence", &grades));
    let sources = fields.need("sources", reader).map(|list| reader.items(list, "sources"));
    let sources = sources.map(|items| {
        items.into_iter().filter_map(|item| reader.string(item, "the key of a source")).collect()
    });
    fields.finish(reader);
    Some(RuleSpec {
        rule: rule?,
        names,
        lists,
        types,
        transports,
        since,
        until,
        hours,
        answer: answer?,
        category,
        evidence: evidence?,
        sources,
    })
}

/// Record types of a rule, at most: some hundred are registered, and each query is compared with
/// all of them.
const MOST_TYPES: usize = 256;

fn read_patterns(node: &Node, reader: &mut Reader<'_>) -> Vec<At<Pattern>> {
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
