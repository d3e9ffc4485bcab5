//! The names below one that rules lie about: a host or a language of a site, where not all of it
//! is blocked.

use crate::{dns::PatternRef, policy::Country};
use jiff::civil::DateTime;
use std::collections::BTreeSet;

/// So many are told of a country.
const SHOWN: usize = 3;

/// "China (zh.example.org)" for each of these countries in which rules that hold lie about names
/// below this one.
pub(crate) fn names_below<'p>(
    name: &str,
    countries: impl Iterator<Item = &'p Country>,
    now: DateTime,
) -> Vec<String> {
    countries.filter_map(|country| told(country, &below(name, country, now))).collect()
}

/// Names of the rules that lie, without those of lists, which may be millions.
fn below(name: &str, country: &Country, now: DateTime) -> BTreeSet<String> {
    let rules = country.rules_with_patterns();
    let lying = rules.filter(|(rule, _)| !rule.answer.is_honest() && rule.is_in_force(now));
    let anchors =
        lying.flat_map(|(rule, patterns)| patterns.take(rule.names).filter_map(PatternRef::anchor));
    let is_below = |anchor: &&str| anchor.strip_suffix(name).is_some_and(|s| s.ends_with('.'));
    anchors.filter(is_below).map(str::to_owned).collect()
}

fn told(country: &Country, names: &BTreeSet<String>) -> Option<String> {
    let mut shown: Vec<_> = names.iter().take(SHOWN).cloned().collect();
    if names.len() > SHOWN {
        shown.push(format!("{} more", names.len() - SHOWN));
    }
    (!shown.is_empty()).then(|| format!("{} ({})", country.name, shown.join(", ")))
}
