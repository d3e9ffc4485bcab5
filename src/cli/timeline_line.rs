//! A line of `timeline`, for programs.

use super::timeline_spans::{Span, Standing};
use crate::{model::StatedTime, policy::Country};
use serde_json::{Value, json};

/// A country, or one of its operators, with what is known there.
pub(super) struct Line<'l> {
    pub(super) country: &'l Country,
    /// The operator's name in commands; without one it is the country, or all that is in it.
    pub(super) operator: Option<&'l str>,
    pub(super) spans: Vec<Span>,
}

impl Line<'_> {
    pub(super) fn to_json(&self, by_operator: bool) -> Value {
        let written = |moment| StatedTime::of(moment).to_string();
        let periods = self.spans.iter().map(|span| {
            let hours = span.at_hours.then_some("some");
            json!({
                "state": span.standing.state().as_str(),
                "honest": span.standing == Standing::Honest,
                "since": span.begin.map(written),
                "stated": span.stated.map(|time| time.to_string()),
                "until": span.end.map(written),
                "hours": hours,
                "rules": span.rules,
                "means": span.means,
            })
        });
        json!({
            "country": self.country.code.to_string(),
            "name": self.country.name,
            "operator": self.operator,
            "any-operator": !by_operator,
            "periods": periods.collect::<Vec<_>>(),
        })
    }
}
