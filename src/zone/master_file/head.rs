//! TTL, class and type of a record, which stand between its owner and its data.

use super::{entry::Token, scanner::ScanError};
use crate::dns;
use domain::base::{Rtype, iana::Class};

/// What stands between the owner and the data.
pub(super) struct Head {
    pub(super) ttl: Option<u32>,
    pub(super) rtype: Rtype,
}

impl Head {
    pub(super) fn read(tokens: &mut &[Token]) -> Result<Self, ScanError> {
        let (mut found, mut class) = (None, None);
        while let Some((token, rest)) = tokens.split_first() {
            let word = token.word().unwrap_or_default();
            *tokens = rest;
            if let Some(ttl) = seconds(&word).filter(|_| found.is_none()) {
                found = Some(checked_ttl(ttl)?);
            } else if let Ok(said) = word.parse::<Class>()
                && class.is_none()
            {
                if said != Class::IN {
                    return Err(ScanError::new(format!("only the class IN is served, not {said}")));
                }
                class = Some(said);
            } else if let Ok(rtype) = word.parse::<dns::Rtype>() {
                let rtype = Rtype::from_int(rtype.0.into());
                return Self { ttl: found, rtype }.checked();
            } else {
                return Err(ScanError::new(format!(
                    "{:?} is no record type (nor a TTL or class before it)",
                    token.shown()
                )));
            }
        }
        Err(ScanError::new("its type is missing"))
    }

    /// Types that only queries and messages have are no data of a zone (RFC 6895 section 3.1).
    fn checked(self) -> Result<Self, ScanError> {
        match self.rtype.to_int() {
            0 | 41 | 128..=255 => {
                Err(ScanError::new(format!("{} is no type of records in a zone", self.rtype)))
            }
            _ => Ok(self),
        }
    }
}

/// The greatest TTL (RFC 2181 section 8).
const MAX_TTL: u32 = (1 << 31) - 1;

/// Seconds, or the sum of parts with units as in `1h30m`, if it is such a text.
pub(super) fn seconds(text: &str) -> Option<u64> {
    let number = |digits: &str| {
        let numeric = !digits.is_empty() && digits.bytes().all(|octet| octet.is_ascii_digit());
        numeric.then(|| digits.parse().unwrap_or(u64::MAX))
    };
    if let Some(seconds) = number(text) {
        return Some(seconds);
    }
    let mut total = 0_u64;
    for part in text.split_inclusive(|character: char| !character.is_ascii_digit()) {
        let (digits, unit) = part.split_at_checked(part.len() - 1)?;
        let unit = match &*unit.to_ascii_lowercase() {
            "s" => 1,
            "m" => 60,
            "h" => 3600,
            "d" => 86_400,
            "w" => 604_800,
            _ => return None,
        };
        total = total.saturating_add(number(digits)?.saturating_mul(unit));
    }
    (!text.is_empty()).then_some(total)
}

/// A TTL that is in its range.
pub(super) fn checked_ttl(seconds: u64) -> Result<u32, ScanError> {
    u32::try_from(seconds).ok().filter(|seconds| *seconds <= MAX_TTL).ok_or_else(|| {
        ScanError::new(format!("a TTL is at most {MAX_TTL} seconds (RFC 2181 section 8)"))
    })
}
