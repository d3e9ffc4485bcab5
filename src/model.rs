//! The words of a policy, without the files that they are written in: countries, evidence,
//! hours, verdicts, and the query that is decided about.

mod binding;
mod citation;
mod country_code;
mod country_names;
mod evidence;
mod hours;
mod packet_form;
mod period;
mod query;
mod state;
mod stated_time;
mod verdict;

pub use binding::Binding;
pub use citation::{Attested, Citation};
pub use country_code::CountryCode;
pub use evidence::Evidence;
pub use hours::{Hours, HoursSpan, Minute, WEEKDAYS};
pub use packet_form::{IpId, IpTtl, PacketForm};
pub use period::{Holding, Period, Sighting};
pub use query::Query;
pub use state::{Means, State};
pub use stated_time::StatedTime;
pub use verdict::VerdictKind;
