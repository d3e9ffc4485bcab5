//! What went out, for whoever wants to know: one [`Event`] a query.

use crate::{
    config::Word,
    policy::Verdict,
    query::{CountryCode, Query, Transport, Type},
};
use std::net::IpAddr;

/// What was decided about one query.
#[derive(Clone, Debug)]
pub struct Event {
    /// Who asked.
    pub client: IpAddr,
    /// Over which transport.
    pub transport: Transport,
    /// For which name.
    pub name: String,
    /// For which type.
    pub rtype: Type,
    /// The country that governs the client.
    pub country: Option<CountryCode>,
    /// Its ISP.
    pub operator: Option<String>,
    /// The verdict.
    pub verdict: Word,
    /// The rule that decided.
    pub rule: Option<String>,
}

impl Event {
    /// The event of a query and its verdict.
    #[must_use]
    pub fn new(query: &Query, verdict: &Verdict<'_>) -> Self {
        Self {
            client: query.client,
            transport: query.transport,
            name: query.name.to_string(),
            rtype: query.rtype,
            country: verdict.country.map(|country| country.code),
            operator: verdict.operator.map(|operator| operator.slug.clone()),
            verdict: verdict.word,
            rule: verdict.rule.map(|(rule, _)| rule.slug.clone()),
        }
    }
}

/// Whether anybody wants events at all; making one costs a few allocations.
#[must_use]
pub fn is_watched() -> bool {
    tracing::enabled!(target: "splinterdns::query", tracing::Level::DEBUG)
}

/// Logs an event, at level `debug`, for the filter `splinterdns::query=debug`.
pub fn log(event: &Event) {
    let Event { client, transport, name, rtype, country, operator, verdict, rule } = event;
    let country = country.map_or_else(|| "-".to_owned(), |code| code.to_string());
    let (operator, rule) = (operator.as_deref().unwrap_or("-"), rule.as_deref().unwrap_or("-"));
    tracing::debug!(target: "splinterdns::query", %client, %transport, %name, %rtype, %country, operator, %verdict, rule);
}
