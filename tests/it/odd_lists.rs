//! Other people's lists: a line that is no entry is left out and told, and nothing else is lost.

use crate::support::{engine::own_lab, program::splinterdns, server::start_from};
use hickory_proto::{op::ResponseCode, rr::RecordType};

const COUNTRY: &str = "country: XX
name: Nowhere
clients: [127.99.0.0/16]
rules:
  - {rule: one, lists: [court.txt], answer: nxdomain, evidence: assumed, sources: [T]}
sources: {T: made for this test}
";

const COURT: &[u8] = b"one.example # caf\xe9\ntwo.example/\nthree.example\nfour.example/\n\
                       ||five.example^\n0.0.0.0 six.example\n";

#[test]
fn the_entries_of_a_list_with_odd_lines_are_blocked_and_check_tells_what_was_left_out() {
    let (scratch, sources) = own_lab(&[("xx", COUNTRY)]);
    std::fs::write(scratch.path().join("countries/court.txt"), COURT).unwrap();
    let checked = splinterdns(&["check", scratch.path().to_str().unwrap()]);
    let said = String::from_utf8(checked.stderr).unwrap();
    assert!(checked.status.success(), "{said}");
    for part in [
        "court.txt:2:1: \"two.example/\" is no host name",
        "it is left out, and so are 2 others like it (4, 5)",
        "court.txt:6:1: \"0.0.0.0 six.example\" begins with an address",
        "name the file *.hosts",
        "2 warnings",
    ] {
        assert!(said.contains(part), "{part}: {said}");
    }
    let server = start_from(sources);
    let code = |name| server.ask("127.99.0.1", name, RecordType::A).response_code;
    assert_eq!(code("www.one.example."), ResponseCode::NXDomain);
    assert_eq!(code("three.example."), ResponseCode::NXDomain);
    assert_eq!(code("two.example."), ResponseCode::ServFail);
    assert_eq!(code("six.example."), ResponseCode::ServFail);
}
