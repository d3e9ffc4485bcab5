//! DNS messages in a stream (RFC 7766 section 8): queries may follow each other at once, and
//! answers leave as they are ready. Whatever carries octets in both directions will do: TCP, or TLS
//! over it.

use super::{
    bounds::Bounds,
    delivery::{self, Arrival, Event, Observer, Outgoing},
    participants::{Participants, binding_of},
    quota::QuotaShare,
    serving::ServingState,
};
use crate::{
    capture::Peers,
    clock::real_time,
    dns::constants::HEADER_LEN,
    engine::{AfterUpstream, Payload, Request, Scratch, Transmission, UpstreamQuery},
    events::Publisher,
};
use arc_swap::ArcSwap;
use std::{io, ops::Range, sync::Arc, time::Duration};
use tokio::{
    io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt},
    sync::mpsc,
    time::{Instant, sleep, sleep_until, timeout},
};

/// Answers of one stream that may be on their way; further queries wait in the socket.
const IN_FLIGHT: usize = 128;

/// How much is read at a time: some two hundred queries.
const READ: usize = 16_384;

/// And at first, because most streams carry one query.
const FIRST_READ: usize = 512;

/// No further query is answered while so many octets wait to be written: a client that reads
/// nothing costs no more.
const MOST_UNSENT: usize = 65_536;

/// How many honest answers a stream remembers; there may be a thousand streams.
const CACHED_ANSWERS: usize = 256;

/// What all streams of one listener need.
#[derive(Clone)]
pub(super) struct StreamContext {
    pub(super) serving: Arc<ArcSwap<ServingState>>,
    /// Which of the listeners it is.
    pub(super) listener: usize,
    pub(super) participants: Participants,
    pub(super) events: Option<Publisher>,
    pub(super) bounds: Bounds,
}

/// How a stream has come to its end.
pub(super) enum Ended<S> {
    /// The client has closed it, or has been silent for too long.
    Closed,
    /// A rule wants it to be reset, which is up to whatever carries it.
    Reset(S),
}

/// Answers the queries of one stream.
pub(super) async fn serve<S: AsyncRead + AsyncWrite + Unpin>(
    stream: S,
    peers: Peers,
    context: StreamContext,
) -> io::Result<Ended<S>> {
    Connection::new(stream, peers, context).run().await
}

/// One stream. What can be answered at once is written together with the other answers of the same
/// reading; what has to wait, for its time or for an upstream resolver, goes its own way and comes
/// back by a channel.
struct Connection<S> {
    stream: S,
    peers: Peers,
    /// How long the stream may be silent.
    idle: Duration,
    context: StreamContext,
    /// What was read and is no whole query yet.
    pending: Vec<u8>,
    outbox: StreamOutbox,
    scratch: Scratch,
    observer: Observer,
    in_flight: usize,
    /// What came of the queries that had to wait.
    answers: (mpsc::Sender<Answered>, mpsc::Receiver<Answered>),
}

/// What is to be written.
#[derive(Default)]
struct StreamOutbox {
    octets: Vec<u8>,
    /// The observed replies, each with its place.
    replies: Vec<(Outgoing, Range<usize>)>,
}

/// What came of a query that had to wait.
struct Answered {
    content: Late,
    reply: Outgoing,
}

/// What leaves after a while.
enum Late {
    Message(Vec<u8>, QuotaShare),
    Reset,
    /// Nothing: a rule about a name behind an alias wants it so.
    Silence,
    /// Nothing: too many replies wait for their time.
    GivenUp,
}

/// What has been done with the queries that were read.
enum TakenQueries {
    Answered {
        /// Whether there was one.
        any: bool,
        /// Whether others wait until those answers have been written.
        more: bool,
    },
    /// The stream is to be reset.
    Reset(Outgoing),
}

impl<S: AsyncRead + AsyncWrite + Unpin> Connection<S> {
    fn new(stream: S, peers: Peers, context: StreamContext) -> Self {
        Self {
            stream,
            peers,
            idle: context.serving.load().engine.settings.tcp_idle,
            context,
            pending: Vec::new(),
            outbox: StreamOutbox::default(),
            scratch: Scratch::with_cache(CACHED_ANSWERS),
            // Who observes asks again.
            observer: Observer::new(0),
            in_flight: 0,
            answers: mpsc::channel(IN_FLIGHT),
        }
    }

