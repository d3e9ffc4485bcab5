//! Response rate limiting: no network outside of ours gets more replies by UDP than it would ask
//! for, so that a forged source address makes the server flood nobody.
//!
//! As in BIND and Knot DNS, clients count by their network, and of the replies that are too many
//! one in a few is sent truncated (*slip*): whoever really asks comes back by TCP. Networks share a
//! table of fixed size; those that fall on one entry share its rate.

use std::{
    hash::{BuildHasher, RandomState},
    net::{IpAddr, Ipv6Addr},
    sync::{
        OnceLock,
        atomic::{AtomicU32, AtomicU64, Ordering::Relaxed},
    },
    time::Instant,
};

/// For each network when its next reply would be due at an even pace (the generic cell rate
/// algorithm, ITU-T I.371), in nanoseconds since the table was made.
#[derive(Debug)]
pub(super) struct RateLimiter {
    table: OnceLock<Box<[AtomicU64]>>,
    keys: RandomState,
    begun: Instant,
    /// Replies that were too many, of all networks.
    excess: AtomicU32,
}

/// What becomes of a reply.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum RateVerdict {
    /// It is sent.
    Send,
    /// A truncated one is sent instead.
    Slip,
    /// Nothing is sent.
    Drop,
}

/// How many replies a network gets.
#[derive(Clone, Copy, Debug)]
pub(super) struct Rate {
    /// In a second, and at once after a pause.
    pub(super) per_second: u32,
    /// One in so many of those that are too many is sent truncated; none with 0.
    pub(super) slip: u32,
}

/// Half a megabyte.
const ENTRIES: usize = 1 << 16;

const SECOND: u64 = 1_000_000_000;

impl RateLimiter {
    pub(super) fn new() -> Self {
        Self {
            table: OnceLock::new(),
            keys: RandomState::new(),
            begun: Instant::now(),
            excess: AtomicU32::new(0),
        }
    }

    /// Counts a reply.
    pub(super) fn count(&self, client: IpAddr, rate: Rate, now: Instant) -> RateVerdict {
        let table = self.table.get_or_init(|| (0..ENTRIES).map(|_| AtomicU64::new(0)).collect());
        let hash = self.keys.hash_one(network(client));
        let entry = &table[(hash % ENTRIES as u64) as usize];
        let now = u64::try_from(now.duration_since(self.begun).as_nanos()).unwrap_or(u64::MAX);
        let step = SECOND / u64::from(rate.per_second);
        // Two workers that count at once may count one; that is near enough.
        let due = entry.load(Relaxed).max(now);
        if due - now < SECOND {
            entry.store(due + step, Relaxed);
            return RateVerdict::Send;
        }
        let excess = self.excess.fetch_add(1, Relaxed);
        if rate.slip > 0 && excess.is_multiple_of(rate.slip) {
            RateVerdict::Slip
        } else {
            RateVerdict::Drop
        }
    }
}

/// A /24, or a /56 of IPv6, as BIND and Knot DNS count.
fn network(client: IpAddr) -> IpAddr {
    match client.to_canonical() {
        IpAddr::V4(address) => {
            let [a, b, c, _] = address.octets();
            [a, b, c, 0].into()
        }
        IpAddr::V6(address) => Ipv6Addr::from_bits(address.to_bits() >> 72 << 72).into(),
    }
}

#[cfg(test)]
mod tests {
    use super::{Rate, RateLimiter, RateVerdict};
    use std::time::{Duration, Instant};

    const RATE: Rate = Rate { per_second: 10, slip: 2 };

    fn counts(limiter: &RateLimiter, client: &str, now: Instant, replies: usize) -> [usize; 3] {
        let mut counts = [0; 3];
        for _ in 0..replies {
            counts[limiter.count(client.parse().unwrap(), RATE, now) as usize] += 1;
        }
        counts
    }

    #[test]
    fn a_network_gets_a_second_of_its_rate_at_once_and_then_its_rate() {
        let (limiter, now) = (RateLimiter::new(), Instant::now());
        assert_eq!(counts(&limiter, "192.0.2.1", now, 30), [10, 10, 10]);
        assert_eq!(counts(&limiter, "192.0.2.200", now, 10)[0], 0, "the same /24");
        assert_eq!(counts(&limiter, "198.51.100.1", now, 10)[0], 10, "another one");
        let later = now + Duration::from_millis(500);
        assert_eq!(counts(&limiter, "192.0.2.1", later, 30)[0], 5);
        let later = later + Duration::from_secs(60);
        assert_eq!(counts(&limiter, "192.0.2.1", later, 30)[0], 10, "no more than a second's");
    }

    #[test]
    fn networks_of_ipv6_are_56_bits_long() {
        let (limiter, now) = (RateLimiter::new(), Instant::now());
        assert_eq!(counts(&limiter, "2001:db8:0:1::1", now, 10)[0], 10);
        assert_eq!(counts(&limiter, "2001:db8:0:ff::2", now, 10)[0], 0);
        assert_eq!(counts(&limiter, "2001:db8:0:100::1", now, 10)[0], 10);
    }

    #[test]
    fn without_slip_nothing_is_sent_in_excess() {
        let (limiter, now) = (RateLimiter::new(), Instant::now());
        let rate = Rate { slip: 0, ..RATE };
        let verdicts = (0..100).map(|_| limiter.count([192, 0, 2, 1].into(), rate, now));
        assert_eq!(verdicts.filter(|verdict| *verdict == RateVerdict::Drop).count(), 90);
    }
}
