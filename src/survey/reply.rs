//! Replies, for programs.

use crate::{
    dns::{flags, presentation, rcode_text},
    engine::{ExplainedStep, Origin, StepContent},
};
use hickory_proto::op::Message;
use serde::Serialize;

/// A reply, as `--json` shows it.
#[derive(Debug, Serialize)]
pub(crate) struct ReplyJson {
    after_ms: f64,
    rcode: Option<String>,
    flags: Vec<&'static str>,
    answers: Vec<String>,
    honest: bool,
    origin: &'static str,
    #[serde(rename = "stand-in")]
    stand_in: bool,
}

impl ReplyJson {
    /// A RST is no reply; what only the upstream knows has neither RCODE nor records here.
    pub(crate) fn new(step: &ExplainedStep) -> Option<Self> {
        let message = step.content.decoded();
        Some(Self {
            after_ms: step.after.as_secs_f64() * 1000.0,
            rcode: message.map(|message| rcode_text(message.response_code)),
            flags: message.map_or(Vec::new(), flags),
            answers: message.map_or(Vec::new(), answers),
            honest: match step.content {
                StepContent::Message(_, origin) => origin != Origin::Forged,
                StepContent::Upstream => true,
                StepContent::Reset => return None,
            },
            origin: match step.content {
                StepContent::Message(_, Origin::Forged) => "forged",
                StepContent::Message(_, Origin::Zones | Origin::StandIn) => "zones",
                StepContent::Message(_, Origin::AliasTarget) => "alias-target",
                StepContent::Message(_, Origin::Nowhere) => "nowhere",
                StepContent::Message(_, Origin::Protocol) => "protocol",
                StepContent::Message(_, Origin::Upstream)
                | StepContent::Upstream
                | StepContent::Reset => "upstream",
            },
            stand_in: matches!(step.content, StepContent::Message(_, Origin::StandIn)),
        })
    }
}

/// The records of the answer section in presentation form.
pub(super) fn answers(message: &Message) -> Vec<String> {
    message.answers.iter().map(presentation).collect()
}
