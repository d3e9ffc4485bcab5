//! Which call is answered by which function.

use super::{
    api::{check, class, countries, feed, names, openapi, questions, quiz, resolve, scenario},
    assets::asset,
    guard::guard,
    problem::ApiProblem,
    state::PageState,
};
use axum::{
    Router,
    extract::DefaultBodyLimit,
    http::StatusCode,
    middleware::from_fn_with_state,
    routing::{get, post, put},
};

/// Octets of a body: a country file may be long.
const BODY: usize = 4 << 20;

pub(super) fn router(state: PageState) -> Router {
    let api = Router::new()
        .route("/about", get(openapi::about))
        .route("/openapi.json", get(openapi::description))
        .route("/countries", get(countries::all))
        .route("/countries/{code}", get(countries::one))
        .route("/categories", get(countries::categories))
        .route("/explain", get(questions::explain))
        .route("/explain.pcap", get(questions::capture))
        .route("/compare", get(questions::compare))
        .route("/timeline", get(questions::timeline))
        .route("/names", get(names::names))
        .route("/matrix", get(names::matrix))
        .route("/log", get(feed::log))
        .route("/live", get(feed::live))
        .route("/scenario", get(scenario::now).put(scenario::play))
        .route("/reset", post(scenario::reset))
        .route("/check", post(check::check))
        .route("/resolve", post(resolve::resolve))
        .route("/class", get(class::now))
        .route("/class/me", put(class::pick))
        .route("/class/reset", post(class::reset))
        .route("/quiz", get(quiz::questions))
        .route("/quiz/answer", get(quiz::answer))
        .fallback(no_call);
    Router::new()
        .nest("/api/v1", api)
        .route("/metrics", get(feed::metrics))
        .fallback_service(get(asset))
        .method_not_allowed_fallback(no_method)
        .layer(DefaultBodyLimit::max(BODY))
        .layer(from_fn_with_state(state.clone(), guard))
        .with_state(state)
}

async fn no_call() -> ApiProblem {
    ApiProblem::new(StatusCode::NOT_FOUND, "no such call; /api/v1/openapi.json describes all")
}

async fn no_method() -> ApiProblem {
    let detail = "this cannot be done with that method; /api/v1/openapi.json describes all calls";
    ApiProblem::new(StatusCode::METHOD_NOT_ALLOWED, detail)
}
