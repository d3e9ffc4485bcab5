//! What may be changed while the server runs: the day, the seed, where clients are, a country file.

use super::{
    next_state::{ReloadError, read, release},
    participants::{Participants, binding_of},
    serving::ServingState,
};
use crate::{
    config::ListenerSpec,
    diagnostic::{At, Place},
    engine::{Engine, LabSources},
    events::Publisher,
    files::FileSource,
    model::{Binding, CountryCode},
    policy::UnknownJurisdiction,
    progress::Progress,
};
use arc_swap::ArcSwap;
use jiff::civil::DateTime;
use std::{net::SocketAddr, sync::Arc};
use thiserror::Error;
use tokio::sync::Mutex;

/// A hold on a running server. Clones hold the same one.
#[derive(Clone, Debug)]
pub struct ServerControl {
    pub(super) serving: Arc<ArcSwap<ServingState>>,
    pub(super) participants: Participants,
    /// Where the lab came from when the server was started.
    started: Arc<LabSources>,
    /// What reloads read now: the same with the scenario.
    pub(super) sources: Arc<ArcSwap<LabSources>>,
    scenario: Arc<ArcSwap<Scenario>>,
    listeners: Arc<[ListenerSpec]>,
    /// Who loads a lab waits for who does.
    pub(super) turn: Arc<Mutex<()>>,
    pub(super) events: Option<Publisher>,
}

/// What is other than at the start; what is missing is as it was then.
#[derive(Clone, Debug, Default)]
pub struct Scenario {
    /// The moment that it is pretended to be.
    pub today: Option<DateTime>,
    /// The country of clients in nobody's network.
    pub country: Option<CountryCode>,
    /// What random picks are drawn from.
    pub seed: Option<u64>,
    /// Where the clients of some listeners are.
    pub listeners: Vec<(SocketAddr, Option<Binding>)>,
    /// A country file, which takes the place of the shipped one with its code.
    pub file: Option<Arc<str>>,
}

/// Why a scenario cannot be.
#[derive(Debug, Error)]
pub enum ScenarioError {
    /// The lab cannot be loaded with it.
    #[error(transparent)]
    Load(#[from] ReloadError),
    /// A country or an operator that is not there.
    #[error(transparent)]
    Unknown(#[from] UnknownJurisdiction),
    /// An address on which nothing listens.
    #[error("nothing listens on {address}; the listeners are {}", list(listeners))]
    NoListener {
        /// The address.
        address: SocketAddr,
        /// Where something does.
        listeners: Vec<SocketAddr>,
    },
}

fn list(addresses: &[SocketAddr]) -> String {
    addresses.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
}

impl ServerControl {
    pub(super) fn new(
        serving: Arc<ArcSwap<ServingState>>,
        sources: LabSources,
        listeners: Vec<ListenerSpec>,
        participants: Participants,
    ) -> Self {
        Self {
            serving,
            participants,
            started: Arc::new(sources.clone()),
            sources: Arc::new(ArcSwap::from_pointee(sources)),
            scenario: Arc::default(),
            listeners: listeners.into(),
            turn: Arc::default(),
            events: None,
        }
    }

    /// Looks at the engine as it is now.
    pub fn with_engine<T>(&self, look: impl FnOnce(&Engine) -> T) -> T {
        look(&self.serving.load().engine)
    }

    /// Where the server listens, and where the clients of each listener are now.
    #[must_use]
    pub fn listeners(&self) -> Vec<ListenerSpec> {
        let serving = self.serving.load();
        let now = self.listeners.iter().zip(serving.bindings());
        now.map(|(ListenerSpec { address, .. }, binding)| ListenerSpec {
            address: *address,
            binding: binding.clone(),
        })
        .collect()
    }

    /// Clients that have put themselves into a country.
    #[must_use]
    pub const fn participants(&self) -> &Participants {
        &self.participants
    }

    /// Where a client's queries by the first listener are answered from.
    #[must_use]
    pub fn binding_of(&self, client: std::net::IpAddr) -> Option<Binding> {
        let (participants, serving) = (self.participants.now(), self.serving.load());
        binding_of(&participants, serving.binding(0), client).cloned()
    }

    /// What is other than at the start.
    #[must_use]
    pub fn scenario(&self) -> Arc<Scenario> {
        self.scenario.load_full()
    }

    /// Answers as in a scenario from now on; turns are back at the start. Nothing changes where it
    /// cannot be.
    ///
    /// # Errors
    ///
    /// [`ScenarioError`].
    pub async fn play(&self, scenario: Scenario) -> Result<(), ScenarioError> {
        let _turn = self.turn.lock().await;
        let bindings = self.bindings(&scenario)?;
        let sources = self.sources_with(&scenario);
        let new = read(sources.clone(), self.serving.load_full()).await?;
        for binding in bindings.iter().flatten() {
            new.engine.policy.find(binding)?;
        }
        self.sources.store(Arc::new(sources));
        self.scenario.store(Arc::new(scenario));
        release(self.serving.swap(Arc::new(new.with_bindings(bindings))));
        Ok(())
    }

    /// Puts turns back to the start.
    pub fn reset_turns(&self) {
        self.serving.load().engine.reset_turns();
    }

    /// Where the clients of each listener are to be.
    fn bindings(&self, scenario: &Scenario) -> Result<Vec<Option<Binding>>, ScenarioError> {
        let addresses = || self.listeners.iter().map(|listener| listener.address);
        for (address, _) in &scenario.listeners {
            if !addresses().any(|known| known == *address) {
                let (address, listeners) = (*address, addresses().collect());
                return Err(ScenarioError::NoListener { address, listeners });
            }
        }
        let bindings = self.listeners.iter().map(|listener| {
            let named = scenario.listeners.iter().find(|(named, _)| *named == listener.address);
            named.map_or_else(|| listener.binding.clone(), |(_, binding)| binding.clone())
        });
        Ok(bindings.collect())
    }

    fn sources_with(&self, scenario: &Scenario) -> LabSources {
        let Scenario { today, country, seed, file, .. } = scenario;
        let mut sources = LabSources::clone(&self.started);
        sources.progress = Progress::default();
        let flags = &mut sources.flags;
        flags.today = today.or(flags.today);
        flags.seed = seed.or(flags.seed);
        if let Some(value) = *country {
            flags.country = Some(At { place: Place::whole(0), value });
        }
        if let Some(file) = file {
            let own = FileSource::Input(Arc::clone(file));
            sources.configs = FileSource::Together(vec![own, sources.configs]);
        }
        sources
    }
}
