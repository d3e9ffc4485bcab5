//! Packets that pass an interface, as copies, and packets that leave by it (packet(7)).
//!
//! The sockets are of the kind without link headers: the kernel takes the header of what comes in
//! away, and makes that of what leaves, so that any kind of link will do. What leaves is sent octet
//! for octet, which a raw IP socket would not do: it writes identifications of its own (ip(7)).

#![allow(
    unsafe_code,
    reason = "nix makes no sockaddr_ll, and has neither PACKET_AUXDATA nor PACKET_STATISTICS"
)]

use nix::{
    cmsg_space,
    libc::{
        self, BPF_ABS, BPF_B, BPF_H, BPF_IND, BPF_JEQ, BPF_JMP, BPF_JSET, BPF_K, BPF_LD, BPF_LDX,
        BPF_MSH, BPF_RET, BPF_W, ETH_P_8021AD, ETH_P_8021Q, ETH_P_ALL, ETH_P_IP, ETH_P_IPV6,
        PACKET_OUTGOING, SKF_AD_OFF, SKF_AD_PKTTYPE, SKF_AD_PROTOCOL,
    },
    sys::socket::{ControlMessageOwned, LinkAddr, MsgFlags, SockaddrLike, bind, recvmsg, sendto},
};
use socket2::{Domain, Protocol, SockFilter, Socket, Type};
use std::{
    io::{self, IoSliceMut},
    mem,
    os::fd::AsRawFd,
    ptr,
    time::Duration,
};

/// A look at the DNS that comes in by one interface, and a way out by the same.
#[derive(Debug)]
pub(crate) struct PacketSocket(Socket);

/// Room for one packet, and what is told of it.
pub(crate) struct PacketBuffer {
    octets: Vec<u8>,
    control: Vec<u8>,
}

/// Where a packet came from, which is where a reply goes.
#[derive(Clone, Copy, Debug)]
pub(crate) struct LinkPath {
    peer: LinkAddr,
    tags: [Option<VlanTag>; 2],
}

/// A tag of IEEE 802.1Q or 802.1ad.
#[derive(Clone, Copy, Debug)]
struct VlanTag {
    /// TPID.
    protocol: u16,
    /// TCI.
    control: u16,
}

/// Room for any IP packet, with tags before it.
const PACKET: usize = 65_535 + 8;

/// Room for bursts, in octets.
const RECEIVE_BUFFER: usize = 4 << 20;

/// The port of DNS.
const DNS: u32 = 53;

/// Protocols of IP: TCP and UDP; and those of IPv6's headers that may stand before them.
const TCP: u32 = 6;
const UDP: u32 = 17;
const BEFORE: [u32; 3] = [0, 43, 60];

impl PacketSocket {
    /// Opens one on an interface. `patience` is how long it waits for a packet.
    pub(crate) fn open(interface: u32, patience: Duration) -> io::Result<Self> {
        // Without a protocol nothing comes in before there is a filter.
        let socket = Socket::new(Domain::PACKET, Type::DGRAM, Some(Protocol::from(0)))?;
        socket.attach_filter(&filter())?;
        option(&socket, libc::PACKET_AUXDATA, 1)?;
        // More room is a wish, not a need.
        let _ = socket.set_recv_buffer_size(RECEIVE_BUFFER);
        socket.set_read_timeout(Some(patience))?;
        let all = link_address(ETH_P_ALL as u16, interface, &[]);
        bind(socket.as_raw_fd(), &all)?;
        Ok(Self(socket))
    }

