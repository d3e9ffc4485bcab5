//! Honest answers from zone files: reading them (`master_file`, `extent`), searching one zone
//! (`search`), and following aliases from zone to zone (`catalog`), through those that every
//! resolver has (`locally_served`).

mod catalog;
mod extent;
mod locally_served;
mod master_file;
mod search;

pub use catalog::{ZoneAnswer, Zones};
pub use master_file::ZoneError;
pub use search::Zone;
