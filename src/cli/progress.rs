//! What a person at a terminal sees of a load that takes its time.

use crate::progress::Progress;
use std::{
    io::{self, IsTerminal, Write},
    sync::mpsc::{RecvTimeoutError, channel},
    thread,
    time::Duration,
};

/// A load that is over by then says nothing.
const PATIENCE: Duration = Duration::from_secs(1);

/// How often the line is written anew.
const PACE: Duration = Duration::from_millis(100);

/// Does what loads a lab. If that takes longer than a second, a terminal shows how far it has come;
/// anything else, such as a log file, shows nothing.
pub(super) fn watched<T>(progress: &Progress, load: impl FnOnce() -> T) -> T {
    let error = io::stderr();
    if error.is_terminal() { shown(progress, error, PATIENCE, load) } else { load() }
}

fn shown<T>(
    progress: &Progress,
    mut out: impl Write + Send,
    patience: Duration,
    load: impl FnOnce() -> T,
) -> T {
    thread::scope(|scope| {
        let (done, waiting) = channel::<()>();
        let showing = scope.spawn(move || {
            let mut wait = patience;
            while waiting.recv_timeout(wait) == Err(RecvTimeoutError::Timeout) {
                // Back to the beginning of the line, and nothing left of what stood there (ECMA-48:
                // CR, EL).
                let _ = write!(out, "\r{}\x1b[K", line(progress)).and_then(|()| out.flush());
                wait = PACE;
            }
            if wait == PACE {
                let _ = write!(out, "\r\x1b[K").and_then(|()| out.flush());
            }
        });
        let loaded = load();
        drop(done);
        // What comes next must not be written before the line has gone.
        let _ = showing.join();
        loaded
    })
}

fn line(progress: &Progress) -> String {
    let (read, indexed) = progress.so_far();
    format!("loading: {} names read, {} indexed", grouped(read), grouped(indexed))
}

/// A number with commas between its thousands.
fn grouped(number: usize) -> String {
    let digits = number.to_string();
    let begins = |at: usize| at > 0 && (digits.len() - at).is_multiple_of(3);
    digits
        .char_indices()
        .flat_map(|(at, digit)| begins(at).then_some(',').into_iter().chain([digit]))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::{grouped, shown};
    use crate::progress::Progress;
    use std::{thread::sleep, time::Duration};

    fn shows(patience: u64) -> String {
        let (progress, mut out) = (Progress::default(), Vec::new());
        shown(&progress, &mut out, Duration::from_millis(patience), || {
            let mut reading = progress.reading();
            (0..12_345_678).for_each(|_| reading.step());
            drop(reading);
            sleep(Duration::from_millis(400));
            progress.indexing().step();
            sleep(Duration::from_millis(400));
        });
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn a_long_load_says_how_far_it_has_come_and_leaves_a_clean_line() {
        let shown = shows(10);
        assert!(shown.contains("\rloading: 12,345,678 names read, 0 indexed\x1b[K"), "{shown:?}");
        assert!(shown.contains("\rloading: 12,345,678 names read, 1 indexed\x1b[K"), "{shown:?}");
        assert!(shown.ends_with("\r\x1b[K"), "{shown:?}");
    }

    #[test]
    fn thousands_are_told_apart() {
        assert_eq!(
            [0, 999, 1_000, 123_456, 1_234_567].map(grouped),
            ["0", "999", "1,000", "123,456", "1,234,567"]
        );
    }

    #[test]
    fn a_short_one_says_nothing() {
        assert_eq!(shows(60_000), "");
    }
}
