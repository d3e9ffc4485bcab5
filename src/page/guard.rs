//! Who may ask, and who may change something.
//!
//! A browser lets every page that is open in it send requests to this machine. What keeps other
//! sites out: their name in `Host` is not ours, however they have it resolve (DNS rebinding); their
//! `Origin` is not ours, and without our consent they can set no header of their own, which every
//! change must have (cross-site request forgery). Nothing is changed by GET.

use super::{ask::Ends, problem::ApiProblem, state::PageState};
use axum::{
    extract::{ConnectInfo, Request, State},
    http::{
        HeaderMap, HeaderName, HeaderValue, Method, Uri,
        header::{
            AUTHORIZATION, CONTENT_SECURITY_POLICY, HOST, ORIGIN, REFERRER_POLICY,
            X_CONTENT_TYPE_OPTIONS,
        },
    },
    middleware::Next,
    response::{IntoResponse, Response},
};
use std::net::IpAddr;

/// Nothing from elsewhere, nothing inline, no frames.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; \
                      img-src 'self' data: blob:; connect-src 'self'; base-uri 'none'; \
                      form-action 'none'; frame-ancestors 'none'";

/// The header that a change must have, whatever it says.
pub(super) const OURS: HeaderName = HeaderName::from_static("x-splinterdns");

/// By which browsers tell whose page has sent a request
/// (<https://www.w3.org/TR/fetch-metadata/>).
const FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");

/// What a participant of a class may send without the teacher's token, and what changes nothing.
const OPEN: [&str; 3] = ["/api/v1/class/me", "/api/v1/resolve", "/api/v1/check"];

/// Checks a request before anything looks at it, and says in every response what browsers may do
/// with it.
pub(super) async fn guard(
    State(state): State<PageState>,
    ConnectInfo(peers): ConnectInfo<Ends>,
    request: Request,
    next: Next,
) -> Response {
    let mut response = match check(&state, &request) {
        Ok(()) => {
            if is_call(request.uri().path()) {
                state.events.watch();
            }
            next.run(request).await
        }
        Err(problem) => {
            tracing::debug!(client = %peers.client, "the page has refused a call");
            problem.into_response()
        }
    };
    let headers = response.headers_mut();
    headers.insert(CONTENT_SECURITY_POLICY, HeaderValue::from_static(POLICY));
    headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    let opener = HeaderName::from_static("cross-origin-opener-policy");
    headers.insert(opener, HeaderValue::from_static("same-origin"));
    let resource = HeaderName::from_static("cross-origin-resource-policy");
    headers.insert(resource, HeaderValue::from_static("same-origin"));
    response
}

/// Whether a path is none of the page's own files.
fn is_call(path: &str) -> bool {
    path.starts_with("/api/") || path == "/metrics"
}

fn check(state: &PageState, request: &Request) -> Result<(), ApiProblem> {
    let (headers, spec) = (request.headers(), &state.spec);
    let host = host(headers, request.uri()).ok_or_else(|| ApiProblem::bad("there is no Host"))?;
    if !is_ours(host, &spec.hosts) {
        let detail = format!(
            "\"{host}\" is not what this page is called: call it by its address, or name it with \
             --page-host"
        );
        return Err(ApiProblem::new(axum::http::StatusCode::MISDIRECTED_REQUEST, detail));
    }
    let path = request.uri().path();
    // Some calls take a while, and the first one begins the recording.
    let from = headers.get(FETCH_SITE).map(HeaderValue::as_bytes);
    if is_call(path) && matches!(from, Some(b"cross-site" | b"same-site")) {
        return Err(ApiProblem::forbidden("another site's page must not ask here"));
    }
    if matches!(*request.method(), Method::GET | Method::HEAD) {
        return Ok(());
    }
    if spec.is_read_only && path != "/api/v1/check" {
        return Err(ApiProblem::forbidden("nothing can be changed here (--page-read-only)"));
    }
    let origin = headers.get(ORIGIN).map(|origin| origin.to_str().unwrap_or("null"));
    let is_foreign = |origin: &str| origin.split_once("://").is_none_or(|(_, from)| from != host);
    if origin.is_some_and(is_foreign) {
        return Err(ApiProblem::forbidden("another site's page must not change anything here"));
    }
    if !headers.contains_key(OURS) {
        return Err(ApiProblem::forbidden(
            "a call that changes something needs the header \"X-Splinterdns: 1\", which other \
             sites' pages cannot send",
        ));
    }
    if OPEN.contains(&path) || !needs_token(state) || has_token(state, headers) {
        return Ok(());
    }
    Err(ApiProblem::new(
        axum::http::StatusCode::UNAUTHORIZED,
        "this needs the token that the server shows at its start: \"Authorization: Bearer TOKEN\"",
    ))
}