    async fn run(mut self) -> io::Result<Ended<S>> {
        let mut deadline = Instant::now() + self.idle;
        let (mut open, mut room) = (true, FIRST_READ);
        while open || self.in_flight > 0 {
            self.pending.reserve(room);
            tokio::select! {
                Some(answered) = self.answers.1.recv() => {
                    self.in_flight -= 1;
                    let Answered { content, reply } = answered;
                    match content {
                        Late::Message(octets, _share) => self.outbox.push(&octets, reply)?,
                        Late::Reset => return Ok(self.reset(reply)),
                        Late::Silence => reply.not_sent(),
                        Late::GivenUp => drop(reply),
                    }
                    deadline = Instant::now() + self.idle;
                }
                read = self.stream.read_buf(&mut self.pending),
                    if open && self.in_flight < IN_FLIGHT => {
                        open = read? > 0;
                        room = READ;
                    }
                () = sleep_until(deadline), if self.in_flight == 0 => return Ok(Ended::Closed),
            }
            loop {
                let taken = self.take_queries()?;
                self.flush().await?;
                match taken {
                    TakenQueries::Reset(reply) => return Ok(self.reset(reply)),
                    TakenQueries::Answered { any, more } => {
                        // Only whole queries reset the idle time: a client that drips octets must
                        // not hold a place for ever.
                        if any {
                            deadline = Instant::now() + self.idle;
                        }
                        if !more {
                            break;
                        }
                    }
                }
            }
        }
        Ok(Ended::Closed)
    }

    /// Answers the whole queries that were read, as many as may wait. What is too short for a
    /// header is no DNS, and ends the stream when those before it have been answered.
    fn take_queries(&mut self) -> io::Result<TakenQueries> {
        let serving = self.context.serving.load_full();
        let (mut start, mut reset, mut ends) = (0, None, false);
        while let [high, low, rest @ ..] = &self.pending[start..]
            && self.in_flight < IN_FLIGHT
            && self.outbox.octets.len() < MOST_UNSENT
            && reset.is_none()
        {
            let length = usize::from(u16::from_be_bytes([*high, *low]));
            ends = length < HEADER_LEN;
            if ends && start == 0 {
                return Err(io::ErrorKind::InvalidData.into());
            }
            if ends || rest.len() < length {
                break;
            }
            let octets = start + 2..start + 2 + length;
            start = octets.end;
            reset = self.answer(&serving, octets)?;
        }
        self.pending.drain(..start);
        let more = ends || self.outbox.octets.len() >= MOST_UNSENT;
        let answered = TakenQueries::Answered { any: start > 0, more };
        Ok(reset.map_or(answered, TakenQueries::Reset))
    }

    /// Answers one query, or sends it its own way. Something comes back when the stream is to
    /// be reset.
    fn answer(
        &mut self,
        serving: &Arc<ServingState>,
        octets: Range<usize>,
    ) -> io::Result<Option<Outgoing>> {
        let (begun, engine) = (Instant::now(), &serving.engine);
        let Peers { client: peer, server, transport } = self.peers;
        let (client, octets) = (peer.ip(), &self.pending[octets]);
        let participants = self.context.participants.now();
        let listener = serving.binding(self.context.listener);
        let request = Request {
            octets,
            client,
            transport,
            binding: binding_of(&participants, listener, client),
            role: serving.role_towards(|| server),
            arrival: engine.settings.clock.now(),
        };
        let response = engine.respond(&request, &mut self.scratch);
        self.observer.look(self.context.events.as_ref());
        let event = self.observer.begin(engine, &response, || {
            let (at, time) = (begun.into(), real_time());
            Some(Arrival { at, time, client: peer, server, octets })
        });
        let Some(transmission) = response.transmissions.first() else { return Ok(None) };
        let reply = Outgoing::new(event.clone(), transmission.after);
        let (after, due) = (transmission.after, begun + transmission.after);
        match &transmission.payload {
            Payload::Message(range, _) => {
                let message = &response.octets[range.clone()];
                if after.is_zero() {
                    self.outbox.push(message, reply)?;
                } else {
                    let share = self.context.bounds.delayed_reply(client, message.len());
                    let content = share.map(|share| Late::Message(message.to_vec(), share));
                    if let Some(content) = content {
                        self.later(due, async { Answered { content, reply } });
                    }
                }
            }
            Payload::AskUpstream => {
                let query = response.upstream_query(request.binding);
                self.relay(Arc::clone(serving), query, due, (event, reply));
            }
            Payload::Reset if after.is_zero() => return Ok(Some(reply)),
            Payload::Reset => self.later(due, async { Answered { content: Late::Reset, reply } }),
        }
        Ok(None)
    }

