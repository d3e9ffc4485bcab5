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
            if let Some(seconds) = ttl(&word).filter(|_| found.is_none()) {
                found = Some(seconds);
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

/// Seconds, or the sum of parts with units as in `1h30m`.
pub(super) fn ttl(text: &str) -> Option<u32> {
    if text.bytes().all(|octet| octet.is_ascii_digit()) {
        return text.parse().ok();
    }
    let (mut total, mut number) = (0_u32, String::new());
    for character in text.chars() {
        let unit = match character.to_ascii_lowercase() {
            '0'..='9' => {
                number.push(character);
                continue;
            }
            's' => 1,
            'm' => 60,
            'h' => 3600,
            'd' => 86_400,
            'w' => 604_800,
            _ => return None,
        };
        let part = std::mem::take(&mut number).parse::<u32>().ok()?.checked_mul(unit)?;
        total = total.checked_add(part)?;
    }
    number.is_empty().then_some(total)
}
