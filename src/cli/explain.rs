//! `explain`: what one client would get, by which rule, and why.

use super::{
    Failure, Outcome,
    question::{Asked, QuestionArgs},
    record::{self, ReplyJson},
    shelves::FileArgs,
    style,
    table::{Table, plain},
};
use crate::{
    config::{Evidence, LabSpec, Word},
    lab::{Part, Rehearsal, Sent, What},
    policy::{Miss, MissReason, Operator, Policy, Rule},
    query::{Bound, CountryCode, Transport},
};
use serde_json::{Value, json};
use std::net::{IpAddr, Ipv4Addr};

/// Say what one client would get, by which rule, and why
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    #[command(flatten)]
    question: QuestionArgs,

    /// Ask as a client in this country
    #[arg(long, value_name = "CC", conflicts_with = "client")]
    country: Option<CountryCode>,

    /// Ask as a client of this ISP of the country
    #[arg(long, value_name = "NAME", requires = "country")]
    operator: Option<String>,

    /// Ask as this client
    #[arg(long, value_name = "IP")]
    client: Option<IpAddr>,

    /// Ask over udp, tcp, dot, doh or doq
    #[arg(long, default_value = "udp")]
    transport: Transport,

    /// Show the octets of every message too
    #[arg(long, conflicts_with = "json")]
    hex: bool,

    #[command(flatten)]
    files: FileArgs,
}

pub(super) fn run(args: &Args) -> Outcome {
    let asked = args.question.read()?;
    let flags =
        LabSpec { today: args.question.today, seed: args.question.seed, ..LabSpec::default() };
    let lab = args.files.load(flags)?;
    let asker = lab.asker(client(args, &lab.policy)?, args.transport, lab.settings.clock.now());
    let rehearsal = lab.rehearse(&asked.wire, asked.rtype, asker);
    let misses = lab.policy.misses(&rehearsal.query);
    let allowed = lab.settings.allows(asker.client);
    if args.question.json {
        say!("{:#}", to_json(&asked, &rehearsal, &misses, allowed));
    } else {
        print(&rehearsal, &misses, allowed, args.hex);
    }
    Ok(())
}

/// The client that was named, or the first one of the country or operator that was; without either,
/// one of nobody's network.
fn client(args: &Args, policy: &Policy) -> Result<IpAddr, Failure> {
    if let Some(client) = args.client {
        return Ok(client);
    }
    let Some(code) = args.country else { return Ok(Ipv4Addr::LOCALHOST.into()) };
    let named = Bound { country: code, operator: args.operator.clone() };
    let (country, operator) = policy.find(&named)?;
    let client = operator.map_or_else(|| country.client(), Operator::client);
    client.ok_or_else(|| Failure::problem(format!("{named} governs no network")))
}

fn to_json(asked: &Asked, rehearsal: &Rehearsal<'_>, misses: &[Miss<'_>], allowed: bool) -> Value {
    let Rehearsal { query, verdict, parts } = rehearsal;
    let rule = verdict.rule.map(|(rule, _)| rule);
    json!({
        "name": asked.name.to_string(),
        "type": asked.rtype.to_string(),
        "client": query.client,
        "allowed": allowed,
        "country": verdict.country.map(|country| country.code.to_string()),
        "operator": verdict.operator.map(|operator| &operator.slug),
        "today": query.today().to_string(),
        "time": query.now.time().strftime("%R").to_string(),
        "transport": query.transport.word(),
        "verdict": verdict.word.as_str(),
        "answer": verdict.answer.map_or(verdict.word.as_str(), |answer| &answer.name),
        "rule": rule.map(|rule| &rule.slug),
        "pattern": verdict.rule.map(|(_, pattern)| pattern.to_string()),
        "since": rule.and_then(|rule| rule.since).map(|day| day.to_string()),
        "until": rule.and_then(|rule| rule.until).map(|day| day.to_string()),
        "hours": rule.and_then(|rule| rule.hours.as_ref()).map(|hours| hours.to_string()),
        "category": rule.and_then(|rule| rule.category.as_ref()),
        "evidence": rule.map(|rule| rule.evidence.as_str()),
        "sources": rule.map_or(Vec::new(), sources_json),
        "replies": parts.iter().filter_map(ReplyJson::new).collect::<Vec<_>>(),
        "misses": misses.iter().map(miss_json).collect::<Vec<_>>(),
    })
}

fn sources_json(rule: &Rule) -> Vec<Value> {
    rule.sources.iter().map(|(key, text)| json!({ "key": key, "text": text })).collect()
}

fn miss_json(miss: &Miss<'_>) -> Value {
    json!({
        "rule": miss.rule.slug,
        "pattern": miss.pattern.to_string(),
        "operator": miss.operator.map(|operator| &operator.slug),
        "reason": miss.why.to_string(),
        "since": miss.rule.since.map(|day| day.to_string()),
        "until": miss.rule.until.map(|day| day.to_string()),
        "hours": miss.rule.hours.as_ref().map(|hours| hours.to_string()),
    })
}

