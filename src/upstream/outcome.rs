//! What comes of asking resolvers.

use crate::dns::constants::flags3;
use std::net::SocketAddr;
use thiserror::Error;

/// What a resolver has answered.
#[derive(Clone, Debug)]
pub struct UpstreamAnswer {
    /// The whole message.
    pub octets: Vec<u8>,
    /// Why it is a truncated one: the whole one could not be had by TCP.
    pub cut: Option<UpstreamError>,
}

/// No resolver gave an answer.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum UpstreamError {
    /// There is none to ask.
    #[error("no upstream resolver is set")]
    None,
    /// As many questions are being asked as may be.
    #[error("too many questions wait for the upstream resolvers")]
    Busy,
    /// All failed; this is the last one's reason.
    #[error("upstream {server} {failure}")]
    Failed {
        /// The last one asked.
        server: SocketAddr,
        /// What happened, as words that follow its address.
        failure: String,
    },
}

/// Whether an answer only says that this resolver has none (SERVFAIL, REFUSED), so that another
/// should be asked.
#[must_use]
pub fn gives_up(answer: &[u8]) -> bool {
    matches!(answer.get(3).map(|flags| flags & flags3::RCODE), Some(2 | 5))
}
