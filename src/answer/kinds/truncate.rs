//! `truncate`: TC without records: the client is to come back by TCP (RFC 7766 section 5).

use crate::{
    answer::{AnswerKind, AnswerOptions, KindEntry, MessageForm, Output, Planner},
    model::VerdictKind,
};
use hickory_proto::op::ResponseCode;
use std::time::Duration;

pub(super) const ENTRY: KindEntry =
    KindEntry { word: "truncate", bare: true, example: None, composed: false, read };

#[derive(Debug)]
struct Truncate;

fn read(options: &mut dyn AnswerOptions) -> Option<Box<dyn AnswerKind>> {
    options.open("an answer without options");
    Some(Box::new(Truncate))
}

impl AnswerKind for Truncate {
    fn plan(&self, form: &MessageForm, after: Duration, planner: &mut Planner<'_>) {
        // Over a stream there is nothing to come back to: whoever was sent there gets the answer.
        if planner.query().transport.is_stream() {
            planner.push(after, Some(Output::Honest), VerdictKind::Truncate);
            return;
        }
        let rcode = (ResponseCode::NoError, true);
        planner.forge(after, rcode, form, VerdictKind::Truncate, |_| {});
    }
}
