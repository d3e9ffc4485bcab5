//! Files that never end, and signals that come while the first lab is read.

use crate::support::{
    engine::own_lab,
    files::{Scratch, repository},
    program::program,
};
use nix::{
    sys::{
        signal::{Signal, kill},
        stat::Mode,
    },
    unistd::{Pid, mkfifo},
};
use std::{
    os::unix::fs::symlink,
    process::{Output, Stdio},
    thread::sleep,
    time::{Duration, Instant},
};

fn country(rest: &str) -> String {
    format!(
        "country: XX\nname: Nowhere\nclients: [127.99.0.0/16]\nrules:\n  - {{rule: r, {rest}, \
         answer: nxdomain, evidence: assumed, sources: [T]}}\nsources: {{T: Tester}}\n"
    )
}

fn check(folder: &Scratch, what: &str) -> Output {
    let mut checking = program();
    checking.args(["check", what]).current_dir(folder.path()).env("NO_COLOR", "1");
    checking.output().unwrap()
}

#[test]
fn pipes_and_devices_are_no_files() {
    let (scratch, _) = own_lab(&[("xx", &country("lists: [list.txt]"))]);
    let list = scratch.path().join("countries/list.txt");
    mkfifo(&list, Mode::S_IRWXU).unwrap();
    let said = |output: Output| String::from_utf8(output.stderr).unwrap();
    let found = said(check(&scratch, "."));
    assert!(found.contains("list.txt: it is a pipe, and no file"), "{found}");
    std::fs::remove_file(&list).unwrap();
    symlink("/dev/zero", &list).unwrap();
    let found = said(check(&scratch, "."));
    assert!(found.contains("list.txt: it is a device or a socket, and no file"), "{found}");
    std::fs::remove_file(&list).unwrap();
    scratch.write("countries/list.txt", "a.example\n");
    assert!(check(&scratch, ".").status.success());
    mkfifo(&scratch.path().join("countries/yy.yaml"), Mode::S_IRWXU).unwrap();
    let found = said(check(&scratch, "."));
    assert!(found.contains("yy.yaml: it is a pipe, and no file"), "{found}");
    let zone = "@ 60 SOA ns h 1 2 3 4 5\n$INCLUDE hosts\n";
    scratch.write("z.example.zone", zone);
    mkfifo(&scratch.path().join("hosts"), Mode::S_IRWXU).unwrap();
    let found = said(check(&scratch, "z.example.zone"));
    assert!(found.contains("hosts: it is a pipe, and no file"), "{found}");
}

/// A lab whose names take a second or more to be read.
fn slow_lab() -> Scratch {
    let (scratch, _) = own_lab(&[("xx", &country("lists: [list.txt]"))]);
    let names: String =
        (0..600_000).map(|number| format!("{number}.x{number}.example\n")).collect();
    scratch.write("countries/list.txt", &names);
    scratch
}

#[test]
fn a_load_ends_with_the_first_signal_and_a_hangup_does_not_end_it() {
    let scratch = slow_lab();
    let start = || {
        program()
            .args(["serve", "--listen", "127.0.0.1:0", "--configs"])
            .arg(scratch.path())
            .current_dir(repository())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap()
    };
    for signal in [Signal::SIGINT, Signal::SIGTERM] {
        let mut server = start();
        sleep(Duration::from_millis(150));
        let process = Pid::from_raw(server.id() as i32);
        kill(process, Signal::SIGHUP).unwrap();
        sleep(Duration::from_millis(50));
        assert_eq!(server.try_wait().unwrap(), None, "it was hung up and goes on");
        kill(process, signal).unwrap();
        let begin = Instant::now();
        let status = server.wait().unwrap();
        assert!(status.success(), "{status}");
        assert!(begin.elapsed() < Duration::from_millis(500), "{:?}", begin.elapsed());
    }
}
