//! What clients may make the server keep for them: so much together, and a quarter of it each.

use std::{
    collections::HashMap,
    net::{IpAddr, Ipv6Addr},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

/// A bound, such as that of connections. Clones count together.
#[derive(Clone, Debug)]
pub(super) struct Quota(Arc<QuotaState>);

#[derive(Debug)]
struct QuotaState {
    most: usize,
    held: Mutex<Held>,
}

#[derive(Debug, Default)]
struct Held {
    all: usize,
    by_client: HashMap<IpAddr, usize>,
}

/// A part that is taken; whoever drops it gives it back.
#[derive(Debug)]
pub(super) struct QuotaShare {
    quota: Quota,
    client: IpAddr,
    amount: usize,
}

/// One client takes no more than this part, so that it cannot keep all others out (RFC 7766 section
/// 6.2.2 asks for that of connections).
const PART_OF_A_CLIENT: usize = 4;

impl Quota {
    pub(super) fn new(most: usize) -> Self {
        Self(Arc::new(QuotaState { most, held: Mutex::default() }))
    }

    /// So much for a client, if there is room.
    pub(super) fn take(&self, client: IpAddr, amount: usize) -> Option<QuotaShare> {
        let client = one_client(client);
        let mut held = self.lock();
        let own = held.by_client.get(&client).copied().unwrap_or(0) + amount;
        let all = held.all + amount;
        if all > self.0.most || own > self.0.most.div_ceil(PART_OF_A_CLIENT) {
            return None;
        }
        held.all = all;
        held.by_client.insert(client, own);
        drop(held);
        Some(QuotaShare { quota: self.clone(), client, amount })
    }

    fn lock(&self) -> MutexGuard<'_, Held> {
        self.0.held.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for QuotaShare {
    fn drop(&mut self) {
        let mut held = self.quota.lock();
        held.all -= self.amount;
        let own = held.by_client.get_mut(&self.client).expect("it holds this share");
        *own -= self.amount;
        if *own == 0 {
            held.by_client.remove(&self.client);
        }
    }
}

/// A host with IPv6 has all addresses of a /64 (RFC 6177).
pub(super) fn one_client(client: IpAddr) -> IpAddr {
    match client.to_canonical() {
        IpAddr::V4(address) => address.into(),
        IpAddr::V6(address) => {
            Ipv6Addr::from_bits(address.to_bits() & !u128::from(u64::MAX)).into()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Quota;

    #[test]
    fn a_client_takes_a_quarter_and_all_together_what_there_is() {
        let quota = Quota::new(8);
        let place = |client: &str| quota.take(client.parse().unwrap(), 1);
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
        assert!(Quota::new(1).take("192.0.2.1".parse().unwrap(), 1).is_some());
    }

    #[test]
    fn what_is_taken_has_a_size() {
        let (quota, client) = (Quota::new(400), "192.0.2.1".parse().unwrap());
        let share = quota.take(client, 60);
        assert!(share.is_some() && quota.take(client, 41).is_none());
        assert!(quota.take(client, 40).is_some());
        drop(share);
        assert!(quota.take(client, 100).is_some());
        assert!(quota.lock().by_client.is_empty(), "nobody is remembered");
    }
}
