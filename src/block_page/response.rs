//! What a visitor of a block page gets.

use super::{
    connections::Visit,
    html::{Blocked, Elsewhere},
};
use crate::{
    engine::Engine,
    survey::{landing, page_addresses},
    transport::ServerControl,
};
use axum::{
    http::{
        HeaderValue, Method, Request, StatusCode,
        header::{
            ALLOW, CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, HOST, LINK,
            REFERRER_POLICY, X_CONTENT_TYPE_OPTIONS,
        },
    },
    response::{IntoResponse, Response},
};

/// Nothing is run and nothing is fetched.
const POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors *";

/// Answers a request.
pub(super) async fn respond(
    control: ServerControl,
    request: Request<()>,
    visit: Visit,
) -> Response {
    if !matches!(*request.method(), Method::GET | Method::HEAD | Method::POST) {
        let allow = [(ALLOW, HeaderValue::from_static("GET, HEAD, POST"))];
        return (StatusCode::METHOD_NOT_ALLOWED, allow).into_response();
    }
    let Some(name) = host(&request) else {
        return (StatusCode::BAD_REQUEST, "a request needs a Host (RFC 9110 section 7.2)\n")
            .into_response();
    };
    let page = move || {
        let binding = control.binding_of(visit.client);
        control.with_engine(|engine| page(engine, &name, visit, binding.as_ref()))
    };
    // It asks the engine some questions, which takes a moment.
    match tokio::task::spawn_blocking(page).await {
        Ok(response) => response,
        Err(_) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    }
}

/// The name that the client has asked for, without a port.
fn host(request: &Request<()>) -> Option<String> {
    let from_uri = request.uri().host().map(str::to_owned);
    let named = from_uri.or_else(|| {
        let header = request.headers().get(HOST)?.to_str().ok()?;
        Some(header.parse::<axum::http::uri::Authority>().ok()?.host().to_owned())
    })?;
    let name = named.trim_end_matches('.').to_ascii_lowercase();
    (!name.is_empty()).then_some(name)
}

fn page(
    engine: &Engine,
    name: &str,
    visit: Visit,
    binding: Option<&crate::model::Binding>,
) -> Response {
    let countries: Vec<_> = engine.policy.countries().iter().collect();
    let pages = page_addresses(engine, &countries);
    let (from, now) = ((visit.client, binding), engine.settings.clock.now());
    let common = [
        (CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8")),
        (CACHE_CONTROL, HeaderValue::from_static("no-store")),
        (CONTENT_SECURITY_POLICY, HeaderValue::from_static(POLICY)),
        (X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
        (REFERRER_POLICY, HeaderValue::from_static("no-referrer")),
    ];
    let Some(landing) = landing(engine, &pages, name, from, visit.address, now) else {
        let body = Elsewhere { name, visit, pages: &pages }.to_string();
        return (StatusCode::NOT_FOUND, common, body).into_response();
    };
    // Who does the blocking, and not who has ordered it (RFC 7725 section 4).
    let url = match visit.address {
        std::net::IpAddr::V4(four) => format!("http://{four}/"),
        std::net::IpAddr::V6(six) => format!("http://[{six}]/"),
    };
    let link = HeaderValue::try_from(format!("<{url}>; rel=\"blocked-by\""));
    let link = [(LINK, link.expect("an address is made of ASCII"))];
    let (today, is_known_page) = (now.date(), pages.contains_key(&visit.address));
    let body = Blocked { name, visit, landing: &landing, is_known_page, today }.to_string();
    (StatusCode::UNAVAILABLE_FOR_LEGAL_REASONS, common, link, body).into_response()
}