    /// Asks the upstream resolvers, and answers with what comes of it.
    fn relay(
        &mut self,
        serving: Arc<ServingState>,
        query: UpstreamQuery,
        due: Instant,
        (event, reply): (Event, Outgoing),
    ) {
        let (client, bounds) = (query.client(), self.context.bounds.clone());
        let asked = self.peers.server;
        let share = bounds.relayed_query(client, query.len());
        self.later(due, async move {
            let relayed = match share {
                Some(_) => serving.relay(&query, asked).await,
                None => serving.relay_none(&query),
            };
            delivery::note_upstream(&event, &relayed);
            let AfterUpstream { octets, transmissions, .. } = relayed.answer;
            let first = transmissions.into_iter().next();
            if let Some(Transmission { after, .. }) = first {
                sleep(after).await;
            }
            let content = match first.map(|first| first.payload) {
                Some(Payload::Message(range, _)) => bounds
                    .delayed_reply(client, range.len())
                    .map_or(Late::GivenUp, |share| Late::Message(octets[range].to_vec(), share)),
                Some(Payload::Reset) => Late::Reset,
                Some(Payload::AskUpstream) | None => Late::Silence,
            };
            Answered { content, reply }
        });
    }

    fn later(&mut self, due: Instant, answer: impl Future<Output = Answered> + Send + 'static) {
        self.in_flight += 1;
        let answers = self.answers.0.clone();
        tokio::spawn(async move {
            let answered = answer.await;
            sleep_until(due).await;
            // The stream has ended when nobody receives.
            let _ = answers.send(answered).await;
        });
    }

    /// A client that does not take its answers is cut off after the idle time.
    async fn flush(&mut self) -> io::Result<()> {
        if self.outbox.octets.is_empty() {
            return Ok(());
        }
        let written = timeout(self.idle, async {
            self.stream.write_all(&self.outbox.octets).await?;
            self.stream.flush().await
        });
        let written = written.await.unwrap_or_else(|_| Err(io::ErrorKind::TimedOut.into()));
        for (reply, range) in self.outbox.replies.drain(..) {
            reply.left(&self.outbox.octets[range], written.is_ok());
        }
        self.outbox.octets.clear();
        written
    }

    fn reset(self, reply: Outgoing) -> Ended<S> {
        reply.reset();
        Ended::Reset(self.stream)
    }
}

