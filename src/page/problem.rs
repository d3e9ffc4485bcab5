//! What is wrong with a call (RFC 9457).

use crate::{survey::SurveyError, transport::ScenarioError};
use axum::{
    http::{StatusCode, header::CONTENT_TYPE},
    response::{IntoResponse, Response},
};
use serde_json::json;
use std::fmt::Display;

/// What is wrong with a call.
#[derive(Debug)]
pub(super) struct ApiProblem {
    status: StatusCode,
    /// In a sentence.
    detail: String,
}

impl ApiProblem {
    pub(super) fn new(status: StatusCode, detail: impl Display) -> Self {
        Self { status, detail: detail.to_string() }
    }

    /// What was asked makes no sense.
    pub(super) fn bad(detail: impl Display) -> Self {
        Self::new(StatusCode::BAD_REQUEST, detail)
    }

    /// It cannot be done, and asking again will not help.
    pub(super) fn forbidden(detail: impl Display) -> Self {
        Self::new(StatusCode::FORBIDDEN, detail)
    }
}

impl IntoResponse for ApiProblem {
    fn into_response(self) -> Response {
        let Self { status, detail } = self;
        let title = status.canonical_reason().unwrap_or("Problem");
        // "about:blank" says that the status tells the kind (section 4.2.1).
        let body = json!({
            "type": "about:blank",
            "title": title,
            "status": status.as_u16(),
            "detail": detail,
        });
        (status, [(CONTENT_TYPE, "application/problem+json")], body.to_string()).into_response()
    }
}

impl From<SurveyError> for ApiProblem {
    /// What is not there is not found; what cannot be a name is a bad request.
    fn from(error: SurveyError) -> Self {
        let status = match error {
            SurveyError::Unknown(_) | SurveyError::Category(_) | SurveyError::NoNetwork(_) => {
                StatusCode::NOT_FOUND
            }
            SurveyError::NoName(_) | SurveyError::Name(_) | SurveyError::Years { .. } => {
                StatusCode::BAD_REQUEST
            }
        };
        Self::new(status, error)
    }
}

impl From<ScenarioError> for ApiProblem {
    fn from(error: ScenarioError) -> Self {
        Self::new(StatusCode::UNPROCESSABLE_ENTITY, error)
    }
}
