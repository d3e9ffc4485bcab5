//! Plain DNS in streams (RFC 7766): queries may follow each other at once, and answers leave as they are ready.

use super::{live::Live, timer::Timer};
use crate::{
    answer::{Send, Step},
    lab::Desk,
    query::{CountryCode, Transport},
};
use arc_swap::ArcSwap;
use std::{
    io,
    net::{IpAddr, SocketAddr},
    sync::Arc,
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

/// Octets of a DNS header (RFC 1035 section 4.1.1).
const HEADER: usize = 12;

/// After an error of accepting, such as too many open files.
const PAUSE: Duration = Duration::from_millis(50);

/// What all connections of one listener need.
#[derive(Clone)]
pub(super) struct Shared {
    pub(super) live: Arc<ArcSwap<Live>>,
    pub(super) country: Option<CountryCode>,
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

/// One connection: queries are read and answers written by the same task, which never waits for an answer.
struct Connection {
    stream: TcpStream,
    client: SocketAddr,
    shared: Shared,
    /// What was read and is no whole query yet.
    pending: Vec<u8>,
    in_flight: usize,
    answers: (mpsc::Sender<Answered>, mpsc::Receiver<Answered>),
}

/// What came of one query; nothing for silence.
type Answered = Option<Frame>;

impl Connection {
    fn new(stream: TcpStream, client: SocketAddr, shared: Shared) -> Self {
        let answers = mpsc::channel(IN_FLIGHT);
        Self { stream, client, shared, pending: Vec::new(), in_flight: 0, answers }
    }

    async fn run(mut self) -> io::Result<()> {
        // Answers are small and should not wait for each other (Nagle).
        self.stream.set_nodelay(true)?;
        let idle = self.shared.live.load().lab.settings.tcp_idle;
        let mut deadline = Instant::now() + idle;
        let mut open = true;
        while open || self.in_flight > 0 {
            tokio::select! {
                answered = self.answers.1.recv() => {
                    self.in_flight -= 1;
                    match answered.flatten() {
                        Some(Frame::Octets(octets)) => self.write(&octets, idle).await?,
                        Some(Frame::Reset) => return self.reset(),
                        None => {}
                    }
                    deadline = Instant::now() + idle;
                }
                readable = self.stream.readable(), if open && self.in_flight < IN_FLIGHT => {
                    readable?;
                    open = self.read()?;
                    // Octets alone do not keep a connection: whoever drips them would hold its place for ever.
                    if self.take_queries()? {
                        deadline = Instant::now() + idle;
                    }
                }
                () = sleep_until(deadline), if self.in_flight == 0 => return Ok(()),
            }
        }
        Ok(())
    }

    /// Reads what is there; false at the end of the stream.
    fn read(&mut self) -> io::Result<bool> {
        let mut buffer = [0; 4096];
        match self.stream.try_read(&mut buffer) {
            Ok(0) => Ok(false),
            Ok(length) => {
                self.pending.extend(&buffer[..length]);
                Ok(true)
            }
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => Ok(true),
            Err(error) => Err(error),
        }
    }

    /// Every whole query that was read goes its own way; says whether there was one. What is too short for a header is no DNS.
    fn take_queries(&mut self) -> io::Result<bool> {
        let mut taken = false;
        while let [high, low, rest @ ..] = &self.pending[..] {
            let length = usize::from(u16::from_be_bytes([*high, *low]));
            if length < HEADER {
                return Err(io::ErrorKind::InvalidData.into());
            }
            if rest.len() < length {
                break;
            }
            taken = true;
            let query = rest[..length].to_vec();
            self.pending.drain(..2 + length);
            self.in_flight += 1;
            tokio::spawn(answer(self.shared.clone(), query, self.client.ip(), self.answers.0.clone()));
        }
        Ok(taken)
    }

    /// A client that does not take its answers is cut off after the idle time.
    async fn write(&mut self, octets: &[u8], idle: Duration) -> io::Result<()> {
        let length = u16::try_from(octets.len()).map_err(|_| io::ErrorKind::InvalidData)?;
        let framed = [&length.to_be_bytes()[..], octets].concat();
        timeout(idle, self.stream.write_all(&framed)).await.map_err(|_| io::ErrorKind::TimedOut)?
    }

    /// Closing with no time to linger sends RST.
    fn reset(self) -> io::Result<()> {
        self.stream.set_zero_linger()
    }
}

/// Octets to send, or a reset.
#[derive(Debug)]
enum Frame {
    Octets(Vec<u8>),
    Reset,
}

/// A stream carries the first step alone: whoever races is on the path, beside a stream and not in it.
async fn answer(shared: Shared, octets: Vec<u8>, client: IpAddr, answers: mpsc::Sender<Answered>) {
    let arrival = Instant::now();
    let answered = frame(&shared, &octets, client, arrival).await;
    // The connection has ended when nobody receives.
    let _ = answers.send(answered).await;
}

async fn frame(shared: &Shared, octets: &[u8], client: IpAddr, arrival: Instant) -> Option<Frame> {
    let live = shared.live.load_full();
    let lab = &live.lab;
    let mut desk = Desk::default();
    let asker = lab.asker(client, Transport::Tcp, shared.country, lab.settings.clock.now());
    let query = lab.consider(octets, asker, &mut desk);
    let Desk { mut plan, mut known, .. } = desk;
    let Step { after, send } = plan.steps.drain(..).next()?;
    let frame = match send {
        Send::Forged(range) | Send::Rejected(range) => Frame::Octets(plan.octets[range].to_vec()),
        Send::Reset => Frame::Reset,
        Send::Honest => {
            let (query, limit) = query.map(|query| (query, query.limit(Transport::Tcp)))?;
            match lab.write_honest(query, limit, &mut known, &mut plan.octets) {
                Some(range) => Frame::Octets(plan.octets[range].to_vec()),
                None => Frame::Octets(live.relayed(query, limit).await),
            }
        }
    };
    shared.timer.until((arrival + after).into()).await;
    Some(frame)
}
