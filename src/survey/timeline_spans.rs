//! What is known of a name over the years: spans between the moments at which that may change.

use super::{question::Question, vantage_points::VantagePoint};
use crate::{
    dns::Transport,
    engine::{Engine, Explanation},
    model::{Evidence, Period, State, StatedTime, VerdictKind},
    policy::{MissReason, NearMiss, Turns},
};
use jiff::civil::{DateTime, date};
use std::collections::BTreeSet;

/// What is known between two turns. Of several vantage points in a country the greatest counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Standing {
    /// No rule and no finding says anything.
    Unknown,
    /// A rule has not begun, or has ended.
    Honest,
    /// It was seen later, and when it began is not known.
    Unsure,
    /// Somebody has measured that it is not blocked.
    Free,
    /// It is blocked, but not by DNS.
    BlockedElsewhere,
    /// DNS lies about it.
    Blocked,
}

/// A time in which one thing is known.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Span {
    /// Its first moment; nothing for the beginning of time.
    pub(crate) begin: Option<DateTime>,
    /// The first moment behind it.
    pub(crate) end: Option<DateTime>,
    pub(crate) standing: Standing,
    /// Whether a source states a beginning; otherwise it is that of the first sighting.
    pub(crate) is_stated: bool,
    /// The beginning as the source has it, where it begins with a rule's or a finding's period.
    pub(crate) stated: Option<StatedTime>,
    /// What a client gets, where DNS lies.
    pub(crate) verdict: Option<VerdictKind>,
    /// How well that is known.
    pub(crate) evidence: Option<Evidence>,
    /// Whether that is so at some hours only.
    pub(crate) at_hours: bool,
    /// The rules that decide, by their ids.
    pub(crate) rules: BTreeSet<String>,
    /// The other means, in a config's words.
    pub(crate) means: BTreeSet<String>,
}

impl Standing {
    fn of(explanation: &Explanation<'_>) -> Self {
        let Explanation { query, decision, verdict, .. } = explanation;
        match decision.state(query, *verdict) {
            State::Blocked => return Self::Blocked,
            State::BlockedElsewhere => return Self::BlockedElsewhere,
            State::Free => return Self::Free,
            State::Unknown => {}
        }
        let mut misses = decision.jurisdiction.near_misses(query);
        misses.retain(|NearMiss { rule, .. }| rule.is_about(query) && !rule.answer.is_honest());
        let standings = misses.iter().map(|miss| match miss.why {
            MissReason::Unknown => Self::Unsure,
            MissReason::NotYet | MissReason::NoLonger | MissReason::Hours => Self::Honest,
            _ => Self::Unknown,
        });
        standings.max().unwrap_or(Self::Unknown)
    }

    /// The state, as `explain` has it.
    pub(crate) const fn state(self) -> State {
        match self {
            Self::Blocked => State::Blocked,
            Self::BlockedElsewhere => State::BlockedElsewhere,
            Self::Free => State::Free,
            Self::Unknown | Self::Honest | Self::Unsure => State::Unknown,
        }
    }
}

/// No time that a file states is before it.
const BEGINNING: DateTime = date(1900, 1, 1).at(0, 0, 0, 0);

/// The spans of a name at a vantage point, or nothing where no file says anything about it.
pub(crate) fn spans(
    engine: &Engine,
    question: &Question,
    from: VantagePoint<'_>,
) -> Option<Vec<Span>> {
    let jurisdiction = engine.policy.jurisdiction(from.client, None);
    let Turns { moments, hours } = jurisdiction.turns(&question.qname)?;
    let begins: Vec<_> = [None].into_iter().chain(moments.into_iter().map(Some)).collect();
    let ends = begins.iter().skip(1).copied().chain([None]);
    let spans = begins.iter().copied().zip(ends).map(|(begin, end)| {
        let first = begin.unwrap_or(BEGINNING);
        let within = hours.iter().flat_map(|hours| hours.turns(first));
        let within = within.filter(|moment| end.is_none_or(|end| *moment < end));
        let known = [first].into_iter().chain(within).map(|moment| {
            let asking = (from.client, Transport::Udp);
            let explained = engine.explain(&question.wire, question.qtype, asking, moment);
            Span { begin, end, ..Span::of(&explained) }
        });
        known.reduce(|one, other| Span {
            at_hours: one.at_hours || other.at_hours || one.standing != other.standing,
            ..one.with(&other)
        })
    });
    let spans = joined(spans.flatten());
    spans.iter().any(|span| span.standing != Standing::Unknown).then_some(spans)
}

