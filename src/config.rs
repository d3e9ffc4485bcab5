//! What the YAML files say: [`CountrySpec`] and [`LabSpec`], read with the place of every value
//! kept, so that all problems of all files can be shown at once.
//!
//! The way of a file: `shelf` finds it, `tree` reads it as YAML, `fields` walks its maps, and one
//! file a part of the format (`country`, `rule`, `answer`, ...) says what may stand there.

mod answer_options;
mod answers;
mod change;
mod citation;
mod country;
mod dates;
mod error;
mod example;
mod fields;
mod finding;
mod hours;
mod lab;
mod pool;
mod rule;
mod syntax_error;
mod upstream;
mod values;
mod wire;
mod yaml_tree;

pub use answers::{AnswerCatalog, AnswerSpec};
pub use change::ChangeSpec;
pub use citation::CitationSpec;
pub use country::{CountrySpec, OperatorSpec, read_country};
pub use dates::{day, moment};
pub use error::ConfigError;
pub use example::ExampleSpec;
pub use finding::FindingSpec;
pub use lab::{
    HONEST_SOURCES, HonestSource, IDLE_RANGE, LabSpec, ListenerSpec, MEMORY_RANGE, RATE_RANGE,
    SLIP_RANGE, TIMEOUT_RANGE, read_lab,
};
pub use pool::PoolSpec;
pub use rule::{ListSpec, RuleSpec};
pub use upstream::UpstreamSpec;
pub use values::{duration, log_filter, network, size, socket};
