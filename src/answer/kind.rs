//! An answer, and what every kind of answer can do.

use super::{alias::ForgedAlias, plan::Planner, wire_form::MessageForm};
use crate::{
    dns::{Name, ParserSet, QueryParser},
    model::Query,
};
use jiff::civil::Date;
use std::{fmt, net::IpAddr, time::Duration};

/// What a rule sends.
#[derive(Debug)]
pub struct Answer {
    /// A bare word, or the name of an entry under `answers`.
    pub name: String,
    kind: Box<dyn AnswerKind>,
    form: MessageForm,
    /// The parsers of those who send it, or parts of it: they have to have read the query.
    parsers: ParserSet,
    /// Whether a part of it changes over the years.
    dated: bool,
    /// Whether a part of it is a forged alias with its target's addresses.
    aliased: bool,
    /// How many answers are made of each other in it, itself included.
    depth: usize,
    /// How many answers are in it, itself included; one that is in it twice counts twice.
    size: usize,
    span: AnswerSpan,
}

/// How much may go out for one query, and how late.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AnswerSpan {
    /// Replies, at most.
    pub replies: usize,
    /// When the last of them leaves, at the latest.
    pub latest: Duration,
}

/// A kind of answer. `kinds.rs` has the table of all kinds.
pub trait AnswerKind: fmt::Debug + Send + Sync {
    /// Plans what is sent so long after the query, in messages of this form.
    fn plan(&self, form: &MessageForm, after: Duration, planner: &mut Planner<'_>);

    /// Visits the answers that it is made of, or those of them that are sent on a day.
    fn visit_parts<'a>(&'a self, _day: Option<Date>, _visit: &mut dyn FnMut(&'a Answer)) {}

    /// The answers that it is made of.
    fn parts(&self) -> Vec<&Answer> {
        let mut parts = Vec::new();
        self.visit_parts(None, &mut |part| parts.push(part));
        parts
    }

    /// How much goes out, and how late. One of its parts is sent, unless it says otherwise.
    fn span(&self) -> AnswerSpan {
        let none = AnswerSpan { replies: 1, latest: Duration::ZERO };
        self.parts().into_iter().fold(none, |most, part| AnswerSpan {
            replies: most.replies.max(part.span.replies),
            latest: most.latest.max(part.span.latest),
        })
    }

    /// Octets of the records that it makes itself for one reply, at most.
    fn record_octets(&self, _form: &MessageForm) -> usize {
        0
    }

    /// The days from which on it sends another of its parts than before.
    fn days(&self) -> Vec<Date> {
        Vec::new()
    }

    /// Its forged alias, if it has that name's addresses too.
    fn alias(&self) -> Option<&ForgedAlias> {
        None
    }

    /// The addresses of the pages that its own records lead to, and the names.
    fn pages(&self) -> (Vec<IpAddr>, Vec<&Name>) {
        (Vec::new(), Vec::new())
    }

    /// Plans what its alias's target has of the query's type: the addresses that stand beside the
    /// alias.
    fn plan_alias_target(&self, _form: &MessageForm, _planner: &mut Planner<'_>) {}

    /// Whether it is what the zones or the upstream say, for which no parser has to have read the
    /// query: the resolver reads for itself.
    fn is_honest(&self) -> bool {
        false
    }
}

/// A kind that has no options and no parts.
#[derive(Clone, Copy, Debug)]
pub(super) struct PlainKind {
    /// As [`AnswerKind::plan`].
    pub(super) plan: fn(&MessageForm, Duration, &mut Planner<'_>),
    /// As [`AnswerKind::is_honest`].
    pub(super) honest: bool,
}

impl AnswerKind for PlainKind {
    fn plan(&self, form: &MessageForm, after: Duration, planner: &mut Planner<'_>) {
        (self.plan)(form, after, planner);
    }

    fn is_honest(&self) -> bool {
        self.honest
    }
}

impl Answer {
    /// An answer whose sender reads queries with this parser; one that is made of others is sent by
    /// their senders.
    #[must_use]
    pub fn new(
        name: String,
        kind: Box<dyn AnswerKind>,
        form: MessageForm,
        parser: QueryParser,
    ) -> Self {
        let parts = kind.parts();
        let dated = !kind.days().is_empty() || parts.iter().any(|part| part.dated);
        let depth = 1 + parts.iter().map(|part| part.depth).max().unwrap_or(0);
        let size = parts.iter().fold(1_usize, |size, part| size.saturating_add(part.size));
        let span = kind.span();
        let aliased = kind.alias().is_some() || parts.iter().any(|part| part.aliased);
        let parsers = if kind.is_honest() {
            ParserSet::ALL
        } else if parts.is_empty() {
            ParserSet::of(parser)
        } else {
            union(parts.iter().map(|part| part.parsers))
        };
        Self { name, kind, form, parsers, dated, aliased, depth, size, span }
    }

    /// Plans what is sent so long after the query, if its sender has read the query.
    pub fn plan(&self, after: Duration, planner: &mut Planner<'_>) {
        if self.parsers.intersects(planner.query.parsers) {
            self.kind.plan(&self.form, after, planner);
        }
    }

    /// The forged aliases in it whose targets' addresses it has too.
    #[must_use]
    pub fn aliases(&self) -> Vec<&ForgedAlias> {
        let parts = self.kind.parts().into_iter().flat_map(Self::aliases);
        self.kind.alias().into_iter().chain(parts).collect()
    }

    /// The addresses of the pages that it leads to, on any day, and the names of those whose
    /// addresses it does not have.
    #[must_use]
    pub fn pages(&self) -> (Vec<IpAddr>, Vec<&Name>) {
        let (mut addresses, mut names) = self.kind.pages();
        for part in self.kind.parts() {
            let (more, others) = part.pages();
            addresses.extend(more);
            names.extend(others);
        }
        (addresses, names)
    }

    /// Whether one of them leads to a name on a day.
    #[must_use]
    pub fn leads_to(&self, name: &Name, day: Date) -> bool {
        let own = || self.kind.alias().is_some_and(|alias| alias.leads_to(name));
        let part = || {
            let mut leads = false;
            self.kind.visit_parts(Some(day), &mut |part| leads |= part.leads_to(name, day));
            leads
        };
        self.aliased && (own() || part())
    }

    /// Plans what the target of one of its aliases has, if the query asks for one. A resolver's
    /// customers are led there, so that its resolver knows it.
    pub fn plan_alias_target(&self, planner: &mut Planner<'_>) -> bool {
        if self.kind.alias().is_some_and(|alias| alias.leads_to(&planner.query.qname)) {
            self.kind.plan_alias_target(&self.form, planner);
            return true;
        }
        let mut is_planned = false;
        self.kind.visit_parts(Some(planner.query.day()), &mut |part| {
            is_planned = is_planned || part.plan_alias_target(planner);
        });
        is_planned
    }

    /// How many answers are made of each other in it, itself included.
    #[must_use]
    pub const fn depth(&self) -> usize {
        self.depth
    }

    /// How many answers are looked at when all of it is, itself included.
    #[must_use]
    pub const fn size(&self) -> usize {
        self.size
    }

    /// How much may go out for one query, and how late.
    #[must_use]
    pub const fn span(&self) -> AnswerSpan {
        self.span
    }

    /// Octets of the records in one reply, at most; its parts have theirs.
    #[must_use]
    pub fn record_octets(&self) -> usize {
        self.kind.record_octets(&self.form)
    }

    /// The parsers of those who send it, or parts of it.
    #[must_use]
    pub const fn parsers(&self) -> ParserSet {
        self.parsers
    }

    /// Whether a part of it changes over the years.
    #[must_use]
    pub const fn is_dated(&self) -> bool {
        self.dated
    }

    /// The days from which on it, or a part of it, is another than before.
    #[must_use]
    pub fn days(&self) -> Vec<Date> {
        let parts = self.kind.parts().into_iter().filter(|part| part.dated);
        self.kind.days().into_iter().chain(parts.flat_map(Self::days)).collect()
    }

    /// Whether it is what the zones or the upstream say.
    #[must_use]
    pub fn is_honest(&self) -> bool {
        self.kind.is_honest()
    }

    /// Whether somebody who has read the query sends something of this, on the query's day.
    #[must_use]
    pub fn is_for(&self, query: &Query) -> bool {
        self.parsers.intersects(query.parsers)
            && (!self.dated || self.parsers_on(query.day()).intersects(query.parsers))
    }

    fn parsers_on(&self, day: Date) -> ParserSet {
        if !self.dated {
            return self.parsers;
        }
        let mut parsers = None;
        self.kind.visit_parts(Some(day), &mut |part| {
            parsers = joined(parsers, part.parsers_on(day));
        });
        parsers.unwrap_or(ParserSet::ALL)
    }
}

/// The parsers of all parts but the honest ones, for which nobody has to have read the query.
fn union(parts: impl Iterator<Item = ParserSet>) -> ParserSet {
    parts.fold(None, joined).unwrap_or(ParserSet::ALL)
}

/// With one part more.
fn joined(parsers: Option<ParserSet>, more: ParserSet) -> Option<ParserSet> {
    if more == ParserSet::ALL {
        return parsers;
    }
    Some(parsers.map_or(more, |parsers| parsers.union(more)))
}
