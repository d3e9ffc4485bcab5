//! What the YAML files say: [`CountrySpec`] and [`LabSpec`], read with the place of every value
//! kept, so that all problems of all files can be shown at once ([`Report`]).
//!
//! The way of a file: `shelf` finds it, `tree` reads it as YAML, `fields` walks its maps, and one
//! file a part of the format (`country`, `rule`, `answer`, ...) says what may stand there.

mod answer;
mod composed;
mod country;
mod example;
mod fields;
mod hours;
mod lab;
mod negative;
mod poison;
mod pool;
mod problem;
mod report;
mod rule;
mod shelf;
mod tree;
mod values;
mod wire;

pub use answer::{AnswerRef, AnswerSpec, KindSpec};
pub use composed::{DatedSpec, DelaySpec, RaceStepSpec, SometimesSpec};
pub use country::{CountrySpec, OperatorSpec, read_country};
pub use example::ExampleSpec;
pub use hours::{HoursSpec, Minute};
pub use lab::{IDLE_RANGE, LabSpec, ListenerSpec, ORIGINS, Origin, TIMEOUT_RANGE, read_lab};
pub use negative::{SoaPlace, SoaSpec};
pub use poison::{OtherTypes, PoisonSpec, TtlSpec};
pub use pool::{AddressesSpec, Pick, PoolSpec};
pub use problem::Trouble;
pub use report::{Place, Problem, Report, SourceFile};
pub use rule::{Evidence, RuleSpec};
pub use shelf::{Shelf, ShelfError, YAML};
pub use values::{At, WORDS, Word, day, duration, log_filter, moment, resolver, socket};
pub use wire::{EdeSpec, EdnsForm, OwnerForm, WireSpec};