/// Whether changes need the token: where others than programs of this machine can call, or where
/// one was set.
fn needs_token(state: &PageState) -> bool {
    !state.spec.is_local() || state.spec.token.is_some()
}

/// Whether a call has the token. How long that takes tells nothing of it.
pub(super) fn has_token(state: &PageState, headers: &HeaderMap) -> bool {
    let Some(token) = &state.spec.token else { return state.spec.is_local() };
    let given = headers.get(AUTHORIZATION).and_then(|value| value.to_str().ok());
    let given = given.and_then(|value| value.strip_prefix("Bearer ")).unwrap_or_default();
    let differing = given.bytes().zip(token.bytes()).fold(0, |all, (one, other)| all | one ^ other);
    given.len() == token.len() && differing == 0
}

/// What the browser calls the page: HTTP/1.1 has it in a header, of which there is one.
fn host<'r>(headers: &'r HeaderMap, uri: &'r Uri) -> Option<&'r str> {
    let mut named = headers.get_all(HOST).iter();
    match (named.next(), named.next()) {
        (Some(host), None) => host.to_str().ok(),
        (None, _) => uri.authority().map(|authority| authority.as_str()),
        (Some(_), Some(_)) => None,
    }
}

/// Whether a host is this page: an address, which no name server can turn elsewhere, `localhost`,
/// or a name of ours.
fn is_ours(host: &str, names: &[String]) -> bool {
    let name = match host.strip_prefix('[') {
        Some(rest) => match rest.split_once(']') {
            Some((address, port)) if port.is_empty() || is_port(port) => address,
            _ => return false,
        },
        None => match host.rsplit_once(':') {
            Some((name, port)) if port.parse::<u16>().is_ok() => name,
            Some(_) => return false,
            None => host,
        },
    };
    let bare = name.trim_end_matches('.');
    let is_named = names.iter().any(|known| known.eq_ignore_ascii_case(bare));
    name.parse::<IpAddr>().is_ok() || bare.eq_ignore_ascii_case("localhost") || is_named
}

fn is_port(text: &str) -> bool {
    text.strip_prefix(':').is_some_and(|port| port.parse::<u16>().is_ok())
}

#[cfg(test)]
mod tests {
    use super::is_ours;

    #[test]
    fn addresses_and_named_hosts_are_ours_and_no_others() {
        let names = ["dns.lab.example".to_owned()];
        for host in [
            "127.0.0.1:8053",
            "127.0.0.1",
            "[::1]:8053",
            "[fe80::1]",
            "192.168.1.5:8053",
            "localhost:8053",
            "LOCALHOST",
            "localhost.",
            "dns.lab.example:8053",
            "DNS.lab.example",
        ] {
            assert!(is_ours(host, &names), "{host}");
        }
        for host in [
            "",
            "attacker.example:8053",
            "127.0.0.1.attacker.example",
            "localhost.attacker.example",
            "dns.lab.example.attacker.example",
            "127.0.0.1:8053@attacker.example",
            "[attacker.example]",
            "[::1",
            "[::1]attacker.example",
            "2130706433",
        ] {
            assert!(!is_ours(host, &names), "{host}");
        }
    }
}
