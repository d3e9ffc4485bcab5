//! Honest answers from zone files: reading them (`master_file`, `extent`), searching one zone
//! (`search`), and following aliases from zone to zone (`catalog`).

mod catalog;
mod extent;
mod master_file;
mod search;

pub use catalog::{ZoneAnswer, Zones};
pub use master_file::ZoneError;
pub use search::Zone;
