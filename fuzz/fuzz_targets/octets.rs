//! Arbitrary octets as a datagram from China, and as a message of a stream: the resolver's parser,
//! the injector's, the decision, the plan and what is written.

#![no_main]

use libfuzzer_sys::fuzz_target;
use splinterdns::{
    dns::Transport,
    engine::{Engine, LabSources, Origin, Payload, Request, Scratch, ServerRole, load},
    files::FileSource,
};
use splinterdns_fuzz::{
    labs::flags,
    messages::{check_header, check_reply},
    seeds,
};
use std::sync::LazyLock;

static ENGINE: LazyLock<Engine> =
    LazyLock::new(|| load(&LabSources::new(FileSource::built_in_configs(), flags())).unwrap().0);

/// What no common path fragments (DNS flag day 2020).
const MOST_OF_A_DATAGRAM: usize = 1232;

fuzz_target!(init: seeds::write_if_wanted(seeds::queries), |octets: &[u8]| {
    let (client, arrival) = ([127, 86, 0, 1].into(), ENGINE.settings.clock.now());
    let mut scratch = Scratch::default();
    for transport in [Transport::Udp, Transport::Tcp] {
        let role = ServerRole::Resolver;
        let request = Request { octets, client, transport, binding: None, role, arrival };
        let response = ENGINE.respond(&request, &mut scratch);
        for transmission in response.transmissions {
            match &transmission.payload {
                Payload::Message(range, origin) => {
                    let reply = &response.octets[range.clone()];
                    // Injectors of datagrams see the question that they see.
                    if *origin == Origin::Forged && !transport.is_stream() {
                        check_header(octets, reply);
                    } else {
                        check_reply(octets, reply);
                    }
                    let is_short = reply.len() <= MOST_OF_A_DATAGRAM;
                    assert!(is_short || transport.is_stream(), "{}", reply.len());
                }
                Payload::Reset if transport.is_stream() => {}
                other => panic!("{other:?} by {transport}"),
            }
        }
        let streamed = response.transmissions.len();
        assert!(!transport.is_stream() || streamed <= 1, "{streamed} answers of a stream");
    }
});
