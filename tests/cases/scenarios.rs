//! Scenario files: `tests/scenarios/*.rpl`, in the words of Unbound's and Deckard's replay files.
//!
//! Before `CONFIG_END` stands a country file, or nothing for the shipped countries; it holds for
//! all scenarios of the file. Each of them begins with `SCENARIO_BEGIN title`, then has `TODAY
//! date` and steps, and ends with `SCENARIO_END`. Steps are `STEP n QUERY [FROM address] [TCP]`
//! with an entry; `STEP n CHECK_ANSWER` with an entry that says what to `MATCH`, or that gives all
//! octets but the id (`HEX 81 80 ...`); `STEP n NO_ANSWER`. `AFTER 3ms` inside a check bounds when
//! the packet comes, counted from the query. Several checks after one query expect several packets.
//! Each scenario, and each `TODAY`, has a server of its own, whose pools stand at their beginning.

mod entry;
mod file;

use crate::{
    gate,
    support::{
        engine::{Flags, Sources, on, own_lab, shipped},
        files::{Scratch, entries},
        server::{Running, SILENCE, start_from},
        wire::{client_socket, receive, receive_framed, send_framed},
    },
    trial,
};
use entry::Entry;
use file::{File, Scenario};
use libtest_mimic::{Failed, Trial};
use std::{
    fs,
    net::{TcpStream, UdpSocket},
    sync::Arc,
    time::{Duration, Instant},
};

pub(crate) fn trials() -> Vec<Trial> {
    let (mut trials, mut steps) = (Vec::new(), 0);
    for path in entries("tests/scenarios") {
        let stem = path.file_stem().unwrap().to_string_lossy().into_owned();
        match File::read(&fs::read_to_string(&path).unwrap()) {
            Ok(file) => {
                steps += file.scenarios.iter().map(Scenario::steps).sum::<usize>();
                trials.extend(trials_of(&stem, file));
            }
            Err(why) => {
                let name = format!("scenario::{stem}");
                trials.push(Trial::test(name, move || Err(format!("{stem}.rpl: {why}").into())));
            }
        }
    }
    trials.push(trial("scenario::all: at least 60 steps".to_owned(), move || {
        assert!(steps >= 60, "{steps} steps");
    }));
    let of_the_reader: [(&str, fn()); 3] = [
        ("several scenarios share a config", file::several_scenarios_share_a_config),
        ("a broken frame is told", file::a_broken_frame_is_told),
        ("a wrong expectation fails", a_wrong_expectation_fails),
    ];
    trials
        .extend(of_the_reader.map(|(name, test)| trial(format!("scenario::reader: {name}"), test)));
    trials
}

/// A test for each scenario of a file.
fn trials_of(stem: &str, File { config, scenarios }: File) -> Vec<Trial> {
    let config = Arc::<str>::from(config);
    let test = |scenario: Scenario| {
        let (config, file) = (Arc::clone(&config), format!("{stem}.rpl"));
        Trial::test(format!("scenario::{stem}::{}", scenario.name()), move || {
            play(&config, &scenario, &file).map_err(Failed::from)
        })
    };
    scenarios.into_iter().map(test).collect()
}

/// As long as a packet that must come is waited for.
const PATIENCE: Duration = Duration::from_secs(5);

/// The last query, and where its packets come.
enum Asked {
    Udp(UdpSocket, Instant),
    Tcp(TcpStream, Instant),
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

/// The server of a scenario, whose own country, if it has one, stands in a folder.
fn start_with(own: Option<&(Scratch, Sources)>, flags: Flags) -> Running {
    let sources = match own {
        Some((_, sources)) => Sources { flags, ..sources.clone() },
        None => shipped(flags),
    };
    gate::through(|| start_from(sources))
}

/// Says what goes otherwise than it is written, and where.
fn play(config: &str, scenario: &Scenario, file: &str) -> Result<(), String> {
    let own = (!config.is_empty()).then(|| own_lab(&[("xx", config)]));
    let (mut flags, mut server) = (Flags::default(), None);
    let mut asked: Option<Asked> = None;
    let mut lines = scenario.lines.iter();
    while let Some((number, line)) = lines.next() {
        let words: Vec<_> = line.split_whitespace().collect();
        let wrong = |what: &str| format!("{file}:{number}: {line}: {what}");
        let mut entry = || Entry::read(&mut lines.by_ref().map(|(_, line)| line.as_str()));
        match words[..] {
            ["TODAY", day] => (flags, server) = (on(day), None),
            ["STEP", _, "QUERY", ref how @ ..] => {
                let server = server.get_or_insert_with(|| start_with(own.as_ref(), flags.clone()));
                let from = how.iter().position(|word| *word == "FROM");
                let from = from.map_or("127.0.0.1", |at| how[at + 1]);
                asked = Some(Asked::send(server, from, how.contains(&"TCP"), &entry().query()));
            }
            ["STEP", _, "CHECK_ANSWER"] => {
                let packet = asked.as_mut().and_then(|asked| asked.next(PATIENCE));
                let (octets, after) = packet.ok_or_else(|| wrong("no packet came"))?;
                entry().check(&octets, after).map_err(|why| wrong(&why))?;
            }
            ["STEP", _, "NO_ANSWER"] => {
                let asked = asked.as_mut().ok_or_else(|| wrong("nothing was asked"))?;
                if asked.next(SILENCE).is_some() {
                    return Err(wrong("a packet came"));
                }
            }
            _ => return Err(wrong("means nothing")),
        }
    }
    Ok(())
}

fn a_wrong_expectation_fails() {
    let text = "CONFIG_END\nSCENARIO_BEGIN wrong\nTODAY 2026-11-22\n\
                STEP 1 QUERY FROM 127.86.0.1\nENTRY_BEGIN\nREPLY RD\nSECTION QUESTION\n\
                rsf.org. IN A\nENTRY_END\nSTEP 2 CHECK_ANSWER\nENTRY_BEGIN\nMATCH answer\n\
                SECTION ANSWER\nrsf.org. IN A 192.0.2.1\nENTRY_END\nSCENARIO_END\n";
    let file = File::read(text).unwrap();
    let message = play(&file.config, &file.scenarios[0], "inline").unwrap_err();
    assert!(message.starts_with("inline:10: STEP 2 CHECK_ANSWER: answer\n"), "{message}");
}
