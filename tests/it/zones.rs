//! Honest answers from zone files: RFC 1034, RFC 2308, RFC 4592, RFC 6604.

use crate::support::{
    engine::{Flags, with_zones},
    files::Scratch,
    program::splinterdns,
    server::{Running, start_from},
    wire::{data, question},
};
use hickory_proto::{
    op::{Message, ResponseCode},
    rr::RecordType,
};
use serde_json::Value;

const US: &str = "127.1.0.1";

/// Each name stands for one paragraph of the RFCs.
const ZONE: &str = "; splinterdns: complete
$ORIGIN zone.test.
$TTL 300
@       3600 IN SOA ns1 hostmaster 1 3600 600 86400 60
        IN NS    ns1
ns1     IN A     192.0.2.1
many    IN A     192.0.2.10
        IN A     192.0.2.11
        IN A     192.0.2.12
alias   IN CNAME many
second  IN CNAME alias
out     IN CNAME www.elsewhere.example.
other   IN CNAME host.other.test.
dead    IN CNAME nothing
loop1   IN CNAME loop2
loop2   IN CNAME loop1
long    IN TXT   \"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\
aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\" \"bbbbbbbbbb\"
b.c     IN A     192.0.2.20
*.wild  IN A     192.0.2.30
        IN MX    10 mail
real.wild IN TXT \"here\"
*.cwild IN CNAME many
sub     IN NS    ns.sub
ns.sub  IN A     192.0.2.53
";

const OTHER: &str = "; splinterdns: complete
$TTL 300
@ IN SOA ns hostmaster 1 3600 600 86400 60
@ IN NS ns
ns IN A 192.0.2.2
host IN A 192.0.2.99
";

fn server() -> (Scratch, Running) {
    let scratch = Scratch::new();
    scratch.write("zones/zone.test.zone", ZONE);
    scratch.write("zones/other.test.zone", OTHER);
    let running = start_from(with_zones(&scratch.path().join("zones"), Flags::default()));
    (scratch, running)
}

fn soa_ttl(message: &Message) -> Option<u32> {
    message
        .authorities
        .iter()
        .find(|record| record.record_type() == RecordType::SOA)
        .map(|record| record.ttl)
}

#[test]
fn a_name_with_several_records_gives_them_all() {
    let (_scratch, server) = server();
    let answer = server.ask(US, "many.zone.test.", RecordType::A);
    assert_eq!(data(&answer), ["192.0.2.10", "192.0.2.11", "192.0.2.12"]);
    assert_eq!(server.ask(US, "long.zone.test.", RecordType::TXT).answers.len(), 1);
}

#[test]
fn an_alias_is_followed_within_and_between_zones() {
    let (_scratch, server) = server();
    let types = |name| {
        server
            .ask(US, name, RecordType::A)
            .answers
            .iter()
            .map(|r| r.record_type())
            .collect::<Vec<_>>()
    };
    assert_eq!(
        types("second.zone.test."),
        [RecordType::CNAME, RecordType::CNAME, RecordType::A, RecordType::A, RecordType::A]
    );
    assert_eq!(
        data(&server.ask(US, "other.zone.test.", RecordType::A)),
        ["host.other.test.", "192.0.2.99"]
    );
    assert_eq!(data(&server.ask(US, "alias.zone.test.", RecordType::CNAME)), ["many.zone.test."]);
    assert_eq!(
        data(&server.ask(US, "out.zone.test.", RecordType::A)),
        ["www.elsewhere.example."],
        "as far as is known"
    );
}

#[test]
fn negative_answers_carry_the_soa_with_the_lesser_ttl() {
    let (_scratch, server) = server();
    let missing = server.ask(US, "nothing.zone.test.", RecordType::A);
    assert_eq!((missing.response_code, soa_ttl(&missing)), (ResponseCode::NXDomain, Some(60)));
    let no_data = server.ask(US, "many.zone.test.", RecordType::MX);
    assert_eq!((no_data.response_code, soa_ttl(&no_data)), (ResponseCode::NoError, Some(60)));
    assert!(no_data.answers.is_empty());
}

