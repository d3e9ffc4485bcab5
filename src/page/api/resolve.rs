//! A question to the server from the machine that has opened the page.

use super::super::{
    ask::{Body, Ends, question},
    problem::ApiProblem,
    state::PageState,
};
use crate::{
    dns::{flags, presentation, rcode_text},
    survey::query_octets,
};
use axum::{
    Json,
    extract::{ConnectInfo, State},
    http::StatusCode,
};
use hickory_proto::op::Message;
use serde::Deserialize;
use serde_json::{Value, json};
use tokio::sync::Semaphore;

/// `{"name": "x.com", "type": "A"}`
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in super::super) struct ResolveBody {
    name: String,
    r#type: Option<String>,
}

/// As many may be on their way; each may wait for an upstream resolver.
static ROOM: Semaphore = Semaphore::const_new(64);

pub(in super::super) async fn resolve(
    State(state): State<PageState>,
    ConnectInfo(peers): ConnectInfo<Ends>,
    Body(body): Body<ResolveBody>,
) -> Result<Json<Value>, ApiProblem> {
    let question = question(&body.name, body.r#type.as_deref())?;
    let busy = |_| ApiProblem::new(StatusCode::SERVICE_UNAVAILABLE, "too many ask at once");
    let _place = ROOM.try_acquire().map_err(busy)?;
    let octets = query_octets(&question);
    let resolved = state.control.resolve(peers.client, &octets).await;
    let binding = state.control.binding_of(peers.client.ip());
    let replies = resolved.iter().map(|reply| {
        let message = Message::from_vec(&reply.octets).ok();
        let answers = message.iter().flat_map(|message| &message.answers).map(presentation);
        json!({
            "after": reply.after.as_secs_f64(),
            "octets": reply.octets.len(),
            "rcode": message.as_ref().map(|message| rcode_text(message.response_code)),
            "flags": message.as_ref().map_or(Vec::new(), flags),
            "answers": answers.collect::<Vec<_>>(),
        })
    });
    Ok(Json(json!({
        "name": question.qname.to_string(),
        "type": question.qtype.to_string(),
        "country": binding.as_ref().map(|binding| binding.country.to_string()),
        "operator": binding.as_ref().and_then(|binding| binding.operator.clone()),
        "replies": replies.collect::<Value>(),
    })))
}
