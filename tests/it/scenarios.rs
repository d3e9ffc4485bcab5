//! Scenario files: `tests/scenarios/*.rpl`, in the words of Unbound's and Deckard's replay files.
//!
//! Before `CONFIG_END` stands a country file, or nothing for the shipped countries. Then
//! `SCENARIO_BEGIN title`, `TODAY date`, and steps: `STEP n QUERY [FROM address] [TCP]` with an
//! entry; `STEP n CHECK_ANSWER` with an entry that says what to `MATCH`, or that gives all octets
//! but the id (`HEX 81 80 ...`); `STEP n NO_ANSWER`. `AFTER 3ms` inside a check bounds when the
//! packet comes, counted from the query. Several checks after one query expect several packets.

use crate::support::{
    Running, SILENCE, client_socket, own_lab, receive, receive_framed, repository, send_framed,
    start_shelves,
};
use hickory_proto::{
    op::{Edns, Message, Query, ResponseCode},
    rr::Name,
};
use splinterdns::{
    config::{LabSpec, Shelf},
    lab::Shelves,
    query::Type,
};
use std::{
    fs,
    net::UdpSocket,
    str::FromStr,
    time::{Duration, Instant},
};

/// How much later than said a packet may come on a busy machine.
const SLACK: Duration = Duration::from_millis(150);

/// One `ENTRY_BEGIN … ENTRY_END`.
#[derive(Default)]
struct Entry {
    matches: Vec<String>,
    reply: Vec<String>,
    after: Option<Duration>,
    /// All octets of the message but its id.
    octets: Vec<u8>,
    sections: [Vec<String>; 4],
}

const SECTIONS: [&str; 4] = ["QUESTION", "ANSWER", "AUTHORITY", "ADDITIONAL"];

impl Entry {
    fn read<'l>(lines: &mut impl Iterator<Item = &'l str>) -> Self {
        let (mut entry, mut section) = (Self::default(), 0);
        for line in lines {
            let mut words = line.split_whitespace();
            match words.next() {
                Some("ENTRY_END") => return entry,
                None | Some("ENTRY_BEGIN") => {}
                Some("MATCH") => entry.matches.extend(words.map(str::to_owned)),
                Some("REPLY") => entry.reply.extend(words.map(str::to_owned)),
                Some("AFTER") => {
                    let millis = words.next().unwrap().strip_suffix("ms").unwrap().parse().unwrap();
                    entry.after = Some(Duration::from_millis(millis));
                }
                Some("HEX") => {
                    entry.octets.extend(words.map(|octet| u8::from_str_radix(octet, 16).unwrap()))
                }
                Some("SECTION") => {
                    let name = words.next().unwrap();
                    section = SECTIONS.iter().position(|known| *known == name).unwrap();
                }
                Some(_) => entry.sections[section]
                    .push(line.split_whitespace().collect::<Vec<_>>().join(" ")),
            }
        }
        panic!("an entry without ENTRY_END");
    }

    fn query(&self) -> Vec<u8> {
        if !self.octets.is_empty() {
            return [&[0, 0], &self.octets[..]].concat();
        }
        let has = |word: &str| self.reply.iter().any(|other| other == word);
        let [question] = &self.sections[0][..] else { panic!("a query has one question") };
        let mut words = question.split(' ');
        let name = Name::from_str(words.next().unwrap()).unwrap();
        let rtype = words.next_back().unwrap().parse::<Type>().unwrap();
        let mut message = Message::query();
        message.add_query(Query::query(name, rtype.0));
        message.metadata.recursion_desired = has("RD");
        message.metadata.checking_disabled = has("CD");
        if has("EDNS") || has("DO") {
            let mut edns = Edns::new();
            edns.set_max_payload(1232).set_dnssec_ok(has("DO"));
            message.set_edns(edns);
        }
        message.to_vec().unwrap()
    }

    fn check(&self, octets: &[u8], after: Duration, place: &str) {
        if !self.octets.is_empty() {
            let hex = |octets: &[u8]| {
                octets.iter().map(|octet| format!("{octet:02x}")).collect::<Vec<_>>().join(" ")
            };
            assert_eq!(hex(&octets[2..]), hex(&self.octets), "{place}");
        }
        if self.matches.is_empty() {
            return;
        }
        let message = Message::from_vec(octets).unwrap();
        for word in &self.matches {
            match word.as_str() {
                "rcode" => assert!(
                    self.reply.contains(&rcode(message.response_code)),
                    "{place}: {}",
                    message.response_code
                ),
                "flags" => {
                    let said = self
                        .reply
                        .iter()
                        .filter(|word| FLAGS.contains(&word.as_str()))
                        .cloned()
                        .collect::<Vec<_>>();
                    assert_eq!(flags(&message), said, "{place}: flags");
                }
                "question" => {
                    assert_eq!(
                        message.queries[0].to_string().to_lowercase(),
                        self.sections[0][0].to_lowercase(),
                        "{place}"
                    );
                }
                "answer" => assert_eq!(
                    shown(&message.answers, false),
                    without_ttl(&self.sections[1]),
                    "{place}: answer"
                ),
                "authority" => {
                    assert_eq!(
                        shown(&message.authorities, false),
                        without_ttl(&self.sections[2]),
                        "{place}: authority"
                    );
                }
                "additional" => {
                    assert_eq!(
                        shown(&message.additionals, false),
                        without_ttl(&self.sections[3]),
                        "{place}: additional"
                    );
                }
                "ttl" => assert_eq!(
                    shown(&message.answers, true),
                    self.sections[1],
                    "{place}: answer with TTL"
                ),
                "opt" => assert_eq!(
                    message.edns.is_some(),
                    self.reply.iter().any(|word| word == "EDNS"),
                    "{place}: OPT"
                ),
                other => panic!("{place}: MATCH {other} means nothing"),
            }
        }
        if let Some(expected) = self.after {
            assert!(after >= expected && after < expected + SLACK, "{place}: came after {after:?}");
        }
    }
}

