//! Running the examples of a country: the same decision and the same octets that a client gets.

use super::{Asker, Lab, Rehearsal};
use crate::{
    clock::Clock,
    config::{At, CountrySpec, ExampleSpec, Place, Report, Trouble},
    name::wire_name,
    policy::Country,
};
use std::net::IpAddr;

/// Runs every example of a country; each one that fails goes into the report.
pub(super) fn run(lab: &Lab, spec: &CountrySpec, report: &mut Report) {
    let Some(country) = lab.policy.country(spec.country.value) else { return };
    for example in &spec.examples {
        let Some(client) = client(country, example, report) else { continue };
        if let Some((place, got, expected)) = failure(lab, spec, example, client) {
            report.add(place, Trouble::Example { ask: example.ask.value.clone(), got, expected });
        }
    }
}

/// A client of the example's operator, or of the country and of none of its operators.
fn client(country: &Country, example: &ExampleSpec, report: &mut Report) -> Option<IpAddr> {
    let (client, owner) = match &example.operator {
        None => (country.client(), country.name.clone()),
        Some(At { place, value }) => {
            let Some(operator) = country.operators.iter().find(|operator| operator.slug == *value)
            else {
                let expected =
                    country.operators.iter().map(|operator| operator.slug.clone()).collect();
                report.add(
                    *place,
                    Trouble::UnknownWord { found: value.clone(), what: "operator", expected },
                );
                return None;
            };
            (operator.client(), operator.name.clone())
        }
    };
    if client.is_none() {
        report
            .add(example.ask.place, Trouble::NobodyAsks { ask: example.ask.value.clone(), owner });
    }
    client
}

/// The first thing that is not as the example says: where, what it is, what was expected.
fn failure(
    lab: &Lab,
    spec: &CountrySpec,
    example: &ExampleSpec,
    client: IpAddr,
) -> Option<(Place, String, String)> {
    let now = example.today.unwrap_or_else(|| Clock::Real.now());
    let asker = Asker { client, transport: example.transport, now, welcome: true };
    let rehearsal = lab.rehearse(&wire_name(example.name.as_str()).ok()?, example.rtype, asker);
    let rule = rehearsal.verdict.rule.map(|(rule, _)| rule.slug.as_str());
    let by = rule.map_or("no rule decides".to_owned(), |rule| format!("by rule {rule:?}"));
    if rehearsal.verdict.word != example.expect.value {
        let got = format!("the verdict is {} ({by})", rehearsal.verdict.word);
        return Some((example.expect.place, got, example.expect.value.to_string()));
    }
    if let Some(expected) =
        example.rule.as_ref().filter(|expected| Some(expected.value.as_str()) != rule)
    {
        let rules = spec.operators.iter().flat_map(|operator| &operator.rules).chain(&spec.rules);
        let known = rules.into_iter().any(|rule| rule.rule.value == expected.value);
        let unknown = if known { "" } else { ", which does not exist" };
        return Some((expected.place, by, format!("rule {:?}{unknown}", expected.value)));
    }
    wrong_replies(&rehearsal, example)
}

fn wrong_replies(
    rehearsal: &Rehearsal<'_>,
    example: &ExampleSpec,
) -> Option<(Place, String, String)> {
    if let Some(expected) =
        example.replies.as_ref().filter(|expected| expected.value != rehearsal.replies())
    {
        return Some((
            expected.place,
            format!("replies: {}", rehearsal.replies()),
            expected.value.to_string(),
        ));
    }
    let expected = example.answers.as_ref()?;
    let answers = rehearsal.first_data();
    let list =
        |data: &[String]| if data.is_empty() { "no records".to_owned() } else { data.join(", ") };
    let differs = answers != expected.value;
    differs.then(|| {
        (expected.place, format!("the first reply has {}", list(&answers)), list(&expected.value))
    })
}
