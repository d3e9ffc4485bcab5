//! What is wrong, in which file and where: places, problems, and how they are shown.
//!
//! Each module has an error type of its own; a [`Report`] takes anything that can be displayed.
//! Here is only what they share: [`Place`], and the wording of the commonest complaints.

mod place;
mod report;
mod source_file;
mod wording;

pub use place::{At, Place};
pub use report::{LocatedProblem, Problem, Report, Warnings};
pub use source_file::SourceFile;
pub use wording::{Duplicate, InvalidValue, Lacking, Mismatch, UnknownWord, suggestion};
