//! Plain DNS in datagrams (RFC 1035 section 4.2.1).

use super::{
    datagram::{self, Ends},
    live::{Live, Outgoing},
    timer::Timer,
};
use crate::{
    answer::{Plan, Send},
    lab::{Asker, Course},
    query::{CountryCode, Received, Transport},
};
use arc_swap::ArcSwap;
use std::{
    sync::Arc,
    time::{Duration, Instant},
};
use tokio::{net::UdpSocket, time::sleep};

/// Longer than any query: a question of 255 octets and an OPT with a few options.
const LONGEST_QUERY: usize = 4096;

/// After an error of the socket itself, so that a broken one does not take a whole core.
const PAUSE: Duration = Duration::from_millis(10);

/// Answers what comes to one socket.
pub(super) async fn serve(socket: Arc<UdpSocket>, live: Arc<ArcSwap<Live>>, listener: Option<CountryCode>, timer: Arc<Timer>) {
    let mut buffer = vec![0; LONGEST_QUERY];
    loop {
        let (length, ends) = match datagram::receive(&socket, &mut buffer).await {
            Ok(received) => received,
            Err(error) => {
                tracing::debug!(%error, "receiving a datagram");
                sleep(PAUSE).await;
                continue;
            }
        };
        let arrival = Instant::now();
        let asker = Asker { client: ends.client.ip(), transport: Transport::Udp, listener };
        let now = live.load();
        match now.lab.consider(buffer[..length].to_vec(), asker) {
            Course::Ignore => {}
            Course::Reject(octets) => send(&socket, &octets, ends).await,
            Course::Answer { received, plan, limit } => {
                if let Some(octets) = at_once(&now, &plan, &received, limit) {
                    send(&socket, &octets, ends).await;
                } else if !plan.steps.is_empty() {
                    let sending = Sending {
                        socket: Arc::clone(&socket),
                        live: Arc::clone(&now),
                        timer: Arc::clone(&timer),
                        query: *received,
                        limit,
                        ends,
                    };
                    enact(&Arc::new(sending), plan, arrival);
                }
            }
        }
    }
}

/// The octets of a plan that needs neither time nor anybody else.
fn at_once(live: &Live, plan: &Plan, query: &Received, limit: usize) -> Option<Vec<u8>> {
    let [step] = &plan.steps[..] else { return None };
    if !step.after.is_zero() {
        return None;
    }
    match live.at_once(&step.send, query, limit)? {
        Outgoing::Octets(octets) => Some(octets),
        Outgoing::Reset => None,
    }
}

/// What all steps of one plan need.
struct Sending {
    socket: Arc<UdpSocket>,
    live: Arc<Live>,
    timer: Arc<Timer>,
    query: Received,
    limit: usize,
    ends: Ends,
}

/// Each step leaves at its time after the query. Those that wait for nobody keep their order even where the machine is late;
/// one that has to ask others goes its own way.
fn enact(sending: &Arc<Sending>, plan: Plan, arrival: Instant) {
    let (asking, ready): (Vec<_>, Vec<_>) = plan.steps.into_iter().partition(|step| matches!(step.send, Send::Honest));
    for steps in asking.into_iter().map(|step| vec![step]).chain([ready]) {
        let sending = Arc::clone(sending);
        tokio::spawn(async move {
            for step in steps {
                let outgoing = sending.live.outgoing(&step.send, &sending.query, sending.limit).await;
                sending.timer.until(arrival + step.after).await;
                if let Outgoing::Octets(octets) = outgoing {
                    send(&sending.socket, &octets, sending.ends).await;
                }
            }
        });
    }
}

/// A client that cannot be reached has gone, or is behind a firewall: nothing to do about it.
async fn send(socket: &UdpSocket, octets: &[u8], ends: Ends) {
    if let Err(error) = datagram::send(socket, octets, ends).await {
        tracing::debug!(client = %ends.client, %error, "sending a datagram");
    }
}
