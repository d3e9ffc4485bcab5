//! Arbitrary octets: nothing panics, and a response is never answered. `fuzz/` does the same for as long as one likes.

use hickory_proto::op::Message;
use proptest::prelude::{ProptestConfig, Strategy, any, prop_assert, prop_assert_eq, prop_oneof, proptest};
use splinterdns::{
    answer::{Plan, Send, Step},
    config::{LabSpec, Shelf},
    lab::{Desk, Lab, Shelves, load},
    query::{Received, Transport},
};
use std::sync::LazyLock;

static LAB: LazyLock<Lab> = LazyLock::new(|| {
    let shelves = Shelves { configs: Shelf::built_in_configs(), lab_file: None, zones: None, flags: LabSpec::default() };
    load(&shelves).unwrap().0
});

/// Octets, and queries for a blocked name of which a few octets are others, or missing.
fn octets() -> impl Strategy<Value = Vec<u8>> {
    let query = b"\0\x07\x01\0\0\x01\0\0\0\0\0\x01\x03www\x03rsf\x03org\0\0\x01\0\x01\0\0\x29\x04\xd0\0\0\0\0\0\0";
    let changes = proptest::collection::vec((0..query.len(), any::<u8>()), 0..4);
    let changed = (changes, 0..=query.len()).prop_map(|(changes, length)| {
        let mut octets = query.to_vec();
        changes.into_iter().for_each(|(at, octet)| octets[at] = octet);
        octets.truncate(if length < 12 { query.len() } else { length });
        octets
    });
    prop_oneof![1 => proptest::collection::vec(any::<u8>(), 0..300), 3 => changed]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(4000))]
    #[test]
    fn whatever_comes_replies_are_replies_and_responses_get_none(octets in octets(), tcp in any::<bool>()) {
        let transport = if tcp { Transport::Tcp } else { Transport::Udp };
        let asker = LAB.asker([127, 86, 0, 1].into(), transport, None, "2026-11-22T12:00".parse().unwrap());
        let mut desk = Desk::default();
        let query = LAB.consider(&octets, asker, &mut desk);
        let Desk { plan: Plan { steps, octets: mut out }, mut known, .. } = desk;
        for Step { send, .. } in steps {
            let range = match send {
                Send::Forged(range) | Send::Rejected(range) => range,
                Send::Honest => LAB.write_honest(query.unwrap(), 512, &mut known, &mut out).unwrap(),
                Send::Reset => continue,
            };
            let reply = &out[range];
            prop_assert!(octets[2] & 0x80 == 0);
            prop_assert!(reply[2] & 0x80 != 0 && reply[..2] == octets[..2]);
        }
    }

    #[test]
    fn what_is_taken_for_a_query_is_one_to_a_library(octets in octets()) {
        if let Ok(received) = Received::read(&octets) {
            let message = Message::from_vec(&octets).unwrap();
            prop_assert_eq!(message.queries[0].name(), &received.wire_name());
            prop_assert_eq!(message.queries[0].query_type(), received.rtype().0);
            let edns = message.edns.map(|edns| (edns.version(), edns.flags().dnssec_ok));
            prop_assert_eq!(edns, received.opt().map(|opt| (opt.version, opt.dnssec_ok)));
        }
    }
}
