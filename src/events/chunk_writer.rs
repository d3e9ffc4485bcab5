//! Writing on a thread of its own: a slow disk, a pipe that nobody reads or a collector that is
//! away holds up neither queries nor the other sinks. What finds no room is lost and counted.

use super::publisher::NAPS;
use prometheus_client::metrics::counter::Counter;
use std::{
    io, mem,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
        mpsc::{Receiver, SyncSender, TrySendError, sync_channel},
    },
    thread::{self, JoinHandle},
    time::{Duration, Instant},
};

/// Where octets go in the end.
pub(super) trait ChunkOutput: Send {
    /// Writes some whole records.
    fn write(&mut self, octets: &[u8]) -> io::Result<()>;

    /// Opens the file again.
    fn reopen(&mut self) -> io::Result<()> {
        Ok(())
    }

    /// Ends what is written, if it has an end.
    fn finish(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Takes whole records, and hands them to the thread in chunks.
pub(super) struct ChunkWriter {
    chunk: Vec<u8>,
    records: u64,
    /// How often nothing waited since the last chunk was handed over.
    idle: u32,
    /// Nothing when it ends.
    queue: Option<SyncSender<ChunkCommand>>,
    /// Chunks that were written come back: their memory has its pages already.
    spare: Receiver<Vec<u8>>,
    /// How many chunks wait, or are being written.
    waiting: Arc<AtomicUsize>,
    thread: Option<JoinHandle<()>>,
    lost: Lost,
}

/// How many records were lost, and whether the log has it.
struct Lost {
    what: &'static str,
    counter: Counter,
    /// Since it was told last.
    count: u64,
    told: Option<Instant>,
}

enum ChunkCommand {
    Write {
        octets: Vec<u8>,
        records: u64,
    },
    Reopen,
    /// Somebody waits until all before it has been written.
    Flush(SyncSender<()>),
}

/// Octets of a chunk, and of the record that makes it full, as a rule.
const CHUNK: usize = 1 << 18;
const LAST: usize = 1 << 12;

/// As many chunks may wait.
const CHUNKS: usize = 16;

/// As many come back.
const SPARE: usize = 1;

/// A chunk that is not full waits until nothing came so many times since the last one: handing one
/// over wakes a thread, which costs more than a record.
const IDLE: u32 = 10;

/// Who says that nothing came says so oftener than that before it goes to sleep.
const _: () = assert!(IDLE < NAPS);

/// How long at least lies between two tellings of the same trouble.
const PACE: Duration = Duration::from_secs(10);

impl ChunkWriter {
    /// Starts the thread, which ends when this is dropped.
    pub(super) fn start(
        what: &'static str,
        output: impl ChunkOutput + 'static,
        lost: Counter,
    ) -> io::Result<Self> {
        let (queue, commands) = sync_channel(CHUNKS);
        let (counter, waiting) = (lost.clone(), Arc::new(AtomicUsize::new(0)));
        let (taken, (back, spare)) = (Arc::clone(&waiting), sync_channel(SPARE));
        let run = move || run(&commands, &back, output, &taken, Lost::new(what, counter));
        let thread = thread::Builder::new().name(what.replace(' ', "-")).spawn(run)?;
        let (queue, thread, lost) = (Some(queue), Some(thread), Lost::new(what, lost));
        let chunk = Vec::with_capacity(CHUNK + LAST);
        Ok(Self { chunk, records: 0, idle: 0, queue, spare, waiting, thread, lost })
    }

    /// Adds a record.
    pub(super) fn push(&mut self, write: impl FnOnce(&mut Vec<u8>)) {
        write(&mut self.chunk);
        self.records += 1;
        if self.chunk.len() >= CHUNK {
            self.send();
        }
    }

    /// Hands over what there is.
    pub(super) fn send(&mut self) {
        if self.chunk.is_empty() {
            return;
        }
        let next = self.spare.try_recv().unwrap_or_else(|_| Vec::with_capacity(CHUNK + LAST));
        let octets = mem::replace(&mut self.chunk, next);
        let records = mem::take(&mut self.records);
        self.idle = 0;
        self.waiting.fetch_add(1, Ordering::Relaxed);
        if self.tell(ChunkCommand::Write { octets, records }).is_err() {
            self.waiting.fetch_sub(1, Ordering::Relaxed);
            self.lost.add(records, "it is written too slowly");
        }
    }

    /// Hands over what there is after a while, unless something waits already: small chunks would
    /// take the places of full ones.
    pub(super) fn idle(&mut self) {
        self.idle = self.idle.saturating_add(1);
        if self.idle >= IDLE && self.waiting.load(Ordering::Relaxed) == 0 {
            self.send();
        }
    }

    pub(super) fn reopen(&mut self) {
        self.send();
        if self.tell(ChunkCommand::Reopen).is_err() {
            self.lost.say("it is written too slowly to be opened again");
        }
    }

    /// Waits until all is written, for so long at the most.
    pub(super) fn flush(&mut self, limit: Duration) {
        self.send();
        let (done, written) = sync_channel(1);
        if self.tell(ChunkCommand::Flush(done)).is_ok() {
            // Nothing can be done about what takes longer.
            let _ = written.recv_timeout(limit);
        }
    }

    fn tell(&self, command: ChunkCommand) -> Result<(), TrySendError<ChunkCommand>> {
        self.queue.as_ref().expect("it has not ended").try_send(command)
    }
}

impl Drop for ChunkWriter {
    /// What is written ends as it should.
    fn drop(&mut self) {
        self.send();
        self.queue = None;
        // A thread that has panicked has said so.
        let _ = self.thread.take().map(JoinHandle::join);
    }
}

impl Lost {
    const fn new(what: &'static str, counter: Counter) -> Self {
        Self { what, counter, count: 0, told: None }
    }

    fn add(&mut self, records: u64, why: impl std::fmt::Display) {
        self.counter.inc_by(records);
        self.count += records;
        self.say(why);
    }

    fn say(&mut self, why: impl std::fmt::Display) {
        if self.told.is_none_or(|told| told.elapsed() >= PACE) {
            let (what, count) = (self.what, mem::take(&mut self.count));
            tracing::warn!(count, "queries are missing in the {what}: {why}");
            self.told = Some(Instant::now());
        }
    }
}

fn run(
    commands: &Receiver<ChunkCommand>,
    back: &SyncSender<Vec<u8>>,
    mut output: impl ChunkOutput,
    waiting: &AtomicUsize,
    mut lost: Lost,
) {
    for command in commands {
        match command {
            ChunkCommand::Write { mut octets, records } => {
                if let Err(error) = output.write(&octets) {
                    lost.add(records, error);
                }
                waiting.fetch_sub(1, Ordering::Relaxed);
                octets.clear();
                // There is one already, or nobody who writes any more.
                let _ = back.try_send(octets);
            }
            ChunkCommand::Reopen => {
                if let Err(error) = output.reopen() {
                    lost.say(error);
                }
            }
            ChunkCommand::Flush(done) => {
                // Who has waited for too long is gone.
                let _ = done.try_send(());
            }
        }
    }
    if let Err(error) = output.finish() {
        lost.say(error);
    }
}

#[cfg(test)]
mod tests {
    use super::{CHUNK, CHUNKS, ChunkOutput, ChunkWriter, IDLE};
    use prometheus_client::metrics::counter::Counter;
    use std::{
        io,
        sync::{
            Arc, Mutex,
            mpsc::{Receiver, channel},
        },
        time::{Duration, Instant},
    };

    /// Waits for a permit before it writes.
    struct Slow {
        permits: Receiver<io::Result<()>>,
        written: Arc<Mutex<Vec<u8>>>,
    }

    impl ChunkOutput for Slow {
        fn write(&mut self, octets: &[u8]) -> io::Result<()> {
            self.permits.recv().unwrap_or(Ok(()))?;
            self.written.lock().unwrap().extend(octets);
            Ok(())
        }
    }

    #[test]
    fn who_writes_slowly_holds_up_nobody_and_what_is_lost_is_counted() {
        let (permit, permits) = channel();
        let (written, lost) = (Arc::new(Mutex::new(Vec::new())), Counter::default());
        let output = Slow { permits, written: Arc::clone(&written) };
        let mut writer = ChunkWriter::start("test", output, lost.clone()).unwrap();
        let begin = Instant::now();
        let chunks = 2 * CHUNKS as u64;
        for _ in 0..chunks {
            writer.push(|chunk| chunk.extend([b'x'; CHUNK]));
        }
        assert!(begin.elapsed() < Duration::from_secs(5), "nobody writes yet");
        drop(permit);
        while lost.get() + (written.lock().unwrap().len() / CHUNK) as u64 != chunks {
            assert!(begin.elapsed() < Duration::from_secs(30));
            writer.flush(Duration::from_secs(1));
        }
        assert!(lost.get() > 0);
    }

    #[test]
    fn a_record_waits_for_others_but_not_for_long() {
        let (permit, permits) = channel();
        let written = Arc::new(Mutex::new(Vec::new()));
        let output = Slow { permits, written: Arc::clone(&written) };
        drop(permit);
        let mut writer = ChunkWriter::start("test", output, Counter::default()).unwrap();
        for round in 1..=2 {
            writer.push(|chunk| chunk.push(b'x'));
            (1..IDLE).for_each(|_| writer.idle());
            assert_eq!(writer.chunk.len(), 1, "others may come");
            writer.idle();
            assert!(writer.chunk.is_empty());
            writer.flush(Duration::from_secs(10));
            assert_eq!(written.lock().unwrap().len(), round);
        }
    }

    #[test]
    fn what_cannot_be_written_is_counted_too() {
        let (permit, permits) = channel();
        let (written, lost) = (Arc::default(), Counter::default());
        permit.send(Err(io::ErrorKind::StorageFull.into())).unwrap();
        let output = Slow { permits, written: Arc::clone(&written) };
        let mut writer = ChunkWriter::start("test", output, lost.clone()).unwrap();
        writer.push(|chunk| chunk.push(b'1'));
        writer.push(|chunk| chunk.push(b'2'));
        writer.send();
        drop(permit);
        writer.push(|chunk| chunk.push(b'3'));
        writer.flush(Duration::from_secs(10));
        assert_eq!((lost.get(), &written.lock().unwrap()[..]), (2, &b"3"[..]));
    }
}
