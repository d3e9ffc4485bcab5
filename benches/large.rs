//! What large lists cost: a decision under a million names, 10,000 parts of names and 1,000 regular
//! expressions, and the reading of a list. Everything is made from a seed. With `--test` the lists
//! are small, because only whether it runs is asked.

use criterion::{BenchmarkId, Criterion, Throughput, criterion_main};
use hickory_proto::rr::RecordType;
use splinterdns::{
    config::LabSpec,
    dns::{Name, ParserSet, Rtype, Transport},
    engine::{Engine, LabSources, load},
    files::FileSource,
    model::Query,
    policy::prefetch,
};
use std::{
    fmt::Write,
    fs,
    hint::black_box,
    path::PathBuf,
    sync::LazyLock,
    time::{Duration, Instant},
};

/// How many names are asked in turn: enough that the index is not in the processor's nearest
/// caches.
const ASKED: usize = 1 << 16;

/// So few that what is read about them may stay there.
const ASKED_OFTEN: usize = 1 << 12;

/// How many names a list has.
static NAMES: LazyLock<usize> =
    LazyLock::new(|| if std::env::args().any(|word| word == "--test") { 1_000 } else { 1_000_000 });

/// Numbers that look random and are the same every time (Steele and others, SplitMix64).
struct Seed(u64);

impl Seed {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    fn word(&mut self, letters: u64) -> String {
        (0..letters).map(|_| char::from(b'a' + (self.next() % 26) as u8)).collect()
    }

    /// A name of two labels and twenty letters or so.
    fn name(&mut self) -> String {
        let letters = 10 + self.next() % 13;
        let top = ["com", "net", "org", "example", "info"][self.next() as usize % 5];
        format!("{}.{top}", self.word(letters))
    }
}

/// A folder of configs with one country, which has one rule. It goes when this does.
struct Configs(PathBuf);

impl Configs {
    fn new(list: &str) -> Self {
        let folder = std::env::temp_dir().join(format!("splinterdns-large-{}", std::process::id()));
        fs::create_dir_all(folder.join("countries")).expect("a folder");
        fs::write(folder.join("countries/list.txt"), list).expect("a file");
        let country = "country: XX\nname: Nowhere\nclients: [127.99.0.0/16]\nrules:\n  \
                       - {rule: r, lists: [list.txt], answer: nxdomain, evidence: assumed, \
                       sources: [T]}\nsources: {T: a benchmark}\n";
        fs::write(folder.join("countries/xx.yaml"), country).expect("a file");
        Self(folder)
    }

    fn load(&self) -> Engine {
        let configs = FileSource::Folder(self.0.clone());
        let sources = LabSources::new(configs, LabSpec::default());
        load(&sources).unwrap_or_else(|error| panic!("{error}")).0
    }
}

impl Drop for Configs {
    fn drop(&mut self) {
        fs::remove_dir_all(&self.0).expect("the folder goes");
    }
}

fn names(seed: &mut Seed) -> Vec<String> {
    (0..*NAMES).map(|_| seed.name()).collect()
}

/// The first client of the country.
const CLIENT: [u8; 4] = [127, 99, 0, 1];

fn query(name: &str) -> Query {
    Query {
        qname: Name::parse(name).expect("a name"),
        qtype: Rtype(RecordType::A),
        client: CLIENT.into(),
        transport: Transport::Udp,
        arrival: "2026-11-22T12:00".parse().expect("a moment"),
        parsers: ParserSet::DNS,
    }
}

/// As many queries are timed at one go: the clock takes as long as a decision.
const BATCH: usize = 16;

/// Measures decisions about names that are asked in turn; the time is that of one. A server just
/// has read the names from its socket, so here they are read again beforehand, and that is not in
/// the time.
fn decide(
    criterion: &mut Criterion,
    label: &str,
    engine: &Engine,
    names: impl Iterator<Item = String>,
) {
    decide_in(Way::Alone, criterion, label, engine, names);
}

