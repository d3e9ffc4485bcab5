//! `init`: a country, a lab file and a zone to begin with.

use super::outcome::{Failure, Outcome};
use std::{fs, path::PathBuf};

/// Write a commented country, a lab file and a zone into a folder, to begin with
#[derive(Debug, clap::Args)]
#[command(after_help = "Example:
  splinterdns init my-configs && splinterdns serve --configs my-configs")]
pub(super) struct InitArgs {
    /// The folder; it is made if it is not there, and no file in it is overwritten
    #[arg(value_name = "DIR")]
    folder: PathBuf,
}

const FILES: [(&str, &str); 3] = [
    ("countries/xx.yaml", include_str!("init/country.yaml")),
    ("lab.yaml", include_str!("init/lab.yaml")),
    ("zones/news.example.zone", include_str!("init/news.example.zone")),
];

pub(super) fn run(args: &InitArgs) -> Outcome {
    let paths = FILES.map(|(file, text)| (args.folder.join(file), text));
    if let Some((path, _)) = paths.iter().find(|(path, _)| path.exists()) {
        return Err(Failure::problem(format!(
            "{} is there already; give a folder without it",
            path.display()
        )));
    }
    for (path, text) in paths {
        let folder = path.parent().unwrap_or(&args.folder);
        fs::create_dir_all(folder).and_then(|()| fs::write(&path, text)).map_err(|why| {
            Failure::unreadable(format!("cannot write {}: {why}", path.display()))
        })?;
        say!("{}", path.display());
    }
    let folder = args.folder.display();
    say!("\nnext:  splinterdns check {folder}");
    say!("       splinterdns serve --configs {folder}");
    Ok(())
}
