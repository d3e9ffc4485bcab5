//! Arbitrary octets: nothing panics, and a response is never answered. `fuzz/` does the same for as
//! long as one likes.

use crate::support::engine::{
    Lab, ReadQuery, Sent, Transport, Worker, load_shipped, read_query, respond,
};
use hickory_proto::op::Message;
use proptest::prelude::{
    ProptestConfig, Strategy, TestCaseError, any, prop_assert, prop_assert_eq, prop_oneof, proptest,
};
use std::{net::IpAddr, sync::LazyLock};

static LAB: LazyLock<Lab> = LazyLock::new(|| load_shipped(None));

/// Where the OPT of the query below begins.
const OPT: usize = 29;

/// Octets, and queries for a blocked name of which a few octets are others, or missing.
fn octets() -> impl Strategy<Value = Vec<u8>> {
    // With two options: an EDNS Client Subnet of 192.0.2.0/24 and a cookie.
    let query = b"\0\x07\x01\0\0\x01\0\0\0\0\0\x01\x03www\x03rsf\x03org\0\0\x01\0\x01\
                  \0\0\x29\x04\xd0\0\0\0\0\0\x17\
                  \0\x08\0\x07\0\x01\x18\0\xc0\0\x02\
                  \0\x0a\0\x08\x01\x02\x03\x04\x05\x06\x07\x08";
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
    #![proptest_config(ProptestConfig::with_cases(500))]
    #[test]
    fn a_worker_answers_each_message_as_one_that_has_answered_nothing_yet(
        messages in proptest::collection::vec(octets(), 0..40),
    ) {
        // Two labs, because pools are walked on with every answer.
        static LABS: LazyLock<[Lab; 2]> = LazyLock::new(|| [(); 2].map(|()| load_shipped(None)));
        // From China and Iran by turns.
        let clients = [[127, 86, 0, 1], [127, 98, 0, 1]].map(IpAddr::from).into_iter().cycle();
        let mut worker = Worker::default();
        for (octets, client) in messages.iter().zip(clients) {
            prop_assert_eq!(
                worker.respond(&LABS[0], octets, client, Transport::Udp),
                respond(&LABS[1], octets, client, Transport::Udp)
            );
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(4000))]
    #[test]
    fn whatever_comes_replies_are_replies_and_responses_get_none(
        octets in octets(),
        tcp in any::<bool>(),
    ) {
        let transport = if tcp { Transport::Tcp } else { Transport::Udp };
        for (_, sent) in respond(&LAB, &octets, [127, 86, 0, 1].into(), transport) {
            let reply = match sent {
                Sent::Message(reply) => reply,
                Sent::Reset => continue,
                Sent::Other(what) => {
                    let why = format!("{what} without an upstream resolver");
                    return Err(TestCaseError::fail(why));
                }
            };
            prop_assert!(octets[2] & 0x80 == 0);
            prop_assert!(reply[2] & 0x80 != 0 && reply[..2] == octets[..2]);
        }
    }

    #[test]
    fn what_is_taken_for_a_query_is_one_to_a_library_unless_its_records_are_odd(
        octets in octets(),
    ) {
        if let Some(read) = read_query(&octets) {
            // A library decodes what it knows: an option, or another record, may be beyond it.
            let bare = octets[6..11] == [0; 5] && match octets[11] {
                0 => true,
                1 => octets.len() == OPT + 11,
                _ => false,
            };
            let message = match Message::from_vec(&octets) {
                Ok(message) => message,
                Err(_) if !bare => return Ok(()),
                Err(error) => return Err(TestCaseError::fail(error.to_string())),
            };
            let question = &message.queries[0];
            let (name, rtype) = (question.name().clone(), question.query_type());
            let edns = message.edns.map(|edns| (edns.version(), edns.flags().dnssec_ok));
            prop_assert_eq!(ReadQuery { name, rtype, edns }, read);
        }
    }
}
