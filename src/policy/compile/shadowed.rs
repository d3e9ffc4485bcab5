//! Rules that can never match, because a rule above them always decides first.
//!
//! A pattern's reach is asked of the index by a *probe*: a name that stands for all names that the
//! pattern matches, because the places where those names differ are filled with a letter that
//! stands in no pattern.

use crate::{
    dns::{Form, Name, ParserSet, PatternRef, Transport},
    model::Period,
    policy::{index::PatternIndex, rule::Rule},
};
use std::borrow::Cow;

/// The rules above that decide whenever this one could, in their order, if there is one for each of
/// its patterns; else none. `readers` are the parsers of all who read the queries that these rules
/// are asked about.
pub(super) fn shadowing_rules(
    rules: &[Rule],
    index: &PatternIndex,
    readers: ParserSet,
    idle: usize,
) -> Vec<usize> {
    let rule = &rules[idle];
    let mut above = Vec::new();
    for pattern in index.arena().of_rule(idle) {
        let mut wider = wider_rules(index, pattern).into_iter().take_while(|other| *other < idle);
        let Some(first) = wider.find(|other| always_with(&rules[*other], rule, readers)) else {
            return Vec::new();
        };
        // A list of millions may repeat one rule.
        if above.last() != Some(&first) {
            above.push(first);
        }
    }
    above.sort_unstable();
    above.dedup();
    above
}

/// Whether `above` holds on every day, for every type, over every transport and for every reader
/// for which `rule` does. An honest answer is for all parsers that there are, but no rule is asked
/// about a query for one that nobody here has.
fn always_with(above: &Rule, rule: &Rule, readers: ParserSet) -> bool {
    let within_one = |period: &Period| above.periods.iter().any(|above| above.contains(period));
    let always = rule.periods.iter().all(within_one);
    let within = |of: bool, all: bool| of || all;
    let types = within(
        above.types.is_empty(),
        !rule.types.is_empty() && rule.types.iter().all(|t| above.types.contains(t)),
    );
    let all_transports =
        Transport::ALL.iter().all(|transport| above.transports.contains(transport));
    let transports = within(
        above.transports.is_empty() || all_transports,
        !rule.transports.is_empty() && rule.transports.iter().all(|t| above.transports.contains(t)),
    );
    always
        && above.hours.is_none()
        && types
        && transports
        && above.answer.parsers().contains(rule.answer.parsers().intersection(readers))
}

/// The rules with a pattern that matches every name that `pattern` matches, in order.
fn wider_rules(index: &PatternIndex, pattern: PatternRef<'_>) -> Vec<usize> {
    let wider = match pattern.form {
        Form::Regex | Form::Every => index.same_or_every(pattern),
        form => {
            let Some(probe) = probe(pattern) else { return Vec::new() };
            let mut hits = index.all(&probe);
            hits.retain(|hit| reaches_as_far(hit.pattern.form, form));
            hits
        }
    };
    wider.into_iter().map(|hit| hit.rule).collect()
}

/// A character that may stand in a name but in no pattern (`PatternError::NotAHost`).
const FILL: &str = ",";

fn probe(pattern: PatternRef<'_>) -> Option<Cow<'_, str>> {
    let text = pattern.text;
    let filled = match pattern.form {
        // The text is a folded name by itself, and there may be millions of them.
        Form::Exact | Form::Suffix => return Some(Cow::Borrowed(text)),
        Form::Below => format!("{FILL}.{text}"),
        Form::Ends => format!("{FILL}{text}"),
        Form::Begins => format!("{text}{FILL}"),
        Form::Contains => format!("{FILL}{text}{FILL}"),
        Form::Regex | Form::Every => return None,
    };
    Name::parse(&filled).ok().map(|name| Cow::Owned(name.as_str().to_owned()))
}

/// Whether a pattern that matches the probe of a `narrow` one matches all else that the narrow one
/// does. An expression that matches one name need not match the next, so no expression counts; and
/// what is anchored must not be where `narrow` is open.
const fn reaches_as_far(wide: Form, narrow: Form) -> bool {
    match (wide, narrow) {
        (Form::Every | Form::Contains, _) => true,
        (_, Form::Exact) => true,
        (Form::Regex | Form::Exact, _) => false,
        (Form::Begins, _) => matches!(narrow, Form::Begins),
        (Form::Suffix | Form::Below | Form::Ends, _) => {
            matches!(narrow, Form::Suffix | Form::Below | Form::Ends)
        }
    }
}
