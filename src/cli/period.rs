//! On which days a rule holds, in words.

use crate::policy::Rule;
use jiff::{ToSpan, civil::Date};

/// In a sentence, with the hours.
pub(super) fn sentence(rule: &Rule) -> String {
    let days = match (rule.since, rule.until) {
        (None, None) => "on every day; no dates are known".to_owned(),
        (Some(since), None) => format!("since {since}"),
        (None, Some(until)) => format!("until {until}, not that day itself"),
        (Some(since), Some(until)) => format!("since {since}, until {until}, not that day itself"),
    };
    rule.hours.as_ref().map_or_else(|| days.clone(), |hours| format!("{days}; {hours}"))
}

/// For a table: the first and the last day, which is the one before `until`.
pub(super) fn days(rule: &Rule) -> String {
    let last = |until: Date| until.checked_sub(1.day()).unwrap_or(until);
    match (rule.since, rule.until) {
        (None, None) => String::new(),
        (Some(since), None) => format!("since {since}"),
        (None, Some(until)) => format!("to {}", last(until)),
        (Some(since), Some(until)) => format!("{since} to {}", last(until)),
    }
}
