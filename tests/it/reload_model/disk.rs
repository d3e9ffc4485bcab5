//! The files of a lab as they stand on disk, and the ways in which programs write them.

use super::model::{COUNTRIES, CountryFile, LISTS, Lab, RCODES, ZoneFile};
use crate::support::files::Scratch;
use std::{
    cell::Cell,
    fs,
    os::unix::fs::symlink,
    path::{Path, PathBuf},
    thread,
    time::Duration,
};

pub(super) struct Disk {
    scratch: Scratch,
    /// Numbers for names that have not been used.
    unused: Cell<usize>,
}

/// How a file is written.
#[derive(Clone, Copy, Debug)]
pub(super) enum Way {
    /// Emptied, then filled, as a shell does.
    Over,
    /// The same with a moment between.
    Slowly,
    /// Beside, then renamed over it, as editors do.
    Beside,
    /// Elsewhere, with a link put in its place.
    Link,
}

impl Way {
    pub(super) const ALL: [Self; 4] = [Self::Over, Self::Slowly, Self::Beside, Self::Link];
}

/// What may be wrong with a country's file.
pub(super) const FAULTS: [fn(&str) -> String; 5] = [
    |text| text.replace("clients:", "cleints:"),
    |text| text.replace("clients: [", "clients: {"),
    |text| text.replace("assumed", "guessed"),
    |_| String::new(),
    |text| text.replace("sources: [Test]", "sources: [Toast]"),
];

impl Disk {
    pub(super) fn new() -> Self {
        Self { scratch: Scratch::new(), unused: Cell::new(0) }
    }

    pub(super) fn configs(&self) -> PathBuf {
        self.scratch.path().join("configs")
    }

    fn unused(&self, name: &str) -> PathBuf {
        self.unused.set(self.unused.get() + 1);
        let path = self.scratch.path().join(format!("elsewhere/{}-{name}", self.unused.get()));
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        path
    }

    /// All of a lab that has not been there yet.
    pub(super) fn write_all(&self, lab: &Lab) {
        for folder in ["configs/countries", "configs/lists", "zones"] {
            fs::create_dir_all(self.scratch.path().join(folder)).unwrap();
        }
        for place in Place::all() {
            self.put(place, lab, Way::Over);
        }
    }

    /// Brings a file to what the lab says of it.
    pub(super) fn put(&self, place: Place, lab: &Lab, way: Way) {
        let path = self.path(place);
        let Some(text) = text(place, lab) else {
            // It need not be there.
            let _ = fs::remove_file(path);
            return;
        };
        match way {
            Way::Over => fs::write(path, text).unwrap(),
            Way::Slowly => {
                fs::write(&path, "").unwrap();
                thread::sleep(Duration::from_millis(20));
                fs::write(path, text).unwrap();
            }
            Way::Beside => {
                let beside = path.with_file_name(".new");
                fs::write(&beside, text).unwrap();
                fs::rename(beside, path).unwrap();
            }
            Way::Link => {
                let (other, link) = (self.unused("file"), self.unused("link"));
                fs::write(&other, text).unwrap();
                symlink(other, &link).unwrap();
                fs::rename(link, path).unwrap();
            }
        }
    }

    /// Puts one file in the place of another.
    pub(super) fn rename(&self, from: Place, to: Place) {
        fs::rename(self.path(from), self.path(to)).unwrap();
    }

    /// Puts a copy of the countries' folder in its place.
    pub(super) fn replace_folder(&self) {
        let (folder, next) = (self.configs().join("countries"), self.unused("next"));
        fs::create_dir(&next).unwrap();
        for entry in fs::read_dir(&folder).unwrap() {
            let entry = entry.unwrap();
            fs::copy(entry.path(), next.join(entry.file_name())).unwrap();
        }
        fs::rename(&folder, self.unused("last")).unwrap();
        fs::rename(next, folder).unwrap();
    }

    /// Writes what editors write for themselves beside the countries.
    pub(super) fn scribble(&self) {
        let folder = self.configs().join("countries");
        for name in [".a.yaml.swp", "a.yaml~", "notes.txt"] {
            fs::write(folder.join(name), "no country").unwrap();
        }
    }

    fn path(&self, place: Place) -> PathBuf {
        let name = match place {
            Place::Country(number) => {
                format!("configs/countries/{}.yaml", ["a", "b", "c", "d"][number])
            }
            Place::List(number) => format!("configs/lists/{number}.txt"),
            Place::Zone(number) => format!("zones/zone{number}.example.zone"),
            Place::Lab => "configs/lab.yaml".to_owned(),
        };
        self.scratch.path().join(Path::new(&name))
    }
}

/// Where a file may stand.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Place {
    Country(usize),
    List(usize),
    Zone(usize),
    Lab,
}

impl Place {
    pub(super) fn all() -> impl Iterator<Item = Self> {
        let countries = (0..super::model::FILES).map(Self::Country);
        let lists = (0..LISTS).map(Self::List);
        let zones = (0..super::model::ZONES).map(Self::Zone);
        countries.chain(lists).chain(zones).chain([Self::Lab])
    }
}

/// What a file says; nothing when it is not there.
fn text(place: Place, lab: &Lab) -> Option<String> {
    match place {
        Place::Country(number) => lab.files[number].map(country),
        Place::List(number) => lab.lists[number].map(|names| {
            let held = (0..).zip(names).filter(|(_, held)| *held);
            let lines = held.map(|(name, _): (usize, _)| format!("name{name}.list.example\n"));
            format!("# a list\n{}", lines.collect::<String>())
        }),
        Place::Zone(number) => lab.zones[number].map(zone),
        Place::Lab => {
            let code =
                lab.default.map_or(String::new(), |number| format!("country: {}\n", code(number)));
            Some(format!("zones: ../zones\n{code}"))
        }
    }
}

fn code(country: usize) -> &'static str {
    const CODES: [&str; COUNTRIES] = ["XA", "XB", "XC"];
    CODES[country]
}

fn country(file: CountryFile) -> String {
    let CountryFile { country, answer, list, fault } = file;
    let answer = match RCODES.get(usize::from(answer)) {
        Some((word, _)) => (*word).to_owned(),
        None => format!("{{poison: {{a: 192.0.{country}.{answer}}}}}"),
    };
    let lists =
        list.map_or(String::new(), |number| format!("    lists: [../lists/{number}.txt]\n"));
    let text = format!(
        "country: {}\nname: Nowhere\nclients: [127.{}.0.0/16]\nrules:\n  - rule: one\n    \
         names: [own.example]\n{lists}    answer: {answer}\n    evidence: assumed\n    \
         sources: [Test]\nsources: {{Test: made for this test}}\n",
        code(country),
        200 + country
    );
    fault.map_or(text.clone(), |fault| FAULTS[fault](&text))
}

fn zone(ZoneFile { address, is_broken }: ZoneFile) -> String {
    let last = if is_broken { "one".to_owned() } else { address.to_string() };
    format!("$TTL 60\n@ SOA ns host 1 1 1 1 1\n@ NS ns\nns A 192.0.2.1\nwww A 192.0.10.{last}\n")
}
