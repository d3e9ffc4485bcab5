//! A row of `compare`: one question from one vantage point, and what is known of the name there.

use super::{
    error::SurveyError,
    period,
    question::Question,
    reply,
    vantage_points::{VantagePoint, vantage_points},
};
use crate::{
    dns::{Transport, rcode_text},
    engine::{Engine, Explanation, Origin, StepContent},
    model::{Means, State},
    policy::{Country, Rule},
};
use hickory_proto::op::ResponseCode;
use jiff::civil::DateTime;
use serde_json::{Value, json};

/// A country or one of its operators, and what its client gets.
pub(crate) struct Row<'l> {
    pub(crate) from: VantagePoint<'l>,
    pub(crate) explanation: Explanation<'l>,
}

impl<'l> Row<'l> {
    pub(crate) const fn country(&self) -> &'l Country {
        self.from.country
    }

    /// The operator's name in commands.
    pub(crate) fn operator(&self) -> Option<&'l str> {
        self.from.operator.map(|operator| operator.slug.as_str())
    }

    pub(crate) fn rule(&self) -> Option<&Rule> {
        self.explanation.decision.rule.map(|(rule, _)| rule)
    }

    pub(crate) fn to_json(&self, question: &Question) -> Value {
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
            "means": self.means().iter().map(ToString::to_string).collect::<Vec<_>>(),
            "replies": self.explanation.replies(),
            "answers": first.map_or(Vec::new(), reply::answers),
        })
    }

    pub(crate) fn state(&self) -> State {
        let Explanation { query, decision, verdict, .. } = &self.explanation;
        decision.state(query, *verdict)
    }

    /// Whether both are of one country.
    pub(crate) fn is_beside(&self, other: &Self) -> bool {
        self.country().code == other.country().code
    }

    /// Whether the answer is a rule's that does not just let the name through.
    pub(crate) fn is_told(&self) -> bool {
        self.rule().is_some_and(|rule| !rule.answer.is_honest())
    }

    /// By what other means it is blocked there, each once.
    pub(crate) fn means(&self) -> Vec<Means> {
        means(&self.explanation)
    }

    /// Whether the same comes out, by the same rule or by none.
    pub(crate) fn is_like(&self, other: &Self) -> bool {
        let rule = |row: &Self| row.rule().map(std::ptr::from_ref);
        rule(self) == rule(other) && self.first_reply() == other.first_reply()
    }

    pub(crate) fn answer(&self) -> &str {
        self.rule().map_or(self.explanation.verdict.as_str(), |rule| &rule.answer.name)
    }

    pub(crate) fn first_reply(&self) -> String {
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

/// By what other means a name is blocked, each once.
pub(super) fn means(explanation: &Explanation<'_>) -> Vec<Means> {
    let Explanation { query, decision, .. } = explanation;
    let mut means = Vec::new();
    for found in decision.jurisdiction.findings(query).filter_map(|finding| finding.means) {
        if !means.contains(&found) {
            means.push(found);
        }
    }
    means
}

/// The same question at every vantage point of these countries, those of one side by side.
pub(crate) fn compare<'l>(
    engine: &'l Engine,
    question: &Question,
    countries: &[&'l Country],
    now: DateTime,
) -> Result<Vec<Row<'l>>, SurveyError> {
    let mut rows = Vec::new();
    for country in countries {
        rows.extend(vantage_points(country)?.into_iter().map(|from| {
            let asking = (from.client, Transport::Udp);
            let explanation = engine.explain(&question.wire, question.qtype, asking, now);
            Row { from, explanation }
        }));
    }
    Ok(rows)
}
