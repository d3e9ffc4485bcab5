//! One name: in one country, in all of them, over the years.

use super::super::{
    ask::{Params, day, optional, parsed, question},
    problem::ApiProblem,
    state::PageState,
};
use crate::{
    dns::Transport,
    engine::Engine,
    model::CountryCode,
    survey::{Explained, SurveyError, Timeline, chosen, compare as compare_rows},
};
use axum::{
    Json,
    extract::State,
    http::header::{CONTENT_DISPOSITION, CONTENT_TYPE},
    response::IntoResponse,
};
use jiff::civil::DateTime;
use serde::Deserialize;
use serde_json::Value;
use std::net::IpAddr;

/// `?name=x.com&type=A&country=CN&operator=x&client=127.86.0.1&transport=udp&today=2024-09-10`
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in super::super) struct ExplainParams {
    name: String,
    r#type: Option<String>,
    country: Option<String>,
    operator: Option<String>,
    client: Option<String>,
    transport: Option<String>,
    today: Option<String>,
}

/// Who asks, over which transport, and when.
struct Asking {
    client: Option<IpAddr>,
    country: Option<CountryCode>,
    operator: Option<String>,
    transport: Transport,
    today: Option<DateTime>,
}

impl ExplainParams {
    fn asking(&self) -> Result<Asking, ApiProblem> {
        let (client, country) =
            (optional(self.client.as_deref())?, optional(self.country.as_deref())?);
        if client.is_some() && country.is_some() {
            return Err(ApiProblem::bad("a client is in a country already: name one of the two"));
        }
        let operator = self.operator.clone().filter(|operator| !operator.is_empty());
        if operator.is_some() && country.is_none() {
            return Err(ApiProblem::bad("an operator is one of a country: name that too"));
        }
        let transport = optional(self.transport.as_deref())?.unwrap_or(Transport::Udp);
        Ok(Asking { client, country, operator, transport, today: day(self.today.as_deref())? })
    }
}

impl Asking {
    fn ask<'e>(
        &self,
        engine: &'e Engine,
        question: &crate::survey::Question,
    ) -> Result<Explained<'e>, SurveyError> {
        let operator = self.operator.as_deref();
        let client = Explained::client(&engine.policy, self.client, self.country, operator)?;
        let now = self.today.unwrap_or_else(|| engine.settings.clock.now());
        Ok(Explained::ask(engine, question, (client, self.transport), now))
    }
}

pub(in super::super) async fn explain(
    State(state): State<PageState>,
    Params(params): Params<ExplainParams>,
) -> Result<Json<Value>, ApiProblem> {
    let asking = params.asking()?;
    let question = question(&params.name, params.r#type.as_deref())?;
    let ask = move |engine: &Engine| {
        asking.ask(engine, &question).map(|explained| explained.to_json(&question))
    };
    state.survey(ask).await.map(Json)
}

/// The same as packets.
pub(in super::super) async fn capture(
    State(state): State<PageState>,
    Params(params): Params<ExplainParams>,
) -> Result<impl IntoResponse, ApiProblem> {
    let asking = params.asking()?;
    let question = question(&params.name, params.r#type.as_deref())?;
    let ask =
        move |engine: &Engine| asking.ask(engine, &question).map(|explained| explained.capture());
    let octets = state.survey(ask).await?;
    let headers = [
        (CONTENT_TYPE, "application/vnd.tcpdump.pcap"),
        (CONTENT_DISPOSITION, "attachment; filename=\"splinterdns.pcap\""),
    ];
    Ok((headers, octets))
}

/// `?name=x.com&type=A&today=2024-09-10`
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in super::super) struct CompareParams {
    name: String,
    r#type: Option<String>,
    country: Option<String>,
    today: Option<String>,
}

pub(in super::super) async fn compare(
    State(state): State<PageState>,
    Params(params): Params<CompareParams>,
) -> Result<Json<Value>, ApiProblem> {
    let question = question(&params.name, params.r#type.as_deref())?;
    let (today, codes) = (day(params.today.as_deref())?, codes(params.country.as_deref())?);
    let ask = move |engine: &Engine| {
        let now = today.unwrap_or_else(|| engine.settings.clock.now());
        let countries = chosen(&engine.policy, &codes)?;
        let rows = compare_rows(engine, &question, &countries, now)?;
        Ok(rows.iter().map(|row| row.to_json(&question)).collect())
    };
    state.survey(ask).await.map(Json)
}

/// `?name=x.com&type=A&country=CN`
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in super::super) struct TimelineParams {
    name: String,
    r#type: Option<String>,
    country: Option<String>,
    from: Option<i16>,
    to: Option<i16>,
}

pub(in super::super) async fn timeline(
    State(state): State<PageState>,
    Params(params): Params<TimelineParams>,
) -> Result<Json<Value>, ApiProblem> {
    let question = question(&params.name, params.r#type.as_deref())?;
    let (codes, years) = (codes(params.country.as_deref())?, (params.from, params.to));
    let within = |year: i16| (1900..=9998).contains(&year);
    if ![years.0, years.1].into_iter().flatten().all(within) {
        return Err(ApiProblem::bad("a year is 1900 to 9998"));
    }
    let ask = move |engine: &Engine| {
        let countries = chosen(&engine.policy, &codes)?;
        let timeline = Timeline::ask(engine, &question, countries, codes.len() == 1, years)?;
        Ok(timeline.to_json(&question))
    };
    state.survey(ask).await.map(Json)
}

/// Countries with commas between them; none is all.
pub(in super::super) fn codes(text: Option<&str>) -> Result<Vec<CountryCode>, ApiProblem> {
    let text = text.unwrap_or_default();
    text.split(',').filter(|code| !code.is_empty()).map(parsed).collect()
}
