//! Captures: DNS messages as IP packets in the format of pcap, for Wireshark and tcpdump.
//!
//! The packets are made of what the server took in and sent, so that no right to look at a network
//! interface is needed. What lies below a message (an identification, a TTL, a handshake) is not
//! what was on the wire. The server's port is 53, whatever it listens on, because that is where
//! readers look for DNS.

use crate::dns::Transport;
use etherparse::PacketBuilder;
use std::{
    collections::HashMap,
    net::{IpAddr, SocketAddr},
    time::{Duration, SystemTime},
};

/// The beginning of a file: the magic number of times in nanoseconds, version 2.4, no correction of
/// the time zone, as much of a packet as there may be, and raw IP packets
/// (<https://www.ietf.org/archive/id/draft-ietf-opsawg-pcap-05.html>).
#[must_use]
pub fn file_header() -> Vec<u8> {
    const MAGIC: u32 = 0xa1b2_3c4d;
    const VERSION: u32 = 0x0004_0002;
    const SNAPLEN: u32 = 262_144;
    const LINKTYPE_RAW: u32 = 101;
    [MAGIC, VERSION, 0, 0, SNAPLEN, LINKTYPE_RAW].iter().flat_map(|n| n.to_le_bytes()).collect()
}

/// Who talks to whom.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Peers {
    /// Who asks.
    pub client: SocketAddr,
    /// Who is asked.
    pub server: SocketAddr,
    /// How.
    pub transport: Transport,
}

