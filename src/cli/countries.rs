//! `countries`: who is governed by what, and how to ask as them.

use super::{
    country_page::{self, networks},
    file_options::FileArgs,
    layout::say_wrapped,
    outcome::Outcome,
    style,
    table::{Table, plain},
};
use crate::{
    config::LabSpec,
    model::{Binding, CountryCode},
    policy::Policy,
    survey::{country_in_full_json, country_json},
};
use ipnet::IpNet;
use serde_json::Value;

/// List the countries, their networks and their operators, or tell all about some of them
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  splinterdns countries
  splinterdns countries CN IR")]
pub(super) struct CountriesArgs {
    /// Tell all about these: networks, operators, rules with their names, dates and evidence
    #[arg(value_name = "CC")]
    codes: Vec<CountryCode>,

    /// Print JSON
    #[arg(long)]
    json: bool,

    #[command(flatten)]
    files: FileArgs,
}

pub(super) fn run(args: &CountriesArgs) -> Outcome {
    let lab = args.files.load(LabSpec::default(), &args.codes)?;
    let find = |code: &CountryCode| lab.policy.find(&Binding::to(*code));
    let found: Vec<_> = args.codes.iter().map(find).collect::<Result<_, _>>()?;
    let chosen = || found.iter().map(|(country, _)| *country);
    if args.json {
        let all = lab.policy.countries().iter();
        let json: Vec<Value> = if found.is_empty() {
            all.map(country_json).collect()
        } else {
            chosen().map(country_in_full_json).collect()
        };
        style::say_json(&Value::from(json));
    } else if found.is_empty() {
        table(&lab.policy, true).print();
        say!("");
        say_wrapped("`splinterdns countries CN` tells all about one of them.");
    } else {
        for (index, country) in chosen().enumerate() {
            if index > 0 {
                say!("");
            }
            country_page::print(country);
        }
    }
    Ok(())
}

/// The table of countries, with a row for each operator or only their number. A network stands for
/// all of a country's; the others are shown where there is room.
pub(super) fn table(policy: &Policy, with_operators: bool) -> Table {
    let last = if with_operators { "evidence, or the ISP's name" } else { "evidence" };
    let head = ["", "country", "ISPs", "clients", "and", "rules", last];
    let head = if with_operators {
        ["", "country, ISP", "", "clients", "and", "rules", last]
    } else {
        head
    };
    let mut table = Table::fitting(&head, &["and"]).cut();
    for country in policy.countries() {
        let evidence: Vec<_> = country.evidence().iter().map(ToString::to_string).collect();
        let isps = match country.operators.len() {
            count if count > 0 && !with_operators => count.to_string(),
            _ => String::new(),
        };
        let (first, others) = split(&country.clients);
        table.row([
            plain(country.code),
            plain(&country.name),
            plain(isps),
            plain(first),
            plain(others),
            plain(country.rules().count()),
            plain(evidence.join(", ")),
        ]);
        for operator in country.operators.iter().filter(|_| with_operators) {
            let (first, others) = split(&operator.clients);
            table.row([
                plain(""),
                plain(format!("  {}", operator.slug)),
                plain(""),
                (first, style::FAINT),
                (others, style::FAINT),
                plain(""),
                (operator.name.clone(), style::FAINT),
            ]);
        }
    }
    table
}

/// The first network, and the others.
fn split(clients: &[IpNet]) -> (String, String) {
    let (first, others) = clients.split_at(clients.len().min(1));
    (networks(first), networks(others))
}
