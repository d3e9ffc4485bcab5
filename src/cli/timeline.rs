//! `timeline`: what is known of a name over the years, a line for each country.

use super::{file_options::FileArgs, outcome::Outcome, style, timeline_chart};
use crate::{
    config::LabSpec,
    dns::Rtype,
    model::CountryCode,
    survey::{Question, Timeline, chosen},
};

/// Draw since when a name is blocked, and until when, in every country
#[derive(Debug, clap::Args)]
#[command(
    after_help = "The line of a country tells of all its ISPs: blocked by DNS where one of them \
    lies, else blocked otherwise where one of them blocks so, else free where one was measured \
    as free. --country CC has a line for each ISP.\n\n\
Examples:
  splinterdns timeline telegram.org
  splinterdns timeline youtube.com --from 2008 --to 2026
  splinterdns timeline thepiratebay.org --country GB"
)]
pub(super) struct TimelineArgs {
    /// The name
    name: String,

    /// The record type to ask for
    #[arg(default_value = "A", value_name = "RTYPE")]
    qtype: Rtype,

    /// The first year that is drawn [default: that of the first change]
    #[arg(long, value_name = "YEAR", value_parser = clap::value_parser!(i16).range(1900..=9998))]
    from: Option<i16>,

    /// The last year that is drawn [default: this one]
    #[arg(long, value_name = "YEAR", value_parser = clap::value_parser!(i16).range(1900..=9998))]
    to: Option<i16>,

    /// This country alone, with a line for each of its ISPs that differs from it
    #[arg(long, value_name = "CC")]
    country: Option<CountryCode>,

    /// Print JSON
    #[arg(long)]
    json: bool,

    #[command(flatten)]
    files: FileArgs,
}

pub(super) fn run(args: &TimelineArgs) -> Outcome {
    let question = Question::read(&args.name, args.qtype)?;
    let codes = args.country.as_slice();
    let engine = args.files.load(LabSpec::default(), codes)?;
    let (countries, years) = (chosen(&engine.policy, codes)?, (args.from, args.to));
    let timeline = Timeline::ask(&engine, &question, countries, args.country.is_some(), years)?;
    if args.json {
        style::say_json(&timeline.to_json(&question));
    } else {
        let Timeline { lines, years, countries, .. } = &timeline;
        timeline_chart::print(&question, lines, *years, countries);
    }
    Ok(())
}
