//! Datagrams in batches: one system call takes up to [`BATCH`] queries off a socket, another sends
//! their replies.
//!
//! There is no path round `unsafe`: `recvmmsg` and `sendmmsg` take arrays of headers that point
//! into other arrays, and the safe wrapper (nix) cannot send each message from an address of its
//! own. Every pointer is set right before the call that uses it, into arrays that the same
//! [`Batch`] owns and that nothing else touches during the call.

#![allow(
    unsafe_code,
    reason = "no safe wrapper of recvmmsg and sendmmsg keeps the local address of each message"
)]

use nix::{
    libc::{self, c_void, iovec, mmsghdr, msghdr, sockaddr_storage, socklen_t},
    sys::socket::{
        setsockopt,
        sockopt::{Ipv4PacketInfo, Ipv6RecvPacketInfo},
    },
};
use socket2::Socket;
use std::{
    io, mem,
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, UdpSocket},
    ops::Range,
    os::fd::AsRawFd,
    ptr,
};

/// As many datagrams as one call takes. More do not make a query cheaper.
pub(crate) const BATCH: usize = 32;

/// And as many as it makes room for, at least.
const LEAST_ROOM: usize = 4;

/// A full send buffer, because one client's link is slow, must not hold up all others.
const DONTWAIT: i32 = libc::MSG_DONTWAIT;

/// But a burst may fill it for a moment: once for the replies of a batch so long is waited for
/// room, in milliseconds.
const ROOM_PATIENCE: i32 = 1;

/// Room for any datagram (RFC 768). Pages that no query has reached take no memory, so a worker has
/// as much as its longest queries have needed. Were this a power of two, the beginnings of all
/// payloads would fight for the same few lines of the cache.
const PAYLOAD: usize = 65_536 + 64;

/// Room for one control message with the local address (40 octets for IPv6), aligned as its header
/// wants it.
#[derive(Clone, Copy)]
#[repr(C, align(8))]
struct Control([u8; 64]);

/// Where a datagram came from and which of our addresses it was sent to, as the kernel gave it and
/// takes it back. A reply must leave from the address that was asked (RFC 1123 section 6.1.3.2, RFC
/// 2181 section 4), which a socket bound to a wildcard only knows from `IP_PKTINFO` and
/// `IPV6_PKTINFO`.
#[derive(Clone, Copy)]
pub(crate) struct ReturnPath {
    name: sockaddr_storage,
    name_length: socklen_t,
    control: Control,
    control_length: usize,
}

/// Datagrams of one socket.
pub(crate) struct Batch {
    /// Whether the local address has to be asked for: the socket is bound to a wildcard.
    wildcard: bool,
    /// Room for as many datagrams, one behind the other.
    payloads: Vec<u8>,
    lengths: [usize; BATCH],
    paths: Vec<ReturnPath>,
    /// For how many datagrams the next call makes room: twice those of the last, because the room
    /// has its price.
    room: usize,
}

/// Replies that leave together.
#[derive(Default)]
pub(crate) struct Outbox {
    octets: Vec<u8>,
    /// To which datagram, and where they stand in the octets.
    replies: Vec<(usize, Range<usize>)>,
}

/// What became of a datagram for which a socket has no room.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Spilled {
    /// It left by another socket.
    Sent,
    /// It is given up.
    Refused,
    /// There is no other socket with room.
    NoRoom,
}

/// Asks the kernel to tell with every datagram where it was sent to, where a socket has several
/// addresses.
pub(crate) fn request_destination(socket: &Socket, address: SocketAddr) -> io::Result<()> {
    match address {
        SocketAddr::V4(address) if address.ip().is_unspecified() => {
            setsockopt(socket, Ipv4PacketInfo, &true)?;
        }
        SocketAddr::V6(address) if address.ip().is_unspecified() => {
            setsockopt(socket, Ipv6RecvPacketInfo, &true)?;
        }
        _ => {}
    }
    Ok(())
}

impl ReturnPath {
    fn nowhere() -> Self {
        // SAFETY: a plain C struct of integers, for which zeros are a value.
        Self {
            name: unsafe { mem::zeroed() },
            name_length: 0,
            control: Control([0; 64]),
            control_length: 0,
        }
    }

