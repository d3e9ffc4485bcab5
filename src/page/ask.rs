//! What handlers take from a request.

use super::{listener::BoundedListener, problem::ApiProblem};
use crate::{config::moment, survey::Question};
use axum::{
    extract::{
        FromRequest, FromRequestParts, Query, Request,
        connect_info::Connected,
        rejection::{JsonRejection, QueryRejection},
    },
    http::{StatusCode, request::Parts},
    serve::IncomingStream,
};
use jiff::civil::DateTime;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};
use std::net::{Ipv4Addr, SocketAddr};

/// The two ends of a connection.
#[derive(Clone, Copy, Debug)]
pub(super) struct Ends {
    pub(super) client: SocketAddr,
    pub(super) server: SocketAddr,
}

impl Connected<IncomingStream<'_, BoundedListener>> for Ends {
    fn connect_info(stream: IncomingStream<'_, BoundedListener>) -> Self {
        let nowhere = SocketAddr::from((Ipv4Addr::UNSPECIFIED, 0));
        let server = stream.io().stream.local_addr().unwrap_or(nowhere);
        let canonical = |end: SocketAddr| SocketAddr::new(end.ip().to_canonical(), end.port());
        Self { client: canonical(*stream.remote_addr()), server: canonical(server) }
    }
}

/// What stands behind the question mark, all of it known.
pub(super) struct Params<T>(pub(super) T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequestParts<S> for Params<T> {
    type Rejection = ApiProblem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, ApiProblem> {
        let read = Query::<T>::from_request_parts(parts, state).await;
        let why = |rejection: QueryRejection| ApiProblem::bad(rejection.body_text());
        read.map(|Query(read)| Self(read)).map_err(why)
    }
}

/// A body of JSON: an object.
pub(super) struct Body<T>(pub(super) T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequest<S> for Body<T> {
    type Rejection = ApiProblem;

    async fn from_request(request: Request, state: &S) -> Result<Self, ApiProblem> {
        let refused = |why: JsonRejection| ApiProblem::new(why.status(), why.body_text());
        // A list would be taken for the values of an object, in the order of its keys.
        let read = axum::Json::<Map<String, Value>>::from_request(request, state).await;
        let axum::Json(fields) = read.map_err(refused)?;
        let read = serde_path_to_error::deserialize(Value::Object(fields)).map(Self);
        read.map_err(|why| ApiProblem::new(StatusCode::UNPROCESSABLE_ENTITY, why))
    }
}

/// Reads a value that is written as on the command line.
pub(super) fn parsed<T>(text: &str) -> Result<T, ApiProblem>
where
    T: std::str::FromStr<Err: std::fmt::Display>,
{
    text.parse().map_err(ApiProblem::bad)
}

/// The same of one that may be missing or empty.
pub(super) fn optional<T>(text: Option<&str>) -> Result<Option<T>, ApiProblem>
where
    T: std::str::FromStr<Err: std::fmt::Display>,
{
    text.filter(|text| !text.is_empty()).map(parsed).transpose()
}

/// A day, or a moment.
pub(super) fn day(text: Option<&str>) -> Result<Option<DateTime>, ApiProblem> {
    text.filter(|text| !text.is_empty()).map(moment).transpose().map_err(ApiProblem::bad)
}

/// A question: A where no type is named.
pub(super) fn question(name: &str, rtype: Option<&str>) -> Result<Question, ApiProblem> {
    let rtype = parsed(rtype.filter(|text| !text.is_empty()).unwrap_or("A"))?;
    Ok(Question::read(name, rtype)?)
}
