//! Arbitrary text as a country file: its report, or a country that answers its own examples and is
//! asked about each of its names.

#![no_main]

use libfuzzer_sys::{Corpus, fuzz_target};
use splinterdns::{
    config::{CountrySpec, ExampleSpec},
    diagnostic::Report,
    dns::{Rtype, Transport, wire_name},
    engine::{Engine, Payload, Request, Scratch, ServerRole, check_countries},
    files::FileSource,
    policy::Country,
    zone::Zones,
};
use splinterdns_fuzz::{
    labs::{self, flags},
    messages::{check_reply, query},
    reports, seeds,
};
use std::net::IpAddr;

/// As many names of a file are asked for.
const MOST_NAMES: usize = 16;

/// Asks for a name, and has all that goes out looked at.
fn ask(engine: &Engine, client: IpAddr, name: &str, rtype: Rtype) {
    let Ok(name) = wire_name(name) else { return };
    let mut wire = Vec::new();
    splinterdns::dns::write_wire(&name, &mut wire);
    for (transport, payload) in [(Transport::Udp, None), (Transport::Tcp, Some(1232))] {
        let octets = query(7, &wire, rtype.0.into(), payload);
        let arrival = engine.settings.clock.now();
        let request = Request {
            octets: &octets,
            client,
            transport,
            binding: None,
            role: ServerRole::Resolver,
            arrival,
        };
        let mut scratch = Scratch::with_cache(0);
        let response = engine.respond(&request, &mut scratch);
        for transmission in response.transmissions {
            if let Payload::Message(range, _) = &transmission.payload {
                check_reply(&octets, &response.octets[range.clone()]);
            }
        }
    }
}

/// The country's client, or its operator's, that an example is about.
fn client(country: &Country, example: &ExampleSpec) -> Option<IpAddr> {
    let Some(operator) = &example.operator else { return country.client() };
    country.operators.iter().find(|one| one.slug == operator.value)?.client()
}

fn check_sound(spec: &CountrySpec, engine: &Engine) {
    let country = engine.policy.country(spec.country.value).expect("it was compiled");
    for example in spec.examples.iter().take(MOST_NAMES) {
        let client = client(country, example).expect("an example that nobody asks is a problem");
        let arrival = example.today.unwrap_or_else(|| engine.settings.clock.now());
        let name = wire_name(example.qname.as_str()).unwrap();
        let said = engine.explain(&name, example.qtype, (client, example.transport), arrival);
        assert_eq!(said.verdict, example.expect.value, "{:?}", example.ask);
        ask(engine, client, example.qname.as_str(), example.qtype);
    }
    let operators = spec.operators.iter().flat_map(|operator| &operator.rules);
    let names = spec.rules.iter().chain(operators).flat_map(|rule| rule.names.iter().flatten());
    let clients = country.client().into_iter();
    let clients = clients.chain(country.operators.iter().find_map(|operator| operator.client()));
    let clients: Vec<_> = clients.collect();
    for name in names.filter_map(|at| at.value.view().anchor()).take(MOST_NAMES) {
        for client in &clients {
            ask(engine, *client, name, "A".parse().unwrap());
        }
    }
}

fn seeds() -> Vec<Vec<u8>> {
    let mut seeds = seeds::files("configs/countries", ".yaml");
    seeds.extend(seeds::files("tests/invalid", ".yaml"));
    seeds.extend(seeds::scenario_countries());
    seeds.extend(seeds::documents());
    seeds
}

fuzz_target!(init: seeds::write_if_wanted(seeds), |octets: &[u8]| -> Corpus {
    let Ok(text) = str::from_utf8(octets) else { return Corpus::Reject };
    let files = FileSource::Input(text.into());
    let mut report = Report::default();
    check_countries(&files, &files.countries().unwrap(), &mut report).unwrap();
    reports::check(&report);
    // An example without a day may hold on one day only, which is said; the days differ here.
    if report.is_clean() {
        let mut report = Report::default();
        let spec = labs::spec(text, &mut report).expect("it was read before");
        let engine = labs::engine(
            std::slice::from_ref(&spec),
            Zones::default(),
            flags(),
            &mut report,
        );
        assert!(report.is_clean(), "{report}");
        check_sound(&spec, &engine);
    }
    Corpus::Keep
});
