//! Folding what most names are: letters, digits, hyphens, underscores and dots, in labels of fair
//! length.

use crate::dns::constants::{MAX_LABEL_LEN, MAX_NAME_LEN};

/// Appends the folded form of a plain name to `out`. Of anything else it says no, and leaves it to
/// [`super::Name::parse`], with which it must agree.
pub(in crate::dns) fn fold_plain(text: &str, out: &mut String) -> bool {
    let name = text.strip_suffix('.').unwrap_or(text);
    // In a message a name has one octet more for its first label, and one for the root. All octets
    // are looked at, and not those up to the first that is not plain, because so the processor
    // takes several at a time.
    let plain = name.len() + 2 <= MAX_NAME_LEN
        && name.bytes().fold(true, |plain, octet| plain & is_plain(octet))
        && name
            .as_bytes()
            .split(|octet| *octet == b'.')
            .all(|label| (1..=MAX_LABEL_LEN).contains(&label.len()));
    if plain {
        let begin = out.len();
        out.push_str(name);
        out[begin..].make_ascii_lowercase();
    }
    plain
}

const fn is_plain(octet: u8) -> bool {
    octet.is_ascii_alphanumeric() | (octet == b'-') | (octet == b'_') | (octet == b'.')
}
