//! The names that rules and findings know, and what is known of each on a day.

use super::{
    error::SurveyError,
    vantage_points::{VantagePoint, vantage_points},
};
use crate::{
    dns::{Form, Name, ParserSet, PatternRef, Rtype, Transport, wire_name},
    engine::Engine,
    model::{Period, Query, State, VerdictKind},
    policy::{Country, Finding, Jurisdiction, Rule},
};
use hickory_proto::rr::{Name as WireName, RecordType};
use jiff::civil::DateTime;
use std::{
    collections::{BTreeMap, BTreeSet},
    net::Ipv4Addr,
};

/// What is known of a name at one vantage point.
pub(crate) struct KnownAt<'p> {
    pub(crate) from: VantagePoint<'p>,
    pub(crate) state: State,
    /// The rule that decides.
    pub(crate) rule: Option<&'p Rule>,
    /// The findings that count, where none does.
    pub(crate) findings: Vec<&'p Finding>,
}

/// A name with its `www.` host, or a pattern that is about no name.
pub(crate) struct KnownName<'p> {
    pub(crate) name: String,
    /// Whether it is a pattern that no name stands for.
    pub(crate) is_pattern: bool,
    /// Where something is known, sorted by the codes of countries; operators that are as their
    /// country are left out.
    pub(crate) places: Vec<KnownAt<'p>>,
}

/// What patterns say: names to be asked for, and patterns that no name stands for.
#[derive(Default)]
struct Collected<'p> {
    names: BTreeSet<String>,
    patterns: BTreeMap<String, Vec<KnownAt<'p>>>,
}

/// The names of these countries, or of their rules with a category, sorted.
pub(crate) fn known_names<'p>(
    engine: &'p Engine,
    countries: &[&'p Country],
    category: Option<&str>,
    now: DateTime,
) -> Result<Vec<KnownName<'p>>, SurveyError> {
    let mut collected = Collected::default();
    for country in countries {
        for from in vantage_points(country)? {
            collected.rules(from, category, now);
        }
        if category.is_none() {
            collected.findings(country, now)?;
        }
    }
    let Collected { names, patterns } = collected;
    let names: Vec<_> = names.into_iter().collect();
    let mut known = asked(engine, countries, &names, now)?;
    known.extend(patterns.into_iter().map(|(name, places)| KnownName {
        name,
        is_pattern: true,
        places,
    }));
    known.sort_by(|one, other| one.name.cmp(&other.name));
    Ok(known)
}

/// What is known of these names in these countries.
pub(crate) fn asked<'p>(
    engine: &'p Engine,
    countries: &[&'p Country],
    names: &[String],
    now: DateTime,
) -> Result<Vec<KnownName<'p>>, SurveyError> {
    let points = countries.iter().map(|country| {
        let points = vantage_points(country)?.into_iter();
        Ok(points.map(|from| (from, engine.policy.jurisdiction(from.client, None))).collect())
    });
    let points = points.collect::<Result<Vec<Vec<_>>, SurveyError>>()?;
    let known = names.iter().map(|name| {
        // A host `www.` of the longest names would be too long to be asked for.
        let hosts = [name.clone(), format!("www.{name}")].map(|name| wire_name(&name).ok());
        let mut hosts: Vec<_> =
            hosts.into_iter().flatten().map(|wire| (query(&wire, now), wire)).collect();
        let places = points.iter().flat_map(|points| known_in(engine, &mut hosts, points));
        KnownName { name: name.clone(), is_pattern: false, places: places.collect() }
    });
    Ok(known.collect())
}

/// A question that `dig` would ask by default; who asks it is filled in later.
fn query(wire: &WireName, arrival: DateTime) -> Query {
    Query {
        qname: Name::from_wire(wire),
        qtype: Rtype(RecordType::A),
        client: Ipv4Addr::UNSPECIFIED.into(),
        transport: Transport::Udp,
        arrival,
        parsers: ParserSet::ALL,
    }
}

/// The name that stands for itself and for its `www.` host.
pub(crate) fn without_www(name: &str) -> &str {
    name.strip_prefix("www.").filter(|rest| rest.contains('.')).unwrap_or(name)
}

/// What is known at the vantage points of a country, the first of which is its own.
fn known_in<'p>(
    engine: &'p Engine,
    hosts: &mut [(Query, WireName)],
    points: &[(VantagePoint<'p>, Jurisdiction<'p>)],
) -> Vec<KnownAt<'p>> {
    let mut best = |(from, jurisdiction): &(VantagePoint<'p>, Jurisdiction<'p>)| {
        let known = hosts.iter_mut().filter_map(|(query, wire)| {
            query.client = from.client;
            known_at(engine, (query, wire), *from, *jurisdiction)
        });
        known.min_by_key(|known| known.state)
    };
    let own = points.first().and_then(&mut best);
    let apart: Vec<_> = points.iter().skip(1).filter_map(best).collect();
    let is_apart = |known: &KnownAt<'p>| !own.as_ref().is_some_and(|own| own.is_like(known));
    let apart: Vec<_> = apart.into_iter().filter(is_apart).collect();
    own.into_iter().chain(apart).collect()
}