    /// The client, with its port.
    pub(crate) fn client_address(&self) -> Option<SocketAddr> {
        let name = ptr::from_ref(&self.name);
        let port = match i32::from(self.name.ss_family) {
            // SAFETY: the family says that a sockaddr_in stands here, and the storage is large and
            // aligned enough for any.
            libc::AF_INET => unsafe { (*name.cast::<libc::sockaddr_in>()).sin_port },
            // SAFETY: as above, for sockaddr_in6.
            libc::AF_INET6 => unsafe { (*name.cast::<libc::sockaddr_in6>()).sin6_port },
            _ => return None,
        };
        self.client().map(|client| SocketAddr::new(client, u16::from_be(port)))
    }

    /// The address that the client has asked, where the socket has several.
    pub(crate) fn local(&self) -> Option<IpAddr> {
        let data = self.control.0.get(size_of::<libc::cmsghdr>()..self.control_length)?;
        match i32::from(self.name.ss_family) {
            // ipi_spec_dst, behind ipi_ifindex.
            libc::AF_INET => Some(IpAddr::from(<[u8; 4]>::try_from(data.get(4..8)?).ok()?)),
            // ipi6_addr.
            libc::AF_INET6 => Some(IpAddr::from(<[u8; 16]>::try_from(data.get(..16)?).ok()?)),
            _ => None,
        }
    }

    /// The client; nothing for an address of another family than IP.
    pub(crate) fn client(&self) -> Option<IpAddr> {
        let name = ptr::from_ref(&self.name);
        match i32::from(self.name.ss_family) {
            libc::AF_INET => {
                // SAFETY: the family says that a sockaddr_in stands here, and the storage is large
                // and aligned enough for any.
                let address = unsafe { (*name.cast::<libc::sockaddr_in>()).sin_addr.s_addr };
                Some(IpAddr::V4(Ipv4Addr::from(u32::from_be(address))))
            }
            libc::AF_INET6 => {
                // SAFETY: as above, for sockaddr_in6.
                let address = unsafe { (*name.cast::<libc::sockaddr_in6>()).sin6_addr.s6_addr };
                Some(IpAddr::V6(Ipv6Addr::from(address)))
            }
            _ => None,
        }
    }

    /// Only the address must be kept; an interface index in the control message would pin the way
    /// out. But a link-local address means nothing without its interface (RFC 4007 section 6).
    fn unpin_interface(&mut self) {
        let header = size_of::<libc::cmsghdr>();
        // SAFETY: the buffer is aligned for a cmsghdr, longer than one, and zeroed where the kernel
        // wrote nothing.
        let kind = unsafe { (*self.control.0.as_ptr().cast::<libc::cmsghdr>()).cmsg_type };
        if self.control_length <= header {
            return;
        }
        // The kernel aligns the data behind the header.
        let data = &mut self.control.0[header..];
        match (i32::from(self.name.ss_family), kind) {
            // ipi_ifindex is the first field of in_pktinfo.
            (libc::AF_INET, libc::IP_PKTINFO) => data[..4].fill(0),
            // Of in6_pktinfo the address is.
            (libc::AF_INET6, libc::IPV6_PKTINFO) if (data[0], data[1] & 0xc0) != (0xfe, 0x80) => {
                data[16..20].fill(0);
            }
            _ => {}
        }
    }

    fn header(&mut self, part: &mut iovec) -> msghdr {
        // SAFETY: zeros are a value of msghdr (null pointers and lengths of nothing).
        let mut header: msghdr = unsafe { mem::zeroed() };
        header.msg_name = ptr::from_mut(&mut self.name).cast();
        header.msg_namelen = self.name_length;
        header.msg_iov = part;
        header.msg_iovlen = 1;
        if self.control_length > 0 {
            header.msg_control = self.control.0.as_mut_ptr().cast();
            header.msg_controllen = self.control_length as _;
        }
        header
    }

    /// Sends a datagram back on its own.
    pub(crate) fn send(mut self, socket: &UdpSocket, octets: &[u8]) -> io::Result<()> {
        let mut part = iovec { iov_base: octets.as_ptr().cast_mut().cast(), iov_len: octets.len() };
        let header = self.header(&mut part);
        // SAFETY: the header points to `self`, `part` and `octets`, which outlive the call; sending
        // writes to none of them.
        let sent = unsafe { libc::sendmsg(socket.as_raw_fd(), &raw const header, DONTWAIT) };
        if sent < 0 { Err(io::Error::last_os_error()) } else { Ok(()) }
    }
}

