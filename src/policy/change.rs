//! Corrections of rules.

use crate::model::StatedTime;

/// A correction of a rule.
#[derive(Clone, Debug)]
pub struct Change {
    /// The rule's id.
    pub id: String,
    /// When it was corrected.
    pub day: StatedTime,
    /// Whether there is no such rule any more.
    pub fell: bool,
    /// What was changed, or why it fell.
    pub text: String,
}
