//! A server says when it is there, and who it is.

use crate::support::{
    files::Scratch,
    program::{program, splinterdns},
};
use std::{
    fs,
    net::UdpSocket,
    os::unix::net::UnixDatagram,
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

fn health(arguments: &[&str]) -> (bool, String) {
    let output = splinterdns(&[&["health"], arguments].concat());
    let said = String::from_utf8([output.stdout, output.stderr].concat()).unwrap();
    (output.status.success(), said)
}

fn serve(scratch: &Scratch, environment: &[(&str, &str)]) -> Child {
    program()
        .arg("serve")
        .args(["--ready-file", scratch.path().join("ready").to_str().unwrap()])
        .envs(environment.iter().copied())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap()
}

/// The addresses in the ready file, when it is there.
fn addresses(scratch: &Scratch) -> Vec<String> {
    let begin = Instant::now();
    while begin.elapsed() < Duration::from_secs(20) {
        if let Ok(text) = fs::read_to_string(scratch.path().join("ready")) {
            return text.lines().map(str::to_owned).collect();
        }
        std::thread::sleep(Duration::from_millis(20));
    }
    panic!("there is no ready file");
}

fn stop(mut child: Child) {
    Command::new("kill").arg(child.id().to_string()).status().unwrap();
    child.wait().unwrap();
}

#[test]
fn health_knows_the_server_that_is_meant() {
    let scratch = Scratch::new();
    let listen = "127.0.0.1:0=RU,127.0.0.1:0=IN/jio";
    let child =
        serve(&scratch, &[("SPLINTERDNS_LISTEN", listen), ("SPLINTERDNS_TODAY", "2026-03-01")]);
    let addresses = addresses(&scratch);
    let [ru, jio] = &addresses[..] else { panic!("{addresses:?}") };
    let (good, said) = health(&[ru, "--country", "RU", "--today", "2026-03-01"]);
    assert!(good && said.contains("as RU, on 2026-03-01"), "{said}");
    assert!(health(&[jio, "--country", "IN/jio"]).0 && health(&[jio, "--country", "IN"]).0);
    for wrong in [
        [ru, "--country", "CN"],
        [ru, "--country", "RU/mgts"],
        [ru, "--today", "2026-03-02"],
        [jio, "--country", "IN/act"],
    ] {
        let (good, said) = health(&wrong);
        assert!(!good && said.contains("is not the one meant"), "{wrong:?}: {said}");
    }
    stop(child);
    assert!(!scratch.path().join("ready").exists(), "who is gone is not ready");
}

#[test]
fn a_stranger_on_the_port_is_no_health() {
    let stranger = UdpSocket::bind("127.0.0.1:0").unwrap();
    let address = stranger.local_addr().unwrap().to_string();
    // It refuses whatever it is asked, as a resolver does that knows no class CH.
    let answering = std::thread::spawn(move || {
        let mut buffer = [0; 512];
        let (length, from) = stranger.recv_from(&mut buffer).unwrap();
        buffer[2] |= 0x80;
        buffer[3] = 5;
        stranger.send_to(&buffer[..length], from).unwrap();
    });
    let (good, said) = health(&[&address]);
    answering.join().unwrap();
    assert!(!good && said.contains("another server answers"), "{said}");
}

#[test]
fn the_service_manager_is_told_when_the_server_listens_and_when_it_stops() {
    let scratch = Scratch::new();
    let path = scratch.path().join("notify");
    let manager = UnixDatagram::bind(&path).unwrap();
    manager.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
    let heard = || {
        let mut buffer = [0; 64];
        let length = manager.recv(&mut buffer).unwrap();
        String::from_utf8_lossy(&buffer[..length]).into_owned()
    };
    scratch.write("ready", "127.0.0.1:9\n");
    let environment =
        [("NOTIFY_SOCKET", path.to_str().unwrap()), ("SPLINTERDNS_LISTEN", "127.0.0.1:0")];
    let child = serve(&scratch, &environment);
    assert_eq!(heard(), "READY=1");
    let [address] = &addresses(&scratch)[..] else { panic!("one listener") };
    let (good, said) = health(&[address]);
    assert!(good && said.contains("as no country"), "{said}");
    stop(child);
    assert_eq!(heard(), "STOPPING=1");
}

#[test]
fn a_server_that_admits_others_alone_is_healthy_on_its_own_machine() {
    let scratch = Scratch::new();
    let environment = [("SPLINTERDNS_ALLOW", "10.0.0.0/8"), ("SPLINTERDNS_LISTEN", "127.0.0.1:0")];
    let child = serve(&scratch, &environment);
    let (good, said) = health(&[&addresses(&scratch)[0]]);
    stop(child);
    assert!(good, "{said}");
}
