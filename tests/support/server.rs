//! A running server that stops when it is dropped.

use super::{
    engine::{Flags, Sources, bind, listener, on, shipped},
    wire::{client_socket, question, receive, receive_framed, send_framed},
};
use hickory_proto::{op::Message, rr::RecordType};
use std::{
    net::{SocketAddr, TcpStream},
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
pub(crate) fn start(flags: Flags) -> Running {
    start_from(shipped(flags))
}

/// The shipped lab on a day.
pub(crate) fn start_on(day: &str) -> Running {
    start(on(day))
}

/// Any lab. Its flags are given port 0 when they name no listener.
pub(crate) fn start_from(mut sources: Sources) -> Running {
    if sources.flags.listen.is_empty() {
        sources.flags.listen = vec![listener("127.0.0.1:0", None)];
    }
    let runtime = Runtime::new().unwrap();
    let (stop, stopped) = watch::channel(());
    let listeners = runtime.block_on(async { bind(sources, stopped) });
    Running { address: listeners[0], listeners, stop: Some(stop), runtime: Some(runtime) }
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
