//! The question of `explain` and `compare`.

use super::outcome::Failure;
use crate::{
    config::moment,
    dns::{Name, Rtype, wire_name},
};
use hickory_proto::rr::Name as WireName;
use jiff::civil::DateTime;

#[derive(Clone, Debug, clap::Args)]
pub(super) struct QuestionArgs {
    /// The name to ask for
    name: String,

    /// The record type to ask for
    #[arg(default_value = "A", value_name = "RTYPE")]
    qtype: Rtype,

    /// The day to ask on, such as 2014-03-21, or the moment, 2014-03-21T20:30 in UTC or
    /// 2014-03-21T23:30+03:00 [default: now]
    #[arg(long, value_name = "DATE", value_parser = moment)]
    pub(super) today: Option<DateTime>,

    /// What random picks are drawn from
    #[arg(long, value_name = "N")]
    pub(super) seed: Option<u64>,

    /// Print JSON
    #[arg(long)]
    pub(super) json: bool,
}

/// A question that was read.
pub(super) struct Question {
    pub(super) wire: WireName,
    pub(super) qname: Name,
    pub(super) qtype: Rtype,
}

impl QuestionArgs {
    pub(super) fn read(&self) -> Result<Question, Failure> {
        // A URL or a server would be asked for as if it were a name, and found to be honest.
        if self.name.is_empty() || self.name.contains(['/', ':', '@', ' ']) {
            return Err(Failure::problem(format!(
                "\"{}\" is no domain name: give the name alone, such as www.example.com; \
                 the root is \".\"",
                self.name
            )));
        }
        let wire = wire_name(&self.name).map_err(Failure::problem)?;
        Ok(Question { qname: Name::from_wire(&wire), wire, qtype: self.qtype })
    }
}
