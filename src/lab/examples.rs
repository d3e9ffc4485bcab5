//! Running the examples of a country: the same decision and the same octets that a client gets.

use super::Lab;
use crate::{
    clock::Clock,
    config::{At, CountrySpec, ExampleSpec, Report, Trouble},
    name::wire_name,
    policy::Country,
    query::Query,
};
use std::net::IpAddr;

/// Runs every example of a country; each one that fails goes into the report.
pub(super) fn run(lab: &Lab, spec: &CountrySpec, report: &mut Report) {
    let Some(country) = lab.policy.country(spec.country.value) else { return };
    for example in &spec.examples {
        let Some(client) = client(country, example, report) else { continue };
        for (key, got, expected) in outcome(lab, example, client) {
            if got != expected {
                let ask = example.ask.value.clone();
                report.add(example.ask.place, Trouble::Example { ask, key, got, expected });
            }
        }
    }
}

/// A client of the example's operator, or of the country and of none of its operators.
fn client(country: &Country, example: &ExampleSpec, report: &mut Report) -> Option<IpAddr> {
    let Some(At { place, value }) = &example.operator else { return country.client() };
    let operator = country.operators.iter().find(|operator| operator.slug == *value);
    if operator.is_none() {
        let expected = country.operators.iter().map(|operator| operator.slug.clone()).collect();
        report.add(*place, Trouble::UnknownWord { found: value.clone(), what: "operator", expected });
    }
    operator?.client()
}

/// Key, found, expected.
fn outcome(lab: &Lab, example: &ExampleSpec, client: IpAddr) -> Vec<(&'static str, String, String)> {
    let query = Query {
        name: example.name.clone(),
        rtype: example.rtype,
        client,
        transport: example.transport,
        listener: None,
        today: example.today.unwrap_or_else(|| Clock::Real.today()),
    };
    let Ok(name) = wire_name(example.name.as_str()) else { return Vec::new() };
    let rehearsal = lab.rehearse(&name, query);
    let mut outcome = vec![("expect", rehearsal.verdict.word.to_string(), example.expect.to_string())];
    if let Some(expected) = &example.rule {
        let rule = rehearsal.verdict.rule.map_or("none", |(rule, _)| &rule.slug);
        outcome.push(("rule", rule.to_owned(), expected.clone()));
    }
    if let Some(expected) = example.replies {
        outcome.push(("replies", rehearsal.replies().to_string(), expected.to_string()));
    }
    if let Some(expected) = &example.answers {
        outcome.push(("answers", rehearsal.first_data().join(", "), expected.join(", ")));
    }
    outcome
}
