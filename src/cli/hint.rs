//! The line to paste: a question that gets a lie, asked from where it is shown.

use super::{layout::say_wrapped, style};
use crate::{
    config::ListenerSpec,
    dns::wire_name,
    engine::Engine,
    model::{Binding, CountryCode},
    sys::interface_addresses,
};
use std::{
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, UdpSocket},
    path::Path,
};

/// Names that people know, and many countries block.
const KNOWN: [&str; 12] = [
    "facebook.com",
    "youtube.com",
    "x.com",
    "twitter.com",
    "instagram.com",
    "tiktok.com",
    "bbc.com",
    "telegram.org",
    "wikipedia.org",
    "torproject.org",
    "rt.com",
    "thepiratebay.org",
];

/// A question on this machine.
struct Hint {
    server: SocketAddr,
    /// The address to ask from, where the usual one will not do.
    from: Option<IpAddr>,
    /// A name that is blocked for who asks so, if there is one.
    name: Option<String>,
}

pub(super) fn print(engine: &Engine, listeners: &[ListenerSpec]) {
    let mut hints =
        listeners.iter().filter_map(|listener| Some((listener, hint(engine, listener)?)));
    let first = listeners.first().map(|listener| (listener, plain(listener)));
    let Some((listener, hint)) = hints.next().or(first) else { return };
    if let Some(text) = elsewhere(engine, listener, hint.name()) {
        say!("");
        say_wrapped(&text);
    }
    if hint.name.is_none() {
        let why = if engine.settings.allows(hint.server.ip()) {
            "nothing is blocked for clients on this machine, so the answer is honest:"
        } else {
            "clients on this machine are in no network of `--allow`, so the answer is REFUSED:"
        };
        say!("");
        say_wrapped(why);
    }
    let head = style::HEAD;
    say!("\ntry:  {head}{}{head:#}", hint.command());
}

impl Hint {
    fn command(&self) -> String {
        let from = self.from.map_or_else(String::new, |client| format!(" -b {client}"));
        let (port, server) = (self.server.port(), self.server.ip());
        format!("dig{from} -p {port} @{server} {}", self.name())
    }

    fn name(&self) -> &str {
        self.name.as_deref().unwrap_or("example.com")
    }
}

/// A question to a listener that is answered with a lie: asked as usual, or from another address of
/// this machine.
fn hint(engine: &Engine, listener: &ListenerSpec) -> Option<Hint> {
    let server = here(listener.address);
    // Who asks an address of its own machine asks from it, if it does not say otherwise.
    let usual = [(server.ip(), None)];
    let china = "CN".parse::<CountryCode>().ok();
    let mut countries: Vec<_> = engine.policy.countries().iter().collect();
    countries.sort_by_key(|country| Some(country.code) != china);
    let others = countries.iter().flat_map(|country| {
        let operators = country.operators.iter().filter_map(|operator| operator.client());
        country.client().into_iter().chain(operators)
    });
    let on_loopback = server.ip().is_loopback() && server.is_ipv4();
    let reachable = |client: &IpAddr| on_loopback && client.is_loopback() && client.is_ipv4();
    let others = others.filter(reachable).map(|client| (client, Some(client)));
    usual.into_iter().chain(others).find_map(|(client, from)| {
        let name = blocked(engine, client, listener.binding.as_ref())?;
        Some(Hint { server, from, name: Some(name) })
    })
}

fn plain(listener: &ListenerSpec) -> Hint {
    Hint { server: here(listener.address), from: None, name: None }
}

/// A name that is blocked for a client: a known one, else any.
fn blocked(engine: &Engine, client: IpAddr, binding: Option<&Binding>) -> Option<String> {
    let clock = engine.settings.clock;
    let jurisdiction = engine.policy.jurisdiction(client, binding);
    let now = clock.now();
    let mut names = KNOWN.into_iter().chain(jurisdiction.perhaps_blocked(now));
    let is_blocked = |name: &&str| {
        wire_name(name).is_ok_and(|name| engine.is_blocked_for(&name, client, binding, now))
    };
    names.find(is_blocked).map(str::to_owned)
}