#[allow(
    clippy::unnecessary_cast,
    reason = "its type is that of the C library, and musl has another than glibc"
)]
const fn control_length(header: &msghdr) -> usize {
    header.msg_controllen as usize
}

impl Batch {
    pub(crate) fn new(wildcard: bool) -> Self {
        Self {
            wildcard,
            payloads: vec![0; BATCH * PAYLOAD],
            lengths: [0; BATCH],
            paths: vec![ReturnPath::nowhere(); BATCH],
            room: LEAST_ROOM,
        }
    }

    /// Waits for datagrams, no longer than the socket's timeout; says how many there are.
    pub(crate) fn receive(&mut self, socket: &UdpSocket) -> io::Result<usize> {
        let mut parts = [iovec { iov_base: ptr::null_mut(), iov_len: PAYLOAD }; BATCH];
        // SAFETY: zeros are a value of mmsghdr.
        let mut headers: [mmsghdr; BATCH] = unsafe { mem::zeroed() };
        let payloads = self.payloads.chunks_exact_mut(PAYLOAD);
        let places = headers.iter_mut().zip(&mut parts).zip(payloads).zip(&mut self.paths);
        for (((header, part), payload), path) in places.take(self.room) {
            part.iov_base = payload.as_mut_ptr().cast::<c_void>();
            path.name_length = size_of::<sockaddr_storage>() as socklen_t;
            path.control_length = if self.wildcard { path.control.0.len() } else { 0 };
            header.msg_hdr = path.header(part);
        }
        let size = self.room as u32;
        // SAFETY: each of `size` headers points to a name, a part with its payload and a control
        // buffer of its own, of the lengths given.
        let count = unsafe {
            libc::recvmmsg(
                socket.as_raw_fd(),
                headers.as_mut_ptr(),
                size,
                libc::MSG_WAITFORONE as _,
                ptr::null_mut(),
            )
        };
        let Ok(count) = usize::try_from(count) else {
            let error = io::Error::last_os_error();
            // The time is up, or a signal came.
            let nothing =
                matches!(error.kind(), io::ErrorKind::WouldBlock | io::ErrorKind::Interrupted);
            return if nothing { Ok(0) } else { Err(error) };
        };
        self.room = (2 * count).clamp(LEAST_ROOM, BATCH);
        for ((header, path), length) in
            headers[..count].iter().zip(&mut self.paths).zip(&mut self.lengths)
        {
            *length = header.msg_len as usize;
            path.name_length = header.msg_hdr.msg_namelen;
            path.control_length = control_length(&header.msg_hdr);
            if self.wildcard {
                path.unpin_interface();
            }
        }
        Ok(count)
    }

    /// A datagram that was received, and the path back to its sender.
    pub(crate) fn get(&self, index: usize) -> (&[u8], &ReturnPath) {
        (&self.payloads[index * PAYLOAD..][..self.lengths[index]], &self.paths[index])
    }

