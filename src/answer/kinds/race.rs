//! `race`: several replies to one query.

use crate::answer::{
    Answer, AnswerKind, AnswerOptions, AnswerSpan, KindEntry, MessageForm, OptionPlace, Planner,
};
use jiff::civil::Date;
use std::{sync::Arc, time::Duration};

pub(super) const ENTRY: KindEntry = KindEntry::composed("race", read).such_as(
    "its steps with it, such as \
         {race: [{after: 1ms, send: forged}, {after: 50ms, send: honest}]}",
);

/// A client that waits longer has given up: `dig` after 15 s, glibc after 30 s, whatever their
/// options.
pub const LONGEST: Duration = Duration::from_secs(60);

/// More replies to one query than any network was seen to send.
pub const MOST_REPLIES: usize = 16;

/// The steps, in the order of their times.
#[derive(Debug)]
struct Race(Vec<(Duration, Arc<Answer>)>);

fn read(options: &mut dyn AnswerOptions) -> Option<Box<dyn AnswerKind>> {
    let mut steps = Vec::new();
    let count = options.items("steps", &mut |index, options| {
        if index < MOST_REPLIES {
            options.open("a step of a race");
            let after = options.duration("after", (Duration::ZERO, LONGEST));
            let send = options.answer("send");
            steps.push(after.zip(send));
        }
    });
    if count == 0 || count > MOST_REPLIES {
        let expected = format!("1 to {MOST_REPLIES}");
        options.reject(OptionPlace::Whole, &format!("{count} steps"), &expected);
        return None;
    }
    let mut steps = steps.into_iter().collect::<Option<Vec<_>>>()?;
    steps.sort_by_key(|(after, _)| *after);
    Some(Box::new(Race(steps)))
}

impl AnswerKind for Race {
    fn plan(&self, _form: &MessageForm, after: Duration, planner: &mut Planner<'_>) {
        self.0.iter().for_each(|(later, answer)| answer.plan(after + *later, planner));
    }

    fn span(&self) -> AnswerSpan {
        let replies = self.0.iter().map(|(_, answer)| answer.span().replies);
        let latest = self.0.iter().map(|(after, answer)| *after + answer.span().latest);
        AnswerSpan { replies: replies.sum(), latest: latest.max().unwrap_or_default() }
    }

    fn visit_parts<'a>(&'a self, _day: Option<Date>, visit: &mut dyn FnMut(&'a Answer)) {
        self.0.iter().for_each(|(_, answer)| visit(answer));
    }
}
