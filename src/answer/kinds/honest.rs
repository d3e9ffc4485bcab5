//! `honest`: What the zones or the upstream say.

use crate::answer::{AnswerKind, AnswerOptions, KindEntry, MessageForm, Planner};
use std::time::Duration;

pub(super) const ENTRY: KindEntry =
    KindEntry { word: "honest", bare: true, example: None, composed: false, read };

#[derive(Debug)]
struct Honest;

fn read(options: &mut dyn AnswerOptions) -> Option<Box<dyn AnswerKind>> {
    options.open("an answer without options");
    Some(Box::new(Honest))
}

impl AnswerKind for Honest {
    fn plan(&self, _form: &MessageForm, after: Duration, planner: &mut Planner<'_>) {
        planner.honest(after);
    }

    fn is_honest(&self) -> bool {
        true
    }
}
