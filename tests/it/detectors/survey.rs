//! Questions put to running servers, each with the judgement that is expected of the tools.

use super::{
    Judgement,
    heard::{Client, HOLD, Heard},
    judge,
};
use crate::support::{
    engine::{Flags, Lab, Question, Transport, explained, with_zones},
    files::{Scratch, entries},
    server::{Running, start_from},
};
use hickory_proto::rr::RecordType;
use jiff::civil::Date;
use std::{
    collections::BTreeMap,
    fs,
    net::{IpAddr, Ipv4Addr},
    thread,
    time::{Duration, Instant},
};

/// A client in nobody's network, whose answers are honest: the control.
pub(super) const CONTROL: IpAddr = IpAddr::V4(Ipv4Addr::LOCALHOST);

/// As long as the tools wait, and as long again and more, because the machine may be busy with
/// other tests.
const WAIT: Duration = HOLD.saturating_mul(3);

/// A question from a client of a country, and what the tools must say of the replies.
pub(super) struct Case {
    pub(super) day: Date,
    pub(super) country: String,
    pub(super) client: IpAddr,
    pub(super) name: String,
    pub(super) rtype: RecordType,
    pub(super) expected: Judgement,
}

/// The day's servers with the shipped zones, and with a zone of its own for every name that has no
/// address of the type in those: the tools measured names that resolve elsewhere, and a control
/// that fails says nothing.
struct Labs {
    folder: Scratch,
}

impl Labs {
    fn new(lab: &Lab, cases: &[Case]) -> Self {
        let folder = Scratch::new();
        for path in entries("zones") {
            let name = path.file_name().unwrap().to_string_lossy();
            folder.write(&format!("zones/{name}"), &fs::read_to_string(&path).unwrap());
        }
        for case in cases.iter().filter(|case| !has_address(lab, case)) {
            // Cloudflare's resolver: genuine, and nobody's block page. A shipped zone of that name
            // keeps what it has; a new one hides what one above it has of the name, so it has both.
            let (a, aaaa) = ("@ A 149.112.112.112\n", "@ AAAA 2606:4700:4700::1111\n");
            let file = format!("zones/{}.zone", case.name);
            let zone = match fs::read_to_string(folder.path().join(&file)) {
                Ok(zone) => {
                    let record = if case.rtype == RecordType::AAAA { aaaa } else { a };
                    if zone.contains(record) { zone } else { format!("{zone}\n{record}") }
                }
                Err(_) => {
                    format!("$TTL 300\n@ SOA ns hostmaster 1 3600 600 86400 60\n@ NS ns\n{a}{aaaa}")
                }
            };
            folder.write(&file, &zone);
        }
        Self { folder }
    }

    fn start(&self, today: Date) -> Running {
        let flags = Flags { today: Some(today.into()), ..Flags::default() };
        start_from(with_zones(&self.folder.path().join("zones"), flags))
    }
}

fn has_address(lab: &Lab, case: &Case) -> bool {
    let (transport, now) = (Transport::Udp, case.day.into());
    let question =
        Question { name: &case.name, rtype: case.rtype, client: CONTROL, transport, now };
    explained(lab, &question).is_some_and(|message| {
        message.answers.iter().any(|record| record.record_type() == case.rtype)
    })
}

/// Asks all, each day's by UDP of a server of that day, and says which judgements are others than
/// expected.
pub(super) fn differences(lab: &Lab, cases: &[Case]) -> Vec<String> {
    let labs = Labs::new(lab, cases);
    let mut days: BTreeMap<Date, Vec<&Case>> = BTreeMap::new();
    cases.iter().for_each(|case| days.entry(case.day).or_default().push(case));
    thread::scope(|scope| {
        let asked: Vec<_> = days
            .iter()
            .map(|(day, cases)| scope.spawn(|| ask_on(&labs.start(*day), cases)))
            .collect();
        asked.into_iter().flat_map(|asked| asked.join().unwrap()).collect()
    })
}

fn ask_on(server: &Running, cases: &[&Case]) -> Vec<String> {
    let put = |case: &Case, client| {
        let mut client = Client::udp(server, client);
        client.put(&case.name, case.rtype);
        client
    };
    let mut asked: Vec<_> =
        cases.iter().map(|case| (*case, put(case, case.client), put(case, CONTROL))).collect();
    let until = Instant::now() + WAIT;
    for (_, client, control) in &mut asked {
        client.drain(until);
        control.drain(until);
    }
    asked
        .iter()
        .filter_map(|(case, client, control)| {
            case.difference(&client.asked[0].heard, &control.asked[0].heard)
        })
        .collect()
}

impl Case {
    fn difference(&self, heard: &Heard, control: &Heard) -> Option<String> {
        let Self { day, country, client, name, rtype, expected } = self;
        let said = judge(country, heard, control);
        (said != *expected)
            .then(|| format!("{name} {rtype} from {client} on {day}: {said:?}, not {expected:?}"))
    }
}
