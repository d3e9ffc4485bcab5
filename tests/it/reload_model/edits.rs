//! Edits at random, of the model and of the files alike.

use super::{
    disk::{Disk, FAULTS, Place, Way},
    model::{ANSWERS, COUNTRIES, CountryFile, FILES, LISTS, Lab, ZONES, ZoneFile},
};
use rand::{RngExt, SeedableRng, rngs::StdRng};

pub(super) struct Editor {
    random: StdRng,
    history: Vec<String>,
}

impl Editor {
    pub(super) fn new(seed: u64) -> Self {
        Self { random: StdRng::seed_from_u64(seed), history: Vec::new() }
    }

    /// The last edits, one a line.
    pub(super) fn history(&self) -> String {
        self.history[self.history.len().saturating_sub(8)..].join("\n")
    }

    fn below(&mut self, end: usize) -> usize {
        self.random.random_range(0..end)
    }

    fn one_of<T: Copy>(&mut self, of: &[T]) -> T {
        of[self.below(of.len())]
    }

    /// How many edits follow each other at once.
    pub(super) fn count(&mut self) -> usize {
        self.one_of(&[1, 1, 1, 2, 3])
    }

    /// One edit of whatever it may be. Labs that are broken are mended more often than broken
    /// again.
    pub(super) fn edit(&mut self, lab: &mut Lab, disk: &Disk) {
        if !lab.is_valid() && self.below(3) > 0 {
            self.mend(lab, disk);
            return;
        }
        match self.below(16) {
            0..6 => self.edit_country(lab, disk),
            6..9 => self.edit_list(lab, disk),
            9..12 => self.edit_zone(lab, disk),
            12..14 => {
                lab.default = self.maybe(COUNTRIES);
                self.put(Place::Lab, lab, disk);
            }
            14 => {
                self.history.push("another folder of countries".to_owned());
                disk.replace_folder();
            }
            _ => {
                self.history.push("an editor's own files".to_owned());
                disk.scribble();
            }
        }
    }

    fn maybe(&mut self, end: usize) -> Option<usize> {
        Some(self.below(end)).filter(|_| self.below(3) > 0)
    }

    /// Brings a file to what the lab says, in one way or another. The lab file's beginning is a
    /// lab file too, so it is never there.
    fn put(&mut self, place: Place, lab: &Lab, disk: &Disk) {
        let ways = if place == Place::Lab { &[Way::Beside, Way::Link][..] } else { &Way::ALL };
        let way = self.one_of(ways);
        self.history.push(format!("{place:?} {way:?}"));
        disk.put(place, lab, way);
    }

    fn country(&mut self) -> CountryFile {
        CountryFile {
            country: self.below(COUNTRIES),
            answer: self.below(usize::from(ANSWERS)) as u8,
            list: self.maybe(LISTS),
            fault: None,
        }
    }

    fn edit_country(&mut self, lab: &mut Lab, disk: &Disk) {
        let (number, other) = (self.below(FILES), self.below(FILES));
        let place = Place::Country(number);
        match (self.below(8), lab.files[number]) {
            (0, Some(_)) => lab.files[number] = None,
            (1, Some(file)) => {
                let fault = Some(self.below(FAULTS.len()));
                lab.files[number] = Some(CountryFile { fault, ..file });
            }
            (2 | 3, Some(_)) if number != other => {
                lab.files[other] = lab.files[number].take();
                self.history.push(format!("{place:?} is now {other}"));
                disk.rename(place, Place::Country(other));
                return;
            }
            (4 | 5, Some(file)) => {
                // Another answer of the same country.
                let CountryFile { answer, list, .. } = self.country();
                lab.files[number] = Some(CountryFile { answer, list, fault: None, ..file });
            }
            _ => lab.files[number] = Some(self.country()),
        }
        self.put(place, lab, disk);
    }

    fn edit_list(&mut self, lab: &mut Lab, disk: &Disk) {
        let number = self.below(LISTS);
        let (place, other) = (Place::List(number), (number + 1) % LISTS);
        match (self.below(6), lab.lists[number]) {
            (0, Some(_)) => lab.lists[number] = None,
            (1, Some(_)) => {
                lab.lists[other] = lab.lists[number].take();
                self.history.push(format!("{place:?} is now {other}"));
                disk.rename(place, Place::List(other));
                return;
            }
            _ => lab.lists[number] = Some([(); 3].map(|()| self.below(2) == 0)),
        }
        self.put(place, lab, disk);
    }

    fn edit_zone(&mut self, lab: &mut Lab, disk: &Disk) {
        let number = self.below(ZONES);
        let (place, other) = (Place::Zone(number), (number + 1) % ZONES);
        match (self.below(6), lab.zones[number]) {
            (0, Some(_)) => lab.zones[number] = None,
            (1, Some(_)) => {
                lab.zones[other] = lab.zones[number].take();
                self.history.push(format!("{place:?} is now {other}"));
                disk.rename(place, Place::Zone(other));
                return;
            }
            (chance, _) => {
                let address = self.below(250) as u8;
                lab.zones[number] = Some(ZoneFile { address, is_broken: chance == 2 });
            }
        }
        self.put(place, lab, disk);
    }

    /// Mends all that is wrong, one file after the other.
    fn mend(&mut self, lab: &mut Lab, disk: &Disk) {
        let mut wrong = Vec::new();
        let mut seen = Vec::new();
        for (number, file) in lab.files.iter_mut().enumerate() {
            let Some(country) = file else { continue };
            let is_first = !seen.contains(&country.country);
            seen.push(country.country);
            if country.fault.take().is_some() || !is_first {
                wrong.push(Place::Country(number));
            }
            if !is_first {
                *file = None;
            }
        }
        if seen.is_empty() {
            lab.files[0] = Some(self.country());
            wrong.push(Place::Country(0));
        }
        for (number, list) in lab.lists.iter_mut().enumerate() {
            if !list.is_some_and(|names| names.contains(&true)) {
                *list = Some([true, true, false]);
                wrong.push(Place::List(number));
            }
        }
        for (number, zone) in lab.zones.iter_mut().enumerate() {
            if let Some(zone) = zone.as_mut().filter(|zone| zone.is_broken) {
                zone.is_broken = false;
                wrong.push(Place::Zone(number));
            }
        }
        if lab
            .default
            .is_some_and(|number| lab.files.iter().flatten().all(|file| file.country != number))
        {
            lab.default = None;
            wrong.push(Place::Lab);
        }
        for place in wrong {
            self.put(place, lab, disk);
        }
    }
}
