//! Names, and names against countries.

use super::{
    super::{
        ask::{Params, day, parsed},
        problem::ApiProblem,
        state::PageState,
    },
    questions::codes,
};
use crate::{
    dns::Rtype,
    engine::Engine,
    survey::{Matrix, Names, chosen},
};
use axum::{Json, extract::State};
use serde::Deserialize;
use serde_json::Value;

/// `?country=CC&category=NEWS&today=2024-09-10&names=x.com,y.example&brief=true`
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in super::super) struct NamesParams {
    country: Option<String>,
    category: Option<String>,
    today: Option<String>,
    names: Option<String>,
    brief: Option<bool>,
}

pub(in super::super) async fn names(
    State(state): State<PageState>,
    Params(params): Params<NamesParams>,
) -> Result<Json<Value>, ApiProblem> {
    let (today, codes) = (day(params.today.as_deref())?, codes(params.country.as_deref())?);
    let (given, brief) = (list(params.names.as_deref()), params.brief == Some(true));
    let category = params.category.filter(|code| !code.is_empty());
    // Who asks for a name or a category knows what comes.
    let is_wanted = !given.is_empty() || category.is_some();
    let hidden = if is_wanted { Vec::new() } else { state.spec.hidden.clone() };
    let ask = move |engine: &Engine| {
        let countries = chosen(&engine.policy, &codes)?;
        let now = today.unwrap_or_else(|| engine.settings.clock.now());
        let names = Names::ask(engine, countries, &given, category.as_deref(), now)?;
        let names = names.without(&hidden);
        Ok(if brief { names.to_brief_json() } else { names.to_json() })
    };
    state.survey(ask).await.map(Json)
}

/// `?names=x.com,y.example` or `?category=NEWS`, with `&type=A&today=2024-09-10&country=CC`
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in super::super) struct MatrixParams {
    names: Option<String>,
    category: Option<String>,
    r#type: Option<String>,
    today: Option<String>,
    country: Option<String>,
}

/// No matrix has more rows.
const MOST_NAMES: usize = 200;

pub(in super::super) async fn matrix(
    State(state): State<PageState>,
    Params(params): Params<MatrixParams>,
) -> Result<Json<Value>, ApiProblem> {
    let (today, codes) = (day(params.today.as_deref())?, codes(params.country.as_deref())?);
    let rtype: Rtype = parsed(params.r#type.as_deref().unwrap_or("A"))?;
    let given = list(params.names.as_deref());
    let category = params.category.filter(|code| !code.is_empty());
    match (given.len(), &category) {
        (0, None) => {
            return Err(ApiProblem::bad("which names? names=x.com,rt.com or category=NEWS"));
        }
        (1.., Some(_)) => {
            return Err(ApiProblem::bad("names or a category, not both"));
        }
        (count, _) if count > MOST_NAMES => {
            return Err(ApiProblem::bad(format!("at most {MOST_NAMES} names")));
        }
        _ => {}
    }
    let ask = move |engine: &Engine| {
        let now = today.unwrap_or_else(|| engine.settings.clock.now());
        let countries = chosen(&engine.policy, &codes)?;
        let mut names = given;
        if category.is_some() {
            let known = Names::ask(engine, countries.clone(), &[], category.as_deref(), now)?;
            let most_blocked = known.by_countries().into_iter().map(|(known, _)| known);
            // Patterns that no name stands for cannot be asked for.
            let asked = most_blocked.filter(|known| !known.is_pattern);
            names = asked.map(|known| known.name.clone()).take(MOST_NAMES).collect();
        }
        let by_operator = codes.len() == 1;
        Ok(Matrix::ask(engine, (&names, rtype), &countries, by_operator, now)?.to_json())
    };
    state.survey(ask).await.map(Json)
}

/// Names with commas between them.
fn list(text: Option<&str>) -> Vec<String> {
    let names = text.unwrap_or_default().split(',').map(str::trim);
    names.filter(|name| !name.is_empty()).map(str::to_owned).collect()
}
