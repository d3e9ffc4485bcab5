//! The sockets from which queries leave for one resolver.
//!
//! Whoever forges an answer must hit the port and the id (RFC 5452 section 9.2). So a query leaves
//! from one of many ports, drawn at random, with an id drawn at random, and each port is closed
//! after some seconds or some hundreds of queries. One socket a query would be safer by nothing: as
//! many pairs of port and id are open at a time.

use super::sent_query::{Match, SentQuery};
use crate::dns::constants::flags2;
use std::{
    collections::{HashMap, hash_map::Entry},
    io,
    net::{Ipv4Addr, Ipv6Addr, SocketAddr},
    sync::{Arc, Mutex, MutexGuard, PoisonError, Weak},
    time::Duration,
};
use tokio::{
    net::UdpSocket,
    sync::{Notify, oneshot},
    time::sleep,
};

/// As many ports are open towards one resolver at a time.
pub(super) const MOST_PORTS: usize = 64;

/// And as many queries leave from one before it is closed.
const MOST_USES: usize = 256;

/// And for so long is it used.
const LIFE: Duration = Duration::from_secs(10);

/// What resolvers send by UDP at the most, whatever they are offered; a longer answer is fetched by
/// TCP.
const DATAGRAM: usize = 4096;

/// The open ports towards one resolver.
#[derive(Debug)]
pub(super) struct Ports {
    server: SocketAddr,
    open: Mutex<Vec<Arc<Port>>>,
}

/// One port.
#[derive(Debug)]
struct Port {
    socket: UdpSocket,
    state: Mutex<PortState>,
    /// Told when nothing is awaited any more at a port that is no longer used.
    done: Notify,
}

#[derive(Debug, Default)]
struct PortState {
    /// By their ids.
    awaited: HashMap<u16, Awaited>,
    uses: usize,
    is_retired: bool,
}

/// A query whose answer has not come.
#[derive(Debug)]
struct Awaited {
    query: Arc<SentQuery>,
    reply: oneshot::Sender<io::Result<DatagramReply>>,
}

/// What has come by UDP.
#[derive(Debug)]
pub(super) enum DatagramReply {
    /// The whole answer.
    Whole(Vec<u8>),
    /// The beginning of one.
    Truncated(Vec<u8>),
    /// An answer with other letters than those that were sent, so perhaps not the resolver's.
    OtherLetters,
}

/// A place at a port; whoever drops it awaits the answer no longer.
struct Ticket {
    port: Arc<Port>,
    id: u16,
}

impl Ports {
    pub(super) fn new(server: SocketAddr) -> Arc<Self> {
        Arc::new(Self { server, open: Mutex::default() })
    }

    /// Sends a query and waits for its answer.
    pub(super) async fn ask(self: &Arc<Self>, query: SentQuery) -> io::Result<DatagramReply> {
        let port = self.draw().await?;
        let (reply, answered) = oneshot::channel();
        let (ticket, query) = port.expect(query, reply);
        let sent = port.socket.send(query.octets()).await;
        // A refusal that was told by ICMP is about an earlier query.
        match sent {
            Err(error) if error.kind() == io::ErrorKind::ConnectionRefused => {
                port.socket.send(query.octets()).await?;
            }
            sent => drop(sent?),
        }
        let answer = answered.await.map_err(|_| io::Error::from(io::ErrorKind::ConnectionAborted));
        drop(ticket);
        answer?
    }

    /// One of the ports, and a new one while there may be more.
    async fn draw(self: &Arc<Self>) -> io::Result<Arc<Port>> {
        let is_full = self.lock().len() >= MOST_PORTS;
        if !is_full {
            match Port::open(self.server).await {
                Ok(port) => {
                    self.lock().push(Arc::clone(&port));
                    tokio::spawn(Arc::clone(&port).read(Arc::downgrade(self)));
                    return Ok(port);
                }
                // Where the process may open no more files, those that it has must do.
                Err(error) if self.lock().is_empty() => return Err(error),
                Err(_) => {}
            }
        }
        let mut open = self.lock();
        let index = rand::random_range(0..open.len());
        let port = Arc::clone(&open[index]);
        if port.is_used_up() {
            open.swap_remove(index);
            port.retire();
        }
        Ok(port)
    }

    fn close(&self, port: &Arc<Port>) {
        self.lock().retain(|open| !Arc::ptr_eq(open, port));
        port.retire();
    }

