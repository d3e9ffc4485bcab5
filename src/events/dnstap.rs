//! dnstap (<https://dnstap.info>): queries and replies as protobuf messages, for collectors that
//! read the traffic of any resolver. The policy that decided stands in its field.
//!
//! The messages are those of `dnstap.proto`; field numbers and values are its own.

use super::{
    chunk_writer::{ChunkOutput, ChunkWriter},
    event::{Delivered, Delivery, QueryEvent},
    frame_streams::{finished, handshake, push_frame, start, stop},
    open_file::create,
    sink::EventSink,
    sink_error::SinkError,
};
use crate::{dns::Transport, model::VerdictKind};
use prometheus_client::metrics::counter::Counter;
use prost::Message;
use serde_json::json;
use std::{
    fmt,
    fs::File,
    io::{self, Read, Write},
    net::{IpAddr, SocketAddr, TcpStream, ToSocketAddrs},
    os::unix::net::UnixStream,
    path::PathBuf,
    str::FromStr,
    sync::Arc,
    time::{Duration, Instant, SystemTime},
};

/// Where dnstap goes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DnstapTarget {
    /// A file; it begins anew.
    File(PathBuf),
    /// A socket that a collector listens on.
    Unix(PathBuf),
    /// A collector's host and port.
    Tcp(String),
}

/// Writes dnstap.
pub(super) struct Dnstap {
    writer: ChunkWriter,
    frame: Vec<u8>,
}

#[derive(Clone, PartialEq, Message)]
struct Envelope {
    #[prost(bytes = "vec", tag = "1")]
    identity: Vec<u8>,
    #[prost(bytes = "vec", tag = "2")]
    version: Vec<u8>,
    #[prost(bytes = "vec", optional, tag = "3")]
    extra: Option<Vec<u8>>,
    #[prost(message, optional, tag = "14")]
    message: Option<Exchange>,
    /// 1: a message.
    #[prost(int32, required, tag = "15")]
    kind: i32,
}

/// `Message` of `dnstap.proto`.
#[derive(Clone, PartialEq, Message)]
struct Exchange {
    #[prost(int32, required, tag = "1")]
    kind: i32,
    #[prost(int32, optional, tag = "2")]
    socket_family: Option<i32>,
    #[prost(int32, optional, tag = "3")]
    socket_protocol: Option<i32>,
    #[prost(bytes = "vec", optional, tag = "4")]
    query_address: Option<Vec<u8>>,
    #[prost(bytes = "vec", optional, tag = "5")]
    response_address: Option<Vec<u8>>,
    #[prost(uint32, optional, tag = "6")]
    query_port: Option<u32>,
    #[prost(uint32, optional, tag = "7")]
    response_port: Option<u32>,
    #[prost(uint64, optional, tag = "8")]
    query_time_sec: Option<u64>,
    #[prost(fixed32, optional, tag = "9")]
    query_time_nsec: Option<u32>,
    #[prost(bytes = "vec", optional, tag = "10")]
    query_message: Option<Vec<u8>>,
    #[prost(uint64, optional, tag = "12")]
    response_time_sec: Option<u64>,
    #[prost(fixed32, optional, tag = "13")]
    response_time_nsec: Option<u32>,
    #[prost(bytes = "vec", optional, tag = "14")]
    response_message: Option<Vec<u8>>,
    #[prost(message, optional, tag = "15")]
    policy: Option<PolicyField>,
}

/// `Policy` of `dnstap.proto`.
#[derive(Clone, PartialEq, Message)]
struct PolicyField {
    #[prost(string, optional, tag = "1")]
    kind: Option<String>,
    #[prost(bytes = "vec", optional, tag = "2")]
    rule: Option<Vec<u8>>,
    #[prost(int32, optional, tag = "3")]
    action: Option<i32>,
    #[prost(int32, optional, tag = "4")]
    matched: Option<i32>,
    #[prost(bytes = "vec", optional, tag = "5")]
    value: Option<Vec<u8>>,
}

/// `Dnstap.Type`.
const MESSAGE: i32 = 1;

/// `Message.Type`.
const CLIENT_QUERY: i32 = 5;
const CLIENT_RESPONSE: i32 = 6;

/// `Policy.Match`.
const QNAME: i32 = 1;

/// What the policy field calls us.
const POLICY_TYPE: &str = "splinterdns";

