//! The program `splinterdns`, run from the repository's root.

use super::files::repository;
use std::process::{Command, Output};

pub(crate) fn splinterdns(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_splinterdns"))
        .args(arguments)
        // Whoever runs the tests may have a terminal of another width.
        .env_remove("COLUMNS")
        .current_dir(repository())
        .output()
        .unwrap()
}
