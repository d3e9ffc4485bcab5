//! Pools: the addresses that forged answers draw from.

use super::{
    fields::{Fields, Reader},
    tree::{Node, Value},
    values::At,
};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// How an answer picks from a pool.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pick {
    /// One address, the next at every answer, and from the start again (as the Chinese injectors
    /// do).
    Ring,
    /// One address, any (seeded).
    Random,
    /// One address, always the same for the same name.
    ByName,
    /// All of them, in their order.
    All,
}

/// An entry under `pools`.
#[derive(Clone, Debug)]
pub struct PoolSpec {
    /// The addresses as written; nothing when they are in a file, or cannot be read, which has been
    /// reported.
    pub addresses: Option<Vec<IpAddr>>,
    /// A file with one address a line, relative to the country file.
    pub file: Option<At<String>>,
    /// How an answer picks.
    pub pick: Pick,
}

/// What stands behind `a:` or `aaaa:` in a poison.
#[derive(Clone, Debug)]
pub enum AddressesSpec {
    /// `{pool: NAME}`.
    Pool(At<String>),
    /// Addresses, all given in their order.
    Listed(Vec<IpAddr>),
}

pub(super) fn read_pool(node: &Node, reader: &mut Reader<'_>) -> PoolSpec {
    let mut fields = Fields::of(node, "a pool", reader);
    let listed = fields.get("addresses").map(|list| reader.items(list, "addresses"));
    let file = fields.get("file").and_then(|file| reader.string(file, "a file name"));
    let pick = fields.get("pick").and_then(|word| reader.word(word, "pick", &PICKS));
    fields.finish(reader);
    let both = if file.is_some() { "both of them" } else { "neither of them" };
    if listed.is_some() == file.is_some() && matches!(node.value, Value::Map(_)) {
        reader.found(node, both, "a pool with addresses or with a file");
    }
    // One that cannot be read makes the whole pool unknown, so that nothing is said of what it
    // lacks.
    let addresses =
        listed.and_then(|items| items.into_iter().map(|item| pool_address(item, reader)).collect());
    PoolSpec { addresses, file, pick: pick.unwrap_or(Pick::All) }
}

fn pool_address(node: &Node, reader: &mut Reader<'_>) -> Option<IpAddr> {
    reader.parse(node, "an IP address").map(|at| at.value)
}

const PICKS: [(&str, Pick); 4] =
    [("ring", Pick::Ring), ("random", Pick::Random), ("by-name", Pick::ByName), ("all", Pick::All)];

/// `a: 127.0.0.1`, `a: [..]` or `a: {pool: NAME}`.
pub(super) fn read_addresses(
    node: &Node,
    family: Family,
    reader: &mut Reader<'_>,
) -> AddressesSpec {
    if matches!(node.value, Value::Map(_)) {
        let mut fields = Fields::of(node, "addresses", reader);
        let pool =
            fields.need("pool", reader).and_then(|name| reader.string(name, "the name of a pool"));
        fields.finish(reader);
        return pool.map_or(AddressesSpec::Listed(Vec::new()), AddressesSpec::Pool);
    }
    let items = reader.items(node, "addresses, or {pool: NAME}");
    if items.is_empty() && matches!(node.value, Value::List(_)) {
        reader.expected(node, "at least one address");
    }
    let addresses = items.into_iter().filter_map(|item| match family {
        Family::V4 => reader.address::<Ipv4Addr>(item).map(IpAddr::from),
        Family::V6 => reader.address::<Ipv6Addr>(item).map(IpAddr::from),
    });
    AddressesSpec::Listed(addresses.collect())
}

/// A or AAAA.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Family {
    V4,
    V6,
}
