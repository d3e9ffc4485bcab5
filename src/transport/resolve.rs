//! Queries of clients that have no socket of ours: the page asks for them.

use super::{
    control::ServerControl,
    delivery::{Arrival, Observer, Outgoing, note_upstream},
};
use crate::{
    clock::real_time,
    dns::Transport,
    engine::{Payload, Request, Scratch, ServerRole, Transmission},
};
use std::{
    net::{Ipv4Addr, SocketAddr},
    time::{Duration, Instant},
};
use tokio::time::sleep_until;

/// A reply to such a query.
#[derive(Clone, Debug)]
pub struct Resolved {
    /// How long after the query it came.
    pub after: Duration,
    /// The message.
    pub octets: Vec<u8>,
}

/// What is later is not waited for.
const PATIENCE: Duration = Duration::from_secs(5);

impl ServerControl {
    /// What a client is sent for a query by UDP to the first listener, each reply at its time. It
    /// is recorded as other queries are.
    pub async fn resolve(&self, client: SocketAddr, query: &[u8]) -> Vec<Resolved> {
        let serving = self.serving.load_full();
        let (engine, binding) = (&serving.engine, self.binding_of(client.ip()));
        let (begun, time) = (Instant::now(), real_time());
        let nowhere = SocketAddr::from((Ipv4Addr::UNSPECIFIED, 0));
        let server = self.listeners().first().map_or(nowhere, |listener| listener.address);
        let (mut planned, asked, event) = {
            let (mut scratch, mut observer) = (Scratch::with_cache(0), Observer::new(0));
            let request = Request {
                octets: query,
                client: client.ip(),
                transport: Transport::Udp,
                binding: binding.as_ref(),
                role: ServerRole::Resolver,
                arrival: engine.settings.clock.now(),
            };
            let response = engine.respond(&request, &mut scratch);
            observer.look(self.events.as_ref());
            let arrival = Arrival { at: begun, time, client, server, octets: query };
            let event = observer.begin(engine, &response, || Some(arrival));
            let mut planned = Vec::new();
            let mut asked = None;
            for Transmission { after, payload, .. } in response.transmissions {
                match payload {
                    Payload::Message(range, _) => {
                        planned.push((*after, response.octets[range.clone()].to_vec()));
                    }
                    Payload::AskUpstream => {
                        asked = Some((*after, response.upstream_query(binding.as_ref())));
                    }
                    // There is no connection to reset.
                    Payload::Reset => {}
                }
            }
            (planned, asked, event)
        };
        if let Some((after, query)) = asked {
            let relayed = serving.relay(&query, server).await;
            note_upstream(&event, &relayed);
            let due = after.max(begun.elapsed());
            for Transmission { after: wait, payload, .. } in &relayed.answer.transmissions {
                if let Payload::Message(range, _) = payload {
                    planned.push((due + *wait, relayed.answer.octets[range.clone()].to_vec()));
                }
            }
        }
        planned.sort_by_key(|(after, _)| *after);
        let mut resolved = Vec::new();
        for (after, octets) in planned {
            let reply = Outgoing::new(event.clone(), after);
            if after > PATIENCE {
                continue;
            }
            sleep_until((begun + after).into()).await;
            reply.left(&octets, true);
            resolved.push(Resolved { after: begun.elapsed(), octets });
        }
        resolved
    }
}
