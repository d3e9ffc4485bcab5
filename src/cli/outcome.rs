//! What a command came to.

use crate::survey::SurveyError;

/// What a command came to: its exit code is 0, or the code that it says with the message that it
/// printed.
pub(super) type Outcome = Result<(), Failure>;

/// Why a command failed.
#[derive(Debug)]
pub(super) struct Failure {
    pub(super) code: u8,
    pub(super) message: String,
}

impl Failure {
    /// Something that the user wrote is wrong: exit code 1.
    pub(super) fn problem(message: impl std::fmt::Display) -> Self {
        Self { code: 1, message: message.to_string() }
    }

    /// Something cannot be read: exit code 2.
    pub(super) fn unreadable(message: impl std::fmt::Display) -> Self {
        Self { code: 2, message: message.to_string() }
    }
}

impl From<SurveyError> for Failure {
    fn from(error: SurveyError) -> Self {
        Self::problem(error)
    }
}
