//! Rules that can never match, because a rule above them always decides first.
//!
//! A pattern's reach is asked of the index by a *probe*: a name that stands for all names that the pattern matches, because
//! the places where those names differ are filled with a letter that stands in no pattern.

use super::{Rule, matcher::Hit, matcher::Matcher};
use crate::{
    name::{Name, Pattern},
    query::Transport,
};

/// The rules above that decide whenever this one could, in their order, if there is one for each of its patterns; else none.
pub(super) fn shadow(rules: &[Rule], matcher: &Matcher, idle: usize) -> Vec<usize> {
    let rule = &rules[idle];
    let mut above = Vec::new();
    for pattern in &rule.patterns {
        let wider = wider_patterns(rules, matcher, pattern).into_iter().map(|hit| hit.rule as usize);
        let Some(first) = wider.take_while(|other| *other < idle).find(|other| always_with(&rules[*other], rule)) else {
            return Vec::new();
        };
        above.push(first);
    }
    above.sort_unstable();
    above.dedup();
    above
}

/// Whether `above` holds on every day, for every type, over every transport and for every reader for which `rule` does.
fn always_with(above: &Rule, rule: &Rule) -> bool {
    let since = above.since.is_none_or(|first| rule.since.is_some_and(|other| first <= other));
    let until = above.until.is_none_or(|end| rule.until.is_some_and(|other| other <= end));
    let within = |of: bool, all: bool| of || all;
    let types = within(above.types.is_empty(), !rule.types.is_empty() && rule.types.iter().all(|t| above.types.contains(t)));
    let all_transports = Transport::ALL.iter().all(|transport| above.transports.contains(transport));
    let transports = within(
        above.transports.is_empty() || all_transports,
        !rule.transports.is_empty() && rule.transports.iter().all(|t| above.transports.contains(t)),
    );
    since && until && above.hours.is_none() && types && transports && above.answer.readers.cover(rule.answer.readers)
}

/// Patterns that match every name that `pattern` matches.
fn wider_patterns(rules: &[Rule], matcher: &Matcher, pattern: &Pattern) -> Vec<Hit> {
    let Some(probe) = probe(pattern) else { return same_text(rules, pattern) };
    let Ok(name) = Name::parse(&probe) else { return Vec::new() };
    let mut hits = matcher.hits(&name);
    hits.retain(|hit| reaches_as_far(&rules[hit.rule as usize].patterns[hit.pattern as usize], pattern));
    hits
}

/// A character that may stand in a name but in no pattern (`PatternError::NotAHost`).
const FILL: &str = ",";

fn probe(pattern: &Pattern) -> Option<String> {
    Some(match pattern {
        Pattern::Exact(name) | Pattern::Suffix(name) => name.clone(),
        Pattern::Below(name) => format!("{FILL}.{name}"),
        Pattern::Ends(text) => format!("{FILL}{text}"),
        Pattern::Begins(text) => format!("{text}{FILL}"),
        Pattern::Contains(text) => format!("{FILL}{text}{FILL}"),
        Pattern::Regex(_) | Pattern::Every => return None,
    })
}

/// Whether a pattern that matches the probe of `narrow` matches all else that `narrow` does. An expression that matches one
/// name need not match the next, so no expression counts; and what is anchored must not be where `narrow` is open.
fn reaches_as_far(wide: &Pattern, narrow: &Pattern) -> bool {
    match (wide, narrow) {
        (Pattern::Every | Pattern::Contains(_), _) => true,
        (_, Pattern::Exact(_)) => true,
        (Pattern::Regex(_), _) => false,
        (Pattern::Exact(_), _) => false,
        (Pattern::Begins(_), _) => matches!(narrow, Pattern::Begins(_)),
        (Pattern::Suffix(_) | Pattern::Below(_) | Pattern::Ends(_), _) => {
            matches!(narrow, Pattern::Suffix(_) | Pattern::Below(_) | Pattern::Ends(_))
        }
    }
}

fn same_text(rules: &[Rule], pattern: &Pattern) -> Vec<Hit> {
    let mut hits = Vec::new();
    for (rule, other) in (0..).zip(rules) {
        let same = |candidate: &Pattern| candidate == pattern || *candidate == Pattern::Every;
        hits.extend((0..).zip(&other.patterns).filter(|(_, p)| same(p)).map(|(n, _)| Hit { rule, pattern: n }));
    }
    hits
}
