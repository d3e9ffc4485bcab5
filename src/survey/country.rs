//! A country with its operators and rules, for programs.

use super::{findings::finding_json, period};
use crate::{
    dns::PatternRef,
    policy::{Change, Country, Operator, Rule},
};
use serde_json::{Value, json};

/// What the list has, and the rules.
pub(crate) fn country_in_full_json(country: &Country) -> Value {
    let mut json = country_json(country);
    json["rules-in-full"] = rules_json(country).into();
    json["findings"] = country.findings.iter().map(finding_json).collect();
    let changes = country.changes.iter();
    json["changes"] = changes
        .map(|Change { id, day, fell, text }| {
            json!({ "id": id, "day": day.to_string(), "fell": fell, "text": text })
        })
        .collect();
    json
}

/// What the list has.
pub(crate) fn country_json(country: &Country) -> Value {
    let operators = country
        .operators
        .iter()
        .map(|Operator { slug, name, clients, .. }| {
            json!({ "operator": slug, "name": name, "clients": clients })
        });
    let evidence: Vec<_> = country.evidence().iter().map(|grade| grade.as_str()).collect();
    json!({
        "country": country.code.to_string(),
        "name": country.name,
        "about": country.about,
        "clients": country.clients,
        "rules": country.rules().count(),
        "evidence": evidence,
        "operators": operators.collect::<Vec<_>>(),
    })
}

/// Its rules for programs.
fn rules_json(country: &Country) -> Vec<Value> {
    let own = country.own_rules().map(|(rule, patterns)| rule_json(None, rule, patterns));
    let mut rules: Vec<_> = own.collect();
    for operator in &country.operators {
        let slug = Some(operator.slug.as_str());
        rules.extend(operator.own_rules().map(|(rule, names)| rule_json(slug, rule, names)));
    }
    rules
}

fn rule_json<'c>(
    operator: Option<&str>,
    rule: &Rule,
    names: impl Iterator<Item = PatternRef<'c>>,
) -> Value {
    json!({
        "operator": operator,
        "rule": rule.slug,
        "id": rule.id,
        "names": names.map(|pattern| pattern.to_string()).collect::<Vec<_>>(),
        "answer": rule.answer.name,
        "since": period::since(rule),
        "until": period::until(rule),
        "seen": period::seen(rule),
        "periods": period::periods(rule),
        "hours": rule.hours.as_ref().map(ToString::to_string),
        "category": rule.category,
        "evidence": rule.evidence.as_str(),
        "sources": rule.sources.iter().map(|source| &*source.key).collect::<Vec<_>>(),
    })
}
