//! `delay`: an answer that comes late.

use super::race::LONGEST;
use crate::answer::{
    Answer, AnswerKind, AnswerOptions, AnswerSpan, KindEntry, MessageForm, Planner,
};
use jiff::civil::Date;
use std::{sync::Arc, time::Duration};

pub(super) const ENTRY: KindEntry = KindEntry::composed("delay", read)
    .such_as("its options with it, such as {delay: {by: 2s, then: honest}}");

#[derive(Debug)]
struct Delay {
    by: Duration,
    then: Arc<Answer>,
}

fn read(options: &mut dyn AnswerOptions) -> Option<Box<dyn AnswerKind>> {
    options.open("a delay");
    let by = options.duration("by", (Duration::ZERO, LONGEST));
    let then = options.answer("then");
    Some(Box::new(Delay { by: by?, then: then? }))
}

impl AnswerKind for Delay {
    fn plan(&self, _form: &MessageForm, after: Duration, planner: &mut Planner<'_>) {
        self.then.plan(after + self.by, planner);
    }

    fn span(&self) -> AnswerSpan {
        let AnswerSpan { replies, latest } = self.then.span();
        AnswerSpan { replies, latest: self.by + latest }
    }

    fn visit_parts<'a>(&'a self, _day: Option<Date>, visit: &mut dyn FnMut(&'a Answer)) {
        visit(&self.then);
    }
}
