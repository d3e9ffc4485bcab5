//! The interfaces of a border, by name or by the network that is behind them.

use crate::sys::interface_addresses;
use ipnet::IpNet;
use nix::net::if_::if_nametoindex;
use std::{
    fmt::{self, Display, Formatter},
    io,
    net::IpAddr,
    str::FromStr,
};
use thiserror::Error;

/// How an interface is told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum InterfaceSpec {
    /// By its name.
    Name(String),
    /// By a network in which it has an address; containers do not know the names of theirs.
    Network(IpNet),
}

/// An interface of this machine.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Interface {
    /// Its name.
    pub name: String,
    /// Its number.
    pub index: u32,
}

/// There is no such interface, or not one.
#[derive(Debug, Error)]
#[error("no interface {spec}: {why} (`ip address` shows the interfaces of this machine)")]
pub struct NoInterface {
    spec: InterfaceSpec,
    why: String,
}

/// IFNAMSIZ with its NUL (netdevice(7)).
const LONGEST: usize = 15;

impl FromStr for InterfaceSpec {
    type Err = String;

    /// A network, an address, or a name that the kernel allows.
    fn from_str(text: &str) -> Result<Self, String> {
        if let Ok(network) = text.parse() {
            return Ok(Self::Network(network));
        }
        if let Ok(address) = text.parse::<IpAddr>() {
            return Ok(Self::Network(address.into()));
        }
        let is_good = |letter: char| letter.is_ascii_graphic() && !"/:\"\\".contains(letter);
        if (1..=LONGEST).contains(&text.len()) && text.chars().all(is_good) {
            return Ok(Self::Name(text.to_owned()));
        }
        let expected = "expected an interface: a name of 1 to 15 letters, such as eth0, or a \
                        network in which it has an address, such as 10.86.0.0/24";
        Err(expected.to_owned())
    }
}

impl Display for InterfaceSpec {
    fn fmt(&self, out: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::Name(name) => out.write_str(name),
            Self::Network(network) => write!(out, "in {network}"),
        }
    }
}

impl Interface {
    /// Two of them, which must not be the same.
    ///
    /// # Errors
    ///
    /// [`NoInterface`].
    pub fn pair(specs: &[InterfaceSpec; 2]) -> Result<[Self; 2], NoInterface> {
        let pair = [Self::find(&specs[0])?, Self::find(&specs[1])?];
        if pair[0] == pair[1] {
            let why = format!("{} is the same interface", pair[0].name);
            return Err(NoInterface { spec: specs[1].clone(), why });
        }
        Ok(pair)
    }

    fn find(spec: &InterfaceSpec) -> Result<Self, NoInterface> {
        let fail = |why: String| NoInterface { spec: spec.clone(), why };
        let name = match spec {
            InterfaceSpec::Name(name) => name.clone(),
            InterfaceSpec::Network(network) => {
                let names = within(*network).map_err(|why| fail(why.to_string()))?;
                match &names[..] {
                    [name] => name.clone(),
                    [] => return Err(fail("none has an address there".to_owned())),
                    several => return Err(fail(format!("{} have", several.join(" and ")))),
                }
            }
        };
        match if_nametoindex(name.as_str()) {
            Ok(index) => Ok(Self { name, index }),
            Err(nix::Error::ENODEV) => Err(fail("there is none".to_owned())),
            Err(why) => Err(fail(why.to_string())),
        }
    }
}

/// The interfaces that have an address in a network, each once.
fn within(network: IpNet) -> io::Result<Vec<String>> {
    let inside = interface_addresses()?.filter(|(_, address)| network.contains(address));
    let mut names: Vec<_> = inside.map(|(name, _)| name).collect();
    names.sort();
    names.dedup();
    Ok(names)
}

#[cfg(test)]
mod tests {
    use super::{Interface, InterfaceSpec};

    #[test]
    fn an_interface_is_told_by_name_or_network() {
        let spec = |text: &str| text.parse::<InterfaceSpec>();
        let same = Interface::pair(&[spec("lo").unwrap(), spec("127.0.0.0/8").unwrap()]);
        let why = same.unwrap_err().to_string();
        assert!(why.starts_with("no interface in 127.0.0.0/8: lo is the same interface"), "{why}");
        let none = Interface::pair(&[spec("192.0.2.1").unwrap(), spec("lo").unwrap()]);
        assert!(none.unwrap_err().to_string().contains("none has an address there"));
        let none = Interface::pair(&[spec("lo").unwrap(), spec("nothing0").unwrap()]);
        assert!(none.unwrap_err().to_string().contains("no interface nothing0: there is none"));
        for wrong in ["", "a/b", "eth0:1", "a name", "sixteen-letters1", "\"quoted\""] {
            assert!(spec(wrong).is_err(), "{wrong}");
        }
    }
}
