//! Exercises made from the rules: the same seed makes the same ones.

use super::{citations::citations_json, period, question::Question, reply::ReplyJson};
use crate::{
    dns::{Rtype, Transport},
    engine::{Engine, Explanation},
    model::{Evidence, VerdictKind},
    policy::{Country, Rule},
};
use hickory_proto::rr::RecordType;
use jiff::civil::DateTime;
use rand::{RngExt, SeedableRng, rngs::SmallRng, seq::SliceRandom};
use serde_json::{Value, json};
use std::net::{IpAddr, Ipv4Addr};

/// An exercise, with its answer.
pub(crate) struct Exercise {
    kind: ExerciseKind,
    text: String,
    name: Option<String>,
    exchanges: Vec<ExchangeJson>,
    options: Vec<String>,
    /// Indices into the options: the one, or all of them in order.
    answer: Vec<usize>,
    explanation: String,
    rule: Value,
}

/// What is asked for.
#[derive(Clone, Copy, PartialEq, Eq)]
enum ExerciseKind {
    /// Which country somebody is in.
    Network,
    /// In which order replies come.
    Order,
    /// Which reply is forged.
    Forged,
}

/// A name, and what came back.
struct ExchangeJson {
    label: String,
    replies: Vec<Value>,
}

/// Countries to choose from.
const OPTIONS: usize = 4;

/// Answers that are shown of a country.
const SHOWN: usize = 4;

/// What can be asked about: a name about which a rule lies, and where.
struct Lie<'p> {
    country: &'p Country,
    rule: &'p Rule,
    question: Question,
}

