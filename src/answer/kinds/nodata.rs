//! `nodata`: NOERROR without records of the type (RFC 2308 section 2.2).

use crate::{
    answer::{AnswerKind, AnswerOptions, KindEntry, MessageForm, NegativeSoa, Planner},
    model::VerdictKind,
};
use hickory_proto::op::ResponseCode;
use std::time::Duration;

pub(super) const ENTRY: KindEntry =
    KindEntry { word: "nodata", bare: true, example: None, composed: false, read };

#[derive(Debug)]
struct NoData(NegativeSoa);

fn read(options: &mut dyn AnswerOptions) -> Option<Box<dyn AnswerKind>> {
    options.open("a negative answer");
    Some(Box::new(NoData(NegativeSoa::read(options))))
}

impl AnswerKind for NoData {
    fn plan(&self, form: &MessageForm, after: Duration, planner: &mut Planner<'_>) {
        let (rcode, blocked) = ((ResponseCode::NoError, false), planner.blocked());
        planner.forge(after, rcode, form, VerdictKind::NoData, |response| {
            self.0.write(response, blocked);
        });
    }
}
