//! Exercises, checked here.

use super::super::{ask::Params, problem::ApiProblem, state::PageState};
use crate::{engine::Engine, survey::Exercise};
use axum::{Json, extract::State, http::StatusCode};
use serde::Deserialize;
use serde_json::{Value, json};

/// `?seed=1&count=5`
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in super::super) struct QuizParams {
    seed: Option<u64>,
    count: Option<usize>,
}

/// `?seed=1&question=0&choice=2`, or `choice=2,0,1`
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in super::super) struct AnswerParams {
    seed: u64,
    question: usize,
    choice: String,
}

/// Exercises of a call, where it does not say; and at most.
const COUNT: usize = 5;
const MOST: usize = 20;

pub(in super::super) async fn questions(
    State(state): State<PageState>,
    Params(QuizParams { seed, count }): Params<QuizParams>,
) -> Result<Json<Value>, ApiProblem> {
    let (seed, count) = (seed.unwrap_or(1), count.unwrap_or(COUNT).min(MOST));
    let hidden = state.spec.hidden.clone();
    let ask = move |engine: &Engine| {
        let all = Exercise::all(engine, (seed, &hidden), count, engine.settings.clock.now());
        Ok(all.iter().enumerate().map(|(number, one)| one.to_json(number)).collect::<Value>())
    };
    let questions = state.survey(ask).await?;
    Ok(Json(json!({ "seed": seed, "questions": questions })))
}

pub(in super::super) async fn answer(
    State(state): State<PageState>,
    Params(AnswerParams { seed, question, choice }): Params<AnswerParams>,
) -> Result<Json<Value>, ApiProblem> {
    let choice: Result<Vec<usize>, _> = choice.split(',').map(str::parse).collect();
    let choice = choice.map_err(|_| ApiProblem::bad("a choice is numbers with commas between"))?;
    if question >= MOST {
        return Err(ApiProblem::bad(format!("questions have the numbers 0 to {}", MOST - 1)));
    }
    let hidden = state.spec.hidden.clone();
    let ask = move |engine: &Engine| {
        let exercise =
            Exercise::one(engine, (seed, &hidden), question, engine.settings.clock.now());
        Ok(exercise.map(|exercise| exercise.judge(&choice)))
    };
    let none = || ApiProblem::new(StatusCode::NOT_FOUND, "this lab has nothing to ask about");
    state.survey(ask).await?.map(Json).ok_or_else(none)
}
