//! A server for tests: on a free port, in a country, on a day, with a log to assert on.
//!
//! ```
//! use splinterdns::testing::TestServer;
//!
//! let server = TestServer::in_country("CN").today("2024-03-01").start()?;
//! // The program under test asks `server.address()`, by UDP or TCP.
//! # let socket = std::net::UdpSocket::bind("127.0.0.1:0")?;
//! # let mut query = b"\x12\x34\x01\0\0\x01\0\0\0\0\0\0".to_vec();
//! # query.extend(b"\x08facebook\x03com\0\0\x01\0\x01");
//! # socket.send_to(&query, server.address())?;
//! # socket.recv(&mut [0; 512])?;
//! let queries = server.queries();
//! assert_eq!(queries[0].qname(), "facebook.com");
//! assert_eq!(queries[0].rule().unwrap().id, "CN/facebook");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! The server answers in the process of the test, on threads of its own, and stops when it is
//! dropped. Nothing of it needs an asynchronous test, and nothing minds one.

use crate::{
    config::{LabSpec, ListenerSpec, moment},
    diagnostic::{At, Place},
    engine::LabSources,
    events::{PageFeed, QueryEvent, Recording, SinkError},
    files::FileSource,
    model::Binding,
    transport::{Hangups, Scenario, ScenarioError, Server, ServerControl, StartError},
};
use ipnet::IpNet;
use std::{
    io,
    net::{Ipv4Addr, SocketAddr},
    path::PathBuf,
    sync::Arc,
    thread,
    time::Duration,
};
use thiserror::Error;
use tokio::{
    runtime::{Handle, Runtime},
    sync::watch,
};

/// What a test server is to be.
#[derive(Clone, Debug, Default)]
pub struct TestServerBuilder {
    country: Option<String>,
    today: Option<String>,
    seed: Option<u64>,
    configs: Option<PathBuf>,
    zones: Option<PathBuf>,
}

/// A server that stops when it is dropped.
#[derive(Debug)]
pub struct TestServer {
    address: SocketAddr,
    control: ServerControl,
    feed: PageFeed,
    publisher: crate::events::Publisher,
    /// Nothing when it stops.
    stop: Option<watch::Sender<()>>,
    runtime: Option<Runtime>,
}

