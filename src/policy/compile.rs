//! From specs to a policy: names are looked up, files read, and what cannot mean anything is reported.

use super::{
    Answer, Choice, Country, Kind, Operator, Poison, Policy, Rule, Ruleset, Seat, matcher::Matcher, networks::Networks, shadow,
};
use crate::{
    config::{
        AddressesSpec, AnswerRef, AnswerSpec, At, CountrySpec, KindSpec, OperatorSpec, Pick, Place, PoisonSpec, PoolSpec, Report,
        RuleSpec, Shelf, SoaSpec, Trouble,
    },
    lists::{BadEntry, Format},
    name::Pattern,
};
use ipnet::IpNet;
use std::{
    collections::HashMap,
    net::IpAddr,
    path::{Path, PathBuf},
    sync::Arc,
};

/// Compiles countries whose lists and pools stand on `shelf`. What is wrong goes into the report; the policy is only worth
/// having when the report is clean.
pub fn compile(specs: &[CountrySpec], shelf: &Shelf, report: &mut Report) -> Policy {
    let mut specs: Vec<&CountrySpec> = specs.iter().collect();
    specs.sort_by_key(|spec| spec.country.value);
    let mut rings = 0;
    let mut countries = Vec::new();
    for spec in &specs {
        let answers = Answers::compile(spec, shelf, report, &mut rings);
        countries.push(Compiling { spec, shelf, answers, report, rings: &mut rings }.country());
    }
    let networks = govern(&specs, report);
    Policy { countries, networks, default: None, rings }
}

/// One country on its way.
struct Compiling<'a> {
    spec: &'a CountrySpec,
    shelf: &'a Shelf,
    answers: Answers,
    report: &'a mut Report,
    rings: &'a mut usize,
}

