//! Names against countries, or against the operators of one: a cell for each.

use super::{
    comparison::means,
    error::SurveyError,
    known_names::without_www,
    question::Question,
    vantage_points::{VantagePoint, vantage_points},
};
use crate::{
    dns::{Rtype, Transport},
    engine::{Engine, Explanation},
    model::{Evidence, Means, State, VerdictKind},
    policy::Country,
};
use jiff::civil::DateTime;
use serde_json::{Value, json};

/// What is known of some names in some places on a day.
pub(crate) struct Matrix<'p> {
    names: Vec<String>,
    qtype: Rtype,
    now: DateTime,
    places: Vec<VantagePoint<'p>>,
    /// For each name one for each place.
    cells: Vec<Vec<Cell<'p>>>,
}

/// What is known of one name in one place.
struct Cell<'p> {
    state: State,
    verdict: VerdictKind,
    evidence: Option<Evidence>,
    id: Option<&'p str>,
    means: Vec<Means>,
    /// The operators of which that is known, where it is not known of the country itself.
    operators: Vec<&'p str>,
}

impl<'p> Matrix<'p> {
    /// Asks for each name in each of these countries, or of a single one at each of its operators.
    pub(crate) fn ask(
        engine: &'p Engine,
        (names, qtype): (&[String], Rtype),
        countries: &[&'p Country],
        by_operator: bool,
        now: DateTime,
    ) -> Result<Self, SurveyError> {
        let mut points = Vec::new();
        for country in countries {
            let of_country = vantage_points(country)?;
            if by_operator {
                points.extend(of_country.into_iter().map(|point| vec![point]));
            } else {
                points.push(of_country);
            }
        }
        let mut cells = Vec::new();
        for name in names {
            let question = Question::read(name, qtype)?;
            let hosts = hosts(&question);
            cells.push(points.iter().map(|points| cell(engine, &hosts, points, now)).collect());
        }
        let places = points.iter().map(|points| points[0]).collect();
        Ok(Self { names: names.to_vec(), qtype, now, places, cells })
    }

    /// For programs.
    pub(crate) fn to_json(&self) -> Value {
        let places = self.places.iter().map(|from| {
            json!({
                "country": from.country.code.to_string(),
                "operator": from.operator.map(|operator| &operator.slug),
                "name": from.operator.map_or(&from.country.name, |operator| &operator.name),
            })
        });
        let rows = self.cells.iter().map(|row| row.iter().map(Cell::to_json).collect::<Value>());
        json!({
            "today": self.now.date().to_string(),
            "type": self.qtype.to_string(),
            "names": self.names,
            "places": places.collect::<Value>(),
            "cells": rows.collect::<Value>(),
        })
    }
}

/// A name stands for its `www.` host too, as in `names`.
fn hosts(question: &Question) -> Vec<Question> {
    let bare = without_www(question.qname.as_str());
    let hosts = [bare.to_owned(), format!("www.{bare}")];
    let hosts = hosts.iter().map(|host| Question::read(host, question.qtype));
    // A host `www.` of the longest names would be too long to be asked for.
    hosts.filter_map(Result::ok).collect()
}

/// What is known at the vantage points of a place, the first of which is its own.
fn cell<'p>(
    engine: &'p Engine,
    hosts: &[Question],
    points: &[VantagePoint<'p>],
    now: DateTime,
) -> Cell<'p> {
    let at = |from: &VantagePoint<'p>| {
        let of_hosts = hosts.iter().map(|question| {
            let asking = (from.client, Transport::Udp);
            Cell::of(&engine.explain(&question.wire, question.qtype, asking, now))
        });
        of_hosts.reduce(Cell::first).expect("a name is at least one host")
    };
    let own = at(&points[0]);
    if own.state == State::Blocked {
        return own;
    }
    let apart = points[1..].iter().map(|from| {
        let operator = from.operator.map(|operator| operator.slug.as_str());
        Cell { operators: operator.into_iter().collect(), ..at(from) }
    });
    apart.fold(own, Cell::with)
}

impl<'p> Cell<'p> {
    fn of(explanation: &Explanation<'p>) -> Self {
        let Explanation { query, decision, verdict, .. } = explanation;
        let rule = decision.rule.map(|(rule, _)| rule);
        let found = || decision.jurisdiction.findings(query).next().map(|found| found.evidence);
        Self {
            state: decision.state(query, *verdict),
            verdict: *verdict,
            evidence: rule.map(|rule| rule.evidence).or_else(found),
            id: rule.map(|rule| rule.id.as_str()),
            means: means(explanation),
            operators: Vec::new(),
        }
    }

    /// Of two hosts the one of which more is known.
    fn first(self, other: Self) -> Self {
        if other.state < self.state { other } else { self }
    }

    /// Of a country and one of its operators, or of two operators.
    fn with(mut self, other: Self) -> Self {
        if other.state < self.state {
            return other;
        }
        if other.state == self.state && !self.operators.is_empty() && other.state != State::Unknown
        {
            self.operators.extend(other.operators);
        }
        self
    }

    fn to_json(&self) -> Value {
        json!({
            "state": self.state.as_str(),
            "verdict": self.verdict.as_str(),
            "evidence": self.evidence.map(Evidence::as_str),
            "id": self.id,
            "means": self.means.iter().map(ToString::to_string).collect::<Vec<_>>(),
            "operators": self.operators,
        })
    }
}