#[test]
fn an_alias_to_nothing_is_nxdomain_with_the_alias_and_a_loop_is_servfail() {
    let (_scratch, server) = server();
    let dead = server.ask(US, "dead.zone.test.", RecordType::A);
    assert_eq!(
        (dead.response_code, data(&dead)),
        (ResponseCode::NXDomain, vec!["nothing.zone.test.".to_owned()])
    );
    assert_eq!(
        server.ask(US, "loop1.zone.test.", RecordType::A).response_code,
        ResponseCode::ServFail
    );
}

#[test]
fn a_name_with_names_below_it_exists() {
    let (_scratch, server) = server();
    assert_eq!(server.ask(US, "c.zone.test.", RecordType::A).response_code, ResponseCode::NoError);
    assert_eq!(
        server.ask(US, "x.c.zone.test.", RecordType::A).response_code,
        ResponseCode::NXDomain
    );
}

#[test]
fn a_wildcard_answers_for_names_that_do_not_exist_and_for_no_others() {
    let (_scratch, server) = server();
    let answer = server.ask(US, "a.b.wild.zone.test.", RecordType::A);
    assert_eq!(
        (answer.answers[0].name.to_string().as_str(), data(&answer)),
        ("a.b.wild.zone.test.", vec!["192.0.2.30".to_owned()])
    );
    assert_eq!(data(&server.ask(US, "x.wild.zone.test.", RecordType::MX)), ["10 mail.zone.test."]);
    assert_eq!(
        server.ask(US, "x.wild.zone.test.", RecordType::TXT).response_code,
        ResponseCode::NoError
    );
    // RFC 4592 section 2.2.1: an existing name hides the wildcard, for its other types and for
    // names below it.
    let real = server.ask(US, "real.wild.zone.test.", RecordType::A);
    assert_eq!((real.response_code, real.answers.len()), (ResponseCode::NoError, 0));
    assert_eq!(
        server.ask(US, "x.real.wild.zone.test.", RecordType::A).response_code,
        ResponseCode::NXDomain
    );
    assert_eq!(
        data(&server.ask(US, "y.cwild.zone.test.", RecordType::A))[1..],
        ["192.0.2.10", "192.0.2.11", "192.0.2.12"]
    );
}

#[test]
fn a_snapshot_denies_nothing_but_what_it_lists_as_absent() {
    let scratch = Scratch::new();
    let head = "; splinterdns: absent nosuch.snapshot.test\n$TTL 300\n\
                @ SOA ns host 1 3600 600 86400 60\n@ NS ns\n";
    let names = "www A 192.0.2.3\n*.wild A 192.0.2.4\nalias CNAME missing\n";
    scratch.write("zones/snapshot.test.zone", &format!("{head}{names}"));
    let server = start_from(with_zones(&scratch.path().join("zones"), Flags::default()));
    let code = |name, rtype| server.ask(US, name, rtype).response_code;
    assert_eq!(code("nosuch.snapshot.test.", RecordType::A), ResponseCode::NXDomain);
    assert_eq!(code("x.nosuch.snapshot.test.", RecordType::A), ResponseCode::NXDomain);
    assert_eq!(code("docs.snapshot.test.", RecordType::A), ResponseCode::ServFail);
    assert_eq!(code("x.www.snapshot.test.", RecordType::A), ResponseCode::ServFail);
    assert_eq!(code("www.snapshot.test.", RecordType::MX), ResponseCode::NoError);
    assert_eq!(code("x.wild.snapshot.test.", RecordType::MX), ResponseCode::NoError);
    let alias = server.ask(US, "alias.snapshot.test.", RecordType::A);
    assert_eq!(
        (alias.response_code, data(&alias)),
        (ResponseCode::NoError, vec!["missing.snapshot.test.".to_owned()]),
        "as far as is known"
    );
    let query = question("docs.snapshot.test.", RecordType::A).to_vec().unwrap();
    let octets = server.ask_octets(US, &query).unwrap();
    let text = String::from_utf8_lossy(&octets);
    assert!(text.contains("the snapshot of the zone snapshot.test. does not hold"), "{text}");
}

