//! A mark at the beginning of a file says that it is UTF-8 and nothing else (RFC 3629 section 6).

use crate::support::{
    engine::{from_folder, load_from},
    files::Scratch,
    server::start_from,
};
use hickory_proto::{op::ResponseCode, rr::RecordType};

const COUNTRY: &str = "country: XX
name: Nowhere
clients: [127.99.0.0/16]
pools:
  page: {file: page.txt, pick: all}
answers:
  page: {poison: {a: {pool: page}}}
rules:
  - {rule: one, lists: [one.txt], answer: page, evidence: assumed, sources: [T]}
  - {rule: two, lists: [two.hosts], answer: nxdomain, evidence: assumed, sources: [T]}
sources: {T: made for this test}
";

const ZONE: &str = "$TTL 60\n@ SOA ns host 1 2 3 4 5\n@ NS ns\nns A 192.0.2.1\n";

#[test]
fn it_is_passed_over_in_every_kind_of_file() {
    let scratch = Scratch::new();
    for (path, text) in [
        ("lab.yaml", "seed: 7\nzones: zones\n"),
        ("countries/xx.yaml", COUNTRY),
        ("countries/one.txt", "one.example\n"),
        ("countries/two.hosts", "0.0.0.0 two.example\n"),
        ("countries/page.txt", "192.0.2.7\n"),
        ("zones/real.example.zone", ZONE),
    ] {
        scratch.write(path, &format!("\u{feff}{text}"));
    }
    let sources = from_folder(scratch.path());
    assert_eq!(load_from(&sources).settings.seed, 7);
    let server = start_from(sources);
    let ask = |name| server.ask("127.99.0.1", name, RecordType::A);
    assert_eq!(ask("one.example.").answers[0].data.to_string(), "192.0.2.7");
    assert_eq!(ask("two.example.").response_code, ResponseCode::NXDomain);
    assert_eq!(ask("ns.real.example.").answers[0].data.to_string(), "192.0.2.1");
}
