//! Plain DNS in streams (RFC 7766): queries may follow each other at once, and answers leave as
//! they are ready.

use super::{live::Live, timer::Timer};
use crate::{
    answer::Step,
    lab::{Desk, Due},
    query::{Bound, Transport},
};
use arc_swap::ArcSwap;
use std::{
    io,
    net::{IpAddr, SocketAddr},
    ops::Range,
    sync::{Arc, Weak},
    time::Duration,
};
use tokio::{
    io::AsyncWriteExt,
    net::{TcpListener, TcpStream},
    sync::{Semaphore, mpsc},
    time::{Instant, sleep, sleep_until, timeout},
};

/// Answers of one connection that may be on their way; further queries wait in the socket.
const IN_FLIGHT: usize = 128;

/// How much is read at a time: some two hundred queries.
const READ: usize = 16_384;

/// How many honest answers a connection remembers; there may be a thousand connections.
const REMEMBERED: usize = 256;

/// Octets of a DNS header (RFC 1035 section 4.1.1).
const HEADER: usize = 12;

/// After an error of accepting, such as too many open files.
const PAUSE: Duration = Duration::from_millis(50);

/// What all connections of one listener need.
#[derive(Clone)]
pub(super) struct Shared {
    pub(super) live: Arc<ArcSwap<Live>>,
    pub(super) bound: Option<Bound>,
    pub(super) timer: Arc<Timer>,
}

/// Takes connections, as many as `connections` has places for; the next ones are closed at once.
pub(super) async fn serve(listener: TcpListener, shared: Shared, connections: Arc<Semaphore>) {
    loop {
        let (stream, client) = match listener.accept().await {
            Ok(accepted) => accepted,
            Err(error) => {
                tracing::debug!(%error, "accepting a connection");
                sleep(PAUSE).await;
                continue;
            }
        };
        let Ok(place) = Arc::clone(&connections).try_acquire_owned() else {
            tracing::debug!(%client, "too many connections");
            continue;
        };
        let shared = shared.clone();
        tokio::spawn(async move {
            if let Err(error) = Connection::new(stream, client, shared).run().await {
                tracing::debug!(%client, %error, "connection ended");
            }
            drop(place);
        });
    }
}

/// One connection. What can be answered at once is written together with the other answers of the
/// same reading; what has to wait, for its time or for an upstream resolver, goes its own way and
/// comes back by a channel.
struct Connection {
    stream: TcpStream,
    client: IpAddr,
    shared: Shared,
    /// What was read and is no whole query yet.
    pending: Vec<u8>,
    /// What is to be written.
    out: Vec<u8>,
    desk: Desk,
    /// The lab whose answers the desk knows.
    known_of: Weak<Live>,
    in_flight: usize,
    /// What came of the queries that had to wait.
    answers: (mpsc::Sender<Frame>, mpsc::Receiver<Frame>),
}

/// Octets to send, or a reset.
#[derive(Debug)]
enum Frame {
    Octets(Vec<u8>),
    Reset,
}

/// What has been done with the queries that were read.
enum Progress {
    /// Whether there was one.
    Taken(bool),
    /// The connection is to be reset.
    Reset,
}

impl Connection {
    fn new(stream: TcpStream, client: SocketAddr, shared: Shared) -> Self {
        let answers = mpsc::channel(IN_FLIGHT);
        let (pending, out, desk) = (Vec::new(), Vec::new(), Desk::remembering(REMEMBERED));
        Self {
            stream,
            client: client.ip(),
            shared,
            pending,
            out,
            desk,
            known_of: Weak::new(),
            in_flight: 0,
            answers,
        }
    }

    async fn run(mut self) -> io::Result<()> {
        // Answers are small and should not wait for each other (Nagle).
        self.stream.set_nodelay(true)?;
        let idle = self.shared.live.load().lab.settings.tcp_idle;
        let mut deadline = Instant::now() + idle;
        let mut open = true;
        while open || self.in_flight > 0 {
            tokio::select! {
                Some(answered) = self.answers.1.recv() => {
                    self.in_flight -= 1;
                    match answered {
                        Frame::Octets(octets) => frame(&octets, &mut self.out)?,
                        Frame::Reset => return self.reset(),
                    }
                    deadline = Instant::now() + idle;
                }
                readable = self.stream.readable(), if open && self.in_flight < IN_FLIGHT => {
                    readable?;
                    open = self.read()?;
                }
                () = sleep_until(deadline), if self.in_flight == 0 => return Ok(()),
            }
            // Octets alone do not keep a connection: whoever drips them would hold its place for
            // ever.
            match self.take_queries()? {
                Progress::Taken(true) => deadline = Instant::now() + idle,
                Progress::Taken(false) => {}
                Progress::Reset => {
                    self.flush(idle).await?;
                    return self.reset();
                }
            }
            self.flush(idle).await?;
        }
        Ok(())
    }

