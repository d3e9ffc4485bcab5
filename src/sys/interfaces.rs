//! The addresses of this machine's interfaces.

use nix::ifaddrs::getifaddrs;
use std::{io, net::IpAddr};

/// Each address, with the name of its interface.
pub(crate) fn interface_addresses() -> io::Result<impl Iterator<Item = (String, IpAddr)>> {
    Ok(getifaddrs()?.filter_map(|interface| {
        let address = interface.address?;
        let four = address.as_sockaddr_in().map(|four| IpAddr::V4(four.ip()));
        let ip = four.or_else(|| address.as_sockaddr_in6().map(|six| IpAddr::V6(six.ip())))?;
        Some((interface.interface_name, ip))
    }))
}
