//! `check --sources`: what the sources of rules attest, and what no source does.

use super::{
    style,
    table::{Table, plain},
};
use crate::{
    engine::Engine,
    model::{Attested, Citation, Evidence},
    policy::Rule,
};
use serde_json::{Value, json};

/// What a rule may lack, with the words of a source that attest it.
const LACKS: [(&str, &[Attested]); 4] = [
    ("that DNS is used", &[Attested::Block, Attested::Form]),
    ("the form of the answer", &[Attested::Form]),
    ("the name", &[Attested::Name]),
    ("any date", &[Attested::Since, Attested::Until, Attested::Seen]),
];

/// So many ids are shown for each, as far as there is room.
const SHOWN: usize = 3;

/// For people: numbers, and of the rules that lack something the first ones.
pub(super) fn print(engine: &Engine) {
    let rules: Vec<_> = rules(engine).collect();
    say!("{}{} rules, by their grade of evidence{:#}", style::HEAD, rules.len(), style::HEAD);
    let mut table = Table::default();
    for (grade, count) in grades(&rules) {
        let share = (200 * count + rules.len()) / (2 * rules.len().max(1)); // rounded
        table.row([plain(format!("  {grade}")), plain(count), plain(format!("{share} %"))]);
    }
    table.print();
    say!("\n{}rules of which no source attests{:#}", style::HEAD, style::HEAD);
    let mut table = Table::default().cut();
    for (what, ids) in lacking(&rules) {
        let first = ids.iter().take(SHOWN).copied().collect::<Vec<_>>().join(" ");
        table.row([plain(format!("  {what}")), plain(ids.len()), (first, style::FAINT)]);
    }
    table.print();
    say!("\n{}--json lists them all{:#}", style::FAINT, style::FAINT);
}

/// For programs.
pub(super) fn to_json(engine: &Engine) -> Value {
    let rules: Vec<_> = rules(engine).collect();
    let grades = grades(&rules).map(|(grade, count)| (grade.as_str().to_owned(), count.into()));
    let lacking = lacking(&rules).into_iter();
    json!({
        "rules": rules.len(),
        "evidence": grades.into_iter().collect::<serde_json::Map<_, Value>>(),
        "lacking": lacking
            .map(|(what, ids)| json!({ "what": what, "rules": ids }))
            .collect::<Vec<_>>(),
    })
}

fn rules(engine: &Engine) -> impl Iterator<Item = &Rule> {
    engine.policy.countries().iter().flat_map(|country| country.rules())
}

fn grades(rules: &[&Rule]) -> [(Evidence, usize); 3] {
    let count = |grade| rules.iter().filter(|rule| rule.evidence == grade).count();
    Evidence::ALL.map(|grade| (grade, count(grade)))
}

/// The ids of the rules that lack each kind.
fn lacking<'r>(rules: &[&'r Rule]) -> Vec<(&'static str, Vec<&'r str>)> {
    let ids = |lacks: &dyn Fn(&Rule) -> bool| {
        let lacking = rules.iter().filter(|rule| lacks(rule));
        lacking.map(|rule| rule.id.as_str()).collect::<Vec<_>>()
    };
    let says = |rule: &Rule| rule.sources.iter().any(Citation::is_specific);
    let mut found = vec![("anything by the file's own words", ids(&|rule| !says(rule)))];
    for (what, words) in LACKS {
        let attests = |rule: &Rule| {
            let mut attested = rule.sources.iter().flat_map(|source| &source.attests);
            attested.any(|word| words.contains(word))
        };
        let lacks = ids(&|rule| says(rule) && !attests(rule));
        found.push((what, lacks));
    }
    found
}