impl Compiling<'_> {
    fn country(mut self) -> Country {
        // Every field of the spec is named, so that a new one cannot be forgotten here.
        let CountrySpec {
            file: _,
            path: _,
            country,
            name,
            about,
            clients,
            pools: _,
            answers: _,
            operators,
            rules,
            examples: _,
            sources,
        } = self.spec;
        unique("source", sources.iter().map(|(key, _)| key), self.report);
        unique("operator", operators.iter().map(|operator| &operator.operator), self.report);
        Country {
            code: country.value,
            name: name.clone(),
            about: about.clone(),
            clients: clients.iter().map(|at| at.value).collect(),
            operators: operators.iter().map(|operator| self.operator(operator)).collect(),
            rules: self.ruleset(rules),
        }
    }

    fn operator(&mut self, spec: &OperatorSpec) -> Operator {
        let OperatorSpec { operator, name, clients, rules } = spec;
        for network in clients {
            // Without any network of its own the country has been reported.
            if !self.spec.clients.is_empty() && !self.spec.clients.iter().any(|outer| outer.value.contains(&network.value)) {
                let country = join(self.spec.clients.iter().map(|at| at.value));
                let (network_text, operator) = (network.value.to_string(), operator.value.clone());
                self.report.add(network.place, Trouble::OutsideCountry { network: network_text, operator, country });
            }
        }
        Operator {
            slug: operator.value.clone(),
            name: name.clone(),
            clients: clients.iter().map(|at| at.value).collect(),
            rules: self.ruleset(rules),
        }
    }

    fn ruleset(&mut self, specs: &[RuleSpec]) -> Ruleset {
        unique("rule", specs.iter().map(|spec| &spec.rule), self.report);
        let compiled: Vec<(Place, Rule)> =
            specs.iter().filter_map(|spec| self.rule(spec).map(|rule| (spec.place(), rule))).collect();
        let (places, rules): (Vec<_>, Vec<_>) = compiled.into_iter().unzip();
        let matcher = Matcher::new(rules.iter().map(|rule| rule.patterns.as_slice()));
        for (index, rule) in rules.iter().enumerate() {
            let above = shadow::shadow(&rules, &matcher, index).into_iter().map(|above| {
                let place = self.report.cross_reference(places[index], places[above]);
                format!("{:?} ({place})", rules[above].slug)
            });
            let above = above.collect::<Vec<_>>().join(" or ");
            if !above.is_empty() {
                self.report.add(places[index], Trouble::Shadowed { rule: rule.slug.clone(), above });
            }
        }
        Ruleset { rules, matcher }
    }

    fn rule(&mut self, spec: &RuleSpec) -> Option<Rule> {
        let RuleSpec { rule, names, lists, types, transports, since, until, answer, category, evidence, sources } = spec;
        let mut patterns: Vec<Pattern> = names.iter().flatten().map(|at| at.value.clone()).collect();
        for list in lists {
            patterns.extend(self.list(list));
        }
        if names.is_none() && lists.is_empty() {
            self.lacks(rule, "rule", "names");
        }
        if sources.as_ref().is_some_and(Vec::is_empty) {
            self.lacks(rule, "rule", "sources");
        }
        if let (Some(since), Some(until)) = (since, until)
            && until <= since
        {
            let (since, until) = (since.to_string(), until.to_string());
            self.report.add(rule.place, Trouble::Dates { rule: rule.value.clone(), since, until });
        }
        let sources = sources.iter().flatten().filter_map(|key| self.source(key)).collect();
        let answer = self.answer(answer)?;
        Some(Rule {
            slug: rule.value.clone(),
            patterns,
            types: types.clone(),
            transports: transports.clone(),
            since: *since,
            until: *until,
            answer,
            category: category.clone(),
            evidence: *evidence,
            sources,
        })
    }

    fn lacks(&mut self, name: &At<String>, what: &'static str, lacks: &'static str) {
        self.report.add(name.place, Trouble::Lacks { what, name: name.value.clone(), lacks });
    }

    fn source(&mut self, key: &At<String>) -> Option<(String, String)> {
        let known = &self.spec.sources;
        if let Some((_, text)) = known.iter().find(|(name, _)| name.value == key.value) {
            return Some((key.value.clone(), text.clone()));
        }
        let expected = known.iter().map(|(name, _)| name.value.clone()).collect();
        self.report.add(key.place, Trouble::UnknownWord { found: key.value.clone(), what: "source", expected });
        None
    }

    fn list(&mut self, list: &At<String>) -> Vec<Pattern> {
        let path = beside(&self.spec.path, &list.value);
        let Some((file, text)) = open(self.shelf, &path, list.place, self.report) else { return Vec::new() };
        match Format::of(&path).read(&text) {
            Ok(patterns) => {
                if patterns.is_empty() {
                    let name = list.value.clone();
                    self.report.add(list.place, Trouble::Lacks { what: "list", name, lacks: "entries" });
                }
                patterns
            }
            Err(bad) => {
                for entry in bad {
                    let BadEntry { line, column, .. } = entry;
                    self.report.add(Place::at(file, line, column), entry);
                }
                Vec::new()
            }
        }
    }

    fn answer(&mut self, spec: &At<AnswerRef>) -> Option<Arc<Answer>> {
        let word = match &spec.value {
            AnswerRef::Inline(inline) => {
                let name = inline.kind.word().to_owned();
                return self.answers.pools.answer(name, inline, self.report, self.rings).map(Arc::new);
            }
            AnswerRef::Word(word) => word,
        };
        if let Some(named) = self.answers.named.get(word) {
            return named.clone();
        }
        if let Some(bare) = AnswerSpec::bare(word) {
            return self.answers.pools.answer(word.clone(), &bare, self.report, self.rings).map(Arc::new);
        }
        let named = self.spec.answers.iter().map(|(name, _)| name.value.clone());
        let expected = AnswerSpec::bare_words().map(str::to_owned).chain(named).collect();
        self.report.add(spec.place, Trouble::unknown_answer(word, expected));
        None
    }
}

/// The named answers of one country; one that is broken stays in as nothing, so that it is reported once and not as unknown.
struct Answers {
    named: HashMap<String, Option<Arc<Answer>>>,
    pools: Pools,
}

/// The pools of one country, in their order, with their files read; one that cannot be read, which has been reported, has no
/// addresses.
struct Pools(Vec<(String, Option<Vec<IpAddr>>, Pick)>);