/// The same, in some way.
fn decide_in(
    way: Way,
    criterion: &mut Criterion,
    label: &str,
    engine: &Engine,
    names: impl Iterator<Item = String>,
) {
    let queries: Vec<_> = names.map(|name| query(&name)).collect();
    // A single one is asked as often as a batch has room.
    let queries: Vec<_> = queries.iter().cycle().take(queries.len().max(BATCH)).cloned().collect();
    let mut batches = queries.chunks_exact(BATCH).cycle();
    criterion.bench_function(label, |bencher| {
        bencher.iter_custom(|names| {
            let batches = batches.by_ref().take(names.div_ceil(BATCH as u64) as usize);
            let times: Vec<_> =
                batches.map(<[Query]>::to_vec).map(|batch| timed(engine, &batch, way)).collect();
            let spent: Duration = times.iter().sum();
            spent.mul_f64(names as f64 / (times.len() * BATCH) as f64)
        });
    });
}

/// How decisions are made about names that come one after the other.
#[derive(Clone, Copy)]
enum Way {
    /// Each for itself.
    Alone,
    /// As the engine does about requests that came in together.
    Together,
}

fn timed(engine: &Engine, queries: &[Query], way: Way) -> Duration {
    let queries = black_box(queries);
    let begin = Instant::now();
    let jurisdiction = |query: &Query| engine.policy.jurisdiction(query.client, None);
    if matches!(way, Way::Together) {
        prefetch(queries.iter().map(|query| (jurisdiction(query), &query.qname)));
    }
    for query in queries {
        black_box(jurisdiction(query).decide(query).rule.is_some());
    }
    begin.elapsed()
}

fn names_of_a_list(criterion: &mut Criterion) {
    let mut seed = Seed(1);
    let listed = names(&mut seed);
    let engine = Configs::new(&listed.join("\n")).load();
    let picked: Vec<_> =
        (0..ASKED).map(|_| listed[seed.next() as usize % listed.len()].clone()).collect();
    decide(
        criterion,
        "a million names/3 labels, the same one",
        &engine,
        std::iter::once(format!("www.{}", picked[0])),
    );
    let below: Vec<_> = picked.iter().map(|name| format!("www.{name}")).collect();
    let few = below.iter().take(ASKED_OFTEN).cloned();
    decide(criterion, "a million names/3 labels, listed, 4,096 by turns", &engine, few);
    decide(
        criterion,
        "a million names/3 labels, listed, 65,536 by turns",
        &engine,
        below.iter().cloned(),
    );
    let label = "a million names/3 labels, listed, sixteen together";
    decide_in(Way::Together, criterion, label, &engine, below.into_iter());
    let honest: Vec<_> = (0..ASKED).map(|_| format!("www.{}", seed.name())).collect();
    decide(
        criterion,
        "a million names/3 labels, honest, 65,536 by turns",
        &engine,
        honest.iter().cloned(),
    );
    let label = "a million names/3 labels, honest, sixteen together";
    decide_in(Way::Together, criterion, label, &engine, honest.into_iter());
    let deep = "a.".repeat(127);
    decide(criterion, "a million names/127 labels, honest", &engine, std::iter::once(deep.clone()));
    let deep_rest = picked.iter().filter(|name| name.len() % 2 == 1);
    let deep_listed =
        deep_rest.map(|name| format!("{}{name}", "a.".repeat((253 - name.len()) / 2)));
    decide(criterion, "a million names/up to 127 labels, listed", &engine, deep_listed);
    // The worst: patterns of every depth, so that no suffix can be passed over.
    let every_depth: Vec<_> = (1..128).map(|labels| format!("={}", "a.".repeat(labels))).collect();
    let engine = Configs::new(&format!("{}\n{}", listed.join("\n"), every_depth.join("\n"))).load();
    decide(
        criterion,
        "a million names/127 labels, patterns of 1 to 127",
        &engine,
        std::iter::once(deep.replace('a', "b")),
    );
    decide(
        criterion,
        "a million names/127 labels, each a pattern's",
        &engine,
        std::iter::once(deep),
    );
}

