//! `cite`: a rule as a publication would cite it.

use super::{
    file_options::FileArgs,
    layout::say_wrapped,
    outcome::{Failure, Outcome},
    style,
    table::{Table, plain},
};
use crate::{
    config::LabSpec,
    policy::{Change, Country, Operator, Policy, Rule},
    survey::{citation_in_words, citations_json, period},
};
use serde_json::{Value, json};

/// Print a rule with its dates, grade, sources and corrections, to be cited
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  splinterdns cite BR/x
  splinterdns cite --bibtex CN/tor-substring")]
pub(super) struct CiteArgs {
    /// The rule's id: COUNTRY/RULE, or COUNTRY/OPERATOR/RULE (`explain --json` tells it)
    #[arg(value_name = "ID")]
    id: String,

    /// Print JSON
    #[arg(long, conflicts_with = "bibtex")]
    json: bool,

    /// Print BibTeX: an entry for the rule, and one for each of its sources
    #[arg(long)]
    bibtex: bool,

    #[command(flatten)]
    files: FileArgs,
}

/// A rule, or only what has become of one.
struct Cited<'p> {
    id: &'p str,
    country: &'p Country,
    operator: Option<&'p Operator>,
    rule: Option<(&'p Rule, Vec<String>)>,
    changes: Vec<&'p Change>,
}

pub(super) fn run(args: &CiteArgs) -> Outcome {
    let lab = args.files.load(LabSpec::default(), &[])?;
    let cited = find(&lab.policy, &args.id)?;
    if args.json {
        style::say_json(&to_json(&cited));
    } else if args.bibtex {
        say!("{}", bibtex(&cited));
    } else {
        print(&cited);
    }
    Ok(())
}

fn find<'p>(policy: &'p Policy, id: &'p str) -> Result<Cited<'p>, Failure> {
    let code = id.split('/').next().unwrap_or(id);
    let country = policy.countries().iter().find(|country| country.code.as_str() == code);
    let country = country.ok_or_else(|| {
        let known: Vec<_> = policy.countries().iter().map(|known| known.code.as_str()).collect();
        Failure::problem(format!("there is no country {code:?}; known: {}", known.join(", ")))
    })?;
    let own = country.own_rules().map(|(rule, names)| (None, rule, shown(names)));
    let operators = country.operators.iter().flat_map(|operator| {
        operator.own_rules().map(move |(rule, names)| (Some(operator), rule, shown(names)))
    });
    let mut rules: Vec<_> = own.chain(operators).collect();
    let changes: Vec<_> = country.changes.iter().filter(|change| change.id == id).collect();
    let found = rules.iter().position(|(_, rule, _)| rule.id == id);
    if found.is_none() && changes.is_empty() {
        let near = rules.iter().map(|(_, rule, _)| &*rule.id);
        let near = near.max_by(|one, other| {
            strsim::jaro_winkler(id, one).total_cmp(&strsim::jaro_winkler(id, other))
        });
        let hint = near.map_or_else(String::new, |near| format!("; did you mean {near:?}?"));
        return Err(Failure::problem(format!("there is no rule {id:?}{hint}")));
    }
    let (operator, rule) = found.map_or((None, None), |index| {
        let (operator, rule, names) = rules.swap_remove(index);
        (operator, Some((rule, names)))
    });
    Ok(Cited { id, country, operator, rule, changes })
}

fn shown<'c>(names: impl Iterator<Item = crate::dns::PatternRef<'c>>) -> Vec<String> {
    names.map(|name| name.to_string()).collect()
}

fn print(cited: &Cited<'_>) {
    let Cited { id, rule, changes, .. } = cited;
    say!("{}{id}{:#}: {}\n", style::HEAD, style::HEAD, place(cited));
    let mut table = Table::default();
    let mut line = |key: &str, value: String| {
        table.row([(format!("  {key}"), style::FAINT), plain(value)]);
    };
    if let Some((rule, names)) = rule {
        line("names", names.join(", "));
        line("answer", rule.answer.name.clone());
        line("holds", period::sentence(rule));
        line("evidence", rule.evidence.to_string());
        rule.sources.iter().for_each(|source| line("source", citation_in_words(source)));
    }
    for change in changes {
        line(
            if change.fell { "fell" } else { "changed" },
            format!("{}: {}", change.day, change.text),
        );
    }
    table.print();
    say!("");
    say_wrapped(&format!("Cite it as: {}.", reference(cited)));
}