impl Answers {
    fn compile(spec: &CountrySpec, shelf: &Shelf, report: &mut Report, rings: &mut usize) -> Self {
        let pools = Pools::read(spec, shelf, report);
        let answers = spec.answers.iter().map(|(name, answer)| {
            let compiled = answer.as_ref().and_then(|answer| pools.answer(name.value.clone(), answer, report, rings));
            (name.value.clone(), compiled.map(Arc::new))
        });
        Self { named: answers.collect(), pools }
    }
}

impl Pools {
    fn read(spec: &CountrySpec, shelf: &Shelf, report: &mut Report) -> Self {
        let mut pools = Vec::new();
        for (name, PoolSpec { addresses, file, pick }) in &spec.pools {
            let read = |file: &At<String>| addresses_of(&beside(&spec.path, &file.value), file.place, shelf, report);
            let mut found = addresses.clone().or_else(|| file.as_ref().and_then(read));
            if found.as_ref().is_some_and(Vec::is_empty) {
                report.add(name.place, Trouble::Lacks { what: "pool", name: name.value.clone(), lacks: "addresses" });
                found = None;
            }
            pools.push((name.value.clone(), found, *pick));
        }
        Self(pools)
    }

    fn answer(&self, name: String, spec: &AnswerSpec, report: &mut Report, rings: &mut usize) -> Option<Answer> {
        let AnswerSpec { kind, wire, ede } = spec;
        let kind = match kind {
            KindSpec::Honest => Kind::Honest,
            KindSpec::NxDomain(soa) => Kind::NxDomain(soa.clone()),
            KindSpec::NoData(soa) => Kind::NoData(soa.clone()),
            KindSpec::Refused => Kind::Refused,
            KindSpec::ServFail => Kind::ServFail,
            KindSpec::Drop => Kind::Drop,
            KindSpec::Truncate => Kind::Truncate,
            KindSpec::Reset => Kind::Reset,
            KindSpec::Poison(poison) => Kind::Poison(Box::new(self.poison(poison, report, rings)?)),
        };
        Some(Answer { name, kind, wire: *wire, ede: ede.clone() })
    }

    fn poison(&self, spec: &PoisonSpec, report: &mut Report, rings: &mut usize) -> Option<Poison> {
        let PoisonSpec { a, aaaa, cname, txt, ttl, cname_ttl, other_types } = spec;
        let turn = *rings;
        *rings += 1;
        let mut choice = |spec: &Option<AddressesSpec>, v4| match spec {
            Some(addresses) => self.choice(addresses, v4, report, rings).map(Some),
            None => Some(None),
        };
        Some(Poison {
            a: choice(a, true)?,
            aaaa: choice(aaaa, false)?,
            cname: cname.clone(),
            txt: txt.clone(),
            ttl: *ttl,
            cname_ttl: *cname_ttl,
            other_types: *other_types,
            soa: SoaSpec::default(),
            turn,
        })
    }

    fn choice(&self, spec: &AddressesSpec, v4: bool, report: &mut Report, rings: &mut usize) -> Option<Choice> {
        let ring = *rings;
        *rings += 1;
        let name = match spec {
            AddressesSpec::Listed(addresses) => {
                return Some(Choice { addresses: addresses.clone(), pick: Pick::All, ring });
            }
            AddressesSpec::Pool(name) => name,
        };
        let Some((_, addresses, pick)) = self.0.iter().find(|(pool, ..)| *pool == name.value) else {
            let expected = self.0.iter().map(|(pool, ..)| pool.clone()).collect();
            report.add(name.place, Trouble::UnknownWord { found: name.value.clone(), what: "pool", expected });
            return None;
        };
        let of_family: Vec<_> = addresses.as_ref()?.iter().copied().filter(|address| address.is_ipv4() == v4).collect();
        if of_family.is_empty() {
            let lacks = if v4 { "IPv4 addresses" } else { "IPv6 addresses" };
            report.add(name.place, Trouble::Lacks { what: "pool", name: name.value.clone(), lacks });
            return None;
        }
        Some(Choice { addresses: of_family, pick: *pick, ring })
    }
}

