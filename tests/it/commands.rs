//! The commands, as people and programs call them.

use crate::support::{
    files::Scratch,
    program::{program, splinterdns},
};
use serde_json::Value;
use std::{
    io::{BufRead, BufReader},
    net::{TcpListener, UdpSocket},
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

fn stdout(arguments: &[&str]) -> String {
    let output = splinterdns(arguments);
    assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

fn json(arguments: &[&str]) -> Value {
    serde_json::from_str(&stdout(arguments)).unwrap()
}

#[test]
fn explain_names_the_pattern_that_catches_a_bystander() {
    let arguments = ["explain", "mentorproject.org", "--country", "CN", "--today", "2026-11-22"];
    let text = stdout(&arguments);
    assert!(
        text.contains("poison") && text.contains("*torproject.org*") && text.contains("GFWatch"),
        "{text}"
    );
    let json = json(&[&arguments[..], &["--json"]].concat());
    assert_eq!(json["pattern"], "*torproject.org*");
    assert_eq!(json["verdict"], "poison");
    assert_eq!(json["replies"][0]["honest"], false);
    assert!(json["replies"][0]["answers"][0].as_str().unwrap().ends_with(" IN A 208.77.47.172"));
}

#[test]
fn explain_json_has_every_key_of_the_contract() {
    let json = json(&["explain", "example.com", "--json", "--today", "2026-11-22"]);
    let keys = [
        "name",
        "type",
        "country",
        "operator",
        "today",
        "transport",
        "verdict",
        "answer",
        "rule",
        "pattern",
        "since",
        "until",
        "category",
        "evidence",
        "sources",
        "replies",
        "misses",
    ];
    for key in keys {
        assert!(json.get(key).is_some(), "{key} is missing");
    }
    assert_eq!(
        (&json["verdict"], &json["rule"], &json["country"]),
        (&"honest".into(), &Value::Null, &Value::Null)
    );
}

#[test]
fn explain_tells_the_near_misses_with_their_reasons() {
    let reasons = |arguments: &[&str]| {
        let json = json(&[&["explain"], arguments, &["--json"]].concat());
        json["misses"]
            .as_array()
            .unwrap()
            .iter()
            .map(|miss| miss["reason"].as_str().unwrap().to_owned())
            .collect::<Vec<_>>()
    };
    assert!(
        reasons(&["x.com", "--country", "BR", "--today", "2024-08-01"])
            .contains(&"not-yet".to_owned())
    );
    assert!(
        reasons(&["x.com", "--country", "BR", "--today", "2024-12-01"])
            .contains(&"no-longer".to_owned())
    );
    assert!(
        reasons(&["baidu.com", "--country", "IN", "--today", "2026-11-22"])
            .contains(&"operator".to_owned())
    );
    let udp = ["rsf.org", "--country", "CN", "--today", "2026-11-22", "--transport", "tcp"];
    assert!(reasons(&udp).contains(&"transport".to_owned()));
    assert!(reasons(&["example.com", "--country", "CN"]).is_empty());
}

#[test]
fn what_is_only_assumed_says_so_wherever_it_is_shown() {
    let explained = stdout(&["explain", "tiktok.com", "--country", "KG", "--today", "2026-11-22"]);
    assert!(
        explained.contains("assumed: the block is attested, its DNS form is not"),
        "{explained}"
    );
    let row = |text: &str, code: &str| {
        text.lines().find(|line| line.starts_with(code)).unwrap().to_owned()
    };
    let compared = stdout(&["compare", "tiktok.com", "--today", "2026-11-22"]);
    assert!(row(&compared, "KG").contains("assumed"), "{compared}");
    let listed = stdout(&["countries"]);
    assert!(
        row(&listed, "KG").contains("assumed") && row(&listed, "TJ").contains("assumed"),
        "{listed}"
    );
}

#[test]
fn explain_refuses_what_the_server_refuses() {
    let transfer = json(&["explain", "www.facebook.com", "AXFR", "--country", "IR", "--json"]);
    assert_eq!((&transfer["verdict"], &transfer["rule"]), (&"refused".into(), &Value::Null));
    assert_eq!(transfer["replies"][0]["rcode"], "REFUSED");
    // China's third injector answers any type with an address, long before the refusal arrives.
    let raced = json(&["explain", "www.facebook.com", "AXFR", "--country", "CN", "--json"]);
    assert_eq!(
        (&raced["verdict"], &raced["replies"][1]["rcode"]),
        (&"poison".into(), &"REFUSED".into())
    );
    let stranger = stdout(&["explain", "example.com", "--client", "8.8.8.8"]);
    assert!(
        stranger.contains("it gets REFUSED instead") && !stranger.contains("refused to everybody"),
        "{stranger}"
    );
    let (sent, hidden) = stranger.split_once("if the client might ask").unwrap();
    let (_, sent) = sent.split_once("what goes out").unwrap();
    assert!(sent.contains("REFUSED") && !sent.contains("93.184.215.14"), "{stranger}");
    assert!(hidden.contains("honest  NOERROR  qr rd ra, from the zones"), "{stranger}");
    assert!(stranger.contains("--country CC"), "{stranger}");
    let refused = json(&["explain", "x.com", "--client", "8.8.8.8", "--json"]);
    assert_eq!(refused["replies"][0]["rcode"], "REFUSED");
    assert_eq!(refused["replies-if-allowed"][0]["origin"], "zones");
    let nowhere = stdout(&["explain", "nowhere.example", "--country", "US"]);
    assert!(
        nowhere.contains("SERVFAIL  qr rd ra, because no zone of this lab holds the name"),
        "{nowhere}"
    );
}

#[test]
fn explain_may_expect_a_verdict() {
    let code = |expected: &str, client: &[&str]| {
        let ask = ["explain", "youtube.com", "--today", "2026-03-01", "--expect", expected];
        splinterdns(&[&ask, client].concat()).status.code()
    };
    assert_eq!(code("nxdomain", &["--country", "RU"]), Some(0));
    assert_eq!(code("honest", &["--country", "RU"]), Some(1));
    assert_eq!(code("refused", &["--client", "8.8.8.8"]), Some(0), "what goes out counts");
    assert_eq!(code("honest", &["--client", "8.8.8.8"]), Some(1));
    assert_eq!(code("nxdomian", &["--country", "RU"]), Some(2));
}

#[test]
fn explain_shows_a_race_in_its_order_and_the_octets_on_request() {
    let text = stdout(&["explain", "rsf.org", "--country", "CN", "--today", "2026-11-22", "--hex"]);
    let at =
        |part: &str| text.find(part).unwrap_or_else(|| panic!("{part:?} is missing in\n{text}"));
    assert!(
        at("1 ms  forged") < at("2 ms  forged") && at("2 ms  forged") < at("90 ms  "),
        "{text}"
    );
    // Header and question, then the pointer that injector 3 writes.
    assert!(
        text.contains("0000  00 00 81 80 00 01 00 01 00 00 00 00 03 72 73 66  .............rsf"),
        "{text}"
    );
    assert!(text.contains("0010  03 6f 72 67 00 00 01 00 01 c0 0c 00 01 00 01 00"), "{text}");
}

#[test]
fn compare_has_a_row_for_every_country_and_operator() {
    let rows = json(&["compare", "www.facebook.com", "--today", "2026-11-22", "--json"]);
    let rows = rows.as_array().unwrap();
    let own: Vec<_> = rows
        .iter()
        .filter(|row| row["operator"].is_null())
        .map(|row| row["country"].as_str().unwrap())
        .collect();
    assert!(own.is_sorted() && own.len() >= 30 && own.contains(&"US"), "{own:?}");
    assert!(rows.len() > own.len() + 40);
    for key in
        ["country", "operator", "verdict", "answer", "rule", "evidence", "replies", "answers"]
    {
        assert!(rows.iter().all(|row| row.get(key).is_some()), "{key}");
    }
    let china = rows.iter().find(|row| row["country"] == "CN").unwrap();
    assert_eq!((&china["verdict"], &china["replies"]), (&"poison".into(), &3.into()));
}

#[test]
fn compare_has_rows_where_dns_lies_and_a_line_for_each_other_state() {
    let told = stdout(&["compare", "youtube.com", "--today", "2026-03-01"]);
    let lines: Vec<_> = told.lines().collect();
    assert!(lines.contains(&"blocked by DNS in 3 countries"), "{told}");
    assert!(lines.iter().any(|line| line.starts_with("CN  China ")), "{told}");
    assert!(!lines.iter().any(|line| line.starts_with("US ")), "{told}");
    let unknown = told.split_once("not known in ").unwrap().1.split_once("honest").unwrap().0;
    assert!(unknown.contains(" US ") && !unknown.contains("CN"), "{told}");
    assert!(lines.contains(&"honest, where no rule decides: 172.217.30.46"), "{told}");
    let nowhere = stdout(&["compare", "nowhere.example"]);
    assert!(nowhere.contains("decides: SERVFAIL, in no zone of this lab"), "{nowhere}");
    assert!(nowhere.contains("blocked by DNS in no country, as far as is known"), "{nowhere}");

    let few = stdout(&["compare", "youtube.com", "--today", "2026-03-01", "--country", "IR,US"]);
    assert!(
        few.contains("\nIR  Iran ") && few.contains("\nnot known: US\n") && !few.contains("CN"),
        "{few}"
    );
    let twice = stdout(&["compare", "www.facebook.com", "--country", "AU,au"]);
    assert!(twice.contains("not known: AU\n"), "{twice}");
    let nowhere =
        String::from_utf8(splinterdns(&["compare", "youtube.com", "--country", "ZZ"]).stderr)
            .unwrap();
    assert!(nowhere.contains("there is no country ZZ; known: A"), "{nowhere}");
}

#[test]
fn compare_tells_of_hosts_where_not_all_of_a_site_is_blocked() {
    let below = |name: &str, today: &str| {
        let told = stdout(&["compare", name, "--today", today]);
        let line = told.lines().find(|line| line.starts_with("but by DNS names below it: "));
        line.map(str::to_owned).unwrap_or_default()
    };
    // The Chinese Wikipedia from 2015 on, all of them from 2019 on.
    assert!(below("wikipedia.org", "2018-06-01").contains("China (zh.wikipedia.org)"));
    assert!(!below("wikipedia.org", "2020-06-01").contains("China"));
    assert!(!below("wikipedia.org", "2014-06-01").contains("China"));
    assert_eq!(below("zh.wikipedia.org", "2018-06-01"), "");
}

#[test]
fn compare_puts_operators_that_do_the_same_in_one_row_unless_countries_are_named() {
    let ask = ["compare", "rt.com", "--today", "2026-11-22"];
    let all = stdout(&ask);
    assert!(all.contains("NXDOMAIN, at kpn, t-mobile,"), "{all}");
    assert!(all.contains("NL  Netherlands") && all.contains("at these ISPs\n"), "{all}");
    assert!(!all.contains("\n      kpn "), "{all}");
    let one = stdout(&[&ask[..], &["--country", "NL"]].concat());
    assert!(one.contains("\n      kpn ") && one.contains("\n      t-mobile "), "{one}");
}

#[test]
fn output_in_a_pipe_has_no_colours() {
    for arguments in [&["compare", "x.com"][..], &["explain", "x.com"], &["countries"]] {
        assert!(!stdout(arguments).contains('\u{1b}'), "{arguments:?}");
    }
}

#[test]
fn check_says_what_it_checked_and_its_exit_code_tells_the_rest() {
    assert!(stdout(&["check"]).contains(" countries with "));
    assert!(
        stdout(&[
            "check",
            "configs",
            "zones",
            "configs/countries/cn.yaml",
            "zones/example.com.zone"
        ])
        .contains("no problems")
    );
    let scratch = Scratch::new();
    let broken = scratch.write("xx.yaml", "country: XX\n");
    assert_eq!(splinterdns(&["check", broken.to_str().unwrap()]).status.code(), Some(1));
    let missing = scratch.path().join("nothing.yaml");
    assert_eq!(splinterdns(&["check", missing.to_str().unwrap()]).status.code(), Some(2));
    assert_eq!(splinterdns(&["check", "configs/nowhere"]).status.code(), Some(2));
}

/// A file that is still being written may end anywhere, and be a country that blocks nothing.
#[test]
fn a_country_without_rules_is_told_unless_it_says_so() {
    let scratch = Scratch::new();
    let checked = |rest: &str| {
        let head = "country: XX\nname: Nowhere\nclients: [127.99.0.0/16]\n";
        let file = scratch.write("xx.yaml", &format!("{head}{rest}"));
        let output = splinterdns(&["check", file.to_str().unwrap()]);
        assert_eq!(output.status.code(), Some(0), "{output:?}");
        String::from_utf8(output.stderr).unwrap()
    };
    for cut in ["", "rules:\n", "operators:\n", "sources: {}\n"] {
        let said = checked(cut);
        assert!(said.contains("xx.yaml:1:1: this country has no rules"), "{cut:?}: {said}");
    }
    let operator = "{operator: one, name: One, clients: [127.99.1.0/24], rules: []}";
    for meant in ["rules: []\n", &format!("operators: [{operator}]\n")] {
        assert_eq!(checked(meant), "", "{meant:?}");
    }
}

#[test]
fn yaml_files_may_end_in_yml() {
    let scratch = Scratch::new();
    scratch.write(
        "countries/xx.yml",
        "country: XX\nname: Elsewhere\nclients: [127.99.0.0/16]\nrules: []\nsources: {}\n",
    );
    let lab = scratch.write("lab.yml", "country: XX\n");
    let folder = scratch.path().to_str().unwrap();
    let output =
        splinterdns(&["explain", "example.com", "--client", "192.0.2.1", "--configs", folder]);
    assert!(String::from_utf8_lossy(&output.stdout).contains("Elsewhere"), "{output:?}");
    scratch.write("lab.yml", "country: YY\n");
    for path in [folder, lab.to_str().unwrap()] {
        let output = splinterdns(&["check", path]);
        assert!(
            String::from_utf8_lossy(&output.stderr).contains("unknown country \"YY\""),
            "{output:?}"
        );
    }
}

#[test]
fn wrong_arguments_are_answered_with_the_right_ones() {
    let complaint = |arguments: &[&str]| String::from_utf8(splinterdns(arguments).stderr).unwrap();
    assert!(complaint(&["explain", "x.com", "--country", "ZZ"]).contains("BR, BY, CA, CN"));
    assert!(
        complaint(&["explain", "x.com", "--country", "IN", "--operator", "acd"])
            .contains("act, airtel")
    );
    assert!(complaint(&["explain", "x.com", "AAAAA"]).contains("no record type"));
    assert!(complaint(&["explain", "a..b"]).contains("empty label"));
    assert!(complaint(&["explain", "https://x.com/"]).contains("is no domain name"));
    assert!(
        complaint(&["explain", "x.com", "--today", "2024-9-1"])
            .contains("a day such as 2014-03-20")
    );
    assert!(complaint(&["serve", "--country", "ZZ"]).contains("there is no country ZZ"));
    assert!(
        complaint(&["serve", "--listen", "127.0.0.1:0=IN/acd"])
            .contains("IN has no operator \"acd\"; known: act, airtel")
    );
    assert!(
        complaint(&["serve", "--listen", "127.0.0.1:0=India"])
            .contains("\"India\" is no country code")
    );
    assert!(complaint(&["serve", "--listen", "localhost"]).contains("127.0.0.1:5300"));
    assert!(complaint(&["serve", "--tcp-idle", "0s"]).contains("from 1s to 1h"));
    assert!(complaint(&["serve", "--upstream-timeout", "999h"]).contains("from 10ms to 1m"));
    assert!(complaint(&["serve", "--upstream", "unbound"]).contains("such as unbound:53"));
    assert!(
        complaint(&["serve", "--listen", "127.0.0.1:0", "--upstream", "nowhere.invalid:53"])
            .contains("upstream nowhere.invalid:53: its address cannot be found")
    );
    assert!(complaint(&["serve", "--log", "loud"]).contains("error, warn, info, debug"));
    assert!(complaint(&["serve", "--honest-from", "cache"]).contains("zones or upstream"));
}

#[test]
fn a_port_in_use_is_named_with_the_way_out() {
    let udp = UdpSocket::bind("127.0.0.1:0").unwrap();
    let address = udp.local_addr().unwrap().to_string();
    let output = splinterdns(&["serve", "--listen", &address]);
    let complaint = String::from_utf8(output.stderr).unwrap();
    assert_ne!(output.status.code(), Some(0));
    assert!(
        complaint.contains(&format!("cannot listen on {address} by UDP"))
            && complaint.contains("--listen"),
        "{complaint}"
    );
    let tcp = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = tcp.local_addr().unwrap().to_string();
    let complaint =
        String::from_utf8(splinterdns(&["serve", "--listen", &address]).stderr).unwrap();
    assert!(complaint.contains(&format!("cannot listen on {address} by TCP")), "{complaint}");
}

#[test]
fn a_broken_config_is_reported_before_a_socket_is_taken() {
    let scratch = Scratch::new();
    scratch
        .write("countries/xx.yaml", "country: XX\nname: X\nclients: [127.99.0.0/16]\nruls: []\n");
    let holder = UdpSocket::bind("127.0.0.1:0").unwrap();
    let address = holder.local_addr().unwrap().to_string();
    let output = splinterdns(&[
        "serve",
        "--configs",
        scratch.path().to_str().unwrap(),
        "--listen",
        &address,
    ]);
    let complaint = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(1));
    assert!(
        complaint.contains("did you mean \"rules\"?") && !complaint.contains("cannot listen"),
        "{complaint}"
    );
}

/// `serve` on a free port, with the address that it printed.
fn serve(arguments: &[&str]) -> (Child, String, Vec<String>) {
    let mut child = program()
        .args(["serve", "--listen", "127.0.0.1:0"])
        .args(arguments)
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut banner = Vec::new();
    for line in BufReader::new(child.stdout.take().unwrap()).lines() {
        banner.push(line.unwrap());
        if banner.last().unwrap().starts_with("try:") {
            break;
        }
    }
    let listening =
        banner.iter().find_map(|line| line.strip_prefix("listening on ")).expect("a listener");
    let address = listening.split(' ').next().unwrap().to_owned();
    (child, address, banner)
}

fn wait(child: &mut Child) -> Option<i32> {
    let begin = Instant::now();
    while begin.elapsed() < Duration::from_secs(5) {
        if let Some(status) = child.try_wait().unwrap() {
            return status.code();
        }
        std::thread::sleep(Duration::from_millis(20));
    }
    child.kill().unwrap();
    panic!("the server does not stop");
}

fn signal(child: &Child, name: &str) {
    let sent =
        Command::new("kill").args([format!("-{name}"), child.id().to_string()]).status().unwrap();
    assert!(sent.success());
}

#[test]
fn serve_prints_a_line_to_paste_and_ends_cleanly_on_sigterm_and_ctrl_c() {
    for name in ["TERM", "INT"] {
        let (mut child, address, banner) = serve(&[]);
        let banner = banner.join("\n");
        assert!(banner.contains("CN  China") && banner.contains("127.86.0.0/16"), "{banner}");
        let port = address.rsplit(':').next().unwrap();
        assert!(
            banner.contains(&format!("dig -b 127.86.0.1 -p {port} @127.0.0.1 facebook.com")),
            "{banner}"
        );
        assert!(stdout(&["health", &address]).contains("answers"));
        signal(&child, name);
        assert_eq!(wait(&mut child), Some(0), "SIG{name}");
        assert!(!splinterdns(&["health", &address]).status.success(), "nobody answers any more");
    }
}

#[test]
fn sighup_reloads_what_no_watcher_saw() {
    let scratch = Scratch::new();
    let country = |answer: &str| {
        format!(
            "country: XX\nname: X\nclients: [127.0.0.0/16]\nrules:\n  \
             - {{rule: a, names: [a.example], answer: {answer}, evidence: assumed, \
             sources: [T]}}\nsources: {{T: test}}\n"
        )
    };
    scratch.write("countries/xx.yaml", &country("refused"));
    let (mut child, _, _) = serve(&["--configs", scratch.path().to_str().unwrap()]);
    let log = BufReader::new(child.stderr.take().unwrap());
    signal(&child, "HUP");
    let reloaded =
        log.lines().map_while(Result::ok).find(|line| line.contains("reloaded")).unwrap();
    assert!(reloaded.contains("SIGHUP"), "{reloaded}");
    signal(&child, "TERM");
    assert_eq!(wait(&mut child), Some(0));
}
