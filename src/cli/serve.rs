//! `serve`: answer queries until told to stop.

use super::{
    check, countries,
    file_options::FileArgs,
    layout::say_wrapped,
    outcome::{Failure, Outcome},
    progress::watched,
    style,
};
use crate::{
    clock::Clock,
    config::{
        HONEST_SOURCES, HonestSource, IDLE_RANGE, LabSpec, ListenerSpec, TIMEOUT_RANGE,
        UpstreamSpec, duration, log_filter, moment, socket,
    },
    diagnostic::{At, InvalidValue, Place},
    engine::Engine,
    model::{Binding, CountryCode},
    transport::{Server, ServerEnd, StartError},
};
use ipnet::IpNet;
use jiff::civil::DateTime;
use std::{io::IsTerminal, net::IpAddr, time::Duration};
use tokio::{
    signal::unix::{SignalKind, signal},
    sync::watch,
};

/// Answer queries, by UDP and TCP
#[derive(Debug, clap::Args)]
pub(super) struct ServeArgs {
    #[command(flatten)]
    files: FileArgs,

    /// Listen here by UDP and TCP; with =CC every client of this listener is in that country, with
    /// =CC/OPERATOR with that ISP [default: 127.0.0.1:5300]
    #[arg(long, value_name = "ADDR:PORT[=CC[/OPERATOR]]", value_parser = listener)]
    listen: Vec<ListenerSpec>,

    /// The country of clients in nobody's network [default: none, so they get honest answers]
    #[arg(long, value_name = "CC")]
    country: Option<CountryCode>,

    /// Pretend that it is this day, such as 2014-03-21, or this moment, 2014-03-21T20:30 in UTC
    /// or 2014-03-21T23:30+03:00 [default: now]
    #[arg(long, value_name = "DATE", value_parser = moment)]
    today: Option<DateTime>,

    /// Ask this resolver for names that no zone holds; may be given several times, they are asked
    /// in order
    #[arg(long, value_name = "ADDR[:PORT]|HOST:PORT")]
    upstream: Vec<UpstreamSpec>,

    /// How long one try at an upstream resolver may take [default: 2s]
    #[arg(long, value_name = "TIME", value_parser = |text: &str| duration(text, TIMEOUT_RANGE))]
    upstream_timeout: Option<Duration>,

    /// Where honest answers come from, in order [default: zones,upstream]
    #[arg(long, value_name = "ORIGIN", value_delimiter = ',', value_parser = origin)]
    honest_from: Option<Vec<HonestSource>>,

    /// Who may ask; others get REFUSED [default: loopback and private networks]
    #[arg(long, value_name = "NETWORK", value_delimiter = ',')]
    allow: Option<Vec<IpNet>>,

    /// What random picks are drawn from: the same seed gives the same answers [default: 0]
    #[arg(long, value_name = "N")]
    seed: Option<u64>,

    /// How long a TCP connection may be silent [default: 10s]
    #[arg(long, value_name = "TIME", value_parser = |text: &str| duration(text, IDLE_RANGE))]
    tcp_idle: Option<Duration>,

    /// How many TCP connections may be open at a time [default: 1000]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..))]
    tcp_connections: Option<u16>,

    /// How many threads take datagrams off each listener's address, 1 to 256 [default: one a core,
    /// shared out among the listeners]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=256))]
    workers: Option<u16>,

    /// What is logged: error, warn, info, debug, or a filter such as splinterdns::query=debug
    /// [default: info]
    #[arg(long, value_name = "FILTER", value_parser = filter)]
    log: Option<String>,
}

pub(super) fn run(args: ServeArgs) -> Outcome {
    #[cfg(target_env = "gnu")]
    crate::sys::return_freed_memory();
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(Failure::unreadable)?;
    let outcome = runtime.block_on(serve(args));
    // A reload that is reading a large list must not keep a server that was told to stop.
    runtime.shutdown_background();
    outcome
}

async fn serve(args: ServeArgs) -> Outcome {
    // Before the banner says that the server is there: a signal that follows the banner must stop
    // it cleanly.
    let mut terminate = signal(SignalKind::terminate()).map_err(Failure::unreadable)?;
    let mut interrupt = signal(SignalKind::interrupt()).map_err(Failure::unreadable)?;
    let files = args.files.clone();
    let sources = files.sources(args.spec());
    let progress = sources.progress.clone();
    let server = watched(&progress, || Server::bind(sources)).map_err(|error| match error {
        StartError::Load(error) => Failure::from(error),
        error @ (StartError::Bind(_) | StartError::Resolve(_) | StartError::System(_)) => {
            Failure::unreadable(error)
        }
    })?;
    let listeners = server.listeners();
    server.with_engine(|engine| -> Outcome {
        start_log(&engine.settings.log)?;
        banner(engine, &listeners);
        Ok(())
    })?;
    let (stop, stopped) = watch::channel(());
    let mut running = tokio::spawn(server.run(stopped));
    tokio::select! {
        _ = terminate.recv() => {}
        _ = interrupt.recv() => {}
        ended = &mut running => {
            if matches!(ended, Ok(ServerEnd::Told)) {
                return Ok(());
            }
            let why = "the server ended by itself; its log says why";
            return Err(Failure::unreadable(why));
        }
    }
    // Nobody receives when the server has just ended by itself.
    let _ = stop.send(());
    running.await.map_err(Failure::unreadable)?;
    tracing::info!("stopped");
    Ok(())
}

