//! Labs made of texts, without files.

use splinterdns::{
    config::{CountrySpec, LabSpec, read_country},
    diagnostic::Report,
    engine::{Engine, Settings},
    files::FileSource,
    policy::{RuleFiles, compile},
    progress::Progress,
    zone::{Zone, Zones},
};
use std::path::PathBuf;

/// A time at which the shipped rules that are still in force hold.
pub const NOW: &str = "2026-11-22T12:00";

/// No clock but that of [`NOW`].
pub fn flags() -> LabSpec {
    LabSpec { today: Some(NOW.parse().unwrap()), ..LabSpec::default() }
}

/// What a country file says, if it is sound; what is wrong goes into the report.
pub fn spec(text: &str, report: &mut Report) -> Option<CountrySpec> {
    let file = report.open(PathBuf::from("xx.yaml"), text.to_owned());
    read_country(file, PathBuf::from("xx.yaml"), report)
}

/// A lab of countries that have been read. Their lists and pools stand where the process runs.
pub fn engine(specs: &[CountrySpec], zones: Zones, flags: LabSpec, report: &mut Report) -> Engine {
    let files = FileSource::Folder(PathBuf::new());
    let files = RuleFiles { files: &files, lists: None };
    let policy = compile(specs, files, &Progress::default(), report);
    Engine::new(policy, zones, Settings::new(LabSpec::default(), flags, None))
}

/// A lab of countries and zones that are known to be sound.
pub fn sound(countries: &[&str], zones: &[&str], flags: LabSpec) -> Engine {
    let mut report = Report::default();
    let specs: Vec<_> = countries.iter().map(|text| spec(text, &mut report).unwrap()).collect();
    let mut held = Zones::default();
    for text in zones {
        held.insert(Zone::read(text, None, &|_| Err(String::new())).unwrap());
    }
    let engine = engine(&specs, held, flags, &mut report);
    assert!(report.is_clean(), "{report}");
    engine
}
