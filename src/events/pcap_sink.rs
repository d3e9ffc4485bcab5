//! What comes in and goes out, as packets in a file (`capture`).

use super::{
    chunk_writer::{ChunkOutput, ChunkWriter},
    event::{Delivered, QueryEvent},
    open_file::RecordFile,
    sink::EventSink,
    sink_error::SinkError,
};
use crate::capture::{Capture, Packet, Peers, file_header};
use prometheus_client::metrics::counter::Counter;
use std::{
    io::{self, Write},
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

/// Writes a capture.
pub(super) struct PcapSink {
    writer: ChunkWriter,
    capture: Capture,
}

/// The file, or standard output.
enum PcapOutput {
    Standard(io::Stdout),
    File { path: PathBuf, file: RecordFile },
}

impl PcapSink {
    pub(super) fn open(path: &Path, lost: Counter) -> Result<Self, SinkError> {
        let open = || ChunkWriter::start("capture", PcapOutput::open(path)?, lost);
        let writer = open().map_err(|why| SinkError::new("capture", path, why))?;
        Ok(Self { writer, capture: Capture::default() })
    }
}

impl EventSink for PcapSink {
    fn record(&mut self, event: &Arc<QueryEvent>) {
        let QueryEvent { client, server, transport, time, .. } = **event;
        let (peers, capture) = (Peers { client, server, transport }, &mut self.capture);
        self.writer.push(|chunk| {
            capture.push(chunk, time, peers, Packet::Query(event.octets()));
            for reply in event.replies() {
                let packet = match reply.content {
                    Delivered::Octets(octets) => Packet::Reply(octets),
                    Delivered::Reset => Packet::Reset,
                    Delivered::Failed => continue,
                };
                capture.push(chunk, time + reply.latency, peers, packet);
            }
        });
    }

    fn lost(&mut self, _count: u64) {}

    fn idle(&mut self) {
        self.writer.idle();
    }

    fn reopen(&mut self) {
        self.writer.reopen();
    }

    fn flush(&mut self, limit: Duration) {
        self.writer.flush(limit);
    }
}

impl PcapOutput {
    fn open(path: &Path) -> io::Result<Self> {
        if path == Path::new("-") {
            let mut out = io::stdout();
            out.write_all(&file_header())?;
            return Ok(Self::Standard(out));
        }
        let mut file = RecordFile::open(path, false)?;
        file.write(&file_header())?;
        Ok(Self::File { path: path.to_owned(), file })
    }
}

impl ChunkOutput for PcapOutput {
    fn write(&mut self, octets: &[u8]) -> io::Result<()> {
        match self {
            Self::Standard(out) => out.write_all(octets).and_then(|()| out.flush()),
            Self::File { file, .. } => file.write(octets),
        }
    }

    /// A capture that nobody has renamed goes on: it would begin anew.
    fn reopen(&mut self) -> io::Result<()> {
        let Self::File { path, file } = self else { return Ok(()) };
        if file.is_elsewhere(path) {
            *self = Self::open(&path.clone())?;
        }
        Ok(())
    }
}
