//! The shipped countries, asked over the wire. (Their own examples are run whenever they are
//! loaded.)

use crate::support::{data, start_on};
use hickory_proto::{op::ResponseCode, rr::RecordType};
use splinterdns::{
    config::{Evidence, LabSpec, Shelf},
    lab::{Asker, Lab, Shelves, load},
    name::Name,
    query::{Transport, Type},
};
use std::net::IpAddr;

fn shipped() -> Lab {
    let shelves = Shelves::new(Shelf::built_in_configs(), LabSpec::default());
    load(&shelves).unwrap_or_else(|error| panic!("{error}")).0
}

fn asker(client: IpAddr) -> Asker {
    Asker {
        client,
        transport: Transport::Udp,
        now: "2026-11-22T12:00".parse().unwrap(),
        welcome: true,
    }
}

/// A client of every country and of every operator, with a label for messages.
fn clients(lab: &Lab) -> Vec<(String, IpAddr)> {
    let mut clients = Vec::new();
    for country in lab.policy.countries() {
        clients.push((country.code.to_string(), country.client().unwrap()));
        let operators = country
            .operators
            .iter()
            .map(|op| (format!("{} {}", country.code, op.slug), op.client().unwrap()));
        clients.extend(operators);
    }
    clients
}

#[test]
fn the_countries_have_the_networks_of_the_telephone_code() {
    let lab = shipped();
    let table = [
        ("AM", "174"),
        ("BR", "55"),
        ("CN", "86"),
        ("CZ", "120"),
        ("DE", "49"),
        ("DK", "45"),
        ("ES", "34"),
        ("FR", "33"),
        ("GB", "44"),
        ("GR", "30"),
        ("ID", "62"),
        ("IN", "91"),
        ("IR", "98"),
        ("IT", "39"),
        ("KG", "196"),
        ("KH", "155"),
        ("KZ", "107"),
        ("MM", "95"),
        ("MY", "60"),
        ("NP", "177"),
        ("PK", "92"),
        ("PL", "48"),
        ("RU", "7"),
        ("SA", "166"),
        ("SG", "65"),
        ("TH", "66"),
        ("TJ", "192"),
        ("TM", "193"),
        ("TR", "90"),
        ("US", "1"),
        ("UZ", "198"),
        ("VE", "58"),
        ("VN", "84"),
    ];
    let codes: Vec<_> =
        lab.policy.countries().iter().map(|country| country.code.to_string()).collect();
    assert_eq!(codes, table.map(|(code, _)| code));
    for (country, (_, second)) in lab.policy.countries().iter().zip(table) {
        let networks: Vec<_> = country.clients.iter().map(ToString::to_string).collect();
        assert_eq!(networks, [format!("127.{second}.0.0/16"), format!("10.{second}.0.0/16")]);
    }
}

#[test]
fn every_type_of_a_name_that_is_never_blocked_survives_in_every_country() {
    let server = start_on("2026-11-22");
    let types = [
        RecordType::A,
        RecordType::AAAA,
        RecordType::MX,
        RecordType::TXT,
        RecordType::NS,
        RecordType::SOA,
        RecordType::HTTPS,
        RecordType::CAA,
        RecordType::SRV,
        RecordType::CNAME,
        RecordType::ANY,
        RecordType::Unknown(65_280),
    ];
    let lab = shipped();
    let mut answered = 0;
    for name in [
        "example.com.",
        "www.example.com.",
        "iana.org.",
        "cloudflare.com.",
        "debian.org.",
        "nosuch.example.com.",
    ] {
        for rtype in types {
            let honest = server.ask("127.0.0.1", name, rtype);
            answered += honest.answers.len();
            for (label, client) in clients(&lab) {
                let answer = server.ask(&client.to_string(), name, rtype);
                assert_eq!(answer.answers, honest.answers, "{name} {rtype} in {label}");
                assert_eq!(answer.response_code, honest.response_code, "{name} {rtype} in {label}");
            }
        }
    }
    assert!(answered > 50, "{answered} records were compared");
}

#[test]
fn the_two_neighbours_see_two_internets() {
    let server = start_on("2026-11-22");
    let china = data(&server.ask("127.86.0.1", "www.facebook.com.", RecordType::A));
    let america = data(&server.ask("127.1.0.1", "www.facebook.com.", RecordType::A));
    assert_eq!(china, ["208.77.47.172"], "the first of the ring");
    assert_eq!(america[0], "star-mini.c10r.facebook.com.");
}

#[test]
fn brazil_blocked_x_for_some_weeks_of_2024() {
    for (day, blocked) in [("2024-08-29", false), ("2024-09-10", true), ("2024-12-01", false)] {
        let answer = start_on(day).ask("127.55.0.1", "x.com.", RecordType::A);
        assert_eq!(answer.response_code == ResponseCode::NXDomain, blocked, "{day}");
        assert_eq!(answer.answers.is_empty(), blocked, "{day}");
    }
}

#[test]
fn russia_has_removed_youtube_since_february_2026() {
    for (day, removed) in [("2026-02-09", false), ("2026-02-10", true), ("2026-03-01", true)] {
        let answer = start_on(day).ask("127.7.0.1", "youtube.com.", RecordType::A);
        assert_eq!(answer.response_code == ResponseCode::NXDomain, removed, "{day}");
    }
}

