//! The places that connections take, and who holds them.

use std::{
    collections::HashMap,
    net::{IpAddr, Ipv6Addr},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

/// The places of all listeners together. Clones count together.
#[derive(Clone, Debug)]
pub(super) struct Connections(Arc<ConnectionLimits>);

#[derive(Debug)]
struct ConnectionLimits {
    most: usize,
    held: Mutex<HeldPlaces>,
}

#[derive(Debug, Default)]
struct HeldPlaces {
    all: usize,
    by_client: HashMap<IpAddr, usize>,
}

/// A place that is taken; whoever drops it gives it back.
#[derive(Debug)]
pub(super) struct ConnectionPlace {
    places: Arc<ConnectionLimits>,
    client: IpAddr,
}

/// One client takes no more than this part of the places, so that it cannot keep all others out
/// (RFC 7766 section 6.2.2).
const PART_OF_A_CLIENT: usize = 4;

impl Connections {
    pub(super) fn new(most: usize) -> Self {
        Self(Arc::new(ConnectionLimits { most, held: Mutex::default() }))
    }

    /// A place for a client, if there is one.
    pub(super) fn place(&self, client: IpAddr) -> Option<ConnectionPlace> {
        let (places, client) = (Arc::clone(&self.0), one_client(client));
        let mut held = places.lock();
        let own = held.by_client.get(&client).copied().unwrap_or(0);
        if held.all >= places.most || own >= places.most.div_ceil(PART_OF_A_CLIENT) {
            return None;
        }
        held.all += 1;
        held.by_client.insert(client, own + 1);
        drop(held);
        Some(ConnectionPlace { places, client })
    }
}

impl ConnectionLimits {
    fn lock(&self) -> MutexGuard<'_, HeldPlaces> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for ConnectionPlace {
    fn drop(&mut self) {
        let mut held = self.places.lock();
        held.all -= 1;
        let own = held.by_client.get_mut(&self.client).expect("it holds this place");
        *own -= 1;
        if *own == 0 {
            held.by_client.remove(&self.client);
        }
    }
}

/// A host with IPv6 has all addresses of a /64 (RFC 6177).
fn one_client(client: IpAddr) -> IpAddr {
    match client.to_canonical() {
        IpAddr::V4(address) => address.into(),
        IpAddr::V6(address) => {
            Ipv6Addr::from_bits(address.to_bits() & !u128::from(u64::MAX)).into()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Connections;

    #[test]
    fn a_client_takes_a_quarter_and_all_together_what_there_is() {
        let connections = Connections::new(8);
        let place = |client: &str| connections.place(client.parse().unwrap());
        let of_one: Vec<_> = ["2001:db8::1", "2001:db8::2"].map(place).into_iter().collect();
        assert!(of_one.iter().all(Option::is_some));
        assert!(place("2001:db8::3").is_none(), "one /64 is one client");
        let others: Vec<_> =
            (1..=3).flat_map(|last| [1, 2].map(|_| place(&format!("192.0.2.{last}")))).collect();
        assert!(others.iter().all(Option::is_some));
        assert!(place("192.0.2.9").is_none(), "all are taken");
        drop(of_one);
        assert!(place("192.0.2.1").is_none(), "still a quarter");
        assert!(place("192.0.2.9").is_some());
        assert!(Connections::new(1).place("192.0.2.1".parse().unwrap()).is_some());
    }
}
