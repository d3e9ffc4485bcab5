//! Arbitrary octets as a datagram from China: the resolver's parser, the injector's, the decision,
//! the plan and what is written.
//!
//! Run it with `cargo fuzz run octets`.

#![no_main]

use libfuzzer_sys::fuzz_target;
use splinterdns::{
    answer::Step,
    config::{LabSpec, Shelf},
    lab::{Desk, Due, Lab, Shelves, load},
    query::Transport,
};
use std::sync::LazyLock;

static LAB: LazyLock<Lab> = LazyLock::new(|| {
    let flags = LabSpec { today: Some("2026-11-22T12:00".parse().unwrap()), ..LabSpec::default() };
    load(&Shelves::new(Shelf::built_in_configs(), flags)).unwrap().0
});

fuzz_target!(|octets: &[u8]| {
    let now = LAB.settings.clock.now();
    let asker = LAB.asker([127, 86, 0, 1].into(), Transport::Udp, now);
    let mut desk = Desk::default();
    let query = LAB.consider(&mut LAB.open(octets, LAB.governed(asker, None), &mut desk), &mut desk);
    for Step { send, .. } in desk.plan.steps.clone() {
        let range = match LAB.due(send, query, Transport::Udp, &mut desk) {
            Due::Message(range) => range,
            Due::Reset => continue,
            other => panic!("{other:?} without an upstream resolver"),
        };
        let reply = &desk.plan.octets[range];
        assert!(octets[2] & 0x80 == 0, "a response was answered");
        assert!(reply[2] & 0x80 != 0 && reply[..2] == octets[..2], "a reply is a response with the query's id");
    }
});
