//! `health`: whether a server answers, for containers that hold no other DNS client.

use super::outcome::{Failure, Outcome};
use crate::config::socket;
use hickory_proto::{
    op::{Message, Query},
    rr::{DNSClass, Name, RecordType},
};
use std::{
    io,
    net::{Ipv4Addr, Ipv6Addr, SocketAddr, UdpSocket},
    time::Duration,
};

/// Ask a server whether it answers; exit 0 when it does
#[derive(Debug, clap::Args)]
pub(super) struct HealthArgs {
    /// Address and port of the server
    #[arg(default_value = "127.0.0.1:5300", value_name = "ADDR:PORT", value_parser = socket)]
    server: SocketAddr,
}

/// Compose and Kubernetes probe every few seconds; a server that needs longer than this is not
/// well.
const PATIENCE: Duration = Duration::from_secs(2);

pub(super) fn run(args: &HealthArgs) -> Outcome {
    ask(args.server)
        .map_err(|why| Failure::problem(format!("{} does not answer: {why}", args.server)))?;
    say!("{} answers", args.server);
    Ok(())
}

/// Any reply will do. The question is one that the server answers by itself, whatever its rules and
/// its upstream: it is refused, being of another class.
fn ask(server: SocketAddr) -> io::Result<()> {
    let mut message = Message::query();
    let mut question =
        Query::query(Name::from_ascii("version.bind.").map_err(io::Error::other)?, RecordType::TXT);
    question.set_query_class(DNSClass::CH);
    message.add_query(question);
    let octets = message.to_vec().map_err(io::Error::other)?;
    let any = if server.is_ipv4() {
        SocketAddr::from((Ipv4Addr::UNSPECIFIED, 0))
    } else {
        (Ipv6Addr::UNSPECIFIED, 0).into()
    };
    let socket = UdpSocket::bind(any)?;
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
    if reply.id == message.id { Ok(()) } else { Err(io::ErrorKind::InvalidData.into()) }
}