fn known_at<'p>(
    engine: &'p Engine,
    (query, wire): (&Query, &WireName),
    from: VantagePoint<'p>,
    jurisdiction: Jurisdiction<'p>,
) -> Option<KnownAt<'p>> {
    let decision = jurisdiction.decide(query);
    let (state, rule) = if decision.rule.is_some() || jurisdiction.follows_aliases() {
        // What is sent decides, and where aliases are followed the names behind them do.
        let asking = (query.client, query.transport);
        let explained = engine.explain(wire, query.qtype, asking, query.arrival);
        let decision = explained.decision;
        (decision.state(&explained.query, explained.verdict), decision.rule)
    } else {
        (decision.state(query, VerdictKind::Honest), None)
    };
    let rule = rule.map(|(rule, _)| rule);
    let counts = |finding: &&Finding| finding.means.is_some() == (state == State::BlockedElsewhere);
    let findings = jurisdiction.findings(query).filter(|_| rule.is_none()).filter(counts);
    let findings = findings.collect();
    (state != State::Unknown).then_some(KnownAt { from, state, rule, findings })
}

impl KnownAt<'_> {
    /// Whether the same is known, by the same rule or the same findings.
    fn is_like(&self, other: &Self) -> bool {
        let finding = |(one, other): (&&Finding, &&Finding)| std::ptr::eq(*one, *other);
        self.state == other.state
            && self.rule.map(std::ptr::from_ref) == other.rule.map(std::ptr::from_ref)
            && self.findings.len() == other.findings.len()
            && self.findings.iter().zip(&other.findings).all(finding)
    }

    /// When what is known holds.
    pub(crate) fn periods(&self) -> &[Period] {
        match (self.rule, self.findings.first()) {
            (Some(rule), _) => &rule.periods,
            (None, Some(finding)) => std::slice::from_ref(&finding.period),
            (None, None) => &[],
        }
    }
}

impl<'p> Collected<'p> {
    fn rules(&mut self, from: VantagePoint<'p>, category: Option<&str>, now: DateTime) {
        let own = from.operator.is_none().then(|| from.country.own_rules()).into_iter().flatten();
        for (rule, patterns) in own {
            self.rule(from, rule, patterns, category, now);
        }
        for (rule, patterns) in from.operator.into_iter().flat_map(|isp| isp.own_rules()) {
            self.rule(from, rule, patterns, category, now);
        }
    }

    /// The names that stand in the country file; those of lists may be millions.
    fn rule(
        &mut self,
        from: VantagePoint<'p>,
        rule: &'p Rule,
        patterns: impl Iterator<Item = PatternRef<'p>>,
        category: Option<&str>,
        now: DateTime,
    ) {
        if category.is_some_and(|code| rule.category.as_deref() != Some(code)) {
            return;
        }
        let state = if rule.answer.is_honest() { State::Free } else { State::Blocked };
        let holds = rule.is_in_force(now);
        for pattern in patterns.take(rule.names) {
            let known = || KnownAt { from, state, rule: Some(rule), findings: Vec::new() };
            self.pattern(pattern, holds.then(known));
        }
    }

    fn findings(&mut self, country: &'p Country, now: DateTime) -> Result<(), SurveyError> {
        let points = vantage_points(country)?;
        for finding in &country.findings {
            let slug = |from: &VantagePoint<'p>| from.operator.map(|isp| isp.slug.as_str());
            let is_its = |from: &&VantagePoint<'p>| slug(from) == finding.operator.as_deref();
            let from = points.iter().find(is_its).filter(|_| finding.period.holds(now));
            let state = if finding.means.is_some() { State::BlockedElsewhere } else { State::Free };
            for pattern in &finding.patterns {
                let known = from.map(|from| KnownAt {
                    from: *from,
                    state,
                    rule: None,
                    findings: vec![finding],
                });
                self.pattern(pattern.view(), known);
            }
        }
        Ok(())
    }

    fn pattern(&mut self, pattern: PatternRef<'_>, known: Option<KnownAt<'p>>) {
        match name_of(pattern) {
            Some(name) => _ = self.names.insert(name),
            None => self.patterns.entry(pattern.to_string()).or_default().extend(known),
        }
    }
}

/// The name that a pattern is about, if there is one that it matches, or whose `www.` host it does.
fn name_of(pattern: PatternRef<'_>) -> Option<String> {
    if let Some(name) = pattern.anchor() {
        return Some(without_www(name).to_owned());
    }
    let text = without_www(pattern.text.trim_matches('.'));
    let matches = |name: &str| Name::parse(name).is_ok_and(|name| pattern.matches(&name));
    let is_name = text.contains('.') && (matches(text) || matches(&format!("www.{text}")));
    // An expression that matches its own text, such as /x.com/, is still none.
    (is_name && pattern.form != Form::Regex).then(|| text.to_owned())
}
