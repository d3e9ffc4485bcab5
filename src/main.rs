//! The `splinterdns` command. See the library for how a query is answered.

use std::process::ExitCode;

fn main() -> ExitCode {
    splinterdns::cli::main()
}