/// What a packet carries, and which way.
#[derive(Clone, Copy, Debug)]
pub enum Packet<'o> {
    /// A message from the client.
    Query(&'o [u8]),
    /// A message to the client.
    Reply(&'o [u8]),
    /// A TCP RST to the client.
    Reset,
}

/// Makes the packets of a capture.
#[derive(Debug, Default)]
pub struct Capture {
    /// The sequence numbers of streams that come next.
    streams: HashMap<Peers, Sequence>,
    octets: Vec<u8>,
}

/// Of the client and of the server (RFC 9293 section 3.4).
#[derive(Clone, Copy, Debug)]
struct Sequence {
    client: u32,
    server: u32,
}

/// The port of DNS.
const DNS: u16 = 53;

/// Hops that a packet may have behind it.
const TTL: u8 = 64;

const WINDOW: u16 = 65_535;

/// Octets of a stream in one packet.
const SEGMENT: usize = 16_384;

/// Streams whose numbers are kept; when there are more, all begin again.
const STREAMS: usize = 10_000;

impl Capture {
    /// Adds a packet behind what is in the buffer.
    pub fn push(&mut self, out: &mut Vec<u8>, time: SystemTime, peers: Peers, packet: Packet<'_>) {
        if peers.transport == Transport::Udp {
            match packet {
                Packet::Query(message) => self.datagram(out, time, &peers, message, true),
                Packet::Reply(message) => self.datagram(out, time, &peers, message, false),
                // There is no connection to reset.
                Packet::Reset => {}
            }
            return;
        }
        let framed = |message: &[u8]| {
            let length = u16::try_from(message.len()).unwrap_or(u16::MAX);
            [&length.to_be_bytes(), message].concat()
        };
        match packet {
            Packet::Query(message) => self.segments(out, time, &peers, &framed(message), true),
            Packet::Reply(message) => self.segments(out, time, &peers, &framed(message), false),
            Packet::Reset => self.reset(out, time, &peers),
        }
    }

    fn datagram(
        &mut self,
        out: &mut Vec<u8>,
        time: SystemTime,
        peers: &Peers,
        message: &[u8],
        is_query: bool,
    ) {
        let (from, to) = peers.ports(is_query);
        self.octets.clear();
        let Some(builder) = peers.packet(is_query) else { return };
        let written = builder.udp(from, to).write(&mut self.octets, message);
        if written.is_ok() {
            record(out, time, &self.octets);
        }
    }

    fn segments(
        &mut self,
        out: &mut Vec<u8>,
        time: SystemTime,
        peers: &Peers,
        octets: &[u8],
        is_query: bool,
    ) {
        for part in octets.chunks(SEGMENT) {
            let (own, other) = self.sequence(peers, is_query);
            let (seq, ack) = (*own, other);
            *own = own.wrapping_add(part.len() as u32);
            let (from, to) = peers.ports(is_query);
            self.octets.clear();
            let Some(builder) = peers.packet(is_query) else { return };
            let segment = builder.tcp(from, to, seq, WINDOW).ack(ack).psh();
            if segment.write(&mut self.octets, part).is_ok() {
                record(out, time, &self.octets);
            }
        }
    }

    fn reset(&mut self, out: &mut Vec<u8>, time: SystemTime, peers: &Peers) {
        let (own, other) = self.sequence(peers, false);
        let (seq, ack) = (*own, other);
        let (from, to) = peers.ports(false);
        self.octets.clear();
        let Some(builder) = peers.packet(false) else { return };
        if builder.tcp(from, to, seq, 0).ack(ack).rst().write(&mut self.octets, &[]).is_ok() {
            record(out, time, &self.octets);
        }
        self.streams.remove(peers);
    }

    /// The next number of who sends, and of the other.
    fn sequence(&mut self, peers: &Peers, is_query: bool) -> (&mut u32, u32) {
        if self.streams.len() >= STREAMS && !self.streams.contains_key(peers) {
            self.streams.clear();
        }
        let begin = Sequence { client: 1, server: 1 };
        let Sequence { client, server } = self.streams.entry(*peers).or_insert(begin);
        if is_query { (client, *server) } else { (server, *client) }
    }
}

impl Peers {
    fn ports(&self, is_query: bool) -> (u16, u16) {
        if is_query { (self.client.port(), DNS) } else { (DNS, self.client.port()) }
    }

    /// The IP header; nothing where the two are of different families.
    fn packet(
        &self,
        is_query: bool,
    ) -> Option<etherparse::PacketBuilderStep<etherparse::IpHeaders>> {
        let (client, server) = (self.client.ip().to_canonical(), self.server.ip().to_canonical());
        let (from, to) = if is_query { (client, server) } else { (server, client) };
        match (from, to) {
            (IpAddr::V4(from), IpAddr::V4(to)) => {
                Some(PacketBuilder::ipv4(from.octets(), to.octets(), TTL))
            }
            (IpAddr::V6(from), IpAddr::V6(to)) => {
                Some(PacketBuilder::ipv6(from.octets(), to.octets(), TTL))
            }
            _ => None,
        }
    }
}

/// A packet behind its time and its length.
fn record(out: &mut Vec<u8>, time: SystemTime, packet: &[u8]) {
    let since = time.duration_since(SystemTime::UNIX_EPOCH).unwrap_or(Duration::ZERO);
    let length = u32::try_from(packet.len()).expect("an IP packet is short");
    for number in [since.as_secs() as u32, since.subsec_nanos(), length, length] {
        out.extend(number.to_le_bytes());
    }
    out.extend(packet);
}

#[cfg(test)]
mod tests {
    use super::{Capture, Packet, Peers, file_header};
    use crate::dns::Transport;
    use etherparse::{NetSlice, SlicedPacket, TransportSlice};
    use std::time::{Duration, SystemTime};

    fn peers(transport: Transport) -> Peers {
        let (client, server) = ("192.0.2.7:40000", "192.0.2.53:5300");
        Peers { client: client.parse().unwrap(), server: server.parse().unwrap(), transport }
    }

    /// The packets of records, each with its time.
    fn packets(mut records: &[u8]) -> Vec<(Duration, Vec<u8>)> {
        let mut found = Vec::new();
        while !records.is_empty() {
            let number = |at: usize| u32::from_le_bytes(records[at..at + 4].try_into().unwrap());
            let (time, length) = (Duration::new(number(0).into(), number(4)), number(8) as usize);
            assert_eq!(number(8), number(12), "nothing is cut off");
            found.push((time, records[16..16 + length].to_vec()));
            records = &records[16 + length..];
        }
        found
    }

    #[test]
    fn datagrams_have_addresses_ports_checksums_and_times() {
        let (mut capture, mut out) = (Capture::default(), Vec::new());
        let time = SystemTime::UNIX_EPOCH + Duration::new(1_700_000_000, 123_456_789);
        capture.push(&mut out, time, peers(Transport::Udp), Packet::Query(b"query"));
        let later = time + Duration::from_millis(2);
        capture.push(&mut out, later, peers(Transport::Udp), Packet::Reply(b"reply"));
        capture.push(&mut out, later, peers(Transport::Udp), Packet::Reset);
        let packets = packets(&out);
        assert_eq!(packets.len(), 2, "datagrams have no reset");
        assert_eq!(packets[1].0 - packets[0].0, Duration::from_millis(2));
        for ((_, octets), (from, to, text)) in
            packets.iter().zip([(40000, 53, b"query"), (53, 40000, b"reply")])
        {
            let packet = SlicedPacket::from_ip(octets).unwrap();
            let Some(TransportSlice::Udp(udp)) = &packet.transport else { panic!("no UDP") };
            let header = udp.to_header();
            assert_eq!((header.source_port, header.destination_port), (from, to));
            assert_eq!(udp.payload(), text);
            let Some(NetSlice::Ipv4(ip)) = &packet.net else { panic!("no IPv4") };
            let sum = header.calc_checksum_ipv4(&ip.header().to_header(), text).unwrap();
            assert_eq!(header.checksum, sum);
        }
    }

    #[test]
    fn streams_have_numbers_that_follow_each_other() {
        let (mut capture, mut out) = (Capture::default(), Vec::new());
        let (time, peers) = (SystemTime::UNIX_EPOCH, peers(Transport::Tcp));
        let long = vec![7; 40_000];
        for packet in
            [Packet::Query(b"one"), Packet::Reply(&long), Packet::Query(b"two"), Packet::Reset]
        {
            capture.push(&mut out, time, peers, packet);
        }
        let (mut numbers, mut octets) = (Vec::new(), 0);
        for (_, octets_of) in &packets(&out) {
            let packet = SlicedPacket::from_ip(octets_of).unwrap();
            let Some(TransportSlice::Tcp(tcp)) = packet.transport else { panic!("no TCP") };
            numbers.push((tcp.sequence_number(), tcp.acknowledgment_number(), tcp.rst()));
            octets += tcp.payload().len();
        }
        let server = [(1, 6, false), (16_385, 6, false), (32_769, 6, false)];
        let all = [&[(1, 1, false)], &server[..], &[(6, 40_003, false), (40_003, 11, true)]];
        assert_eq!(numbers, all.concat());
        assert_eq!(octets, 2 * 5 + 40_002);
    }

    #[test]
    fn a_file_begins_as_pcap() {
        assert_eq!(file_header()[..6], [0x4d, 0x3c, 0xb2, 0xa1, 2, 0]);
        assert_eq!(file_header().len(), 24);
    }
}
