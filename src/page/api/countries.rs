//! Countries and categories.

use super::super::{ask::parsed, problem::ApiProblem, state::PageState};
use crate::{
    model::Binding,
    survey::{CATEGORIES, country_in_full_json, country_json},
};
use axum::{
    Json,
    extract::{Path, State, rejection::PathRejection},
};
use serde_json::{Value, json};

pub(in super::super) async fn all(
    State(state): State<PageState>,
) -> Result<Json<Value>, ApiProblem> {
    let all = |engine: &crate::engine::Engine| {
        Ok(engine.policy.countries().iter().map(country_json).collect())
    };
    state.survey(all).await.map(Json)
}

pub(in super::super) async fn one(
    State(state): State<PageState>,
    code: Result<Path<String>, PathRejection>,
) -> Result<Json<Value>, ApiProblem> {
    let Path(code) = code.map_err(|why| ApiProblem::new(why.status(), why.body_text()))?;
    let named = Binding::to(parsed(&code)?);
    let one = move |engine: &crate::engine::Engine| {
        Ok(country_in_full_json(engine.policy.find(&named)?.0))
    };
    state.survey(one).await.map(Json)
}

pub(in super::super) async fn categories() -> Json<Value> {
    let all = CATEGORIES.iter().map(|(code, name)| json!({ "code": code, "name": name }));
    Json(all.collect())
}
