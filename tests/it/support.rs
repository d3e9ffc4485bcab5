//! A running server, and clients of it.

use hickory_proto::{
    op::{Edns, Message, Query},
    rr::{Name, RecordType},
};
use splinterdns::{
    config::{LabSpec, Shelf},
    lab::Shelves,
    serve::Server,
};
use std::{
    fs,
    io::{Read, Write},
    net::{IpAddr, SocketAddr, TcpStream, UdpSocket},
    path::{Path, PathBuf},
    sync::atomic::{AtomicU32, Ordering},
    time::Duration,
};
use tokio::{runtime::Runtime, sync::watch};

/// Longer than any answer takes, shorter than a patient developer.
const PATIENCE: Duration = Duration::from_secs(5);

/// As long as silence must last to count as silence.
pub(crate) const SILENCE: Duration = Duration::from_millis(300);

/// A server that stops when it is dropped.
pub(crate) struct Running {
    pub(crate) address: SocketAddr,
    pub(crate) listeners: Vec<SocketAddr>,
    stop: Option<watch::Sender<()>>,
    runtime: Option<Runtime>,
}

/// The configs and zones compiled in, with these flags.
pub(crate) fn start(flags: LabSpec) -> Running {
    start_shelves(Shelves::new(Shelf::built_in_configs(), flags))
}

/// The shipped lab on a day.
pub(crate) fn start_on(day: &str) -> Running {
    start(LabSpec { today: Some(day.parse().unwrap()), ..LabSpec::default() })
}

/// Any lab. Its flags are given port 0 when they name no listener.
pub(crate) fn start_shelves(mut shelves: Shelves) -> Running {
    if shelves.flags.listen.is_empty() {
        shelves.flags.listen = vec![listener("127.0.0.1:0", None)];
    }
    let runtime = Runtime::new().unwrap();
    let (stop, stopped) = watch::channel(());
    let (address, listeners) = runtime.block_on(async {
        let server = Server::bind(shelves).unwrap_or_else(|error| panic!("{error}"));
        let listeners: Vec<_> =
            server.listeners().iter().map(|listener| listener.address).collect();
        tokio::spawn(server.run(stopped));
        (listeners[0], listeners)
    });
    Running { address, listeners, stop: Some(stop), runtime: Some(runtime) }
}

pub(crate) fn listener(
    address: &str,
    bound: Option<&str>,
) -> splinterdns::config::At<splinterdns::config::ListenerSpec> {
    let bound = bound.map(|bound| bound.parse().unwrap());
    let value = splinterdns::config::ListenerSpec { address: address.parse().unwrap(), bound };
    splinterdns::config::At { place: splinterdns::config::Place::whole(0), value }
}

impl Drop for Running {
    fn drop(&mut self) {
        drop(self.stop.take());
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_timeout(Duration::from_secs(1));
        }
    }
}

impl Running {
    /// One question by UDP, as `dig` asks it, from a client.
    pub(crate) fn ask(&self, client: &str, name: &str, rtype: RecordType) -> Message {
        let octets = self.ask_octets(client, &question(name, rtype).to_vec().unwrap());
        Message::from_vec(&octets.expect("an answer")).unwrap()
    }

    /// Octets by UDP, and the octets that come back, if any do.
    pub(crate) fn ask_octets(&self, client: &str, octets: &[u8]) -> Option<Vec<u8>> {
        let socket = client_socket(client);
        socket.send_to(octets, self.address).unwrap();
        receive(&socket, PATIENCE)
    }

    /// Octets by UDP that nothing must come back for.
    pub(crate) fn silence_after(&self, client: &str, octets: &[u8]) -> bool {
        let socket = client_socket(client);
        socket.send_to(octets, self.address).unwrap();
        receive(&socket, SILENCE).is_none()
    }

