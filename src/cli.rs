//! The command line: one file a subcommand.

/// Prints a line, with colours where they are wanted.
macro_rules! say {
    ($($words:tt)*) => { $crate::cli::style::say(format_args!($($words)*)) };
}

mod banner;
mod block_page;
mod border;
mod check;
mod check_sources;
mod cite;
mod compare;
mod compare_page;
mod countries;
mod country_page;
mod daemon;
mod explain;
mod file_options;
mod health;
mod hint;
mod init;
mod layout;
mod log;
mod names;
mod names_page;
mod outcome;
mod progress;
mod question_options;
mod ready;
mod recording_options;
mod serve;
mod serve_options;
mod shell_files;
mod style;
mod table;
mod timeline;
mod timeline_chart;

#[cfg(fuzzing)]
#[doc(hidden)]
pub use style::in_a_terminal;

use clap::{CommandFactory, Parser, Subcommand};
use std::process::ExitCode;

/// A DNS server that answers as a country's network would: honestly, with NXDOMAIN, with poisoned
/// records.
#[derive(Debug, Parser)]
#[command(name = "splinterdns", version = VERSION, max_term_width = 100, infer_subcommands = true)]
#[command(after_help = EXAMPLES)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

/// Number, commit, and the day of the countries, as far as they are known (`build.rs`).
const VERSION: &str = env!("SPLINTERDNS_VERSION");

const EXAMPLES: &str = "Examples:
  splinterdns serve --listen 127.0.0.1:5386=CN
  splinterdns explain youtube.com --country RU --today 2026-03-01
  splinterdns compare youtube.com x.com
  splinterdns timeline telegram.org
  splinterdns names --country TR
  splinterdns countries BR";

#[derive(Debug, Subcommand)]
enum Command {
    Serve(Box<serve_options::ServeArgs>),
    Border(Box<border::BorderArgs>),
    BlockPage(block_page::BlockPageArgs),
    Check(check::CheckArgs),
    Explain(explain::ExplainArgs),
    Compare(compare::CompareArgs),
    Countries(countries::CountriesArgs),
    Names(names::NamesArgs),
    Timeline(timeline::TimelineArgs),
    Cite(cite::CiteArgs),
    Health(health::HealthArgs),
    Init(init::InitArgs),
    Completions(shell_files::CompletionsArgs),
    Man(shell_files::ManArgs),
}

/// Runs the command that the program was called with.
#[must_use]
pub fn main() -> ExitCode {
    let arguments = match Cli::try_parse() {
        Ok(arguments) => arguments,
        Err(error) => return misused(&error),
    };
    let outcome = match arguments.command {
        Command::Serve(args) => serve::run(*args),
        Command::Border(args) => border::run(*args),
        Command::BlockPage(args) => block_page::run(&args),
        Command::Check(args) => check::run(&args),
        Command::Explain(args) => explain::run(&args),
        Command::Compare(args) => compare::run(&args),
        Command::Countries(args) => countries::run(&args),
        Command::Names(args) => names::run(&args),
        Command::Timeline(args) => timeline::run(&args),
        Command::Cite(args) => cite::run(&args),
        Command::Health(args) => health::run(&args),
        Command::Init(args) => init::run(&args),
        Command::Completions(args) => shell_files::completions(&args, Cli::command()),
        Command::Man(args) => shell_files::man(&args, Cli::command()),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            style::fail(&failure.message);
            ExitCode::from(failure.code)
        }
    }
}

/// Help, a version, or what is wrong with the arguments, which are told in colours unless they
/// could move a terminal.
fn misused(error: &clap::Error) -> ExitCode {
    if std::env::args().any(|argument| style::moves_a_terminal(&argument)) {
        style::complain(format_args!("{}", error.render()));
    } else {
        // Nobody may be reading.
        let _ = error.print();
    }
    u8::try_from(error.exit_code()).map_or(ExitCode::FAILURE, ExitCode::from)
}