/// Makes an exercise of one kind, if what was drawn is good for one.
type MakeExercise = fn(&Engine, &[Lie<'_>], DateTime, &mut SmallRng) -> Option<Exercise>;

/// As many are tried before a kind of exercise is given up.
const TRIES: usize = 200;

impl Exercise {
    /// So many exercises of a seed, of all kinds by turns.
    pub(crate) fn all(
        engine: &Engine,
        (seed, hidden): (u64, &[String]),
        count: usize,
        now: DateTime,
    ) -> Vec<Self> {
        let lies = lies(engine, hidden, now);
        (0..count).filter_map(|number| Self::drawn(engine, &lies, (seed, number), now)).collect()
    }

    /// One of them.
    pub(crate) fn one(
        engine: &Engine,
        (seed, hidden): (u64, &[String]),
        number: usize,
        now: DateTime,
    ) -> Option<Self> {
        Self::drawn(engine, &lies(engine, hidden, now), (seed, number), now)
    }

    fn drawn(
        engine: &Engine,
        lies: &[Lie<'_>],
        (seed, number): (u64, usize),
        now: DateTime,
    ) -> Option<Self> {
        if lies.is_empty() {
            return None;
        }
        let mut random = SmallRng::seed_from_u64(seed ^ (number as u64 + 1).rotate_left(32));
        let makers: [MakeExercise; 3] = [Self::network, Self::forged, Self::order];
        let mut tried = (0..makers.len()).map(|turn| makers[(number + turn) % makers.len()]);
        // A lab without a race has no order to ask for.
        tried.find_map(|make| (0..TRIES).find_map(|_| make(engine, lies, now, &mut random)))
    }

    /// Which country lies so? The others that are offered do not.
    fn network(
        engine: &Engine,
        lies: &[Lie<'_>],
        now: DateTime,
        random: &mut SmallRng,
    ) -> Option<Self> {
        let lie = pick(lies, random);
        let of_country: Vec<_> =
            lies.iter().filter(|other| other.country.code == lie.country.code).collect();
        let mut shown = of_country.clone();
        shown.shuffle(random);
        shown.truncate(SHOWN);
        let seen = |country: &Country| -> Option<Vec<Vec<Value>>> {
            let client = country.client()?;
            let of = |lie: &&Lie<'_>| replies(&asked(engine, &lie.question, client, now));
            Some(shown.iter().map(of).collect())
        };
        let right = seen(lie.country)?;
        let mut others: Vec<_> = engine.policy.countries().iter().collect();
        others.shuffle(random);
        let is_other = |other: &&Country| {
            other.code != lie.country.code && seen(other).is_some_and(|seen| seen != right)
        };
        let others: Vec<_> = others.into_iter().filter(is_other).take(OPTIONS - 1).collect();
        if others.is_empty() {
            return None;
        }
        let mut options: Vec<_> = others.iter().map(|country| country.name.clone()).collect();
        let answer = random.random_range(0..=options.len());
        options.insert(answer, lie.country.name.clone());
        let exchanges = shown
            .iter()
            .zip(right)
            .map(|(lie, replies)| ExchangeJson { label: lie.question.qname.to_string(), replies });
        let exchanges: Vec<_> = exchanges.collect();
        let text = match exchanges.len() {
            1 => "You ask for one name, and this comes back. Which network are you in?".to_owned(),
            count => {
                format!("You ask for {count} names, and this comes back. Which network are you in?")
            }
        };
        let about = &lie.country.about;
        let explanation = format!("{}. {about}", lie.country.name);
        let rule = told(shown[0].rule);
        let (kind, name, answer) = (ExerciseKind::Network, None, vec![answer]);
        Some(Self { kind, text, name, exchanges, options, answer, explanation, rule })
    }

    /// In which order do the replies of a race come?
    fn order(
        engine: &Engine,
        lies: &[Lie<'_>],
        now: DateTime,
        random: &mut SmallRng,
    ) -> Option<Self> {
        let lie = pick(lies, random);
        let explained = lie.explain(engine, now)?;
        let steps = replies_of(&explained);
        let times: Vec<_> = explained.steps.iter().map(|step| step.after).collect();
        let apart = times.windows(2).all(|pair| pair[0] < pair[1]);
        if steps.len() < 2 || steps.len() != times.len() || !apart {
            return None;
        }
        let mut shuffled: Vec<_> = (0..steps.len()).collect();
        shuffled.shuffle(random);
        let replies = shuffled.iter().map(|from| without_time(&steps[*from])).collect();
        // The place at which the first is shown, then that of the second.
        let place = |step| shuffled.iter().position(|from| *from == step);
        let answer = (0..steps.len()).filter_map(place).collect();
        let (qname, country) = (&lie.question.qname, lie.country);
        let after: Vec<_> =
            times.iter().map(|time| format!("{} ms", time.as_secs_f64() * 1000.0)).collect();
        Some(Self {
            kind: ExerciseKind::Order,
            text: format!(
                "A client in {} asks for {qname} once, and gets {} replies. Put them in the order \
                 in which they arrive.",
                country.name,
                steps.len()
            ),
            name: Some(qname.to_string()),
            exchanges: vec![ExchangeJson { label: qname.to_string(), replies }],
            options: letters(steps.len()),
            answer,
            explanation: format!(
                "They come after {}. Who injects is nearer than the server that was asked, so the \
                 lie arrives first; whoever takes the first answer believes it.",
                after.join(", ")
            ),
            rule: told(lie.rule),
        })
    }

    /// Which of two replies is forged?
    fn forged(
        engine: &Engine,
        lies: &[Lie<'_>],
        now: DateTime,
        random: &mut SmallRng,
    ) -> Option<Self> {
        let lie = pick(lies, random);
        let explained = lie.explain(engine, now)?;
        let honest = asked(engine, &lie.question, Ipv4Addr::LOCALHOST.into(), now);
        let (forged, honest_reply) =
            (replies_of(&explained).into_iter().next()?, replies_of(&honest).into_iter().next()?);
        let has_answers =
            |reply: &Value| reply["answers"].as_array().is_some_and(|all| !all.is_empty());
        let is_forged = explained.verdict == VerdictKind::Poison && forged["honest"] == false;
        if honest.verdict != VerdictKind::Honest || !is_forged || !has_answers(&honest_reply) {
            return None;
        }
        let answer = random.random_range(0..2_usize);
        let mut shown = vec![without_time(&honest_reply)];
        shown.insert(answer, without_time(&forged));
        let data = |reply: &Value| {
            let all = reply["answers"].as_array().into_iter().flatten();
            let data = all.filter_map(|record| record.as_str()?.rsplit(' ').next());
            data.map(str::to_owned).collect::<Vec<_>>().join(", ")
        };
        let (qname, country) = (&lie.question.qname, lie.country);
        Some(Self {
            kind: ExerciseKind::Forged,
            text: format!(
                "Two replies to a query for {qname}, one of them forged in {}. Which?",
                country.name
            ),
            name: Some(qname.to_string()),
            exchanges: vec![ExchangeJson { label: qname.to_string(), replies: shown }],
            options: letters(2),
            answer: vec![answer],
            explanation: format!(
                "{} gives the name {}; it is {}. {}",
                country.name,
                or_nothing(&data(&forged)),
                or_nothing(&data(&honest_reply)),
                hint(&forged, &data(&forged))
            ),
            rule: told(lie.rule),
        })
    }

    /// Without its answer.
    pub(crate) fn to_json(&self, number: usize) -> Value {
        let exchanges = self
            .exchanges
            .iter()
            .map(|ExchangeJson { label, replies }| json!({ "label": label, "replies": replies }));
        json!({
            "number": number,
            "kind": match self.kind {
                ExerciseKind::Network => "network",
                ExerciseKind::Order => "order",
                ExerciseKind::Forged => "forged",
            },
            "text": self.text,
            "name": self.name,
            "type": "A",
            "exchanges": exchanges.collect::<Value>(),
            "options": self.options,
        })
    }

    /// Whether a choice is right, and why.
    pub(crate) fn judge(&self, choice: &[usize]) -> Value {
        let mut told = self.rule.clone();
        told["right"] = (choice == self.answer).into();
        told["answer"] = json!(self.answer);
        told["explanation"] = self.explanation.clone().into();
        told
    }
}

/// How a forged reply can be told.
fn hint(forged: &Value, data: &str) -> String {
    let flags = forged["flags"].as_array().into_iter().flatten();
    let flags: Vec<_> = flags.filter_map(Value::as_str).collect();
    let private = data.split(", ").any(|text| {
        text.parse().is_ok_and(|address: Ipv4Addr| {
            address.is_private() || address.is_loopback() || address.is_unspecified()
        })
    });
    if private {
        "No public site has such an address: it is one of private networks.".to_owned()
    } else if flags.contains(&"aa") {
        "A resolver that says it is the authority (aa) for a name of others is lying.".to_owned()
    } else {
        "Nothing in the reply itself gives it away: one has to ask who owns the address, or ask \
         elsewhere."
            .to_owned()
    }
}

fn or_nothing(data: &str) -> &str {
    if data.is_empty() { "no address" } else { data }
}

fn letters(count: usize) -> Vec<String> {
    ('A'..='Z').take(count).map(String::from).collect()
}

/// One of a country that is drawn first: some have hundreds of names, others two.
fn pick<'l, 'p>(lies: &'l [Lie<'p>], random: &mut SmallRng) -> &'l Lie<'p> {
    // They come country by country.
    let countries: Vec<_> =
        lies.chunk_by(|one, next| one.country.code == next.country.code).collect();
    let of_country = countries[random.random_range(0..countries.len())];
    &of_country[random.random_range(0..of_country.len())]
}

/// What a client gets by UDP.
fn asked<'e>(
    engine: &'e Engine,
    Question { wire, qtype, .. }: &Question,
    client: IpAddr,
    now: DateTime,
) -> Explanation<'e> {
    engine.explain(wire, *qtype, (client, Transport::Udp), now)
}

impl Lie<'_> {
    /// What a client of the country gets, if the rule still decides there.
    fn explain<'e>(&self, engine: &'e Engine, now: DateTime) -> Option<Explanation<'e>> {
        let explained = asked(engine, &self.question, self.country.client()?, now);
        let decides = explained.decision.rule.is_some_and(|(rule, _)| rule.id == self.rule.id);
        decides.then_some(explained)
    }
}

