//! Verdicts: what a client gets, in one word.

use std::fmt;

/// What a stub resolver gets that takes the first reply.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum VerdictKind {
    /// What the zone files or the upstream resolver say.
    Honest,
    /// RCODE 3: no such name.
    NxDomain,
    /// NOERROR without records of the type.
    NoData,
    /// RCODE 5.
    Refused,
    /// RCODE 2.
    ServFail,
    /// Silence.
    Drop,
    /// TC: come back by TCP.
    Truncate,
    /// A TCP RST; on UDP silence.
    Reset,
    /// Records that are not honest.
    Poison,
}

impl VerdictKind {
    /// Every verdict, in the order of the documentation.
    pub const ALL: [Self; 9] = [
        Self::Honest,
        Self::NxDomain,
        Self::NoData,
        Self::Refused,
        Self::ServFail,
        Self::Drop,
        Self::Truncate,
        Self::Reset,
        Self::Poison,
    ];

    /// The word in configs and output.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Honest => "honest",
            Self::NxDomain => "nxdomain",
            Self::NoData => "nodata",
            Self::Refused => "refused",
            Self::ServFail => "servfail",
            Self::Drop => "drop",
            Self::Truncate => "truncate",
            Self::Reset => "reset",
            Self::Poison => "poison",
        }
    }
}

impl fmt::Display for VerdictKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}
