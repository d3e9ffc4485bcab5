//! Grades of evidence.

use std::fmt;

/// How well a rule is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Evidence {
    /// Somebody captured the packets or queried the resolver.
    Measured,
    /// A credible report says that DNS was used.
    Reported,
    /// The block is attested, its DNS form is not.
    Assumed,
}

impl Evidence {
    /// Every grade, from the best to the least.
    pub const ALL: [Self; 3] = [Self::Measured, Self::Reported, Self::Assumed];

    /// The word in configs and output.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Measured => "measured",
            Self::Reported => "reported",
            Self::Assumed => "assumed",
        }
    }
}

impl fmt::Display for Evidence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}
