//! From specs to a policy: names are looked up, files read, and what cannot mean anything is
//! reported.

mod changes;
mod error;
mod findings;
mod name_lists;
mod overlaps;
mod periods;
mod shadowed;

pub use error::CompileError;
pub use name_lists::RuleFiles;

use super::{
    countries::Policy,
    country::{Country, Operator},
    index::{PatternIndex, arena::PatternArena},
    rule::Rule,
    ruleset::{Ruleset, parsers_of},
};
use crate::{
    config::{AnswerCatalog, CitationSpec, CountrySpec, OperatorSpec, RuleSpec},
    diagnostic::{At, Duplicate, Lacking, Place, Report, UnknownWord},
    dns::{ParserSet, PatternRef},
    model::{Citation, Hours, HoursSpan},
    progress::Progress,
};
use ipnet::IpNet;
use overlaps::client_networks;
use periods::{check_grade, check_periods};
use prefix_trie::joint::JointPrefixSet;
use shadowed::Shadows;
use std::{
    collections::{HashMap, hash_map::Entry},
    sync::Arc,
};

/// Compiles countries, and counts their names on the way. What is wrong goes into the report; the
/// policy is only worth having when the report is clean.
pub fn compile(
    specs: &[CountrySpec],
    files: RuleFiles<'_>,
    progress: &Progress,
    report: &mut Report,
) -> Policy {
    let mut specs: Vec<&CountrySpec> = specs.iter().collect();
    specs.sort_by_key(|spec| spec.country.value);
    let (mut counters, mut countries) = (0, Vec::new());
    for spec in &specs {
        let CountrySpec { file, path, answers, pools, .. } = spec;
        let answers =
            AnswerCatalog::new((*file, path), answers, pools, counters, files.files, report);
        let mut compiling = Compiling::new(spec, files, progress, answers, report);
        countries.push(compiling.country());
        counters = compiling.answers.finish(compiling.report);
    }
    let networks = client_networks(&specs, report);
    Policy::new(countries, networks, counters)
}

/// One country on its way.
struct Compiling<'a> {
    spec: &'a CountrySpec,
    files: RuleFiles<'a>,
    progress: &'a Progress,
    answers: AnswerCatalog<'a>,
    /// Its own networks.
    networks: JointPrefixSet<IpNet>,
    /// The sources by their keys, which rules share.
    sources: HashMap<Arc<str>, Arc<str>>,
    /// Their keys, where one is wanted that there is not.
    source_names: Option<Arc<[String]>>,
    report: &'a mut Report,
}

/// Rules in their order, where each stands, and the index over their patterns.
#[derive(Default)]
struct CompiledRules {
    rules: Vec<Rule>,
    places: Vec<Place>,
    index: PatternIndex,
    /// Rules of the command line stand above, and may hide those below.
    may_shadow: bool,
}

impl CompiledRules {
    /// Reports the rules that can never match, where these parsers read the queries.
    fn finish(self, readers: ParserSet, report: &mut Report) -> Ruleset {
        let Self { rules, places, index, may_shadow } = self;
        let mut shadows = Shadows::new(&rules, &index, readers);
        for (number, rule) in rules.iter().enumerate().filter(|_| !may_shadow) {
            let above = shadows.above(number).into_iter().map(|above| {
                let place = report.cross_reference(places[number], places[above]);
                format!("{:?} ({place})", rules[above].slug)
            });
            let above = above.collect::<Vec<_>>().join(" or ");
            if !above.is_empty() {
                let rule = rule.slug.clone();
                report.add(places[number], CompileError::Shadowed { rule, above });
            }
        }
        Ruleset::new(rules, index)
    }
}

