//! How late the steps of a race leave: a running server is asked over loopback, and each packet's
//! time is held against the one in its config. Prints the median and the 99th percentile of the
//! error for every step.

use splinterdns::{
    config::{LabSpec, ListenerSpec},
    diagnostic::{At, Place},
    engine::LabSources,
    files::FileSource,
    transport::{Hangups, Server},
};
use std::{
    fs,
    net::UdpSocket,
    time::{Duration, Instant},
};
use tokio::{runtime::Runtime, sync::watch};

/// When the steps are due, in milliseconds.
const STEPS: [u64; 4] = [0, 1, 5, 50];

/// Enough for a 99th percentile that is not one packet's bad luck, in half a minute.
const QUERIES: usize = 500;

/// `r.example A`, RD.
const QUERY: &[u8] = b"\x12\x34\x01\x00\0\x01\0\0\0\0\0\0\x01r\x07example\0\0\x01\0\x01";

fn main() {
    // `cargo test --benches` and `cargo bench -- --test` only ask whether it runs.
    let queries = if std::env::args().any(|argument| argument == "--test") { 5 } else { QUERIES };
    let folder = std::env::temp_dir().join(format!("splinterdns-race-{}", std::process::id()));
    fs::create_dir_all(folder.join("countries")).expect("a folder");
    fs::write(folder.join("countries/xx.yaml"), country()).expect("a file");
    let flags = LabSpec { listen: vec![listener()], ..LabSpec::default() };
    let sources = LabSources::new(FileSource::Folder(folder.clone()), flags);
    let runtime = Runtime::new().expect("a runtime");
    let (stop, stopped) = watch::channel(());
    let address = runtime.block_on(async {
        let server = Server::bind(sources, Hangups::take().unwrap())
            .unwrap_or_else(|error| panic!("{error}"));
        let address = server.listeners()[0].address;
        tokio::spawn(server.run(stopped));
        address
    });
    let socket = UdpSocket::bind("127.99.0.1:0").expect("a socket");
    socket.connect(address).expect("an address");
    socket.set_read_timeout(Some(Duration::from_secs(2))).expect("a timeout");
    let mut errors = STEPS.map(|_| Vec::new());
    for _ in 0..queries {
        let begin = Instant::now();
        socket.send(QUERY).expect("a query");
        for (step, errors) in STEPS.iter().zip(&mut errors) {
            socket.recv(&mut [0; 512]).expect("a packet");
            errors.push(begin.elapsed().saturating_sub(Duration::from_millis(*step)));
        }
    }
    for (step, mut errors) in STEPS.into_iter().zip(errors) {
        errors.sort_unstable();
        let (median, late) = (errors[errors.len() / 2], errors[errors.len() * 99 / 100]);
        println!(
            "step due after {step:>2} ms: late by {median:>9.1?} at the median, \
             {late:>9.1?} at the 99th percentile"
        );
    }
    drop(stop);
    runtime.shutdown_background();
    fs::remove_dir_all(folder).expect("the folder goes");
}

fn country() -> String {
    let steps: Vec<_> =
        STEPS.iter().map(|step| format!("{{after: {step}ms, send: forged}}")).collect();
    format!(
        "country: XX\nname: Nowhere\nclients: [127.99.0.0/16]\nanswers:\n  \
         forged: {{poison: {{a: 192.0.2.1}}}}\n  many: {{race: [{}]}}\nrules:\n  \
         - {{rule: r, names: [r.example], answer: many, evidence: assumed, sources: [T]}}\n\
         sources: {{T: a benchmark}}\n",
        steps.join(", ")
    )
}

fn listener() -> At<ListenerSpec> {
    let address = "127.0.0.1:0".parse().expect("an address");
    At { place: Place::whole(0), value: ListenerSpec { address, binding: None } }
}