/// RFC 6672: what a DNAME makes of a name, of one that becomes too long, and of its own.
#[test]
fn a_dname_redirects_what_is_below_it_and_not_itself() {
    let scratch = Scratch::new();
    let long = ["a".repeat(63), "b".repeat(63), "c".repeat(63)].join(".");
    let zone = format!(
        "; splinterdns: complete\n$TTL 300\n@ SOA ns host 1 3600 600 86400 60\n@ NS ns\n\
         old 60 DNAME new\nold TXT own\nhidden.old A 192.0.2.1\n\
         host.new A 192.0.2.2\nx.host.new A 192.0.2.3\nlong DNAME {long}\n\
         \\042.new A 192.0.2.4\n*.stars DNAME out.example.\n"
    );
    scratch.write("zones/dname.test.zone", &zone);
    let server = start_from(with_zones(&scratch.path().join("zones"), Flags::default()));
    let ask = |name: &str, rtype| {
        let answer = server.ask(US, &format!("{name}.dname.test."), rtype);
        let records = answer.answers.iter().map(|record| {
            let owner = record.name.to_string().replace(".dname.test.", "");
            format!("{owner} {} {}", record.ttl, u16::from(record.record_type()))
        });
        (answer.response_code, records.collect::<Vec<_>>())
    };
    let (code, records) = ask("x.Host.old", RecordType::A);
    assert_eq!(code, ResponseCode::NoError);
    assert_eq!(records, ["old 60 39", "x.Host.old 60 5", "x.host.new 300 1"]);
    assert_eq!(ask("hidden.old", RecordType::A).0, ResponseCode::NoError, "the star answers");
    let star = server.ask(US, "*.old.dname.test.", RecordType::A);
    assert_eq!(data(&star)[1..], ["*.new.dname.test.", "192.0.2.4"]);
    let below = server.ask(US, "q.*.stars.dname.test.", RecordType::A);
    assert_eq!(data(&below)[1..], ["q.out.example."]);
    assert_eq!(ask("old", RecordType::TXT), (ResponseCode::NoError, vec!["old 300 16".into()]));
    assert_eq!(ask("old", RecordType::A), (ResponseCode::NoError, vec![]));
    let (code, records) = ask("x.old", RecordType::CNAME);
    assert_eq!((code, records.len()), (ResponseCode::NoError, 2));
    let (code, records) = ask(&format!("{}.long", "d".repeat(63)), RecordType::A);
    assert_eq!((code, records), (ResponseCode::YXDomain, vec!["long 300 39".to_owned()]));
}

#[test]
fn a_zone_in_another_encoding_than_utf_8_is_octets() {
    let scratch = Scratch::new();
    let head = b"@ 60 SOA ns host 1 2 3 4 60\n@ NS ns\n; caf\xe9\nt TXT \"caf\xe9\" plain\n";
    let path = scratch.write("zones/latin.test.zone", "");
    std::fs::write(path, head).unwrap();
    let server = start_from(with_zones(&scratch.path().join("zones"), Flags::default()));
    let query = question("t.latin.test.", RecordType::TXT).to_vec().unwrap();
    let answer = server.ask_octets(US, &query).unwrap();
    assert!(answer.windows(11).any(|part| part == b"\x04caf\xe9\x05plain"), "{answer:?}");
}

#[test]
fn a_delegation_is_a_referral_with_glue() {
    let (_scratch, server) = server();
    let referral = server.ask(US, "www.sub.zone.test.", RecordType::A);
    assert_eq!((referral.response_code, referral.answers.len()), (ResponseCode::NoError, 0));
    assert_eq!(referral.authorities[0].record_type(), RecordType::NS);
    assert_eq!(referral.additionals[0].data.to_string(), "192.0.2.53");
    assert!(!referral.authoritative);
    // The parent answers for the DS of a cut (RFC 4035 section 3.1.4.1), here that there is none.
    let ds = server.ask(US, "sub.zone.test.", RecordType::DS);
    assert_eq!((ds.response_code, soa_ttl(&ds)), (ResponseCode::NoError, Some(60)));
}

#[test]
fn aa_is_set_for_clients_that_do_not_ask_for_recursion() {
    let (_scratch, server) = server();
    let mut query = question("many.zone.test.", RecordType::A);
    assert!(!server.ask(US, "many.zone.test.", RecordType::A).authoritative);
    query.metadata.recursion_desired = false;
    let answer =
        Message::from_vec(&server.ask_octets(US, &query.to_vec().unwrap()).unwrap()).unwrap();
    assert!(answer.authoritative && !answer.recursion_desired);
}

