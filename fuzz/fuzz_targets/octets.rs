//! Arbitrary octets as a datagram from China: the resolver's parser, the injector's, the decision, the plan and what is written.
//!
//! Run it with `cargo fuzz run octets`.

#![no_main]

use libfuzzer_sys::fuzz_target;
use splinterdns::{
    config::{LabSpec, Shelf},
    lab::{Lab, Outgoing, Shelves, load},
    query::Transport,
};
use std::sync::LazyLock;

static LAB: LazyLock<Lab> = LazyLock::new(|| {
    let flags = LabSpec { today: Some("2026-11-22T12:00".parse().unwrap()), ..LabSpec::default() };
    load(&Shelves { configs: Shelf::built_in_configs(), lab_file: None, zones: None, flags }).unwrap().0
});

fuzz_target!(|octets: &[u8]| {
    let asker = LAB.asker([127, 86, 0, 1].into(), Transport::Udp, None);
    for departure in LAB.consider(octets.to_vec(), asker) {
        let reply = match departure.what {
            Outgoing::Forged(reply) | Outgoing::Rejected(reply) => reply,
            Outgoing::Honest(asked) => LAB.honest_at_once(&asked).expect("there is no upstream"),
            Outgoing::Reset => continue,
        };
        assert!(octets[2] & 0x80 == 0, "a response was answered");
        assert!(reply[2] & 0x80 != 0 && reply[..2] == octets[..2], "a reply is a response with the query's id");
    }
});
