//! The rules of the shipped country files as they are written.

use super::engine::{Evidence, Transport};
use hickory_proto::rr::RecordType;
use jiff::civil::{Date, DateTime};
use splinterdns::{
    config::{CountrySpec, RuleSpec, read_country},
    diagnostic::Report,
    dns::{Form, Pattern},
    files::FileSource,
};
use std::path::{Path, PathBuf};

/// A rule and whose it is.
pub(crate) struct WrittenRule {
    pub(crate) country: String,
    pub(crate) operator: Option<String>,
    pub(crate) rule: String,
    /// The first period in which it holds.
    pub(crate) since: Option<Date>,
    pub(crate) until: Option<Date>,
    pub(crate) evidence: Evidence,
    pub(crate) category: Option<String>,
    /// The types that it is about; none when it is about all.
    pub(crate) types: Vec<RecordType>,
    /// The transports that it holds for; all when empty.
    pub(crate) transports: Vec<Transport>,
    /// None when it is about all names.
    pub(crate) patterns: Option<Vec<WrittenPattern>>,
}

/// A pattern of names.
pub(crate) struct WrittenPattern {
    /// As people write it.
    pub(crate) shown: String,
    /// Names that it may match, the plainest first.
    pub(crate) candidates: Vec<String>,
}

/// Every rule of every shipped country and operator.
pub(crate) fn written_rules() -> Vec<WrittenRule> {
    let files = FileSource::built_in_configs();
    let mut report = Report::default();
    let mut read = |path: PathBuf| {
        let file = report.open(path.clone(), files.read(&path).unwrap());
        read_country(file, path, &mut report).unwrap()
    };
    let paths = files.list(Path::new("countries"), &[".yaml"]).unwrap();
    paths.into_iter().flat_map(|path| rules_of(read(path))).collect()
}

fn rules_of(country: CountrySpec) -> Vec<WrittenRule> {
    let code = country.country.value.to_string();
    let own = country.rules.into_iter().map(|rule| (None, rule));
    let operators = country.operators.into_iter().flat_map(|operator| {
        let slug = operator.operator.value;
        operator.rules.into_iter().map(move |rule| (Some(slug.clone()), rule))
    });
    own.chain(operators).map(|(operator, rule)| written(code.clone(), operator, rule)).collect()
}

fn written(country: String, operator: Option<String>, rule: RuleSpec) -> WrittenRule {
    let patterns = rule.names.map(|names| {
        let pattern = |pattern: &Pattern| WrittenPattern {
            shown: pattern.to_string(),
            candidates: candidates(pattern.view().form, pattern.view().text),
        };
        names.iter().map(|at| pattern(&at.value)).collect()
    });
    WrittenRule {
        country,
        operator,
        rule: rule.rule.value,
        since: rule.periods.first().and_then(|at| at.value.begin()).map(DateTime::date),
        until: rule.periods.first().and_then(|at| at.value.end()).map(DateTime::date),
        evidence: rule.evidence,
        category: rule.category,
        transports: rule.transports,
        types: rule.types.into_iter().map(|rtype| rtype.0).collect(),
        patterns,
    }
}

fn candidates(form: Form, text: &str) -> Vec<String> {
    match form {
        Form::Suffix | Form::Exact | Form::Below | Form::Begins => {
            vec![text.to_owned(), format!("www.{text}")]
        }
        Form::Ends | Form::Contains => vec![text.to_owned(), format!("x{text}")],
        // Nothing tells which name a regular expression was written for.
        Form::Regex | Form::Every => Vec::new(),
    }
}
