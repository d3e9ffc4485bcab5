//! What is known of names beside the rules: `elsewhere`, blocked by other means than DNS, and
//! `free`, measured as not blocked.

use super::{
    citation::{CitationSpec, read_citations},
    fields::{Fields, Reader},
    rule::{read_patterns, read_period},
    yaml_tree::Node,
};
use crate::{
    diagnostic::At,
    dns::Pattern,
    model::{Evidence, Means, Period},
};

/// One entry under `elsewhere` or `free`.
#[derive(Clone, Debug)]
pub struct FindingSpec {
    /// What it is about.
    pub names: At<Vec<At<Pattern>>>,
    /// How they are blocked; nothing where they are free.
    pub means: Option<Means>,
    /// The operator where it was found; the whole country when missing.
    pub operator: Option<At<String>>,
    /// When.
    pub period: Period,
    /// How well it is known.
    pub evidence: Evidence,
    /// What it rests on.
    pub sources: Vec<CitationSpec>,
}

/// `elsewhere`, and `free` behind it.
pub(super) fn read_findings(fields: &mut Fields<'_>, reader: &mut Reader<'_>) -> Vec<FindingSpec> {
    let mut findings = Vec::new();
    for (key, what, is_free) in
        [("elsewhere", "blocks by other means", false), ("free", "free names", true)]
    {
        let items = fields.get(key).map_or(Vec::new(), |list| reader.items(list, what));
        let read = items.into_iter().filter_map(|item| read_finding(item, is_free, reader));
        findings.extend(read.collect::<Vec<_>>());
    }
    findings
}

fn read_finding(node: &Node, is_free: bool, reader: &mut Reader<'_>) -> Option<FindingSpec> {
    let mut fields = Fields::of(node, "a finding", reader);
    let names = fields.need("names", reader).map(|list| read_patterns(list, reader));
    let means = if is_free {
        None
    } else {
        fields.need("means", reader).and_then(|word| reader.word(word, "means", &Means::ALL))
    };
    let operator = fields
        .get("operator")
        .and_then(|name| reader.string(name, "the short name of an operator"));
    let period = read_period(node, &mut fields, reader).value;
    // That a name is free is always somebody's measurement.
    let evidence = if is_free {
        Some(Evidence::Measured)
    } else {
        fields.need("evidence", reader).and_then(|word| reader.evidence(word))
    };
    let sources = fields.need("sources", reader).map(|list| read_citations(list, reader));
    fields.finish(reader);
    if !is_free && means.is_none() {
        return None;
    }
    let names = reader.at(node, names?);
    Some(FindingSpec { names, means, operator, period, evidence: evidence?, sources: sources? })
}
