//! Where dnstap goes: a file, or a collector that reads Frame Streams.

use super::{
    chunk_writer::ChunkOutput,
    frame_streams::{finished, handshake, start, stop},
    open_file::RecordFile,
};
use std::{
    fmt,
    io::{self, Read, Write},
    mem,
    net::{SocketAddr, TcpStream, ToSocketAddrs},
    os::unix::net::UnixStream,
    path::PathBuf,
    str::FromStr,
    time::{Duration, Instant},
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
pub(super) struct FileOutput {
    path: PathBuf,
    file: RecordFile,
}

impl FileOutput {
    pub(super) fn open(path: PathBuf) -> io::Result<Self> {
        let mut begin = Vec::new();
        start(&mut begin)?;
        let mut file = RecordFile::open(&path, false)?;
        file.write(&begin)?;
        Ok(Self { path, file })
    }
}

impl ChunkOutput for FileOutput {
    fn write(&mut self, octets: &[u8]) -> io::Result<()> {
        self.file.write(octets)
    }

    /// A file that nobody has renamed goes on: it would begin anew. An old one ends when there is
    /// a new one.
    fn reopen(&mut self) -> io::Result<()> {
        if !self.file.is_elsewhere(&self.path) {
            return Ok(());
        }
        let new = Self::open(self.path.clone())?;
        mem::replace(self, new).finish()
    }

    fn finish(&mut self) -> io::Result<()> {
        let mut end = Vec::new();
        stop(&mut end)?;
        self.file.write(&end)
    }
}

/// Frames to a collector.
pub(super) struct SocketOutput {
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
    /// A collector may come later, and go and come again.
    pub(super) const fn new(target: DnstapTarget) -> Self {
        Self { target, peer: None, tried: None }
    }

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