#[test]
fn the_ring_goes_on_with_every_answer_and_begins_anew_with_the_server() {
    let first_three = || {
        let server = start_on("2026-11-22");
        (0..3)
            .map(|_| data(&server.ask("127.86.0.1", "rsf.org.", RecordType::A)))
            .collect::<Vec<_>>()
            .concat()
    };
    assert_eq!(first_three(), ["208.77.47.172", "173.252.88.133", "173.252.88.67"]);
    assert_eq!(first_three(), first_three(), "same seed, same answers");
}

#[test]
fn chinas_injector_sets_its_flags_by_rd_and_sends_no_opt() {
    let server = start_on("2026-11-22");
    for (rd, flags) in [(true, [0x81, 0x80]), (false, [0x84, 0x00])] {
        let mut query = crate::support::question("rsf.org.", RecordType::TXT);
        query.metadata.recursion_desired = rd;
        let answer = server.ask_octets("127.86.0.1", &query.to_vec().unwrap()).unwrap();
        assert_eq!(answer[2..4], flags);
        assert_eq!(answer[4..12], [0, 1, 0, 1, 0, 0, 0, 0], "one question, one answer, no OPT");
        assert_eq!(
            answer[25..31],
            [0xc0, 0x0c, 0, 1, 0, 1],
            "an A record for a TXT question, its owner a pointer"
        );
    }
}

#[test]
fn indian_operators_lie_each_in_its_own_way() {
    let server = start_on("2026-11-22");
    let act = server.ask("127.91.1.1", "baidu.com.", RecordType::A);
    assert_eq!((data(&act), act.answers[0].ttl), (vec!["202.83.21.14".to_owned()], 0));
    let airtel = server.ask("127.91.2.1", "dailymotion.com.", RecordType::A);
    assert_eq!(data(&airtel), ["dotblocking.dummy.", "13.127.247.216"]);
    assert_eq!(airtel.answers[1].name.to_string(), "dotblocking.dummy.");
}

#[test]
fn the_dns_form_of_kyrgyzstans_and_tajikistans_blocks_is_assumed_throughout_and_the_open_ones_have_no_rules()
 {
    let lab = shipped();
    for code in ["KG", "TJ"] {
        assert_eq!(
            lab.policy.country(code.parse().unwrap()).unwrap().evidence(),
            [Evidence::Assumed],
            "{code}"
        );
    }
    for code in ["US", "UZ"] {
        assert_eq!(lab.policy.country(code.parse().unwrap()).unwrap().rule_count(), 0, "{code}");
    }
}

#[test]
fn every_name_of_every_zone_is_honest_in_the_open_countries() {
    let lab = shipped();
    for name in [
        "facebook.com",
        "twitter.com",
        "youtube.com",
        "mentorproject.org",
        "x.com",
        "torproject.org",
        "gov.ua",
    ] {
        for client in ["127.1.0.1", "127.198.0.1"] {
            let asker = asker(client.parse().unwrap());
            let query = asker.asks(Name::parse(name).unwrap(), Type(RecordType::A));
            assert_eq!(lab.policy.decide(&query).word.as_str(), "honest", "{name} from {client}");
        }
    }
}

#[test]
fn what_is_explained_is_what_is_sent() {
    let (server, mut compared) = (start_on("2026-11-22"), 0);
    let lab = {
        let flags = LabSpec { today: Some("2026-11-22".parse().unwrap()), ..LabSpec::default() };
        load(&Shelves::new(Shelf::built_in_configs(), flags)).unwrap().0
    };
    let names = [
        "example.com",
        "rsf.org",
        "dailymotion.com",
        "nosuch.example.com",
        "nowhere.test",
        "youtube.com",
        "csail.mit.edu",
    ];
    let types = [RecordType::A, RecordType::MX, RecordType::AXFR, RecordType::TXT];
    for (label, client) in clients(&lab).into_iter().filter(|(label, _)| !label.starts_with("CN")) {
        for (name, rtype) in names.into_iter().flat_map(|name| types.map(|rtype| (name, rtype))) {
            let rehearsal = lab.rehearse(
                &splinterdns::name::wire_name(name).unwrap(),
                Type(rtype),
                asker(client),
            );
            let explained =
                rehearsal.parts[0].what.message().expect("without an upstream everything is known");
            let sent = server.ask(&client.to_string(), &format!("{name}."), rtype);
            assert_eq!(explained.response_code, sent.response_code, "{name} {rtype} in {label}");
            assert_eq!(
                explained.metadata.flags().to_string(),
                sent.metadata.flags().to_string(),
                "{name} {rtype} in {label}"
            );
            assert_eq!(explained.answers, sent.answers, "{name} {rtype} in {label}");
            assert_eq!(explained.authorities, sent.authorities, "{name} {rtype} in {label}");
            compared += 1;
        }
    }
    assert!(compared > 500, "{compared} answers");
}

#[test]
fn there_are_at_least_sixty_zones() {
    assert!(shipped().zones.len() >= 60);
}
