//! Rules, and the conditions under which they hold.

use crate::{
    answer::Answer,
    dns::{Rtype, Transport},
    model::{Citation, Evidence, Holding, Hours, Period, Query},
};
use jiff::civil::DateTime;
use std::{fmt, sync::Arc};

/// A file of names that a rule is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NameList {
    /// The file, as the rule names it.
    pub file: String,
    /// How many names are read from it.
    pub names: usize,
    /// Whether it may be missing, because users fetch it themselves.
    pub is_optional: bool,
}

/// One rule.
#[derive(Debug)]
pub struct Rule {
    /// Its name.
    pub slug: String,
    /// What it is cited by: its country, its operator if it is one's, its name.
    pub id: String,
    /// The first name that one of its patterns is about.
    pub anchor: Option<Box<str>>,
    /// How many of its patterns, the first ones, stand in the country file itself.
    pub names: usize,
    /// The files with its other patterns.
    pub lists: Vec<NameList>,
    /// The types that it holds for; all when empty.
    pub types: Vec<Rtype>,
    /// The transports that it holds for; all when empty.
    pub transports: Vec<Transport>,
    /// When it holds, in order.
    pub periods: Vec<Period>,
    /// The hours on which it holds; always when missing.
    pub hours: Option<Hours>,
    /// What is sent.
    pub answer: Arc<Answer>,
    /// Citizen Lab category code.
    pub category: Option<String>,
    /// How well it is known.
    pub evidence: Evidence,
    /// What it rests on.
    pub sources: Vec<Citation>,
}

/// Why a rule whose pattern matched did not decide.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MissReason {
    /// It begins later.
    NotYet,
    /// It has ended.
    NoLonger,
    /// It was seen later, and when it began is not known.
    Unknown,
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
        if let Some(why) = self.failing_at(query.arrival) {
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

    /// Whether it has not begun at a moment, or has ended, or nobody knows.
    pub(super) fn failing_at(&self, moment: DateTime) -> Option<MissReason> {
        let mut last = None;
        for period in &self.periods {
            match period.holding(moment) {
                Holding::Yes => return None,
                // It may have begun again since.
                Holding::NoLonger => last = Some(MissReason::NoLonger),
                Holding::NotYet => return last.or(Some(MissReason::NotYet)),
                Holding::Unknown => return last.or(Some(MissReason::Unknown)),
            }
        }
        last
    }

    /// Whether it has one of these categories.
    #[must_use]
    pub fn is_of(&self, categories: &[String]) -> bool {
        self.category.as_ref().is_some_and(|category| categories.contains(category))
    }

    /// Whether it holds at a moment, for whom it is; its hours aside.
    #[must_use]
    pub fn is_in_force(&self, moment: DateTime) -> bool {
        self.failing_at(moment).is_none()
    }

    /// Whether it is for the type and the transport of a query.
    #[must_use]
    pub fn is_about(&self, query: &Query) -> bool {
        !matches!(self.failing_whenever(query), Some(MissReason::Type | MissReason::Transport))
    }

    /// The moments at which it may begin to hold, cease to, or answer otherwise; its hours aside.
    pub(super) fn turns(&self) -> impl Iterator<Item = DateTime> {
        let limits = self.periods.iter().flat_map(Period::limits);
        limits.chain(self.answer.days().into_iter().map(|day| day.at(0, 0, 0, 0)))
    }

    /// Whether what it does depends on when it is asked.
    #[must_use]
    pub fn depends_on_time(&self) -> bool {
        let dated = self.periods.iter().any(|period| !period.is_unlimited());
        dated || self.hours.is_some() || self.answer.is_dated()
    }
}

impl fmt::Display for MissReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::NotYet => "not-yet",
            Self::NoLonger => "no-longer",
            Self::Unknown => "unknown",
            Self::Hours => "hours",
            Self::Type => "type",
            Self::Transport => "transport",
            Self::Operator => "operator",
            Self::Parser => "parser",
            Self::Shadowed => "shadowed",
        })
    }
}
