//! One test for each scenario, each bad input, each row of the fidelity table and each kind of
//! query that the RFCs speak of, so that a failure hides no other: `cargo test --test cases
//! pakistan` plays Pakistan's scenarios and asks its rows.

mod conformance;
mod fidelity;
mod gate;
mod invalid;
mod scenarios;
#[path = "../support/mod.rs"]
mod support;

use libtest_mimic::{Arguments, Trial};
use std::process::ExitCode;

/// So many tests run at a time, unless `--test-threads` says otherwise: they wait for replies, and
/// for silence, much longer than they compute.
const AT_A_TIME: usize = 16;

fn main() -> ExitCode {
    let mut arguments = Arguments::from_args();
    arguments.test_threads.get_or_insert(AT_A_TIME);
    let trials =
        [scenarios::trials(), invalid::trials(), fidelity::trials(), conformance::trials()];
    libtest_mimic::run(&arguments, trials.into_iter().flatten().collect()).exit_code()
}

/// A test that fails when it panics.
fn trial(name: String, test: impl FnOnce() + Send + 'static) -> Trial {
    Trial::test(name, move || {
        test();
        Ok(())
    })
}
