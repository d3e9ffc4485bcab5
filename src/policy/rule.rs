//! Rules, and the conditions under which they hold.

use crate::{
    answer::Answer,
    dns::{Rtype, Transport},
    model::{Evidence, Hours, Query},
};
use jiff::civil::Date;
use std::{fmt, sync::Arc};

/// One rule.
#[derive(Debug)]
pub struct Rule {
    /// Its name.
    pub slug: String,
    /// The first name that one of its patterns is about.
    pub anchor: Option<Box<str>>,
    /// The types that it holds for; all when empty.
    pub types: Vec<Rtype>,
    /// The transports that it holds for; all when empty.
    pub transports: Vec<Transport>,
    /// The first day.
    pub since: Option<Date>,
    /// The first day on which it no longer holds.
    pub until: Option<Date>,
    /// The hours on which it holds; always when missing.
    pub hours: Option<Hours>,
    /// What is sent.
    pub answer: Arc<Answer>,
    /// Citizen Lab category code.
    pub category: Option<String>,
    /// How well it is known.
    pub evidence: Evidence,
    /// Keys and texts of what it rests on.
    pub sources: Vec<(Arc<str>, Arc<str>)>,
}

/// Why a rule whose pattern matched did not decide.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MissReason {
    /// It begins later.
    NotYet,
    /// It has ended.
    NoLonger,
    /// It holds at other hours.
    Hours,
    /// It is for other types.
    Type,
    /// It is for other transports.
    Transport,
    /// It is another operator's.
    Operator,
    /// The sender of its answer cannot parse the query.
    Parser,
    /// A rule above it decided.
    Shadowed,
}

impl Rule {
    /// The condition that does not hold for a query, if there is one.
    pub(super) fn failing_condition(&self, query: &Query) -> Option<MissReason> {
        if let Some(why) = self.failing_on(query.day()) {
            return Some(why);
        }
        if self.hours.as_ref().is_some_and(|hours| !hours.hold(query.arrival)) {
            return Some(MissReason::Hours);
        }
        self.failing_whenever(query)
    }

    /// The condition that does not hold for a query, whenever it is asked.
    pub(super) fn failing_whenever(&self, query: &Query) -> Option<MissReason> {
        if !self.types.is_empty() && !self.types.contains(&query.qtype) {
            return Some(MissReason::Type);
        }
        if !self.transports.is_empty() && !self.transports.contains(&query.transport) {
            return Some(MissReason::Transport);
        }
        (!self.answer.is_for(query)).then_some(MissReason::Parser)
    }

    /// Whether it has not begun on a day, or has ended.
    pub(super) fn failing_on(&self, day: Date) -> Option<MissReason> {
        if self.since.is_some_and(|since| day < since) {
            return Some(MissReason::NotYet);
        }
        self.until.is_some_and(|until| day >= until).then_some(MissReason::NoLonger)
    }

    /// Whether what it does depends on when it is asked.
    #[must_use]
    pub fn depends_on_time(&self) -> bool {
        let dated = self.since.is_some() || self.until.is_some() || self.hours.is_some();
        dated || self.answer.is_dated()
    }
}

impl fmt::Display for MissReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::NotYet => "not-yet",
            Self::NoLonger => "no-longer",
            Self::Hours => "hours",
            Self::Type => "type",
            Self::Transport => "transport",
            Self::Operator => "operator",
            Self::Parser => "parser",
            Self::Shadowed => "shadowed",
        })
    }
}