#[test]
fn any_gives_all_that_is_there() {
    let (_scratch, server) = server();
    let types: Vec<_> = server
        .ask(US, "zone.test.", RecordType::ANY)
        .answers
        .iter()
        .map(|r| r.record_type())
        .collect();
    assert!(types.contains(&RecordType::SOA) && types.contains(&RecordType::NS));
}

#[test]
fn explain_says_of_a_stand_in_that_no_source_has_it() {
    let scratch = Scratch::new();
    let head = "; splinterdns: stand-in www.said.test A\n\
        ; splinterdns: stand-in *.pages.said.test A\n\
        $TTL 300\n@ SOA ns host 1 3600 600 86400 60\n@ NS ns\n@ A 192.0.2.1\n\
        www A 192.0.2.2\nwww AAAA 2001:db8::2\nalias CNAME www\n*.pages A 192.0.2.3\n\
        own.pages A 192.0.2.4\n";
    scratch.write("zones/said.test.zone", head);
    let zones = scratch.path().join("zones");
    let explain = |name: &str, more: &[&str]| {
        let arguments = ["explain", name, "--zones", zones.to_str().unwrap()];
        let output = splinterdns(&[&arguments, more].concat());
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap()
    };
    let stands_in = |name: &str, rtype: &str| {
        let json: Value = serde_json::from_str(&explain(name, &[rtype, "--json"])).unwrap();
        assert_eq!(json["replies"][0]["origin"], "zones", "{name} {rtype}");
        json["replies"][0]["stand-in"].as_bool().unwrap()
    };
    for (name, rtype, expected) in [
        ("said.test", "A", false),
        ("www.said.test", "A", true),
        ("www.said.test", "AAAA", false),
        ("www.said.test", "TXT", false),
        ("WWW.said.test", "ANY", true),
        ("alias.said.test", "A", true),
        ("alias.said.test", "AAAA", false),
        ("any.pages.said.test", "A", true),
        ("own.pages.said.test", "A", false),
    ] {
        assert_eq!(stands_in(name, rtype), expected, "{name} {rtype}");
    }
    let text = explain("www.said.test", &[]);
    assert!(text.contains("from the zones; a stand-in, no source has this record"), "{text}");
    let text = explain("alias.said.test", &[]);
    assert!(text.contains("a stand-in, no source has all of these records"), "{text}");
    assert!(!explain("said.test", &[]).contains("stand-in"));
}

#[test]
fn the_head_of_each_zone_says_what_is_from_where_and_what_is_ours() {
    for entry in std::fs::read_dir("zones").unwrap() {
        let path = entry.unwrap().path();
        let text = std::fs::read_to_string(&path).unwrap();
        let named = path.display();
        let head: Vec<_> = text.lines().take_while(|line| line.starts_with(';')).collect();
        let said = |word: &str| {
            let begin = head.iter().position(|line| line.starts_with(word))?;
            let more = head[begin + 1..].iter().take_while(|line| line.starts_with(";   "));
            Some(head[begin..=begin].iter().chain(more).copied().collect::<Vec<_>>().join(" "))
        };
        let ours = said("; Ours: ").unwrap_or_else(|| panic!("{named} does not say what is ours"));
        assert!(ours.contains("all TTLs"), "{named}: a TTL that a source has is to be said");
        let sourced = said("; Source: ").or_else(|| said("; Not found again: "));
        let records = text.lines().filter(|line| !line.starts_with([';', '$'])).count();
        let stand_ins = head.iter().filter(|line| line.contains("splinterdns: stand-in")).count();
        assert!(sourced.is_some() || stand_ins == records, "{named} has no source");
        // Who makes up a serial makes up the SOA.
        let made_up = head.iter().any(|line| line.contains("stand-in") && line.ends_with(" SOA"));
        let told = ours.contains("SOA") || ours.contains("the serial");
        assert_eq!(made_up, told, "{named}: the SOA is ours, or it is not");
    }
}
