//! SVCB and HTTPS (RFC 9460). `domain` has the names of the keys; its reader of parameters refuses
//! every key with a 9 in it (0.12), so the values are read here.

use super::scanner::{ScanError, Tokens, wire};
use domain::{
    base::{
        iana::SvcParamKey,
        scan::{Scan, Scanner, ScannerError},
    },
    utils::base64,
};
use std::{
    collections::BTreeMap,
    net::{Ipv4Addr, Ipv6Addr},
    str::FromStr,
};

/// Priority, target and parameters, which may be written in any order and stand in that of their
/// numbers on the wire (sections 2.1 and 2.2).
pub(super) fn read(scanner: &mut Tokens<'_>) -> Result<Vec<u8>, ScanError> {
    let mut out = u16::scan(scanner)?.to_be_bytes().to_vec();
    out.extend(wire(&scanner.scan_name()?));
    let mut params = BTreeMap::new();
    while scanner.continues() {
        let written = scanner.scan_svcb_octets()?;
        let end = written.iter().position(|octet| *octet == b'=');
        let (name, value) =
            end.map_or((&written[..], None), |end| (&written[..end], Some(&written[end + 1..])));
        let name = String::from_utf8_lossy(name).into_owned();
        let key = key(&name)?;
        if key.to_int() > SvcParamKey::OHTTP.to_int() && !name.starts_with("key") {
            let number = key.to_int();
            let why = format!("the format of {name} is not known here; write it as key{number}");
            return Err(ScanError::new(why));
        }
        let value = encoded(key, value).map_err(|why| ScanError::new(format!("{name}: {why}")))?;
        if params.insert(key.to_int(), value).is_some() {
            return Err(ScanError::new(format!("{name} stands twice")));
        }
    }
    let mandatory = params.get(&SvcParamKey::MANDATORY.to_int()).into_iter().flatten();
    let mandatory: Vec<u8> = mandatory.copied().collect();
    for pair in mandatory.chunks_exact(2) {
        let number = u16::from_be_bytes([pair[0], pair[1]]);
        if !params.contains_key(&number) {
            let key = SvcParamKey::from_int(number);
            return Err(ScanError::new(format!("{key} is mandatory and is missing (section 8)")));
        }
    }
    for (number, value) in params {
        let length = u16::try_from(value.len()).map_err(|_| ScanError::short_buf())?;
        out.extend(number.to_be_bytes());
        out.extend(length.to_be_bytes());
        out.extend(value);
    }
    Ok(out)
}

fn key(name: &str) -> Result<SvcParamKey, ScanError> {
    SvcParamKey::from_str(name).map_err(|_| {
        ScanError::new(format!("{name:?} is no service parameter, such as alpn, ech or key65333"))
    })
}

/// The octets of a value (section 7). That of a key without a format of its own is what is written.
fn encoded(key: SvcParamKey, value: Option<&[u8]>) -> Result<Vec<u8>, String> {
    let value = value.unwrap_or_default();
    let text = || String::from_utf8(value.to_vec()).map_err(|_| "it is not UTF-8".to_owned());
    match key {
        SvcParamKey::NO_DEFAULT_ALPN | SvcParamKey::OHTTP if value.is_empty() => Ok(Vec::new()),
        SvcParamKey::NO_DEFAULT_ALPN | SvcParamKey::OHTTP => Err("it has no value".to_owned()),
        SvcParamKey::MANDATORY
        | SvcParamKey::ALPN
        | SvcParamKey::PORT
        | SvcParamKey::IPV4HINT
        | SvcParamKey::ECH
        | SvcParamKey::IPV6HINT
        | SvcParamKey::DOHPATH
            if value.is_empty() =>
        {
            Err("its value is missing".to_owned())
        }
        SvcParamKey::MANDATORY => mandatory(&text()?),
        SvcParamKey::ALPN => protocols(value),
        SvcParamKey::PORT => {
            let port: u16 = text()?.parse().map_err(|_| "a port is a number up to 65535")?;
            Ok(port.to_be_bytes().to_vec())
        }
        SvcParamKey::IPV4HINT => addresses(&text()?, |address: Ipv4Addr| address.octets()),
        SvcParamKey::IPV6HINT => addresses(&text()?, |address: Ipv6Addr| address.octets()),
        SvcParamKey::ECH => base64::decode(&text()?).map_err(|why| why.to_string()),
        SvcParamKey::DOHPATH if text()?.contains("dns") => Ok(value.to_vec()),
        // RFC 9461 section 5.
        SvcParamKey::DOHPATH => Err("a path has the variable \"dns\", as in /q{?dns}".to_owned()),
        _ => Ok(value.to_vec()),
    }
}

/// Keys in the order of their numbers, each once, without "mandatory" itself.
fn mandatory(text: &str) -> Result<Vec<u8>, String> {
    let keys: Result<Vec<_>, _> = text.split(',').map(key).collect();
    let mut keys = keys.map_err(|why| why.to_string())?;
    keys.sort_unstable_by_key(|key| key.to_int());
    if keys.windows(2).any(|pair| pair[0] == pair[1]) || keys.contains(&SvcParamKey::MANDATORY) {
        return Err("each other key stands in it at most once (section 8)".to_owned());
    }
    Ok(keys.iter().flat_map(|key| key.to_int().to_be_bytes()).collect())
}

/// A list in which a backslash takes the meaning of a comma, or of a backslash (appendix A.1); each
/// has its length before it.
fn protocols(value: &[u8]) -> Result<Vec<u8>, String> {
    let mut lists = vec![Vec::new()];
    let mut octets = value.iter();
    while let Some(&octet) = octets.next() {
        let last = lists.last_mut().expect("there is one from the beginning");
        match octet {
            b'\\' => match octets.next() {
                Some(octet @ (b',' | b'\\')) => last.push(*octet),
                _ => return Err("a backslash stands before a comma or a backslash".to_owned()),
            },
            b',' => lists.push(Vec::new()),
            _ => last.push(octet),
        }
    }
    let mut out = Vec::new();
    for protocol in lists {
        match u8::try_from(protocol.len()) {
            Ok(length @ 1..) => out.push(length),
            _ => return Err("a protocol has 1 to 255 octets".to_owned()),
        }
        out.extend(protocol);
    }
    Ok(out)
}

fn addresses<T: FromStr, const N: usize>(
    text: &str,
    octets: fn(T) -> [u8; N],
) -> Result<Vec<u8>, String> {
    let one = |address: &str| {
        let read = address.parse().map(octets);
        read.map_err(|_| format!("{address:?} is no address of its family"))
    };
    let all: Result<Vec<_>, _> = text.split(',').map(one).collect();
    Ok(all?.concat())
}