/// How others reach a server that listens to more than this machine, and as whom.
fn elsewhere(engine: &Engine, listener: &ListenerSpec, name: &str) -> Option<String> {
    let address = listener.address;
    if address.ip().is_loopback() {
        return None;
    }
    let own = if address.ip().is_unspecified() { own_address(address) } else { Some(address.ip()) };
    let port = address.port();
    let ask = own.map_or_else(
        || format!("dig -p {port} @ADDRESS-OF-THIS-MACHINE"),
        |own| format!("dig -p {port} @{own}"),
    );
    let whence = if in_container() {
        "this is a container: other containers ask it so, and the host by a port that was \
         published (docker run -p 5300:53/udp -p 5300:53/tcp)"
    } else {
        "so others ask, if no firewall is between"
    };
    let country = engine.policy.default_country();
    let as_whom = match (&listener.binding, country) {
        (Some(binding), _) => format!("they are in {binding}"),
        (None, Some(country)) => format!("they are in {}", country.code),
        (None, None) => format!(
            "who is in no country's network gets honest answers (--listen {address}=CN puts all \
             into one)"
        ),
    };
    Some(format!("{ask} {name}: {whence}; {as_whom}"))
}

/// Where others reach an address, if it stands for all of this machine's; where this machine does,
/// if there are no others.
pub(super) fn reachable(address: SocketAddr) -> SocketAddr {
    let own = own_address(address).filter(|_| address.ip().is_unspecified());
    own.map_or_else(|| here(address), |own| SocketAddr::new(own, address.port()))
}

/// Where a listener is asked on its own machine.
fn here(address: SocketAddr) -> SocketAddr {
    let ip = match address.ip() {
        IpAddr::V4(ip) if ip.is_unspecified() => Ipv4Addr::LOCALHOST.into(),
        IpAddr::V6(ip) if ip.is_unspecified() => Ipv6Addr::LOCALHOST.into(),
        ip => ip,
    };
    SocketAddr::new(ip, address.port())
}

/// The address that this machine would use towards others.
fn own_address(address: SocketAddr) -> Option<IpAddr> {
    routed_address(address).or_else(|| interface_address(address))
}

/// Where nothing leads out, as in a network that is nobody else's: the first interface's.
fn interface_address(address: SocketAddr) -> Option<IpAddr> {
    let own = interface_addresses().ok()?.map(|(_, address)| address);
    let is_link_local = |ip: &IpAddr| match ip {
        IpAddr::V4(four) => four.is_link_local(),
        IpAddr::V6(six) => six.is_unicast_link_local(),
    };
    let is_good =
        |ip: &IpAddr| ip.is_ipv4() == address.is_ipv4() && !ip.is_loopback() && !is_link_local(ip);
    { own }.find(is_good)
}

/// Nothing is sent: to connect a datagram socket only looks up the route (to a documentation
/// network, RFC 5737 and RFC 3849).
fn routed_address(address: SocketAddr) -> Option<IpAddr> {
    let far: IpAddr = if address.is_ipv4() {
        Ipv4Addr::new(192, 0, 2, 1).into()
    } else {
        Ipv6Addr::new(0x2001, 0xdb8, 0, 0, 0, 0, 0, 1).into()
    };
    let socket = UdpSocket::bind(SocketAddr::new(address.ip(), 0)).ok()?;
    socket.connect((far, 9)).ok()?;
    let own = socket.local_addr().ok()?.ip();
    (!own.is_loopback() && !own.is_unspecified()).then_some(own)
}

/// Docker and Podman leave a file.
fn in_container() -> bool {
    ["/.dockerenv", "/run/.containerenv"].iter().any(|file| Path::new(file).exists())
}
