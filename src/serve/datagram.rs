//! Datagrams with both their addresses: a reply must leave from the address that was asked (RFC 1123 section 6.1.3.2 and
//! RFC 2181 section 4), which a socket bound to a wildcard only knows from `IP_PKTINFO` and `IPV6_PKTINFO`.

use nix::{
    cmsg_space,
    errno::Errno,
    sys::socket::{
        ControlMessage, ControlMessageOwned, MsgFlags, SockaddrIn, SockaddrIn6, SockaddrStorage, recvmsg, sendmsg, setsockopt,
        sockopt::{Ipv4PacketInfo, Ipv6RecvPacketInfo},
    },
};
use socket2::Socket;
use std::{
    io::{self, IoSlice, IoSliceMut},
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr},
    os::fd::AsRawFd,
};
use tokio::{io::Interest, net::UdpSocket};

/// Where a datagram came from and which of our addresses it was sent to.
#[derive(Clone, Copy, Debug)]
pub(super) struct Ends {
    pub(super) client: SocketAddr,
    local: Option<Local>,
}

/// Our address, in the form that the kernel gave it and takes it back.
#[derive(Clone, Copy)]
enum Local {
    V4(nix::libc::in_pktinfo),
    V6(nix::libc::in6_pktinfo),
}

impl std::fmt::Debug for Local {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let address = match self {
            Self::V4(info) => IpAddr::V4(Ipv4Addr::from(u32::from_be(info.ipi_spec_dst.s_addr))),
            Self::V6(info) => IpAddr::V6(Ipv6Addr::from(info.ipi6_addr.s6_addr)),
        };
        write!(f, "{address}")
    }
}

/// Asks the kernel to tell with every datagram where it was sent to.
pub(super) fn tell_destination(socket: &Socket, address: SocketAddr) -> io::Result<()> {
    match address {
        SocketAddr::V4(_) => setsockopt(socket, Ipv4PacketInfo, &true)?,
        SocketAddr::V6(_) => setsockopt(socket, Ipv6RecvPacketInfo, &true)?,
    }
    Ok(())
}

/// Waits for a datagram. What does not fit into `buffer` is cut off; no query is that long.
pub(super) async fn receive(socket: &UdpSocket, buffer: &mut [u8]) -> io::Result<(usize, Ends)> {
    socket.async_io(Interest::READABLE, || receive_now(socket, buffer)).await
}

fn receive_now(socket: &UdpSocket, buffer: &mut [u8]) -> io::Result<(usize, Ends)> {
    let mut space = cmsg_space!(nix::libc::in_pktinfo, nix::libc::in6_pktinfo);
    let mut parts = [IoSliceMut::new(buffer)];
    let message = recvmsg::<SockaddrStorage>(socket.as_raw_fd(), &mut parts, Some(&mut space), MsgFlags::empty())
        .map_err(io::Error::from)?;
    let client = message.address.as_ref().and_then(client).ok_or(io::ErrorKind::InvalidData)?;
    let local = message.cmsgs().map_err(io::Error::from)?.find_map(|control| match control {
        ControlMessageOwned::Ipv4PacketInfo(info) => Some(Local::V4(info)),
        ControlMessageOwned::Ipv6PacketInfo(info) => Some(Local::V6(info)),
        _ => None,
    });
    Ok((message.bytes, Ends { client, local }))
}

fn client(storage: &SockaddrStorage) -> Option<SocketAddr> {
    let v4 = storage.as_sockaddr_in().map(|address| SocketAddr::from((address.ip(), address.port())));
    let v6 = || storage.as_sockaddr_in6().map(|address| SocketAddr::V6((*address).into()));
    v4.or_else(v6)
}

/// Sends a datagram back.
pub(super) async fn send(socket: &UdpSocket, octets: &[u8], ends: Ends) -> io::Result<()> {
    socket.async_io(Interest::WRITABLE, || send_now(socket, octets, ends)).await
}

fn send_now(socket: &UdpSocket, octets: &[u8], ends: Ends) -> io::Result<()> {
    let fd = socket.as_raw_fd();
    let parts = [IoSlice::new(octets)];
    let flags = MsgFlags::empty();
    let sent: Result<usize, Errno> = match ends.client {
        SocketAddr::V4(client) => {
            let client = SockaddrIn::from(client);
            match ends.local {
                // ipi_ifindex would pin the interface; only the address must be kept.
                Some(Local::V4(info)) => {
                    let info = nix::libc::in_pktinfo { ipi_ifindex: 0, ..info };
                    sendmsg(fd, &parts, &[ControlMessage::Ipv4PacketInfo(&info)], flags, Some(&client))
                }
                _ => sendmsg(fd, &parts, &[], flags, Some(&client)),
            }
        }
        SocketAddr::V6(client) => {
            let client = SockaddrIn6::from(client);
            match ends.local {
                Some(Local::V6(info)) => sendmsg(fd, &parts, &[ControlMessage::Ipv6PacketInfo(&info)], flags, Some(&client)),
                _ => sendmsg(fd, &parts, &[], flags, Some(&client)),
            }
        }
    };
    sent.map(|_| ()).map_err(io::Error::from)
}
