//! The query log: a line of JSON a query, in a file that is rotated by size, or on standard output.

use super::{
    chunk_writer::{ChunkOutput, ChunkWriter},
    event::QueryEvent,
    open_file::RecordFile,
    query_record::QueryRecords,
    sink::EventSink,
    sink_error::SinkError,
};
use prometheus_client::metrics::counter::Counter;
use serde_json::json;
use std::{
    fs,
    io::{self, Write},
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

/// Where the query log goes.
#[derive(Clone, Debug)]
pub struct QueryLogSpec {
    /// The file; `-` is standard output.
    pub file: PathBuf,
    /// The file is rotated before it grows larger, in octets.
    pub size: u64,
    /// How many of the older files are kept, as `FILE.1`, `FILE.2` and so on.
    pub keep: u16,
}

/// Writes the query log.
pub(super) struct QueryLog {
    writer: ChunkWriter,
    records: QueryRecords,
}

/// The file, or standard output.
enum LogOutput {
    Standard(io::Stdout),
    File { spec: QueryLogSpec, file: RecordFile },
}

impl QueryLog {
    pub(super) fn open(spec: &QueryLogSpec, lost: Counter) -> Result<Self, SinkError> {
        let open = || ChunkWriter::start("query log", LogOutput::open(spec)?, lost);
        let writer = open();
        let writer = writer.map_err(|why| SinkError::new("query log", &spec.file, why))?;
        Ok(Self { writer, records: QueryRecords::default() })
    }
}

impl EventSink for QueryLog {
    fn record(&mut self, event: &Arc<QueryEvent>) {
        let Self { writer, records } = self;
        writer.push(|chunk| {
            records.write_json(None, event, chunk);
            chunk.push(b'\n');
        });
    }

    /// Where queries are missing, a line says how many.
    fn lost(&mut self, count: u64) {
        self.writer.push(|chunk| {
            chunk.extend(json!({ "lost": count }).to_string().into_bytes());
            chunk.push(b'\n');
        });
    }

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

impl LogOutput {
    fn open(spec: &QueryLogSpec) -> io::Result<Self> {
        if spec.file == Path::new("-") {
            return Ok(Self::Standard(io::stdout()));
        }
        Ok(Self::File { spec: spec.clone(), file: RecordFile::open(&spec.file, true)? })
    }
}

impl ChunkOutput for LogOutput {
    /// Lines are never parted by a rotation: as many as there is room for go into the old file.
    /// Pipes and devices are not rotated: nobody could find them again.
    fn write(&mut self, octets: &[u8]) -> io::Result<()> {
        let Self::File { spec, file } = self else {
            let Self::Standard(out) = self else { unreachable!("there are two") };
            return out.write_all(octets).and_then(|()| out.flush());
        };
        let size = if file.is_plain() { spec.size } else { u64::MAX };
        let mut rest = octets;
        while !rest.is_empty() {
            let room = usize::try_from(size.saturating_sub(file.length())).unwrap_or(usize::MAX);
            let fitting = match rest.get(..room).map(|part| part.iter().rposition(|o| *o == b'\n'))
            {
                None => rest.len(),
                Some(Some(end)) => end + 1,
                Some(None) => 0,
            };
            if fitting == 0 && file.length() > 0 {
                rotate(&spec.file, spec.keep)?;
                *file = RecordFile::open(&spec.file, true)?;
                continue;
            }
            // A line that is longer than a file may be stands in one of its own.
            let line =
                rest.iter().position(|octet| *octet == b'\n').map_or(rest.len(), |at| at + 1);
            let (now, later) = rest.split_at(fitting.max(line.min(rest.len())));
            file.write(now)?;
            rest = later;
        }
        Ok(())
    }

    fn reopen(&mut self) -> io::Result<()> {
        if let Self::File { spec, .. } = self {
            *self = Self::open(&spec.clone())?;
        }
        Ok(())
    }
}

/// `FILE` becomes `FILE.1`, that `FILE.2`, and the last is written over.
fn rotate(file: &Path, keep: u16) -> io::Result<()> {
    let older = |number: u16| {
        let mut name = file.to_owned().into_os_string();
        name.push(format!(".{number}"));
        PathBuf::from(name)
    };
    for number in (1..keep).rev() {
        match fs::rename(older(number), older(number + 1)) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
    }
    if keep > 0 { fs::rename(file, older(1)) } else { fs::remove_file(file) }
}