impl Dnstap {
    pub(super) fn open(target: &DnstapTarget, lost: Counter) -> Result<Self, SinkError> {
        let open = || -> io::Result<ChunkWriter> {
            match target {
                DnstapTarget::File(path) => {
                    ChunkWriter::start("dnstap", FileOutput::open(path.clone())?, lost)
                }
                // A collector may come later, and go and come again.
                DnstapTarget::Unix(_) | DnstapTarget::Tcp(_) => {
                    let (target, peer, tried) = (target.clone(), None, None);
                    ChunkWriter::start("dnstap", SocketOutput { target, peer, tried }, lost)
                }
            }
        };
        let writer = open().map_err(|why| SinkError::at("dnstap output", target, why))?;
        Ok(Self { writer, frame: Vec::new() })
    }

    fn push(&mut self, event: &QueryEvent, message: Exchange, step: Option<usize>) {
        let envelope = Envelope {
            identity: b"splinterdns".to_vec(),
            version: env!("CARGO_PKG_VERSION").as_bytes().to_vec(),
            extra: Some(extra(event, step)),
            message: Some(message),
            kind: MESSAGE,
        };
        self.frame.clear();
        envelope.encode(&mut self.frame).expect("a vector has room");
        let frame = &self.frame;
        self.writer.push(|chunk| push_frame(chunk, frame));
    }
}

impl EventSink for Dnstap {
    fn record(&mut self, event: &Arc<QueryEvent>) {
        self.push(event, exchange(event, None), None);
        for (step, reply) in event.replies.iter().enumerate() {
            if let Delivered::Octets(octets) = &reply.content {
                self.push(event, exchange(event, Some((reply, octets))), Some(step));
            }
        }
    }

    fn lost(&mut self, _count: u64) {}

    fn idle(&mut self) {
        self.writer.send();
    }

    fn reopen(&mut self) {
        self.writer.reopen();
    }

    fn flush(&mut self, limit: Duration) {
        self.writer.flush(limit);
    }
}

/// A query, or a reply to it.
fn exchange(event: &QueryEvent, reply: Option<(&Delivery, &Vec<u8>)>) -> Exchange {
    let QueryEvent { client, server, time, .. } = event;
    let (second, nanosecond) = since_epoch(*time);
    let at = reply.map(|(reply, _)| since_epoch(*time + reply.latency));
    Exchange {
        kind: if reply.is_some() { CLIENT_RESPONSE } else { CLIENT_QUERY },
        socket_family: Some(if client.is_ipv4() { 1 } else { 2 }),
        socket_protocol: Some(match event.transport {
            Transport::Udp => 1,
            Transport::Tcp => 2,
            Transport::Dot => 3,
            Transport::Doh => 4,
            Transport::Doq => 7,
        }),
        query_address: Some(octets(client.ip())),
        response_address: Some(octets(server.ip())),
        query_port: Some(client.port().into()),
        response_port: Some(server.port().into()),
        query_time_sec: Some(second),
        query_time_nsec: Some(nanosecond),
        query_message: reply.is_none().then(|| event.octets.clone()),
        response_time_sec: at.map(|(second, _)| second),
        response_time_nsec: at.map(|(_, nanosecond)| nanosecond),
        response_message: reply.map(|(_, octets)| octets.clone()),
        policy: policy(event),
    }
}

/// The rule that decided. What has no action there, such as REFUSED, has none here; `extra` has the
/// verdict of all.
fn policy(event: &QueryEvent) -> Option<PolicyField> {
    let rule = event.rule.as_ref()?;
    let action = match event.verdict {
        VerdictKind::NxDomain => Some(1),
        VerdictKind::NoData => Some(2),
        VerdictKind::Honest => Some(3),
        VerdictKind::Drop => Some(4),
        VerdictKind::Truncate => Some(5),
        VerdictKind::Poison => Some(6),
        VerdictKind::Refused | VerdictKind::ServFail | VerdictKind::Reset => None,
    };
    Some(PolicyField {
        kind: Some(POLICY_TYPE.to_owned()),
        rule: Some(rule.id.clone().into_bytes()),
        action,
        matched: Some(QNAME),
        value: Some(rule.pattern.clone().into_bytes()),
    })
}

/// What the messages have no field for, as JSON; of a reply also which of how many it is.
fn extra(event: &QueryEvent, step: Option<usize>) -> Vec<u8> {
    let mut extra = json!({
        "country": event.country.map(|code| code.to_string()),
        "operator": event.operator,
        "evidence": event.rule.as_ref().map(|rule| rule.evidence.as_str()),
        "verdict": event.verdict.as_str(),
    });
    if let Some(step) = step {
        extra["step"] = (step + 1).into();
        extra["of"] = event.replies.len().into();
    }
    extra.to_string().into_bytes()
}

