//! The fields of the types that `domain` does not read.

use super::{
    entry::Token,
    location,
    scanner::{ScanError, Tokens, wire},
};
use domain::{
    base::{
        Rtype,
        iana::SecurityAlgorithm,
        scan::{Scan, Scanner, ScannerError},
    },
    rdata::dnssec::RtypeBitmap,
    utils::{base16, base64},
};
use std::net::{Ipv4Addr, Ipv6Addr};

/// A part of record data, in the words of the RFC that defines its type.
#[derive(Clone, Copy)]
pub(super) enum Field {
    Number8,
    Number16,
    Number32,
    Number64,
    Name,
    /// A character-string.
    Text,
    /// A character-string that may be missing.
    OptionalText,
    /// Octets to the end of the record, written as one character-string of any length.
    AllText,
    /// Hexadecimal digits, in as many words as somebody likes.
    Hex,
    /// The same in words behind the length in octets of what comes next, for HIP (RFC 8005).
    HipKeys,
    Base64,
    Address4,
    /// 64 bits in four groups, as in an IPv6 address (RFC 6742).
    Groups,
    /// So many octets, a dash between each two (RFC 7043).
    Dashed(usize),
    /// The types that exist (RFC 4034 section 4.1.2).
    Types,
    Type,
    Algorithm,
    /// A number, or a word of this table.
    Mnemonic16(&'static [(&'static str, u16)]),
    Mnemonic8(&'static [(&'static str, u8)]),
    Location,
    /// Address prefixes (RFC 3123).
    Prefixes,
    /// `0x` and digits with dots anywhere (RFC 1706).
    Nsap,
    /// A discovery flag, and the kind of relay that decides how it is written (RFC 8777).
    Relay,
}

use Field::{
    Address4, Algorithm, AllText, Base64, Dashed, Groups, Hex, HipKeys, Location, Mnemonic8,
    Mnemonic16, Name, Nsap, Number8, Number16, Number32, Number64, OptionalText, Prefixes, Relay,
    Text, Type, Types,
};

/// RFC 4398 section 2.1.
const CERTIFICATES: &[(&str, u16)] = &[
    ("PKIX", 1),
    ("SPKI", 2),
    ("PGP", 3),
    ("IPKIX", 4),
    ("ISPKI", 5),
    ("IPGP", 6),
    ("ACPKIX", 7),
    ("IACPKIX", 8),
    ("URI", 253),
    ("OID", 254),
];

/// RFC 9859 section 2.
const SCHEMES: &[(&str, u8)] = &[("NOTIFY", 1)];

/// The fields of the types that `domain` does not read.
pub(super) fn fields(rtype: Rtype) -> Option<&'static [Field]> {
    Some(match rtype {
        Rtype::AFSDB | Rtype::RT | Rtype::KX | Rtype::LP => &[Number16, Name],
        Rtype::X25 => &[Text],
        Rtype::ISDN => &[Text, OptionalText],
        Rtype::NSAP => &[Nsap],
        Rtype::NSAPPTR => &[Name],
        Rtype::PX => &[Number16, Name, Name],
        Rtype::GPOS => &[Text, Text, Text],
        Rtype::LOC => &[Location],
        Rtype::EID | Rtype::NIMLOC => &[Hex],
        Rtype::CERT => &[Mnemonic16(CERTIFICATES), Number16, Algorithm, Base64],
        Rtype::APL => &[Prefixes],
        Rtype::DHCID | Rtype::HHIT | Rtype::BRID => &[Base64],
        Rtype::HIP => &[HipKeys],
        Rtype::RKEY => &[Number16, Number8, Algorithm, Base64],
        Rtype::TALINK => &[Name, Name],
        Rtype::CSYNC => &[Number32, Number16, Types],
        Rtype::DSYNC => &[Type, Mnemonic8(SCHEMES), Number16, Name],
        Rtype::NID | Rtype::L64 => &[Number16, Groups],
        Rtype::L32 => &[Number16, Address4],
        Rtype::EUI48 => &[Dashed(6)],
        Rtype::EUI64 => &[Dashed(8)],
        Rtype::URI => &[Number16, Number16, AllText],
        Rtype::DOA => &[Number32, Number32, Number8, Text, Base64],
        Rtype::AMTRELAY => &[Number8, Relay],
        Rtype::IPN => &[Number64],
        _ => return None,
    })
}

