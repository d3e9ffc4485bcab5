//! `names`: the names that the files know, and where each is blocked on a day.

use super::{
    file_options::FileArgs,
    known_names::{asked, known_names, without_www},
    names_page::{self, KnownList},
    outcome::{Failure, Outcome},
    question_options::Question,
    vantage_points::chosen,
};
use crate::{
    config::{LabSpec, moment},
    diagnostic::UnknownWord,
    dns::Rtype,
    model::CountryCode,
    policy::{Country, Rule},
};
use hickory_proto::rr::RecordType;
use jiff::civil::DateTime;
use std::collections::BTreeSet;

/// List the names that rules know, each with the countries that block it
#[derive(Debug, clap::Args)]
#[command(after_help = "A name and its www. host are one line; it says where either is blocked. \
    A country counts if any of its ISPs blocks. Names that most countries block by DNS come first, \
    then the others in the order of the alphabet; with --country the alphabet alone counts. Names \
    of which nothing is known on the day are counted, and listed in JSON. Of files under `lists:` \
    only the number of names is told.\n\n\
Examples:
  splinterdns names --today 2024-09-10
  splinterdns names --country TR
  splinterdns names --category NEWS
  splinterdns names telegram.org signal.org")]
pub(super) struct NamesArgs {
    /// Only these names, also such as no rule knows
    #[arg(value_name = "NAME")]
    names: Vec<String>,

    /// The names of this country, with days and evidence
    #[arg(long, value_name = "CC")]
    country: Option<CountryCode>,

    /// The names of rules with this Citizen Lab category code, such as NEWS
    #[arg(long, value_name = "CODE", conflicts_with = "names")]
    category: Option<String>,

    /// The day, such as 2014-03-21, or the moment [default: now]
    #[arg(long, value_name = "DATE", value_parser = moment)]
    today: Option<DateTime>,

    /// Print JSON
    #[arg(long)]
    json: bool,

    #[command(flatten)]
    files: FileArgs,
}

pub(super) fn run(args: &NamesArgs) -> Outcome {
    let given = given(&args.names)?;
    let flags = LabSpec { today: args.today, ..LabSpec::default() };
    let codes = args.country.as_slice();
    let engine = args.files.load(flags, codes)?;
    let countries = chosen(&engine.policy, codes)?;
    let category = category(args.category.as_deref(), &countries)?;
    let names = if given.is_empty() {
        known_names(&engine, &countries, category.as_deref())?
    } else {
        asked(&engine, &countries, &given)?
    };
    let lists = if given.is_empty() { lists(&countries, category.as_deref()) } else { Vec::new() };
    let today = engine.settings.clock.today();
    if args.json {
        names_page::print_json(names, &lists, &countries, today);
    } else if args.country.is_some() {
        names_page::print_country(&names, &lists, countries[0], (today, given.is_empty()));
    } else {
        names_page::print_matrix(names, &lists, (today, given.is_empty()));
    }
    Ok(())
}

/// The names that were given, each once.
fn given(names: &[String]) -> Result<Vec<String>, Failure> {
    let mut given = Vec::new();
    for name in names {
        let question = Question::read(name, Rtype(RecordType::A))?;
        let name = without_www(question.qname.as_str()).to_owned();
        if !given.contains(&name) {
            given.push(name);
        }
    }
    Ok(given)
}

/// The category, if a rule of these countries has it.
fn category(code: Option<&str>, countries: &[&Country]) -> Result<Option<String>, Failure> {
    let Some(code) = code.map(str::to_ascii_uppercase) else { return Ok(None) };
    let rules = countries.iter().flat_map(|country| country.rules());
    let known: BTreeSet<_> = rules.filter_map(|rule| rule.category.clone()).collect();
    if known.contains(&code) {
        return Ok(Some(code));
    }
    let expected = known.into_iter().collect();
    Err(Failure::problem(UnknownWord { found: code, what: "category", expected }))
}

/// The files with names of these countries' rules.
fn lists<'p>(countries: &[&'p Country], category: Option<&str>) -> Vec<KnownList<'p>> {
    let counts =
        |rule: &&'p Rule| category.is_none_or(|code| rule.category.as_deref() == Some(code));
    let rules = countries.iter().flat_map(|country| country.rules()).filter(counts);
    let lists = rules.flat_map(|rule| rule.lists.iter().map(move |list| KnownList { rule, list }));
    lists.collect()
}
