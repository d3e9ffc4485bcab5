//! The sockets by which a worker takes queries and sends replies.

use super::quota::one_client;
use crate::sys::{ReturnPath, Spilled};
use std::{
    collections::HashMap,
    io,
    net::{IpAddr, UdpSocket},
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};

/// A worker's socket, and the one of its listener for what does not fit into it.
#[derive(Debug)]
pub(super) struct ReplySocket {
    pub(super) main: UdpSocket,
    pub(super) spill: Option<Arc<SpillSocket>>,
}

/// A second socket of an address, which takes no queries. The kernel holds what a slow link has not
/// taken yet in the buffer of the socket that sent it; so one client behind such a link could fill
/// the buffer that all others need too. Whoever has most of the replies that found it full in the
/// last seconds has filled it, and loses them; those of the others leave by this one.
#[derive(Debug)]
pub(super) struct SpillSocket {
    socket: UdpSocket,
    refused: Mutex<Refused>,
}

/// How many octets of replies to each client have found a buffer full lately.
#[derive(Debug)]
struct Refused {
    since: Instant,
    octets: HashMap<IpAddr, usize>,
    /// Of all clients together.
    all: usize,
}

/// Whoever has no more has not filled a buffer, of which this is a quarter as a rule
/// (`net.core.wmem_default`).
const LITTLE: usize = 53_248;

/// Nor has whoever has no more than this part of all.
const PART_OF_A_FILLER: usize = 8;

/// What the kernel counts for a datagram beside its octets.
const KERNEL_PART: usize = 704;

/// What was refused is half forgotten after so long. Who goes on is not given more then.
const HALF_LIFE: Duration = Duration::from_secs(1);

/// As many clients are told apart; more of them can only be forged addresses.
const MOST_CLIENTS: usize = 4096;

impl ReplySocket {
    /// Sends a datagram back on its own.
    pub(super) fn send(&self, path: ReturnPath, octets: &[u8]) -> io::Result<()> {
        match path.send(&self.main, octets) {
            Err(full) if full.kind() == io::ErrorKind::WouldBlock => {
                match self.spill(&path, octets) {
                    Spilled::Sent => Ok(()),
                    Spilled::Refused | Spilled::NoRoom => Err(full),
                }
            }
            sent => sent,
        }
    }

    /// Sends a datagram for which the worker's socket has no room.
    pub(super) fn spill(&self, path: &ReturnPath, octets: &[u8]) -> Spilled {
        self.spill.as_ref().map_or(Spilled::NoRoom, |spill| spill.send(path, octets))
    }
}

impl SpillSocket {
    pub(super) fn new(socket: UdpSocket) -> Self {
        Self { socket, refused: Mutex::new(Refused::new(Instant::now())) }
    }

    fn send(&self, path: &ReturnPath, octets: &[u8]) -> Spilled {
        let Some(client) = path.client() else { return Spilled::Refused };
        let mut refused = self.refused.lock().unwrap_or_else(PoisonError::into_inner);
        let has_filled = refused.count(client, octets.len(), Instant::now());
        drop(refused);
        if has_filled {
            return Spilled::Refused;
        }
        path.send(&self.socket, octets).map_or(Spilled::NoRoom, |()| Spilled::Sent)
    }
}

impl Refused {
    fn new(since: Instant) -> Self {
        Self { since, octets: HashMap::new(), all: 0 }
    }

    /// Counts a reply that found the buffer full. Says whether its client is one of those that
    /// have filled it.
    fn count(&mut self, client: IpAddr, octets: usize, now: Instant) -> bool {
        while now.saturating_duration_since(self.since) >= HALF_LIFE {
            self.since += HALF_LIFE;
            self.octets.retain(|_, octets| {
                *octets /= 2;
                *octets > KERNEL_PART
            });
            self.all = self.octets.values().sum();
            if self.octets.is_empty() {
                self.since = now;
            }
        }
        let client = one_client(client);
        if self.octets.len() >= MOST_CLIENTS && !self.octets.contains_key(&client) {
            return true;
        }
        let own = self.octets.entry(client).or_default();
        let more = octets + KERNEL_PART;
        *own = own.saturating_add(more);
        self.all = self.all.saturating_add(more);
        *own > LITTLE && *own > self.all / PART_OF_A_FILLER
    }
}

#[cfg(test)]
mod tests {
    use super::{HALF_LIFE, MOST_CLIENTS, Refused};
    use std::{
        net::{IpAddr, Ipv4Addr},
        time::Instant,
    };

    #[test]
    fn who_fills_the_buffer_is_told_from_those_who_find_it_full() {
        let begun = Instant::now();
        let mut refused = Refused::new(begun);
        let [greedy, modest] = ["10.86.0.1", "10.86.0.2"].map(|client| client.parse().unwrap());
        let let_through = (0..1000).filter(|_| !refused.count(greedy, 1000, begun)).count();
        assert!((20..40).contains(&let_through), "{let_through}");
        assert!(!refused.count(modest, 100, begun));
        // Whoever goes on gets no more in the next seconds; whoever leaves off does.
        for second in 1..=5 {
            let now = begun + HALF_LIFE * second;
            assert!((0..1000).all(|_| refused.count(greedy, 1000, now)), "{second}");
            assert!((0..100).all(|_| !refused.count(modest, 100, now)), "{second}");
        }
        let later = begun + HALF_LIFE * 20;
        assert!(!refused.count(greedy, 1000, later));
        assert_eq!(refused.octets.len(), 1, "nobody else is remembered");
    }

    #[test]
    fn forged_addresses_take_a_bounded_room() {
        let begun = Instant::now();
        let mut refused = Refused::new(begun);
        let clients = (0..10_000).map(|number| IpAddr::V4(Ipv4Addr::from_bits(number)));
        let taken = clients.filter(|client| !refused.count(*client, 100, begun)).count();
        assert_eq!((taken, refused.octets.len()), (MOST_CLIENTS, MOST_CLIENTS));
    }
}