/// The spans of several vantage points in one: what the greatest standing among them is.
pub(crate) fn merged(all: &[Vec<Span>]) -> Vec<Span> {
    let begins: BTreeSet<_> = all.iter().flatten().map(|span| span.begin).collect();
    let begins: Vec<_> = begins.into_iter().collect();
    let ends = begins.iter().skip(1).copied().chain([None]);
    let spans = begins.iter().copied().zip(ends).map(|(begin, end)| {
        let then = all.iter().filter_map(|spans| spans.iter().rfind(|span| span.begin <= begin));
        let greatest = then.cloned().reduce(|one, other| one.with(&other));
        greatest.map(|span| Span { begin, end, ..span })
    });
    joined(spans.flatten())
}

/// Neighbours that say the same are one span.
fn joined(spans: impl Iterator<Item = Span>) -> Vec<Span> {
    let mut joined: Vec<Span> = Vec::new();
    for span in spans {
        match joined.last_mut() {
            Some(last) if last.standing == span.standing && last.at_hours == span.at_hours => {
                *last = Span { end: span.end, ..last.with(&span) };
            }
            _ => joined.push(span),
        }
    }
    joined
}

impl Span {
    fn of(explanation: &Explanation<'_>) -> Self {
        let Explanation { query, decision, verdict, .. } = explanation;
        let standing = Standing::of(explanation);
        let rule = decision.rule.map(|(rule, _)| rule);
        let findings = || decision.jurisdiction.findings(query);
        let found = findings().map(|finding| &finding.period).filter(|_| rule.is_none());
        let periods = rule.iter().flat_map(|rule| &rule.periods).chain(found);
        let holds = |period: &&Period| period.holds(query.arrival);
        let periods: Vec<_> = periods.filter(holds).collect();
        let is_stated = periods.iter().any(|period| period.since.is_some());
        let mut begins = periods.iter().filter_map(|period| period.first_stated());
        let stated = begins.find(|begin| begin.first() == query.arrival);
        let found_evidence = |standing| {
            let is_known = matches!(standing, Standing::BlockedElsewhere | Standing::Free);
            findings().next().filter(|_| is_known).map(|finding| finding.evidence)
        };
        let means = findings().filter_map(|finding| finding.means);
        let means = means.filter(|_| standing == Standing::BlockedElsewhere);
        Self {
            begin: None,
            end: None,
            standing,
            is_stated,
            stated,
            verdict: (standing == Standing::Blocked).then_some(*verdict),
            evidence: rule.map(|rule| rule.evidence).or_else(|| found_evidence(standing)),
            at_hours: false,
            rules: rule.map(|rule| rule.id.clone()).into_iter().collect(),
            means: means.map(|means| means.to_string()).collect(),
        }
    }

    /// The greater of two that are known of one time; of equals both.
    fn with(&self, other: &Self) -> Self {
        let (mut greater, lesser) = if other.standing > self.standing {
            (other.clone(), self)
        } else {
            (self.clone(), other)
        };
        if greater.standing == lesser.standing {
            greater.rules.extend(lesser.rules.iter().cloned());
            greater.means.extend(lesser.means.iter().cloned());
            // Who blocks at all hours settles it.
            greater.at_hours &= lesser.at_hours;
        }
        Self { begin: self.begin, end: self.end, ..greater }
    }

    /// Whether it lies in a time, in part at least.
    pub(crate) fn meets(&self, begin: DateTime, end: DateTime) -> bool {
        self.begin.is_none_or(|own| own < end) && self.end.is_none_or(|own| own > begin)
    }
}
