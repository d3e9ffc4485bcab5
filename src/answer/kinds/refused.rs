//! `refused`: RCODE 5 (RFC 1035 section 4.1.1).

use crate::{
    answer::{AnswerKind, AnswerOptions, KindEntry, MessageForm, Planner},
    model::VerdictKind,
};
use hickory_proto::op::ResponseCode;
use std::time::Duration;

pub(super) const ENTRY: KindEntry =
    KindEntry { word: "refused", bare: true, example: None, composed: false, read };

#[derive(Debug)]
struct Refused;

fn read(options: &mut dyn AnswerOptions) -> Option<Box<dyn AnswerKind>> {
    options.open("an answer without options");
    Some(Box::new(Refused))
}

impl AnswerKind for Refused {
    fn plan(&self, form: &MessageForm, after: Duration, planner: &mut Planner<'_>) {
        let rcode = (ResponseCode::Refused, false);
        planner.forge(after, rcode, form, VerdictKind::Refused, |_| {});
    }
}