    /// One question by TCP.
    pub(crate) fn ask_tcp(&self, client: &str, name: &str, rtype: RecordType) -> Message {
        let mut stream = self.connect(client);
        send_framed(&mut stream, &question(name, rtype).to_vec().unwrap());
        Message::from_vec(&receive_framed(&mut stream).expect("an answer")).unwrap()
    }

    /// A TCP connection from a client.
    pub(crate) fn connect(&self, client: &str) -> TcpStream {
        let socket =
            socket2::Socket::new(socket2::Domain::IPV4, socket2::Type::STREAM, None).unwrap();
        socket.bind(&SocketAddr::new(client.parse().unwrap(), 0).into()).unwrap();
        socket.connect(&self.address.into()).unwrap();
        let stream = TcpStream::from(socket);
        stream.set_read_timeout(Some(PATIENCE)).unwrap();
        stream
    }
}

pub(crate) fn client_socket(client: &str) -> UdpSocket {
    UdpSocket::bind(SocketAddr::new(client.parse::<IpAddr>().unwrap(), 0)).unwrap()
}

/// The next datagram, if one comes in time.
pub(crate) fn receive(socket: &UdpSocket, patience: Duration) -> Option<Vec<u8>> {
    socket.set_read_timeout(Some(patience)).unwrap();
    let mut buffer = [0; 65_535];
    let length = socket.recv(&mut buffer).ok()?;
    Some(buffer[..length].to_vec())
}

pub(crate) fn send_framed(stream: &mut TcpStream, octets: &[u8]) {
    let length = u16::try_from(octets.len()).unwrap().to_be_bytes();
    stream.write_all(&[&length[..], octets].concat()).unwrap();
}

/// The next message of a stream, or nothing at its end.
pub(crate) fn receive_framed(stream: &mut TcpStream) -> std::io::Result<Vec<u8>> {
    let mut length = [0; 2];
    stream.read_exact(&mut length)?;
    let mut octets = vec![0; usize::from(u16::from_be_bytes(length))];
    stream.read_exact(&mut octets)?;
    Ok(octets)
}

/// A query with RD and an OPT of 1232 octets.
pub(crate) fn question(name: &str, rtype: RecordType) -> Message {
    let mut message = Message::query();
    message.metadata.recursion_desired = true;
    message.add_query(Query::query(Name::from_ascii(name).unwrap(), rtype));
    let mut edns = Edns::new();
    edns.set_max_payload(1232);
    message.set_edns(edns);
    message
}

/// The record data of the answer section.
pub(crate) fn data(message: &Message) -> Vec<String> {
    message.answers.iter().map(|record| record.data.to_string()).collect()
}

/// A folder that is removed when it is dropped.
pub(crate) struct Scratch(PathBuf);

impl Scratch {
    pub(crate) fn new() -> Self {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let number = COUNT.fetch_add(1, Ordering::Relaxed);
        let folder =
            std::env::temp_dir().join(format!("splinterdns-test-{}-{number}", std::process::id()));
        fs::create_dir_all(&folder).unwrap();
        Self(folder)
    }

    pub(crate) fn path(&self) -> &Path {
        &self.0
    }

    /// Writes a file, with the folders above it.
    pub(crate) fn write(&self, path: &str, text: &str) -> PathBuf {
        let path = self.0.join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, text).unwrap();
        path
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        // What is left in the temporary folder harms nobody.
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// A lab of one's own: country files by name, no zones but the compiled-in ones.
pub(crate) fn own_lab(countries: &[(&str, &str)]) -> (Scratch, Shelves) {
    let scratch = Scratch::new();
    for (name, text) in countries {
        scratch.write(&format!("countries/{name}.yaml"), text);
    }
    fs::create_dir_all(scratch.path().join("countries")).unwrap();
    let configs = Shelf::Folder(scratch.path().to_owned());
    (scratch, Shelves::new(configs, LabSpec::default()))
}

/// The repository, where the tests run.
pub(crate) fn repository() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}
