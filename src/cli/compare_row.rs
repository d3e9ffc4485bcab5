//! A row of `compare`: one question from one vantage point, and what is known of the name there.

use super::{period, question_options::Question, reply_format, vantage_points::VantagePoint};
use crate::{
    dns::rcode_text,
    engine::{Explanation, Origin, StepContent},
    model::{Means, State},
    policy::{Country, Rule},
};
use hickory_proto::op::ResponseCode;
use serde_json::{Value, json};

/// A country or one of its operators, and what its client gets.
pub(super) struct Row<'l> {
    pub(super) from: VantagePoint<'l>,
    pub(super) explanation: Explanation<'l>,
}

impl<'l> Row<'l> {
    pub(super) const fn country(&self) -> &'l Country {
        self.from.country
    }

    /// The operator's name in commands.
    pub(super) fn operator(&self) -> Option<&'l str> {
        self.from.operator.map(|operator| operator.slug.as_str())
    }

    pub(super) fn rule(&self) -> Option<&Rule> {
        self.explanation.decision.rule.map(|(rule, _)| rule)
    }

    pub(super) fn to_json(&self, question: &Question) -> Value {
        let Explanation { verdict, steps, .. } = &self.explanation;
        let first = steps.iter().find_map(|step| step.content.decoded());
        json!({
            "question": format!("{} {}", question.qname, question.qtype),
            "country": self.country().code.to_string(),
            "name": self.country().name,
            "operator": self.operator(),
            "verdict": verdict.as_str(),
            "state": self.state().as_str(),
            "answer": self.answer(),
            "rule": self.rule().map(|rule| &rule.slug),
            "id": self.rule().map(|rule| &rule.id),
            "since": self.rule().and_then(period::since),
            "until": self.rule().and_then(period::until),
            "seen": self.rule().map_or(Vec::new(), period::seen),
            "evidence": self.rule().map(|rule| rule.evidence.as_str()),
            "replies": self.explanation.replies(),
            "answers": first.map_or(Vec::new(), reply_format::answers),
        })
    }

    pub(super) fn state(&self) -> State {
        let Explanation { query, decision, verdict, .. } = &self.explanation;
        decision.state(query, *verdict)
    }

    /// Whether both are of one country.
    pub(super) fn is_beside(&self, other: &Self) -> bool {
        self.country().code == other.country().code
    }

    /// Whether the answer is a rule's that does not just let the name through.
    pub(super) fn is_told(&self) -> bool {
        self.rule().is_some_and(|rule| !rule.answer.is_honest())
    }

    /// By what other means it is blocked there, each once.
    pub(super) fn means(&self) -> Vec<Means> {
        let Explanation { query, decision, .. } = &self.explanation;
        let mut means = Vec::new();
        for found in decision.jurisdiction.findings(query).filter_map(|finding| finding.means) {
            if !means.contains(&found) {
                means.push(found);
            }
        }
        means
    }

    /// Whether the same comes out, by the same rule or by none.
    pub(super) fn is_like(&self, other: &Self) -> bool {
        let rule = |row: &Self| row.rule().map(std::ptr::from_ref);
        rule(self) == rule(other) && self.first_reply() == other.first_reply()
    }

    pub(super) fn answer(&self) -> &str {
        self.rule().map_or(self.explanation.verdict.as_str(), |rule| &rule.answer.name)
    }

    pub(super) fn first_reply(&self) -> String {
        let Some(step) = self.explanation.steps.first() else { return "nothing".to_owned() };
        match &step.content {
            StepContent::Reset => "TCP RST".to_owned(),
            StepContent::Upstream => "what the upstream says".to_owned(),
            StepContent::Message(_, Origin::Nowhere) => {
                "SERVFAIL, in no zone of this lab".to_owned()
            }
            StepContent::Message(message, _) => match &message.decoded {
                None => "malformed octets, as the rule has them".to_owned(),
                Some(message) if !message.answers.is_empty() => {
                    self.explanation.first_data().join(", ")
                }
                Some(message) if message.response_code == ResponseCode::NoError => {
                    "no data".to_owned()
                }
                Some(message) => rcode_text(message.response_code),
            },
        }
    }
}