    /// The next packet, and where it came from; nothing when none has come for a while.
    pub(crate) fn receive<'b>(
        &self,
        buffer: &'b mut PacketBuffer,
    ) -> io::Result<Option<(&'b [u8], LinkPath)>> {
        let (length, peer, outer) = {
            let mut parts = [IoSliceMut::new(&mut buffer.octets)];
            let control = Some(&mut buffer.control[..]);
            let flags = MsgFlags::empty();
            let received = match recvmsg::<LinkAddr>(self.0.as_raw_fd(), &mut parts, control, flags)
            {
                Err(nix::Error::EAGAIN | nix::Error::EINTR) => return Ok(None),
                received => received?,
            };
            let Some(peer) = received.address else { return Ok(None) };
            let outer = received.cmsgs()?.find_map(|message| match message {
                ControlMessageOwned::Unknown(unknown) => auxiliary(&unknown.data_bytes),
                _ => None,
            });
            (received.bytes, peer, outer)
        };
        let mut octets = &buffer.octets[..length];
        let mut tags = [outer, None];
        let mut protocol = u16::from_be(peer.protocol());
        // A tag within a tag stands before the packet.
        for tag in tags.iter_mut().filter(|tag| tag.is_none()) {
            let &[a, b, c, d, ref rest @ ..] = octets else { break };
            if !is_vlan(protocol) {
                break;
            }
            *tag = Some(VlanTag { protocol, control: u16::from_be_bytes([a, b]) });
            protocol = u16::from_be_bytes([c, d]);
            octets = rest;
        }
        Ok(Some((octets, LinkPath { peer, tags })))
    }

    /// Sends an IP packet to where another came from.
    pub(crate) fn send(&self, path: &LinkPath, packet: &[u8]) -> io::Result<()> {
        let is_six = packet.first().is_some_and(|octet| octet >> 4 == 6);
        let mut protocol = if is_six { ETH_P_IPV6 } else { ETH_P_IP } as u16;
        let tags = path.tags.iter().flatten();
        if tags.clone().next().is_none() {
            return self.send_frame(path, protocol, packet);
        }
        let mut frame = packet.to_vec();
        for tag in tags.rev() {
            frame.splice(..0, [tag.control.to_be_bytes(), protocol.to_be_bytes()].concat());
            protocol = tag.protocol;
        }
        self.send_frame(path, protocol, &frame)
    }

    fn send_frame(&self, path: &LinkPath, protocol: u16, frame: &[u8]) -> io::Result<()> {
        let hardware = path.peer.addr().unwrap_or_default();
        let length = path.peer.halen().min(hardware.len());
        let interface = u32::try_from(path.peer.ifindex()).map_err(io::Error::other)?;
        let address = link_address(protocol, interface, &hardware[..length]);
        sendto(self.0.as_raw_fd(), frame, &address, MsgFlags::MSG_DONTWAIT)?;
        Ok(())
    }

    /// How many packets have found no room since this was asked last.
    pub(crate) fn missed(&self) -> io::Result<u32> {
        // SAFETY: zeros are a value of this struct of integers.
        let mut counts: libc::tpacket_stats = unsafe { mem::zeroed() };
        let mut length = size_of::<libc::tpacket_stats>() as libc::socklen_t;
        // SAFETY: the kernel writes at most as much as `length` says, into a struct of that size.
        let done = unsafe {
            libc::getsockopt(
                self.0.as_raw_fd(),
                libc::SOL_PACKET,
                libc::PACKET_STATISTICS,
                ptr::from_mut(&mut counts).cast(),
                &raw mut length,
            )
        };
        if done == 0 { Ok(counts.tp_drops) } else { Err(io::Error::last_os_error()) }
    }
}

impl Default for PacketBuffer {
    fn default() -> Self {
        Self { octets: vec![0; PACKET], control: cmsg_space!(libc::tpacket_auxdata) }
    }
}

const fn is_vlan(protocol: u16) -> bool {
    protocol == ETH_P_8021Q as u16 || protocol == ETH_P_8021AD as u16
}

/// The tag that the kernel has taken off a packet.
fn auxiliary(octets: &[u8]) -> Option<VlanTag> {
    if octets.len() < size_of::<libc::tpacket_auxdata>() {
        return None;
    }
    // SAFETY: there are as many octets as the struct has, which holds integers alone, and it is
    // read wherever it stands.
    let data: libc::tpacket_auxdata = unsafe { ptr::read_unaligned(octets.as_ptr().cast()) };
    let has = |flag| data.tp_status & flag != 0;
    let protocol =
        if has(libc::TP_STATUS_VLAN_TPID_VALID) { data.tp_vlan_tpid } else { ETH_P_8021Q as u16 };
    has(libc::TP_STATUS_VLAN_VALID).then_some(VlanTag { protocol, control: data.tp_vlan_tci })
}

