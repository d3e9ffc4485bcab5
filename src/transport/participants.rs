//! Clients that have picked a country for themselves: a class, of which everybody asks the same
//! address.

use crate::model::Binding;
use arc_swap::{ArcSwap, Guard};
use std::{collections::HashMap, net::IpAddr, sync::Arc};

/// Which client is where. Clones share it.
#[derive(Clone, Debug, Default)]
pub struct Participants(Arc<ArcSwap<HashMap<IpAddr, Binding>>>);

/// As many clients may pick one.
const MOST: usize = 10_000;

impl Participants {
    /// Puts a client into a country, or leaves it where its network and its listener are. Says
    /// whether there was room.
    pub fn put(&self, client: IpAddr, binding: Option<&Binding>) -> bool {
        let is_full = |all: &HashMap<_, _>| all.len() >= MOST && !all.contains_key(&client);
        if binding.is_some() && is_full(&self.0.load()) {
            return false;
        }
        self.0.rcu(|all| {
            let mut all = HashMap::clone(all);
            match binding {
                Some(binding) => _ = all.insert(client, binding.clone()),
                None => _ = all.remove(&client),
            }
            all
        });
        true
    }

    /// Where clients are, for a moment: who answers queries counts no holders, which all workers
    /// would write to.
    pub(super) fn now(&self) -> Guard<Arc<HashMap<IpAddr, Binding>>> {
        self.0.load()
    }

    /// Where clients are.
    #[must_use]
    pub fn all(&self) -> Arc<HashMap<IpAddr, Binding>> {
        self.0.load_full()
    }

    /// Leaves every client where its network and its listener are.
    pub fn clear(&self) {
        self.0.store(Arc::default());
    }
}

/// Where a client is: where it has put itself, else where its listener is.
pub(super) fn binding_of<'b>(
    participants: &'b HashMap<IpAddr, Binding>,
    listener: Option<&'b Binding>,
    client: IpAddr,
) -> Option<&'b Binding> {
    if participants.is_empty() { listener } else { participants.get(&client).or(listener) }
}
