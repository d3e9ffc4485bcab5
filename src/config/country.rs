//! A country file.

use super::{
    answers::AnswerSpec,
    change::{ChangeSpec, read_change},
    example::{ExampleSpec, read_example},
    fields::{Fields, Reader},
    finding::{FindingSpec, read_findings},
    pool::{PoolSpec, read_pool},
    rule::{RuleSpec, read_rule},
    yaml_tree::Node,
};
use crate::{
    answer::kind_named,
    diagnostic::{At, Report},
    model::CountryCode,
};
use ipnet::IpNet;
use jiff::tz::TimeZone;
use std::path::PathBuf;

/// What a country file says.
#[derive(Clone, Debug)]
pub struct CountrySpec {
    /// The file's number in the report.
    pub file: usize,
    /// Its path in its source; lists and pools stand relative to it.
    pub path: PathBuf,
    /// ISO 3166-1 alpha-2.
    pub country: At<CountryCode>,
    /// The name for people.
    pub name: String,
    /// How its networks block, in a sentence or two.
    pub about: String,
    /// The networks that the file governs.
    pub clients: Vec<At<IpNet>>,
    /// Whether rules are asked about every name that aliases lead to; not when missing.
    pub aliases: Option<bool>,
    /// Its clocks, for rules with hours.
    pub time_zone: Option<TimeZone>,
    /// Addresses to draw from.
    pub pools: Vec<(At<String>, PoolSpec)>,
    /// Named answers, to be read by [`super::AnswerCatalog`].
    pub answers: Vec<(At<String>, AnswerSpec)>,
    /// ISPs that differ.
    pub operators: Vec<OperatorSpec>,
    /// The country's own rules, in order.
    pub rules: Vec<RuleSpec>,
    /// What is known of names beside the rules.
    pub findings: Vec<FindingSpec>,
    /// What was corrected since its rules were first shipped.
    pub changes: Vec<ChangeSpec>,
    /// Questions with the verdict that the author expects.
    pub examples: Vec<ExampleSpec>,
    /// What the rules rest on.
    pub sources: Vec<(At<String>, String)>,
    /// Whether rules of the command line come first; that they leave others nothing is no mistake.
    pub is_tried: bool,
}

/// An ISP whose rules come before the country's.
#[derive(Clone, Debug)]
pub struct OperatorSpec {
    /// The short name for commands.
    pub operator: At<String>,
    /// The name for people.
    pub name: String,
    /// Its networks, inside the country's.
    pub clients: Vec<At<IpNet>>,
    /// As the country's, which holds when missing.
    pub aliases: Option<bool>,
    /// Its rules, in order.
    pub rules: Vec<RuleSpec>,
}

