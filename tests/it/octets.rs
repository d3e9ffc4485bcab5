//! Arbitrary octets: nothing panics, and a response is never answered. `fuzz/` does the same for as
//! long as one likes.

use hickory_proto::op::Message;
use proptest::prelude::{
    ProptestConfig, Strategy, TestCaseError, any, prop_assert, prop_assert_eq, prop_oneof, proptest,
};
use splinterdns::{
    answer::Step,
    config::{LabSpec, Shelf},
    lab::{Desk, Due, Lab, ROW, Row, Shelves, foresee, load},
    query::{Received, Transport},
};
use std::{sync::LazyLock, time::Duration};

static LAB: LazyLock<Lab> = LazyLock::new(shipped);

fn shipped() -> Lab {
    let shelves = Shelves::new(Shelf::built_in_configs(), LabSpec::default());
    load(&shelves).unwrap().0
}

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

/// What goes out for messages from China and Iran by turns, opened so many at a time.
fn sent(lab: &Lab, messages: &[Vec<u8>], together: usize) -> Vec<(Duration, Option<Vec<u8>>)> {
    let (mut desk, mut sent) = (Desk::default(), Vec::new());
    let clients =
        [[127, 86, 0, 1], [127, 98, 0, 1]].map(|client| client.into()).into_iter().cycle();
    let messages: Vec<_> = messages.iter().zip(clients).collect();
    for messages in messages.chunks(together) {
        let mut row = Row::new();
        for (index, (octets, client)) in messages.iter().enumerate() {
            let asker = lab.asker(*client, Transport::Udp, "2026-11-22T12:00".parse().unwrap());
            row.push((index, lab.open(octets, lab.governed(asker, None), &mut desk)));
        }
        foresee(&row);
        for (_, opened) in &mut row {
            let query = lab.consider(opened, &mut desk);
            for Step { after, send } in desk.plan.steps.clone() {
                sent.push(match lab.due(send, query, Transport::Udp, &mut desk) {
                    Due::Message(range) => (after, Some(desk.plan.octets[range].to_vec())),
                    _ => (after, None),
                });
            }
        }
    }
    sent
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(500))]
    #[test]
    fn messages_opened_together_are_answered_as_each_alone(
        messages in proptest::collection::vec(octets(), 0..40),
        together in 2..=ROW,
    ) {
        // Two labs, because pools are walked on with every answer.
        static LABS: LazyLock<[Lab; 2]> = LazyLock::new(|| [(); 2].map(|()| shipped()));
        prop_assert_eq!(sent(&LABS[0], &messages, 1), sent(&LABS[1], &messages, together));
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(4000))]
    #[test]
    fn whatever_comes_replies_are_replies_and_responses_get_none(octets in octets(), tcp in any::<bool>()) {
        let transport = if tcp { Transport::Tcp } else { Transport::Udp };
        let asker = LAB.asker([127, 86, 0, 1].into(), transport, "2026-11-22T12:00".parse().unwrap());
        let mut desk = Desk::default();
        let query = LAB.consider(&mut LAB.open(&octets, LAB.governed(asker, None), &mut desk), &mut desk);
        for Step { send, .. } in desk.plan.steps.clone() {
            let range = match LAB.due(send, query, transport, &mut desk) {
                Due::Message(range) => range,
                Due::Reset => continue,
                other => return Err(TestCaseError::fail(format!("{other:?} without an upstream resolver"))),
            };
            let reply = &desk.plan.octets[range];
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
