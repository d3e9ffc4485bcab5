//! `nxdomain`: RCODE 3, no such name (RFC 1035 section 4.1.1, RFC 2308 section 2.1).

use crate::{
    answer::{AnswerKind, AnswerOptions, KindEntry, MessageForm, NegativeSoa, Planner},
    model::VerdictKind,
};
use hickory_proto::op::ResponseCode;
use std::time::Duration;

pub(super) const ENTRY: KindEntry =
    KindEntry { word: "nxdomain", bare: true, example: None, composed: false, read };

#[derive(Debug)]
struct NxDomain(NegativeSoa);

fn read(options: &mut dyn AnswerOptions) -> Option<Box<dyn AnswerKind>> {
    options.open("a negative answer");
    Some(Box::new(NxDomain(NegativeSoa::read(options))))
}

impl AnswerKind for NxDomain {
    fn plan(&self, form: &MessageForm, after: Duration, planner: &mut Planner<'_>) {
        let (rcode, blocked) = ((ResponseCode::NXDomain, false), planner.blocked());
        planner.forge(after, rcode, form, VerdictKind::NxDomain, |response| {
            self.0.write(response, blocked);
        });
    }
}
