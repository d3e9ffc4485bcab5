//! The log, on standard error.
//!
//! Whoever logs does not wait until it is written: a full disk, or a pipe that nobody reads, must
//! hold up no query. A thread writes; what it cannot keep up with is dropped.

use super::outcome::Failure;
use crate::{config::log_filter, events::QUERY_LOG};
use std::io::{self, IsTerminal, Stderr};
use tracing::Metadata;
use tracing_appender::non_blocking::{NonBlocking, NonBlockingBuilder, WorkerGuard};
use tracing_subscriber::fmt::{MakeWriter, writer::EitherWriter};

/// As many lines may wait to be written: what a server says in hours, at `info`.
const MOST_LINES: usize = 4096;

/// Starts the log. What it returns has the last lines written when it is dropped, but waits for
/// them no longer than a second.
pub(super) fn start(filter: &str) -> Result<WorkerGuard, Failure> {
    let filter = log_filter(filter).map_err(Failure::problem)?;
    let colours =
        io::stderr().is_terminal() && std::env::var_os("NO_COLOR").is_none_or(|no| no.is_empty());
    let lines = NonBlockingBuilder::default().buffered_lines_limit(MOST_LINES).lossy(true);
    let (lines, guard) = lines.thread_name("log").finish(io::stderr());
    tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(LogWriter(lines))
        .with_ansi(colours)
        .with_target(false)
        .log_internal_errors(false)
        .init();
    Ok(guard)
}

/// Where lines go.
struct LogWriter(NonBlocking);

impl<'w> MakeWriter<'w> for LogWriter {
    type Writer = EitherWriter<NonBlocking, Stderr>;

    fn make_writer(&'w self) -> Self::Writer {
        EitherWriter::A(self.0.clone())
    }

    /// Lines about queries come from a thread of their own, which may wait: behind it is a queue
    /// that counts what it loses.
    fn make_writer_for(&'w self, line: &Metadata<'_>) -> Self::Writer {
        if line.target() == QUERY_LOG { EitherWriter::B(io::stderr()) } else { self.make_writer() }
    }
}
