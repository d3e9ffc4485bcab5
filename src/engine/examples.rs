//! Running the examples of a country: the same decision and the same octets that a client gets.

use super::{explain::Explanation, generation::Engine};
use crate::{
    config::{CountrySpec, ExampleSpec},
    diagnostic::{At, Place, Report, UnknownWord},
    dns::wire_name,
    policy::{Country, Operator},
};
use std::{
    collections::{HashMap, HashSet},
    net::IpAddr,
    sync::Arc,
};
use thiserror::Error;

/// What is wrong with an example.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
enum ExampleError {
    #[error("the example {ask:?} fails: {got}; it expects {expected}")]
    Fails { ask: String, got: String, expected: String },
    #[error(
        "the example {ask:?} cannot be asked: \
         {owner} has no client that is in none of its operators' networks"
    )]
    NobodyAsks { ask: String, owner: String },
    #[error(
        "the example {ask:?} depends on when it is asked, because rule {rule:?} does; \
         say on what day, as today: YYYY-MM-DD"
    )]
    NeedsDay { ask: String, rule: String },
}

/// A problem, and where it is.
type Found = (Place, ExampleError);

/// What the examples of a country speak of, found without a search for each of them.
struct Subject<'c> {
    country: &'c Country,
    operators: HashMap<&'c str, &'c Operator>,
    operator_names: Arc<[String]>,
    /// The names of all rules.
    rules: HashSet<&'c str>,
}

/// Runs every example of a country; each one that fails goes into the report.
pub(super) fn run(engine: &Engine, spec: &CountrySpec, report: &mut Report) {
    let Some(country) = engine.policy.country(spec.country.value) else { return };
    let slugs = || country.operators.iter().map(|operator| &operator.slug);
    let subject = Subject {
        country,
        operators: slugs().map(String::as_str).zip(&country.operators).collect(),
        operator_names: slugs().cloned().collect(),
        rules: country.rules().map(|rule| rule.slug.as_str()).collect(),
    };
    for example in &spec.examples {
        let Some(client) = client(&subject, example, report) else { continue };
        let explanation = explanation(engine, example, client);
        let problem = needs_day(&explanation, example)
            .or_else(|| wrong_decision(&explanation, &subject, example))
            .or_else(|| wrong_replies(&explanation, example));
        problem.into_iter().for_each(|(place, problem)| report.add(place, problem));
    }
}

/// What the client gets, on the example's day or else on that of the lab.
fn explanation<'e>(engine: &'e Engine, example: &ExampleSpec, client: IpAddr) -> Explanation<'e> {
    let qname = wire_name(example.qname.as_str()).expect("it was read from a name");
    let arrival = example.today.unwrap_or_else(|| engine.settings.clock.now());
    engine.explain(&qname, example.qtype, (client, example.transport), arrival)
}

/// An example without a day must not be about a rule that holds on some days and not on others: a
/// config that loads today could be refused tomorrow.
fn needs_day(explanation: &Explanation<'_>, example: &ExampleSpec) -> Option<Found> {
    if example.today.is_some() {
        return None;
    }
    let Explanation { query, decision, .. } = explanation;
    let dated = decision.jurisdiction.dated_rule(query)?;
    let (ask, rule) = (example.ask.value.clone(), dated.slug.clone());
    Some((example.ask.place, ExampleError::NeedsDay { ask, rule }))
}

fn fails(example: &ExampleSpec, place: Place, got: String, expected: String) -> Found {
    (place, ExampleError::Fails { ask: example.ask.value.clone(), got, expected })
}

/// A client of the example's operator, or of the country and of none of its operators.
fn client(subject: &Subject<'_>, example: &ExampleSpec, report: &mut Report) -> Option<IpAddr> {
    let (client, owner) = match &example.operator {
        None => (subject.country.client(), &subject.country.name),
        Some(At { place, value }) => {
            let Some(operator) = subject.operators.get(value.as_str()) else {
                let expected = Arc::clone(&subject.operator_names);
                let (found, what) = (value.clone(), "operator");
                report.add(*place, UnknownWord { found, what, expected });
                return None;
            };
            (operator.client(), &operator.name)
        }
    };
    if client.is_none() {
        let (ask, owner) = (example.ask.value.clone(), owner.clone());
        report.add(example.ask.place, ExampleError::NobodyAsks { ask, owner });
    }
    client
}

/// The verdict or the rule, if it is another than the example says.
fn wrong_decision(
    explanation: &Explanation<'_>,
    subject: &Subject<'_>,
    example: &ExampleSpec,
) -> Option<Found> {
    let rule = explanation.decision.rule.map(|(rule, _)| rule.slug.as_str());
    let by = rule.map_or("no rule decides".to_owned(), |rule| format!("by rule {rule:?}"));
    let At { place, value: verdict } = example.expect;
    if explanation.verdict != verdict {
        let got = format!("the verdict is {} ({by})", explanation.verdict);
        return Some(fails(example, place, got, verdict.to_string()));
    }
    let expected = example.rule.as_ref()?;
    if Some(expected.value.as_str()) == rule {
        return None;
    }
    let exists = subject.rules.contains(expected.value.as_str());
    let unknown = if exists { "" } else { ", which does not exist" };
    Some(fails(example, expected.place, by, format!("rule {:?}{unknown}", expected.value)))
}

/// The number of replies or the data of the first, if it is another than the example says.
fn wrong_replies(explanation: &Explanation<'_>, example: &ExampleSpec) -> Option<Found> {
    if let Some(At { place, value: expected }) = example.replies
        && expected != explanation.replies()
    {
        let got = format!("replies: {}", explanation.replies());
        return Some(fails(example, place, got, expected.to_string()));
    }
    let At { place, value: expected } = example.answers.as_ref()?;
    let data = explanation.first_data();
    let list =
        |data: &[String]| if data.is_empty() { "no records".to_owned() } else { data.join(", ") };
    let got = format!("the first reply has {}", list(&data));
    (data != *expected).then(|| fails(example, *place, got, list(expected)))
}
