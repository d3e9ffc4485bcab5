//! Pools: the addresses that forged answers draw from, written in the country file or in a file
//! beside it.

use super::{
    fields::{Fields, Reader},
    yaml_tree::{Node, Value},
};
use crate::{
    answer::{AddressFamily, Pick},
    diagnostic::{At, Lacking, Mismatch, Place, Report, UnknownWord},
    files::{FileSource, beside},
};
use std::{net::IpAddr, path::Path};

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

/// The pools of one country, in their order, with their files read; one that cannot be read, which
/// has been reported, has no addresses.
pub(super) struct Pools(Vec<(String, Option<Vec<IpAddr>>, Pick)>);

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

impl Pools {
    /// Reads the pools of the country file at `path`.
    pub(super) fn read(
        specs: &[(At<String>, PoolSpec)],
        path: &Path,
        files: &FileSource,
        report: &mut Report,
    ) -> Self {
        let mut pools = Vec::new();
        for (name, PoolSpec { addresses, file, pick }) in specs {
            let mut read = |file| read_file(file, path, files, report);
            let mut found = addresses.clone().or_else(|| file.as_ref().and_then(&mut read));
            if found.as_ref().is_some_and(Vec::is_empty) {
                report.add(name.place, Lacking::new("pool", &name.value, "addresses"));
                found = None;
            }
            pools.push((name.value.clone(), found, *pick));
        }
        Self(pools)
    }

    /// The addresses of a pool that are of a family, and how an answer picks from them.
    pub(super) fn of_family(
        &self,
        name: &At<String>,
        family: AddressFamily,
        report: &mut Report,
    ) -> Option<(Vec<IpAddr>, Pick)> {
        let found = self.0.iter().find(|(pool, ..)| *pool == name.value);
        let Some((_, addresses, pick)) = found else {
            let (found, what) = (name.value.clone(), "pool");
            let expected = self.0.iter().map(|(pool, ..)| pool.clone()).collect();
            report.add(name.place, UnknownWord { found, what, expected });
            return None;
        };
        let addresses = addresses.as_ref()?.iter().copied();
        let of_family: Vec<_> = addresses.filter(|address| family.has(*address)).collect();
        if of_family.is_empty() {
            report.add(name.place, Lacking::new("pool", &name.value, family.plural()));
            return None;
        }
        Some((of_family, *pick))
    }
}

/// One address a line; `#` begins a comment.
fn read_file(
    named: &At<String>,
    country: &Path,
    files: &FileSource,
    report: &mut Report,
) -> Option<Vec<IpAddr>> {
    let path = beside(country, &named.value);
    let text = files.read(&path).map_err(|error| report.add(named.place, error)).ok()?;
    let file = report.open(files.shown(&path), text.clone());
    let mut addresses = Some(Vec::new());
    for (number, line) in (1..).zip(text.lines()) {
        let entry = line.split_once('#').map_or(line, |(entry, _)| entry).trim();
        match entry.parse() {
            Ok(address) => addresses.iter_mut().for_each(|known| known.push(address)),
            Err(_) if entry.is_empty() => {}
            Err(_) => {
                let column = 1 + line.len() - line.trim_start().len();
                let found = format!("\"{entry}\"");
                let problem = Mismatch { found, expected: "an IP address".to_owned() };
                report.add(Place::at(file, number, column), problem);
                addresses = None;
            }
        }
    }
    addresses
}
