//! `dated`: answers that took turns over the years.

use crate::answer::{
    Answer, AnswerKind, AnswerOptions, KindEntry, MessageForm, OptionPlace, Planner,
};
use jiff::civil::Date;
use std::{sync::Arc, time::Duration};

pub(super) const ENTRY: KindEntry = KindEntry::composed("dated", read);

/// The answers, each with its first day; that of the first is before all others.
#[derive(Debug)]
struct Dated(Vec<(Date, Arc<Answer>)>);

fn read(options: &mut dyn AnswerOptions) -> Option<Box<dyn AnswerKind>> {
    let (mut answers, mut last) = (Vec::new(), None);
    let count = options.items("answers with their days", &mut |index, options| {
        options.open("a dated answer");
        let since = options.date("since", index > 0);
        let send = options.answer("send");
        if index == 0 && options.has("since") {
            let found = "a day in the first";
            options.reject(OptionPlace::Key("since"), found, "none: it holds from the beginning");
        } else if since.is_some() && since <= last {
            options.expect(OptionPlace::Value("since"), "a later day than the one before");
        }
        last = since.or(last);
        answers.push(send.map(|send| (since.unwrap_or(Date::MIN), send)));
    });
    if count < 2 {
        options.expect(OptionPlace::Whole, "two answers at least, each from its day on");
        return None;
    }
    Some(Box::new(Dated(answers.into_iter().collect::<Option<_>>()?)))
}

impl Dated {
    fn on(&self, day: Date) -> &Answer {
        let holds = self.0.iter().rfind(|(since, _)| *since <= day);
        &holds.expect("the first holds from the beginning").1
    }
}

impl AnswerKind for Dated {
    fn plan(&self, _form: &MessageForm, after: Duration, planner: &mut Planner<'_>) {
        self.on(planner.query.day()).plan(after, planner);
    }

    fn visit_parts<'a>(&'a self, day: Option<Date>, visit: &mut dyn FnMut(&'a Answer)) {
        match day {
            Some(day) => visit(self.on(day)),
            None => self.0.iter().for_each(|(_, answer)| visit(answer)),
        }
    }

    fn days(&self) -> Vec<Date> {
        // The first of them holds before all others.
        self.0.iter().skip(1).map(|(since, _)| *since).collect()
    }
}
