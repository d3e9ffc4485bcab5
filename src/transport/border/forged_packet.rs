//! Packets in the name of the server that was asked, with the looks of the injector's.

use super::passing::{PassingPacket, PassingPayload};
use crate::model::{IpId, IpTtl, PacketForm};
use etherparse::{
    IpHeaders, IpNumber, Ipv4Header, Ipv6Header, NetHeaders, PacketBuilder, PacketHeaders,
    SlicedPacket, TransportSlice,
};
use std::{collections::HashMap, net::IpAddr};

/// What a packet is to carry.
#[derive(Clone, Copy, Debug)]
pub(super) enum ForgedPayload<'m> {
    Message(&'m [u8]),
    /// RST.
    Reset,
}

/// Writes packets, and counts what counts up. Injectors with the same form count together.
#[derive(Debug, Default)]
pub(super) struct ForgedPackets {
    counters: HashMap<PacketForm, PacketCounters>,
}

#[derive(Debug, Default)]
struct PacketCounters {
    id: u16,
    ttl: u8,
}

const WINDOW: u16 = 65_535;

/// The message's length, before it (RFC 1035 section 4.2.2).
fn framed(message: &[u8]) -> Vec<u8> {
    let length = u16::try_from(message.len()).expect("a message has at most 65,535 octets");
    [&length.to_be_bytes(), message].concat()
}

impl ForgedPackets {
    /// A packet to the client of another. A datagram has no reset.
    pub(super) fn write(
        &mut self,
        form: PacketForm,
        to: &PassingPacket<'_>,
        payload: ForgedPayload<'_>,
    ) -> Option<Vec<u8>> {
        let (from_port, to_port) = (to.server.port(), to.client.port());
        let builder = PacketBuilder::ip(self.header(form, to)?);
        let mut packet = Vec::new();
        let written = match (to.payload, payload) {
            (PassingPayload::Datagram(_), ForgedPayload::Message(message)) => {
                builder.udp(from_port, to_port).write(&mut packet, message)
            }
            (PassingPayload::Datagram(_), ForgedPayload::Reset) => return None,
            (PassingPayload::Segment { next, .. }, ForgedPayload::Message(message)) => {
                let segment = builder.tcp(from_port, to_port, next.server, WINDOW);
                segment.ack(next.client).psh().write(&mut packet, &framed(message))
            }
            (PassingPayload::Segment { next, .. }, ForgedPayload::Reset) => {
                let segment = builder.tcp(from_port, to_port, next.server, 0);
                segment.ack(next.client).rst().write(&mut packet, &[])
            }
        };
        // What is too long for a packet is sent by nobody.
        written.is_ok().then_some(packet)
    }

    fn header(&mut self, form: PacketForm, to: &PassingPacket<'_>) -> Option<IpHeaders> {
        let PacketForm { ip_id, ip_ttl, df, .. } = form;
        let counters = self.counters.entry(form).or_default();
        let id = match ip_id {
            IpId::Fixed(id) => id,
            IpId::Random => rand::random(),
            IpId::Increment => {
                counters.id = counters.id.wrapping_add(1);
                counters.id
            }
        };
        let ttl = match ip_ttl {
            IpTtl::Fixed(ttl) => ttl,
            IpTtl::Random => rand::random_range(1..=u8::MAX),
            IpTtl::Increment => {
                counters.ttl = counters.ttl.checked_add(1).unwrap_or(1);
                counters.ttl
            }
            IpTtl::Mirror => to.hops,
        };
        match (to.server.ip(), to.client.ip()) {
            (IpAddr::V4(from), IpAddr::V4(to)) => {
                let protocol = IpNumber::UDP;
                let header = Ipv4Header::new(0, ttl, protocol, from.octets(), to.octets()).ok()?;
                let header = Ipv4Header { identification: id, dont_fragment: df, ..header };
                Some(IpHeaders::Ipv4(header, etherparse::Ipv4Extensions::default()))
            }
            (IpAddr::V6(from), IpAddr::V6(to)) => {
                let header = Ipv6Header {
                    source: from.octets(),
                    destination: to.octets(),
                    hop_limit: ttl,
                    ..Ipv6Header::default()
                };
                Some(IpHeaders::Ipv6(header, etherparse::Ipv6Extensions::default()))
            }
            // A packet has one family.
            _ => None,
        }
    }
}

/// The same datagram one hop on: what a router sends. Nothing comes back for one whose hops are
/// used up, or for what is no datagram. Its checksum is written anew, because its sender may have
/// left that to a network card.
pub(super) fn forwarded(octets: &[u8]) -> Option<Vec<u8>> {
    let packet = PacketHeaders::from_ip_slice(octets).ok()?;
    // What stands behind the length of the datagram is no part of it.
    let TransportSlice::Udp(udp) = SlicedPacket::from_ip(octets).ok()?.transport? else {
        return None;
    };
    let mut net = packet.net?;
    match &mut net {
        NetHeaders::Ipv4(header, _) => {
            header.time_to_live = header.time_to_live.checked_sub(1).filter(|left| *left > 0)?;
        }
        NetHeaders::Ipv6(header, _) => {
            header.hop_limit = header.hop_limit.checked_sub(1).filter(|left| *left > 0)?;
        }
        NetHeaders::Arp(_) => return None,
    }
    let headers = match net {
        NetHeaders::Ipv4(header, extensions) => IpHeaders::Ipv4(header, extensions),
        NetHeaders::Ipv6(header, extensions) => IpHeaders::Ipv6(header, extensions),
        NetHeaders::Arp(_) => return None,
    };
    let mut forwarded = Vec::new();
    let builder = PacketBuilder::ip(headers).udp(udp.source_port(), udp.destination_port());
    builder.write(&mut forwarded, udp.payload()).ok()?;
    Some(forwarded)
}

