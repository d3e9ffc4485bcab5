//! Rules of the command line, for a quick try. Each is read as if it stood in a country file.

use crate::{
    config::{CountrySpec, read_country},
    diagnostic::Report,
    model::CountryCode,
};
use std::{net::IpAddr, path::PathBuf};

/// A rule to try.
#[derive(Clone, Debug)]
pub struct TrialRule {
    /// Where it holds, for clients of every operator.
    pub country: CountryCode,
    /// `x.com=nxdomain`: a pattern and an answer, which may be an address.
    pub written: String,
}

/// Puts rules before all others of their countries. A country that is not there is reported by
/// whoever binds clients to it.
pub(super) fn try_rules(specs: &mut [CountrySpec], rules: &[TrialRule], report: &mut Report) {
    for (number, rule) in rules.iter().enumerate().rev() {
        let Some(spec) = specs.iter_mut().find(|spec| spec.country.value == rule.country) else {
            continue;
        };
        let path = PathBuf::from("(command line)");
        let file = report.open(path.clone(), country_file(rule, number + 1));
        let Some(tried) = read_country(file, path, report) else { continue };
        for operator in &mut spec.operators {
            operator.rules.splice(..0, tried.rules.clone());
        }
        spec.rules.splice(..0, tried.rules);
        spec.sources.extend(tried.sources);
        // They are about the file as it is written.
        spec.examples.clear();
        spec.is_tried = true;
    }
}

fn country_file(rule: &TrialRule, number: usize) -> String {
    let (pattern, answer) = rule.written.rsplit_once('=').unwrap_or((&rule.written, ""));
    let answer = match answer.parse() {
        Ok(IpAddr::V4(address)) => format!("{{poison: {{a: {address}}}}}"),
        Ok(IpAddr::V6(address)) => format!("{{poison: {{aaaa: \"{address}\"}}}}"),
        Err(_) => answer.to_owned(),
    };
    let quoted = |text: &str| format!("'{}'", text.replace('\'', "''"));
    format!(
        "country: {}\nname: command line\nclients: [0.0.0.0/0]\nrules:\n  - rule: \
         command-line-{number}\n    names: [{}]\n    answer: {answer}\n    evidence: assumed\n    \
         sources: [command line {number}]\nsources:\n  command line {number}: {}\n",
        rule.country,
        quoted(pattern),
        quoted(&format!("--rule {}", rule.written)),
    )
}
