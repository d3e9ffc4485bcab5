//! From what a country's file says of answers to what they are: names, pools and files looked up.

use super::{
    Answer, Choice, Kind, Poison, RaceStep,
    files::{addresses, open_beside},
};
use crate::config::{
    AddressesSpec, AnswerRef, AnswerSpec, At, CountrySpec, DatedSpec, DelaySpec, KindSpec, Pick,
    PoisonSpec, PoolSpec, RaceStepSpec, Report, Shelf, SoaSpec, SometimesSpec, Trouble,
};
use jiff::civil::Date;
use std::{collections::HashMap, net::IpAddr, sync::Arc};

/// The answers of one country. Named ones are compiled when somebody asks for them, because they
/// may name each other.
pub(super) struct Answers<'s> {
    named: &'s [(At<String>, Option<AnswerSpec>)],
    /// Those that are done; nothing for one that is broken, so that it is reported once and not as
    /// unknown.
    done: HashMap<&'s str, Option<Arc<Answer>>>,
    /// Those that are being compiled, each for the sake of the next.
    open: Vec<&'s str>,
    pools: Pools,
    /// How many counters of answers have been given out, in this country and those before it.
    rings: usize,
}

/// The pools of one country, in their order, with their files read; one that cannot be read, which
/// has been reported, has no addresses.
struct Pools(Vec<(String, Option<Vec<IpAddr>>, Pick)>);

impl<'s> Answers<'s> {
    pub(super) fn new(
        spec: &'s CountrySpec,
        rings: usize,
        shelf: &Shelf,
        report: &mut Report,
    ) -> Self {
        let pools = Pools::read(spec, shelf, report);
        Self { named: &spec.answers, done: HashMap::new(), open: Vec::new(), pools, rings }
    }

    /// Compiles also those answers that no rule names, for their problems; says how many counters
    /// have been given out.
    pub(super) fn finish(&mut self, report: &mut Report) -> usize {
        for (name, _) in self.named {
            self.by_name(name, report);
        }
        self.rings
    }

    /// The answer that is meant by a word, or written in place.
    pub(super) fn resolve(
        &mut self,
        answer: &'s At<AnswerRef>,
        report: &mut Report,
    ) -> Option<Arc<Answer>> {
        let word = match &answer.value {
            AnswerRef::Inline(inline) => {
                return self.compile(inline.kind.word(), inline, report).map(Arc::new);
            }
            AnswerRef::Word(word) => word,
        };
        if let Some((name, _)) = self.named.iter().find(|(name, _)| name.value == *word) {
            if self.open.contains(&name.value.as_str()) {
                let chain = [&self.open[..], &[&name.value]].concat().join(" → ");
                report.add(answer.place, Trouble::Circular { chain });
                return None;
            }
            return self.by_name(name, report);
        }
        let Some(bare) = AnswerSpec::bare(word) else {
            let named = self.named.iter().map(|(name, _)| name.value.clone());
            let expected = AnswerSpec::bare_words().map(str::to_owned).chain(named).collect();
            report.add(answer.place, Trouble::unknown_answer(word, expected));
            return None;
        };
        Some(Arc::new(Answer::new(word, simple(&bare.kind)?, bare.wire, bare.ede, bare.parser)))
    }

    fn by_name(&mut self, name: &'s At<String>, report: &mut Report) -> Option<Arc<Answer>> {
        if let Some(done) = self.done.get(name.value.as_str()) {
            return done.clone();
        }
        let (_, spec) = self.named.iter().find(|(other, _)| other.value == name.value)?;
        self.open.push(&name.value);
        let answer =
            spec.as_ref().and_then(|spec| self.compile(&name.value, spec, report)).map(Arc::new);
        self.open.pop();
        self.done.insert(&name.value, answer.clone());
        answer
    }

    fn compile(&mut self, name: &str, spec: &'s AnswerSpec, report: &mut Report) -> Option<Answer> {
        let AnswerSpec { kind, wire, ede, parser } = spec;
        let kind = match kind {
            KindSpec::Poison(poison) => Kind::Poison(Box::new(self.poison(poison, report)?)),
            KindSpec::Race(steps) => Kind::Race(self.race(steps, report)?),
            KindSpec::Delay(DelaySpec { by, then }) => {
                Kind::Delay(*by, self.resolve(then, report)?)
            }
            KindSpec::Sometimes(SometimesSpec { chance, then, otherwise }) => {
                let (then, otherwise) =
                    (self.resolve(then, report), self.resolve(otherwise, report));
                Kind::Sometimes {
                    chance: *chance,
                    then: then?,
                    otherwise: otherwise?,
                    turn: self.ring(),
                }
            }
            KindSpec::Dated(each) => Kind::Dated(self.dated(each, report)?),
            other => simple(other)?,
        };
        Some(Answer::new(name, kind, *wire, ede.clone(), *parser))
    }

