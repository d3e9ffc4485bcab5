//! `countries`: who is governed by what, and how to ask as them.

use super::{
    file_options::FileArgs,
    outcome::Outcome,
    style,
    table::{Table, plain},
};
use crate::{
    config::LabSpec,
    policy::{Country, Operator, Policy},
};
use ipnet::IpNet;
use serde_json::{Value, json};

/// List the countries, their networks and their operators
#[derive(Debug, clap::Args)]
pub(super) struct CountriesArgs {
    /// Print JSON
    #[arg(long)]
    json: bool,

    #[command(flatten)]
    files: FileArgs,
}

pub(super) fn run(args: &CountriesArgs) -> Outcome {
    let lab = args.files.load(LabSpec::default())?;
    if args.json {
        let countries: Vec<Value> = lab.policy.countries().iter().map(to_json).collect();
        say!("{:#}", Value::from(countries));
    } else {
        table(&lab.policy, true).print();
    }
    Ok(())
}

/// The table of countries, with their operators or without.
pub(super) fn table(policy: &Policy, with_operators: bool) -> Table {
    let mut table = Table::new(&["", "country", "operator", "clients", "rules", "evidence"]);
    for country in policy.countries() {
        let evidence: Vec<_> = country.evidence().iter().map(ToString::to_string).collect();
        table.row([
            plain(country.code),
            plain(&country.name),
            plain(if with_operators || country.operators.is_empty() {
                String::new()
            } else {
                format!("{} with their own rules", country.operators.len())
            }),
            plain(networks(&country.clients)),
            plain(country.rules().count()),
            plain(evidence.join(", ")),
        ]);
        for operator in country.operators.iter().filter(|_| with_operators) {
            table.row([
                plain(""),
                (operator.name.clone(), style::FAINT),
                plain(&operator.slug),
                (networks(&operator.clients), style::FAINT),
                plain(""),
                plain(""),
            ]);
        }
    }
    table
}

fn networks(networks: &[IpNet]) -> String {
    networks.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
}

fn to_json(country: &Country) -> Value {
    let operators = country
        .operators
        .iter()
        .map(|Operator { slug, name, clients, .. }| {
            json!({ "operator": slug, "name": name, "clients": clients })
        });
    let evidence: Vec<_> = country.evidence().iter().map(|grade| grade.as_str()).collect();
    json!({
        "country": country.code.to_string(),
        "name": country.name,
        "about": country.about,
        "clients": country.clients,
        "rules": country.rules().count(),
        "evidence": evidence,
        "operators": operators.collect::<Vec<_>>(),
    })
}