fn octets(address: IpAddr) -> Vec<u8> {
    match address {
        IpAddr::V4(four) => four.octets().to_vec(),
        IpAddr::V6(six) => six.octets().to_vec(),
    }
}

fn since_epoch(time: SystemTime) -> (u64, u32) {
    let since = time.duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    (since.as_secs(), since.subsec_nanos())
}

impl FromStr for DnstapTarget {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        if let Some(path) = text.strip_prefix("unix:") {
            return Ok(Self::Unix(path.into()));
        }
        let Some(address) = text.strip_prefix("tcp:") else { return Ok(Self::File(text.into())) };
        let port = address.rsplit_once(':').and_then(|(_, port)| port.parse::<u16>().ok());
        port.map(|_| Self::Tcp(address.to_owned()))
            .ok_or_else(|| format!("\"{text}\" has no port: tcp:HOST:PORT, such as tcp:[::1]:6000"))
    }
}

impl fmt::Display for DnstapTarget {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File(path) => write!(f, "{}", path.display()),
            Self::Unix(path) => write!(f, "unix:{}", path.display()),
            Self::Tcp(address) => write!(f, "tcp:{address}"),
        }
    }
}

/// Frames in a file.
struct FileOutput {
    path: PathBuf,
    file: File,
}

impl FileOutput {
    fn open(path: PathBuf) -> io::Result<Self> {
        let mut file = create(&path, false)?;
        start(&mut file)?;
        Ok(Self { path, file })
    }
}

impl ChunkOutput for FileOutput {
    fn write(&mut self, octets: &[u8]) -> io::Result<()> {
        self.file.write_all(octets)
    }

    fn reopen(&mut self) -> io::Result<()> {
        stop(&mut self.file)?;
        *self = Self::open(self.path.clone())?;
        Ok(())
    }

    fn finish(&mut self) -> io::Result<()> {
        stop(&mut self.file)
    }
}

/// Frames to a collector.
struct SocketOutput {
    target: DnstapTarget,
    peer: Option<Box<dyn Peer>>,
    /// When it was tried last to reach one.
    tried: Option<Instant>,
}

/// A connection to a collector.
trait Peer: Read + Write + Send {}

impl Peer for UnixStream {}
impl Peer for TcpStream {}

/// A collector that is away is looked for so often.
const RETRY: Duration = Duration::from_secs(1);

/// How long a collector may take to agree, and to take what it is sent.
const LIMIT: Duration = Duration::from_secs(5);

impl SocketOutput {
    fn connect(&self) -> io::Result<Box<dyn Peer>> {
        let mut peer: Box<dyn Peer> = match &self.target {
            DnstapTarget::File(_) => unreachable!("a file is no socket"),
            DnstapTarget::Unix(path) => {
                let stream = UnixStream::connect(path)?;
                stream.set_read_timeout(Some(LIMIT))?;
                stream.set_write_timeout(Some(LIMIT))?;
                Box::new(stream)
            }
            DnstapTarget::Tcp(address) => {
                let mut addresses = address.to_socket_addrs()?;
                let first = addresses.next().ok_or(io::ErrorKind::NotFound)?;
                let connect = |address: &SocketAddr| TcpStream::connect_timeout(address, LIMIT);
                let first = connect(&first);
                let stream = first.or_else(|why| {
                    addresses.find_map(|address| connect(&address).ok()).ok_or(why)
                })?;
                stream.set_read_timeout(Some(LIMIT))?;
                stream.set_write_timeout(Some(LIMIT))?;
                Box::new(stream)
            }
        };
        handshake(&mut peer)?;
        Ok(peer)
    }
}

impl ChunkOutput for SocketOutput {
    fn write(&mut self, octets: &[u8]) -> io::Result<()> {
        if self.peer.is_none() {
            if self.tried.is_some_and(|tried| tried.elapsed() < RETRY) {
                return Err(io::Error::other(format!("nobody takes it at {}", self.target)));
            }
            self.tried = Some(Instant::now());
            let connected = self.connect();
            self.peer = Some(connected.map_err(|why| {
                io::Error::other(format!("nobody takes it at {}: {why}", self.target))
            })?);
            tracing::info!(target = %self.target, "dnstap is taken");
        }
        let peer = self.peer.as_mut().expect("it was just connected");
        let sent = peer.write_all(octets);
        if sent.is_err() {
            // What it has taken may end within a frame.
            self.peer = None;
        }
        sent
    }

    fn finish(&mut self) -> io::Result<()> {
        let Some(mut peer) = self.peer.take() else { return Ok(()) };
        stop(&mut peer)?;
        finished(&mut peer)
    }
}
