//! Plain DNS in datagrams (RFC 1035 section 4.2.1).

use super::{
    datagram::{self, Ends},
    live::{Frame, Live},
    timer::Timer,
};
use crate::{
    lab::{Asked, Departure},
    query::{CountryCode, Transport},
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
        let now = live.load();
        let asker = now.lab.asker(ends.client.ip(), Transport::Udp, listener);
        let departures = now.lab.consider(buffer[..length].to_vec(), asker);
        let (ready, asking) = sort(&now, departures);
        if ready.iter().all(|(after, _)| after.is_zero()) {
            for (_, octets) in ready {
                send(&socket, &octets, ends).await;
            }
        } else {
            tokio::spawn(depart(Arc::clone(&socket), Arc::clone(&timer), ready, arrival, ends));
        }
        for (after, asked) in asking {
            let (socket, timer, live) = (Arc::clone(&socket), Arc::clone(&timer), Arc::clone(&now));
            tokio::spawn(async move {
                let octets = live.relayed(&asked).await;
                depart(socket, timer, vec![(after, octets)], arrival, ends).await;
            });
        }
    }
}

/// What leaves after a while.
type Later<T> = Vec<(Duration, T)>;

/// What needs nobody else keeps its order even where the machine is late; a question that has to be asked goes its own way.
fn sort(live: &Live, departures: Vec<Departure>) -> (Later<Vec<u8>>, Later<Arc<Asked>>) {
    let (mut ready, mut asking) = (Vec::new(), Vec::new());
    for Departure { after, what } in departures {
        match live.at_once(what) {
            Ok(Frame::Octets(octets)) => ready.push((after, octets)),
            // There is no connection to reset.
            Ok(Frame::Reset) => {}
            Err(asked) => asking.push((after, asked)),
        }
    }
    (ready, asking)
}

/// Each message leaves at its time after the query.
async fn depart(socket: Arc<UdpSocket>, timer: Arc<Timer>, messages: Later<Vec<u8>>, arrival: Instant, ends: Ends) {
    for (after, octets) in messages {
        timer.until(arrival + after).await;
        send(&socket, &octets, ends).await;
    }
}

/// A client that cannot be reached has gone, or is behind a firewall: nothing to do about it.
async fn send(socket: &UdpSocket, octets: &[u8], ends: Ends) {
    if let Err(error) = datagram::send(socket, octets, ends).await {
        tracing::debug!(client = %ends.client, %error, "sending a datagram");
    }
}