const FLAGS: [&str; 7] = ["QR", "AA", "TC", "RD", "RA", "AD", "CD"];

fn flags(message: &Message) -> Vec<String> {
    let set = [
        true,
        message.authoritative,
        message.truncation,
        message.recursion_desired,
        message.recursion_available,
        message.authentic_data,
        message.checking_disabled,
    ];
    FLAGS.iter().zip(set).filter(|(_, set)| *set).map(|(flag, _)| (*flag).to_owned()).collect()
}

fn rcode(code: ResponseCode) -> String {
    match code {
        ResponseCode::NoError => "NOERROR".to_owned(),
        ResponseCode::NXDomain => "NXDOMAIN".to_owned(),
        ResponseCode::ServFail => "SERVFAIL".to_owned(),
        ResponseCode::Refused => "REFUSED".to_owned(),
        ResponseCode::FormErr => "FORMERR".to_owned(),
        other => other.to_string(),
    }
}

fn shown(records: &[hickory_proto::rr::Record], with_ttl: bool) -> Vec<String> {
    let show = |record: &hickory_proto::rr::Record| {
        let ttl = if with_ttl { format!("{} ", record.ttl) } else { String::new() };
        format!("{} {ttl}IN {} {}", record.name, Type(record.record_type()), record.data)
    };
    records.iter().map(show).collect()
}

/// `name 60 IN A data` and `name IN A data` are both allowed where TTLs are not compared.
fn without_ttl(lines: &[String]) -> Vec<String> {
    let strip = |line: &String| {
        let words: Vec<_> = line.split(' ').collect();
        let has_ttl = words[1].parse::<u32>().is_ok();
        words
            .iter()
            .enumerate()
            .filter(|(at, _)| *at != 1 || !has_ttl)
            .map(|(_, word)| *word)
            .collect::<Vec<_>>()
            .join(" ")
    };
    lines.iter().map(strip).collect()
}

/// The last query, and where its packets come.
enum Asked {
    Udp(UdpSocket, Instant),
    Tcp(std::net::TcpStream, Instant),
}

