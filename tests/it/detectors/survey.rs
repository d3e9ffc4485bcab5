//! Questions put to running servers, each with the judgement that is expected of the tools.

use super::{
    Judgement,
    heard::{Client, HOLD, Heard},
    judge,
};
use crate::support::{Running, Scratch, repository, start_shelves};
use hickory_proto::rr::RecordType;
use jiff::civil::Date;
use splinterdns::{
    config::{LabSpec, Shelf},
    lab::{Asker, Lab, Shelves, load},
    name::{Name, wire_name},
    query::{Query, Transport, Type},
};
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

/// The shipped lab, to take names and addresses from.
pub(super) fn shipped() -> Lab {
    let shelves = Shelves::new(Shelf::built_in_configs(), LabSpec::default());
    load(&shelves).unwrap_or_else(|error| panic!("{error}")).0
}

/// A client of a country, or of one of its operators.
pub(super) fn client_of(lab: &Lab, country: &str, operator: Option<&str>) -> IpAddr {
    let country = lab.policy.country(country.parse().unwrap()).unwrap();
    let Some(slug) = operator else { return country.client().unwrap() };
    country
        .operators
        .iter()
        .find(|operator| operator.slug == slug)
        .and_then(|operator| operator.client())
        .unwrap()
}

pub(super) fn asker(client: IpAddr, transport: Transport, today: Date) -> Asker {
    Asker { client, transport, now: today.into(), welcome: true }
}

pub(super) fn query(
    name: &str,
    rtype: RecordType,
    client: IpAddr,
    transport: Transport,
    today: Date,
) -> Query {
    asker(client, transport, today).asks(Name::parse(name).unwrap(), Type(rtype))
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
        for entry in fs::read_dir(repository().join("zones")).unwrap() {
            let path = entry.unwrap().path();
            let name = path.file_name().unwrap().to_string_lossy();
            folder.write(&format!("zones/{name}"), &fs::read_to_string(&path).unwrap());
        }
        for name in cases.iter().filter(|case| !has_address(lab, case)).map(|case| &case.name) {
            // Cloudflare's resolver: genuine, and nobody's block page.
            let zone = "$TTL 300\n@ SOA ns hostmaster 1 3600 600 86400 60\n@ NS ns\n@ A 1.1.1.1\n@ AAAA 2606:4700:4700::1111\n";
            folder.write(&format!("zones/{name}.zone"), zone);
        }
        Self { folder }
    }

    fn start(&self, today: Date) -> Running {
        let zones = Some(Shelf::Folder(self.folder.path().join("zones")));
        let flags = LabSpec { today: Some(today.into()), ..LabSpec::default() };
        start_shelves(Shelves { zones, ..Shelves::new(Shelf::built_in_configs(), flags) })
    }
}

fn has_address(lab: &Lab, case: &Case) -> bool {
    let asker = asker(CONTROL, Transport::Udp, case.day);
    let rehearsal = lab.rehearse(&wire_name(&case.name).unwrap(), Type(case.rtype), asker);
    let message = rehearsal.parts.first().and_then(|part| part.what.message());
    message.is_some_and(|message| {
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