/// Reads a country file. Whatever is wrong goes into the report; nothing comes back when the file
/// cannot mean anything.
pub fn read_country(file: usize, path: PathBuf, report: &mut Report) -> Option<CountrySpec> {
    let reader = &mut Reader::new(report, file);
    let tree = reader.tree()?;
    let mut fields = Fields::of(&tree, "a country file", reader);
    let country = fields.need("country", reader).and_then(|code| reader.country_code(code));
    let name =
        fields.need("name", reader).and_then(|name| reader.string(name, "the name of the country"));
    let about = fields.get("about").and_then(|text| reader.string(text, "a sentence"));
    let clients = fields.need("clients", reader).map_or(Vec::new(), |list| networks(list, reader));
    let aliases = fields.get("aliases").and_then(|word| read_aliases(word, reader));
    let time_zone = fields.get("time-zone").map(|zone| read_time_zone(zone, reader));
    let pools = fields.get("pools").map_or(Vec::new(), |map| reader.named(map, "pools"));
    let pools = pools
        .into_iter()
        .map(|(name, key, pool)| (reader.at(key, name.to_owned()), read_pool(pool, reader)))
        .collect();
    let answers = fields.get("answers").map_or(Vec::new(), |map| reader.named(map, "answers"));
    let answers = answers
        .into_iter()
        .map(|(name, key, answer)| named_answer(name, key, answer, reader))
        .collect();
    let operator_list = fields.get("operators");
    let operators = operator_list.map_or(Vec::new(), |list| reader.items(list, "operators"));
    let operators = operators.into_iter().filter_map(|item| read_operator(item, reader)).collect();
    let own_rules = fields.get("rules");
    let rules = own_rules.map_or(Vec::new(), |list| rules(list, reader));
    let findings = read_findings(&mut fields, reader);
    let changes = fields.get("changes").map_or(Vec::new(), |list| reader.items(list, "changes"));
    let changes = changes.into_iter().filter_map(|item| read_change(item, reader)).collect();
    let examples = fields.get("examples").map_or(Vec::new(), |list| reader.items(list, "examples"));
    let examples = examples.into_iter().filter_map(|item| read_example(item, reader)).collect();
    let sources = fields.get("sources").map_or(Vec::new(), |map| reader.named(map, "sources"));
    let sources = sources
        .into_iter()
        .filter_map(|(name, key, text)| source(name, key, text, reader))
        .collect();
    fields.finish(reader);
    if own_rules.or(operator_list).is_none() && reader.report.is_clean() {
        // A file that is being written may end so, and would let everything through.
        let meant = "if it is to block nothing, write \"rules: []\"";
        reader.warn(&tree, format!("this country has no rules; {meant}"));
    }
    Some(CountrySpec {
        file,
        path,
        country: country?,
        name: name?.value,
        about: about.map_or(String::new(), |at| at.value),
        clients,
        aliases,
        time_zone,
        pools,
        answers,
        operators,
        rules,
        findings,
        changes,
        examples,
        sources,
        is_tried: false,
    })
}

/// One that is no time zone has been reported, and is not missing.
fn read_time_zone(node: &Node, reader: &mut Reader<'_>) -> TimeZone {
    let expected = "a time zone of the IANA database, such as Asia/Shanghai";
    let zone = reader
        .string(node, expected)
        .map(|name| TimeZone::get(&name.value).map_err(|_| reader.expected(node, expected)));
    zone.and_then(Result::ok).unwrap_or(TimeZone::UTC)
}

fn named_answer(
    name: &str,
    key: &Node,
    answer: &Node,
    reader: &mut Reader<'_>,
) -> (At<String>, AnswerSpec) {
    if kind_named(name).is_some() {
        reader.expected(key, format!("a name of its own: {name:?} is a kind of answer"));
    }
    (reader.at(key, name.to_owned()), AnswerSpec::entry(answer, reader))
}

fn source(
    name: &str,
    key: &Node,
    text: &Node,
    reader: &mut Reader<'_>,
) -> Option<(At<String>, String)> {
    let text = reader.string(text, "author, title, year")?.value;
    Some((reader.at(key, name.to_owned()), text))
}

fn read_operator(node: &Node, reader: &mut Reader<'_>) -> Option<OperatorSpec> {
    let mut fields = Fields::of(node, "an operator", reader);
    let operator =
        fields.need("operator", reader).and_then(|name| reader.string(name, "a short name"));
    let name =
        fields.need("name", reader).and_then(|name| reader.string(name, "the name of the ISP"));
    let clients = fields.need("clients", reader).map_or(Vec::new(), |list| networks(list, reader));
    let aliases = fields.get("aliases").and_then(|word| read_aliases(word, reader));
    let rules = fields.need("rules", reader).map_or(Vec::new(), |list| rules(list, reader));
    fields.finish(reader);
    Some(OperatorSpec { operator: operator?, name: name?.value, clients, aliases, rules })
}

fn read_aliases(node: &Node, reader: &mut Reader<'_>) -> Option<bool> {
    reader.word(node, "word for aliases", &[("followed", true), ("ignored", false)])
}

fn networks(node: &Node, reader: &mut Reader<'_>) -> Vec<At<IpNet>> {
    let items = reader.items(node, "networks");
    if items.is_empty() {
        reader.expected(node, "at least one network");
    }
    items.into_iter().filter_map(|item| reader.network(item)).collect()
}

fn rules(node: &Node, reader: &mut Reader<'_>) -> Vec<RuleSpec> {
    reader.items(node, "rules").into_iter().filter_map(|item| read_rule(item, reader)).collect()
}