impl Asked {
    fn send(server: &Running, client: &str, tcp: bool, octets: &[u8]) -> Self {
        if tcp {
            let mut stream = server.connect(client);
            let sent = Instant::now();
            send_framed(&mut stream, octets);
            return Self::Tcp(stream, sent);
        }
        let socket = client_socket(client);
        let sent = Instant::now();
        socket.send_to(octets, server.address).unwrap();
        Self::Udp(socket, sent)
    }

    fn next(&mut self, patience: Duration) -> Option<(Vec<u8>, Duration)> {
        match self {
            Self::Udp(socket, sent) => {
                receive(socket, patience).map(|octets| (octets, sent.elapsed()))
            }
            Self::Tcp(stream, sent) => {
                stream.set_read_timeout(Some(patience)).unwrap();
                receive_framed(stream).ok().map(|octets| (octets, sent.elapsed()))
            }
        }
    }
}

fn play(text: &str, file: &str) -> usize {
    let (config, scenario) = text.split_once("CONFIG_END").expect("CONFIG_END");
    let uncommented = scenario.lines().map(|line| line.split(';').next().unwrap().trim_end());
    let mut lines = uncommented.filter(|line| !line.trim().is_empty());
    let mut flags = LabSpec::default();
    let mut server: Option<Running> = None;
    let mut asked: Option<Asked> = None;
    let mut steps = 0;
    let own = (!config.trim().is_empty()).then(|| own_lab(&[("xx", config)]));
    while let Some(line) = lines.next() {
        let words: Vec<_> = line.split_whitespace().collect();
        let place = format!("{file}: {line}");
        match words[..] {
            ["SCENARIO_BEGIN" | "SCENARIO_END", ..] => {}
            ["TODAY", day] => {
                flags.today = Some(day.parse().unwrap());
                server = None;
            }
            ["STEP", _, ref what @ ..] => {
                steps += 1;
                let server = server.get_or_insert_with(|| {
                    let configs = own
                        .as_ref()
                        .map_or(Shelf::built_in_configs(), |(_, shelves)| shelves.configs.clone());
                    start_shelves(Shelves::new(configs, flags.clone()))
                });
                match what[0] {
                    "QUERY" => {
                        let from = what
                            .iter()
                            .position(|word| *word == "FROM")
                            .map_or("127.0.0.1", |at| what[at + 1]);
                        let octets = Entry::read(&mut lines).query();
                        asked = Some(Asked::send(server, from, what.contains(&"TCP"), &octets));
                    }
                    "CHECK_ANSWER" => {
                        let entry = Entry::read(&mut lines);
                        let packet = asked.as_mut().unwrap().next(Duration::from_secs(5));
                        let (octets, after) =
                            packet.unwrap_or_else(|| panic!("{place}: no packet came"));
                        entry.check(&octets, after, &place);
                    }
                    "NO_ANSWER" => assert!(
                        asked.as_mut().unwrap().next(SILENCE).is_none(),
                        "{place}: a packet came"
                    ),
                    other => panic!("{place}: STEP {other} means nothing"),
                }
            }
            _ => panic!("{place}: means nothing"),
        }
    }
    steps
}

#[test]
fn every_scenario_plays_as_written() {
    let mut steps = 0;
    for entry in fs::read_dir(repository().join("tests/scenarios")).unwrap() {
        let path = entry.unwrap().path();
        steps +=
            play(&fs::read_to_string(&path).unwrap(), &path.file_name().unwrap().to_string_lossy());
    }
    assert!(steps >= 60, "{steps} steps");
}

#[test]
#[should_panic(expected = "answer")]
fn a_scenario_with_a_wrong_expectation_fails() {
    play(
        "CONFIG_END\nSCENARIO_BEGIN wrong\nTODAY 2026-11-22\nSTEP 1 QUERY FROM 127.86.0.1\nENTRY_BEGIN\nREPLY RD\nSECTION QUESTION\n\
         rsf.org. IN A\nENTRY_END\nSTEP 2 CHECK_ANSWER\nENTRY_BEGIN\nMATCH answer\nSECTION ANSWER\nrsf.org. IN A 192.0.2.1\nENTRY_END\n",
        "inline",
    );
}
