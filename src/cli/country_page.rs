//! `countries CC`: one country, with its operators and its rules.

use super::{
    layout::{listed, say_wrapped},
    style,
    table::{Table, plain},
};
use crate::{
    dns::PatternRef,
    model::Evidence,
    policy::{Country, Rule},
    survey::{finding_in_words, period, spelt_out},
};
use ipnet::IpNet;

/// More names of a rule are not shown; `--json` has them all.
const NAMES: usize = 60;

pub(super) fn print(country: &Country) {
    let head = style::HEAD;
    say!("{head}{} ({}){head:#}\n", country.name, country.code);
    let mut table = Table::default();
    let mut line = |key: &str, value: String| {
        table.row([(format!("  {key}"), style::FAINT), plain(value)]);
    };
    line("about", country.about.clone());
    line("clients", networks(&country.clients));
    line("evidence", totals(country));
    table.print();
    if !country.operators.is_empty() {
        say!("\n{head}operators, whose rules come before the country's{head:#}");
        let mut table = Table::default();
        for operator in &country.operators {
            table.row([
                plain(format!("  {}", operator.slug)),
                plain(networks(&operator.clients)),
                plain(&operator.name),
            ]);
        }
        table.print();
    }
    print_rules("rules of the country", country.own_rules());
    for operator in &country.operators {
        print_rules(&format!("rules of {}", operator.slug), operator.own_rules());
    }
    if !country.findings.is_empty() {
        say!("\n{head}known beside the rules{head:#}");
        for finding in &country.findings {
            let names = finding.patterns.iter().map(ToString::to_string);
            let names = listed(names, ", ", NAMES);
            say_wrapped(&format!("{names}: {}", finding_in_words(finding)));
        }
    }
}

/// "21 rules: 10 measured, 11 assumed".
fn totals(country: &Country) -> String {
    let count = |grade: Evidence| country.rules().filter(|rule| rule.evidence == grade).count();
    let counts = Evidence::ALL.map(|grade| (grade, count(grade)));
    let told = counts.iter().filter(|(_, count)| *count > 0);
    let told: Vec<_> = told.map(|(grade, count)| format!("{count} {grade}")).collect();
    match country.rules().count() {
        0 => "no rules, so its answers are honest".to_owned(),
        1 => format!("1 rule: {}", told.join(", ")),
        rules => format!("{rules} rules: {}", told.join(", ")),
    }
}

fn print_rules<'c>(
    head: &str,
    rules: impl Iterator<Item = (&'c Rule, impl Iterator<Item = PatternRef<'c>>)>,
) {
    let mut rules = rules.peekable();
    if rules.peek().is_none() {
        return;
    }
    say!("\n{}{head}{:#}", style::HEAD, style::HEAD);
    let mut table = Table::fitting(
        &["  rule", "answer", "days", "evidence", "category", "names"],
        &["category", "answer", "days"],
    );
    for (rule, patterns) in rules {
        let names = listed(patterns.map(|pattern| pattern.to_string()), ", ", NAMES);
        table.row([
            plain(format!("  {}", rule.slug)),
            plain(&rule.answer.name),
            plain(period::days(rule)),
            (rule.evidence.to_string(), style::evidence(rule.evidence)),
            plain(rule.category.as_deref().map_or_else(String::new, spelt_out)),
            plain(names),
        ]);
    }
    table.print();
}

pub(super) fn networks(networks: &[IpNet]) -> String {
    networks.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
}