/// What is known well enough to be asked about: names of rules of whole countries that hold and
/// were measured or reported, but for those of some categories.
fn lies<'e>(engine: &'e Engine, hidden: &[String], now: DateTime) -> Vec<Lie<'e>> {
    let mut lies = Vec::new();
    for country in engine.policy.countries() {
        for (rule, patterns) in country.own_rules() {
            let is_known = rule.evidence != Evidence::Assumed;
            if !is_known || rule.is_of(hidden) || rule.answer.is_honest() || !rule.is_in_force(now)
            {
                continue;
            }
            for pattern in patterns.take(rule.names) {
                let Some(name) = pattern.anchor() else { continue };
                let question = Question::read(name, Rtype(RecordType::A));
                lies.extend(question.ok().map(|question| Lie { country, rule, question }));
            }
        }
    }
    lies.retain(|lie| {
        lie.explain(engine, now).is_some_and(|told| told.verdict != VerdictKind::Honest)
    });
    lies
}

/// Replies without their times, and without what would tell the answer.
fn replies(explanation: &Explanation<'_>) -> Vec<Value> {
    replies_of(explanation).iter().map(without_time).collect()
}

fn replies_of(explanation: &Explanation<'_>) -> Vec<Value> {
    explanation.steps.iter().filter_map(ReplyJson::new).map(|reply| json!(reply)).collect()
}

fn without_time(reply: &Value) -> Value {
    let mut reply = reply.clone();
    if let Some(fields) = reply.as_object_mut() {
        fields.remove("after_ms");
        fields.remove("honest");
        fields.remove("origin");
        fields.remove("stand-in");
    }
    reply
}

/// The rule behind an exercise.
fn told(rule: &Rule) -> Value {
    json!({
        "id": rule.id,
        "country": rule.id.split('/').next(),
        "evidence": rule.evidence.as_str(),
        "holds": period::sentence(rule),
        "sources": citations_json(&rule.sources),
    })
}
