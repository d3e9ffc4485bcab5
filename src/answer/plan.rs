//! What goes out for one query, and when.

use super::{
    counters::Sampler,
    wire_form::MessageForm,
    writer::{ChainedAlias, ResponseHead, ResponseWriter},
};
use crate::{
    dns::QueryView,
    model::{PacketForm, Query, VerdictKind},
};
use hickory_proto::op::ResponseCode;
use std::{ops::Range, time::Duration};

/// What goes out for one query, and when. It serves query after query, so that nothing is
/// allocated.
#[derive(Debug, Default)]
pub struct Plan {
    /// Messages, one behind the other.
    pub octets: Vec<u8>,
    /// In the order of their times; none is silence.
    pub steps: Vec<PlannedStep>,
    first: Option<FirstStep>,
}

/// What comes first, and when.
#[derive(Clone, Copy, Debug)]
struct FirstStep {
    after: Duration,
    /// Whether it is a message or a reset, and not silence.
    sends: bool,
    verdict: VerdictKind,
}

/// One thing that goes out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PlannedStep {
    /// How long after the query came in.
    pub after: Duration,
    /// What.
    pub output: Output,
}

/// What a step sends. Ranges are of the plan's octets.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Output {
    /// A message of our own making, and how its packet looks.
    Forged(Range<usize>, PacketForm),
    /// What the protocol wants, whatever the policy says.
    Rejected(Range<usize>),
    /// A message of our own making about the target of a forged alias, which is no lie.
    AliasTarget(Range<usize>),
    /// What the zones or the upstream say.
    Honest,
    /// A TCP RST.
    Reset,
}

impl Output {
    /// How its packets look, where an injector sends them.
    #[must_use]
    pub fn packet(&self) -> PacketForm {
        match self {
            Self::Forged(_, packet) => *packet,
            Self::Rejected(_) | Self::AliasTarget(_) | Self::Honest | Self::Reset => {
                PacketForm::default()
            }
        }
    }
}

/// Collects what a verdict on one query sends.
#[derive(Debug)]
pub struct Planner<'a> {
    /// The query.
    pub query: &'a Query,
    message: QueryView<'a>,
    /// The name that the deciding pattern is about.
    pub blocked: Option<&'a str>,
    /// The aliases that led from the message's question to the query's.
    chain: &'a [ChainedAlias],
    /// The most octets that a response may have.
    limit: usize,
    /// What random picks are drawn from.
    pub sampler: Sampler<'a>,
    plan: &'a mut Plan,
}

impl Plan {
    /// Forgets the plan of the query before.
    pub fn clear(&mut self) {
        self.octets.clear();
        self.steps.clear();
        self.first = None;
    }

    /// The verdict, if anything was planned; the next one is about what is planned from now on.
    pub fn take_verdict(&mut self) -> VerdictKind {
        self.first.take().map_or(VerdictKind::Drop, |first| first.verdict)
    }

    /// Plans a step that has a verdict; one without an output is silence, whose verdict counts only
    /// where nothing else is sent.
    pub fn push(&mut self, after: Duration, output: Option<Output>, verdict: VerdictKind) {
        let sends = output.is_some();
        if self.first.is_none_or(|first| sends && (after < first.after || !first.sends)) {
            self.first = Some(FirstStep { after, sends, verdict });
        }
        self.steps.extend(output.map(|output| PlannedStep { after, output }));
    }

    /// Brings the steps into the order of their times.
    pub fn sort(&mut self) {
        self.steps.sort_by_key(|step| step.after);
    }
}

impl<'a> Planner<'a> {
    /// Plans for a query, which came in this message. `blocked` is the name that the deciding
    /// pattern is about, if it is about one.
    #[must_use]
    pub fn new(
        query: &'a Query,
        message: QueryView<'a>,
        blocked: Option<&'a str>,
        sampler: Sampler<'a>,
        plan: &'a mut Plan,
    ) -> Self {
        let limit = message.response_limit(query.transport);
        Self { query, message, blocked, chain: &[], limit, sampler, plan }
    }

    /// The same for a query that aliases have led to from the question of the message.
    #[must_use]
    pub const fn at_the_end_of(mut self, chain: &'a [ChainedAlias]) -> Self {
        self.chain = chain;
        self
    }

    /// Plans what the zones or the upstream say.
    pub fn honest(&mut self, after: Duration) {
        self.plan.push(after, Some(Output::Honest), VerdictKind::Honest);
    }

    /// Plans something that is no message, or nothing, which still is a verdict.
    pub fn push(&mut self, after: Duration, output: Option<Output>, verdict: VerdictKind) {
        self.plan.push(after, output, verdict);
    }

    /// Plans a message of our own making, with records that `write` adds.
    pub fn forge(
        &mut self,
        after: Duration,
        (rcode, truncated): (ResponseCode, bool),
        form: &MessageForm,
        verdict: VerdictKind,
        write: impl FnOnce(&mut ResponseWriter<'_>),
    ) {
        let written = self.write((rcode, truncated), form, write);
        self.plan.push(after, Some(Output::Forged(written, form.wire.packet)), verdict);
    }

    /// Plans what the target of a forged alias has, with records that `write` adds.
    pub fn alias_target(
        &mut self,
        form: &MessageForm,
        write: impl FnOnce(&mut ResponseWriter<'_>),
    ) {
        let written = self.write((ResponseCode::NoError, false), form, write);
        let output = Some(Output::AliasTarget(written));
        self.plan.push(Duration::ZERO, output, VerdictKind::Honest);
    }

    fn write(
        &mut self,
        (rcode, truncated): (ResponseCode, bool),
        form: &MessageForm,
        write: impl FnOnce(&mut ResponseWriter<'_>),
    ) -> Range<usize> {
        let ede = form.ede.as_ref().map(|ede| (ede.code, &*ede.text));
        let head = ResponseHead { rcode, truncated, wire: form.wire, ede };
        let mut response = head.begin(self.message, &mut self.plan.octets);
        response.follow(self.chain);
        write(&mut response);
        response.end(self.limit)
    }
}
