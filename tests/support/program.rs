//! The program `splinterdns`, run from the repository's root.

use super::files::repository;
use std::{
    io::{BufRead, BufReader},
    net::SocketAddr,
    process::{Child, Command, Output, Stdio},
};

/// The program. It has no page, which would be at one address for all servers of all tests.
pub(crate) fn program() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_splinterdns"));
    command.env("SPLINTERDNS_PAGE", "off");
    command
}

pub(crate) fn splinterdns(arguments: &[&str]) -> Output {
    program()
        .args(arguments)
        // Whoever runs the tests may have a terminal of another width.
        .env_remove("COLUMNS")
        .current_dir(repository())
        .output()
        .unwrap()
}

/// The program serving on a port of its own; its log comes by its standard error.
pub(crate) struct Served {
    pub(crate) child: Child,
    pub(crate) address: SocketAddr,
}

impl Served {
    pub(crate) fn start(arguments: &[&str]) -> Self {
        let mut child = program()
            .args(["serve", "--listen", "127.0.0.1:0", "--today", "2026-11-22"])
            .args(arguments)
            .env("NO_COLOR", "1")
            .current_dir(repository())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let banner = BufReader::new(child.stdout.take().unwrap()).lines().map(Result::unwrap);
        let listening = |line: String| Some(line.strip_prefix("listening on ")?.to_owned());
        let line = { banner }.find_map(listening).expect("an address");
        Self { child, address: line.split(' ').next().unwrap().parse().unwrap() }
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