/// An address of the link layer.
fn link_address(protocol: u16, interface: u32, hardware: &[u8]) -> LinkAddr {
    // SAFETY: zeros are a value of this struct of integers.
    let mut address: libc::sockaddr_ll = unsafe { mem::zeroed() };
    address.sll_family = libc::AF_PACKET as u16;
    address.sll_protocol = protocol.to_be();
    address.sll_ifindex = interface as i32;
    address.sll_halen = hardware.len() as u8;
    address.sll_addr[..hardware.len()].copy_from_slice(hardware);
    let length = size_of::<libc::sockaddr_ll>() as libc::socklen_t;
    // SAFETY: it points to a whole sockaddr_ll, whose family says so.
    let made = unsafe { LinkAddr::from_raw(ptr::from_ref(&address).cast(), Some(length)) };
    made.expect("the family is that of link addresses")
}

fn option(socket: &Socket, name: i32, value: i32) -> io::Result<()> {
    // SAFETY: the kernel reads an int of the length that is given.
    let done = unsafe {
        libc::setsockopt(
            socket.as_raw_fd(),
            libc::SOL_PACKET,
            name,
            ptr::from_ref(&value).cast(),
            size_of::<i32>() as libc::socklen_t,
        )
    };
    if done == 0 { Ok(()) } else { Err(io::Error::last_os_error()) }
}

/// What the kernel looks at, so that other traffic costs nothing: packets that come in, by TCP or
/// UDP to port 53, and what it cannot tell (tags, headers between). Offsets count from the IP
/// header on.
fn filter() -> Vec<SockFilter> {
    const WORD: u32 = BPF_LD | BPF_W | BPF_ABS;
    const HALF: u32 = BPF_LD | BPF_H | BPF_ABS;
    const OCTET: u32 = BPF_LD | BPF_B | BPF_ABS;
    const EQUAL: u32 = BPF_JMP | BPF_JEQ | BPF_K;
    const ANY_BIT: u32 = BPF_JMP | BPF_JSET | BPF_K;
    const RETURN: u32 = BPF_RET | BPF_K;
    let aside = |what: i32| (SKF_AD_OFF + what) as u32;
    let step = |code: u32, value: u32| SockFilter::new(code as u16, 0, 0, value);
    let branch =
        |code: u32, value: u32, yes: u8, no: u8| SockFilter::new(code as u16, yes, no, value);
    // The last two steps; jumps count what lies between.
    let all = 25;
    let (take, leave) = (|at: u8| all - 2 - at - 1, |at: u8| all - 1 - at - 1);
    let steps = vec![
        step(WORD, aside(SKF_AD_PKTTYPE)),
        branch(EQUAL, PACKET_OUTGOING.into(), leave(1), 0),
        step(WORD, aside(SKF_AD_PROTOCOL)),
        branch(EQUAL, ETH_P_8021Q as u32, take(3), 0),
        branch(EQUAL, ETH_P_8021AD as u32, take(4), 0),
        branch(EQUAL, ETH_P_IPV6 as u32, 9, 0),
        branch(EQUAL, ETH_P_IP as u32, 0, leave(6)),
        // IPv4.
        step(OCTET, 9),
        branch(EQUAL, UDP, 1, 0),
        branch(EQUAL, TCP, 0, leave(9)),
        step(HALF, 6),
        branch(ANY_BIT, 0x1fff, leave(11), 0),
        step(BPF_LDX | BPF_B | BPF_MSH, 0),
        step(BPF_LD | BPF_H | BPF_IND, 2),
        branch(EQUAL, DNS, take(14), leave(14)),
        // IPv6.
        step(OCTET, 6),
        branch(EQUAL, UDP, 4, 0),
        branch(EQUAL, TCP, 3, 0),
        branch(EQUAL, BEFORE[0], take(18), 0),
        branch(EQUAL, BEFORE[1], take(19), 0),
        branch(EQUAL, BEFORE[2], take(20), leave(20)),
        step(HALF, 42),
        branch(EQUAL, DNS, take(22), leave(22)),
        // Taken whole, or left.
        step(RETURN, u32::MAX),
        step(RETURN, 0),
    ];
    debug_assert_eq!(steps.len(), usize::from(all));
    steps
}
