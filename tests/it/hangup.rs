//! SIGHUP: a server whose terminal has gone ends, any other one reloads.

#![allow(unsafe_code, reason = "nothing safe makes a child the leader of a session of its own")]

use crate::support::{files::repository, program::program};
use nix::{
    fcntl::OFlag,
    pty::{PtyMaster, grantpt, posix_openpt, ptsname_r, unlockpt},
    sys::signal::{SigHandler, Signal, kill, signal},
    unistd::{Pid, setsid},
};
use std::{
    fs::File,
    io::{BufRead, BufReader},
    os::unix::process::CommandExt,
    process::{Child, ExitStatus, Stdio},
    sync::mpsc::{Receiver, channel},
    thread,
    time::{Duration, Instant},
};

/// A server in a session of its own.
struct Session {
    child: Child,
    /// The lines of its log.
    log: Receiver<String>,
}

/// A terminal, and the path by which a process opens it.
fn terminal() -> (PtyMaster, String) {
    // Not to be inherited by the server, which would hold it open.
    let master = posix_openpt(OFlag::O_RDWR | OFlag::O_NOCTTY | OFlag::O_CLOEXEC).unwrap();
    grantpt(&master).unwrap();
    unlockpt(&master).unwrap();
    let path = ptsname_r(&master).unwrap();
    (master, path)
}

impl Session {
    /// Starts a server at a terminal, or without any; `nohup` has it ignore SIGHUP.
    fn start(terminal: Option<String>, nohup: bool) -> Self {
        let mut command = program();
        command
            .args(["serve", "--listen", "127.0.0.1:0"])
            .env("NO_COLOR", "1")
            .current_dir(repository())
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        let prepare = move || {
            setsid()?;
            // The first terminal that a session's leader opens becomes its own (tty_ioctl(4)).
            if let Some(path) = &terminal {
                File::options().read(true).write(true).open(path)?;
            }
            if nohup {
                // SAFETY: no handler is set.
                unsafe { signal(Signal::SIGHUP, SigHandler::SigIgn)? };
            }
            Ok(())
        };
        // SAFETY: what runs between fork and exec makes system calls, and takes no lock but that of
        // the allocator, which glibc and musl keep usable in the child.
        let mut child = unsafe { command.pre_exec(prepare) }.spawn().unwrap();
        let mut banner = BufReader::new(child.stdout.take().unwrap()).lines().map(Result::unwrap);
        assert!(banner.any(|line| line.starts_with("listening on ")));
        let (lines, log) = channel();
        let stderr = BufReader::new(child.stderr.take().unwrap());
        thread::spawn(move || {
            // Kept, so that what follows in the banner can be written.
            let _banner = banner;
            stderr.lines().map_while(Result::ok).try_for_each(|line| lines.send(line))
        });
        Self { child, log }
    }

    fn hang_up(&self) {
        kill(Pid::from_raw(self.child.id().try_into().unwrap()), Signal::SIGHUP).unwrap();
    }

    /// Whether the log has such a line soon.
    fn logs(&self, words: &str) -> bool {
        let end = Instant::now() + Duration::from_secs(30);
        let left = || end.saturating_duration_since(Instant::now());
        let lines = std::iter::from_fn(|| self.log.recv_timeout(left()).ok());
        { lines }.any(|line| line.contains(words))
    }

    /// How it ends, if it does so soon.
    fn ends(&mut self, patience: Duration) -> Option<ExitStatus> {
        let begin = Instant::now();
        while begin.elapsed() < patience {
            if let Some(status) = self.child.try_wait().unwrap() {
                return Some(status);
            }
            thread::sleep(Duration::from_millis(20));
        }
        None
    }
}

impl Drop for Session {
    fn drop(&mut self) {
        // It may have ended.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[test]
fn a_server_ends_with_its_terminal() {
    let (master, path) = terminal();
    let mut server = Session::start(Some(path), false);
    drop(master);
    let status = server.ends(Duration::from_secs(20)).expect("it ends");
    assert!(status.success(), "{status}");
    assert!(server.logs("the terminal has gone"));
}

#[test]
fn a_server_at_a_terminal_reloads() {
    let (_master, path) = terminal();
    let mut server = Session::start(Some(path), false);
    server.hang_up();
    assert!(server.logs("reloaded"));
    assert_eq!(server.ends(Duration::from_millis(300)), None);
}

#[test]
fn a_server_without_a_terminal_reloads() {
    let mut server = Session::start(None, false);
    server.hang_up();
    assert!(server.logs("reloaded"));
    assert_eq!(server.ends(Duration::from_millis(300)), None);
}

#[test]
fn a_server_that_was_to_ignore_the_end_of_its_terminal_reloads() {
    let (master, path) = terminal();
    let mut server = Session::start(Some(path), true);
    drop(master);
    assert!(server.logs("reloaded"));
    assert_eq!(server.ends(Duration::from_millis(300)), None);
}