impl StreamOutbox {
    /// Adds a message with its length before it (RFC 1035 section 4.2.2).
    fn push(&mut self, message: &[u8], reply: Outgoing) -> io::Result<()> {
        let length = u16::try_from(message.len()).map_err(|_| io::ErrorKind::InvalidData)?;
        self.octets.extend(length.to_be_bytes());
        self.octets.extend(message);
        let place = self.octets.len() - message.len()..self.octets.len();
        self.replies.extend(reply.is_observed().then_some((reply, place)));
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::{
        Bounds, Connection, Ended, MOST_UNSENT, Participants, Peers, StreamContext, TakenQueries,
        serve,
    };
    use crate::{
        config::{LabSpec, ListenerSpec},
        diagnostic::{At, Place},
        dns::Transport,
        engine::{LabSources, load},
        files::FileSource,
        transport::serving::ServingState,
    };
    use arc_swap::ArcSwap;
    use std::sync::Arc;
    use tokio::{
        io::{AsyncReadExt, AsyncWriteExt, DuplexStream, duplex},
        task::JoinHandle,
    };

    /// `NAME A` with its length before it.
    fn framed(labels: &[u8]) -> Vec<u8> {
        let header = b"\x12\x34\x01\0\0\x01\0\0\0\0\0\0";
        let query = [header, labels, &[0, 0, 1, 0, 1]].concat();
        [&(query.len() as u16).to_be_bytes()[..], &query].concat()
    }

    fn peers() -> Peers {
        let (client, server) = (([10, 0, 0, 1], 1024).into(), ([10, 0, 0, 53], 53).into());
        Peers { client, server, transport: Transport::Tcp }
    }

    /// A listener in China.
    fn context() -> StreamContext {
        let value = ListenerSpec {
            address: "127.0.0.1:0".parse().unwrap(),
            binding: Some("CN".parse().unwrap()),
        };
        let listen = vec![At { place: Place::whole(0), value }];
        let today = Some("2026-11-22T12:00".parse().unwrap());
        let flags = LabSpec { listen, today, ..LabSpec::default() };
        let (engine, _) = load(&LabSources::new(FileSource::built_in_configs(), flags)).unwrap();
        let bounds = Bounds::new(&engine.settings);
        StreamContext {
            serving: Arc::new(ArcSwap::from_pointee(ServingState::new(engine).unwrap())),
            listener: 0,
            participants: Participants::default(),
            events: None,
            bounds,
        }
    }

    /// A pipe in memory, with China at one end.
    fn connected() -> (DuplexStream, JoinHandle<std::io::Result<Ended<DuplexStream>>>) {
        let (ours, theirs) = duplex(4096);
        (ours, tokio::spawn(serve(theirs, peers(), context())))
    }

    #[tokio::test]
    async fn any_stream_of_octets_carries_queries_and_answers() {
        let (mut client, served) = connected();
        let query = framed(b"\x07example\x03com");
        // The second query comes in pieces.
        client.write_all(&[&query[..], &query[..20]].concat()).await.unwrap();
        client.write_all(&query[20..]).await.unwrap();
        for _ in 0..2 {
            let mut answer = vec![0; usize::from(client.read_u16().await.unwrap())];
            client.read_exact(&mut answer).await.unwrap();
            assert_eq!((&answer[..2], answer[3] & 0x0f), (&b"\x12\x34"[..], 0));
        }
        drop(client);
        assert!(matches!(served.await.unwrap().unwrap(), Ended::Closed));
    }

    /// A client that asks and asks and reads nothing is owed a little more than the bound, and
    /// nothing that it has asked for is forgotten.
    #[tokio::test]
    async fn what_waits_to_be_written_is_bounded() {
        const QUERIES: usize = 3000;
        let (ours, _theirs) = duplex(4096);
        let mut connection = Connection::new(ours, peers(), context());
        let any = framed(b"\x09microsoft\x03com");
        let any = [&any[..any.len() - 4], &[0, 255, 0, 1]].concat();
        connection.pending = any.repeat(QUERIES);
        let mut rounds = 0;
        loop {
            let before = connection.pending.len();
            let TakenQueries::Answered { any: true, more } = connection.take_queries().unwrap()
            else {
                panic!("a query was there");
            };
            let (waiting, taken) =
                (connection.outbox.octets.len(), before - connection.pending.len());
            assert!(waiting < MOST_UNSENT + 65_537, "{waiting} octets wait");
            assert!(waiting / (taken / any.len()) > 1000, "the answers are long");
            connection.outbox.octets.clear();
            rounds += 1;
            if !more {
                break;
            }
        }
        assert!(connection.pending.is_empty() && rounds > 10, "{rounds}");
    }

    #[tokio::test]
    async fn what_was_asked_before_what_is_no_dns_is_answered() {
        let (mut client, served) = connected();
        let query = framed(b"\x07example\x03com");
        client.write_all(&[&query[..], b"\0\x03abc", &query].concat()).await.unwrap();
        let mut answers = Vec::new();
        client.read_to_end(&mut answers).await.unwrap();
        let length = usize::from(u16::from_be_bytes([answers[0], answers[1]]));
        assert_eq!((answers.len(), &answers[2..4]), (2 + length, &b"\x12\x34"[..]));
        let end = served.await.unwrap().map(|_| ());
        assert_eq!(end.unwrap_err().kind(), std::io::ErrorKind::InvalidData);
    }

    #[tokio::test]
    async fn a_reset_is_left_to_whatever_carries_the_stream() {
        let (mut client, served) = connected();
        client.write_all(&framed(b"\x03www\x08facebook\x03com")).await.unwrap();
        assert!(matches!(served.await.unwrap().unwrap(), Ended::Reset(_)));
    }
}
