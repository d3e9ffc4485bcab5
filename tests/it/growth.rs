//! A load costs in proportion to what it reads: four times as much of anything takes about four
//! times as long, and not sixteen. Each kind is measured at two sizes, by the time that the thread
//! had of a processor, so that other work on the machine counts little.

use crate::support::{engine::report_on, files::Scratch};
use nix::time::{ClockId, clock_gettime};
use std::{fmt::Write, time::Duration};

/// The larger size is so many times the smaller.
const LARGER: usize = 4;

/// A square would take sixteen times as long.
const MOST: f64 = 6.0;

/// Below this, at the larger size, nothing can be told, and nothing need be.
const NOTHING: Duration = Duration::from_millis(4);

/// So long a kind is measured before it is given up.
const PATIENCE: Duration = Duration::from_secs(3);

/// What a load of some size is made of: files by their names.
type Files = Vec<(&'static str, String)>;

const HEAD: &str = "country: XX\nname: F\nclients: [127.250.0.0/16]\nsources: {S: x}\n";

/// A file of one country with these rules, and more.
fn country(rules: impl Iterator<Item = String>, more: &str) -> Files {
    let rules: String = rules.map(|rule| format!("  - {rule}\n")).collect();
    vec![("xx.yaml", format!("{HEAD}{more}rules:\n{rules}"))]
}

/// A rule about names, with more keys.
fn rule(slug: &str, names: &str, more: &str) -> String {
    let known = "answer: nxdomain, evidence: assumed, sources: [S]";
    format!("{{rule: {slug}, names: {names}, {known}{more}}}")
}

/// A rule for each number, about a name of its own, with something else in place of a part.
fn rules(
    count: usize,
    part: &str,
    other: impl Fn(usize) -> String,
) -> impl Iterator<Item = String> {
    (0..count).map(move |number| {
        let usual = rule(&format!("r{number}"), &format!("[n{number}.example]"), "");
        usual.replace(part, &other(number))
    })
}

/// One list whose lines are made of numbers.
fn list(name: &'static str, count: usize, line: impl Fn(usize) -> String) -> Files {
    let rule = rule("r", "[]", "").replace("names: []", &format!("lists: [{name}]"));
    let mut files = country([rule].into_iter(), "");
    let mut text = String::new();
    (0..count).for_each(|number| writeln!(text, "{}", line(number)).unwrap());
    files.push((name, text));
    files
}

/// So many items with commas between.
fn items(count: usize, item: impl Fn(usize) -> String) -> String {
    (0..count).map(item).collect::<Vec<_>>().join(", ")
}

/// Different networks, below 10.0.0.0/8.
fn network(number: usize) -> String {
    format!("10.{}.{}.0/24", number >> 8 & 255, number & 255)
}

/// A country file whose clients are these.
fn of_clients(clients: &str, more: &str) -> Files {
    let clients = format!("clients: [{clients}]");
    let text = format!("{HEAD}{more}rules: []\n");
    vec![("xx.yaml", text.replace("clients: [127.250.0.0/16]", &clients))]
}

fn zone(records: impl Iterator<Item = String>) -> Files {
    let head = "$TTL 60\n@ SOA ns host 1 2 3 4 5\n@ NS ns\n".to_owned();
    vec![("zone.test.zone", records.fold(head, |text, record| text + &record + "\n"))]
}

fn cost(folder: &Scratch) -> Duration {
    let now = || Duration::from(clock_gettime(ClockId::CLOCK_THREAD_CPUTIME_ID).unwrap());
    let begin = now();
    report_on(folder.path());
    now() - begin
}

/// A kind: its name, its smaller size, and what is made of a size.
type Kind = (&'static str, usize, fn(usize) -> Files);

/// Each kind costs in proportion.
fn grow_in_proportion(kinds: &[Kind]) {
    let wrong: Vec<_> = kinds.iter().filter_map(out_of_proportion).collect();
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}

/// Measures a kind at both sizes, the best of several times, and again while they look too far
/// apart; what was measured, if they stay so.
fn out_of_proportion(&(kind, small, files): &Kind) -> Option<String> {
    let sizes = [small, LARGER * small].map(|size| {
        let folder = Scratch::new();
        for (name, text) in files(size) {
            folder.write(name, &text);
        }
        folder
    });
    let (mut best, mut spent) = ([Duration::MAX; 2], Duration::ZERO);
    while spent < PATIENCE {
        for (best, folder) in best.iter_mut().zip(&sizes) {
            let cost = cost(folder);
            *best = cost.min(*best);
            spent += cost;
        }
        if best[1] < NOTHING || best[1].as_secs_f64() < MOST * best[0].as_secs_f64() {
            return None;
        }
    }
    let [one, other] = best;
    Some(format!("{kind}: {small} take {one:?}, {LARGER} times as many {other:?}"))
}

const WRONG: &[Kind] = &[
    ("bad names", 300, |n| country(rules(n, "example", |_| ".a".to_owned()), "")),
    ("unknown answers", 300, |n| country(rules(n, "nxdomain", |_| "nosuch".to_owned()), "")),
    ("unknown keys", 300, |n| country(rules(n, "}", |_| ", foo: 1}".to_owned()), "")),
    ("rules without a key", 300, |n| {
        country(rules(n, "evidence: assumed, ", |_| String::new()), "")
    }),
    ("rules of one name", 300, |n| country((0..n).map(|_| rule("r", "[a.example]", "")), "")),
    ("keys given twice", 1000, |n| {
        country([].into_iter(), &format!("pools: {{{}}}\n", items(n, |_| "p: 1".to_owned())))
    }),
    ("examples that fail", 200, |n| {
        let examples =
            items(n, |number| format!("{{ask: n{number}.example A, expect: nodata, rule: x}}"));
        country(rules(n, "#", |_| String::new()), &format!("examples: [{examples}]\n"))
    }),
    ("unknown sources", 300, |n| {
        let sources = items(n, |number| format!("k{number}: x"));
        country(rules(n, "[S]", |number| format!("[x{number}]")), "")
            .into_iter()
            .map(|(name, text)| (name, text.replace("{S: x}", &format!("{{{sources}}}"))))
            .collect()
    }),
];

#[test]
fn reports_grow_in_proportion() {
    grow_in_proportion(WRONG);
}

const YAML: &[Kind] = &[
    ("numbers for names", 300, |n| country(rules(n, "rule: r", |_| "rule: ".to_owned()), "")),
    ("items of one list", 4000, |n| {
        country([].into_iter(), &format!("about: [{}]\n", items(n, |_| "x".to_owned())))
    }),
    ("brackets", 2000, |n| country([].into_iter(), &format!("about: {}\n", "[".repeat(n)))),
    ("braces", 2000, |n| country([].into_iter(), &format!("about: {}\n", "{a: ".repeat(n)))),
    ("aliases", 2000, |n| {
        country([].into_iter(), &format!("about: [&a x, {}]\n", items(n, |_| "*a".to_owned())))
    }),
    ("directives", 2000, |n| {
        vec![(
            "xx.yaml",
            (0..n).map(|number| format!("%TAG !a{number}! x\n")).collect::<String>() + "---\n",
        )]
    }),
    ("directives of a second document", 2000, |n| {
        let directives: String = (0..n).map(|number| format!("%TAG !a{number}! x\n")).collect();
        vec![("xx.yaml", format!("{HEAD}...\n{directives}---\n"))]
    }),
];

#[test]
fn yaml_grow_in_proportion() {
    grow_in_proportion(YAML);
}

const RULES: &[Kind] = &[
    ("names in a file", 1000, |n| {
        country(
            [rule("r", &format!("[{}]", items(n, |number| format!("n{number}.example"))), "")]
                .into_iter(),
            "",
        )
    }),
    ("names of rules", 300, |n| country(rules(n, "#", |_| String::new()), "")),
    ("names of a list", 4000, |n| list("l.txt", n, |number| format!("n{number}.example"))),
    ("names below each other", 2000, |n| {
        list("l.txt", n, |number| format!("n{number}.{}x", "a.".repeat(number % 50)))
    }),
    ("a name again and again", 4000, |n| list("l.txt", n, |_| "same.example".to_owned())),
    ("names alone", 4000, |n| {
        list("l.hosts", n, |number| format!("0.0.0.0 n{number}.example www.n{number}.example"))
    }),
    ("bad names of a hosts file", 40, |n| {
        list("l.hosts", n, |_| format!("0.0.0.0 a.example {}", "a..b ".repeat(2000)))
    }),
    ("bad lines of a list", 4000, |n| list("l.txt", n, |_| "a..b\na.example".to_owned())),
    ("parts of names", 6000, |n| list("l.txt", n, |number| format!("*part{number}*"))),
    ("ends of names", 6000, |n| list("l.txt", n, |number| format!("*end{number}"))),
    ("beginnings of names", 6000, |n| list("l.txt", n, |number| format!("begin{number}*"))),
    ("a part again and again", 4000, |n| list("l.txt", n, |_| "*part*".to_owned())),
    ("parts of parts", 40, |n| {
        list("l.txt", n, |number| {
            format!("*{}*\n*n{number}{}*", "a".repeat(number + 1), "a".repeat(200))
        })
    }),
    ("expressions", 60, |n| list("l.txt", n, |number| format!("/^x{number}[a-z]+[.]y/"))),
    ("expressions that are too large", 200, |n| {
        list("l.txt", n, |number| format!("a{number}.example\n/(\\w{{1000}}){{{number}}}{{1000}}/"))
    }),
    ("expressions of rules", 60, |n| {
        country(
            rules(n, "[n", |_| "[/n".to_owned()).map(|rule| rule.replace("example]", "[a-z]+/]")),
            "",
        )
        .into_iter()
        .map(|(name, text)| (name, text.replace("[/n", "['/n").replace("+/]", "+/']")))
        .collect()
    }),
    ("rules about one name", 500, |n| {
        country(
            (0..n).map(|number| {
                // As many as fifty of them, of which none hides another.
                let (name, day) = (number / 50, number % 50 + 1950);
                let dates = format!(", since: {day}-01-01, until: {}-01-01", day + 1);
                rule(&format!("r{number}"), &format!("[n{name}.example]"), &dates)
            }),
            "",
        )
    }),
    ("rules with one list", 40, |n| {
        let names: String = (0..100).map(|number| format!("n{number}.example\n")).collect();
        let rules = (0..n).map(|number| {
            rule(&format!("r{number}"), "[]", &format!(", types: [TYPE{}]", number + 1))
                .replace("names: []", "lists: [l.txt]")
        });
        let mut files = country(rules, "");
        files.push(("l.txt", names));
        files
    }),
    ("rules that hide each other", 250, |n| {
        country((0..n).map(|number| rule(&format!("r{number}"), "[same.example]", "")), "")
    }),
    ("rules that hide each others list", 40, |n| {
        let names = items(50, |number| format!("n{number}.example"));
        let first = rule("r", &format!("&n [{names}]"), "");
        country(
            [first].into_iter().chain((1..n).map(|number| rule(&format!("r{number}"), "*n", ""))),
            "",
        )
    }),
    ("sources of rules", 400, |n| {
        let sources = items(n, |number| format!("k{number}: x"));
        country(rules(n, "[S]", |number| format!("[k{number}]")), "")
            .into_iter()
            .map(|(name, text)| (name, text.replace("{S: x}", &format!("{{{sources}}}"))))
            .collect()
    }),
    ("answers of rules", 300, |n| {
        country(
            rules(n, "nxdomain", |number| format!("a{number}")),
            &format!(
                "answers: {{{}}}\n",
                items(n, |number| format!("a{number}: {{nxdomain: {{ttl: 60s}}}}"))
            ),
        )
    }),
    ("pools of rules", 200, |n| {
        country(
            rules(n, "nxdomain", |number| format!("{{poison: {{a: {{pool: p{number}}}}}}}")),
            &format!(
                "pools: {{{}}}\n",
                items(n, |number| format!("p{number}: {{addresses: [192.0.2.1]}}"))
            ),
        )
    }),
    ("one pool of many rules", 300, |n| {
        country(
            rules(n, "nxdomain", |_| "{poison: {a: {pool: p}}}".to_owned()),
            &format!(
                "pools: {{p: {{pick: ring, addresses: [{}]}}}}\n",
                items(n, |number| format!("10.0.{}.{}", number >> 8, number & 255))
            ),
        )
    }),
    ("aliases of answers", 200, |n| {
        country(
            rules(n, "nxdomain", |number| {
                format!("{{poison: {{a: 192.0.2.1, cname: p{number}.example}}}}")
            }),
            "",
        )
    }),
    ("examples of rules", 150, |n| {
        let examples = items(n, |number| {
            format!("{{ask: n{number}.example A, expect: nxdomain, rule: r{number}}}")
        });
        country(rules(n, "#", |_| String::new()), &format!("examples: [{examples}]\n"))
    }),
];

#[test]
fn names_and_rules_grow_in_proportion() {
    grow_in_proportion(RULES);
}

const NETWORKS: &[Kind] = &[
    ("networks", 1500, |n| of_clients(&items(n, network), "")),
    ("networks given twice", 1500, |n| of_clients(&items(n, |_| "10.0.0.0/8".to_owned()), "")),
    ("networks of operators", 300, |n| {
        let operators = items(n, |number| {
            format!("{{operator: o{number}, name: O, clients: [{}], rules: []}}", network(number))
        });
        let examples =
            items(n, |number| format!("{{ask: a.example A, expect: honest, operator: o{number}}}"));
        let more = format!("operators: [{operators}]\nexamples: [{examples}]\n");
        of_clients(&items(n, network), &more)
    }),
    ("networks outside", 400, |n| {
        let outside = items(n, |number| network(number).replace("10.", "11."));
        of_clients(&items(n, network), &operator(&outside))
    }),
    ("a client beside operators", 400, |n| {
        let examples = items(n, |_| "{ask: a.example A, expect: honest}".to_owned());
        let more = format!("{}examples: [{examples}]\n", operator(&items(n, network)));
        of_clients("10.0.0.0/8", &more)
    }),
];

/// An operator with these networks.
fn operator(clients: &str) -> String {
    format!("operators: [{{operator: o, name: O, clients: [{clients}], rules: []}}]\n")
}

#[test]
fn networks_grow_in_proportion() {
    grow_in_proportion(NETWORKS);
}

const ZONES: &[Kind] = &[
    ("records of one name", 500, |n| {
        zone((0..n).map(|number| format!("x A 10.0.{}.{}", number >> 8, number & 255)))
    }),
    ("a record again and again", 500, |n| zone((0..n).map(|_| "x A 10.0.0.1".to_owned()))),
    ("types of one name", 500, |n| {
        zone((0..n).map(|number| format!("x TYPE{} \\# 1 00", number + 1000)))
    }),
    ("names of a zone", 1000, |n| zone((0..n).map(|number| format!("x{number} A 10.0.0.1")))),
    ("names far below a zone", 100, |n| {
        zone((0..n).map(|number| format!("{}x{number} A 10.0.0.1", "a.".repeat(100))))
    }),
    ("absent names of a zone", 1000, |n| {
        zone((0..n).map(|number| format!("; splinterdns: absent x{number}.zone.test")))
    }),
    ("includes of a zone", 200, |n| {
        let mut files = zone((0..n).map(|_| "$INCLUDE i.txt".to_owned()));
        files.push(("i.txt", "; nothing\n".to_owned()));
        files
    }),
];

#[test]
fn zones_grow_in_proportion() {
    grow_in_proportion(ZONES);
}
