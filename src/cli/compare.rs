//! `compare`: the same question in every country. Those with something to tell have a row each,
//! with one for every ISP that answers otherwise; the honest ones share a line.

use super::{
    file_options::FileArgs,
    layout::{columns, listed, say_wrapped, width},
    outcome::{Failure, Outcome},
    period,
    question_options::{AskingArgs, Question},
    reply_format, style,
    table::{Table, plain},
};
use crate::{
    dns::{Rtype, Transport, rcode_text},
    engine::{Engine, Explanation, Origin, StepContent},
    model::{Binding, CountryCode, State},
    policy::{Country, Finding, Policy, Rule},
};
use hickory_proto::{op::ResponseCode, rr::RecordType};
use jiff::civil::Date;
use serde_json::{Value, json};
use std::{
    collections::{BTreeMap, BTreeSet},
    net::IpAddr,
};

/// Ask the same questions in every country
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  splinterdns compare youtube.com x.com --today 2026-03-01
  splinterdns compare www.facebook.com AAAA --country CN,IR")]
pub(super) struct CompareArgs {
    /// The names to ask for, and behind them a record type, if it is not A
    #[arg(required = true, value_name = "NAME")]
    questions: Vec<String>,

    /// Ask in these countries alone, such as CN,IR
    #[arg(long, value_name = "CC", value_delimiter = ',')]
    country: Vec<CountryCode>,

    #[command(flatten)]
    asking: AskingArgs,

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
    let questions = questions(&args.questions)?;
    let engine = args.files.load(args.asking.spec(), &args.country)?;
    let countries = chosen(&engine.policy, &args.country)?;
    let mut json = Vec::new();
    for (index, question) in questions.iter().enumerate() {
        let rows = rows(&engine, question, &countries)?;
        if args.asking.json {
            json.extend(rows.iter().map(|row| row.to_json(question)));
            continue;
        }
        if index > 0 {
            say!("");
        }
        print(&rows, question, engine.settings.clock.today());
    }
    if args.asking.json {
        style::say_json(&Value::from(json));
    }
    Ok(())
}

/// The last word is a type if it reads as one, and other words come before it. (A name that reads
/// as a type too, such as the top-level domain `mx`, is written with its dot.)
fn questions(words: &[String]) -> Result<Vec<Question>, Failure> {
    let a = Rtype(RecordType::A);
    let (names, qtype) = match words {
        [names @ .., last] if !names.is_empty() => match last.parse() {
            Ok(qtype) => (names, qtype),
            // What has no dot was most likely meant as a type.
            Err(why) if !last.contains(['.', ':', '/']) => return Err(Failure::problem(why)),
            Err(_) => (words, a),
        },
        _ => (words, a),
    };
    names.iter().map(|name| Question::read(name, qtype)).collect()
}

fn print(rows: &[Row<'_>], question: &Question, today: Date) {
    say!("{}{} {} on {today}{:#}\n", style::HEAD, question.qname, question.qtype, style::HEAD);
    let head =
        ["", "country", "verdict", "answer", "rule", "days", "evidence", "replies", "first reply"];
    let spare = &["replies", "answer", "rule", "days"];
    let mut table = Table::fitting(&head, spare).cut();
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
    print_findings(rows);
    if alike > 0 {
        let who = if alike == 1 {
            "1 operator answers as its".to_owned()
        } else {
            format!("{alike} operators answer as their")
        };
        say!("{}{who} country does (--json lists them){:#}", style::FAINT, style::FAINT);
    }
}

/// Columns for the codes of countries, at least.
const ROOM: usize = 20;

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
        let head = format!("honest, as no rule decides: {}", rows[0].first_reply());
        let codes = rows.iter().map(|row| &*row.country);
        let one_line = width().saturating_sub(columns(&head) + " ()".len());
        // Beside a long answer the countries have a line of their own.
        if one_line < ROOM {
            say_wrapped(&head);
            say!("  ({})", listed(codes, " ", width() - "  ()".len()));
        } else {
            say!("{head} ({})", listed(codes, " ", one_line));
        }
    }
}

/// Where else it is blocked, and where somebody has found it free: a line for each means, with the
/// countries.
fn print_findings(rows: &[Row<'_>]) {
    let mut known: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for row in rows.iter().filter(|row| row.rule().is_none()) {
        for finding in row.findings() {
            let what = finding.means.map_or_else(
                || "measured as free".to_owned(),
                |means| format!("not blocked by DNS, but {}", means.in_words()),
            );
            // An operator is told of where the country as a whole is not.
            let place = match (&finding.operator, row.operator) {
                (Some(slug), Some(_)) => format!("{}/{slug}", row.country),
                (None, None) => row.country.clone(),
                _ => continue,
            };
            known.entry(what).or_default().push(place);
        }
    }
    for (what, mut places) in known {
        places.dedup();
        say_wrapped(&format!("{what}: {}", places.join(" ")));
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

    fn to_json(&self, question: &Question) -> Value {
        let Explanation { verdict, steps, .. } = &self.explanation;
        let first = steps.iter().find_map(|step| step.content.decoded());
        json!({
            "question": format!("{} {}", question.qname, question.qtype),
            "country": self.country,
            "name": self.name,
            "operator": self.operator,
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

    fn state(&self) -> State {
        let Explanation { query, decision, verdict, .. } = &self.explanation;
        decision.state(query, *verdict)
    }

    /// What is known of the name there beside the rules.
    fn findings(&self) -> impl Iterator<Item = &Finding> {
        let Explanation { query, decision, .. } = &self.explanation;
        decision.jurisdiction.findings(query)
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
        let who =
            self.operator.map_or_else(|| self.name.to_owned(), |operator| format!("  {operator}"));
        table.row([
            plain(if self.operator.is_some() { "" } else { &self.country }),
            plain(who),
            (verdict.to_string(), style::verdict(verdict)),
            plain(if self.answer() == verdict.as_str() { "" } else { self.answer() }),
            plain(rule.map_or("", |rule| &rule.slug)),
            plain(rule.map_or_else(String::new, period::days)),
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
