//! When a rule holds, in words and for programs.

use crate::{
    model::{Period, Sighting, StatedTime},
    policy::Rule,
};
use jiff::{ToSpan, civil::DateTime};
use serde_json::{Value, json};

/// In a sentence, with the hours.
pub(crate) fn sentence(rule: &Rule) -> String {
    let periods: Vec<_> = rule.periods.iter().map(in_words).collect();
    let days = periods.join("; again ");
    rule.hours.as_ref().map_or_else(|| days.clone(), |hours| format!("{days}; {hours}"))
}

/// The same of one period.
pub(crate) fn in_words(period: &Period) -> String {
    let Period { since, until, seen } = period;
    let limits = match (since, until) {
        (None, None) if seen.is_empty() => return "on every day; no dates are known".to_owned(),
        (None, None) => {
            return format!("seen {}; beginning and end are not known", list(seen));
        }
        (Some(since), None) => format!("since {since}"),
        (None, Some(until)) => format!("until {until}{}", not_included(period)),
        (Some(since), Some(until)) => {
            format!("since {since}, until {until}{}", not_included(period))
        }
    };
    if seen.is_empty() { limits } else { format!("{limits}; seen {}", list(seen)) }
}

/// A month or a year in which it ended counts whole; a day does not count.
fn not_included(period: &Period) -> &'static str {
    match period.until {
        Some(until) if until.end() == until.first() => ", not that day itself",
        _ => "",
    }
}

/// "2023-06, 2026-02 and 2026-05".
fn list(seen: &[Sighting]) -> String {
    let words: Vec<_> = seen.iter().map(ToString::to_string).collect();
    match words.split_last() {
        Some((last, others)) if !others.is_empty() => format!("{} and {last}", others.join(", ")),
        _ => words.concat(),
    }
}

/// For a table: from when to when.
pub(crate) fn days(rule: &Rule) -> String {
    days_of(&rule.periods)
}

/// The same of the periods of a rule or a finding.
pub(crate) fn days_of(periods: &[Period]) -> String {
    let periods = periods.iter().filter(|period| !period.is_unlimited());
    periods.map(span).collect::<Vec<_>>().join(", ")
}

/// The beginning of the period that holds at a moment: "since 2024-08-30", or "seen 2024-10" where
/// that is the first sighting.
pub(crate) fn begin(rule: &Rule, now: DateTime) -> String {
    let period = rule.periods.iter().find(|period| period.holds(now));
    match period.map(|period| (period.since, period.first_stated())) {
        Some((Some(since), _)) => format!("since {since}"),
        Some((None, Some(seen))) => format!("seen {seen}"),
        _ => String::new(),
    }
}

fn span(period: &Period) -> String {
    let begin = period.since.or_else(|| period.seen.first().map(|seen| seen.first));
    between(begin, period.since.is_some(), period.end())
}

/// From when to the day before the end, for a table; a beginning that no source states is that of
/// the first sighting.
pub(crate) fn between(begin: Option<StatedTime>, is_stated: bool, end: Option<DateTime>) -> String {
    let last = end.and_then(|end| end.checked_sub(1.second()).ok());
    let last = last.map(|last| last.date());
    let seen = if is_stated { "" } else { "seen " };
    match (begin, last) {
        (None, None) => String::new(),
        (None, Some(last)) => format!("to {last}"),
        (Some(begin), None) if is_stated => format!("since {begin}"),
        (Some(begin), None) => format!("seen {begin}"),
        (Some(begin), Some(last)) => format!("{seen}{begin} to {last}"),
    }
}

/// The beginning that a source states.
pub(crate) fn since(rule: &Rule) -> Option<String> {
    rule.periods.first()?.since.map(|time| time.to_string())
}

/// The last end that a source states.
pub(crate) fn until(rule: &Rule) -> Option<String> {
    rule.periods.last()?.until.map(|time| time.to_string())
}

/// When it was seen.
pub(crate) fn seen(rule: &Rule) -> Vec<String> {
    let seen = rule.periods.iter().flat_map(|period| &period.seen);
    seen.map(ToString::to_string).collect()
}

/// Every period, where there are several.
pub(crate) fn periods(rule: &Rule) -> Vec<Value> {
    let several = rule.periods.iter().filter(|_| rule.periods.len() > 1);
    let periods = several.map(|Period { since, until, seen }| {
        json!({
            "since": since.map(|time| time.to_string()),
            "until": until.map(|time| time.to_string()),
            "seen": seen.iter().map(ToString::to_string).collect::<Vec<_>>(),
        })
    });
    periods.collect()
}
