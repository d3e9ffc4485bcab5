//! Examples of a country file: which of them must say on what day they are asked.

use crate::support::engine::{load_from, own_lab};

/// A country whose rule `social` always holds, with a dated rule of these conditions above it or
/// below it.
fn loads(above: &str, below: &str) {
    let dated = |conditions: &str| match conditions {
        "" => String::new(),
        _ => format!(
            "  - {{rule: dated, names: [social.example], answer: drop, since: 2020-01-01, \
             {conditions}, evidence: measured, sources: [Paper]}}\n"
        ),
    };
    let country = format!(
        "country: XX\nname: Exampland\nclients: [127.99.0.0/16]\nrules:\n{}  - {{rule: social, \
         names: [social.example], types: [A], answer: nxdomain, evidence: measured, sources: \
         [Paper]}}\n{}examples:\n  - {{ask: social.example A, expect: nxdomain}}\nsources: \
         {{Paper: a paper}}\n",
        dated(above),
        dated(below),
    );
    load_from(&own_lab(&[("xx", &country)]).1);
}

#[test]
fn a_dated_rule_that_is_never_about_the_question_wants_no_day() {
    loads("types: [AAAA]", "");
    loads("transports: [tcp]", "");
}

#[test]
fn a_dated_rule_below_the_one_that_decides_wants_no_day() {
    loads("", "until: 2020-02-01");
}
