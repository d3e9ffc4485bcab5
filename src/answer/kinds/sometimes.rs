//! `sometimes`: a reply that comes only now and then.

use crate::answer::{Answer, AnswerKind, AnswerOptions, KindEntry, MessageForm, Planner};
use jiff::civil::Date;
use std::{sync::Arc, time::Duration};

pub(super) const ENTRY: KindEntry = KindEntry::composed("sometimes", read)
    .such_as("its options with it, such as {sometimes: {chance: 98%, then: drop, else: honest}}");

#[derive(Debug)]
struct Sometimes {
    /// How often, in millionths.
    chance: u32,
    then: Arc<Answer>,
    /// What is sent at other times.
    otherwise: Arc<Answer>,
    /// Which counter of answers it is drawn by.
    counter: usize,
}

fn read(options: &mut dyn AnswerOptions) -> Option<Box<dyn AnswerKind>> {
    options.open("sometimes");
    let chance = options.chance("chance");
    let (then, otherwise) = (options.answer("then"), options.answer("else"));
    let counter = options.counter();
    Some(Box::new(Sometimes { chance: chance?, then: then?, otherwise: otherwise?, counter }))
}

impl AnswerKind for Sometimes {
    fn plan(&self, _form: &MessageForm, after: Duration, planner: &mut Planner<'_>) {
        let happens = planner.sampler.happens(self.counter, self.chance);
        let answer = if happens { &self.then } else { &self.otherwise };
        answer.plan(after, planner);
    }

    fn visit_parts<'a>(&'a self, _day: Option<Date>, visit: &mut dyn FnMut(&'a Answer)) {
        visit(&self.then);
        visit(&self.otherwise);
    }
}
