//! What a lab's files say, and what a server with them answers.

use hickory_proto::op::ResponseCode;

/// Countries there may be, and files for them.
pub(super) const COUNTRIES: usize = 3;
pub(super) const FILES: usize = 4;
pub(super) const LISTS: usize = 2;
pub(super) const ZONES: usize = 2;
/// Names that a list may hold.
pub(super) const NAMES: usize = 3;

/// How a country answers what its own rule is about: RCODEs, then addresses.
pub(super) const RCODES: [(&str, ResponseCode); 2] =
    [("nxdomain", ResponseCode::NXDomain), ("refused", ResponseCode::Refused)];
pub(super) const ANSWERS: u8 = 8;

/// The files of a lab, each in its place; nothing where there is none.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Lab {
    pub(super) files: [Option<CountryFile>; FILES],
    /// Which names a list holds.
    pub(super) lists: [Option<[bool; NAMES]>; LISTS],
    pub(super) zones: [Option<ZoneFile>; ZONES],
    /// Where clients are that are in nobody's network.
    pub(super) default: Option<usize>,
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct CountryFile {
    pub(super) country: usize,
    pub(super) answer: u8,
    pub(super) list: Option<usize>,
    /// Which of the things that may be wrong with a file is wrong with this one.
    pub(super) fault: Option<usize>,
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct ZoneFile {
    pub(super) address: u8,
    pub(super) is_broken: bool,
}

/// What a client is told.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Answer {
    pub(super) rcode: ResponseCode,
    pub(super) addresses: Vec<String>,
}

/// Who asks for what: a client of each country, and one of none.
pub(super) const QUESTIONS: [(&str, &str); 18] = [
    ("127.200.0.1", "own.example."),
    ("127.200.0.1", "name0.list.example."),
    ("127.200.0.1", "name1.list.example."),
    ("127.200.0.1", "name2.list.example."),
    ("127.201.0.1", "own.example."),
    ("127.201.0.1", "name0.list.example."),
    ("127.201.0.1", "name1.list.example."),
    ("127.201.0.1", "name2.list.example."),
    ("127.202.0.1", "own.example."),
    ("127.202.0.1", "name0.list.example."),
    ("127.202.0.1", "name1.list.example."),
    ("127.202.0.1", "name2.list.example."),
    ("127.250.0.1", "own.example."),
    ("127.250.0.1", "name0.list.example."),
    ("127.250.0.1", "name1.list.example."),
    ("127.250.0.1", "name2.list.example."),
    ("127.200.0.1", "www.zone0.example."),
    ("127.250.0.1", "www.zone1.example."),
];

impl Lab {
    /// A valid one.
    pub(super) fn first() -> Self {
        let country = |country, list| CountryFile { country, answer: 0, list, fault: None };
        Self {
            files: [Some(country(0, Some(0))), Some(country(1, None)), None, None],
            lists: [Some([true, false, true]), Some([false, true, false])],
            zones: [Some(ZoneFile { address: 1, is_broken: false }), None],
            default: None,
        }
    }

    fn countries(&self) -> impl Iterator<Item = &CountryFile> {
        self.files.iter().flatten()
    }

    fn country(&self, number: usize) -> Option<&CountryFile> {
        self.countries().find(|file| file.country == number)
    }

    /// Whether all of it is sound: one country at least, each once and with the list that it
    /// names, which holds something.
    pub(super) fn is_valid(&self) -> bool {
        let is_sound = |file: &CountryFile| {
            let twice = self.countries().filter(|other| other.country == file.country).count() > 1;
            let list =
                |number: usize| self.lists[number].is_some_and(|names| names.contains(&true));
            file.fault.is_none() && !twice && file.list.is_none_or(list)
        };
        self.countries().next().is_some()
            && self.countries().all(is_sound)
            && self.zones.iter().flatten().all(|zone| !zone.is_broken)
            && self.default.is_none_or(|number| self.country(number).is_some())
    }

    /// What a server says to all questions.
    pub(super) fn answers(&self) -> Vec<Answer> {
        QUESTIONS.iter().map(|(client, name)| self.answer(client, name)).collect()
    }

    fn answer(&self, client: &str, name: &str) -> Answer {
        let none = |rcode| Answer { rcode, addresses: Vec::new() };
        let digit = |text: &str, at: usize| usize::from(text.as_bytes()[at] - b'0');
        if let Some(rest) = name.strip_prefix("www.zone") {
            // What is in no zone is asked of nobody.
            let Some(zone) = self.zones[digit(rest, 0)] else {
                return none(ResponseCode::ServFail);
            };
            return addressed(10, zone.address);
        }
        // 127.20N.0.1 is in the network of the country with that number.
        let own = client.strip_prefix("127.20").and_then(|rest| self.country(digit(rest, 0)));
        let country = own.or_else(|| self.country(self.default?));
        let blocked = country.filter(|file| match name.strip_prefix("name") {
            None => true,
            Some(rest) => {
                let names = file.list.and_then(|list| self.lists[list]);
                names.is_some_and(|names| names[digit(rest, 0)])
            }
        });
        let Some(country) = blocked else { return none(ResponseCode::ServFail) };
        match RCODES.get(usize::from(country.answer)) {
            Some((_, rcode)) => none(*rcode),
            None => addressed(country.country as u8, country.answer),
        }
    }
}

fn addressed(third: u8, last: u8) -> Answer {
    Answer { rcode: ResponseCode::NoError, addresses: vec![format!("192.0.{third}.{last}")] }
}
