//! What passes the border: IP packets with DNS for a server beyond it.

use crate::dns::{Transport, constants::HEADER_LEN};
use etherparse::{NetSlice, SlicedPacket, TransportSlice};
use std::net::{IpAddr, SocketAddr};

/// The port of DNS.
const DNS: u16 = 53;

/// A packet that carries something for port 53.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct PassingPacket<'p> {
    pub(super) client: SocketAddr,
    pub(super) server: SocketAddr,
    /// TTL or hop limit.
    pub(super) hops: u8,
    pub(super) payload: PassingPayload<'p>,
}

/// What it carries.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum PassingPayload<'p> {
    /// A datagram, which is a message.
    Datagram(&'p [u8]),
    /// A part of a stream.
    Segment { octets: &'p [u8], next: StreamPlace },
}

/// Where the server's next octet stands in a stream, and where the client's does (RFC 9293
/// section 3.4).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct StreamPlace {
    pub(super) server: u32,
    pub(super) client: u32,
}

impl<'p> PassingPacket<'p> {
    /// Reads an IP packet. Checksums are not looked at: a sender's network card may still have to
    /// write them. Fragments are nobody's query, because no injector was seen to put them together.
    pub(super) fn read(octets: &'p [u8]) -> Option<Self> {
        let packet = SlicedPacket::from_ip(octets).ok()?;
        let (from, to, hops) = match &packet.net? {
            NetSlice::Ipv4(four) => {
                let header = four.header();
                let (from, to) = (header.source_addr(), header.destination_addr());
                (IpAddr::V4(from), IpAddr::V4(to), header.ttl())
            }
            NetSlice::Ipv6(six) => {
                let header = six.header();
                let (from, to) = (header.source_addr(), header.destination_addr());
                (IpAddr::V6(from), IpAddr::V6(to), header.hop_limit())
            }
            NetSlice::Arp(_) => return None,
        };
        let (ports, payload) = match packet.transport? {
            TransportSlice::Udp(udp) => {
                let ports = (udp.source_port(), udp.destination_port());
                (ports, PassingPayload::Datagram(udp.payload()))
            }
            TransportSlice::Tcp(tcp) => {
                let octets = tcp.payload();
                let length = u32::try_from(octets.len()).ok()?;
                let next = StreamPlace {
                    server: tcp.acknowledgment_number(),
                    client: tcp.sequence_number().wrapping_add(length),
                };
                let ports = (tcp.source_port(), tcp.destination_port());
                (ports, PassingPayload::Segment { octets, next })
            }
            TransportSlice::Icmpv4(_) | TransportSlice::Icmpv6(_) | TransportSlice::Igmp(_) => {
                return None;
            }
        };
        let (client, server) = (SocketAddr::new(from, ports.0), SocketAddr::new(to, ports.1));
        (server.port() == DNS).then_some(Self { client, server, hops, payload })
    }

    pub(super) const fn transport(&self) -> Transport {
        match self.payload {
            PassingPayload::Datagram(_) => Transport::Udp,
            PassingPayload::Segment { .. } => Transport::Tcp,
        }
    }

    /// The messages in it. Of a stream those are read that lie whole in one segment, behind their
    /// length (RFC 1035 section 4.2.2): nothing is kept of what passed before.
    pub(super) fn messages(self) -> impl Iterator<Item = &'p [u8]> {
        let (mut datagram, mut stream) = match self.payload {
            PassingPayload::Datagram(octets) => (Some(octets), &[][..]),
            PassingPayload::Segment { octets, .. } => (None, octets),
        };
        std::iter::from_fn(move || {
            if let Some(message) = datagram.take() {
                return Some(message);
            }
            let (length, rest) = stream.split_first_chunk::<2>()?;
            let length = usize::from(u16::from_be_bytes(*length));
            let (message, rest) = rest.split_at_checked(length)?;
            stream = rest;
            (length >= HEADER_LEN).then_some(message)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::{PassingPacket, PassingPayload, StreamPlace};
    use etherparse::PacketBuilder;

    fn written(builder: etherparse::PacketBuilderStep<etherparse::UdpHeader>) -> Vec<u8> {
        let mut octets = Vec::new();
        builder.write(&mut octets, b"a message of DNS").unwrap();
        octets
    }

    #[test]
    fn a_datagram_is_read_whatever_its_checksum_and_what_stands_behind_it() {
        let mut octets =
            written(PacketBuilder::ipv4([10, 86, 0, 7], [8, 8, 8, 8], 61).udp(40_000, 53));
        octets[26] ^= 0xff;
        octets.extend([0; 7]);
        let packet = PassingPacket::read(&octets).unwrap();
        assert_eq!(packet.client, "10.86.0.7:40000".parse().unwrap());
        assert_eq!(packet.server, "8.8.8.8:53".parse().unwrap());
        assert_eq!(packet.hops, 61);
        assert_eq!(packet.messages().collect::<Vec<_>>(), [b"a message of DNS"]);
    }

    #[test]
    fn ipv6_is_read_too() {
        let mut from = [0; 16];
        from[0] = 0xfd;
        let octets = written(PacketBuilder::ipv6(from, [1; 16], 9).udp(1, 53));
        assert_eq!(PassingPacket::read(&octets).unwrap().hops, 9);
    }

    #[test]
    fn other_ports_fragments_and_what_is_cut_off_are_nobodys_query() {
        let packet = PacketBuilder::ipv4([10, 86, 0, 7], [8, 8, 8, 8], 61);
        assert_eq!(PassingPacket::read(&written(packet.udp(53, 5353))), None);
        let packet = || PacketBuilder::ipv4([10, 86, 0, 7], [8, 8, 8, 8], 61).udp(40_000, 53);
        let octets = written(packet());
        for end in 0..octets.len() {
            assert_eq!(PassingPacket::read(&octets[..end]), None, "{end} octets");
        }
        for flags in [0x20, 0x01] {
            let mut octets = written(packet());
            octets[6] |= flags;
            assert_eq!(PassingPacket::read(&octets), None, "MF, or an offset");
        }
    }

    #[test]
    fn of_a_stream_what_lies_whole_in_a_segment_is_read() {
        let message = [b"\0\x0c", &[7; 12][..]].concat();
        let mut octets = Vec::new();
        let segment = [&message[..], &message, b"\0\x0dcut off"].concat();
        let packet = PacketBuilder::ipv4([10, 86, 0, 7], [8, 8, 8, 8], 61);
        packet.tcp(40_000, 53, u32::MAX, 1024).ack(77).write(&mut octets, &segment).unwrap();
        let packet = PassingPacket::read(&octets).unwrap();
        assert_eq!(packet.messages().collect::<Vec<_>>(), [[7; 12]; 2]);
        let PassingPayload::Segment { next, .. } = packet.payload else { panic!("a datagram") };
        let client = u32::try_from(segment.len()).unwrap() - 1;
        assert_eq!(next, StreamPlace { server: 77, client });
    }
}
