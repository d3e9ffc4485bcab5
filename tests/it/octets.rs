//! Arbitrary octets: nothing panics, and a response is never answered. `fuzz/` does the same for as
//! long as one likes.

use crate::support::{
    engine::{
        Binding, Lab, ReadQuery, Sent, Sources, Transport, Worker, load_from, load_shipped,
        own_lab, read_query, respond,
    },
    files::Scratch,
    program::splinterdns,
    wire::question,
};
use hickory_proto::{op::Message, rr::RecordType};
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

/// Two countries with a list that is long enough for its memory to be prefetched, where names of
/// several depths are blocked.
fn long_list() -> Lab {
    let (scratch, sources) = own_lab(&[("xx", &listing("XX", 86)), ("yy", &listing("YY", 98))]);
    let names = (0..40_000).map(|number| format!("name{number}.list.example\n"));
    let list = names.chain(["rsf.org\n".to_owned(), "g\n".to_owned()]).collect::<String>();
    scratch.write("countries/list.txt", &list);
    load_from(&sources)
}

fn listing(code: &str, network: u8) -> String {
    format!(
        "country: {code}\nname: Listland\nclients: [127.{network}.0.0/16]\nrules:\n  \
         - {{rule: listed, lists: [list.txt], answer: {{poison: {{a: 192.0.2.{network}}}}}, \
         evidence: measured, sources: [Paper]}}\nsources: {{Paper: a paper}}\n"
    )
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]
    #[test]
    fn datagrams_that_come_together_are_answered_as_those_that_come_one_by_one(
        messages in proptest::collection::vec((octets(), 0..3_usize, 0..3_usize), 0..70),
        long in any::<bool>(),
    ) {
        static SHIPPED: LazyLock<[Lab; 2]> = LazyLock::new(|| [(); 2].map(|()| load_shipped(None)));
        static LONG: LazyLock<[Lab; 2]> = LazyLock::new(|| [(); 2].map(|()| long_list()));
        let clients = [[127, 86, 0, 1], [127, 98, 0, 1], [10, 0, 0, 1]].map(IpAddr::from);
        let bound = if long { ["XX", "YY"] } else { ["CN", "IR"] };
        let bindings: [Binding; 2] = bound.map(|code| code.parse().unwrap());
        let datagrams: Vec<_> = messages
            .into_iter()
            .map(|(octets, client, binding)| (octets, clients[client], bindings.get(binding)))
            .collect();
        let labs = if long { &LONG } else { &SHIPPED };
        let together = Worker::default().respond_all(&labs[0], &datagrams);
        let mut one_by_one = Worker::default();
        for (datagram, sent) in datagrams.iter().zip(&together) {
            let alone = one_by_one.respond_all(&labs[1], std::slice::from_ref(datagram));
            prop_assert_eq!(&alone[0], sent);
        }
        prop_assert_eq!(together.len(), datagrams.len());
    }
}

#[test]
fn a_long_list_blocks_whoever_asks_together() {
    let lab = long_list();
    let query = |name: &str| question(name, RecordType::A).to_vec().unwrap();
    let names = ["name39999.list.example.", "www.rsf.org.", "a.b.g.", "list.example.", "rsf.com."];
    let client = IpAddr::from([127, 86, 0, 1]);
    let datagrams = names.map(|name| (query(name), client, None));
    let sent = Worker::default().respond_all(&lab, &datagrams);
    let address = [192, 0, 2, 86];
    let forged = sent.iter().map(|replies| match &replies[..] {
        [(_, Sent::Message(reply))] => reply.windows(4).any(|octets| octets == address),
        other => panic!("{other:?}"),
    });
    assert_eq!(forged.collect::<Vec<_>>(), [true, true, true, false, false]);
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

/// A country whose TXT records have texts of these lengths.
fn texts(lengths: &[usize]) -> (Scratch, Sources) {
    let texts: Vec<_> = lengths.iter().map(|length| "x".repeat(*length)).collect();
    let country = format!(
        "country: XX\nname: Textland\nclients: [127.86.0.0/16]\nrules:\n  - {{rule: long, names: \
         [long.example], answer: {{poison: {{txt: [{}]}}}}, evidence: measured, sources: \
         [Paper]}}\nsources: {{Paper: a paper}}\n",
        texts.join(", ")
    );
    own_lab(&[("xx", &country)])
}

#[test]
fn texts_fill_a_message_and_no_more() {
    let query = question("long.example.", RecordType::TXT).to_vec().unwrap();
    let reply = |lengths: &[usize]| {
        let lab = load_from(&texts(lengths).1);
        let sent = respond(&lab, &query, [127, 86, 0, 1].into(), Transport::Tcp);
        let [(_, Sent::Message(reply))] = &sent[..] else { panic!("{sent:?}") };
        reply.clone()
    };
    // A record more, and a question of 255 octets, would still have room.
    for lengths in [&[64_986][..], &[60_000, 4_973]] {
        let whole = reply(lengths);
        assert!(whole.len() > 64_900 && whole[2] & 0x02 == 0, "{lengths:?}");
    }
    for lengths in [&[64_987][..], &[60_000, 4_974], &[65_280]] {
        let (scratch, _) = texts(lengths);
        let output = splinterdns(&["check", scratch.path().to_str().unwrap()]);
        let said = String::from_utf8(output.stderr).unwrap();
        assert!(said.contains("one message has room for 65253"), "{said:.300}");
    }
}

/// As many addresses as a message has room for, and one more.
#[test]
fn addresses_that_are_all_sent_fill_a_message_and_no_more() {
    let head = "country: XX\nname: Poolland\nclients: [127.86.0.0/16]\npools: {p: {file: p, pick: ";
    let rule = "rule: all, names: [all.example], evidence: assumed, sources: [T]";
    for (answer, most) in [
        ("{a: {pool: p}}", 4078),
        ("{a: {pool: p}, aaaa: '::1'}", 4076),
        // The alias is the owner of each, in 23 octets.
        ("{a: {pool: p}, cname: 'page.provider.example'}", 1762),
        ("{a: {pool: p}, cname: '*.garden.example'}", 241),
    ] {
        let check = |count: u32, pick: &str| {
            let country = format!(
                "{head}{pick}}}}}\nrules: [{{{rule}, answer: {{poison: {answer}}}}}]\n\
                 sources: {{T: made for this test}}\n"
            );
            let (scratch, sources) = own_lab(&[("xx", &country)]);
            let address = |number| std::net::Ipv4Addr::from(0x0a00_0000 + number).to_string();
            let pool: Vec<_> = (0..count).map(address).collect();
            scratch.write("countries/p", &pool.join("\n"));
            let output = splinterdns(&["check", scratch.path().to_str().unwrap()]);
            (output.status.success(), scratch, sources)
        };
        assert!(!check(most + 1, "all").0 && check(most + 1, "ring").0, "{answer}");
        let (good, _scratch, sources) = check(most, "all");
        assert!(good, "{answer}");
        let query = question("all.example.", RecordType::ANY).to_vec().unwrap();
        let lab = load_from(&sources);
        let sent = respond(&lab, &query, [127, 86, 0, 1].into(), Transport::Tcp);
        let [(_, Sent::Message(reply))] = &sent[..] else { panic!("{sent:?}") };
        let answers = u32::from(u16::from_be_bytes([reply[6], reply[7]]));
        assert!(reply[2] & 0x02 == 0 && answers >= most, "{answer}: {answers}");
    }
}