/// What one read costs that has to wait for memory: of one line of the processor's cache after
/// another, all over as much as the index of a million names takes, each telling where the next one
/// is. A decision about a listed name cannot take less.
fn cold_read(criterion: &mut Criterion) {
    const LINE: usize = 64 / size_of::<usize>();
    let (mut seed, count) = (Seed(4), *NAMES / 2);
    let mut next: Vec<usize> = (0..count * LINE).collect();
    // A cycle through all of them (Sattolo's shuffle).
    for last in (1..count).rev() {
        next.swap(last * LINE, seed.next() as usize % last * LINE);
    }
    let mut at = 0;
    criterion.bench_function("a read of cold memory", |bencher| {
        bencher.iter(|| {
            at = next[at];
            at
        });
    });
}

fn parts_and_expressions(criterion: &mut Criterion) {
    let mut seed = Seed(2);
    let mut list = String::new();
    for _ in 0..*NAMES / 100 {
        writeln!(list, "*{}*", seed.word(8)).expect("a line");
    }
    for _ in 0..*NAMES / 1000 {
        writeln!(list, "/(^|\\.){}[0-9]+\\.(com|net)$/", seed.word(8)).expect("a line");
    }
    let engine = Configs::new(&list).load();
    decide(
        criterion,
        "parts and expressions/honest",
        &engine,
        (0..ASKED).map(|_| format!("www.{}", seed.name())),
    );
    let parts: Vec<_> =
        list.lines().filter_map(|line| line.strip_prefix('*')?.strip_suffix('*')).collect();
    let with_part = parts.iter().cycle().take(ASKED).map(|part| format!("www.a{part}b.com"));
    decide(criterion, "parts and expressions/part", &engine, with_part);
    let words: Vec<_> =
        list.lines().filter_map(|line| line.strip_prefix("/(^|\\.)")?.get(..8)).collect();
    let one_word = words[words.len() / 2];
    decide(
        criterion,
        "parts and expressions/the same expression",
        &engine,
        std::iter::once(format!("www.{one_word}7.com")),
    );
    decide(
        criterion,
        "parts and expressions/expression",
        &engine,
        words.iter().map(|word| format!("www.{word}7.com")),
    );
}

/// Expressions without an end, of which a name may match several: each is told once for each place
/// where it matches.
fn expressions_anywhere(criterion: &mut Criterion) {
    let mut seed = Seed(5);
    let words: Vec<_> = (0..*NAMES / 1000).map(|_| seed.word(6)).collect();
    let engine =
        Configs::new(&words.iter().map(|word| format!("/{word}/\n")).collect::<String>()).load();
    let mut word = || words[seed.next() as usize % words.len()].clone();
    let three: Vec<_> =
        (0..ASKED).map(|_| format!("www.{}{}{}.com", word(), word(), word())).collect();
    decide(criterion, "expressions anywhere/three match", &engine, three.into_iter());
    let engine =
        Configs::new(&words.iter().map(|word| format!("/({word})?/\n")).collect::<String>()).load();
    decide(
        criterion,
        "expressions anywhere/all match at every place",
        &engine,
        words.iter().map(|word| format!("www.{word}.com")),
    );
}

fn reading(criterion: &mut Criterion) {
    let configs = Configs::new(&names(&mut Seed(3)).join("\n"));
    let mut group = criterion.benchmark_group("reading");
    group
        .sample_size(10)
        .throughput(Throughput::Elements(*NAMES as u64))
        .measurement_time(Duration::from_secs(6));
    group.bench_function(BenchmarkId::new("names", *NAMES), |bencher| {
        bencher.iter(|| configs.load());
    });
    group.finish();
}

mod group {
    criterion::criterion_group!(
        benches,
        super::cold_read,
        super::names_of_a_list,
        super::parts_and_expressions,
        super::expressions_anywhere,
        super::reading
    );
}
criterion_main!(group::benches);
