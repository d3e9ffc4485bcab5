//! `reset`: A TCP RST; in datagrams there is no such thing, so silence.

use crate::{
    answer::{AnswerKind, AnswerOptions, KindEntry, MessageForm, Output, Planner},
    model::VerdictKind,
};
use std::time::Duration;

pub(super) const ENTRY: KindEntry =
    KindEntry { word: "reset", bare: true, example: None, composed: false, read };

#[derive(Debug)]
struct Reset;

fn read(options: &mut dyn AnswerOptions) -> Option<Box<dyn AnswerKind>> {
    options.open("an answer without options");
    Some(Box::new(Reset))
}

impl AnswerKind for Reset {
    fn plan(&self, _form: &MessageForm, after: Duration, planner: &mut Planner<'_>) {
        let output = planner.query().transport.is_stream().then_some(Output::Reset);
        planner.push(after, output, VerdictKind::Reset);
    }
}
