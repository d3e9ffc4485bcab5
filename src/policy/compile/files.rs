//! Files that a country file names: lists and pools, relative to it.

use crate::config::{At, Place, Report, Shelf, Trouble};
use std::{
    net::IpAddr,
    path::{Path, PathBuf},
};

/// A file that was opened.
pub(super) struct Opened {
    /// Its number in the report.
    pub(super) file: usize,
    pub(super) text: String,
}

/// The path on the shelf of a file that the country file `from` names.
pub(super) fn beside(from: &Path, named: &At<String>) -> PathBuf {
    from.parent().unwrap_or(Path::new("")).join(&named.value)
}

/// Opens a file beside the country file `from`; one that cannot be read is reported where it is
/// named.
pub(super) fn open_beside(
    from: &Path,
    named: &At<String>,
    shelf: &Shelf,
    report: &mut Report,
) -> Option<Opened> {
    let path = beside(from, named);
    match shelf.read(&path) {
        Ok(text) => Some(Opened { file: report.open(shelf.shown(&path), text.clone()), text }),
        Err(error) => {
            report.add(named.place, Trouble::from(error));
            None
        }
    }
}

/// One address a line; `#` begins a comment.
pub(super) fn addresses(opened: Opened, report: &mut Report) -> Option<Vec<IpAddr>> {
    let Opened { file, text, .. } = opened;
    let mut addresses = Some(Vec::new());
    for (number, line) in (1..).zip(text.lines()) {
        let entry = line.split('#').next().unwrap_or_default().trim();
        match entry.parse() {
            Ok(address) => addresses.iter_mut().for_each(|known| known.push(address)),
            Err(_) if entry.is_empty() => {}
            Err(_) => {
                let trouble = Trouble::Value {
                    found: format!("\"{entry}\""),
                    expected: "an IP address".to_owned(),
                };
                report.add(
                    Place::at(file, number, 1 + line.len() - line.trim_start().len()),
                    trouble,
                );
                addresses = None;
            }
        }
    }
    addresses
}
