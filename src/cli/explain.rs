//! `explain`: what one client would get, by which rule, and why.

use super::{
    file_options::FileArgs,
    layout::{columns, width, wrapped},
    outcome::{Failure, Outcome},
    question_options::AskingArgs,
    style,
    table::{Table, plain},
};
use crate::{
    diagnostic::UnknownWord,
    dns::{Rtype, Transport, flags, presentation, rcode_text},
    engine::{ExplainedStep, Explanation, Origin, StepContent, WireMessage},
    model::{CountryCode, Evidence, State, VerdictKind},
    policy::{Jurisdiction, MissReason, NearMiss, Rule},
    survey::{Explained, Question, citation_in_words, finding_in_words, period, spelt_out},
};
use std::{
    fs,
    io::{self, Write},
    net::IpAddr,
    path::{Path, PathBuf},
};

/// Say what one client would get, by which rule, and why
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  splinterdns explain x.com --country BR --today 2024-09-10
  splinterdns explain tiktok.com --country IN --operator jio
  splinterdns explain example.com AAAA --client 127.86.0.1 --expect honest")]
pub(super) struct ExplainArgs {
    /// The name to ask for
    name: String,

    /// The record type to ask for
    #[arg(default_value = "A", value_name = "RTYPE")]
    qtype: Rtype,

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

    /// Exit with 1 unless this is the verdict on what goes out
    #[arg(long, value_name = "VERDICT", value_parser = verdict)]
    expect: Option<VerdictKind>,

    /// Show the octets of every message too
    #[arg(long, conflicts_with = "json")]
    hex: bool,

    /// Write the query and the replies as packets into this file (- for standard output alone), for
    /// Wireshark
    #[arg(long, value_name = "FILE")]
    pcap: Option<PathBuf>,

    #[command(flatten)]
    asking: AskingArgs,

    #[command(flatten)]
    files: FileArgs,
}

pub(super) fn run(args: &ExplainArgs) -> Outcome {
    let question = Question::read(&args.name, args.qtype)?;
    let engine = args.files.load(args.asking.spec(), args.country.as_slice())?;
    let (operator, now) = (args.operator.as_deref(), engine.settings.clock.now());
    let client = Explained::client(&engine.policy, args.client, args.country, operator)?;
    let explained = Explained::ask(&engine, &question, (client, args.transport), now);
    if let Some(file) = &args.pcap {
        write_capture(file, &explained.capture())?;
    }
    if args.pcap.as_deref() == Some(Path::new("-")) {
        // Nothing else may stand there.
    } else if args.asking.json {
        style::say_json(&explained.to_json(&question));
    } else {
        print(&explained, args.hex);
    }
    let found = explained.refusal.as_ref().unwrap_or(&explained.explanation).verdict;
    match args.expect.filter(|expected| *expected != found) {
        Some(expected) => Err(Failure::problem(format!("{expected} was expected, not {found}"))),
        None => Ok(()),
    }
}

fn write_capture(file: &Path, octets: &[u8]) -> Outcome {
    let written = if file == Path::new("-") {
        io::stdout().write_all(octets)
    } else {
        fs::write(file, octets)
    };
    let why = |why| Failure::unreadable(format!("cannot write {}: {why}", file.display()));
    written.map_err(why)
}

fn verdict(text: &str) -> Result<VerdictKind, UnknownWord> {
    let found = VerdictKind::ALL.into_iter().find(|kind| kind.as_str() == text);
    found.ok_or_else(|| UnknownWord {
        found: text.to_owned(),
        what: "verdict",
        expected: VerdictKind::ALL.iter().map(|kind| kind.as_str().to_owned()).collect(),
    })
}

fn print(explained: &Explained<'_>, hex: bool) {
    let Explained { explanation, misses, refusal } = explained;
    print_question(explanation, misses);
    let Explanation { decision, alias, verdict, steps, .. } = explanation;
    let mut table = Table::default();
    let mut line = |key: &str, value: &str, colour| {
        table.row([(format!("  {key}"), style::FAINT), (value.to_owned(), colour)]);
    };
    let bare = anstyle::Style::new();
    line("verdict", verdict.as_str(), style::verdict(*verdict));
    if let Some((rule, pattern)) = decision.rule {
        line("answer", &rule.answer.name, bare);
        line("rule", &format!("{}, by its pattern {pattern}", rule.slug), bare);
        if let Some(alias) = alias {
            let why = format!("the answer leads to {alias}, and aliases are followed here");
            line("alias", &why, bare);
        }
        line("holds", &period::sentence(rule), bare);
        rule.category.iter().for_each(|code| line("category", &spelt_out(code), bare));
        line("evidence", meaning(rule.evidence), style::evidence(rule.evidence));
        rule.sources.iter().for_each(|source| line("source", &citation_in_words(source), bare));
    } else {
        line("why", &why(explanation), bare);
    }
    for finding in decision.jurisdiction.findings(&explanation.query) {
        line("known", &finding_in_words(finding), bare);
    }
    if decision.jurisdiction.country.is_none() {
        let hint = "no country governs this client; --country CC asks as one that is in CC, and \
                    --client IP as any (`splinterdns countries` lists the networks)";
        line("hint", hint, bare);
    }
    if refusal.is_some() {
        let but = "the client is in no network of `allow`, so it gets REFUSED instead \
                   (`serve --allow NETWORK` admits it)";
        line("but", but, style::BAD);
    }
    table.print();
    match refusal {
        None => print_steps("what goes out", steps, hex),
        Some(refusal) => {
            print_steps("what goes out", &refusal.steps, hex);
            print_steps("what would go out, if the client might ask", steps, hex);
        }
    }
    print_misses(misses);
}

