//! Record data of all types: `domain` reads those that it knows, a table of fields the others
//! (`fields`).

use super::{
    entry::Token,
    fields::fields,
    head::seconds,
    scanner::{ScanError, Tokens, ZoneName, wire},
    service_params,
};
use domain::{
    base::{
        ParseRecordData, Rtype, Serial,
        iana::SecurityAlgorithm,
        name::ParsedName,
        rdata::ComposeRecordData,
        scan::{Scan, Scanner, ScannerError},
    },
    dep::octseq::Parser,
    rdata::ZoneRecordData,
    utils::base16,
};
use std::borrow::Cow;

/// The type whose form this one has.
const fn form(rtype: Rtype) -> Rtype {
    match rtype {
        Rtype::SPF | Rtype::NINFO | Rtype::AVC | Rtype::RESINFO | Rtype::WALLET | Rtype::CLA => {
            Rtype::TXT
        }
        Rtype::SMIMEA => Rtype::TLSA,
        Rtype::KEY => Rtype::DNSKEY,
        Rtype::SIG => Rtype::RRSIG,
        Rtype::TA | Rtype::DLV => Rtype::DS,
        other => other,
    }
}

/// The octets of a record's data.
pub(super) fn read(
    rtype: Rtype,
    tokens: &[Token],
    origin: &ZoneName,
) -> Result<Vec<u8>, ScanError> {
    let tokens = &with_algorithm_as_number(rtype, tokens)[..];
    let mut scanner = Tokens::new(tokens, origin);
    let octets = octets(form(rtype), &mut scanner);
    let rest = scanner.rest();
    let last = tokens[..tokens.len() - rest.len()].last();
    match (octets, rest) {
        (Ok(octets), []) if octets.len() <= usize::from(u16::MAX) => Ok(octets),
        (Ok(_), []) => Err(ScanError::short_buf()),
        (Ok(_), [more, ..]) => {
            Err(ScanError::new(format!("{:?} is more than {rtype} has", more.shown())))
        }
        (Err(ScanError::Token(why)), _) if why == NO_FORM => Err(ScanError::new(
            "its data can only be written as \"\\# LENGTH HEX\" (RFC 3597 section 5)",
        )),
        (Err(ScanError::Token(why)), _) => {
            let found = last.map(Token::shown).unwrap_or_default();
            Err(ScanError::new(format!("{found:?}: {why}")))
        }
        (Err(told), _) => Err(told),
    }
}

/// The algorithm of a key or signature may be a word (RFC 4034 appendix A.1), where `domain` wants
/// its number.
fn with_algorithm_as_number(rtype: Rtype, tokens: &[Token]) -> Cow<'_, [Token]> {
    let place = match rtype {
        Rtype::DNSKEY | Rtype::CDNSKEY | Rtype::KEY | Rtype::CERT | Rtype::RKEY => 2,
        Rtype::RRSIG | Rtype::SIG | Rtype::DS | Rtype::CDS | Rtype::DLV | Rtype::TA => 1,
        _ => return Cow::Borrowed(tokens),
    };
    let word = tokens.get(place).and_then(Token::word);
    match word.and_then(|word| SecurityAlgorithm::from_mnemonic(word.as_bytes())) {
        Some(algorithm) => {
            let mut tokens = tokens.to_vec();
            tokens[place] = Token::number(algorithm.to_int());
            Cow::Owned(tokens)
        }
        None => Cow::Borrowed(tokens),
    }
}

/// What `domain` says of a type whose data it cannot read.
const NO_FORM: &str = "unknown record type with concrete data";

fn octets(rtype: Rtype, scanner: &mut Tokens<'_>) -> Result<Vec<u8>, ScanError> {
    if scanner.scan_opt_unknown_marker()? {
        return generic(rtype, scanner);
    }
    if let Some(fields) = fields(rtype) {
        let mut out = Vec::new();
        fields.iter().try_for_each(|field| field.read(scanner, &mut out))?;
        return Ok(out);
    }
    match rtype {
        Rtype::SOA => start_of_authority(scanner),
        Rtype::SVCB | Rtype::HTTPS => service_params::read(scanner),
        _ => Ok(composed(&ZoneRecordData::scan(rtype, scanner)?)),
    }
}

/// Data of any type, as its length and its octets; of a type that is known they must be what it
/// holds (RFC 3597 section 5).
fn generic(rtype: Rtype, scanner: &mut Tokens<'_>) -> Result<Vec<u8>, ScanError> {
    let length = u16::scan(scanner)?;
    let octets = scanner.convert_entry(base16::SymbolConverter::new())?;
    if octets.len() != usize::from(length) {
        let found = octets.len();
        return Err(ScanError::new(format!("\"\\# {length}\" is followed by {found} octets")));
    }
    let mut parser = Parser::from_ref(&octets[..]);
    type Parsed<'a> = ZoneRecordData<&'a [u8], ParsedName<&'a [u8]>>;
    match Parsed::parse_rdata(rtype, &mut parser) {
        Ok(_) if parser.remaining() == 0 => Ok(octets),
        _ => Err(ScanError::new(format!("these octets are no data of {rtype}"))),
    }
}

fn composed(data: &ZoneRecordData<Vec<u8>, ZoneName>) -> Vec<u8> {
    let mut octets = Vec::new();
    data.compose_rdata(&mut octets).expect("a vector grows");
    octets
}

/// Its times may have units, which other name servers read too.
fn start_of_authority(scanner: &mut Tokens<'_>) -> Result<Vec<u8>, ScanError> {
    let mut out = wire(&scanner.scan_name()?).to_vec();
    out.extend(wire(&scanner.scan_name()?));
    out.extend(Serial::scan(scanner)?.into_int().to_be_bytes());
    for _ in 0..4 {
        let token = scanner.next()?;
        let time = token.word().as_deref().and_then(seconds);
        let time = time.and_then(|seconds| u32::try_from(seconds).ok());
        let wrong = || ScanError::new(format!("{:?} is no time such as 3600 or 1h", token.shown()));
        out.extend(time.ok_or_else(wrong)?.to_be_bytes());
    }
    Ok(out)
}
