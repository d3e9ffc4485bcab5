//! `compare`: the same question in every country. Those with something to tell have a row each,
//! with one for every ISP that answers otherwise; the honest ones share a line.

use super::{
    file_options::FileArgs,
    outcome::{Failure, Outcome},
    question_options::{Question, QuestionArgs},
    reply_format, style,
    table::{Table, plain},
};
use crate::{
    config::LabSpec,
    dns::{Transport, rcode_text},
    engine::{Engine, Explanation, Origin, StepContent},
    model::{Binding, CountryCode},
    policy::{Country, Policy, Rule},
};
use hickory_proto::op::ResponseCode;
use serde_json::{Value, json};
use std::{collections::BTreeSet, net::IpAddr};

/// Ask the same question in every country
#[derive(Debug, clap::Args)]
pub(super) struct CompareArgs {
    #[command(flatten)]
    question: QuestionArgs,

    /// Ask in these countries alone, such as CN,IR
    #[arg(long, value_name = "CC", value_delimiter = ',')]
    country: Vec<CountryCode>,

    #[command(flatten)]
    files: FileArgs,
}

/// A country or one of its operators, and what its client gets.
struct Row<'l> {
    country: String,
    name: &'l str,
    operator: Option<&'l str>,
    explanation: Explanation<'l>,
}

pub(super) fn run(args: &CompareArgs) -> Outcome {
    let question = args.question.read()?;
    let flags =
        LabSpec { today: args.question.today, seed: args.question.seed, ..LabSpec::default() };
    let engine = args.files.load(flags)?;
    let rows = rows(&engine, &question, &chosen(&engine.policy, &args.country)?)?;
    if args.question.json {
        let rows: Vec<Value> = rows.iter().map(Row::to_json).collect();
        say!("{:#}", Value::from(rows));
        return Ok(());
    }
    let today = engine.settings.clock.today();
    say!("{}{} {} on {today}{:#}\n", style::HEAD, question.qname, question.qtype, style::HEAD);
    let mut table = Table::new(&[
        "",
        "country",
        "operator",
        "verdict",
        "answer",
        "rule",
        "evidence",
        "replies",
        "first reply",
    ]);
    let (mut told, mut alike, mut honest) = (false, 0, Vec::new());
    for rows in rows.chunk_by(|one, other| one.country == other.country) {
        let [own, operators @ ..] = rows else { continue };
        let apart: Vec<_> = operators.iter().filter(|row| !own.is_like(row)).collect();
        alike += operators.len() - apart.len();
        if own.explanation.decision.rule.is_none() && apart.is_empty() {
            honest.push(own);
        } else {
            [own].into_iter().chain(apart).for_each(|row| row.print(&mut table));
            told = true;
        }
    }
    if told {
        table.print();
        say!("");
    }
    print_honest(honest);
    if alike > 0 {
        let who = if alike == 1 {
            "1 operator answers as its".to_owned()
        } else {
            format!("{alike} operators answer as their")
        };
        say!("{}{who} country does (--json lists them){:#}", style::FAINT, style::FAINT);
    }
    Ok(())
}

/// The countries to ask in: those named, or all.
fn chosen<'p>(policy: &'p Policy, codes: &[CountryCode]) -> Result<Vec<&'p Country>, Failure> {
    if codes.is_empty() {
        return Ok(policy.countries().iter().collect());
    }
    let codes: BTreeSet<_> = codes.iter().collect();
    codes.into_iter().map(|code| Ok(policy.find(&Binding::to(*code))?.0)).collect()
}

/// A line for each honest answer, with the countries that get it: several only where an answer
/// changes from query to query.
fn print_honest(mut honest: Vec<&Row<'_>>) {
    honest.sort_by_key(|row| row.first_reply());
    for rows in honest.chunk_by(|one, other| one.first_reply() == other.first_reply()) {
        let countries: Vec<_> = rows.iter().map(|row| &*row.country).collect();
        say!("honest, as no rule decides: {} ({})", rows[0].first_reply(), countries.join(" "));
    }
}

fn rows<'l>(
    engine: &'l Engine,
    question: &Question,
    countries: &[&'l Country],
) -> Result<Vec<Row<'l>>, Failure> {
    let mut rows = Vec::new();
    let now = engine.settings.clock.now();
    let explain = |client: IpAddr| {
        engine.explain(&question.wire, question.qtype, (client, Transport::Udp), now)
    };
    for country in countries {
        let (code, name) = (country.code.to_string(), country.name.as_str());
        let client = country
            .client()
            .ok_or_else(|| Failure::problem(format!("{code} governs no network")))?;
        rows.push(Row {
            country: code.clone(),
            name,
            operator: None,
            explanation: explain(client),
        });
        for operator in &country.operators {
            let Some(client) = operator.client() else { continue };
            rows.push(Row {
                country: code.clone(),
                name,
                operator: Some(&operator.slug),
                explanation: explain(client),
            });
        }
    }
    Ok(rows)
}

impl Row<'_> {
    fn rule(&self) -> Option<&Rule> {
        self.explanation.decision.rule.map(|(rule, _)| rule)
    }

    fn to_json(&self) -> Value {
        let Explanation { verdict, steps, .. } = &self.explanation;
        let first = steps.iter().find_map(|step| step.content.decoded());
        json!({
            "country": self.country,
            "name": self.name,
            "operator": self.operator,
            "verdict": verdict.as_str(),
            "answer": self.answer(),
            "rule": self.rule().map(|rule| &rule.slug),
            "evidence": self.rule().map(|rule| rule.evidence.as_str()),
            "replies": self.explanation.replies(),
            "answers": first.map_or(Vec::new(), reply_format::answers),
        })
    }

    /// Whether the same comes out, by the same rule or by none.
    fn is_like(&self, other: &Self) -> bool {
        let rule = |row: &Self| row.rule().map(std::ptr::from_ref);
        rule(self) == rule(other) && self.first_reply() == other.first_reply()
    }

    fn answer(&self) -> &str {
        self.rule().map_or(self.explanation.verdict.as_str(), |rule| &rule.answer.name)
    }

    fn print(&self, table: &mut Table) {
        let (verdict, rule) = (self.explanation.verdict, self.rule());
        let repeated = self.operator.is_some();
        table.row([
            plain(if repeated { "" } else { &self.country }),
            plain(if repeated { "" } else { self.name }),
            plain(self.operator.unwrap_or("")),
            (verdict.to_string(), style::verdict(verdict)),
            plain(if self.answer() == verdict.as_str() { "" } else { self.answer() }),
            plain(rule.map_or("", |rule| &rule.slug)),
            rule.map_or(plain(""), |rule| {
                (rule.evidence.to_string(), style::evidence(rule.evidence))
            }),
            plain(self.explanation.replies()),
            (self.first_reply(), style::FAINT),
        ]);
    }

    fn first_reply(&self) -> String {
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
