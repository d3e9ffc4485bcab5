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
use std::{collections::HashMap, net::IpAddr, path::Path, sync::Arc};

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

/// The pools of one country, with their files read.
pub(super) struct Pools {
    /// One that cannot be read, which has been reported, is nothing.
    by_name: HashMap<String, Option<Pool>>,
    /// Their names, in their order.
    names: Arc<[String]>,
}

/// The addresses of a pool by family, shared by all answers that draw from it.
struct Pool {
    v4: Arc<[IpAddr]>,
    v6: Arc<[IpAddr]>,
    pick: Pick,
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

impl Pools {
    /// Reads the pools of the country file at `path`.
    pub(super) fn read(
        specs: &[(At<String>, PoolSpec)],
        path: &Path,
        files: &FileSource,
        report: &mut Report,
    ) -> Self {
        let mut pools = Self {
            by_name: HashMap::new(),
            names: specs.iter().map(|(name, _)| name.value.clone()).collect(),
        };
        // Pools may share a file.
        let mut read = HashMap::new();
        for (name, PoolSpec { addresses, file, pick }) in specs {
            let mut read_once = |named: &At<String>| {
                let once = read.entry(beside(path, &named.value));
                once.or_insert_with_key(|path| read_file(named, path, files, report)).clone()
            };
            let listed = addresses.as_deref().map(Arc::from);
            let found = listed.or_else(|| file.as_ref().and_then(&mut read_once));
            if found.as_ref().is_some_and(|found: &Arc<[_]>| found.is_empty()) {
                report.add(name.place, Lacking::new("pool", &name.value, "addresses"));
            }
            let pool =
                found.filter(|found| !found.is_empty()).map(|found| Pool::new(&found, *pick));
            pools.by_name.entry(name.value.clone()).or_insert(pool);
        }
        pools
    }

    /// The addresses of a pool that are of a family, and how an answer picks from them.
    pub(super) fn of_family(
        &self,
        name: &At<String>,
        family: AddressFamily,
        report: &mut Report,
    ) -> Option<(Arc<[IpAddr]>, Pick)> {
        let Some(pool) = self.by_name.get(&name.value) else {
            let (found, what) = (name.value.clone(), "pool");
            report.add(name.place, UnknownWord { found, what, expected: Arc::clone(&self.names) });
            return None;
        };
        let pool = pool.as_ref()?;
        let addresses = match family {
            AddressFamily::V4 => &pool.v4,
            AddressFamily::V6 => &pool.v6,
        };
        if addresses.is_empty() {
            report.add(name.place, Lacking::new("pool", &name.value, family.plural()));
            return None;
        }
        Some((Arc::clone(addresses), pool.pick))
    }
}

impl Pool {
    fn new(addresses: &[IpAddr], pick: Pick) -> Self {
        let of = |family: AddressFamily| {
            addresses.iter().copied().filter(|address| family.has(*address)).collect()
        };
        Self { v4: of(AddressFamily::V4), v6: of(AddressFamily::V6), pick }
    }
}

/// One address a line; `#` begins a comment. The text is only kept where a line of it is shown.
fn read_file(
    named: &At<String>,
    path: &Path,
    files: &FileSource,
    report: &mut Report,
) -> Option<Arc<[IpAddr]>> {
    let text = files.read(path).map_err(|error| report.add(named.place, error)).ok()?;
    let (mut addresses, mut wrong) = (Vec::new(), Vec::new());
    for (number, line) in (1..).zip(text.lines()) {
        let entry = line.split_once('#').map_or(line, |(entry, _)| entry).trim();
        match entry.parse() {
            Ok(address) => addresses.push(address),
            Err(_) if entry.is_empty() => {}
            Err(_) => {
                let column = 1 + line.len() - line.trim_start().len();
                let found = format!("\"{entry}\"");
                let problem = Mismatch { found, expected: "an IP address".to_owned() };
                wrong.push(((number, column), problem));
            }
        }
    }
    let is_good = wrong.is_empty();
    let file = report.open(files.shown(path), if is_good { String::new() } else { text });
    for ((line, column), problem) in wrong {
        report.add(Place::at(file, line, column), problem);
    }
    is_good.then(|| addresses.into())
}
