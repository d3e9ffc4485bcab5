//! What a censor sends, and how it is written.
//!
//! An [`Answer`] is one entry of a country's menu. Each kind of answer is a file below `kinds/` and
//! a line in the table [`KINDS`]: the file says which options the kind has and what it sends.
//! [`Planner`] collects what goes out, and when; [`ResponseWriter`] writes messages octet by octet,
//! because censors' messages are not as a library would write them.

mod addresses;
mod alias;
mod bad_key;
mod counters;
mod kind;
mod kinds;
mod options;
mod plan;
mod soa;
mod ttl;
mod wire_form;
mod writer;

pub use addresses::{AddressChoice, AddressFamily, Pick};
pub use alias::ForgedAlias;
pub use bad_key::add_bad_key;
pub use counters::{Counters, Sampler};
pub use kind::{Answer, AnswerKind, AnswerSpan};
pub use kinds::{KINDS, LONGEST, MOST_REPLIES, kind_named};
pub use options::{AnswerOptions, KindEntry, OptionPlace};
pub use plan::{Output, Plan, PlannedStep, Planner};
pub use ttl::TtlRange;
pub use wire_form::{EdnsForm, ExtendedError, MessageForm, OwnerForm, WireForm};
pub use writer::{ChainedAlias, Redirection, ResponseHead, ResponseWriter, write_header_only};
