//! The names that rules and findings know, with the countries where each is in each state.

use super::{
    error::SurveyError,
    known_names::{KnownAt, KnownName, asked, known_names, without_www},
    question::Question,
};
use crate::{
    diagnostic::UnknownWord,
    dns::Rtype,
    engine::Engine,
    model::{CountryCode, Evidence, State},
    policy::{Country, NameList, Rule},
};
use hickory_proto::rr::RecordType;
use jiff::civil::{Date, DateTime};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};

/// Names, and what is known of them in some countries on a day.
pub(crate) struct Names<'p> {
    /// In the order of the alphabet, or in that in which they were asked for.
    pub(crate) names: Vec<KnownName<'p>>,
    /// The files with names of these countries' rules.
    pub(crate) lists: Vec<KnownList<'p>>,
    pub(crate) countries: Vec<&'p Country>,
    pub(crate) today: Date,
    /// Whether they are all that rules know, and not some that were asked for.
    pub(crate) is_all: bool,
}

/// A file of names that a rule is about.
pub(crate) struct KnownList<'p> {
    pub(crate) rule: &'p Rule,
    pub(crate) list: &'p NameList,
}

/// The countries where a name is in each state.
pub(crate) type ByState = BTreeMap<State, Vec<CountryCode>>;

impl<'p> Names<'p> {
    /// What is known of these names, or without any of all that rules of a category know.
    pub(crate) fn ask(
        engine: &'p Engine,
        countries: Vec<&'p Country>,
        names: &[String],
        category: Option<&str>,
        now: DateTime,
    ) -> Result<Self, SurveyError> {
        let (given, today) = (given(names)?, now.date());
        let category = known_category(category, &countries)?;
        if !given.is_empty() {
            let names = asked(engine, &countries, &given, now)?;
            return Ok(Self { names, lists: Vec::new(), countries, today, is_all: false });
        }
        let names = known_names(engine, &countries, category.as_deref(), now)?;
        let lists = lists(&countries, category.as_deref());
        Ok(Self { names, lists, countries, today, is_all: true })
    }

    /// Without those that a rule of one of these categories is about.
    pub(crate) fn without(mut self, categories: &[String]) -> Self {
        let is_hidden = |rule: &Rule| rule.is_of(categories);
        self.names
            .retain(|known| !known.places.iter().filter_map(|place| place.rule).any(is_hidden));
        self.lists.retain(|list| !is_hidden(list.rule));
        self
    }

    /// Names with their countries, those first that most countries block by DNS.
    pub(crate) fn by_countries(&self) -> Vec<(&KnownName<'p>, ByState)> {
        let mut names: Vec<_> = self.names.iter().map(|known| (known, states(known))).collect();
        let blocked = |states: &ByState| states.get(&State::Blocked).map_or(0, Vec::len);
        // Where the numbers are equal, the order stays.
        names.sort_by_key(|(_, states)| std::cmp::Reverse(blocked(states)));
        names
    }

    /// How many countries each name is blocked in, and no more: what is shown while somebody types.
    pub(crate) fn to_brief_json(&self) -> Value {
        let names = self.by_countries();
        let names = names.iter().filter(|(known, _)| !known.is_pattern).map(|(known, states)| {
            let count = |state| states.get(&state).map_or(0, Vec::len);
            let mut categories = known.places.iter().filter_map(|place| place.rule);
            let category = categories.find_map(|rule| rule.category.as_ref());
            json!({
                "name": known.name,
                "category": category,
                "blocked": count(State::Blocked),
                "blocked-elsewhere": count(State::BlockedElsewhere),
                "free": count(State::Free),
            })
        });
        json!({ "today": self.today.to_string(), "names": names.collect::<Value>() })
    }

    /// Everything that is known, for programs.
    pub(crate) fn to_json(&self) -> Value {
        let Self { lists, countries, today, .. } = self;
        let names = self.by_countries();
        let names = names.iter().map(|(known, states)| name_json(known, states, countries));
        let lists = lists.iter().map(|KnownList { rule, list }| {
            json!({ "rule": rule.id, "list": list.file, "names": list.names })
        });
        json!({
            "today": today.to_string(),
            "countries": countries.iter().map(|at| at.code.to_string()).collect::<Value>(),
            "names": names.collect::<Value>(),
            "lists": lists.collect::<Value>(),
        })
    }
}

