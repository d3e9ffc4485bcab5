//! Taking the sockets of one listener: UDP and TCP on the same address and port.

use super::reply_socket::{ReplySocket, SpillSocket};
use crate::{
    config::ListenerSpec,
    engine::Settings,
    sys::{request_destination, steer_by_core},
};
use nix::sys::resource::{Resource, getrlimit, setrlimit};
use socket2::{Domain, Protocol, SockAddr, Socket, Type};
use std::{
    io,
    net::{SocketAddr, TcpListener as StdTcp, UdpSocket},
    sync::Arc,
    time::Duration,
};
use thiserror::Error;
use tokio::net::TcpListener;

/// The sockets of one listener.
#[derive(Debug)]
pub(super) struct Sockets {
    pub(super) listener: ListenerSpec,
    /// One for each worker.
    pub(super) udp: Vec<Arc<ReplySocket>>,
    pub(super) tcp: TcpListener,
}

/// An address cannot be listened on.
#[derive(Debug, Error)]
#[error("cannot listen on {address} by {protocol}: {why}{}", advice(why, *address))]
pub struct BindError {
    /// Which one.
    pub address: SocketAddr,
    /// "UDP" or "TCP".
    pub protocol: &'static str,
    /// The system's reason.
    pub why: io::Error,
}

fn advice(why: &io::Error, address: SocketAddr) -> String {
    match why.kind() {
        io::ErrorKind::AddrInUse => {
            format!(
                " (another server holds port {}; take another with --listen ADDR:PORT)",
                address.port()
            )
        }
        io::ErrorKind::PermissionDenied => {
            " (ports below 1024 need root or the capability CAP_NET_BIND_SERVICE)".to_owned()
        }
        io::ErrorKind::AddrNotAvailable => {
            " (no interface of this machine has that address)".to_owned()
        }
        _ => String::new(),
    }
}

/// Why a transparent listener has all addresses.
const ONE_ADDRESS: &str = "--transparent needs all addresses, such as 0.0.0.0:53";

const NO_RIGHT: &str = "--transparent needs root, or the capability CAP_NET_ADMIN";

/// With port 0 the system picks a port for TCP, which may be taken for UDP; then it picks again.
const PICKS: usize = 16;

/// Connections that wait to be accepted; the kernel's own bound is often lower.
const BACKLOG: i32 = 1024;

/// Room for bursts, in octets: some four thousand queries. The kernel grants what
/// `net.core.rmem_max` allows.
const RECEIVE_BUFFER: usize = 4 << 20;

/// How long a worker waits for datagrams before it looks whether the server ends.
const PATIENCE: Duration = Duration::from_millis(100);

/// Files beside sockets: configs and zones during a reload, logs, the runtime's own.
const OTHER_FILES: u64 = 128;

/// Lets the process open as many files as the lab may need, or as many as the system gives.
pub(super) fn allow_files(sockets: usize) {
    let sockets = u64::try_from(sockets).expect("usize has at most 64 bits");
    let wanted = sockets.saturating_add(OTHER_FILES);
    let Ok((soft, hard)) = getrlimit(Resource::RLIMIT_NOFILE) else { return };
    if soft < wanted.min(hard)
        && let Err(error) = setrlimit(Resource::RLIMIT_NOFILE, wanted.min(hard), hard)
    {
        tracing::warn!(%error, soft, wanted, "the limit of open files stays as it is");
    }
}

impl Sockets {
    pub(super) fn bind(listener: &ListenerSpec, settings: &Settings) -> Result<Self, BindError> {
        let tries = if listener.address.port() == 0 { PICKS } else { 1 };
        let mut bound = Self::bind_once(listener, settings);
        for _ in 1..tries {
            if bound.is_ok() {
                break;
            }
            bound = Self::bind_once(listener, settings);
        }
        bound
    }

    fn bind_once(listener: &ListenerSpec, settings: &Settings) -> Result<Self, BindError> {
        let &Settings { workers, transparent, .. } = settings;
        let fail = |protocol, address| move |why| BindError { address, protocol, why };
        if transparent && !listener.address.ip().is_unspecified() {
            return Err(fail("UDP", listener.address)(io::Error::other(ONE_ADDRESS)));
        }
        let tcp = tcp(listener.address, transparent).map_err(fail("TCP", listener.address))?;
        let address = tcp.local_addr().map_err(fail("TCP", listener.address))?;
        let udp = udp(address, workers, transparent).map_err(fail("UDP", address))?;
        Ok(Self { listener: ListenerSpec { address, ..listener.clone() }, udp, tcp })
    }
}

fn tcp(address: SocketAddr, transparent: bool) -> io::Result<TcpListener> {
    let socket = socket(address, Type::STREAM, Protocol::TCP, transparent)?;
    // A server that was just stopped leaves connections in TIME_WAIT; they must not keep the next
    // one out.
    socket.set_reuse_address(true)?;
    socket.bind(&SockAddr::from(address))?;
    socket.listen(BACKLOG)?;
    socket.set_nonblocking(true)?;
    TcpListener::from_std(StdTcp::from(socket))
}

/// Sockets that share the address, so that the kernel shares out the datagrams among the workers.
/// The first try is without sharing, because a socket that shares its address would not notice
/// another server there that does so too.
fn udp(
    address: SocketAddr,
    workers: usize,
    transparent: bool,
) -> io::Result<Vec<Arc<ReplySocket>>> {
    let datagrams = |address, shared| datagrams(address, shared, transparent);
    datagrams(address, false)?;
    let sockets: Vec<_> =
        (0..workers).map(|_| datagrams(address, true)).collect::<io::Result<_>>()?;
    // Where the kernel would send queries to a socket that nobody reads, there is none. TPROXY
    // looks for a socket before there is anything to steer, and so takes any of them.
    let spill = match &*sockets {
        [first, ..] if !transparent && steer_by_core(first, workers) => {
            Some(Arc::new(SpillSocket::new(datagrams(address, true)?)))
        }
        _ => None,
    };
    let replying = |main| Arc::new(ReplySocket { main, spill: spill.clone() });
    Ok(sockets.into_iter().map(replying).collect())
}

fn datagrams(address: SocketAddr, shared: bool, transparent: bool) -> io::Result<UdpSocket> {
    let socket = socket(address, Type::DGRAM, Protocol::UDP, transparent)?;
    socket.set_reuse_port(shared)?;
    // More room is a wish, not a need.
    let _ = socket.set_recv_buffer_size(RECEIVE_BUFFER);
    socket.bind(&SockAddr::from(address))?;
    request_destination(&socket, address)?;
    socket.set_read_timeout(Some(PATIENCE))?;
    Ok(UdpSocket::from(socket))
}

/// `[::]` means IPv6 alone, so that it can stand beside `0.0.0.0`. A transparent socket takes and
/// sends what bears the addresses of others (ip(7), IP_TRANSPARENT).
fn socket(
    address: SocketAddr,
    kind: Type,
    protocol: Protocol,
    transparent: bool,
) -> io::Result<Socket> {
    let socket = Socket::new(Domain::for_address(address), kind, Some(protocol))?;
    if transparent {
        let set = if address.is_ipv4() {
            socket.set_ip_transparent_v4(true)
        } else {
            socket.set_ip_transparent_v6(true)
        };
        set.map_err(|why| match why.kind() {
            io::ErrorKind::PermissionDenied => io::Error::other(NO_RIGHT),
            _ => why,
        })?;
    }
    if address.is_ipv6() {
        socket.set_only_v6(true)?;
    }
    Ok(socket)
}
