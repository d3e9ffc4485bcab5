//! What large lists cost: a decision under a million names, 10,000 parts of names and 1,000 regular
//! expressions, and the reading of a list. Everything is made from a seed. With `--test` the lists
//! are small, because only whether it runs is asked.

use criterion::{BenchmarkId, Criterion, Throughput, criterion_main};
use smallvec::SmallVec;
use splinterdns::{
    config::{LabSpec, Shelf},
    lab::{Asker, Lab, ROW, Shelves, load},
    name::Name,
    query::{Query, Transport, Type},
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
        let country = "country: XX\nname: Nowhere\nclients: [127.99.0.0/16]\nrules:\n  - {rule: r, lists: [list.txt], \
                       answer: nxdomain, evidence: assumed, sources: [T]}\nsources: {T: a benchmark}\n";
        fs::write(folder.join("countries/xx.yaml"), country).expect("a file");
        Self(folder)
    }

    fn load(&self) -> Lab {
        let configs = Shelf::Folder(self.0.clone());
        load(&Shelves::new(configs, LabSpec::default())).unwrap_or_else(|error| panic!("{error}")).0
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

fn query(lab: &Lab, name: &str) -> Query {
    let client = [127, 99, 0, 1].into();
    let asker: Asker = lab.asker(client, Transport::Udp, lab.settings.clock.now());
    asker.asks(Name::parse(name).expect("a name"), Type(hickory_proto::rr::RecordType::A))
}

/// Measures decisions on names that are asked in turn, each for itself.
fn decide(criterion: &mut Criterion, label: &str, lab: &Lab, names: impl Iterator<Item = String>) {
    decide_rows(criterion, label, lab, names, |row| {
        row.iter().for_each(|query| _ = black_box(lab.policy.decide(query).word));
    });
}

/// Measures decisions on names that come together, as those of one batch of datagrams do.
fn decide_together(
    criterion: &mut Criterion,
    label: &str,
    lab: &Lab,
    names: impl Iterator<Item = String>,
) {
    decide_rows(criterion, label, lab, names, |row| {
        let mut opened = SmallVec::<[_; ROW]>::new();
        for query in row {
            let governors = lab.policy.governors(query.client, None);
            let suffixes = governors.suffixes(&query.name);
            governors.approach(&suffixes);
            opened.push((query, governors, suffixes));
        }
        opened.iter().for_each(|(_, governors, suffixes)| governors.come_near(suffixes));
        opened.iter().for_each(|(query, governors, suffixes)| {
            _ = black_box(governors.decide(query, suffixes).word)
        });
    });
}

/// Measures what is done with rows of queries; the time is that of one. A server has just read the
/// names from its socket, so here they are read again beforehand, and that is not in the time.
fn decide_rows(
    criterion: &mut Criterion,
    label: &str,
    lab: &Lab,
    names: impl Iterator<Item = String>,
    done: impl Fn(&[Query]),
) {
    let queries: Vec<_> = names.map(|name| query(lab, &name)).collect();
    // A single one is asked as often as a row has room.
    let queries: Vec<_> = queries.iter().cycle().take(queries.len().max(ROW)).cloned().collect();
    let mut rows = queries.chunks_exact(ROW).cycle();
    criterion.bench_function(label, |bencher| {
        bencher.iter_custom(|names| {
            let rows = rows.by_ref().take(names.div_ceil(ROW as u64) as usize);
            let times: Vec<_> = rows.map(<[Query]>::to_vec).map(|row| timed(&done, &row)).collect();
            let spent: Duration = times.iter().sum();
            spent.mul_f64(names as f64 / (times.len() * ROW) as f64)
        });
    });
}

fn timed(done: &impl Fn(&[Query]), row: &[Query]) -> Duration {
    let begin = Instant::now();
    done(black_box(row));
    begin.elapsed()
}

fn names_of_a_list(criterion: &mut Criterion) {
    let mut seed = Seed(1);
    let listed = names(&mut seed);
    let lab = Configs::new(&listed.join("\n")).load();
    let picked: Vec<_> =
        (0..ASKED).map(|_| listed[seed.next() as usize % listed.len()].clone()).collect();
    decide(
        criterion,
        "a million names/3 labels, the same one",
        &lab,
        std::iter::once(format!("www.{}", picked[0])),
    );
    let below: Vec<_> = picked.iter().map(|name| format!("www.{name}")).collect();
    let few = below.iter().take(ASKED_OFTEN).cloned();
    decide(criterion, "a million names/3 labels, listed, 4,096 by turns", &lab, few);
    decide(
        criterion,
        "a million names/3 labels, listed, 65,536 by turns",
        &lab,
        below.iter().cloned(),
    );
    decide_together(
        criterion,
        "a million names/3 labels, listed, sixteen together",
        &lab,
        below.into_iter(),
    );
    let honest: Vec<_> = (0..ASKED).map(|_| format!("www.{}", seed.name())).collect();
    decide(
        criterion,
        "a million names/3 labels, honest, 65,536 by turns",
        &lab,
        honest.iter().cloned(),
    );
    decide_together(
        criterion,
        "a million names/3 labels, honest, sixteen together",
        &lab,
        honest.into_iter(),
    );
    let deep = "a.".repeat(127);
    decide(criterion, "a million names/127 labels, honest", &lab, std::iter::once(deep.clone()));
    let deep_rest = picked.iter().filter(|name| name.len() % 2 == 1);
    let deep_listed =
        deep_rest.map(|name| format!("{}{name}", "a.".repeat((253 - name.len()) / 2)));
    decide(criterion, "a million names/up to 127 labels, listed", &lab, deep_listed);
    // The worst: patterns of every depth, so that no suffix can be passed over.
    let every_depth: Vec<_> = (1..128).map(|labels| format!("={}", "a.".repeat(labels))).collect();
    let lab = Configs::new(&format!("{}\n{}", listed.join("\n"), every_depth.join("\n"))).load();
    decide(
        criterion,
        "a million names/127 labels, patterns of 1 to 127",
        &lab,
        std::iter::once(deep.replace('a', "b")),
    );
    decide(criterion, "a million names/127 labels, each a pattern's", &lab, std::iter::once(deep));
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
    let lab = Configs::new(&list).load();
    decide(
        criterion,
        "parts and expressions/honest",
        &lab,
        (0..ASKED).map(|_| format!("www.{}", seed.name())),
    );
    let parts: Vec<_> =
        list.lines().filter_map(|line| line.strip_prefix('*')?.strip_suffix('*')).collect();
    let with_part = parts.iter().cycle().take(ASKED).map(|part| format!("www.a{part}b.com"));
    decide(criterion, "parts and expressions/part", &lab, with_part);
    let words: Vec<_> =
        list.lines().filter_map(|line| line.strip_prefix("/(^|\\.)")?.get(..8)).collect();
    let one_word = words[words.len() / 2];
    decide(
        criterion,
        "parts and expressions/the same expression",
        &lab,
        std::iter::once(format!("www.{one_word}7.com")),
    );
    decide(
        criterion,
        "parts and expressions/expression",
        &lab,
        words.iter().map(|word| format!("www.{word}7.com")),
    );
}

/// Expressions without an end, of which a name may match several: each is told once for each place
/// where it matches.
fn expressions_anywhere(criterion: &mut Criterion) {
    let mut seed = Seed(5);
    let words: Vec<_> = (0..*NAMES / 1000).map(|_| seed.word(6)).collect();
    let lab =
        Configs::new(&words.iter().map(|word| format!("/{word}/\n")).collect::<String>()).load();
    let mut word = || words[seed.next() as usize % words.len()].clone();
    let three: Vec<_> =
        (0..ASKED).map(|_| format!("www.{}{}{}.com", word(), word(), word())).collect();
    decide(criterion, "expressions anywhere/three match", &lab, three.into_iter());
    let lab =
        Configs::new(&words.iter().map(|word| format!("/({word})?/\n")).collect::<String>()).load();
    decide(
        criterion,
        "expressions anywhere/all match at every place",
        &lab,
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
        bencher.iter(|| configs.load())
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