impl<'a> Compiling<'a> {
    fn new(
        spec: &'a CountrySpec,
        files: RuleFiles<'a>,
        progress: &'a Progress,
        answers: AnswerCatalog<'a>,
        report: &'a mut Report,
    ) -> Self {
        let networks = spec.clients.iter().map(|at| at.value).collect();
        let text = |text: &String| Arc::from(text.as_str());
        let sources = spec.sources.iter().map(|(key, said)| (text(&key.value), text(said)));
        let (sources, source_names) = (sources.collect(), None);
        Self { spec, files, progress, answers, networks, sources, source_names, report }
    }

    fn country(&mut self) -> Country {
        // Every field of the spec is named, so that a new one cannot be forgotten here.
        let CountrySpec {
            file: _,
            path: _,
            country,
            name,
            about,
            clients,
            aliases,
            time_zone: _,
            pools: _,
            answers: _,
            operators,
            rules,
            findings,
            changes: _,
            examples: _,
            sources,
            is_tried: _,
        } = self.spec;
        unique("source", sources.iter().map(|(key, _)| key), self.report);
        unique("operator", operators.iter().map(|operator| &operator.operator), self.report);
        let own: Vec<_> = operators.iter().map(|operator| self.operator(operator)).collect();
        let ruleset = self.rules(country.value.as_str(), rules);
        // A client's queries are read by whoever sends answers of its operator's rules or of the
        // country's, and both sets are asked about them.
        let readers = parsers_of(&ruleset.rules);
        let everybody = own.iter().map(|(_, rules)| parsers_of(&rules.rules));
        let everybody = everybody.fold(readers, ParserSet::union);
        let operators = own.into_iter().map(|(operator, rules)| {
            let readers = readers.union(parsers_of(&rules.rules));
            Operator { ruleset: rules.finish(readers, self.report), ..operator }
        });
        let operators = operators.collect();
        let ruleset = ruleset.finish(everybody, self.report);
        let country = Country::new(
            (country.value, name.clone(), about.clone()),
            clients.iter().map(|at| at.value).collect(),
            operators,
            (aliases.unwrap_or(false), ruleset),
        );
        let findings = findings.iter().map(|finding| self.finding(finding)).collect();
        country.with(findings, self.changes())
    }

    /// An operator, without its rules, and those.
    fn operator(&mut self, spec: &'a OperatorSpec) -> (Operator, CompiledRules) {
        let OperatorSpec { operator, name, clients, aliases, rules } = spec;
        for network in clients {
            // Without any network of its own the country has been reported.
            if !self.networks.is_empty() && self.networks.get_lpm(&network.value).is_none() {
                let (text, operator) = (network.value.to_string(), operator.value.clone());
                let country = join(&self.spec.clients);
                let problem = CompileError::OutsideCountry { network: text, operator, country };
                self.report.add(network.place, problem);
            }
        }
        let operator = Operator {
            slug: operator.value.clone(),
            name: name.clone(),
            clients: clients.iter().map(|at| at.value).collect(),
            follows_aliases: *aliases,
            ruleset: Ruleset::default(),
        };
        let owner = format!("{}/{}", self.spec.country.value, operator.slug);
        (operator, self.rules(&owner, rules))
    }

    fn rules(&mut self, owner: &str, specs: &'a [RuleSpec]) -> CompiledRules {
        unique("rule", specs.iter().map(|spec| &spec.rule), self.report);
        let (mut patterns, mut places, mut rules) =
            (PatternArena::default(), Vec::new(), Vec::new());
        for spec in specs {
            patterns.begin_rule();
            match self.rule(owner, spec, &mut patterns) {
                Some(rule) => {
                    rules.push(rule);
                    places.push(spec.place());
                }
                None => patterns.drop_rule(),
            }
        }
        let index = match PatternIndex::new(patterns, self.progress) {
            Ok(index) => index,
            Err(too_many) => {
                self.report.add(Place::whole(self.spec.file), too_many);
                return CompiledRules::default();
            }
        };
        let may_shadow = self.spec.is_tried;
        CompiledRules { rules, places, index, may_shadow }
    }

