//! Arbitrary octets as packets that pass a border: reading never fails, what is read is a part of
//! the packet, and whatever is sent back is a packet to its sender, with good checksums.

#![no_main]

use etherparse::{NetHeaders, PacketBuilder, PacketHeaders, TransportHeader};
use libfuzzer_sys::fuzz_target;
use splinterdns::{
    model::{IpId, IpTtl, PacketForm},
    transport::fuzzing::PacketBorder,
};
use splinterdns_fuzz::seeds;
use std::cell::RefCell;

const FORMS: [PacketForm; 2] = [
    PacketForm { ip_id: IpId::Fixed(30_000), ip_ttl: IpTtl::Mirror, df: false, in_path: true },
    PacketForm { ip_id: IpId::Increment, ip_ttl: IpTtl::Random, df: true, in_path: false },
];

thread_local! {
    static BORDER: RefCell<PacketBorder> = RefCell::default();
}

fuzz_target!(
    init: seeds::write_if_wanted(packets),
    |octets: &[u8]| {
        let Some(passing) = PacketBorder::read(octets) else { return };
        assert_eq!(passing.server.port(), 53);
        assert_eq!(passing.client.is_ipv4(), passing.server.is_ipv4());
        let mut length = 0;
        for message in &passing.messages {
            let is_part = || octets.windows(message.len()).any(|part| part == *message);
            assert!(message.is_empty() || is_part());
            length += message.len();
        }
        assert!(length <= octets.len());
        for form in FORMS {
            for message in [Some(&b"a forged message"[..]), None] {
                let written = BORDER.with_borrow_mut(|border| border.write(form, octets, message));
                let Some(written) = written else {
                    assert!(message.is_none(), "only a datagram has no reset");
                    continue;
                };
                check(&written, octets);
            }
        }
        if let Some(forwarded) = PacketBorder::forwarded(octets) {
            let next = PacketBorder::read(&forwarded).expect("what goes on is read again");
            assert_eq!((next.client, next.server), (passing.client, passing.server));
            assert_eq!(next.hops + 1, passing.hops);
            assert_eq!(next.messages, passing.messages);
        }
    }
);

/// A reply goes to whom the query came from, and has the checksums that it should.
fn check(reply: &[u8], query: &[u8]) {
    let passing = PacketBorder::read(query).expect("it was read before");
    let packet = PacketHeaders::from_ip_slice(reply).expect("it is a packet");
    let payload = packet.payload.slice();
    match (packet.net, packet.transport) {
        (Some(NetHeaders::Ipv4(ip, _)), Some(transport)) => {
            assert_eq!(ip.header_checksum, ip.calc_header_checksum());
            assert_eq!(
                passing.client.ip().to_string(),
                ip.destination.map(|o| o.to_string()).join(".")
            );
            assert!(ip.time_to_live > 0 || passing.hops == 0);
            match transport {
                TransportHeader::Udp(udp) => {
                    assert_eq!(udp.checksum, udp.calc_checksum_ipv4(&ip, payload).unwrap());
                }
                TransportHeader::Tcp(tcp) => {
                    assert_eq!(tcp.checksum, tcp.calc_checksum_ipv4(&ip, payload).unwrap());
                }
                other => panic!("{other:?}"),
            }
        }
        (Some(NetHeaders::Ipv6(..)), Some(TransportHeader::Udp(_) | TransportHeader::Tcp(_))) => {
            assert!(passing.client.is_ipv6());
        }
        other => panic!("{other:?}"),
    }
}

/// The queries of the other targets, by each way.
fn packets() -> Vec<Vec<u8>> {
    const FOUR: ([u8; 4], [u8; 4]) = ([10, 86, 0, 7], [8, 8, 8, 8]);
    const SIX: ([u8; 16], [u8; 16]) = ([0xfd; 16], [0x20; 16]);
    let mut packets = Vec::new();
    for query in seeds::queries() {
        let Ok(length) = u16::try_from(query.len()) else { continue };
        let framed = [&length.to_be_bytes()[..], &query].concat();
        let builders =
            [|| PacketBuilder::ipv4(FOUR.0, FOUR.1, 61), || PacketBuilder::ipv6(SIX.0, SIX.1, 61)];
        for builder in builders {
            let (mut datagram, mut segment) = (Vec::new(), Vec::new());
            builder().udp(40_000, 53).write(&mut datagram, &query).unwrap();
            builder().tcp(40_000, 53, 7, 1024).ack(9).psh().write(&mut segment, &framed).unwrap();
            packets.extend([datagram, segment]);
        }
    }
    packets
}
