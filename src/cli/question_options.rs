//! The question of `explain` and `compare`.

use super::outcome::Failure;
use crate::{
    config::{LabSpec, moment},
    dns::{Name, Rtype, wire_name},
};
use hickory_proto::rr::Name as WireName;
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

/// A question that was read.
pub(super) struct Question {
    pub(super) wire: WireName,
    pub(super) qname: Name,
    pub(super) qtype: Rtype,
}

impl Question {
    pub(super) fn read(name: &str, qtype: Rtype) -> Result<Self, Failure> {
        // A URL or a server would be asked for as if it were a name, and found to be honest.
        if name.is_empty() || name.contains(['/', ':', '@', ' ']) {
            return Err(Failure::problem(format!(
                "\"{name}\" is no domain name: give the name alone, such as www.example.com; \
                 the root is \".\""
            )));
        }
        let wire = wire_name(name).map_err(Failure::problem)?;
        Ok(Self { qname: Name::from_wire(&wire), wire, qtype })
    }
}