/// Why there is no test server, or not the one that is wanted.
#[derive(Debug, Error)]
pub enum TestServerError {
    /// It does not start.
    #[error(transparent)]
    Start(#[from] StartError),
    /// It cannot be as wanted; it is as it was.
    #[error(transparent)]
    Scenario(#[from] ScenarioError),
    /// What it is asked cannot be recorded.
    #[error(transparent)]
    Record(#[from] SinkError),
    /// A country, an operator or a day that is none.
    #[error("{0}")]
    Value(String),
    /// The system gives us no thread.
    #[error("cannot start: {0}")]
    System(#[from] io::Error),
}

/// How long is waited for replies that have not left.
const PATIENCE: Duration = Duration::from_secs(5);

/// How long the end of the server may take.
const END: Duration = Duration::from_secs(5);

impl TestServerBuilder {
    /// Pretends that it is this day, such as 2014-03-21, or this moment, 2014-03-21T20:30 in UTC.
    #[must_use]
    pub fn today(mut self, today: impl Into<String>) -> Self {
        self.today = Some(today.into());
        self
    }

    /// Draws random picks from this; the same seed gives the same answers. It is 0 otherwise.
    #[must_use]
    pub const fn seed(mut self, seed: u64) -> Self {
        self.seed = Some(seed);
        self
    }

    /// Reads country files from a folder, in the place of those that are compiled in.
    #[must_use]
    pub fn configs(mut self, folder: impl Into<PathBuf>) -> Self {
        self.configs = Some(folder.into());
        self
    }

    /// Reads zone files from a folder, in the place of those that are compiled in.
    #[must_use]
    pub fn zones(mut self, folder: impl Into<PathBuf>) -> Self {
        self.zones = Some(folder.into());
        self
    }

    /// Starts it on a free port of 127.0.0.1.
    ///
    /// # Errors
    ///
    /// [`TestServerError`].
    pub fn start(self) -> Result<TestServer, TestServerError> {
        let Self { country, today, seed, configs, zones } = self;
        let place = Place::whole(0);
        let binding = country.as_deref().map(binding).transpose()?;
        let address = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
        let listener = ListenerSpec { address, binding };
        let flags = LabSpec {
            listen: vec![At { place, value: listener }],
            allow: Some(vec![IpNet::from(std::net::IpAddr::V4(Ipv4Addr::LOCALHOST))]),
            today: today.as_deref().map(day).transpose()?,
            seed,
            workers: Some(1),
            ..LabSpec::default()
        };
        let configs = configs.map_or_else(FileSource::built_in_configs, FileSource::Folder);
        let zones = zones.map(FileSource::Folder);
        let sources = LabSources { zones, ..LabSources::new(configs, flags) };
        let runtime =
            tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
        let started = on(runtime.handle(), async { start(sources) });
        let (server, feed, publisher) = started?;
        let address = server.listeners()[0].address;
        let ((stop, stopped), control) = (watch::channel(()), server.control());
        runtime.spawn(server.run(stopped));
        let (stop, runtime) = (Some(stop), Some(runtime));
        Ok(TestServer { address, control, feed, publisher, stop, runtime })
    }
}

fn start(
    sources: LabSources,
) -> Result<(Server, PageFeed, crate::events::Publisher), TestServerError> {
    let mut server = Server::bind(sources, Hangups::take()?)?;
    let feed = PageFeed::default();
    let recording = Recording { page: Some(feed.clone()), ..Recording::default() };
    let publisher = recording.start()?.expect("the feed is recorded");
    publisher.watch();
    server.observe(publisher.clone());
    Ok((server, feed, publisher))
}

/// A country, or CC/OPERATOR.
fn binding(text: &str) -> Result<Binding, TestServerError> {
    text.parse().map_err(|why| TestServerError::Value(format!("{why}")))
}

fn day(text: &str) -> Result<jiff::civil::DateTime, TestServerError> {
    moment(text).map_err(|why| TestServerError::Value(why.to_string()))
}

/// Waits for something on a thread that is no runtime's, as the test's own may be.
fn on<T: Send>(runtime: &Handle, future: impl Future<Output = T> + Send) -> T {
    thread::scope(|scope| scope.spawn(|| runtime.block_on(future)).join())
        .unwrap_or_else(|panic| std::panic::resume_unwind(panic))
}

impl TestServer {
    /// One whose clients are all in a country (`CN`), or at one of its ISPs (`RU/rostelecom`).
    #[must_use]
    pub fn in_country(country: impl Into<String>) -> TestServerBuilder {
        TestServerBuilder { country: Some(country.into()), ..TestServerBuilder::default() }
    }

    /// One whose clients are where their addresses are: 127.86.0.1 is in China, 127.0.0.1 nowhere.
    #[must_use]
    pub fn anywhere() -> TestServerBuilder {
        TestServerBuilder::default()
    }

    /// Where it answers, by UDP and TCP.
    #[must_use]
    pub const fn address(&self) -> SocketAddr {
        self.address
    }

    /// Moves all clients into another country, on another day; turns and log begin anew. What is
    /// nothing is as at the start.
    ///
    /// # Errors
    ///
    /// [`TestServerError`]; then nothing has changed.
    pub fn play(&self, country: Option<&str>, today: Option<&str>) -> Result<(), TestServerError> {
        let listeners = match country {
            Some(country) => vec![(self.address, Some(binding(country)?))],
            None => Vec::new(),
        };
        let today = today.map(day).transpose()?;
        self.play_scenario(Scenario { today, listeners, ..Scenario::default() })
    }

    /// The same with all that a scenario may have: a seed, a country file.
    ///
    /// # Errors
    ///
    /// [`TestServerError`]; then nothing has changed.
    pub fn play_scenario(&self, scenario: Scenario) -> Result<(), TestServerError> {
        on(self.runtime(), self.control.play(scenario))?;
        self.reset();
        Ok(())
    }

    /// Puts turns and log back to the start.
    pub fn reset(&self) {
        self.publisher.settle(PATIENCE);
        self.control.reset_turns();
        self.feed.recent.clear();
    }

    /// What was asked since the start or the last `reset`, in the order in which the last replies
    /// left; of the last 10,000 queries. Waits until all replies have left.
    #[must_use]
    pub fn queries(&self) -> Vec<Arc<QueryEvent>> {
        self.publisher.settle(PATIENCE);
        let since = self.feed.recent.since(0, usize::MAX, false);
        since.events.into_iter().map(|(_, event)| event).collect()
    }

    fn runtime(&self) -> &Handle {
        self.runtime.as_ref().expect("it runs until it is dropped").handle()
    }
}

impl Drop for TestServer {
    fn drop(&mut self) {
        drop(self.stop.take());
        let Some(runtime) = self.runtime.take() else { return };
        // Within a runtime nobody may wait; a thread may.
        let ended = thread::spawn(move || runtime.shutdown_timeout(END)).join();
        if ended.is_err() {
            tracing::error!("a test server has not ended well");
        }
    }
}

/// The examples of the page for CI are run.
#[cfg(doctest)]
#[doc = include_str!("../docs/ci.md")]
struct PageOnCi;

#[cfg(test)]
mod tests {
    use super::{TestServer, TestServerError};
    use crate::model::VerdictKind;
    use std::{
        net::UdpSocket,
        time::{Duration, Instant},
    };

    /// Asks for an address of a name, and waits for the first reply.
    fn ask(server: &TestServer, name: &str) -> Vec<u8> {
        let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
        socket.set_read_timeout(Some(Duration::from_secs(5))).unwrap();
        let mut query = b"\x12\x34\x01\x00\x00\x01\0\0\0\0\0\0".to_vec();
        for label in name.split('.') {
            query.push(label.len() as u8);
            query.extend(label.as_bytes());
        }
        query.extend(b"\0\0\x01\0\x01");
        socket.send_to(&query, server.address()).unwrap();
        let mut reply = [0; 512];
        let length = socket.recv(&mut reply).unwrap();
        reply[..length].to_vec()
    }

    #[test]
    fn two_servers_do_not_mix_and_each_tells_what_it_was_asked() {
        let china = TestServer::in_country("CN").today("2024-03-01").start().unwrap();
        let nowhere = TestServer::anywhere().start().unwrap();
        let (lie, truth) = (ask(&china, "facebook.com"), ask(&nowhere, "facebook.com"));
        assert_ne!(lie, truth);
        let queries = china.queries();
        assert_eq!(queries.len(), 1);
        assert_eq!(queries[0].qname(), "facebook.com");
        assert_eq!(queries[0].rule().unwrap().id, "CN/facebook");
        assert_eq!(queries[0].replies().len(), 3, "the race was waited for");
        assert_eq!(nowhere.queries()[0].verdict, VerdictKind::Honest);
    }

    #[test]
    fn a_scenario_begins_anew_and_a_broken_one_changes_nothing() {
        let server = TestServer::in_country("CN").today("2024-03-01").start().unwrap();
        let first = ask(&server, "facebook.com");
        server.play(Some("DE"), Some("2024-03-01")).unwrap();
        assert!(server.queries().is_empty());
        ask(&server, "facebook.com");
        assert_eq!(server.queries()[0].verdict, VerdictKind::Honest);
        let unknown = server.play(Some("ZZ"), None).unwrap_err();
        assert!(unknown.to_string().contains("ZZ"), "{unknown}");
        assert!(matches!(server.play(None, Some("soon")), Err(TestServerError::Value(_))));
        ask(&server, "facebook.com");
        assert_eq!(server.queries().len(), 2, "it is as it was");
        server.play(None, None).unwrap();
        assert_eq!(ask(&server, "facebook.com"), first, "turns are back at the start");
    }

    #[test]
    fn it_ends_when_it_is_dropped() {
        let server = TestServer::in_country("RU/rostelecom").start().unwrap();
        let (address, begun) = (server.address(), Instant::now());
        drop(server);
        assert!(begun.elapsed() < Duration::from_secs(4));
        UdpSocket::bind(address).unwrap();
        assert!(TestServer::in_country("China").start().is_err());
    }

    #[tokio::test]
    async fn an_asynchronous_test_may_have_one() {
        let server = TestServer::in_country("CN").start().unwrap();
        server.play(Some("IR"), None).unwrap();
        assert!(server.queries().is_empty());
    }
}
