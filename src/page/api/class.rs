//! A class: who is where.

use super::{
    super::{
        ask::{Body, Ends, optional},
        guard::has_token,
        problem::ApiProblem,
        state::PageState,
    },
    scenario,
};
use crate::model::Binding;
use axum::{
    Json,
    extract::{ConnectInfo, State},
    http::{HeaderMap, StatusCode},
};
use serde::Deserialize;
use serde_json::{Value, json};
use std::{
    collections::BTreeMap,
    net::{IpAddr, SocketAddr},
};

/// Where somebody wants to be.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in super::super) struct PickBody {
    country: Option<String>,
    operator: Option<String>,
}

/// What is known of one participant.
#[derive(Default)]
struct SeenParticipant {
    queries: u64,
    last: Option<String>,
}

/// Queries that are looked through for the teacher.
const LOOKED_AT: usize = 10_000;

pub(in super::super) async fn now(
    State(state): State<PageState>,
    ConnectInfo(peers): ConnectInfo<Ends>,
    headers: HeaderMap,
) -> Json<Value> {
    let (is_class, client) = (state.spec.is_class, peers.client.ip());
    let teaches = is_class && has_token(&state, &headers);
    let binding = state.control.participants().all().get(&client).cloned();
    let mut told = json!({
        "enabled": is_class,
        "teacher": teaches,
        "dns": addresses(&state, peers.server.ip()),
        "you": place(client, binding.as_ref()),
        "today": scenario::today(&state),
    });
    if teaches {
        told["participants"] = participants(&state);
    }
    Json(told)
}

fn place(client: IpAddr, binding: Option<&Binding>) -> Value {
    json!({
        "address": client.to_string(),
        "country": binding.map(|binding| binding.country.to_string()),
        "operator": binding.and_then(|binding| binding.operator.clone()),
    })
}

/// Where machines can send their DNS queries: the address by which the page was reached stands for
/// a listener on all addresses.
fn addresses(state: &PageState, reached: IpAddr) -> Vec<String> {
    let all = state.control.listeners().into_iter().map(|listener| listener.address);
    let shown = all.map(|address| {
        let same = address.is_ipv4() == reached.is_ipv4();
        let ip = if address.ip().is_unspecified() && same { reached } else { address.ip() };
        SocketAddr::new(ip, address.port()).to_string()
    });
    shown.collect()
}

/// Everybody who has picked a country or asked something lately.
fn participants(state: &PageState) -> Value {
    let places = state.control.participants().all();
    let mut seen: BTreeMap<IpAddr, SeenParticipant> = BTreeMap::new();
    for client in places.keys() {
        seen.entry(*client).or_default();
    }
    for (_, event) in state.feed.recent.since(0, LOOKED_AT, false).events {
        let entry = seen.entry(event.client.ip()).or_default();
        entry.queries += 1;
        entry.last = Some(format!("{} {}", event.qname(), event.qtype));
    }
    let told = seen.iter().map(|(client, SeenParticipant { queries, last })| {
        let mut told = place(*client, places.get(client));
        told["queries"] = (*queries).into();
        told["last"] = last.clone().into();
        told
    });
    told.collect()
}

/// From now on the machine that asks is in that country, whatever it asks for.
pub(in super::super) async fn pick(
    State(state): State<PageState>,
    ConnectInfo(peers): ConnectInfo<Ends>,
    Body(PickBody { country, operator }): Body<PickBody>,
) -> Result<Json<Value>, ApiProblem> {
    if !state.spec.is_class {
        return Err(no_class());
    }
    let operator = operator.filter(|operator| !operator.is_empty());
    let binding = optional(country.as_deref())?.map(|country| Binding { country, operator });
    if let Some(binding) = binding.clone() {
        let find = move |engine: &crate::engine::Engine| {
            engine.policy.find(&binding)?;
            Ok(())
        };
        state.survey(find).await?;
    }
    let client = peers.client.ip();
    if !state.control.participants().put(client, binding.as_ref()) {
        let detail = "there are too many participants already";
        return Err(ApiProblem::new(StatusCode::SERVICE_UNAVAILABLE, detail));
    }
    Ok(Json(place(client, binding.as_ref())))
}

/// Everybody picks again.
pub(in super::super) async fn reset(
    State(state): State<PageState>,
) -> Result<StatusCode, ApiProblem> {
    if !state.spec.is_class {
        return Err(no_class());
    }
    state.control.participants().clear();
    Ok(StatusCode::NO_CONTENT)
}

fn no_class() -> ApiProblem {
    ApiProblem::forbidden("this is no class: the server was started without --class")
}
