//! `names`: the names that the files know, and where each is blocked on a day.

use super::{file_options::FileArgs, names_page, outcome::Outcome, style};
use crate::{
    config::{LabSpec, moment},
    model::CountryCode,
    survey::{Names, chosen},
};
use jiff::civil::DateTime;

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
    let flags = LabSpec { today: args.today, ..LabSpec::default() };
    let codes = args.country.as_slice();
    let engine = args.files.load(flags, codes)?;
    let countries = chosen(&engine.policy, codes)?;
    let (category, now) = (args.category.as_deref(), engine.settings.clock.now());
    let names = Names::ask(&engine, countries, &args.names, category, now)?;
    if args.json {
        style::say_json(&names.to_json());
    } else if args.country.is_some() {
        names_page::print_country(&names);
    } else {
        names_page::print_matrix(&names);
    }
    Ok(())
}
