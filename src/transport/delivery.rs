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
        replies: Vec::new(),
        upstream_rcode: None,
    };
    Some(publisher.begin(event, begun))
}

/// Notes what has become of a reply; the octets are only copied for observers.
pub(super) fn note(event: &Event, octets: &[u8], sent: bool) {
    if let Some(event) = event {
        let octets = || Delivered::Octets(octets.to_vec());
        event.delivered(if sent { octets() } else { Delivered::Failed });
    }
}

/// Notes what the upstream resolver has said.
pub(super) fn note_upstream(event: &Event, relayed: &Relayed) {
    if let (Some(event), Some(flags)) = (event, relayed.upstream_flags) {
        event.upstream_answered(flags);
    }
}
