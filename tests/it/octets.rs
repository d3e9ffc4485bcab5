//! Arbitrary octets: nothing panics, and a response is never answered. `fuzz/` does the same for as long as one likes.

use proptest::prelude::{ProptestConfig, Strategy, any, prop_assert, prop_oneof, proptest};
use splinterdns::{
    config::{LabSpec, Shelf},
    lab::{Lab, Outgoing, Shelves, load},
    query::Transport,
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
        let asker = LAB.asker([127, 86, 0, 1].into(), if tcp { Transport::Tcp } else { Transport::Udp }, None);
        for departure in LAB.consider(octets.clone(), asker) {
            let reply = match departure.what {
                Outgoing::Forged(reply) | Outgoing::Rejected(reply) => reply,
                Outgoing::Honest(asked) => LAB.honest_at_once(&asked).unwrap(),
                Outgoing::Reset => continue,
            };
            prop_assert!(octets[2] & 0x80 == 0);
            prop_assert!(reply[2] & 0x80 != 0 && reply[..2] == octets[..2]);
        }
    }
}
