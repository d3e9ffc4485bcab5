//! What is wrong, in which file and where: places, problems, and how they are shown.
//!
//! Each module has an error type of its own; a [`Report`] takes anything that can be displayed.
//! Here is only what they share: [`Place`], and the wording of the commonest complaints.

mod place;
mod report;
mod wording;

pub use place::{At, Place};
pub use report::{Locate, LocatedProblem, Problem, Report, SourceFile, Warnings};
pub use wording::{Duplicate, InvalidValue, Lacking, Mismatch, UnknownWord, suggestion};
