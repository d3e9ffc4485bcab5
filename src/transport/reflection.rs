//! Clients outside of the private networks, where they may ask: their addresses may be forged, so
//! the replies to each network are limited, unless a cookie shows that the address is its own.

use super::{
    cookies::{ServerCookies, cookie_of},
    rate_limit::{Rate, RateLimiter, RateVerdict},
};
use crate::{
    clock::seconds_since_1970,
    dns::QueryView,
    engine::{is_private, slipped},
};
use domain::base::opt::Cookie;
use std::{net::IpAddr, sync::Arc, time::Instant};

/// What is known of all networks.
#[derive(Debug)]
pub(super) struct ReflectionGuard {
    limiter: RateLimiter,
    cookies: ServerCookies,
}

/// What becomes of a datagram.
#[derive(Debug)]
pub(super) enum Screened {
    /// It is answered.
    Answer,
    /// It is answered, with a cookie.
    Seal(ReplySeal),
    /// This is sent instead.
    Instead(Vec<u8>),
    /// Nothing is sent.
    Drop,
}

/// A client's cookie, to be put into the replies that it gets.
#[derive(Clone, Debug)]
pub(super) struct ReplySeal {
    guard: Arc<ReflectionGuard>,
    cookie: Cookie,
    client: IpAddr,
    /// Now, in seconds (RFC 9018 section 4.3).
    now: u32,
    /// As many octets may the reply have.
    limit: usize,
}

impl ReflectionGuard {
    pub(super) fn new() -> Arc<Self> {
        Arc::new(Self { limiter: RateLimiter::new(), cookies: ServerCookies::new() })
    }

    /// What becomes of a datagram from a client.
    pub(super) fn screen(
        self: &Arc<Self>,
        octets: &[u8],
        client: IpAddr,
        rate: Rate,
        begun: Instant,
    ) -> Screened {
        if is_private(client) {
            return Screened::Answer;
        }
        let query = QueryView::parse(octets).ok();
        let seal = query.and_then(|query| self.seal(query, client));
        if seal.as_ref().is_some_and(ReplySeal::is_ours) {
            return seal.map_or(Screened::Answer, Screened::Seal);
        }
        match (self.limiter.count(client, rate, begun), seal) {
            (RateVerdict::Send, None) => Screened::Answer,
            (RateVerdict::Send, Some(seal)) => Screened::Seal(seal),
            (RateVerdict::Slip, seal) => {
                let Some(mut reply) = slipped(octets, seal.is_some()) else {
                    return Screened::Drop;
                };
                seal.iter().for_each(|seal| seal.put_on(&mut reply));
                Screened::Instead(reply)
            }
            (RateVerdict::Drop, _) => Screened::Drop,
        }
    }

    fn seal(self: &Arc<Self>, query: QueryView<'_>, client: IpAddr) -> Option<ReplySeal> {
        let cookie = cookie_of(query)?;
        // Serial numbers count round (RFC 1982).
        let now = seconds_since_1970() as u32;
        let (guard, limit) = (Arc::clone(self), query.udp_limit());
        Some(ReplySeal { guard, cookie, client, now, limit })
    }
}

impl ReplySeal {
    fn is_ours(&self) -> bool {
        self.guard.cookies.is_ours(&self.cookie, self.client, self.now)
    }

    /// Puts a fresh cookie into a reply.
    pub(super) fn put_on(&self, reply: &mut Vec<u8>) {
        let Self { guard, cookie, client, now, limit } = self;
        guard.cookies.add_to(reply, cookie, *client, *now, *limit);
    }
}

#[cfg(test)]
mod tests {
    use super::{super::cookies::tests::query, Rate, ReflectionGuard, Screened};
    use std::time::Instant;

    const RATE: Rate = Rate { per_second: 10, slip: 2 };

    #[test]
    fn private_clients_are_answered_as_fast_as_they_ask() {
        let (guard, begun) = (ReflectionGuard::new(), Instant::now());
        for client in ["127.0.0.1", "10.1.2.3", "::ffff:192.168.0.1", "fd00::1"] {
            let client = client.parse().unwrap();
            let screened = (0..100).map(|_| guard.screen(&query(b""), client, RATE, begun));
            assert!(screened.into_iter().all(|found| matches!(found, Screened::Answer)));
        }
    }

    #[test]
    fn whoever_asks_too_fast_gets_some_truncated_replies() {
        let (guard, begun) = (ReflectionGuard::new(), Instant::now());
        let mut counts = [0; 4];
        for _ in 0..30 {
            match guard.screen(&query(b""), [198, 51, 100, 7].into(), RATE, begun) {
                Screened::Answer => counts[0] += 1,
                Screened::Seal(_) => counts[1] += 1,
                Screened::Instead(reply) => {
                    // QR and TC, NOERROR, and no larger than the query.
                    assert_eq!((reply[2] & 0x82, reply[3] & 0x0f), (0x82, 0));
                    assert!(reply.len() <= query(b"").len());
                    counts[2] += 1;
                }
                Screened::Drop => counts[3] += 1,
            }
        }
        assert_eq!(counts, [10, 0, 10, 10]);
        let no_query = guard.screen(b"no query", [198, 51, 100, 7].into(), RATE, begun);
        assert!(matches!(no_query, Screened::Drop));
    }

    #[test]
    fn whoever_sends_our_cookie_back_is_answered_as_fast_as_it_asks() {
        let (guard, begun) = (ReflectionGuard::new(), Instant::now());
        let client = [198, 51, 100, 7].into();
        let first = query(b"\0\x0a\0\x0812345678");
        let mut screened = (0..30).map(|_| guard.screen(&first, client, RATE, begun));
        let bad_cookie = screened.find_map(|found| match found {
            Screened::Instead(reply) => Some(reply),
            _ => None,
        });
        let reply = bad_cookie.expect("one that was too many");
        // BADCOOKIE is 23: 1 in the OPT, 7 in the header (RFC 7873 section 8).
        let opt = reply.len() - 11 - 28;
        assert_eq!((reply[3] & 0x0f, reply[opt + 5]), (7, 1));
        assert_eq!(reply[2] & 0x02, 0, "not truncated");
        let with_ours = query(&reply[reply.len() - 28..]);
        for _ in 0..100 {
            let found = guard.screen(&with_ours, client, RATE, begun);
            assert!(matches!(found, Screened::Seal(_)));
        }
        let other = [198, 51, 100, 8].into();
        assert!(matches!(
            guard.screen(&with_ours, other, RATE, begun),
            Screened::Instead(_) | Screened::Drop
        ));
    }
}
