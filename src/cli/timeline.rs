//! `timeline`: what is known of a name over the years, a line for each country.

use super::{
    file_options::FileArgs,
    outcome::{Failure, Outcome},
    question_options::Question,
    style, timeline_chart,
    timeline_line::Line,
    timeline_spans::{merged, spans},
    vantage_points::{VantagePoint, chosen, vantage_points},
};
use crate::{config::LabSpec, dns::Rtype, engine::Engine, model::CountryCode, policy::Country};
use jiff::civil::DateTime;
use serde_json::json;

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
    let countries = chosen(&engine.policy, codes)?;
    let lines = lines(&engine, &question, &countries, args.country.is_some())?;
    let years = years(args, &lines, engine.settings.clock.today().year())?;
    if args.json {
        let lines: Vec<_> = lines.iter().map(|line| line.to_json(args.country.is_some())).collect();
        style::say_json(&json!({
            "name": question.qname.to_string(),
            "type": question.qtype.to_string(),
            "from": years.0,
            "to": years.1,
            "countries": countries.len(),
            "lines": lines,
        }));
    } else {
        timeline_chart::print(&question, &lines, years, &countries);
    }
    Ok(())
}

/// A line for each country that says something, or one for it and one for each operator.
fn lines<'l>(
    engine: &'l Engine,
    question: &Question,
    countries: &[&'l Country],
    by_operator: bool,
) -> Result<Vec<Line<'l>>, Failure> {
    let mut lines = Vec::new();
    for country in countries {
        let points = vantage_points(country)?;
        let known = |from: &VantagePoint<'_>| spans(engine, question, *from);
        if by_operator {
            lines.extend(points.iter().filter_map(|from| {
                let operator = from.operator.map(|operator| operator.slug.as_str());
                Some(Line { country, operator, spans: known(from)? })
            }));
        } else {
            let all: Vec<_> = points.iter().filter_map(known).collect();
            if !all.is_empty() {
                lines.push(Line { country, operator: None, spans: merged(&all) });
            }
        }
    }
    Ok(lines)
}

/// The first and the last year to draw.
fn years(args: &TimelineArgs, lines: &[Line<'_>], this_year: i16) -> Result<(i16, i16), Failure> {
    let begins = lines.iter().flat_map(|line| &line.spans).filter_map(|span| span.begin);
    let first = begins.min().map_or(this_year, DateTime::year);
    let to = args.to.unwrap_or_else(|| this_year.max(args.from.unwrap_or(this_year)));
    let from = args.from.unwrap_or_else(|| first.min(to));
    if from > to {
        return Err(Failure::problem(format!("--from {from} is after --to {to}")));
    }
    Ok((from, to))
}