impl ServeArgs {
    /// The command line in the words of a lab file.
    fn spec(self) -> LabSpec {
        let place = Place::whole(0);
        LabSpec {
            listen: self.listen.into_iter().map(|value| At { place, value }).collect(),
            country: self.country.map(|value| At { place, value }),
            honest_from: self.honest_from,
            zones: None,
            upstream: self.upstream,
            upstream_timeout: self.upstream_timeout,
            allow: self.allow,
            today: self.today,
            seed: self.seed,
            log: self.log,
            tcp_idle: self.tcp_idle,
            tcp_connections: self.tcp_connections.map(usize::from),
            workers: self.workers.map(usize::from),
        }
    }
}

fn start_log(filter: &str) -> Outcome {
    let filter = log_filter(filter).map_err(Failure::problem)?;
    let colours = std::io::stderr().is_terminal()
        && std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty());
    tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .with_ansi(colours)
        .with_target(false)
        .log_internal_errors(false)
        .init();
    Ok(())
}

/// What listens where, who is governed by what, and a line to paste.
fn banner(engine: &Engine, listeners: &[ListenerSpec]) {
    let (version, head) = (env!("CARGO_PKG_VERSION"), style::HEAD);
    let day = match engine.settings.clock {
        Clock::Real => format!("today is {}", engine.settings.clock.today()),
        Clock::Pretended(moment) => {
            format!("pretending that it is {}", moment.strftime("%F %R UTC"))
        }
    };
    say!("{head}splinterdns {version}{head:#}");
    say_wrapped(&format!("{}; {day}", check::summary(engine)));
    for listener in listeners {
        let bound = listener
            .binding
            .as_ref()
            .map_or(String::new(), |bound| format!(", every client in {bound}"));
        say!("listening on {head}{}{head:#} by UDP and TCP{bound}", listener.address);
    }
    let upstream: Vec<_> = engine.settings.upstream.iter().map(ToString::to_string).collect();
    match upstream[..] {
        [] => say_wrapped(
            "no upstream: a name that no zone holds gets SERVFAIL \
             (--upstream ADDR:PORT asks a resolver)",
        ),
        _ => say_wrapped(&format!("upstream: {}", upstream.join(", "))),
    }
    if listeners.iter().all(|listener| listener.binding.is_some()) {
        say!("");
        say_wrapped(
            "every listener is bound to a country; \
             `splinterdns countries` lists the networks of its operators",
        );
    } else {
        say!("");
        countries::table(&engine.policy, false).print();
        let others = engine
            .policy
            .default_country()
            .map_or("get honest answers".to_owned(), |country| format!("are in {}", country.code));
        say!("");
        say_wrapped(&format!(
            "other clients {others}; `splinterdns countries` lists the operators"
        ));
    }
    if let Some(line) = dig_line(engine, listeners) {
        say!("\ntry:  {head}{line}{head:#}");
    }
}

/// A question that the first country with a client on this machine is asked, in `dig`'s words.
fn dig_line(engine: &Engine, listeners: &[ListenerSpec]) -> Option<String> {
    let listener = listeners.first()?;
    let server = if listener.address.ip().is_unspecified() {
        IpAddr::from([127, 0, 0, 1])
    } else {
        listener.address.ip()
    };
    let port = listener.address.port();
    let default = engine.policy.default_country().map(|country| Binding::to(country.code));
    let bound = listener.binding.clone().or(default);
    let country = match &bound {
        Some(bound) => engine.policy.country(bound.country),
        None => "CN"
            .parse()
            .ok()
            .and_then(|code| engine.policy.country(code))
            .or_else(|| engine.policy.countries().first()),
    };
    let client = country?.client()?;
    let from = bound.is_none() && client.is_loopback() && server.is_loopback();
    let from = if from { format!(" -b {client}") } else { String::new() };
    let jurisdiction = engine.policy.jurisdiction(client, bound.as_ref());
    let name = jurisdiction.blocked_on(engine.settings.clock.today()).unwrap_or("example.com");
    Some(format!("dig{from} -p {port} @{server} {name}"))
}

fn listener(text: &str) -> Result<ListenerSpec, InvalidValue> {
    let (address, binding) = match text.rsplit_once('=') {
        Some((address, bound)) => (address, Some(bound.parse()?)),
        None => (text, None),
    };
    Ok(ListenerSpec { address: socket(address)?, binding })
}

/// A log filter, as it is written.
fn filter(text: &str) -> Result<String, InvalidValue> {
    log_filter(text).map(|_| text.to_owned())
}

fn origin(text: &str) -> Result<HonestSource, InvalidValue> {
    let found = HONEST_SOURCES.iter().find(|(word, _)| *word == text).map(|(_, origin)| *origin);
    let expected = HONEST_SOURCES.map(|(word, _)| word).join(" or ");
    found.ok_or_else(|| InvalidValue { found: text.to_owned(), what: "origin", expected })
}
