//! What measurement tools would conclude: their published rules, written anew and small, judge what
//! comes over the wire.
//!
//! The tools (`ooni`, `satellite`, `injection`) see DNS messages alone. What they must say of the
//! measured lies stands in `table`, by hand, from the publications and not from the configs; of an
//! honest answer none may say anything.
//!
//! Left out are the tools that need more than DNS: certificates (CERTainty, Iris) and AS numbers
//! (ICLab, Iris); and OONI's `dns_injection` (ts-012), which asks where no server is.

mod heard;
mod honest;
mod injection;
mod measured;
mod ooni;
mod satellite;
mod survey;
mod table;

use crate::support::{
    engine::{client_of, load_shipped, zone_count},
    server::start_on,
};
use heard::Heard;
use hickory_proto::{
    op::ResponseCode,
    rr::RecordType::{A, AAAA},
};
use honest::{Control, ask_all, wired_networks};
use jiff::civil::date;
use measured::{DAY, cases, measured_rules};
use ooni::Ooni;
use satellite::Satellite;
use std::collections::BTreeSet;
use survey::{Case, differences};
use table::{KNOWN_PAGE, LOOPBACK, Line, NXDOMAIN, TABLE, plain};

/// What all tools say of the replies to one question.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Judgement {
    ooni: Ooni,
    satellite: Satellite,
    /// GFWatch takes it for the Great Firewall's.
    gfwatch: bool,
    /// Hold-On takes it for injected.
    hold_on: bool,
}

/// No tool sees anything.
const CLEAN: Judgement = plain(Ooni::Matches, Satellite::MatchIp);

/// A name without an address of the type, here as in the control.
const CLEAN_NOTHING: Judgement = plain(Ooni::FailureInControl, Satellite::ControlFailed);

fn judge(country: &str, heard: &Heard, control: &Heard) -> Judgement {
    Judgement {
        ooni: ooni::judge(country, heard, control),
        satellite: satellite::judge(heard, control),
        gfwatch: injection::is_gfw(heard),
        hold_on: injection::is_injected(heard),
    }
}

#[test]
fn every_measured_rule_is_judged_as_its_publication_did() {
    let lab = load_shipped(None);
    let rules = measured_rules();
    let mut missing = BTreeSet::new();
    let (cases, lines): (Vec<_>, Vec<_>) =
        rules.iter().flat_map(|rule| cases(rule, &lab, &mut missing)).unzip();
    assert!(missing.is_empty(), "no line of the table says how tools judge {missing:#?}");
    let used: BTreeSet<_> = lines.into_iter().flatten().collect();
    let unused = (0..TABLE.len()).filter(|number| !used.contains(number));
    let unused: Vec<_> = unused
        .map(|number| {
            let Line { country, operator, kind, rule, types, .. } = &TABLE[number];
            format!("{country} {operator:?} {kind:?} {types:?} {rule:?}")
        })
        .collect();
    assert!(unused.is_empty(), "no measured rule uses the lines of the table {unused:#?}");
    let differences = differences(&lab, &cases);
    assert!(differences.is_empty(), "{}", differences.join("\n"));
}

/// Kinds of which no measured rule is shipped.
#[test]
fn lies_that_were_not_measured_are_judged_by_their_kind() {
    let lab = load_shipped(None);
    let error = |code| plain(Ooni::Failure, Satellite::Error(code));
    let (spring, summer) = (date(2026, 3, 1), date(2017, 6, 29));
    let july = date(2026, 7, 1);
    let table = [
        // Silence, SERVFAIL, REFUSED, and an alias alone.
        ("VE", Some("cantv"), summer, "facebook.com", A, plain(Ooni::Failure, Satellite::TimedOut)),
        ("DE", Some("servfail"), july, "kinox.to", A, error(ResponseCode::ServFail)),
        ("DE", Some("refused"), july, "kinox.to", A, error(ResponseCode::Refused)),
        ("DE", Some("telekom"), july, "kinox.to", A, plain(Ooni::Failure, Satellite::Empty)),
        // An alias with an address, and for AAAA the alias alone.
        ("ID", None, spring, "reddit.com", A, KNOWN_PAGE),
        ("ID", Some("biznet"), spring, "reddit.com", A, KNOWN_PAGE),
        (
            "ID",
            Some("biznet"),
            spring,
            "reddit.com",
            AAAA,
            plain(Ooni::Blockpage, Satellite::Empty),
        ),
        // What Brazil's recipes make, and what the national DNS of Russia dropped.
        ("BR", None, date(2024, 9, 10), "x.com", A, NXDOMAIN),
        ("BR", Some("cname-localhost"), date(2024, 9, 10), "x.com", A, LOOPBACK),
        ("RU", None, spring, "youtube.com", A, NXDOMAIN),
    ];
    let case = |(country, operator, day, name, rtype, expected): (&str, _, _, &str, _, _)| {
        let client = client_of(&lab, country, operator);
        Case { day, country: country.to_owned(), client, name: name.to_owned(), rtype, expected }
    };
    let differences = differences(&lab, &table.map(case));
    assert!(differences.is_empty(), "{}", differences.join("\n"));
}

#[test]
fn every_honest_answer_of_every_country_and_operator_is_judged_clean() {
    let lab = load_shipped(None);
    let server = start_on(&DAY.to_string());
    let control = Control::ask(&server);
    let names: BTreeSet<_> = control.names().collect();
    assert!(names.len() > zone_count(&lab), "every zone, and more: {names:?}");
    assert_eq!(control.suspects(), [""; 0]);
    let networks = wired_networks(&lab);
    let mut complaints = Vec::new();
    for (network, client) in ask_all(&server, &lab, &networks, &control, DAY) {
        // Nobody blocks half of the names.
        assert!(
            client.asked.len() > names.len(),
            "{}: {} questions",
            network.label,
            client.asked.len()
        );
        complaints
            .extend(client.asked.iter().filter_map(|asked| network.complaint(asked, &control)));
    }
    assert!(complaints.is_empty(), "{} answers:\n{}", complaints.len(), complaints.join("\n"));
}
