//! `border`: inject replies into the DNS that a router forwards, until told to stop.

use super::{
    banner,
    daemon::{self, Signals},
    file_options::FileArgs,
    layout::say_wrapped,
    log,
    outcome::{Failure, Outcome},
    progress::watched,
    ready,
    recording_options::RecordingArgs,
    serve_options::filter,
    style,
};
use crate::{
    config::{LabSpec, ListenerSpec, moment},
    diagnostic::{At, Place},
    engine::{Engine, LabSources},
    model::{Binding, CountryCode},
    transport::{
        Border, BorderError, BorderSpec, Interface, InterfaceSpec, ServerEnd, StartError, nft_rules,
    },
};
use ipnet::IpNet;
use jiff::civil::DateTime;
use std::{
    net::{Ipv4Addr, SocketAddr},
    path::PathBuf,
};
use tokio::sync::watch;
use tracing_appender::non_blocking::WorkerGuard;

/// Inject replies into the DNS that passes a router, as a censor on the path does
///
/// Run it on the router, beside whatever forwards packets: it looks at copies, and sends what the
/// country's rules send, with the address of whatever server was asked. That server still gets the
/// query and gives its honest answer. docs/border.md tells how to build such a network.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  splinterdns border --inside eth1 --outside eth0 --country CN
  splinterdns border --inside eth1 --outside eth0 --country TM --dry-run
  splinterdns border --inside eth1 --outside eth0 --country IR --print-nft | nft -f -
  splinterdns border --inside eth1 --outside eth0 --country IR --in-path")]
pub(super) struct BorderArgs {
    /// The interface towards the country's networks, or a network in which it has an address
    #[arg(long, env = "SPLINTERDNS_INSIDE", value_name = "IF|NETWORK")]
    inside: InterfaceSpec,

    /// The interface towards the rest of the world
    #[arg(long, env = "SPLINTERDNS_OUTSIDE", value_name = "IF|NETWORK")]
    outside: InterfaceSpec,

    /// The country whose rules hold for all that passes
    #[arg(long, env = "SPLINTERDNS_COUNTRY", value_name = "CC")]
    country: CountryCode,

    /// The ISP whose rules come before those of the country [default: none]
    #[arg(long, env = "SPLINTERDNS_OPERATOR", value_name = "OPERATOR")]
    operator: Option<String>,

    /// Pretend that it is this day, such as 2014-03-21, or this moment, 2014-03-21T20:30 in UTC
    /// or 2014-03-21T23:30+03:00 [default: now]
    #[arg(long, env = "SPLINTERDNS_TODAY", value_name = "DATE", value_parser = moment)]
    today: Option<DateTime>,

    /// What random picks of answers are drawn from: the same seed gives the same [default: 0]
    #[arg(long, env = "SPLINTERDNS_SEED", value_name = "N")]
    seed: Option<u64>,

    /// The kernel drops queries by UDP (see --print-nft): pass on those that no rule keeps
    #[arg(long, env = "SPLINTERDNS_IN_PATH")]
    in_path: bool,

    /// Print the rules for nftables that --in-path needs, and end
    #[arg(long)]
    print_nft: bool,

    /// Send nothing, and log what would be sent
    #[arg(long, env = "SPLINTERDNS_DRY_RUN")]
    dry_run: bool,

    /// How many packets may be sent in a second, 1 to 1000000
    #[arg(
        long, env = "SPLINTERDNS_RATE", value_name = "N", default_value_t = 10_000,
        value_parser = clap::value_parser!(u32).range(1..=1_000_000)
    )]
    rate: u32,

    /// What is logged: error, warn, info, debug, or a filter such as splinterdns::query=debug
    /// [default: info, and with --dry-run every query]
    #[arg(long, env = "SPLINTERDNS_LOG", value_name = "FILTER", value_parser = filter)]
    log: Option<String>,

    #[command(flatten)]
    files: FileArgs,

    #[command(flatten)]
    recording: RecordingArgs,

    /// Write this file, empty, when the border looks at packets; it goes when the border stops.
    /// (systemd is told by NOTIFY_SOCKET.)
    #[arg(long, env = "SPLINTERDNS_READY_FILE", value_name = "FILE")]
    ready_file: Option<PathBuf>,
}

