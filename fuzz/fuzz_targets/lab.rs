//! Arbitrary text as a lab file beside a country: its report, or settings within their ranges.

#![no_main]

use libfuzzer_sys::{Corpus, fuzz_target};
use splinterdns::{
    config::{IDLE_RANGE, LabSpec, TIMEOUT_RANGE, read_lab},
    diagnostic::Report,
    engine::{LabSources, LoadError, Settings, load},
    files::FileSource,
};
use splinterdns_fuzz::{folder::Folder, reports, seeds};
use std::{path::PathBuf, sync::LazyLock};

const COUNTRY: &str = "country: XX
name: Nowhere
clients: [10.1.0.0/16]
operators: [{operator: isp, name: An ISP, clients: [10.1.1.0/24], rules: []}]
";

static FOLDER: LazyLock<Folder> = LazyLock::new(|| {
    let folder = Folder::new();
    folder.write("lab/countries/xx.yaml", COUNTRY.as_bytes());
    std::fs::create_dir_all(folder.path("zones")).unwrap();
    folder
});

fn check_settings(settings: &Settings) {
    let Settings { listen, honest_from, allow, upstream_timeout, tcp_idle, workers, .. } = settings;
    assert!(!listen.is_empty() && !honest_from.is_empty() && !allow.is_empty());
    for (found, (least, most)) in [(upstream_timeout, TIMEOUT_RANGE), (tcp_idle, IDLE_RANGE)] {
        assert!((least..=most).contains(found), "{found:?}");
    }
    assert!((1..=256).contains(workers), "{workers}");
    assert!((1..=65_535).contains(&settings.tcp_connections));
}

fn seeds() -> Vec<Vec<u8>> {
    let mut seeds = seeds::files("tests/invalid", "lab.yaml");
    seeds.extend(seeds::documents());
    for quoted in ["src/config/lab.rs", "tests/it/reload.rs", "src/cli/serve_options.rs"] {
        seeds.extend(seeds::quoted(quoted).into_iter().map(String::into_bytes));
    }
    let all = "listen: [\"127.0.0.1:53\", {address: \"[::1]:53\", country: XX, operator: isp}]\n\
               country: XX\nhonest-from: [upstream, zones]\nzones: zones\n\
               upstream: [9.9.9.9, \"dns.example:5353\", \"[2001:db8::1]:53\"]\n\
               upstream-timeout: 500ms\nallow: [10.0.0.0/8, fd00::/8]\ntoday: 2024-09-10T12:00\n\
               seed: 7\nlog: info,splinterdns=debug\ntcp-idle: 30s\ntcp-connections: 100\n\
               delayed-memory: 8MB\nupstream-memory: 1GB\n\
               workers: 2\n";
    seeds.push(all.as_bytes().to_vec());
    seeds
}

fuzz_target!(init: seeds::write_if_wanted(seeds), |octets: &[u8]| -> Corpus {
    let Ok(text) = str::from_utf8(octets) else { return Corpus::Reject };
    let mut report = Report::default();
    let file = report.open(PathBuf::from("lab.yaml"), text.to_owned());
    let spec = read_lab(file, &mut report);
    reports::check(&report);
    assert!(spec.is_some() || !report.is_clean(), "nothing was read, and nothing said");
    // What goes beyond the file itself is only looked for in one that is sound.
    if !report.is_clean() {
        return Corpus::Keep;
    }
    FOLDER.write("lab/lab.yaml", octets);
    let mut sources = LabSources::new(FileSource::Folder(FOLDER.path("lab")), LabSpec::default());
    // Reading those that are compiled in takes its time.
    let names_zones = spec.is_some_and(|spec| spec.zones.is_some());
    sources.zones = (!names_zones).then(|| FileSource::Folder(FOLDER.path("zones")));
    match load(&sources) {
        Ok((engine, report)) => {
            assert!(report.is_clean());
            check_settings(&engine.settings);
        }
        Err(LoadError::Problems(report)) => reports::check(&report),
        Err(other) => panic!("{other}"),
    }
    Corpus::Keep
});