/// Why the answer is what it is, where no rule decides.
fn why(explanation: &Explanation<'_>) -> String {
    let Explanation { query, decision, verdict, .. } = explanation;
    if let Some(rule) = decision.alias_of {
        let slug = &rule.slug;
        return format!("the rule {slug} leads people here, so the ISP's resolver knows it");
    }
    if *verdict != VerdictKind::Honest {
        return "such a question is refused to everybody".to_owned();
    }
    let known = match decision.state(query, *verdict) {
        State::Unknown => " (which is no evidence that the name is free there)",
        State::BlockedElsewhere => "; the name is blocked, but not by DNS",
        State::Free | State::Blocked => ", and the name was measured as free",
    };
    format!("no rule decides, so the answer is honest{known}")
}

/// What is asked, by whom, where and when; the time of day only where it matters.
fn print_question(explanation: &Explanation<'_>, misses: &[NearMiss<'_>]) {
    let Explanation { query, decision, .. } = explanation;
    let Jurisdiction { country, operator } = decision.jurisdiction;
    let place = match (country, operator) {
        (Some(country), Some(operator)) => {
            format!("in {} ({}), {}", country.name, country.code, operator.name)
        }
        (Some(country), None) => format!("in {} ({})", country.name, country.code),
        (None, _) => "in nobody's network".to_owned(),
    };
    let rules = decision.rule.map(|(rule, _)| rule).into_iter();
    let timed = rules.chain(misses.iter().map(|miss| miss.rule)).any(|rule| rule.hours.is_some());
    let when = query.arrival.strftime(if timed { "%F at %R UTC" } else { "%F" });
    let (qname, qtype, transport) = (&query.qname, query.qtype, query.transport);
    let head = format!("{qname} {qtype} {place}, on {when}, over {transport}");
    let client = format!("(client {})", query.client);
    let gap = if columns(&head) + 1 + columns(&client) > width() { "\n" } else { " " };
    say!("{}{head}{:#}{gap}{client}\n", style::HEAD, style::HEAD);
}

fn print_steps(title: &str, steps: &[ExplainedStep], hex: bool) {
    say!("\n{}{title}{:#}", style::HEAD, style::HEAD);
    if steps.is_empty() {
        say!("  nothing");
    }
    let time = |step: &ExplainedStep| format!("{} ms", step.after.as_secs_f64() * 1000.0);
    let times = steps.iter().map(|step| columns(&time(step))).max().unwrap_or(0).max(5);
    let indent = times + 4;
    for step in steps {
        let (after, content) = (time(step), &step.content);
        let what = sent(content);
        let mut lines = wrapped(&what, width().saturating_sub(indent)).into_iter();
        say!("  {after:>times$}  {}", lines.next().unwrap_or_default());
        lines.for_each(|line| say!("{:indent$}{line}", ""));
        let decoded = content.decoded().into_iter();
        for record in decoded.flat_map(|message| message.answers.iter().chain(&message.authorities))
        {
            let record = presentation(record);
            let lines = wrapped(&record, width().saturating_sub(indent));
            lines.iter().for_each(|line| say!("{:indent$}{line}", ""));
        }
        if let (true, Some(message)) = (hex, content.message()) {
            print_octets(&message.octets);
        }
    }
}

/// What goes out, with its RCODE as far as it is known, and where it comes from.
fn sent(content: &StepContent) -> String {
    let (message, origin) = match content {
        StepContent::Reset => return "a TCP RST".to_owned(),
        StepContent::Upstream => {
            return "honest  what the upstream resolver says, which is not asked here".to_owned();
        }
        StepContent::Message(message, origin) => (message, origin),
    };
    let head = head(message);
    match origin {
        Origin::Forged => format!("forged  {head}"),
        Origin::Zones => format!("honest  {head}, from the zones"),
        Origin::StandIn => format!("honest  {head}, from the zones; {}", stand_in(message)),
        Origin::Upstream => format!("honest  {head}, from the upstream resolver"),
        Origin::AliasTarget => format!("honest  {head}, from the ISP's resolver"),
        Origin::Protocol => format!("{head}, by no rule"),
        Origin::Nowhere => {
            format!("{head}, because no zone of this lab holds the name and no upstream is set")
        }
    }
}

/// That records stand in for what no source has.
fn stand_in(message: &WireMessage) -> &'static str {
    match message.decoded.as_ref().map_or(0, |decoded| decoded.answers.len()) {
        1 => "a stand-in, no source has this record",
        _ => "a stand-in, no source has all of these records",
    }
}

/// RCODE and flags, or that there are none to be read.
fn head(message: &WireMessage) -> String {
    let Some(decoded) = &message.decoded else {
        let length = message.octets.len();
        return format!("{length} malformed octets, as the rule has them (--hex)");
    };
    let flags = flags(decoded).join(" ");
    format!("{}  {flags}", rcode_text(decoded.response_code))
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

fn print_misses(misses: &[NearMiss<'_>]) {
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
            (when(miss.rule), style::FAINT),
        ]);
    }
    table.print();
}

/// The days and the hours, as short as a row of a table needs it.
fn when(rule: &Rule) -> String {
    let days = period::days(rule);
    match &rule.hours {
        Some(hours) if days.is_empty() => hours.to_string(),
        Some(hours) => format!("{days}; {hours}"),
        None => days,
    }
}

const fn reason(why: MissReason) -> &'static str {
    match why {
        MissReason::NotYet => "not yet",
        MissReason::NoLonger => "no longer",
        MissReason::Unknown => "not known yet",
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