impl Field {
    /// Reads the field and adds its octets.
    pub(super) fn read(self, scanner: &mut Tokens<'_>, out: &mut Vec<u8>) -> Result<(), ScanError> {
        match self {
            Number8 => out.push(u8::scan(scanner)?),
            Number16 => out.extend(u16::scan(scanner)?.to_be_bytes()),
            Number32 => out.extend(u32::scan(scanner)?.to_be_bytes()),
            Number64 => out.extend(u64::scan(scanner)?.to_be_bytes()),
            Name => out.extend(wire(&scanner.scan_name()?)),
            Text => scanner.scan_charstr()?.compose(out).expect("a vector grows"),
            OptionalText if scanner.rest().is_empty() => {}
            OptionalText => return Text.read(scanner, out),
            AllText => out.extend(scanner.scan_octets()?),
            Hex => out.extend(scanner.convert_entry(base16::SymbolConverter::new())?),
            HipKeys => hip(scanner, out)?,
            Base64 => out.extend(scanner.convert_entry(base64::SymbolConverter::new())?),
            Address4 => {
                let address: Ipv4Addr = parsed(scanner, "an IPv4 address")?;
                out.extend(address.octets());
            }
            Groups => groups(scanner, out)?,
            Dashed(count) => dashed(scanner, count, out)?,
            Types => {
                let types: RtypeBitmap<Vec<u8>> = RtypeBitmap::scan(scanner)?;
                out.extend(types.as_slice());
            }
            Type => out.extend(Rtype::scan(scanner)?.to_int().to_be_bytes()),
            Algorithm => out.push(SecurityAlgorithm::scan(scanner)?.to_int()),
            Mnemonic16(table) => out.extend(mnemonic(scanner, table)?.to_be_bytes()),
            Mnemonic8(table) => out.extend(mnemonic(scanner, table)?.to_be_bytes()),
            Location => location::read(scanner, out)?,
            Prefixes => {
                while scanner.continues() {
                    prefix(scanner.next()?, out)?;
                }
            }
            Nsap => {
                let text = scanner.next()?.shown();
                let digits = text.strip_prefix("0x").or_else(|| text.strip_prefix("0X"));
                let digits = digits.unwrap_or_default().replace('.', "");
                out.extend(hex(&digits).ok_or_else(|| wrong(&text, "0x and hexadecimal digits"))?);
            }
            Relay => relay(scanner, out)?,
        }
        Ok(())
    }
}

/// A token that is not what it should be.
fn wrong(found: &str, expected: &str) -> ScanError {
    ScanError::new(format!("{found:?} is not {expected}"))
}

/// A token that Rust's own types read.
fn parsed<T: std::str::FromStr>(scanner: &mut Tokens<'_>, expected: &str) -> Result<T, ScanError> {
    let text = scanner.next()?.shown();
    text.parse().map_err(|_| wrong(&text, expected))
}

fn hex(digits: &str) -> Option<Vec<u8>> {
    (!digits.is_empty()).then(|| base16::decode_vec(digits).ok()).flatten()
}

fn mnemonic<T: Copy + std::str::FromStr>(
    scanner: &mut Tokens<'_>,
    table: &[(&str, T)],
) -> Result<T, ScanError> {
    let text = scanner.next()?.shown();
    let named = table.iter().find(|(word, _)| word.eq_ignore_ascii_case(&text));
    let words = || table.iter().map(|(word, _)| *word).collect::<Vec<_>>().join(", ");
    named
        .map(|(_, value)| *value)
        .or_else(|| text.parse().ok())
        .ok_or_else(|| wrong(&text, &format!("a number or one of {}", words())))
}