    /// The steps in the order of their times; those that cannot be read are all reported.
    fn race(&mut self, steps: &'s [RaceStepSpec], report: &mut Report) -> Option<Vec<RaceStep>> {
        let resolved =
            steps.iter().map(|RaceStepSpec { after, send }| (*after, self.resolve(send, report)));
        let resolved: Vec<_> = resolved.collect();
        let steps = resolved
            .into_iter()
            .map(|(after, answer)| answer.map(|answer| RaceStep { after, answer }));
        let mut steps = steps.collect::<Option<Vec<_>>>()?;
        steps.sort_by_key(|step| step.after);
        Some(steps)
    }

    fn dated(
        &mut self,
        each: &'s [DatedSpec],
        report: &mut Report,
    ) -> Option<Vec<(Date, Arc<Answer>)>> {
        let resolved = each.iter().map(|DatedSpec { since, send }| {
            (since.unwrap_or(Date::MIN), self.resolve(send, report))
        });
        let resolved: Vec<_> = resolved.collect();
        resolved.into_iter().map(|(since, answer)| Some((since, answer?))).collect()
    }

    fn ring(&mut self) -> usize {
        self.rings += 1;
        self.rings - 1
    }

    fn poison(&mut self, spec: &PoisonSpec, report: &mut Report) -> Option<Poison> {
        let PoisonSpec { a, aaaa, cname, txt, ttl, cname_ttl, other_types } = spec;
        let turn = self.ring();
        let mut choice = |spec: &Option<AddressesSpec>, v4| match spec {
            Some(addresses) => self.choice(addresses, v4, report).map(Some),
            None => Some(None),
        };
        let (a, aaaa) = (choice(a, true), choice(aaaa, false));
        Some(Poison {
            a: a?,
            aaaa: aaaa?,
            cname: cname.clone(),
            txt: txt.clone(),
            ttl: *ttl,
            cname_ttl: *cname_ttl,
            other_types: *other_types,
            soa: (&SoaSpec::default()).into(),
            turn,
        })
    }

    fn choice(&mut self, spec: &AddressesSpec, v4: bool, report: &mut Report) -> Option<Choice> {
        let ring = self.ring();
        match spec {
            AddressesSpec::Listed(addresses) => {
                Some(Choice { addresses: addresses.clone(), pick: Pick::All, ring })
            }
            AddressesSpec::Pool(name) => {
                let (addresses, pick) = self.pools.of_family(name, v4, report)?;
                Some(Choice { addresses, pick, ring })
            }
        }
    }
}

/// The kinds that stand for themselves; nothing for those that hold pools or other answers.
fn simple(kind: &KindSpec) -> Option<Kind> {
    Some(match kind {
        KindSpec::Honest => Kind::Honest,
        KindSpec::NxDomain(soa) => Kind::NxDomain(soa.into()),
        KindSpec::NoData(soa) => Kind::NoData(soa.into()),
        KindSpec::Refused => Kind::Refused,
        KindSpec::ServFail => Kind::ServFail,
        KindSpec::Drop => Kind::Drop,
        KindSpec::Truncate => Kind::Truncate,
        KindSpec::Reset => Kind::Reset,
        KindSpec::Poison(_)
        | KindSpec::Race(_)
        | KindSpec::Delay(_)
        | KindSpec::Sometimes(_)
        | KindSpec::Dated(_) => {
            return None;
        }
    })
}

impl Pools {
    fn read(spec: &CountrySpec, shelf: &Shelf, report: &mut Report) -> Self {
        let mut pools = Vec::new();
        for (name, PoolSpec { addresses: listed, file, pick }) in &spec.pools {
            let mut read = |file| {
                open_beside(&spec.path, file, shelf, report)
                    .and_then(|opened| addresses(opened, report))
            };
            let mut found = listed.clone().or_else(|| file.as_ref().and_then(&mut read));
            if found.as_ref().is_some_and(Vec::is_empty) {
                report.add(
                    name.place,
                    Trouble::Lacks { what: "pool", name: name.value.clone(), lacks: "addresses" },
                );
                found = None;
            }
            pools.push((name.value.clone(), found, *pick));
        }
        Self(pools)
    }

    fn of_family(
        &self,
        name: &At<String>,
        v4: bool,
        report: &mut Report,
    ) -> Option<(Vec<IpAddr>, Pick)> {
        let Some((_, addresses, pick)) = self.0.iter().find(|(pool, ..)| *pool == name.value)
        else {
            let expected = self.0.iter().map(|(pool, ..)| pool.clone()).collect();
            report.add(
                name.place,
                Trouble::UnknownWord { found: name.value.clone(), what: "pool", expected },
            );
            return None;
        };
        let of_family: Vec<_> =
            addresses.as_ref()?.iter().copied().filter(|address| address.is_ipv4() == v4).collect();
        if of_family.is_empty() {
            let lacks = if v4 { "IPv4 addresses" } else { "IPv6 addresses" };
            report
                .add(name.place, Trouble::Lacks { what: "pool", name: name.value.clone(), lacks });
            return None;
        }
        Some((of_family, *pick))
    }
}
