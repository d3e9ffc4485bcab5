//! What others have published, asked of the running server: `tests/fidelity/*.yaml`, and the table
//! in `docs/fidelity.md` that is made from it. With `UPDATE_FIDELITY=1` the table is written anew;
//! read the difference before you commit it.
//!
//! The rows know nothing of our configs, so that a wrong config cannot agree with itself, and the
//! client reads octets.

use crate::support::{
    Running, client_socket, question, receive, receive_framed, repository, send_framed, start_on,
};
use hickory_proto::{
    op::{Message, ResponseCode},
    rr::RecordType,
};
use ipnet::IpNet;
use serde::Deserialize;
use splinterdns::query::Type;
use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    net::IpAddr,
    thread,
    time::{Duration, Instant},
};

/// For so long replies are gathered: longer than any genuine answer was seen to lag behind a forged
/// one (364 ms).
const PATIENCE: Duration = Duration::from_millis(500);

#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct Row {
    ask: String,
    client: IpAddr,
    day: String,
    #[serde(default)]
    transport: Transport,
    #[serde(default = "yes")]
    rd: bool,
    #[serde(default = "yes")]
    edns: bool,
    seen: Seen,
    of: String,
    #[serde(default)]
    note: String,
    /// Why we fall short, where we do.
    #[serde(default)]
    why: String,
}

#[derive(Clone, Default, Deserialize, PartialEq)]
#[serde(rename_all = "kebab-case")]
enum Transport {
    #[default]
    Udp,
    Tcp,
}

/// Every key that is given is checked.
#[derive(Clone, Default, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
struct Seen {
    honest: Option<bool>,
    rcode: Option<String>,
    data: Option<Vec<String>>,
    one_of: Option<Vec<String>>,
    r#in: Option<Vec<IpNet>>,
    types: Option<Vec<String>>,
    ttls: Option<Vec<u32>>,
    flags: Option<String>,
    owner: Option<String>,
    opt: Option<bool>,
    soa: Option<String>,
    replies: Option<[usize; 2]>,
    last_honest: Option<bool>,
    silence: Option<bool>,
    malformed: Option<bool>,
}

const fn yes() -> bool {
    true
}

/// A reply: its octets, and the same decoded where a library can.
struct Reply {
    octets: Vec<u8>,
    message: Option<Message>,
}

fn gather(server: &Running, row: &Row, client: &str, most: usize) -> Vec<Reply> {
    let (name, rtype) =
        row.ask.split_once(' ').unwrap_or_else(|| panic!("{}: a name and a type", row.ask));
    let rtype = rtype.parse::<Type>().unwrap_or_else(|why| panic!("{why}")).0;
    let mut message = question(&format!("{name}."), rtype);
    message.metadata.recursion_desired = row.rd;
    if !row.edns {
        message.edns = None;
    }
    let octets = message.to_vec().unwrap();
    let mut replies = Vec::new();
    let begin = Instant::now();
    if row.transport == Transport::Tcp {
        let mut stream = server.connect(client);
        stream.set_read_timeout(Some(PATIENCE)).unwrap();
        send_framed(&mut stream, &octets);
        replies.extend(receive_framed(&mut stream).ok());
    } else {
        let socket = client_socket(client);
        socket.send_to(&octets, server.address).unwrap();
        while let (Some(left), true) = (
            PATIENCE.checked_sub(begin.elapsed()).filter(|left| !left.is_zero()),
            replies.len() < most,
        ) {
            let Some(reply) = receive(&socket, left) else { break };
            replies.push(reply);
        }
    }
    let decode = |octets: Vec<u8>| Reply { message: Message::from_vec(&octets).ok(), octets };
    replies.into_iter().map(decode).collect()
}

fn data(message: &Message) -> Vec<String> {
    message.answers.iter().map(|record| record.data.to_string()).collect()
}

fn word(code: ResponseCode) -> &'static str {
    match code {
        ResponseCode::NoError => "NOERROR",
        ResponseCode::NXDomain => "NXDOMAIN",
        ResponseCode::ServFail => "SERVFAIL",
        ResponseCode::Refused => "REFUSED",
        _ => "another",
    }
}

