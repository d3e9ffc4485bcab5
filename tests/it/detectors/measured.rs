//! The measured rules of the shipped countries: on which day, for which names, and by which line of
//! the table they are judged.

use super::{
    CLEAN,
    survey::Case,
    table::{Line, TABLE},
};
use crate::support::{
    engine::{Decision, Evidence, Lab, Question, Transport, VerdictKind, client_of, decide},
    written::{WrittenPattern, WrittenRule, written_rules},
};
use hickory_proto::rr::RecordType;
use jiff::civil::Date;
use std::collections::BTreeSet;

/// Rules are asked on this day, if they hold on it.
pub(super) const DAY: Date = Date::constant(2026, 11, 22);

/// Every measured rule of every shipped country and operator that holds for UDP, by which the tools
/// ask.
pub(super) fn measured_rules() -> Vec<WrittenRule> {
    let by_udp = |rule: &WrittenRule| {
        rule.transports.is_empty() || rule.transports.contains(&Transport::Udp)
    };
    let all = written_rules().into_iter();
    all.filter(|rule| rule.evidence == Evidence::Measured && by_udp(rule)).collect()
}

fn label(of: &WrittenRule) -> String {
    format!("{} {} {}", of.country, of.operator.as_deref().unwrap_or_default(), of.rule)
}

/// Days on which the rule holds: a late one, and its first, because a later observation of the same
/// name may stand above it.
fn days(rule: &WrittenRule) -> Vec<Date> {
    let late = match (rule.since, rule.until) {
        (_, Some(until)) if until <= DAY => until.yesterday().unwrap(),
        (Some(since), _) if since > DAY => since,
        _ => DAY,
    };
    [Some(late), rule.since].into_iter().flatten().collect()
}

/// A name for each of its patterns, and a day, on which no rule above it takes the name. A pattern
/// of which there is none was observed again, and the first observation decides.
fn names(rule: &WrittenRule, lab: &Lab) -> Vec<(String, Date)> {
    let patterns =
        rule.patterns.as_ref().unwrap_or_else(|| panic!("{}: about which name?", label(rule)));
    let days = days(rule);
    let name = |pattern: &WrittenPattern| {
        let candidates = pattern.candidates.iter();
        let tries = candidates.flat_map(|name| days.iter().map(move |day| (name.clone(), *day)));
        { tries }.find(|(name, day)| decides(rule, lab, name, *day))
    };
    let names: Vec<_> = patterns.iter().filter_map(name).collect();
    assert!(!names.is_empty(), "{} decides about none of its names", label(rule));
    names
}

/// What is said to the name on a day, where the rule holds.
fn decision(rule: &WrittenRule, lab: &Lab, name: &str, day: Date) -> Decision {
    let client = client_of(lab, &rule.country, rule.operator.as_deref());
    let (rtype, transport, now) = (first_type(rule), Transport::Udp, day.into());
    decide(lab, &Question { name, rtype, client, transport, now })
}

fn decides(rule: &WrittenRule, lab: &Lab, name: &str, day: Date) -> bool {
    decision(rule, lab, name, day).rule == Some((rule.rule.clone(), Evidence::Measured))
}

/// A, or the first type of a rule for certain ones.
fn first_type(rule: &WrittenRule) -> RecordType {
    rule.types.first().copied().unwrap_or(RecordType::A)
}

fn holds_for(rule: &WrittenRule, rtype: RecordType) -> bool {
    rule.types.is_empty() || rule.types.contains(&rtype)
}

/// Its questions, each with the number of the line that says what to expect; what is honest is
/// expected clean. A name of which no line speaks is missing.
pub(super) fn cases(
    rule: &WrittenRule,
    lab: &Lab,
    missing: &mut BTreeSet<String>,
) -> Vec<(Case, Option<usize>)> {
    let client = client_of(lab, &rule.country, rule.operator.as_deref());
    let case = |name: &str, day, rtype, expected| {
        let (country, name) = (rule.country.clone(), name.to_owned());
        Case { day, country, client, name, rtype, expected }
    };
    let mut cases = Vec::new();
    for (name, day) in names(rule, lab) {
        let kind = decision(rule, lab, &name, day).verdict;
        if kind == VerdictKind::Honest {
            cases.push((case(&name, day, first_type(rule), CLEAN), None));
            continue;
        }
        let before = cases.len();
        let lines: Vec<_> =
            TABLE.iter().enumerate().filter(|(_, line)| is_of(rule, line, kind)).collect();
        for &(number, line) in &lines {
            // A line about this very rule comes before one about all of its operator's.
            let own = |rtype| {
                line.rule.is_none()
                    && lines.iter().any(|(_, l)| l.rule.is_some() && l.types.contains(rtype))
            };
            let types = line.types.iter().filter(|rtype| holds_for(rule, **rtype) && !own(rtype));
            cases.extend(
                types.map(|rtype| (case(&name, day, *rtype, line.judgement), Some(number))),
            );
        }
        if cases.len() == before {
            missing.insert(format!("{} {kind:?}", label(rule)));
        }
    }
    cases
}

fn is_of(rule: &WrittenRule, line: &Line, kind: VerdictKind) -> bool {
    line.country == rule.country
        && line.operator == rule.operator.as_deref()
        && line.kind == kind
        && line.rule.is_none_or(|name| name == rule.rule)
}
