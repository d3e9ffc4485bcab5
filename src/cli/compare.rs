//! `compare`: the same question in every country. Those where DNS lies have rows; of the others a
//! line each says where the name is blocked otherwise, where it is free, and of which nobody knows.

use super::{
    compare_page,
    file_options::FileArgs,
    outcome::{Failure, Outcome},
    question_options::AskingArgs,
    style,
};
use crate::{
    dns::Rtype,
    model::CountryCode,
    survey::{Question, chosen, compare},
};
use hickory_proto::rr::RecordType;
use serde_json::Value;

/// Ask the same questions in every country
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  splinterdns compare youtube.com x.com --today 2026-03-01
  splinterdns compare www.facebook.com AAAA --country CN,IR")]
pub(super) struct CompareArgs {
    /// The names to ask for, and behind them a record type, if it is not A
    #[arg(required = true, value_name = "NAME")]
    questions: Vec<String>,

    /// Ask in these countries alone, such as CN,IR
    #[arg(long, value_name = "CC", value_delimiter = ',')]
    country: Vec<CountryCode>,

    #[command(flatten)]
    asking: AskingArgs,

    #[command(flatten)]
    files: FileArgs,
}

pub(super) fn run(args: &CompareArgs) -> Outcome {
    let questions = questions(&args.questions)?;
    let engine = args.files.load(args.asking.spec(), &args.country)?;
    let countries = chosen(&engine.policy, &args.country)?;
    let mut json = Vec::new();
    for (index, question) in questions.iter().enumerate() {
        let rows = compare(&engine, question, &countries, engine.settings.clock.now())?;
        if args.asking.json {
            json.extend(rows.iter().map(|row| row.to_json(question)));
            continue;
        }
        if index > 0 {
            say!("");
        }
        let today = engine.settings.clock.today();
        compare_page::print(&rows, question, today, !args.country.is_empty());
    }
    if args.asking.json {
        style::say_json(&Value::from(json));
    }
    Ok(())
}

/// The last word is a type if it reads as one, and other words come before it. (A name that reads
/// as a type too, such as the top-level domain `mx`, is written with its dot.)
fn questions(words: &[String]) -> Result<Vec<Question>, Failure> {
    let a = Rtype(RecordType::A);
    let (names, qtype) = match words {
        [names @ .., last] if !names.is_empty() => match last.parse() {
            Ok(qtype) => (names, qtype),
            // What has no dot was most likely meant as a type.
            Err(why) if !last.contains(['.', ':', '/']) => return Err(Failure::problem(why)),
            Err(_) => (words, a),
        },
        _ => (words, a),
    };
    names.iter().map(|name| Ok(Question::read(name, qtype)?)).collect()
}
