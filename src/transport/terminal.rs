//! The terminal that the server was started at: SIGHUP means that it has gone, or "reload".

use nix::libc::{EIO, ENODEV, ENXIO, SIGHUP};
use std::{
    fs::{self, File},
    io,
};
use tokio::signal::unix::{Signal, SignalKind, signal};

/// The SIGHUPs of this process, and whether they mean its end.
#[derive(Debug)]
pub struct Hangups {
    pub(super) signal: Signal,
    pub(super) terminal: ControllingTerminal,
}

impl Hangups {
    /// Takes them from now on; without a handler one ends the process. Must be called inside a
    /// tokio runtime.
    ///
    /// # Errors
    ///
    /// The system's.
    pub fn take() -> io::Result<Self> {
        let terminal = ControllingTerminal::at_start();
        Ok(Self { signal: signal(SignalKind::hangup())?, terminal })
    }
}

/// Whether the server belongs to a terminal.
#[derive(Clone, Copy, Debug)]
pub(super) struct ControllingTerminal {
    was_there: bool,
}

impl ControllingTerminal {
    /// Looks for the terminal. Must be called before a handler of SIGHUP is set: whoever has the
    /// signal ignored (nohup(1)) wants the server to outlive its terminal.
    pub(super) fn at_start() -> Self {
        Self { was_there: open().is_ok() && !hangup_is_ignored() }
    }

    /// Whether the server was started at a terminal that is no more. The kernel takes it away from
    /// all processes of the session before it sends SIGHUP, and so it is when a shell passes that
    /// on to its jobs.
    pub(super) fn has_gone(self) -> bool {
        let gone = |error: io::Error| matches!(error.raw_os_error(), Some(ENXIO | EIO | ENODEV));
        self.was_there && open().err().is_some_and(gone)
    }
}

/// Opens the terminal of this process, whichever it is (tty(4)).
fn open() -> io::Result<File> {
    File::open("/dev/tty")
}

/// Whether SIGHUP was ignored by whoever started this process (proc_pid_status(5)).
fn hangup_is_ignored() -> bool {
    fs::read_to_string("/proc/self/status").is_ok_and(|status| ignores_hangup(&status))
}

fn ignores_hangup(status: &str) -> bool {
    let mask = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    let mask = mask.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok());
    mask.is_some_and(|mask| mask & 1 << (SIGHUP - 1) != 0)
}

#[cfg(test)]
mod tests {
    use super::ignores_hangup;

    #[test]
    fn the_mask_of_ignored_signals_is_read() {
        assert!(ignores_hangup("SigCgt:\t0\nSigIgn:\t0000000000000001\n"));
        assert!(ignores_hangup("SigIgn:\t0000000000001003\n"));
        assert!(!ignores_hangup("SigBlk:\t0000000000000001\nSigIgn:\t0000000000001000\n"));
        assert!(!ignores_hangup(""));
    }
}
