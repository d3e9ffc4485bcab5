//! What this is, and how to call it.

use super::{super::state::PageState, scenario};
use axum::{
    Json,
    extract::State,
    http::{HeaderName, header::CONTENT_TYPE},
};
use serde_json::{Value, json};

/// OpenAPI 3.1.
static DESCRIPTION: &str = include_str!("../openapi.json");

pub(in super::super) async fn description() -> ([(HeaderName, &'static str); 1], &'static str) {
    ([(CONTENT_TYPE, "application/json")], DESCRIPTION)
}

pub(in super::super) async fn about(State(state): State<PageState>) -> Json<Value> {
    let spec = &state.spec;
    Json(json!({
        "version": env!("SPLINTERDNS_VERSION"),
        "class": spec.is_class,
        "read-only": spec.is_read_only,
        "listeners": scenario::listeners(&state),
        "today": scenario::today(&state),
    }))
}
