//! A country file, held against what may stand in one.

use super::super::{problem::ApiProblem, state::PageState};
use crate::{
    diagnostic::{LocatedProblem, Report},
    engine::check_countries,
    files::FileSource,
};
use axum::{
    Json,
    extract::{State, rejection::StringRejection},
    http::StatusCode,
};
use serde_json::{Value, json};

pub(in super::super) async fn check(
    State(_): State<PageState>,
    text: Result<String, StringRejection>,
) -> Result<Json<Value>, ApiProblem> {
    let text = text.map_err(|why| ApiProblem::new(why.status(), why.body_text()))?;
    let checked = tokio::task::spawn_blocking(move || {
        let (files, mut report) = (FileSource::Input(text.into()), Report::default());
        let names = files.countries()?;
        check_countries(&files, &names, &mut report)?;
        Ok::<_, crate::files::FileError>(json!({
            "problems": report.located().iter().map(to_json).collect::<Value>(),
            "more": report.left_out(),
            "warnings": report.located_warnings().iter().map(to_json).collect::<Value>(),
        }))
    });
    let fault =
        |why: &dyn std::fmt::Display| ApiProblem::new(StatusCode::INTERNAL_SERVER_ERROR, why);
    let checked = checked.await.map_err(|why| fault(&why))?;
    checked.map(Json).map_err(|why| fault(&why))
}

fn to_json(problem: &LocatedProblem<'_>) -> Value {
    json!({
        "line": problem.at.map(|(line, _)| line),
        "column": problem.at.map(|(_, column)| column),
        "message": problem.message,
    })
}
