//! `health`: whether the server that is meant answers, for scripts, and for containers that hold no
//! other DNS client.

use super::{
    outcome::{Failure, Outcome},
    serve_options::LISTEN,
};
use crate::{
    config::{ListenerSpec, day, socket},
    engine::IDENTITY_NAME,
    model::Binding,
};
use hickory_proto::{
    op::{Message, Query, ResponseCode},
    rr::{DNSClass, Name, RData, RecordType},
};
use jiff::civil::Date;
use std::{
    collections::BTreeMap,
    io,
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, UdpSocket},
    time::Duration,
};

/// Ask a server whether it answers, and as whom; exit 0 when it is splinterdns, and the one meant
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  splinterdns health 127.0.0.1:5307 --country RU --today 2026-03-01
  splinterdns health --country CN --client 127.86.0.1")]
pub(super) struct HealthArgs {
    /// Address and port of the server [default: where SPLINTERDNS_LISTEN has `serve` listen, else
    /// 127.0.0.1:5300]
    #[arg(value_name = "ADDR:PORT", value_parser = socket)]
    server: Option<SocketAddr>,

    /// It must answer as this country, or as this ISP of it
    #[arg(long, value_name = "CC[/OPERATOR]")]
    country: Option<Binding>,

    /// It must be this day there
    #[arg(long, value_name = "DATE", value_parser = day)]
    today: Option<Date>,

    /// Ask from this address of this machine
    #[arg(long, value_name = "IP")]
    client: Option<IpAddr>,

    #[arg(
        long = "listen", hide = true, env = LISTEN, value_delimiter = ',',
        value_parser = super::serve_options::listener
    )]
    listen: Vec<ListenerSpec>,
}

/// Compose and Kubernetes probe every few seconds; a server that needs longer than this is not
/// well.
const PATIENCE: Duration = Duration::from_secs(2);

pub(super) fn run(args: &HealthArgs) -> Outcome {
    let server = server(args);
    let reply = ask(server, args.client)
        .map_err(|why| Failure::problem(format!("{server} does not answer: {why}")))?;
    let told = identity(&reply)
        .map_err(|why| Failure::problem(format!("another server answers at {server}: {why}")))?;
    let get = |key: &str| told.get(key).map_or("", String::as_str);
    let place = match (get("country"), get("operator")) {
        ("", _) => "no country".to_owned(),
        (country, "") => country.to_owned(),
        (country, operator) => format!("{country}/{operator}"),
    };
    let who = format!("splinterdns {}, as {place}, on {}", get("version"), get("today"));
    let country = args.country.as_ref();
    let is_there = country.is_none_or(|meant| match &meant.operator {
        None => get("country") == meant.country.as_str(),
        Some(_) => place == meant.to_string(),
    });
    if !is_there || args.today.is_some_and(|day| get("today") != day.to_string()) {
        return Err(Failure::problem(format!("{server} is not the one meant: it is {who}")));
    }
    say!("{server} answers: {who}");
    Ok(())
}

/// A server that listens on all addresses is asked by loopback.
fn server(args: &HealthArgs) -> SocketAddr {
    let listening = || args.listen.first().map(|listener| listener.address);
    let default = SocketAddr::from((Ipv4Addr::LOCALHOST, 5300));
    let mut server = args.server.or_else(listening).unwrap_or(default);
    match server.ip() {
        IpAddr::V4(ip) if ip.is_unspecified() => server.set_ip(Ipv4Addr::LOCALHOST.into()),
        IpAddr::V6(ip) if ip.is_unspecified() => server.set_ip(Ipv6Addr::LOCALHOST.into()),
        _ => {}
    }
    server
}

/// What the server says of itself, by its keys.
fn identity(reply: &Message) -> Result<BTreeMap<String, String>, String> {
    if reply.response_code == ResponseCode::Refused {
        return Err("it refuses the question (or this client, which `--allow` admits)".to_owned());
    }
    let mut told = BTreeMap::new();
    for record in &reply.answers {
        let RData::TXT(texts) = &record.data else { continue };
        for text in &texts.txt_data {
            let text = String::from_utf8_lossy(text);
            told.extend(text.split_once('=').map(|(key, value)| (key.into(), value.into())));
        }
    }
    let is_ours = told.get("program").is_some_and(|program| program == "splinterdns");
    if is_ours { Ok(told) } else { Err("it does not say that it is splinterdns".to_owned()) }
}

/// The question is one that the server answers by itself, whatever its rules and its upstream.
fn ask(server: SocketAddr, client: Option<IpAddr>) -> io::Result<Message> {
    let mut message = Message::query();
    let name = Name::from_ascii(IDENTITY_NAME).map_err(io::Error::other)?;
    let mut question = Query::query(name, RecordType::TXT);
    question.set_query_class(DNSClass::CH);
    message.add_query(question);
    let octets = message.to_vec().map_err(io::Error::other)?;
    let any: IpAddr =
        if server.is_ipv4() { Ipv4Addr::UNSPECIFIED.into() } else { Ipv6Addr::UNSPECIFIED.into() };
    let socket = UdpSocket::bind((client.unwrap_or(any), 0))?;
    socket.connect(server)?;
    socket.set_read_timeout(Some(PATIENCE))?;
    socket.send(&octets)?;
    let mut buffer = [0; 4096];
    let length = socket.recv(&mut buffer).map_err(|why| match why.kind() {
        io::ErrorKind::WouldBlock | io::ErrorKind::TimedOut => {
            io::Error::other("no reply within 2 s")
        }
        _ => why,
    })?;
    let reply = Message::from_vec(&buffer[..length]).map_err(io::Error::other)?;
    if reply.id == message.id { Ok(reply) } else { Err(io::ErrorKind::InvalidData.into()) }
}
