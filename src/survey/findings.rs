//! What is known of names beside the rules, in words and for programs.

use super::{citations::citations_json, period};
use crate::policy::Finding;
use serde_json::{Value, json};

/// "blocked by the name in TLS handshakes, since 2022-03 (measured, OONI-2022)".
pub(crate) fn finding_in_words(finding: &Finding) -> String {
    let what = finding
        .means
        .map_or_else(|| "free".to_owned(), |means| format!("blocked {}", means.in_words()));
    let operator = finding.operator.as_ref().map_or(String::new(), |slug| format!(" at {slug}"));
    let keys: Vec<_> = finding.sources.iter().map(|source| &*source.key).collect();
    let (when, grade, keys) =
        (period::in_words(&finding.period), finding.evidence, keys.join(", "));
    format!("{what}{operator}, {when} ({grade}, {keys})")
}

/// For programs.
pub(crate) fn finding_json(finding: &Finding) -> Value {
    let Finding { patterns, means, operator, period, evidence, sources } = finding;
    json!({
        "state": if means.is_some() { "blocked-elsewhere" } else { "free" },
        "names": patterns.iter().map(ToString::to_string).collect::<Vec<_>>(),
        "means": means.map(|means| means.to_string()),
        "operator": operator,
        "since": period.since.map(|time| time.to_string()),
        "until": period.until.map(|time| time.to_string()),
        "seen": period.seen.iter().map(ToString::to_string).collect::<Vec<_>>(),
        "evidence": evidence.as_str(),
        "sources": citations_json(sources),
    })
}
