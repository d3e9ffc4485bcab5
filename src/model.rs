//! The words of a policy, without the files that they are written in: countries, evidence,
//! hours, verdicts, and the query that is decided about.

mod binding;
mod country_code;
mod country_names;
mod evidence;
mod hours;
mod query;
mod verdict;

pub use binding::Binding;
pub use country_code::CountryCode;
pub use evidence::Evidence;
pub use hours::{Hours, HoursSpan, Minute, WEEKDAYS};
pub use query::Query;
pub use verdict::VerdictKind;