/// What a dry run logs, where nobody says.
const DRY_LOG: &str = "info,splinterdns::query=debug";

pub(super) fn run(args: BorderArgs) -> Outcome {
    if args.print_nft {
        let interfaces = [args.inside, args.outside];
        let [inside, outside] = Interface::pair(&interfaces).map_err(Failure::unreadable)?;
        say!("{}", nft_rules([&inside.name, &outside.name]).trim_end());
        return Ok(());
    }
    daemon::run(async |log| watch_border(args, log).await)
}

impl BorderArgs {
    fn border(&self) -> BorderSpec {
        BorderSpec {
            interfaces: [self.inside.clone(), self.outside.clone()],
            in_path: self.in_path,
            is_dry: self.dry_run,
            rate: self.rate,
        }
    }

    fn sources(&self) -> Result<LabSources, Failure> {
        let place = Place::whole(0);
        let binding = Binding { country: self.country, operator: self.operator.clone() };
        // Where a listener would be; there is none.
        let address = SocketAddr::from((Ipv4Addr::UNSPECIFIED, 53));
        let listener = ListenerSpec { address, binding: Some(binding) };
        let dry = self.dry_run.then(|| DRY_LOG.to_owned());
        let flags = LabSpec {
            listen: vec![At { place, value: listener }],
            allow: Some(everybody()),
            today: self.today,
            seed: self.seed,
            log: self.log.clone().or(dry),
            ..LabSpec::default()
        };
        self.files.sources(flags, &[])
    }
}

/// Nobody asks for leave at a border.
fn everybody() -> Vec<IpNet> {
    ["0.0.0.0/0", "::/0"].map(|all| all.parse().expect("it is a network")).to_vec()
}

async fn watch_border(
    args: BorderArgs,
    log: &mut Option<WorkerGuard>,
) -> Result<Option<ServerEnd>, Failure> {
    let (mut signals, hangups) = Signals::take()?;
    if args.recording.writes_to_output()? {
        style::speak_on_stderr();
    }
    ready::not_yet(args.ready_file.as_deref())?;
    let (spec, sources) = (args.border(), args.sources()?);
    let progress = sources.progress.clone();
    let open = {
        let spec = spec.clone();
        move || watched(&progress, || Border::open(spec, sources, hangups))
    };
    let opened = tokio::select! {
        opened = tokio::task::spawn_blocking(open) => opened.map_err(Failure::unreadable)?,
        () = signals.told() => return Ok(None),
    };
    let mut border = opened.map_err(|error| match error {
        BorderError::Start(StartError::Load(error)) => Failure::from(error),
        error => Failure::unreadable(error),
    })?;
    *log = Some(border.with_engine(|engine| log::start(&engine.settings.log))?);
    let events = args.recording.recording().start().map_err(Failure::unreadable)?;
    events.iter().for_each(|events| border.observe(events.clone()));
    border.with_engine(|engine| say_where(engine, &spec, border.interfaces()));
    let (stop, stopped) = watch::channel(());
    let running = tokio::spawn(border.run(stopped));
    let ready = ready::tell(args.ready_file.as_deref(), &[])?;
    daemon::until_told(&mut signals, running, stop, || drop(ready)).await.map(Some)
}

/// What is said at the start.
fn say_where(engine: &Engine, spec: &BorderSpec, [inside, outside]: &[Interface; 2]) {
    let head = style::HEAD;
    let binding = engine.settings.listen.first().and_then(|listener| listener.binding.as_ref());
    let place = binding.map_or_else(String::new, ToString::to_string);
    banner::say_what_it_is(engine);
    say!(
        "the border of {head}{place}{head:#}, {} inside and {} outside",
        inside.name,
        outside.name
    );
    let how = match (spec.is_dry, spec.in_path) {
        (true, _) => "a dry run: nothing is sent, and the log tells what would be",
        (false, false) => {
            "beside the path: queries go on to whom they were sent to, replies come before theirs"
        }
        (false, true) => {
            "in the path: queries that no rule keeps are passed on (where the kernel does not \
             drop them, with the rules of --print-nft, they pass twice)"
        }
    };
    say_wrapped(how);
}
