//! The shipped countries, asked over the wire. (Their own examples are run whenever they are
//! loaded.)

use crate::support::{
    engine::{
        Evidence, Lab, Question, clients, decide, evidence, explained, load_shipped, networks,
        rule_count, zone_count,
    },
    server::start_on,
    wire::{data, question},
};
use hickory_proto::{op::ResponseCode, rr::RecordType};
use std::net::IpAddr;

/// A client of every country and of every operator, with a label for messages.
fn labelled_clients(lab: &Lab) -> Vec<(String, IpAddr)> {
    let label = |country: String, operator: Option<String>| match operator {
        Some(operator) => format!("{country} {operator}"),
        None => country,
    };
    networks(lab).into_iter().map(|one| (label(one.country, one.operator), one.client)).collect()
}

/// Each country, and the second octet of its networks.
#[rustfmt::skip]
const SECOND_OCTETS: &[(&str, &str)] = &[
    ("AE", "171"), ("AM", "174"), ("AR", "54"), ("AT", "43"), ("AU", "61"), ("AZ", "194"),
    ("BE", "32"), ("BI", "157"), ("BR", "55"), ("BY", "175"), ("CA", "101"), ("CN", "86"),
    ("CO", "57"), ("CU", "53"), ("CZ", "120"), ("DE", "49"), ("DK", "45"), ("EG", "20"),
    ("ES", "34"), ("ET", "151"), ("FI", "158"), ("FR", "33"), ("GB", "44"), ("GR", "30"),
    ("ID", "62"), ("IN", "91"), ("IR", "98"), ("IT", "39"), ("JO", "162"), ("KG", "196"),
    ("KH", "155"), ("KR", "82"), ("KW", "165"), ("KZ", "107"), ("LT", "170"), ("MM", "95"),
    ("MY", "60"), ("NG", "134"), ("NL", "31"), ("NP", "177"), ("PH", "63"), ("PK", "92"),
    ("PL", "48"), ("RU", "7"), ("SA", "166"), ("SG", "65"), ("SS", "111"), ("TH", "66"),
    ("TJ", "192"), ("TM", "193"), ("TR", "90"), ("TZ", "255"), ("UA", "180"), ("UG", "156"),
    ("US", "1"), ("UZ", "198"), ("VE", "58"), ("VN", "84"),
];

#[test]
fn the_countries_have_the_networks_of_the_telephone_code() {
    let countries = clients(&load_shipped(None));
    let codes: Vec<_> = countries.iter().map(|(code, _)| code.as_str()).collect();
    assert!({ codes.into_iter() }.eq(SECOND_OCTETS.iter().map(|(code, _)| *code)));
    for ((_, networks), (_, second)) in countries.iter().zip(SECOND_OCTETS) {
        assert_eq!(*networks, [format!("127.{second}.0.0/16"), format!("10.{second}.0.0/16")]);
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
    let lab = load_shipped(None);
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
            for (label, client) in labelled_clients(&lab) {
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
        let mut query = question("rsf.org.", RecordType::TXT);
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
fn the_forms_of_kyrgyz_and_tajik_blocks_are_assumed_throughout_and_open_countries_have_no_rules() {
    let lab = load_shipped(None);
    for code in ["KG", "TJ"] {
        assert_eq!(evidence(&lab, code), [Evidence::Assumed], "{code}");
    }
    for code in ["US", "UZ"] {
        assert_eq!(rule_count(&lab, code), 0, "{code}");
    }
}

#[test]
fn every_name_of_every_zone_is_honest_in_the_open_countries() {
    let lab = load_shipped(None);
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
            let question = Question::new(name, RecordType::A, client.parse().unwrap());
            let word = decide(&lab, &question).verdict;
            assert_eq!(word.as_str(), "honest", "{name} from {client}");
        }
    }
}

#[test]
fn what_is_explained_is_what_is_sent() {
    let (server, mut compared) = (start_on("2026-11-22"), 0);
    let lab = load_shipped(Some("2026-11-22"));
    let names = [
        "example.com",
        "rsf.org",
        "dailymotion.com",
        "nosuch.example.com",
        "nowhere.example",
        "youtube.com",
        "csail.mit.edu",
    ];
    let types = [RecordType::A, RecordType::MX, RecordType::AXFR, RecordType::TXT];
    for (label, client) in
        labelled_clients(&lab).into_iter().filter(|(label, _)| !label.starts_with("CN"))
    {
        for (name, rtype) in names.into_iter().flat_map(|name| types.map(|rtype| (name, rtype))) {
            let explained = explained(&lab, &Question::new(name, rtype, client))
                .expect("without an upstream everything is known");
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
    assert!(zone_count(&load_shipped(None)) >= 60);
}