    /// Reads what is there; false at the end of the stream.
    fn read(&mut self) -> io::Result<bool> {
        self.pending.reserve(READ);
        match self.stream.try_read_buf(&mut self.pending) {
            Ok(length) => Ok(length > 0),
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => Ok(true),
            Err(error) => Err(error),
        }
    }

    /// Answers the whole queries that were read, as many as may wait. What is too short for a
    /// header is no DNS.
    fn take_queries(&mut self) -> io::Result<Progress> {
        let live = self.shared.live.load_full();
        if self.known_of.as_ptr() != Arc::as_ptr(&live) {
            self.known_of = Arc::downgrade(&live);
            self.desk.forget();
        }
        let mut start = 0;
        let mut reset = false;
        while let [high, low, rest @ ..] = &self.pending[start..]
            && self.in_flight < IN_FLIGHT
            && !reset
        {
            let length = usize::from(u16::from_be_bytes([*high, *low]));
            if length < HEADER {
                return Err(io::ErrorKind::InvalidData.into());
            }
            if rest.len() < length {
                break;
            }
            let octets = start + 2..start + 2 + length;
            start = octets.end;
            reset = self.answer(&live, octets)?;
        }
        self.pending.drain(..start);
        Ok(if reset { Progress::Reset } else { Progress::Taken(start > 0) })
    }

    /// Answers one query, or sends it its own way; true when the connection is to be reset. A
    /// stream carries the first step alone: whoever races is on the path, beside a stream and not
    /// in it.
    fn answer(&mut self, live: &Arc<Live>, octets: Range<usize>) -> io::Result<bool> {
        let (arrival, lab) = (Instant::now(), &live.lab);
        let asker = lab.asker(self.client, Transport::Tcp, lab.settings.clock.now());
        self.desk.plan.octets.clear();
        let mut opened = lab.open(
            &self.pending[octets],
            lab.governed(asker, self.shared.bound.as_ref()),
            &mut self.desk,
        );
        let query = lab.consider(&mut opened, &mut self.desk);
        let Some(Step { after, send }) = self.desk.plan.steps.first().cloned() else {
            return Ok(false);
        };
        let range = match lab.due(send, query, Transport::Tcp, &mut self.desk) {
            Due::Message(range) => range,
            Due::Upstream(query) => {
                let (live, kept) = (Arc::clone(live), query.keep());
                self.later(arrival + after, async move {
                    let query = kept.query();
                    Frame::Octets(live.relayed(query, query.limit(Transport::Tcp)).await)
                });
                return Ok(false);
            }
            Due::Reset if after.is_zero() => return Ok(true),
            Due::Reset => {
                self.later(arrival + after, async { Frame::Reset });
                return Ok(false);
            }
            Due::Nothing => return Ok(false),
        };
        let plan = &self.desk.plan;
        if after.is_zero() {
            frame(&plan.octets[range], &mut self.out)?;
        } else {
            let octets = plan.octets[range].to_vec();
            self.later(arrival + after, async { Frame::Octets(octets) });
        }
        Ok(false)
    }

    fn later(&mut self, due: Instant, answer: impl Future<Output = Frame> + Send + 'static) {
        self.in_flight += 1;
        let (timer, answers) = (Arc::clone(&self.shared.timer), self.answers.0.clone());
        tokio::spawn(async move {
            let answered = answer.await;
            timer.until(due.into()).await;
            // The connection has ended when nobody receives.
            let _ = answers.send(answered).await;
        });
    }

    /// A client that does not take its answers is cut off after the idle time.
    async fn flush(&mut self, idle: Duration) -> io::Result<()> {
        if !self.out.is_empty() {
            timeout(idle, self.stream.write_all(&self.out))
                .await
                .map_err(|_| io::ErrorKind::TimedOut)??;
            self.out.clear();
        }
        Ok(())
    }

    /// Closing with no time to linger sends RST.
    fn reset(self) -> io::Result<()> {
        self.stream.set_zero_linger()
    }
}

/// Writes a message with its length before it (RFC 1035 section 4.2.2).
fn frame(octets: &[u8], out: &mut Vec<u8>) -> io::Result<()> {
    let length = u16::try_from(octets.len()).map_err(|_| io::ErrorKind::InvalidData)?;
    out.extend(length.to_be_bytes());
    out.extend(octets);
    Ok(())
}
