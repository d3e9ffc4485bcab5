//! Arbitrary octets as a datagram from China: the resolver's parser, the injector's, the decision,
//! the plan and what is written.
//!
//! Run it with `cargo fuzz run octets`.

#![no_main]

use libfuzzer_sys::fuzz_target;
use splinterdns::{
    config::LabSpec,
    dns::Transport,
    engine::{Engine, LabSources, Payload, Request, Scratch, load},
    files::FileSource,
};
use std::sync::LazyLock;

static ENGINE: LazyLock<Engine> = LazyLock::new(|| {
    let flags = LabSpec { today: Some("2026-11-22T12:00".parse().unwrap()), ..LabSpec::default() };
    load(&LabSources::new(FileSource::built_in_configs(), flags)).unwrap().0
});

fuzz_target!(|octets: &[u8]| {
    let (client, arrival) = ([127, 86, 0, 1].into(), ENGINE.settings.clock.now());
    let request = Request { octets, client, transport: Transport::Udp, binding: None, arrival };
    let mut scratch = Scratch::default();
    let response = ENGINE.respond(&request, &mut scratch);
    for transmission in response.transmissions {
        let Payload::Message(range, _) = &transmission.payload else {
            panic!("{transmission:?} in a datagram, without an upstream resolver");
        };
        let reply = &response.octets[range.clone()];
        assert!(octets[2] & 0x80 == 0, "a response was answered");
        assert!(reply[2] & 0x80 != 0, "a response");
        assert!(reply[..2] == octets[..2], "with the query's id");
    }
});
