//! Events of the queries that a listener answers.

use super::serving::Relayed;
use crate::{
    engine::Response,
    events::{Delivered, PendingEvent, Publisher, QueryEvent},
    policy::Jurisdiction,
};
use std::{sync::Arc, time::Instant};

/// An event whose replies are on their way; nothing without observers.
pub(super) type Event = Option<Arc<PendingEvent>>;

/// Begins the event of a query that came in at this time, if there is an observer. What is no query
/// has no event.
pub(super) fn begin(
    publisher: Option<&Publisher>,
    response: &Response<'_, '_, '_>,
    begun: Instant,
) -> Event {
    let (publisher, query) = (publisher?, response.query?);
    let Jurisdiction { country, operator } = response.jurisdiction;
    let rule = response.decision.and_then(|decision| decision.rule);
    let event = QueryEvent {
        client: query.client,
        transport: query.transport,
        qname: query.qname.to_string(),
        qtype: query.qtype,
        country: country.map(|country| country.code),
        operator: operator.map(|operator| operator.slug.clone()),
        verdict: response.verdict,
        rule: rule.map(|(rule, _)| rule.slug.clone()),
        alias: response.alias.as_ref().map(ToString::to_string),
        replies: Vec::new(),
        upstream_rcode: None,
    };
    Some(publisher.begin(event, begun))
}

/// A reply that has not left yet. One that is dropped before it has, because its client has gone,
/// has failed.
#[derive(Debug)]
pub(super) struct Outgoing(Event);

impl Outgoing {
    pub(super) const fn new(event: Event) -> Self {
        Self(event)
    }

    /// Notes what has become of it; what was not sent has failed. The octets are only copied for
    /// observers.
    pub(super) fn left(self, octets: &[u8], sent: bool) {
        if sent {
            self.note(|| Delivered::Octets(octets.to_vec()));
        }
    }

    /// Nothing is to leave, and that is no failure.
    pub(super) fn not_sent(mut self) {
        self.0 = None;
    }

    /// Notes that the connection was reset instead.
    pub(super) fn reset(self) {
        self.note(|| Delivered::Reset);
    }

    fn note(mut self, content: impl FnOnce() -> Delivered) {
        if let Some(event) = self.0.take() {
            event.delivered(content());
        }
    }

    /// Whether anybody wants to know.
    pub(super) const fn is_observed(&self) -> bool {
        self.0.is_some()
    }
}

impl Drop for Outgoing {
    fn drop(&mut self) {
        self.0.iter().for_each(|event| event.delivered(Delivered::Failed));
    }
}

/// Notes what the upstream resolver has said.
pub(super) fn note_upstream(event: &Event, relayed: &Relayed<'_>) {
    let Some(event) = event else { return };
    if let Some(rcode) = relayed.upstream_rcode {
        event.upstream_answered(rcode);
    }
    if let Some((rule, verdict, alias)) = &relayed.answer.judged {
        event.judged(&rule.slug, *verdict, &alias.to_string());
    }
}
