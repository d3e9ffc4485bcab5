//! `drop`: Silence.

use crate::answer::{AnswerKind, AnswerOptions, KindEntry, MessageForm, Planner};
use std::time::Duration;

pub(super) const ENTRY: KindEntry =
    KindEntry { word: "drop", bare: true, example: None, composed: false, read };

#[derive(Debug)]
struct Silence;

fn read(options: &mut dyn AnswerOptions) -> Option<Box<dyn AnswerKind>> {
    options.open("an answer without options");
    Some(Box::new(Silence))
}

impl AnswerKind for Silence {
    fn plan(&self, _form: &MessageForm, _after: Duration, _planner: &mut Planner<'_>) {}
}
