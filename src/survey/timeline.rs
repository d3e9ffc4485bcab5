//! What is known of a name over the years, a line for each country.

use super::{
    error::SurveyError,
    question::Question,
    timeline_spans::{Span, Standing, merged, spans},
    vantage_points::{VantagePoint, vantage_points},
};
use crate::{
    engine::Engine,
    model::{Evidence, StatedTime, VerdictKind},
    policy::Country,
};
use jiff::civil::DateTime;
use serde_json::{Value, json};

/// Lines, and the years that they are drawn over.
pub(crate) struct Timeline<'l> {
    pub(crate) lines: Vec<Line<'l>>,
    /// The first and the last.
    pub(crate) years: (i16, i16),
    /// The countries that were asked in.
    pub(crate) countries: Vec<&'l Country>,
    by_operator: bool,
}

/// A country, or one of its operators, with what is known there.
pub(crate) struct Line<'l> {
    pub(crate) country: &'l Country,
    /// The operator's name in commands; without one it is the country, or all that is in it.
    pub(crate) operator: Option<&'l str>,
    pub(crate) spans: Vec<Span>,
}

impl Line<'_> {
    fn to_json(&self, by_operator: bool) -> Value {
        let written = |moment| StatedTime::of(moment).to_string();
        let periods = self.spans.iter().map(|span| {
            let hours = span.at_hours.then_some("some");
            json!({
                "state": span.standing.state().as_str(),
                "honest": span.standing == Standing::Honest,
                "since": span.begin.map(written),
                "stated": span.stated.map(|time| time.to_string()),
                "until": span.end.map(written),
                "verdict": span.verdict.map(VerdictKind::as_str),
                "evidence": span.evidence.map(Evidence::as_str),
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

impl<'l> Timeline<'l> {
    /// A line for each country that says something; of a single country one for it and one for each
    /// of its operators. Years that are not given are those of the first change, and this one.
    pub(crate) fn ask(
        engine: &'l Engine,
        question: &Question,
        countries: Vec<&'l Country>,
        by_operator: bool,
        (from, to): (Option<i16>, Option<i16>),
    ) -> Result<Self, SurveyError> {
        let lines = lines(engine, question, &countries, by_operator)?;
        let this_year = engine.settings.clock.today().year();
        let begins = lines.iter().flat_map(|line| &line.spans).filter_map(|span| span.begin);
        let first = begins.min().map_or(this_year, DateTime::year);
        let to = to.unwrap_or_else(|| this_year.max(from.unwrap_or(this_year)));
        let from = from.unwrap_or_else(|| first.min(to));
        if from > to {
            return Err(SurveyError::Years { from, to });
        }
        Ok(Self { lines, years: (from, to), countries, by_operator })
    }

    /// For programs.
    pub(crate) fn to_json(&self, question: &Question) -> Value {
        let lines: Vec<_> = self.lines.iter().map(|line| line.to_json(self.by_operator)).collect();
        json!({
            "name": question.qname.to_string(),
            "type": question.qtype.to_string(),
            "from": self.years.0,
            "to": self.years.1,
            "countries": self.countries.len(),
            "lines": lines,
        })
    }
}

/// A line for each country that says something, or one for it and one for each operator.
fn lines<'l>(
    engine: &'l Engine,
    question: &Question,
    countries: &[&'l Country],
    by_operator: bool,
) -> Result<Vec<Line<'l>>, SurveyError> {
    let mut lines = Vec::new();
    for country in countries {
        let points = vantage_points(country)?;
        let known = |from: &VantagePoint<'_>| spans(engine, question, *from);
        if by_operator {
            lines.extend(points.iter().filter_map(|from| {
                let operator = from.operator.map(|operator| operator.slug.as_str());
                Some(Line { country, operator, spans: known(from)? })
            }));
        } else {
            let all: Vec<_> = points.iter().filter_map(known).collect();
            if !all.is_empty() {
                lines.push(Line { country, operator: None, spans: merged(&all) });
            }
        }
    }
    Ok(lines)
}