fn groups(scanner: &mut Tokens<'_>, out: &mut Vec<u8>) -> Result<(), ScanError> {
    let text = scanner.next()?.shown();
    let groups: Option<Vec<u16>> = text
        .split(':')
        .map(|group| (group.len() <= 4).then(|| u16::from_str_radix(group, 16).ok())?)
        .collect();
    let groups = groups.filter(|groups| groups.len() == 4);
    let groups = groups.ok_or_else(|| wrong(&text, "four groups such as 2001:db8:1:2"))?;
    out.extend(groups.into_iter().flat_map(u16::to_be_bytes));
    Ok(())
}

fn dashed(scanner: &mut Tokens<'_>, count: usize, out: &mut Vec<u8>) -> Result<(), ScanError> {
    let text = scanner.next()?.shown();
    let octets: Option<Vec<u8>> = text
        .split('-')
        .map(|octet| (octet.len() == 2).then(|| u8::from_str_radix(octet, 16).ok())?)
        .collect();
    let octets = octets.filter(|octets| octets.len() == count);
    let expected = || format!("{count} octets such as 00-00-5e-00");
    out.extend(octets.ok_or_else(|| wrong(&text, &expected()))?);
    Ok(())
}

/// Algorithm, host identity tag and public key, with the lengths of the latter two, and servers
/// (RFC 8005 section 6).
fn hip(scanner: &mut Tokens<'_>, out: &mut Vec<u8>) -> Result<(), ScanError> {
    let algorithm = u8::scan(scanner)?;
    let tag = scanner.next()?.shown();
    let tag = hex(&tag).ok_or_else(|| wrong(&tag, "hexadecimal digits"))?;
    let key = scanner.convert_token(base64::SymbolConverter::new())?;
    out.push(u8::try_from(tag.len()).map_err(|_| ScanError::short_buf())?);
    out.push(algorithm);
    out.extend(u16::try_from(key.len()).map_err(|_| ScanError::short_buf())?.to_be_bytes());
    out.extend(tag);
    out.extend(key);
    while scanner.continues() {
        Name.read(scanner, out)?;
    }
    Ok(())
}

/// One `[!]family:address/prefix`; zeros at the end of the address are left out (RFC 3123 section
/// 4).
fn prefix(token: &Token, out: &mut Vec<u8>) -> Result<(), ScanError> {
    let text = token.shown();
    let (negated, rest) =
        text.strip_prefix('!').map_or((false, text.as_str()), |rest| (true, rest));
    let item = rest.split_once(':').and_then(|(family, network)| {
        let (address, length) = network.split_once('/')?;
        let (address, most) = match family {
            "1" => (address.parse::<Ipv4Addr>().ok()?.octets().to_vec(), 32),
            "2" => (address.parse::<Ipv6Addr>().ok()?.octets().to_vec(), 128),
            _ => return None,
        };
        let length = length.parse::<u8>().ok().filter(|length| *length <= most)?;
        Some((family.as_bytes()[0] - b'0', address, length))
    });
    let (family, mut address, length) =
        item.ok_or_else(|| wrong(&text, "a prefix such as 1:192.0.2.0/24"))?;
    while address.last() == Some(&0) {
        address.pop();
    }
    let count = u8::try_from(address.len()).expect("an address has at most 16 octets");
    out.extend([0, family, length, u8::from(negated) << 7 | count]);
    out.extend(address);
    Ok(())
}

/// The discovery flag, the relay's kind, and the relay (RFC 8777 section 4.3).
fn relay(scanner: &mut Tokens<'_>, out: &mut Vec<u8>) -> Result<(), ScanError> {
    let discovery: u8 = mnemonic(scanner, &[("0", 0), ("1", 1)])?;
    let kind = u8::scan(scanner)?;
    if discovery > 1 || kind > 127 {
        return Err(ScanError::new("the discovery flag is 0 or 1, a kind at most 127"));
    }
    out.push(discovery << 7 | kind);
    match kind {
        0 => {
            scanner.next()?;
        }
        1 => Address4.read(scanner, out)?,
        2 => out.extend(parsed::<Ipv6Addr>(scanner, "an IPv6 address")?.octets()),
        3 => Name.read(scanner, out)?,
        _ => return Err(ScanError::new(format!("there is no kind of relay {kind}"))),
    }
    Ok(())
}
