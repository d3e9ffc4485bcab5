//! What a test sets before it asks: the day, the country, the seed, a country file.

use super::super::{
    ask::{Body, day, optional, parsed},
    problem::ApiProblem,
    state::PageState,
};
use crate::{config::ListenerSpec, model::Binding, transport::Scenario};
use axum::{Json, extract::State, http::StatusCode};
use serde::Deserialize;
use serde_json::{Value, json};
use std::net::SocketAddr;

/// What is other than at the start; what is missing or null is as it was then.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in super::super) struct ScenarioBody {
    today: Option<String>,
    country: Option<String>,
    seed: Option<u64>,
    #[serde(default)]
    listeners: Vec<ListenerBody>,
    file: Option<String>,
}

/// Where the clients of a listener are; nowhere if there is no country.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct ListenerBody {
    address: String,
    country: Option<String>,
    operator: Option<String>,
}

impl ListenerBody {
    fn read(&self) -> Result<(SocketAddr, Option<Binding>), ApiProblem> {
        let country = optional(self.country.as_deref())?;
        let operator = self.operator.clone().filter(|operator| !operator.is_empty());
        if operator.is_some() && country.is_none() {
            return Err(ApiProblem::bad("an operator is one of a country: name that too"));
        }
        let binding = country.map(|country| Binding { country, operator });
        Ok((parsed(&self.address)?, binding))
    }
}

pub(in super::super) async fn now(State(state): State<PageState>) -> Json<Value> {
    Json(told(&state))
}

/// What is so now.
fn told(state: &PageState) -> Value {
    let control = &state.control;
    let scenario = control.scenario();
    let (country, seed) = control.with_engine(|engine| {
        let country = engine.policy.default_country();
        (country.map(|country| country.code.to_string()), engine.settings.seed)
    });
    json!({
        "today": today(state),
        "country": country,
        "seed": seed,
        "listeners": listeners(state),
        "file": scenario.file.as_deref(),
    })
}

/// The moment that it is pretended to be; nothing where it is the clock's.
pub(in super::super) fn today(state: &PageState) -> Option<String> {
    state.control.with_engine(|engine| match engine.settings.clock {
        crate::clock::Clock::Real => None,
        crate::clock::Clock::Pretended(moment) => Some(moment.strftime("%FT%R").to_string()),
    })
}

/// Where it listens, and where clients are then.
pub(in super::super) fn listeners(state: &PageState) -> Value {
    let all = state.control.listeners().into_iter();
    all.map(|ListenerSpec { address, binding }| {
        json!({
            "address": address.to_string(),
            "country": binding.as_ref().map(|binding| binding.country.to_string()),
            "operator": binding.and_then(|binding| binding.operator),
        })
    })
    .collect()
}

pub(in super::super) async fn play(
    State(state): State<PageState>,
    Body(body): Body<ScenarioBody>,
) -> Result<Json<Value>, ApiProblem> {
    let ScenarioBody { today, country, seed, listeners, file } = body;
    let scenario = Scenario {
        today: day(today.as_deref())?,
        country: optional(country.as_deref())?,
        seed,
        listeners: listeners.iter().map(ListenerBody::read).collect::<Result<_, _>>()?,
        file: file.map(Into::into),
    };
    state.control.play(scenario).await?;
    Ok(Json(told(&state)))
}

/// Begins every series of random picks again, and empties the log.
pub(in super::super) async fn reset(State(state): State<PageState>) -> StatusCode {
    let shared = state.clone();
    let reset = move || {
        // What was answered before belongs to what is emptied.
        shared.events.settle(std::time::Duration::from_secs(1));
        shared.feed.recent.clear();
        shared.control.reset_turns();
    };
    // It does not panic.
    let _ = tokio::task::spawn_blocking(reset).await;
    StatusCode::NO_CONTENT
}