    /// Sends the replies of an outbox to the senders of their datagrams, and empties it. `spill` is
    /// given what the socket has no room for. `done` is told of each whether it has left: what
    /// cannot be sent is lost, as datagrams may be.
    pub(crate) fn send(
        &mut self,
        socket: &UdpSocket,
        outbox: &mut Outbox,
        mut spill: impl FnMut(&ReturnPath, &[u8]) -> Spilled,
        mut done: impl FnMut(&[u8], io::Result<()>),
    ) {
        let Outbox { octets, replies } = outbox;
        let mut patient = true;
        for replies in replies.chunks(BATCH) {
            let mut parts = [iovec { iov_base: ptr::null_mut(), iov_len: 0 }; BATCH];
            // SAFETY: zeros are a value of mmsghdr.
            let mut headers: [mmsghdr; BATCH] = unsafe { mem::zeroed() };
            for (((index, range), part), header) in replies.iter().zip(&mut parts).zip(&mut headers)
            {
                let reply = &octets[range.clone()];
                *part = iovec { iov_base: reply.as_ptr().cast_mut().cast(), iov_len: reply.len() };
                header.msg_hdr = self.paths[*index].header(part);
            }
            let (mut first, end) = (0, replies.len());
            while first < end {
                let waiting = &mut headers[first..end];
                let size = waiting.len() as u32;
                // SAFETY: as in `receive`; sending reads names, parts, control messages and octets,
                // which outlive the call.
                let sent = unsafe {
                    libc::sendmmsg(socket.as_raw_fd(), waiting.as_mut_ptr(), size, DONTWAIT as _)
                };
                let (sent, failure) = match usize::try_from(sent) {
                    Ok(sent) => (sent, None),
                    // The error is that of the first: it is given up, and the rest goes on.
                    Err(_) => (0, Some(io::Error::last_os_error())),
                };
                let mut tell = |index: usize, outcome| {
                    done(&octets[replies[index].1.clone()], outcome);
                };
                (first..first + sent).for_each(|index| tell(index, Ok(())));
                first += sent;
                let Some(failure) = failure else { continue };
                let is_full = failure.kind() == io::ErrorKind::WouldBlock;
                let (index, range) = &replies[first];
                let spilled = if is_full {
                    spill(&self.paths[*index], &octets[range.clone()])
                } else {
                    Spilled::Refused
                };
                match spilled {
                    Spilled::NoRoom if patient => {
                        patient = false;
                        await_room(socket);
                        continue;
                    }
                    Spilled::Sent => tell(first, Ok(())),
                    Spilled::Refused | Spilled::NoRoom => tell(first, Err(failure)),
                }
                first += 1;
            }
        }
        outbox.octets.clear();
        outbox.replies.clear();
    }
}

/// Waits a moment until the socket's send buffer has room.
fn await_room(socket: &UdpSocket) {
    let mut wanted = libc::pollfd { fd: socket.as_raw_fd(), events: libc::POLLOUT, revents: 0 };
    // SAFETY: it reads and writes one pollfd, which outlives the call. Whatever it says, sending
    // is tried again.
    let _ = unsafe { libc::poll(&raw mut wanted, 1, ROOM_PATIENCE) };
}

impl Outbox {
    /// Adds a reply to the datagram with this index.
    pub(crate) fn push(&mut self, index: usize, reply: &[u8]) {
        let start = self.octets.len();
        self.octets.extend_from_slice(reply);
        self.replies.push((index, start..self.octets.len()));
    }
}

#[cfg(test)]
mod tests {
    use super::ReturnPath;
    use nix::libc;

    /// The octets of a control message with these data, when they have come from the kernel.
    fn unpinned(family: i32, kind: i32, data: &[u8]) -> Vec<u8> {
        let mut path = ReturnPath::nowhere();
        let header = size_of::<libc::cmsghdr>();
        path.name.ss_family = family.try_into().unwrap();
        path.control.0[header - 4..header].copy_from_slice(&kind.to_ne_bytes());
        path.control.0[header..header + data.len()].copy_from_slice(data);
        path.control_length = header + data.len();
        path.unpin_interface();
        path.control.0[header..header + data.len()].to_vec()
    }

    #[test]
    fn replies_leave_by_any_interface_unless_their_address_is_link_local() {
        // Interface 3, then the addresses.
        let v4 = [3, 0, 0, 0, 192, 0, 2, 1, 192, 0, 2, 1];
        let (kept, v4_kind) = ([0, 0, 0, 0, 192, 0, 2, 1, 192, 0, 2, 1], libc::IP_PKTINFO);
        assert_eq!(unpinned(libc::AF_INET, v4_kind, &v4), kept);
        let v6 = |first: [u8; 2], interface| [&first[..], &[7; 14], &[interface, 0, 0, 0]].concat();
        for (first, after) in [([0x20, 0x01], 0), ([0xfd, 0x00], 0), ([0xfe, 0x80], 3)] {
            let octets = unpinned(libc::AF_INET6, libc::IPV6_PKTINFO, &v6(first, 3));
            assert_eq!(octets, v6(first, after));
        }
        assert_eq!(unpinned(libc::AF_INET, 1234, &v4), v4, "another message");
    }
}