/// "China, of no operator" in a heading.
fn place(cited: &Cited<'_>) -> String {
    let country = &cited.country.name;
    cited
        .operator
        .map_or_else(|| country.clone(), |operator| format!("{}, {country}", operator.name))
}

fn reference(cited: &Cited<'_>) -> String {
    format!("splinterdns {VERSION}, rule {} ({})", cited.id, place(cited))
}

const VERSION: &str = env!("SPLINTERDNS_VERSION");

fn to_json(cited: &Cited<'_>) -> Value {
    let rule = cited.rule.as_ref().map(|(rule, names)| {
        json!({
            "names": names,
            "answer": rule.answer.name,
            "since": period::since(rule),
            "until": period::until(rule),
            "seen": period::seen(rule),
            "periods": period::periods(rule),
            "category": rule.category,
            "evidence": rule.evidence.as_str(),
            "sources": citations_json(&rule.sources),
        })
    });
    let changes = cited.changes.iter().map(|Change { day, fell, text, .. }| {
        json!({ "day": day.to_string(), "fell": fell, "text": text })
    });
    json!({
        "id": cited.id,
        "version": VERSION,
        "country": cited.country.code.as_str(),
        "operator": cited.operator.map(|operator| &operator.slug),
        "rule": rule,
        "changes": changes.collect::<Vec<_>>(),
    })
}

/// An entry for the rule, and one for each source.
fn bibtex(cited: &Cited<'_>) -> String {
    let mut note = Vec::new();
    if let Some((rule, names)) = &cited.rule {
        note.push(format!("names: {}", names.join(", ")));
        note.push(format!("holds {}", period::sentence(rule)));
        note.push(format!("evidence: {}", rule.evidence));
    }
    let fell = cited.changes.iter().filter(|change| change.fell);
    note.extend(fell.map(|change| format!("fell on {}: {}", change.day, change.text)));
    let title = format!("Rule {} ({})", cited.id, place(cited));
    let mut entries = vec![entry(
        &format!("splinterdns-{}", cited.id),
        &[
            ("title", title),
            ("howpublished", format!("splinterdns {VERSION}")),
            ("note", note.join("; ")),
        ],
    )];
    for source in cited.rule.iter().flat_map(|(rule, _)| &rule.sources) {
        let mut fields = vec![("title", source.text.to_string())];
        let scope = source.scope();
        if !scope.is_empty() {
            fields.push(("note", format!("attests: {scope}")));
        }
        entries.push(entry(&format!("{}-{}", cited.country.code, source.key), &fields));
    }
    entries.join("\n\n")
}

fn entry(key: &str, fields: &[(&str, String)]) -> String {
    let key: String = key
        .chars()
        .map(|letter| if letter.is_ascii_alphanumeric() { letter } else { '-' })
        .collect();
    let lines: Vec<_> =
        fields.iter().map(|(name, value)| format!("  {name} = {{{}}}", escaped(value))).collect();
    format!("@misc{{{key},\n{}\n}}", lines.join(",\n"))
}

/// What TeX would take for its own.
fn escaped(text: &str) -> String {
    let mut escaped = String::new();
    for letter in text.chars() {
        match letter {
            '\\' => escaped.push_str("\\textbackslash{}"),
            '~' => escaped.push_str("\\textasciitilde{}"),
            '^' => escaped.push_str("\\textasciicircum{}"),
            '&' | '%' | '$' | '#' | '_' | '{' | '}' => escaped.extend(['\\', letter]),
            _ => escaped.push(letter),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::{entry, escaped};

    #[test]
    fn what_tex_would_read_is_escaped() {
        assert_eq!(
            escaped("a_b & 50% {x} #1 \\ ~"),
            "a\\_b \\& 50\\% \\{x\\} \\#1 \\textbackslash{} \\textasciitilde{}"
        );
        let entry =
            entry("RU/er_telecom/x", &[("title", "T".to_owned()), ("note", "n_1".to_owned())]);
        assert_eq!(entry, "@misc{RU-er-telecom-x,\n  title = {T},\n  note = {n\\_1}\n}");
    }
}
