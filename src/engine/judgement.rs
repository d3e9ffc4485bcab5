//! What was decided about a request.

use crate::{
    model::{Query, VerdictKind},
    policy::Decision,
};

/// What was decided about a request.
#[derive(Debug)]
pub(super) struct Judgement<'e> {
    pub(super) query: Query,
    pub(super) decision: Option<Decision<'e>>,
    pub(super) verdict: VerdictKind,
}
