//! What clients may make the server keep for them, and what was given up because of that.
//!
//! Nothing that a client causes is logged when it happens: what was given up is counted, and the
//! log is told once a second at most.

use super::{
    quota::{Quota, QuotaShare},
    reflection::ReflectionGuard,
};
use crate::engine::Settings;
use std::{
    net::IpAddr,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering::Relaxed},
    },
    time::Duration,
};
use tokio::time::{MissedTickBehavior, interval};

/// The bounds of all listeners together. Clones count together.
#[derive(Clone, Debug)]
pub(super) struct Bounds {
    connections: Quota,
    relayed_queries: Quota,
    delayed_replies: Quota,
    losses: Arc<[AtomicU64; LOSSES.len()]>,
    /// Of replies by UDP to clients that are not in private networks.
    pub(super) reflection: Arc<ReflectionGuard>,
}

/// What was given up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Loss {
    /// A connection was closed, because as many are open as may be.
    Connection,
    /// A query was not relayed, because as many wait for the upstream resolvers as may.
    RelayedQuery,
    /// A reply was dropped, because those that wait for their time take as much memory as they may.
    DelayedReply,
    /// A datagram could not be sent: its interface is slow, or the client cannot be reached.
    Datagram,
    /// A reply was not sent, because its network has had as many as it may.
    RateLimit,
    /// A packet was not sent past the border, because as many were in a second as may be.
    Injection,
    /// A packet passed the border and was not looked at.
    Unseen,
}

/// In the order of their variants, with the words of the log.
const LOSSES: [(Loss, &str); 7] = [
    (
        Loss::Connection,
        "connections were closed: tcp-connections are open, or a quarter by one client",
    ),
    (
        Loss::RelayedQuery,
        "queries were not relayed: those that wait for upstream resolvers take upstream-memory, or \
         those of one client a quarter",
    ),
    (
        Loss::DelayedReply,
        "replies were dropped: those that wait for their time take delayed-memory, or those to one \
         client a quarter",
    ),
    (Loss::Datagram, "datagrams could not be sent"),
    (Loss::RateLimit, "replies were not sent to networks that have had as many as rate-limit says"),
    (Loss::Injection, "packets were not sent: --rate of them were in their second"),
    (Loss::Unseen, "packets passed unseen: more came than could be looked at"),
];

/// What a query that waits for upstream resolvers takes beside copies of its octets, and how many
/// those are.
const RELAYED_QUERY: usize = 2048;
const COPIES: usize = 4;

/// What a reply takes while it waits, beside its octets.
const DELAYED_REPLY: usize = 384;

/// How often the log is told.
const PACE: Duration = Duration::from_secs(1);

impl Bounds {
    pub(super) fn new(settings: &Settings) -> Self {
        Self {
            connections: Quota::new(settings.tcp_connections),
            relayed_queries: Quota::new(settings.upstream_memory),
            delayed_replies: Quota::new(settings.delayed_memory),
            losses: Arc::default(),
            reflection: ReflectionGuard::new(),
        }
    }

    /// A place for a connection.
    pub(super) fn connection(&self, client: IpAddr) -> Option<QuotaShare> {
        self.or_lost(Loss::Connection, self.connections.take(client, 1))
    }

    /// Room for a query of so many octets that an upstream resolver is asked.
    pub(super) fn relayed_query(&self, client: IpAddr, octets: usize) -> Option<QuotaShare> {
        let share = self.relayed_queries.take(client, COPIES * octets + RELAYED_QUERY);
        self.or_lost(Loss::RelayedQuery, share)
    }

    /// Room for a reply of so many octets that leaves later.
    pub(super) fn delayed_reply(&self, client: IpAddr, octets: usize) -> Option<QuotaShare> {
        let share = self.delayed_replies.take(client, octets + DELAYED_REPLY);
        self.or_lost(Loss::DelayedReply, share)
    }

    /// Counts what was given up.
    pub(super) fn lost(&self, loss: Loss) {
        self.lost_many(loss, 1);
    }

    /// The same for several.
    pub(super) fn lost_many(&self, loss: Loss, count: u64) {
        self.losses[loss as usize].fetch_add(count, Relaxed);
    }

    fn or_lost(&self, loss: Loss, share: Option<QuotaShare>) -> Option<QuotaShare> {
        if share.is_none() {
            self.lost(loss);
        }
        share
    }

    /// Tells the log what was given up.
    pub(super) async fn tell(self) {
        let mut told = [0; LOSSES.len()];
        let mut ticks = interval(PACE);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            ticks.tick().await;
            self.changes(&mut told, |count, what| tracing::warn!(count, "{what}"));
        }
    }

    /// What was given up since it was told last.
    fn changes(&self, told: &mut [u64; LOSSES.len()], mut tell: impl FnMut(u64, &'static str)) {
        for (((_, what), told), count) in LOSSES.iter().zip(told).zip(&*self.losses) {
            let count = count.load(Relaxed);
            if count > *told {
                tell(count - *told, what);
                *told = count;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Bounds, LOSSES, Loss};
    use crate::{config::LabSpec, engine::Settings};

    fn bounds(flags: LabSpec) -> Bounds {
        Bounds::new(&Settings::new(LabSpec::default(), flags, None))
    }

    #[test]
    fn what_is_given_up_is_told_once() {
        let flags = LabSpec { tcp_connections: Some(4), ..LabSpec::default() };
        let (bounds, client) = (bounds(flags), "192.0.2.1".parse().unwrap());
        let place = bounds.connection(client);
        assert!(place.is_some() && bounds.connection(client).is_none(), "a quarter of 4 is one");
        assert!(bounds.connection(client).is_none());
        bounds.lost(Loss::Datagram);
        let mut told = [0; LOSSES.len()];
        let mut said = Vec::new();
        bounds.changes(&mut told, |count, what| said.push((count, what)));
        assert_eq!(said.iter().map(|(count, _)| *count).collect::<Vec<_>>(), [2, 1]);
        assert!(said[0].1.starts_with("connections") && said[1].1.starts_with("datagrams"));
        bounds.changes(&mut told, |_, what| panic!("{what} again"));
    }

    #[test]
    fn losses_stand_in_the_order_of_their_variants() {
        assert!(LOSSES.iter().enumerate().all(|(index, (loss, _))| *loss as usize == index));
    }

    #[test]
    fn who_waits_with_a_long_query_takes_the_room_of_many() {
        let flags = LabSpec { upstream_memory: Some(32_000_000), ..LabSpec::default() };
        let (bounds, client) = (bounds(flags), "192.0.2.1".parse().unwrap());
        let count = |octets| {
            let shares = std::iter::from_fn(|| bounds.relayed_query(client, octets));
            shares.collect::<Vec<_>>().len()
        };
        assert!((3000..=4000).contains(&count(40)), "{}", count(40));
        assert!((20..=32).contains(&count(65_507)), "{}", count(65_507));
    }

    #[test]
    fn replies_that_wait_take_a_quarter_of_their_room_for_one_client() {
        let room = 4_000_000;
        let flags = LabSpec { delayed_memory: Some(room), ..LabSpec::default() };
        let (bounds, client) = (bounds(flags), "192.0.2.1".parse().unwrap());
        let shares: Vec<_> = std::iter::from_fn(|| bounds.delayed_reply(client, 65_535)).collect();
        let taken = shares.len() * 65_535;
        assert!(taken < room / 4 && taken > room / 5, "{taken}");
        assert!(bounds.delayed_reply("192.0.2.2".parse().unwrap(), 65_535).is_some());
    }
}
