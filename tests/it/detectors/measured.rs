//! The measured rules of the shipped countries: on which day, for which names, and by which line of
//! the table they are judged.

use super::{
    CLEAN,
    survey::{Case, client_of, query},
    table::{Line, TABLE},
};
use hickory_proto::rr::RecordType;
use jiff::civil::Date;
use splinterdns::{
    config::{CountrySpec, Evidence, Report, RuleSpec, Shelf, Word, read_country},
    lab::Lab,
    name::{Form, Pattern},
    query::{Transport, Type},
};
use std::path::{Path, PathBuf};

/// Rules are asked on this day, if they hold on it.
pub(super) const DAY: Date = Date::constant(2026, 11, 22);

/// A measured rule and whose it is.
pub(super) struct Measured {
    country: String,
    operator: Option<String>,
    rule: RuleSpec,
}

/// Every measured rule of every shipped country and operator.
pub(super) fn measured_rules() -> Vec<Measured> {
    let shelf = Shelf::built_in_configs();
    let mut report = Report::default();
    let mut read = |path: PathBuf| {
        let file = report.open(path.clone(), shelf.read(&path).unwrap());
        read_country(file, path, &mut report).unwrap()
    };
    let paths = shelf.list(Path::new("countries"), &[".yaml"]).unwrap();
    paths
        .into_iter()
        .flat_map(|path| rules_of(read(path)))
        .filter(|one| one.rule.evidence == Evidence::Measured)
        .collect()
}

fn rules_of(country: CountrySpec) -> Vec<Measured> {
    let code = country.country.value.to_string();
    let own = country.rules.into_iter().map(|rule| (None, rule));
    let operators = country.operators.into_iter().flat_map(|operator| {
        let slug = operator.operator.value;
        operator.rules.into_iter().map(move |rule| (Some(slug.clone()), rule))
    });
    own.chain(operators)
        .map(|(operator, rule)| Measured { country: code.clone(), operator, rule })
        .collect()
}

impl Measured {
    fn label(&self) -> String {
        format!(
            "{} {} {}",
            self.country,
            self.operator.as_deref().unwrap_or_default(),
            self.rule.rule.value
        )
    }

    /// A day on which the rule holds.
    fn day(&self) -> Date {
        match (self.rule.since, self.rule.until) {
            (_, Some(until)) if until <= DAY => until.yesterday().unwrap(),
            (Some(since), _) if since > DAY => since,
            _ => DAY,
        }
    }

    /// A name for each of its patterns, which no rule above it takes.
    fn names(&self, lab: &Lab) -> Vec<String> {
        let patterns = self
            .rule
            .names
            .as_ref()
            .unwrap_or_else(|| panic!("{}: which name is it about?", self.label()));
        let name = |pattern: &Pattern| {
            let candidates = candidates(pattern);
            let found = candidates.iter().find(|name| self.decides(lab, name));
            found
                .unwrap_or_else(|| {
                    panic!("{}: no name for {pattern}: {candidates:?}", self.label())
                })
                .clone()
        };
        patterns.iter().map(|at| name(&at.value)).collect()
    }

    fn decides(&self, lab: &Lab, name: &str) -> bool {
        let client = client_of(lab, &self.country, self.operator.as_deref());
        let verdict =
            lab.policy.decide(&query(name, self.rtype(), client, Transport::Udp, self.day()));
        verdict.rule.is_some_and(|(rule, _)| {
            rule.slug == self.rule.rule.value && rule.evidence == Evidence::Measured
        })
    }

    /// A, or the first type of a rule for certain ones.
    fn rtype(&self) -> RecordType {
        self.rule.types.first().map_or(RecordType::A, |first| first.0)
    }

    fn holds_for(&self, rtype: RecordType) -> bool {
        self.rule.types.is_empty() || self.rule.types.contains(&Type(rtype))
    }

    /// Its questions, each with the number of the line that says what to expect; what is honest is
    /// expected clean.
    pub(super) fn cases(&self, lab: &Lab) -> Vec<(Case, Option<usize>)> {
        let (day, client) = (self.day(), client_of(lab, &self.country, self.operator.as_deref()));
        let case = |name: &str, rtype, expected| {
            let (country, name) = (self.country.clone(), name.to_owned());
            Case { day, country, client, name, rtype, expected }
        };
        let mut cases = Vec::new();
        for name in self.names(lab) {
            let kind =
                lab.policy.decide(&query(&name, self.rtype(), client, Transport::Udp, day)).word;
            if kind == Word::Honest {
                cases.push((case(&name, self.rtype(), CLEAN), None));
                continue;
            }
            let before = cases.len();
            let lines: Vec<_> =
                TABLE.iter().enumerate().filter(|(_, line)| self.is_of(line, kind)).collect();
            for &(number, line) in &lines {
                // A line about this very rule comes before one about all of its operator's.
                let own = |rtype| {
                    line.rule.is_none()
                        && lines.iter().any(|(_, l)| l.rule.is_some() && l.types.contains(rtype))
                };
                let types =
                    line.types.iter().filter(|rtype| self.holds_for(**rtype) && !own(rtype));
                cases
                    .extend(types.map(|rtype| (case(&name, *rtype, line.judgement), Some(number))));
            }
            assert!(
                cases.len() > before,
                "{}: no line of the table says how tools judge {kind:?}",
                self.label()
            );
        }
        cases
    }

    fn is_of(&self, line: &Line, kind: Word) -> bool {
        let rule = line.rule.is_none_or(|rule| rule == self.rule.rule.value);
        line.country == self.country
            && line.operator == self.operator.as_deref()
            && line.kind == kind
            && rule
    }
}

/// Names that a pattern may match, the plainest first.
fn candidates(pattern: &Pattern) -> Vec<String> {
    let text = pattern.view().text;
    match pattern.view().form {
        Form::Suffix | Form::Exact | Form::Below | Form::Begins => {
            vec![text.to_owned(), format!("www.{text}")]
        }
        Form::Ends | Form::Contains => vec![text.to_owned(), format!("x{text}")],
        // Nothing tells which name a regular expression was written for.
        Form::Regex | Form::Every => Vec::new(),
    }
}
