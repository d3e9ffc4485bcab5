//! The command line: one file a subcommand.

/// Prints a line, with colours where they are wanted.
macro_rules! say {
    ($($words:tt)*) => { $crate::cli::style::say(format_args!($($words)*)) };
}

mod check;
mod compare;
mod countries;
mod explain;
mod file_options;
mod health;
mod progress;
mod question_options;
mod reply_format;
mod serve;
mod style;
mod table;

use clap::{Parser, Subcommand};
use std::process::ExitCode;

/// A DNS server that answers as a country's network would: honestly, with NXDOMAIN, with poisoned
/// records.
#[derive(Debug, Parser)]
#[command(name = "splinterdns", version, max_term_width = 100, infer_subcommands = true)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    Serve(serve::Args),
    Check(check::Args),
    Explain(explain::Args),
    Compare(compare::Args),
    Countries(countries::Args),
    Health(health::Args),
}

/// What a command came to: its exit code is 0, or the code that it says with the message that it
/// printed.
type Outcome = Result<(), Failure>;

/// Why a command failed.
#[derive(Debug)]
struct Failure {
    code: u8,
    message: String,
}

impl Failure {
    /// Something that the user wrote is wrong: exit code 1.
    fn problem(message: impl std::fmt::Display) -> Self {
        Self { code: 1, message: message.to_string() }
    }

    /// Something cannot be read: exit code 2.
    fn unreadable(message: impl std::fmt::Display) -> Self {
        Self { code: 2, message: message.to_string() }
    }
}

/// Runs the command that the program was called with.
#[must_use]
pub fn main() -> ExitCode {
    let outcome = match Cli::parse().command {
        Command::Serve(args) => serve::run(args),
        Command::Check(args) => check::run(&args),
        Command::Explain(args) => explain::run(&args),
        Command::Compare(args) => compare::run(&args),
        Command::Countries(args) => countries::run(&args),
        Command::Health(args) => health::run(&args),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            anstream::eprintln!("{}error:{:#} {}", style::BAD, style::BAD, failure.message);
            ExitCode::from(failure.code)
        }
    }
}
