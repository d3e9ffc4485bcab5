//! Whether what a rule says of its times and of its grade can be true.

use super::error::CompileError;
use crate::{
    diagnostic::{At, Place, Report},
    model::{Citation, Evidence, Period, Sighting},
};

/// Periods end after they begin, follow each other, and hold when they were seen.
pub(super) fn check_periods(rule: &At<String>, periods: &[At<Period>], report: &mut Report) {
    for At { place, value: period } in periods {
        let place = if periods.len() == 1 { rule.place } else { *place };
        check_period(&format!("rule {:?}", rule.value), place, period, report);
    }
    for two in periods.windows(2) {
        let (end, begin) = (two[0].value.end(), two[1].value.begin());
        if end.zip(begin).is_none_or(|(end, begin)| end > begin) {
            report.add(two[1].place, CompileError::Periods { rule: rule.value.clone() });
        }
    }
}

/// The same of one, with what it is of in words.
pub(super) fn check_period(what: &str, place: Place, period: &Period, report: &mut Report) {
    let what = what.to_owned();
    if let (Some(begin), Some(end)) = (period.begin(), period.end())
        && end <= begin
    {
        let begins = period.since.map(|since| since.to_string());
        let since = begins.unwrap_or_else(|| begin.date().to_string());
        let until = period.until.map_or_else(String::new, |until| until.to_string());
        report.add(place, CompileError::Dates { what, since, until });
    } else if let Some(seen) = period.seen.iter().find(|seen| !holds_when_seen(period, seen)) {
        let (seen, holds) = (seen.to_string(), limits(period));
        report.add(place, CompileError::SeenOutside { what, seen, holds });
    }
}

/// Whether a sighting may lie inside a period: some moment of it does.
fn holds_when_seen(period: &Period, seen: &Sighting) -> bool {
    let last = seen.last.unwrap_or(seen.first);
    let begun = period.since.is_none_or(|since| since.first() <= last.after());
    begun && period.end().is_none_or(|end| seen.first.first() < end)
}

fn limits(period: &Period) -> String {
    let since = period.since.map(|since| format!("since {since}"));
    let until = period.until.map(|until| format!("until {until}"));
    since.into_iter().chain(until).collect::<Vec<_>>().join(", ")
}

/// A rule is measured where a source shows what answer a name of the rule got. A file that does not
/// say what its sources attest is believed.
pub(super) fn check_grade(
    rule: &At<String>,
    evidence: Evidence,
    sources: &[Citation],
    report: &mut Report,
) {
    let is_told = sources.iter().any(Citation::is_specific);
    let is_shown = sources.iter().any(Citation::attests_the_answer);
    if evidence == Evidence::Measured && is_told && !is_shown {
        report.add(rule.place, CompileError::Unattested { rule: rule.value.clone() });
    }
}