    fn lock(&self) -> MutexGuard<'_, Vec<Arc<Port>>> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Port {
    /// The system draws the port at random (RFC 6056).
    async fn open(server: SocketAddr) -> io::Result<Arc<Self>> {
        let any = match server {
            SocketAddr::V4(_) => SocketAddr::from((Ipv4Addr::UNSPECIFIED, 0)),
            SocketAddr::V6(_) => SocketAddr::from((Ipv6Addr::UNSPECIFIED, 0)),
        };
        let socket = UdpSocket::bind(any).await?;
        socket.connect(server).await?;
        let (state, done) = (Mutex::default(), Notify::new());
        Ok(Arc::new(Self { socket, state, done }))
    }

    /// Takes an id that is free here.
    fn expect(
        self: &Arc<Self>,
        query: SentQuery,
        reply: oneshot::Sender<io::Result<DatagramReply>>,
    ) -> (Ticket, Arc<SentQuery>) {
        let mut state = self.lock();
        loop {
            let id = rand::random();
            if let Entry::Vacant(place) = state.awaited.entry(id) {
                let query = Arc::new(query.with_id(id));
                place.insert(Awaited { query: Arc::clone(&query), reply });
                return (Ticket { port: Arc::clone(self), id }, query);
            }
        }
    }

    /// Counts one more use.
    fn is_used_up(&self) -> bool {
        let mut state = self.lock();
        state.uses += 1;
        state.uses >= MOST_USES
    }

    fn retire(&self) {
        self.lock().is_retired = true;
        self.done.notify_one();
    }

    /// Hands answers to those who wait, until the port is closed and nobody does.
    async fn read(self: Arc<Self>, ports: Weak<Ports>) {
        let mut buffer = vec![0; DATAGRAM + 1];
        let mut life = std::pin::pin!(sleep(LIFE));
        loop {
            tokio::select! {
                received = self.socket.recv(&mut buffer) => match received {
                    Ok(length) => self.deliver(&buffer[..length]),
                    Err(error) => self.fail(&error),
                },
                () = &mut life, if !self.lock().is_retired => match ports.upgrade() {
                    Some(ports) => ports.close(&self),
                    None => self.retire(),
                },
                () = self.done.notified() => {}
            }
            let state = self.lock();
            if state.is_retired && state.awaited.is_empty() {
                return;
            }
        }
    }

    /// Anybody can send a datagram here; what is no answer to a query is passed over (RFC 5452
    /// section 9.1).
    fn deliver(&self, octets: &[u8]) {
        let [high, low, ..] = *octets else { return };
        let mut state = self.lock();
        let Entry::Occupied(awaited) = state.awaited.entry(u16::from_be_bytes([high, low])) else {
            return;
        };
        let found = awaited.get().query.compare(octets);
        if found == Match::Foreign {
            return;
        }
        let Awaited { query, reply } = awaited.remove();
        drop(state);
        let received = if found == Match::Answer {
            datagram(octets, &query)
        } else {
            DatagramReply::OtherLetters
        };
        // Who has given up is gone.
        let _ = reply.send(Ok(received));
    }

    /// The system says that the resolver cannot be reached: that is so for all who wait here.
    fn fail(&self, error: &io::Error) {
        for Awaited { reply, .. } in self.lock().awaited.drain().map(|(_, awaited)| awaited) {
            let _ = reply.send(Err(error.kind().into()));
        }
    }

    fn lock(&self) -> MutexGuard<'_, PortState> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Ticket {
    fn drop(&mut self) {
        let mut state = self.port.lock();
        state.awaited.remove(&self.id);
        if state.is_retired && state.awaited.is_empty() {
            self.port.done.notify_one();
        }
    }
}

/// An answer that came by UDP. One that is longer than the buffer is truncated.
fn datagram(octets: &[u8], query: &SentQuery) -> DatagramReply {
    let mut answer = octets.to_vec();
    query.make_own(&mut answer);
    if answer.len() > DATAGRAM {
        // Records that may be cut in the middle are left out.
        query.cut(&mut answer);
    }
    if answer[2] & flags2::TC == 0 {
        DatagramReply::Whole(answer)
    } else {
        DatagramReply::Truncated(answer)
    }
}

/// What came by UDP, if it is an answer.
#[cfg(fuzzing)]
pub(super) fn taken(query: &SentQuery, octets: &[u8]) -> Option<Vec<u8>> {
    match (query.compare(octets) == Match::Answer).then(|| datagram(octets, query))? {
        DatagramReply::Whole(octets) | DatagramReply::Truncated(octets) => Some(octets),
        DatagramReply::OtherLetters => None,
    }
}