fn flags(octets: &[u8]) -> String {
    let bits = [("qr", 15), ("aa", 10), ("tc", 9), ("rd", 8), ("ra", 7), ("ad", 5), ("cd", 4)];
    let all = u16::from_be_bytes([octets[2], octets[3]]);
    bits.iter()
        .filter(|(_, bit)| all & (1 << bit) != 0)
        .map(|(word, _)| *word)
        .collect::<Vec<_>>()
        .join(" ")
}

/// How the first record's owner is written, read from the octets behind the question.
fn owner(octets: &[u8]) -> &'static str {
    let mut at = 12;
    while octets[at] != 0 {
        at += 1 + usize::from(octets[at]);
    }
    if octets.get(at + 5) == Some(&0xc0) { "pointer" } else { "copy" }
}

fn soa(message: &Message) -> &'static str {
    let has = |section: &[hickory_proto::rr::Record]| {
        section.iter().any(|record| record.record_type() == RecordType::SOA)
    };
    match (has(&message.authorities), has(&message.additionals)) {
        (true, _) => "authority",
        (_, true) => "additional",
        _ => "none",
    }
}

fn in_one(data: &str, networks: &[IpNet]) -> bool {
    data.parse::<IpAddr>()
        .is_ok_and(|address| networks.iter().any(|network| network.contains(&address)))
}

/// Where the addresses lie that are in none of the networks: as networks, because pools walk and
/// the page must stay.
fn outside(addresses: &[String], networks: &[IpNet]) -> String {
    let lost = addresses
        .iter()
        .filter(|address| !in_one(address, networks))
        .filter_map(|text| text.parse::<IpAddr>().ok());
    let wide = |address: IpAddr| {
        IpNet::new(address, if address.is_ipv4() { 16 } else { 32 }).unwrap().trunc().to_string()
    };
    let wide: BTreeSet<_> = lost.map(wide).collect();
    wide.into_iter().collect::<Vec<_>>().join(", ")
}

/// What is not as it was seen; nothing when all is.
fn difference(seen: &Seen, replies: &[Reply], honest: &[Reply]) -> Option<String> {
    if let Some(true) = seen.silence {
        return (!replies.is_empty()).then(|| format!("{} came, not silence", replies.len()));
    }
    if let Some([least, most]) = seen.replies
        && !(least..=most).contains(&replies.len())
    {
        return Some(format!("{} came, not {least} to {most}", replies.len()));
    }
    let Some(first) = replies.first() else { return Some("silence".to_owned()) };
    if let Some(malformed) = seen.malformed {
        let readable = first.message.is_some();
        return (malformed == readable)
            .then(|| if readable { "a message that can be read" } else { "none" }.to_owned());
    }
    let Some(message) = &first.message else {
        return Some("octets that a DNS library cannot read".to_owned());
    };
    let genuine =
        honest.first().and_then(|reply| reply.message.as_ref()).expect("an honest answer");
    let same = |message: &Message| {
        message.response_code == genuine.response_code && data(message) == data(genuine)
    };
    let last = replies.last().and_then(|reply| reply.message.as_ref());
    let types: Vec<_> =
        message.answers.iter().map(|record| Type(record.record_type()).to_string()).collect();
    let ttls: Vec<_> = message.answers.iter().map(|record| record.ttl).collect();
    let forged =
        replies.iter().filter_map(|reply| reply.message.as_ref()).filter(|message| !same(message));
    let addresses: Vec<_> = forged.flat_map(data).collect();
    let first_data = data(message);
    let shown_data = listed(&first_data);
    let checks = [
        (seen.honest.is_none_or(|honest| honest == same(message)), "data", shown_data.clone()),
        (
            seen.rcode.as_deref().is_none_or(|rcode| rcode == word(message.response_code)),
            "rcode",
            word(message.response_code).to_owned(),
        ),
        (seen.data.as_ref().is_none_or(|data| *data == first_data), "data", shown_data.clone()),
        (
            seen.one_of.as_ref().is_none_or(|all| {
                !first_data.is_empty() && first_data.iter().all(|one| all.contains(one))
            }),
            "data",
            shown_data,
        ),
        (
            seen.r#in.as_ref().is_none_or(|nets| {
                !addresses.is_empty() && addresses.iter().all(|one| in_one(one, nets))
            }),
            "in",
            outside(&addresses, seen.r#in.as_deref().unwrap_or_default()),
        ),
        (seen.types.as_ref().is_none_or(|all| *all == types), "types", types.join(", ")),
        (seen.ttls.as_ref().is_none_or(|all| *all == ttls), "TTLs", format!("{ttls:?}")),
        (
            seen.flags.as_ref().is_none_or(|all| *all == flags(&first.octets)),
            "flags",
            flags(&first.octets),
        ),
        (
            seen.owner.as_deref().is_none_or(|form| form == owner(&first.octets)),
            "owner",
            owner(&first.octets).to_owned(),
        ),
        (
            seen.opt.is_none_or(|opt| opt == message.edns.is_some()),
            "OPT",
            message.edns.is_some().to_string(),
        ),
        (
            seen.soa.as_deref().is_none_or(|place| place == soa(message)),
            "SOA",
            soa(message).to_owned(),
        ),
        (
            seen.last_honest.is_none_or(|honest| last.is_some_and(same) == honest),
            "last",
            "not as said".to_owned(),
        ),
    ];
    checks.into_iter().find(|(holds, ..)| !holds).map(|(_, what, got)| format!("{what}: {got}"))
}