fn name_json(known: &KnownName<'_>, states: &ByState, countries: &[&Country]) -> Value {
    let is_known = |code: &CountryCode| states.values().any(|codes| codes.contains(code));
    let unknown = countries.iter().map(|country| country.code).filter(|code| !is_known(code));
    let mut json = json!({
        "name": known.name,
        "unknown": unknown.map(|code| code.to_string()).collect::<Vec<_>>(),
        "known": known.places.iter().map(place_json).collect::<Vec<_>>(),
    });
    for state in State::ALL.into_iter().filter(|state| *state != State::Unknown) {
        let codes = states.get(&state).into_iter().flatten();
        json[state.as_str()] = codes.map(ToString::to_string).collect();
    }
    json
}

fn place_json(place: &KnownAt<'_>) -> Value {
    let KnownAt { from, state, rule, findings } = place;
    let means = findings.iter().filter_map(|finding| finding.means);
    let periods = place.periods();
    let seen = periods.iter().flat_map(|period| &period.seen);
    json!({
        "country": from.country.code.to_string(),
        "operator": from.operator.map(|operator| &operator.slug),
        "state": state.as_str(),
        "id": rule.map(|rule| &rule.id),
        "category": rule.and_then(|rule| rule.category.as_ref()),
        "means": means.map(|means| means.to_string()).collect::<Vec<_>>(),
        "since": periods.first().and_then(|period| period.since).map(|time| time.to_string()),
        "until": periods.last().and_then(|period| period.until).map(|time| time.to_string()),
        "seen": seen.map(ToString::to_string).collect::<Vec<_>>(),
        "evidence": place.evidence().map(Evidence::as_str),
    })
}

impl KnownAt<'_> {
    /// How well it is known.
    pub(crate) fn evidence(&self) -> Option<Evidence> {
        let found = || self.findings.first().map(|finding| finding.evidence);
        self.rule.map(|rule| rule.evidence).or_else(found)
    }
}

/// Each country in the first state that one of its ISPs has.
fn states(known: &KnownName<'_>) -> ByState {
    let mut countries: BTreeMap<CountryCode, State> = BTreeMap::new();
    for place in &known.places {
        let state = countries.entry(place.from.country.code).or_insert(place.state);
        *state = place.state.min(*state);
    }
    let mut states = ByState::new();
    for (code, state) in countries {
        states.entry(state).or_default().push(code);
    }
    states
}

/// The names that were given, each once.
fn given(names: &[String]) -> Result<Vec<String>, SurveyError> {
    let mut given = Vec::new();
    for name in names {
        let question = Question::read(name, Rtype(RecordType::A))?;
        let name = without_www(question.qname.as_str()).to_owned();
        if !given.contains(&name) {
            given.push(name);
        }
    }
    Ok(given)
}

/// The category, if a rule of these countries has it.
fn known_category(
    code: Option<&str>,
    countries: &[&Country],
) -> Result<Option<String>, SurveyError> {
    let Some(code) = code.map(str::to_ascii_uppercase) else { return Ok(None) };
    let rules = countries.iter().flat_map(|country| country.rules());
    let known: BTreeSet<_> = rules.filter_map(|rule| rule.category.clone()).collect();
    if known.contains(&code) {
        return Ok(Some(code));
    }
    let expected = known.into_iter().collect();
    Err(UnknownWord { found: code, what: "category", expected }.into())
}

/// The files with names of these countries' rules.
fn lists<'p>(countries: &[&'p Country], category: Option<&str>) -> Vec<KnownList<'p>> {
    let counts =
        |rule: &&'p Rule| category.is_none_or(|code| rule.category.as_deref() == Some(code));
    let rules = countries.iter().flat_map(|country| country.rules()).filter(counts);
    let lists = rules.flat_map(|rule| rule.lists.iter().map(move |list| KnownList { rule, list }));
    lists.collect()
}