/// One address a line; `#` begins a comment.
fn addresses_of(path: &Path, place: Place, shelf: &Shelf, report: &mut Report) -> Option<Vec<IpAddr>> {
    let (file, text) = open(shelf, path, place, report)?;
    let mut addresses = Some(Vec::new());
    for (number, line) in (1..).zip(text.lines()) {
        let entry = line.split('#').next().unwrap_or_default().trim();
        match entry.parse() {
            Ok(address) => addresses.iter_mut().for_each(|known| known.push(address)),
            Err(_) if entry.is_empty() => {}
            Err(_) => {
                let trouble = Trouble::Value { found: format!("\"{entry}\""), expected: "an IP address".to_owned() };
                report.add(Place::at(file, number, 1 + line.len() - line.trim_start().len()), trouble);
                addresses = None;
            }
        }
    }
    addresses
}

/// Opens a file that a config names at `place`.
fn open(shelf: &Shelf, path: &Path, place: Place, report: &mut Report) -> Option<(usize, String)> {
    match shelf.read(path) {
        Ok(text) => Some((report.open(shelf.shown(path), text.clone()), text)),
        Err(error) => {
            report.add(place, Trouble::from(error));
            None
        }
    }
}

fn beside(file: &Path, relative: &str) -> PathBuf {
    file.parent().unwrap_or(Path::new("")).join(relative)
}

fn unique<'a>(what: &'static str, names: impl Iterator<Item = &'a At<String>>, report: &mut Report) {
    let mut seen: HashMap<&str, Place> = HashMap::new();
    for name in names {
        if let Some(first) = seen.insert(&name.value, name.place) {
            let first = report.cross_reference(name.place, first);
            report.add(name.place, Trouble::Twice { what, name: name.value.clone(), first });
        }
    }
}

/// Seats every network, and reports countries that are there twice and networks that two of them govern. An operator's
/// network lies inside its country's; that is what the longest prefix is for.
fn govern(specs: &[&CountrySpec], report: &mut Report) -> Networks {
    let mut networks = Networks::default();
    let mut governed: Vec<(IpNet, Place, String, Seat)> = Vec::new();
    for (country, spec) in specs.iter().enumerate() {
        let twin = specs[..country].iter().find(|other| other.country.value == spec.country.value);
        if let Some(other) = twin {
            let first = report.cross_reference(spec.country.place, other.country.place);
            let name = spec.country.value.to_string();
            report.add(spec.country.place, Trouble::Twice { what: "country", name, first });
            continue;
        }
        let own = spec.clients.iter().map(|at| (at, Seat { country, operator: None }, spec.country.value.to_string()));
        let operators = spec.operators.iter().enumerate().flat_map(|(index, operator)| {
            let owner = format!("{} {}", spec.country.value, operator.operator.value);
            let seat = Seat { country, operator: Some(index) };
            operator.clients.iter().map(move |at| (at, seat, owner.clone()))
        });
        for (at, seat, owner) in own.chain(operators) {
            let rival = governed.iter().find(|(network, _, _, other)| overlap(*network, at.value) && rivals(*other, seat));
            if let Some((network, place, owner, other_seat)) = rival {
                let place = report.cross_reference(at.place, *place);
                let owner = if *other_seat == seat { "the same".to_owned() } else { owner.clone() };
                let (network, other) = (at.value.to_string(), network.to_string());
                report.add(at.place, Trouble::Overlap { network, other, owner, place });
            }
            networks.insert(at.value, seat);
            governed.push((at.value, at.place, owner, seat));
        }
    }
    networks
}

fn overlap(a: IpNet, b: IpNet) -> bool {
    a.contains(&b) || b.contains(&a)
}

/// Whether both cannot govern one client. An operator and its own country can; and an operator's network lies inside its
/// country's, so that another country overlaps that one already.
fn rivals(a: Seat, b: Seat) -> bool {
    match (a.operator, b.operator) {
        (None, None) => true,
        (Some(_), Some(_)) => a.country == b.country,
        _ => false,
    }
}

fn join(networks: impl Iterator<Item = IpNet>) -> String {
    networks.map(|network| network.to_string()).collect::<Vec<_>>().join(", ")
}