#[cfg(test)]
mod tests {
    use super::{
        super::passing::{PassingPacket, PassingPayload, StreamPlace},
        ForgedPackets, ForgedPayload, forwarded,
    };
    use crate::model::{IpId, IpTtl, PacketForm};
    use etherparse::{PacketBuilder, PacketHeaders, TransportHeader};

    fn datagram<'p>(hops: u8) -> PassingPacket<'p> {
        let (client, server) = ("10.86.0.7:40000", "8.8.8.8:53");
        let (client, server) = (client.parse().unwrap(), server.parse().unwrap());
        PassingPacket { client, server, hops, payload: PassingPayload::Datagram(b"query") }
    }

    /// The identification, DF and TTL of some replies in a row.
    fn looks(form: PacketForm, replies: usize) -> Vec<(u16, bool, u8)> {
        let mut packets = ForgedPackets::default();
        let mut look = || {
            let packet =
                packets.write(form, &datagram(41), ForgedPayload::Message(b"lie")).unwrap();
            let read = PacketHeaders::from_ip_slice(&packet).unwrap();
            let header = read.net.unwrap().try_into_ipv4_header().unwrap();
            assert_eq!(header.header_checksum, header.calc_header_checksum());
            assert_eq!((header.source, header.destination), ([8, 8, 8, 8], [10, 86, 0, 7]));
            (header.identification, header.dont_fragment, header.time_to_live)
        };
        (0..replies).map(|_| look()).collect()
    }

    trait TryIntoIpv4Header {
        fn try_into_ipv4_header(self) -> Option<etherparse::Ipv4Header>;
    }

    impl TryIntoIpv4Header for etherparse::NetHeaders {
        fn try_into_ipv4_header(self) -> Option<etherparse::Ipv4Header> {
            match self {
                Self::Ipv4(header, _) => Some(header),
                _ => None,
            }
        }
    }

    #[test]
    fn packets_look_as_their_form_says() {
        let usual = PacketForm::default();
        assert_eq!(looks(usual, 2), [(0, true, 64), (0, true, 64)]);
        let fixed = PacketForm { ip_id: IpId::Fixed(30_000), df: false, ..usual };
        assert_eq!(looks(fixed, 1), [(30_000, false, 64)]);
        let counting =
            PacketForm { ip_id: IpId::Increment, ip_ttl: IpTtl::Increment, df: false, ..usual };
        assert_eq!(looks(counting, 3), [(1, false, 1), (2, false, 2), (3, false, 3)]);
        assert!(looks(counting, 600).iter().all(|(_, _, ttl)| *ttl > 0));
        let mirror = PacketForm { ip_ttl: IpTtl::Mirror, ..usual };
        assert_eq!(looks(mirror, 1), [(0, true, 41)]);
        let random = PacketForm { ip_id: IpId::Random, ip_ttl: IpTtl::Random, ..usual };
        let looks = looks(random, 64);
        let different = |number: fn(&(u16, bool, u8)) -> u16| {
            looks.iter().map(number).collect::<std::collections::BTreeSet<_>>().len()
        };
        assert!(different(|look| look.0) > 32 && different(|look| look.2.into()) > 16);
        assert!(looks.iter().all(|(_, _, ttl)| *ttl > 0));
    }

    #[test]
    fn a_reset_has_the_numbers_that_the_client_expects() {
        let next = StreamPlace { server: 77, client: 1_000_031 };
        let payload = PassingPayload::Segment { octets: b"", next };
        let segment = PassingPacket { payload, ..datagram(64) };
        let mut packets = ForgedPackets::default();
        let mut write = |payload| {
            let packet = packets.write(PacketForm::default(), &segment, payload).unwrap();
            let read = PacketHeaders::from_ip_slice(&packet).unwrap();
            let Some(TransportHeader::Tcp(tcp)) = read.transport else { panic!("no TCP") };
            (tcp, read.payload.slice().to_vec())
        };
        let (reset, _) = write(ForgedPayload::Reset);
        assert!(reset.rst && reset.ack && !reset.psh);
        assert_eq!((reset.sequence_number, reset.acknowledgment_number), (77, 1_000_031));
        let (message, octets) = write(ForgedPayload::Message(b"lie"));
        assert!(message.ack && message.psh && !message.rst);
        assert_eq!((message.sequence_number, &octets[..]), (77, &b"\0\x03lie"[..]));
        let reset = packets.write(PacketForm::default(), &datagram(64), ForgedPayload::Reset);
        assert_eq!(reset, None, "a datagram has no reset");
    }

    #[test]
    fn what_goes_on_has_one_hop_less_and_a_checksum() {
        let written = |hops| {
            let mut octets = Vec::new();
            let packet = PacketBuilder::ipv4([10, 86, 0, 7], [8, 8, 8, 8], hops).udp(40_000, 53);
            packet.write(&mut octets, b"query").unwrap();
            octets
        };
        let mut unfinished = written(64);
        unfinished[26..28].fill(0xee);
        assert_eq!(forwarded(&unfinished).unwrap(), written(63));
        let mut longer = written(64);
        longer[2..4].copy_from_slice(&40_u16.to_be_bytes());
        longer.extend([0xff; 7]);
        let shorter = forwarded(&longer).unwrap();
        assert_eq!(
            (shorter.len(), &shorter[28..]),
            (33, &b"query"[..]),
            "what the length leaves out"
        );
        assert_eq!(forwarded(&written(1)), None);
        assert_eq!(forwarded(&written(0)), None);
    }
}
