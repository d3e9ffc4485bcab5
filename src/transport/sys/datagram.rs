//! Datagrams in batches: one system call takes up to [`BATCH`] queries off a socket, another sends
//! their replies.
//!
//! There is no way round `unsafe`: `recvmmsg` and `sendmmsg` take arrays of headers that point into
//! other arrays, and the safe wrapper (nix) cannot send each message from an address of its own.
//! Every pointer is set right before the call that uses it, into arrays that the same [`Batch`]
//! owns and that nothing else touches during the call.

#![allow(
    unsafe_code,
    reason = "recvmmsg and sendmmsg have no safe wrapper that keeps the local address of each message"
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
pub(super) const BATCH: usize = 32;

/// And as many as it makes room for, at least.
const LEAST_ROOM: usize = 4;

/// Longer than any query: a question of 255 octets and an OPT with a few options. What is longer is
/// cut off. Were it a power of two, the beginnings of all payloads would fight for the same few
/// lines of the cache.
const LONGEST_QUERY: usize = 4096 + 64;

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
pub(super) struct WayBack {
    name: sockaddr_storage,
    name_length: socklen_t,
    control: Control,
    control_length: usize,
}

/// Datagrams of one socket.
pub(super) struct Batch {
    /// Whether the local address has to be asked for: the socket is bound to a wildcard.
    wildcard: bool,
    payloads: Vec<[u8; LONGEST_QUERY]>,
    lengths: [usize; BATCH],
    ways: Vec<WayBack>,
    /// For how many datagrams the next call makes room: twice those of the last, because the room
    /// has its price.
    room: usize,
}

/// Asks the kernel to tell with every datagram where it was sent to, where a socket has several
/// addresses.
pub(super) fn tell_destination(socket: &Socket, address: SocketAddr) -> io::Result<()> {
    match address {
        SocketAddr::V4(address) if address.ip().is_unspecified() => {
            setsockopt(socket, Ipv4PacketInfo, &true)?
        }
        SocketAddr::V6(address) if address.ip().is_unspecified() => {
            setsockopt(socket, Ipv6RecvPacketInfo, &true)?
        }
        _ => {}
    }
    Ok(())
}

impl WayBack {
    fn nowhere() -> Self {
        // SAFETY: a plain C struct of integers, for which zeros are a value.
        Self {
            name: unsafe { mem::zeroed() },
            name_length: 0,
            control: Control([0; 64]),
            control_length: 0,
        }
    }

    /// The client; nothing for an address of another family than IP.
    pub(super) fn client(&self) -> Option<IpAddr> {
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
    /// out.
    fn unpin_interface(&mut self) {
        let header = size_of::<libc::cmsghdr>();
        // SAFETY: the buffer is aligned for a cmsghdr, longer than one, and zeroed where the kernel
        // wrote nothing.
        let kind = unsafe { (*self.control.0.as_ptr().cast::<libc::cmsghdr>()).cmsg_type };
        if self.control_length > header
            && kind == libc::IP_PKTINFO
            && i32::from(self.name.ss_family) == libc::AF_INET
        {
            // ipi_ifindex is the first field of in_pktinfo, and the kernel aligns the data behind
            // the header.
            self.control.0[header..header + 4].fill(0);
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
    pub(super) fn send(mut self, socket: &UdpSocket, octets: &[u8]) -> io::Result<()> {
        let mut part = iovec { iov_base: octets.as_ptr().cast_mut().cast(), iov_len: octets.len() };
        let header = self.header(&mut part);
        // SAFETY: the header points to `self`, `part` and `octets`, which outlive the call; sending
        // writes to none of them.
        let sent = unsafe { libc::sendmsg(socket.as_raw_fd(), &raw const header, 0) };
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
    pub(super) fn new(wildcard: bool) -> Self {
        let payloads = vec![[0; LONGEST_QUERY]; BATCH];
        Self {
            wildcard,
            payloads,
            lengths: [0; BATCH],
            ways: vec![WayBack::nowhere(); BATCH],
            room: LEAST_ROOM,
        }
    }

    /// Waits for datagrams, no longer than the socket's timeout; says how many there are.
    pub(super) fn receive(&mut self, socket: &UdpSocket) -> io::Result<usize> {
        let mut parts = [iovec { iov_base: ptr::null_mut(), iov_len: LONGEST_QUERY }; BATCH];
        // SAFETY: zeros are a value of mmsghdr.
        let mut headers: [mmsghdr; BATCH] = unsafe { mem::zeroed() };
        let places = headers.iter_mut().zip(&mut parts).zip(&mut self.payloads).zip(&mut self.ways);
        for (((header, part), payload), way) in places.take(self.room) {
            part.iov_base = payload.as_mut_ptr().cast::<c_void>();
            way.name_length =
                socklen_t::try_from(size_of::<sockaddr_storage>()).unwrap_or(socklen_t::MAX);
            way.control_length = if self.wildcard { way.control.0.len() } else { 0 };
            header.msg_hdr = way.header(part);
        }
        let size = u32::try_from(self.room).unwrap_or_default();
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
        for ((header, way), length) in
            headers[..count].iter().zip(&mut self.ways).zip(&mut self.lengths)
        {
            *length = header.msg_len as usize;
            way.name_length = header.msg_hdr.msg_namelen;
            way.control_length = control_length(&header.msg_hdr);
            if self.wildcard {
                way.unpin_interface();
            }
        }
        Ok(count)
    }

    /// A datagram that was received, and the way back to its sender.
    pub(super) fn get(&self, index: usize) -> (&[u8], &WayBack) {
        (&self.payloads[index][..self.lengths[index]], &self.ways[index])
    }

    /// Sends replies, each a range of the octets, to the senders of the datagrams with these
    /// indices. What cannot be sent is lost, as datagrams may be; the error of the last one comes
    /// back.
    pub(super) fn send(
        &mut self,
        socket: &UdpSocket,
        octets: &[u8],
        replies: &[(usize, Range<usize>)],
    ) -> io::Result<()> {
        let mut failure = Ok(());
        for replies in replies.chunks(BATCH) {
            let mut parts = [iovec { iov_base: ptr::null_mut(), iov_len: 0 }; BATCH];
            // SAFETY: zeros are a value of mmsghdr.
            let mut headers: [mmsghdr; BATCH] = unsafe { mem::zeroed() };
            for (((index, range), part), header) in replies.iter().zip(&mut parts).zip(&mut headers)
            {
                let reply = &octets[range.clone()];
                *part = iovec { iov_base: reply.as_ptr().cast_mut().cast(), iov_len: reply.len() };
                header.msg_hdr = self.ways[*index].header(part);
            }
            let mut waiting = &mut headers[..replies.len()];
            while !waiting.is_empty() {
                let size = u32::try_from(waiting.len()).unwrap_or_default();
                // SAFETY: as in `receive`; sending reads names, parts, control messages and octets,
                // which outlive the call.
                let sent =
                    unsafe { libc::sendmmsg(socket.as_raw_fd(), waiting.as_mut_ptr(), size, 0) };
                let sent = usize::try_from(sent).unwrap_or_else(|_| {
                    failure = Err(io::Error::last_os_error());
                    // The error is that of the first: it is given up, and the rest goes on.
                    1
                });
                waiting = &mut waiting[sent..];
            }
        }
        failure
    }
}
