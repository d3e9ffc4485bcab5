//! The options of `explain` and `compare`.

use crate::config::{LabSpec, moment};
use jiff::civil::DateTime;

#[derive(Clone, Debug, clap::Args)]
pub(super) struct AskingArgs {
    /// The day to ask on, such as 2014-03-21, or the moment, 2014-03-21T20:30 in UTC or
    /// 2014-03-21T23:30+03:00 [default: now]
    #[arg(long, value_name = "DATE", value_parser = moment)]
    today: Option<DateTime>,

    /// What random picks are drawn from
    #[arg(long, value_name = "N")]
    seed: Option<u64>,

    /// Print JSON
    #[arg(long)]
    pub(super) json: bool,
}

impl AskingArgs {
    /// The same in the words of a lab file.
    pub(super) fn spec(&self) -> LabSpec {
        LabSpec { today: self.today, seed: self.seed, ..LabSpec::default() }
    }
}
