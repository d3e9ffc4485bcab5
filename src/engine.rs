//! A lab: policy, zones and settings together, and the way of a query through them up to the
//! socket.
//!
//! `serve` and `explain` both come in here, so an explanation cannot differ from what is sent.

mod course;
mod examples;
mod honest;
mod known;
mod load;
mod rehearse;
mod settings;

pub use course::{Asker, Desk, Governed, Opened, ROW, Row, foresee};
pub use honest::{Due, Local};
pub use load::{LoadError, Shelves, check_countries, check_zones, load};
pub use rehearse::{Part, Rehearsal, Sent, What};
pub use settings::Settings;

use crate::{
    answer::{Turns, Zones},
    policy::Policy,
};

/// Everything that answers are made from.
#[derive(Debug)]
pub struct Lab {
    /// Who is governed how.
    pub policy: Policy,
    /// What is honest.
    pub zones: Zones,
    /// Who listens, who may ask, and the rest of the lab file.
    pub settings: Settings,
    turns: Turns,
}

impl Lab {
    /// A lab whose rings all stand at their beginning.
    #[must_use]
    pub fn new(policy: Policy, zones: Zones, settings: Settings) -> Self {
        let turns = Turns::new(policy.rings());
        Self { policy, zones, settings, turns }
    }
}
