//! The names below one that rules lie about: a host or a language of a site, where not all of it
//! is blocked.

use crate::{
    dns::PatternRef,
    model::Holding,
    policy::{Country, Rule},
};
use jiff::civil::DateTime;
use std::collections::BTreeSet;

/// So many are told of a country.
const SHOWN: usize = 3;

/// "China (zh.example.org)" for each of these countries in which rules that hold lie about names
/// below this one.
pub(super) fn names_below<'p>(
    name: &str,
    countries: impl Iterator<Item = &'p Country>,
    now: DateTime,
) -> Vec<String> {
    countries.filter_map(|country| told(country, &below(name, country, now))).collect()
}

fn below(name: &str, country: &Country, now: DateTime) -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    for (rule, patterns) in country.own_rules() {
        collect(name, rule, patterns, now, &mut names);
    }
    for (rule, patterns) in country.operators.iter().flat_map(|operator| operator.own_rules()) {
        collect(name, rule, patterns, now, &mut names);
    }
    names
}

/// Of a rule's names, without those of lists, which may be millions.
fn collect<'p>(
    name: &str,
    rule: &Rule,
    patterns: impl Iterator<Item = PatternRef<'p>>,
    now: DateTime,
    names: &mut BTreeSet<String>,
) {
    let holds = rule.periods.iter().any(|period| period.holding(now) == Holding::Yes);
    if rule.answer.is_honest() || !holds {
        return;
    }
    let anchors = patterns.take(rule.names).filter_map(PatternRef::anchor);
    let is_below = |anchor: &&str| anchor.strip_suffix(name).is_some_and(|s| s.ends_with('.'));
    names.extend(anchors.filter(is_below).map(str::to_owned));
}

fn told(country: &Country, names: &BTreeSet<String>) -> Option<String> {
    let mut shown: Vec<_> = names.iter().take(SHOWN).cloned().collect();
    if names.len() > SHOWN {
        shown.push(format!("{} more", names.len() - SHOWN));
    }
    (!shown.is_empty()).then(|| format!("{} ({})", country.name, shown.join(", ")))
}
