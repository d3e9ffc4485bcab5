//! Events of the queries that a listener answers.

use super::serving::Relayed;
use crate::{
    engine::{Engine, Response, Scratch},
    events::{Asked, Delivered, PendingEvent, Publisher, QueryEvent},
    model::VerdictKind,
    policy::Jurisdiction,
};
use std::{
    net::SocketAddr,
    sync::Arc,
    time::{Duration, Instant, SystemTime},
};

/// An event whose replies are on their way; nothing without observers.
pub(super) type Event = Option<Arc<PendingEvent>>;

/// Begins events, while anybody looks.
pub(super) struct Observer {
    /// The last event's publisher; nothing while nobody looks.
    publisher: Option<Publisher>,
    /// What observers are told of honest answers that were not given.
    honest: Scratch,
}

/// How a request came in.
pub(super) struct Arrival<'r> {
    pub(super) at: Instant,
    pub(super) time: SystemTime,
    pub(super) client: SocketAddr,
    pub(super) server: SocketAddr,
    pub(super) octets: &'r [u8],
}

impl Observer {
    /// With room for this many honest answers.
    pub(super) fn new(answers: usize) -> Self {
        Self { publisher: None, honest: Scratch::with_cache(answers) }
    }

    /// Looks whether anybody looks. That does not change before the next call.
    pub(super) fn look(&mut self, publisher: Option<&Publisher>) {
        let is_watched = publisher.is_some_and(Publisher::is_watched);
        if is_watched != self.publisher.is_some() {
            self.publisher = publisher.filter(|_| is_watched).cloned();
        }
    }

    pub(super) const fn is_watched(&self) -> bool {
        self.publisher.is_some()
    }

    /// Begins the event of a query. What is no query has none.
    pub(super) fn begin<'r>(
        &mut self,
        engine: &Engine,
        response: &Response<'_, '_, '_>,
        arrival: impl FnOnce() -> Option<Arrival<'r>>,
    ) -> Event {
        let (publisher, query) = (self.publisher.as_ref()?, response.query?);
        let Arrival { at, time, client, server, octets } = arrival()?;
        let Jurisdiction { country, operator } = response.jurisdiction;
        let rule = response.decision.and_then(|decision| decision.rule);
        let told = response.message.filter(|_| response.verdict != VerdictKind::Honest);
        let honest = told.and_then(|message| {
            engine.known_honest_answer(message, query.transport, &mut self.honest)
        });
        let mut event = QueryEvent::new(&Asked {
            time,
            today: query.arrival,
            client,
            server,
            transport: query.transport,
            qtype: query.qtype,
            qname: query.qname.as_str(),
            octets,
            country: country.map(|country| country.code),
            operator: operator.map(|operator| operator.slug.as_str()),
            verdict: response.verdict,
            honest,
        });
        if let Some((rule, pattern)) = rule {
            event.decided(&rule.slug, &rule.id, pattern, rule.evidence);
        }
        if let Some(alias) = &response.alias {
            event.led_to(&alias.to_string());
        }
        Some(publisher.begin(event, at))
    }
}

/// A reply that has not left yet. One that is dropped before it has, because its client has gone,
/// has failed.
#[derive(Debug)]
pub(super) struct Outgoing {
    event: Event,
    /// How long after the query it is to leave.
    due: Duration,
}

impl Outgoing {
    pub(super) const fn new(event: Event, due: Duration) -> Self {
        Self { event, due }
    }

    /// Notes what has become of it; what was not sent has failed. The octets are only copied for
    /// observers.
    pub(super) fn left(self, octets: &[u8], sent: bool) {
        if sent {
            self.note(Delivered::Octets(octets));
        }
    }

    /// Nothing is to leave, and that is no failure.
    pub(super) fn not_sent(mut self) {
        self.event = None;
    }

    /// Notes that the connection was reset instead.
    pub(super) fn reset(self) {
        self.note(Delivered::Reset);
    }

    fn note(mut self, content: Delivered<'_>) {
        if let Some(event) = self.event.take() {
            event.delivered(self.due, content);
        }
    }

    /// Whether anybody wants to know.
    pub(super) const fn is_observed(&self) -> bool {
        self.event.is_some()
    }
}

impl Drop for Outgoing {
    fn drop(&mut self) {
        self.event.iter().for_each(|event| event.delivered(self.due, Delivered::Failed));
    }
}

/// Notes what the upstream resolver has said.
pub(super) fn note_upstream(event: &Event, relayed: &Relayed<'_>) {
    let Some(event) = event else { return };
    if let Some(reply) = relayed.upstream {
        event.upstream_answered(reply);
    }
    if let Some((rule, verdict, alias)) = &relayed.answer.judged {
        event.change(|event| {
            event.decided(&rule.slug, &rule.id, "", rule.evidence);
            event.led_to(&alias.to_string());
            event.verdict = *verdict;
        });
    }
}