fn print(rehearsal: &Rehearsal<'_>, misses: &[Miss<'_>], allowed: bool, hex: bool) {
    let Rehearsal { query, verdict, parts } = rehearsal;
    let place = match (verdict.country, verdict.operator) {
        (Some(country), Some(operator)) => {
            format!("in {} ({}), {}", country.name, country.code, operator.name)
        }
        (Some(country), None) => format!("in {} ({})", country.name, country.code),
        (None, _) => "in nobody's network".to_owned(),
    };
    let timed =
        verdict.rule.map(|(rule, _)| rule).into_iter().chain(misses.iter().map(|miss| miss.rule));
    let when =
        if timed.into_iter().any(|rule| rule.hours.is_some()) { "%F at %R UTC" } else { "%F" };
    let when = query.now.strftime(when);
    let head =
        format!("{} {} {place}, on {when}, over {}", query.name, query.rtype, query.transport);
    say!("{}{head}{:#} (client {})\n", style::HEAD, style::HEAD, query.client);
    let mut table = Table::default();
    let mut line = |key: &str, value: String, colour| {
        table.row([(format!("  {key}"), style::FAINT), (value, colour)])
    };
    line("verdict", verdict.word.to_string(), style::verdict(verdict.word));
    if let (Some(answer), Some((rule, pattern))) = (verdict.answer, verdict.rule) {
        line("answer", answer.name.clone(), anstyle::Style::new());
        line("rule", format!("{}, by its pattern {pattern}", rule.slug), anstyle::Style::new());
        line("holds", period(rule), anstyle::Style::new());
        if let Some(category) = &rule.category {
            line("category", category.clone(), anstyle::Style::new());
        }
        line("evidence", meaning(rule.evidence).to_owned(), style::evidence(rule.evidence));
        for (key, text) in &rule.sources {
            line("source", format!("{key}: {text}"), anstyle::Style::new());
        }
    } else {
        let why = match verdict.word {
            Word::Honest => {
                "no rule decides, so the answer is honest (which is no evidence that the name is free there)"
            }
            _ => "such a question is refused to everybody",
        };
        line("why", why.to_owned(), anstyle::Style::new());
    }
    if !allowed {
        line(
            "but",
            "the client is in no network of `allow`, so it gets REFUSED instead".to_owned(),
            style::BAD,
        );
    }
    table.print();
    print_parts(parts, hex);
    print_misses(misses);
}

fn print_parts(parts: &[Part], hex: bool) {
    say!("\n{}what goes out{:#}", style::HEAD, style::HEAD);
    if parts.is_empty() {
        say!("  nothing");
    }
    for part in parts {
        let after = format!("{} ms", part.after.as_secs_f64() * 1000.0);
        let what = match &part.what {
            What::Reset => "a TCP RST".to_owned(),
            What::Upstream => "what the upstream resolver says".to_owned(),
            What::Nowhere(sent) => {
                format!(
                    "{}, because no zone of this lab holds the name and no upstream is set",
                    head(sent)
                )
            }
            What::Rejected(sent) => {
                format!("{}, which everybody gets for such a question", head(sent))
            }
            What::Forged(sent) => format!("forged  {}", head(sent)),
            What::Honest(sent) => format!("honest  {}", head(sent)),
        };
        say!("  {after:>5}  {what}");
        for record in part
            .what
            .message()
            .into_iter()
            .flat_map(|message| message.answers.iter().chain(&message.authorities))
        {
            say!("         {}", record::presentation(record));
        }
        if let (true, Some(sent)) = (hex, part.what.sent()) {
            print_octets(&sent.octets);
        }
    }
}

/// RCODE and flags, or that there are none to be read.
fn head(sent: &Sent) -> String {
    sent.message.as_ref().map_or_else(
        || format!("{} malformed octets, as the rule has them (--hex)", sent.octets.len()),
        |message| {
            format!(
                "{}  {}",
                record::rcode(message.response_code),
                record::flags(message).join(" ")
            )
        },
    )
}

/// Sixteen octets a line, with their place and their characters.
fn print_octets(octets: &[u8]) {
    for (line, chunk) in octets.chunks(16).enumerate() {
        let hex: Vec<_> = chunk.iter().map(|octet| format!("{octet:02x}")).collect();
        let shown = |octet: &u8| if octet.is_ascii_graphic() { char::from(*octet) } else { '.' };
        let text: String = chunk.iter().map(shown).collect();
        say!(
            "         {}{:04x}  {:<47}  {text}{:#}",
            style::FAINT,
            line * 16,
            hex.join(" "),
            style::FAINT
        );
    }
}

fn print_misses(misses: &[Miss<'_>]) {
    if misses.is_empty() {
        return;
    }
    say!("\n{}rules that match the name and did not decide{:#}", style::HEAD, style::HEAD);
    let mut table = Table::default();
    for miss in misses {
        let owner = miss.operator.map_or(String::new(), |operator| format!("{}/", operator.slug));
        let slug = format!("  {owner}{}", miss.rule.slug);
        table.row([
            plain(slug),
            plain(miss.pattern),
            plain(reason(miss.why)),
            (period(miss.rule), style::FAINT),
        ]);
    }
    table.print();
}

fn period(rule: &Rule) -> String {
    let days = days(rule);
    rule.hours.as_ref().map_or_else(|| days.clone(), |hours| format!("{days}; {hours}"))
}

fn days(rule: &Rule) -> String {
    match (rule.since, rule.until) {
        (None, None) => "on every day; no dates are known".to_owned(),
        (Some(since), None) => format!("since {since}"),
        (None, Some(until)) => format!("until {until}, not that day itself"),
        (Some(since), Some(until)) => format!("since {since}, until {until}, not that day itself"),
    }
}

const fn reason(why: MissReason) -> &'static str {
    match why {
        MissReason::NotYet => "not yet",
        MissReason::NoLonger => "no longer",
        MissReason::Hours => "at other hours",
        MissReason::Type => "for other types",
        MissReason::Transport => "for other transports",
        MissReason::Parser => "its sender cannot read this query",
        MissReason::Operator => "another operator's",
        MissReason::Shadowed => "a rule above decides",
    }
}

const fn meaning(evidence: Evidence) -> &'static str {
    match evidence {
        Evidence::Measured => "measured: somebody captured the packets or queried the resolver",
        Evidence::Reported => "reported: a credible report says that DNS was used",
        Evidence::Assumed => "assumed: the block is attested, its DNS form is not",
    }
}
