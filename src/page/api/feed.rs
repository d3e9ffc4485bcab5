//! The queries of others: a log to assert on, a stream to look at, numbers for Prometheus.

use super::super::{
    ask::{Ends, Params},
    guard::has_token,
    problem::ApiProblem,
    state::PageState,
};
use crate::events::{QueriesSince, RecentQueries};
use axum::{
    extract::{ConnectInfo, State},
    http::{HeaderMap, StatusCode, header::CONTENT_TYPE},
    response::{
        IntoResponse,
        sse::{Event, KeepAlive, Sse},
    },
};
use serde::Deserialize;
use std::{convert::Infallible, net::IpAddr, time::Duration};
use tokio::{
    sync::mpsc::{Sender, channel},
    time::{MissedTickBehavior, interval},
};
use tokio_stream::{Stream, wrappers::ReceiverStream};

/// `?since=17&limit=100`
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in super::super) struct LogParams {
    since: Option<u64>,
    limit: Option<usize>,
}

/// At most so many come at once.
const MOST: usize = 10_000;

/// How long a call waits until what was answered before it has been recorded.
const PATIENCE: Duration = Duration::from_secs(1);

/// How often those who look are told of new queries.
const PACE: Duration = Duration::from_millis(200);

/// And of how many at a time: as many as a browser can show.
const SHOWN: usize = 500;

/// Tells of what was asked before the call, with all replies that leave within a second.
pub(in super::super) async fn log(
    State(state): State<PageState>,
    ConnectInfo(ends): ConnectInfo<Ends>,
    headers: HeaderMap,
    Params(LogParams { since, limit }): Params<LogParams>,
) -> Result<impl IntoResponse, ApiProblem> {
    let limit = limit.unwrap_or(MOST).min(MOST);
    let (events, recent) = (state.events.clone(), state.feed.recent.clone());
    let only = own_queries(&state, &headers, ends);
    let read = move || {
        events.settle(PATIENCE);
        let mut queries = recent.since(since.unwrap_or(0), limit, false);
        keep(&mut queries, only);
        queries.to_json(&[("next", queries.next), ("lost", queries.lost + queries.passed)])
    };
    let told = tokio::task::spawn_blocking(read).await;
    let told = told.map_err(|why| ApiProblem::new(StatusCode::INTERNAL_SERVER_ERROR, why))?;
    Ok(([(CONTENT_TYPE, "application/json")], told))
}

/// In a class who has no token sees what their own machine has asked, and nobody else's.
fn own_queries(state: &PageState, headers: &HeaderMap, ends: Ends) -> Option<IpAddr> {
    (state.spec.is_class && !has_token(state, headers)).then(|| ends.client.ip())
}

fn keep(queries: &mut QueriesSince, only: Option<IpAddr>) {
    if let Some(client) = only {
        queries.events.retain(|(_, event)| event.client.ip().to_canonical() == client);
    }
}

/// Server-sent events: batches of new queries, and how many were left out.
pub(in super::super) async fn live(
    State(state): State<PageState>,
    ConnectInfo(ends): ConnectInfo<Ends>,
    headers: HeaderMap,
) -> Sse<impl Stream<Item = Result<Event, Infallible>>> {
    let (sender, batches) = channel(1);
    let only = own_queries(&state, &headers, ends);
    tokio::spawn(follow(state, only, sender));
    Sse::new(ReceiverStream::new(batches)).keep_alive(KeepAlive::default())
}

/// Sends batches until nobody listens, or the server ends.
async fn follow(
    state: PageState,
    only: Option<IpAddr>,
    batches: Sender<Result<Event, Infallible>>,
) {
    let recent: &RecentQueries = &state.feed.recent;
    let (mut next, mut lost_before) = (recent.next(), recent.since(u64::MAX, 0, true).lost);
    let mut stop = state.stop.clone();
    let mut ticks = interval(PACE);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        tokio::select! {
            _ = ticks.tick() => {}
            _ = stop.changed() => return,
            () = batches.closed() => return,
        }
        let mut queries = recent.since(next, SHOWN, true);
        next = queries.next;
        keep(&mut queries, only);
        // Who clears the log begins to count anew.
        let lost = queries.passed + queries.lost.saturating_sub(lost_before);
        lost_before = queries.lost;
        if queries.events.is_empty() && lost == 0 {
            continue;
        }
        let event = Event::default().event("queries").data(queries.to_json(&[("lost", lost)]));
        // A browser that does not keep up misses queries, and is told how many.
        if batches.send(Ok(event)).await.is_err() {
            return;
        }
    }
}

/// Numbers for Prometheus.
pub(in super::super) async fn metrics(
    State(state): State<PageState>,
) -> Result<impl IntoResponse, ApiProblem> {
    let text = state.feed.metrics.text();
    let text = text.map_err(|why| ApiProblem::new(StatusCode::INTERNAL_SERVER_ERROR, why))?;
    let kind = "application/openmetrics-text; version=1.0.0; charset=utf-8";
    Ok(([(CONTENT_TYPE, kind)], text))
}