/// Record data or types, for people.
fn listed(all: &[String]) -> String {
    if all.is_empty() { "no records".to_owned() } else { all.join(", ") }
}

/// What was seen, in a few words for the table.
fn shown(seen: &Seen) -> String {
    let mut words = Vec::new();
    words.extend(seen.silence.filter(|silence| *silence).map(|_| "silence".to_owned()));
    words.extend(seen.malformed.map(|_| "malformed".to_owned()));
    words.extend(seen.honest.map(|honest| if honest { "honest" } else { "not honest" }.to_owned()));
    words.extend(seen.rcode.clone());
    words.extend(seen.data.as_deref().map(listed));
    words.extend(seen.one_of.as_ref().map(|all| {
        if all.len() > 3 { format!("one of {} addresses", all.len()) } else { all.join(" or ") }
    }));
    words.extend(seen.r#in.as_ref().map(|nets| match &nets[..] {
        [one] => format!("in {one}"),
        more => format!("in {} networks", more.len()),
    }));
    words.extend(seen.types.as_deref().map(listed));
    words.extend(seen.ttls.as_ref().map(|all| {
        format!("TTL {}", all.iter().map(ToString::to_string).collect::<Vec<_>>().join(", "))
    }));
    words.extend(seen.flags.clone());
    words.extend(seen.owner.as_ref().map(|form| format!("owner {form}")));
    words.extend(seen.opt.map(|opt| if opt { "OPT" } else { "no OPT" }.to_owned()));
    words.extend(seen.soa.as_ref().map(|place| format!("SOA {place}")));
    words.extend(seen.replies.map(|range| match range {
        [1, 1] => "1 reply".to_owned(),
        [least, most] if least == most => format!("{least} replies"),
        [least, most] => format!("{least} to {most} replies"),
    }));
    words.extend(seen.last_honest.filter(|last| *last).map(|_| "the genuine one last".to_owned()));
    words.join("; ")
}

const HEAD: &str = "# Fidelity

What others have published, a selection, asked of the running server by a client that knows nothing of the configs. The rows are
`tests/fidelity/*.yaml`; this page is written by `UPDATE_FIDELITY=1 cargo test --test it fidelity`, and that test fails when it differs.

";

