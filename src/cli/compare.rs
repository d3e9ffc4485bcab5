//! `compare`: the same question in every country. Those with something to tell have a row each,
//! with one for every ISP that answers otherwise; the honest ones share a line.

use super::{
    Failure, Outcome,
    question::{Asked, QuestionArgs},
    record,
    shelves::FileArgs,
    style,
    table::{Table, plain},
};
use crate::{
    config::LabSpec,
    lab::{Lab, Rehearsal, What},
    policy::{Country, Policy},
    query::{Bound, CountryCode, Transport},
};
use hickory_proto::op::ResponseCode;
use serde_json::{Value, json};
use std::{collections::BTreeSet, net::IpAddr};

/// Ask the same question in every country
#[derive(Debug, clap::Args)]
pub(super) struct Args {
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
    rehearsal: Rehearsal<'l>,
}

pub(super) fn run(args: &Args) -> Outcome {
    let asked = args.question.read()?;
    let flags =
        LabSpec { today: args.question.today, seed: args.question.seed, ..LabSpec::default() };
    let lab = args.files.load(flags)?;
    let rows = rows(&lab, &asked, &chosen(&lab.policy, &args.country)?)?;
    if args.question.json {
        let rows: Vec<Value> = rows.iter().map(Row::to_json).collect();
        say!("{:#}", Value::from(rows));
        return Ok(());
    }
    let today = lab.settings.clock.today();
    say!("{}{} {} on {today}{:#}\n", style::HEAD, asked.name, asked.rtype, style::HEAD);
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
        if own.rehearsal.verdict.rule.is_none() && apart.is_empty() {
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
    codes.into_iter().map(|code| Ok(policy.find(&Bound::to(*code))?.0)).collect()
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
    lab: &'l Lab,
    asked: &Asked,
    countries: &[&'l Country],
) -> Result<Vec<Row<'l>>, Failure> {
    let mut rows = Vec::new();
    let rehearse = |client: IpAddr| {
        lab.rehearse(
            &asked.wire,
            asked.rtype,
            lab.asker(client, Transport::Udp, lab.settings.clock.now()),
        )
    };
    for country in countries {
        let (code, name) = (country.code.to_string(), country.name.as_str());
        let client = country
            .client()
            .ok_or_else(|| Failure::problem(format!("{code} governs no network")))?;
        rows.push(Row { country: code.clone(), name, operator: None, rehearsal: rehearse(client) });
        for operator in &country.operators {
            let Some(client) = operator.client() else { continue };
            rows.push(Row {
                country: code.clone(),
                name,
                operator: Some(&operator.slug),
                rehearsal: rehearse(client),
            });
        }
    }
    Ok(rows)
}

impl Row<'_> {
    fn to_json(&self) -> Value {
        let Rehearsal { verdict, parts, .. } = &self.rehearsal;
        let first = parts.iter().find_map(|part| part.what.message());
        json!({
            "country": self.country,
            "name": self.name,
            "operator": self.operator,
            "verdict": verdict.word.as_str(),
            "answer": self.answer(),
            "rule": verdict.rule.map(|(rule, _)| &rule.slug),
            "evidence": verdict.rule.map(|(rule, _)| rule.evidence.as_str()),
            "replies": self.rehearsal.replies(),
            "answers": first.map_or(Vec::new(), record::answers),
        })
    }

    /// Whether the same comes out, by the same rule or by none.
    fn is_like(&self, other: &Self) -> bool {
        let rule =
            |row: &Self| row.rehearsal.verdict.rule.map(|(rule, _)| std::ptr::from_ref(rule));
        rule(self) == rule(other) && self.first_reply() == other.first_reply()
    }

    fn answer(&self) -> &str {
        let verdict = &self.rehearsal.verdict;
        verdict.answer.map_or(verdict.word.as_str(), |answer| &answer.name)
    }

    fn print(&self, table: &mut Table) {
        let verdict = &self.rehearsal.verdict;
        let rule = verdict.rule.map(|(rule, _)| rule);
        let repeated = self.operator.is_some();
        table.row([
            plain(if repeated { "" } else { &self.country }),
            plain(if repeated { "" } else { self.name }),
            plain(self.operator.unwrap_or_default()),
            (verdict.word.to_string(), style::verdict(verdict.word)),
            plain(if self.answer() == verdict.word.as_str() { "" } else { self.answer() }),
            plain(rule.map_or("", |rule| &rule.slug)),
            rule.map_or(plain(""), |rule| {
                (rule.evidence.to_string(), style::evidence(rule.evidence))
            }),
            plain(self.rehearsal.replies()),
            (self.first_reply(), style::FAINT),
        ]);
    }

    fn first_reply(&self) -> String {
        match self.rehearsal.parts.first().map(|part| &part.what) {
            None => "nothing".to_owned(),
            Some(What::Reset) => "TCP RST".to_owned(),
            Some(What::Upstream) => "what the upstream says".to_owned(),
            Some(What::Nowhere(_)) => "SERVFAIL, in no zone of this lab".to_owned(),
            Some(what) => match what.message() {
                None => "malformed octets, as the rule has them".to_owned(),
                Some(message) if message.answers.is_empty() => match message.response_code {
                    ResponseCode::NoError => "no data".to_owned(),
                    code => record::rcode(code),
                },
                Some(_) => self.rehearsal.first_data().join(", "),
            },
        }
    }
}
