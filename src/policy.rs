//! What the configs mean: clients to country and operator, names to rules, dates, the decision and
//! the near misses.
//!
//! [`Jurisdiction::decide`] is pure. It reads no clock, does no I/O, and borrows all that it says
//! from the policy. A *rule* decides when its pattern matches and its conditions (type, transport,
//! day) all hold; the first such rule decides, an operator's before its country's.

mod change;
mod client_networks;
mod compile;
mod countries;
mod country;
mod decide;
mod finding;
mod index;
mod rule;
mod ruleset;
mod state;
mod turns;

pub use change::Change;
pub use compile::{CompileError, RuleFiles, compile};
pub use countries::{Policy, UnknownJurisdiction};
pub use country::{Country, Operator};
pub use decide::{Decision, Jurisdiction, NearMiss, prefetch};
pub use finding::Finding;
pub use rule::{MissReason, NameList, Rule};
pub use turns::Turns;
