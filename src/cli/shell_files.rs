//! `completions` and `man`: what shells and `man` are told of the options, made of them.

use super::outcome::{Failure, Outcome};
use clap::Command;
use clap_complete::{Shell, generate};
use std::{fs, io::Write, path::PathBuf};

/// Print what a shell needs to complete commands and options
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  splinterdns completions bash > ~/.local/share/bash-completion/completions/splinterdns
  splinterdns completions fish > ~/.config/fish/completions/splinterdns.fish")]
pub(super) struct CompletionsArgs {
    /// The shell
    shell: Shell,
}

/// Write the manual pages, one a command, into a folder
#[derive(Debug, clap::Args)]
#[command(after_help = "Example:
  splinterdns man ~/.local/share/man/man1 && man splinterdns-serve")]
pub(super) struct ManArgs {
    /// The folder; it is made if it is not there
    #[arg(value_name = "DIR")]
    folder: PathBuf,
}

pub(super) fn completions(args: &CompletionsArgs, mut command: Command) -> Outcome {
    let mut script = Vec::new();
    generate(args.shell, &mut command, "splinterdns", &mut script);
    // Nobody may be reading any more, which is no error.
    let _ = std::io::stdout().write_all(&script);
    Ok(())
}

pub(super) fn man(args: &ManArgs, command: Command) -> Outcome {
    let folder = args.folder.display();
    fs::create_dir_all(&args.folder)
        .and_then(|()| clap_mangen::generate_to(command, &args.folder))
        .map_err(|why| Failure::unreadable(format!("cannot write into {folder}: {why}")))?;
    say!("{folder}: splinterdns.1 and a page for each command");
    Ok(())
}