/// A row's line of the table, and whether it holds.
fn line(server: &Running, country: &str, row: &Row) -> (bool, String) {
    let replies = gather(server, row, &row.client.to_string(), usize::MAX);
    // The control is a client of nobody's network, asking the same by UDP.
    let honest = gather(
        server,
        &Row { transport: Transport::Udp, seen: Seen::default(), ..row.clone() },
        "127.0.0.1",
        1,
    );
    let verdict = difference(&row.seen, &replies, &honest);
    let holds = verdict.is_none();
    let result =
        verdict.map_or("holds".to_owned(), |got| format!("**differs**: {got}; {}", row.why));
    assert_eq!(
        holds,
        row.why.is_empty(),
        "{} from {} on {}: say why it differs, and only then: {result}",
        row.ask,
        row.client,
        row.day
    );
    let note = if row.note.is_empty() { String::new() } else { format!(" ({})", row.note) };
    let tcp = if row.transport == Transport::Tcp { ", TCP" } else { "" };
    let Row { ask, client, day, of, .. } = row;
    (
        holds,
        format!(
            "| {country} {client} | {day} | {ask}{tcp} | {}{note} | {of} | {result} |",
            shown(&row.seen)
        ),
    )
}

/// Every row with its country and its place in the table, by the day on which it is asked.
fn rows() -> BTreeMap<String, Vec<(usize, String, Row)>> {
    let mut files: Vec<_> = fs::read_dir(repository().join("tests/fidelity"))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    files.sort();
    let mut days: BTreeMap<String, Vec<(usize, String, Row)>> = BTreeMap::new();
    let mut number = 0;
    for file in files {
        let country = file.file_stem().unwrap().to_string_lossy().to_uppercase();
        let text = fs::read_to_string(&file).unwrap();
        let rows: Vec<Row> =
            serde_yaml::from_str(&text).unwrap_or_else(|why| panic!("{}: {why}", file.display()));
        for row in rows {
            days.entry(row.day.clone()).or_default().push((number, country.clone(), row));
            number += 1;
        }
    }
    days
}

/// So many servers run at a time.
const SERVERS: usize = 3;

/// All rows of a day, each with its place in the table.
fn ask_on(day: &str, rows: &[(usize, String, Row)]) -> Vec<(usize, (bool, String))> {
    let server = start_on(day);
    // Each waits half a second for replies, so they wait together.
    thread::scope(|scope| {
        let ask = |(number, country, row): &'_ (usize, String, Row)| {
            (*number, line(&server, country, row))
        };
        let asked: Vec<_> = rows.iter().map(|row| scope.spawn(move || ask(row))).collect();
        asked.into_iter().map(|asked| asked.join().unwrap()).collect()
    })
}

#[test]
fn the_table_of_published_observations_is_what_the_server_does() {
    let mut lines: Vec<(usize, (bool, String))> = Vec::new();
    let days: Vec<_> = rows().into_iter().collect();
    for some_days in days.chunks(SERVERS) {
        thread::scope(|scope| {
            let asked: Vec<_> =
                some_days.iter().map(|(day, rows)| scope.spawn(|| ask_on(day, rows))).collect();
            lines.extend(asked.into_iter().flat_map(|asked| asked.join().unwrap()));
        });
    }
    lines.sort();
    let (held, total) = (lines.iter().filter(|(_, (holds, _))| *holds).count(), lines.len());
    let table = "| country, client | day | question | seen | by | here |\n| --- | --- | --- | --- | --- | --- |\n";
    let lines: Vec<_> = lines.into_iter().map(|(_, (_, line))| line).collect();
    let page =
        format!("{HEAD}{held} of {total} observations hold.\n\n{table}{}\n", lines.join("\n"));
    let path = repository().join("docs/fidelity.md");
    if std::env::var_os("UPDATE_FIDELITY").is_some() {
        fs::write(&path, &page).unwrap();
    }
    assert!(
        fs::read_to_string(&path).unwrap_or_default() == page,
        "docs/fidelity.md differs from what the server does"
    );
    assert!(total >= 120, "{total} rows");
}