    /// A rule, and behind `patterns` its own.
    fn rule(
        &mut self,
        owner: &str,
        spec: &'a RuleSpec,
        patterns: &mut PatternArena,
    ) -> Option<Rule> {
        let RuleSpec {
            rule,
            names,
            lists,
            types,
            transports,
            periods,
            hours,
            answer,
            category,
            evidence,
            sources,
        } = spec;
        let mut reading = self.progress.reading();
        for at in names.iter().flatten() {
            patterns.push(at.value.view());
            reading.step();
        }
        let in_file = names.iter().flatten().count();
        let lists: Vec<_> = lists.iter().map(|list| self.list(list, patterns)).collect();
        if names.is_none() && lists.is_empty() {
            self.lacks(rule, "rule", "names");
        }
        if sources.as_ref().is_some_and(Vec::is_empty) {
            self.lacks(rule, "rule", "sources");
        }
        check_periods(rule, periods, self.report);
        let hours = self.hours(rule, hours);
        let anchor = patterns.of_last_rule().find_map(PatternRef::anchor).map(Box::from);
        let sources: Vec<_> =
            sources.iter().flatten().filter_map(|citation| self.citation(citation)).collect();
        check_grade(rule, *evidence, &sources, self.report);
        let answer = self.answers.resolve(answer, rule.place.file(), self.report)?;
        Some(Rule {
            slug: rule.value.clone(),
            id: format!("{owner}/{}", rule.value),
            anchor,
            names: in_file,
            lists,
            types: types.clone(),
            transports: transports.clone(),
            periods: periods.iter().map(|at| at.value.clone()).collect(),
            hours,
            answer,
            category: category.clone(),
            evidence: *evidence,
            sources,
        })
    }

    fn hours(&mut self, rule: &At<String>, spans: &[HoursSpan]) -> Option<Hours> {
        if spans.is_empty() {
            return None;
        }
        let Some(zone) = &self.spec.time_zone else {
            let code = self.spec.country.value;
            let lacks = "time-zone, which hours need";
            self.report.add(rule.place, Lacking::new("country", code.as_str(), lacks));
            return None;
        };
        Some(Hours::new(zone.clone(), spans.to_vec()))
    }

    fn lacks(&mut self, name: &At<String>, what: &'static str, lacks: &'static str) {
        self.report.add(name.place, Lacking::new(what, &name.value, lacks));
    }

    fn citation(&mut self, spec: &CitationSpec) -> Option<Citation> {
        let CitationSpec { key, attests, days, names } = spec;
        if let Some((key, text)) = self.sources.get_key_value(&*key.value) {
            let (key, text) = (Arc::clone(key), Arc::clone(text));
            let (attests, days, names) = (attests.clone(), days.clone(), names.clone());
            return Some(Citation { key, text, attests, days, names });
        }
        let names = || self.spec.sources.iter().map(|(name, _)| name.value.clone()).collect();
        let expected = Arc::clone(self.source_names.get_or_insert_with(names));
        let found = key.value.clone();
        self.report.add(key.place, UnknownWord { found, what: "source", expected });
        None
    }
}

fn unique<'a>(
    what: &'static str,
    names: impl Iterator<Item = &'a At<String>>,
    report: &mut Report,
) {
    let mut seen: HashMap<&str, Place> = HashMap::new();
    for name in names {
        match seen.entry(&name.value) {
            Entry::Occupied(first) => {
                let first = report.cross_reference(name.place, *first.get());
                report.add(name.place, Duplicate { what, name: name.value.clone(), first });
            }
            Entry::Vacant(entry) => _ = entry.insert(name.place),
        }
    }
}

/// The first of some networks, and how many there are where that is not all.
fn join(networks: &[At<IpNet>]) -> String {
    const MOST: usize = 24;
    let first = networks.iter().take(MOST).map(|at| at.value.to_string());
    let more = networks.len().saturating_sub(MOST);
    let more = (more > 0).then(|| format!("... ({more} more)"));
    first.chain(more).collect::<Vec<_>>().join(", ")
}
