//! LOC (RFC 1876 section 3): where something is on Earth.

use super::scanner::{ScanError, Tokens};
use domain::base::scan::Scanner;

/// What stands for the size and the two precisions where they are left out, in centimetres.
const DEFAULTS: [u64; 3] = [100, 1_000_000, 1_000];

/// 100 km below the reference spheroid, from where altitudes count, in centimetres.
const BASE: i64 = 10_000_000;

/// Degrees, minutes and seconds to the north and the east, altitude, size, precisions.
pub(super) fn read(scanner: &mut Tokens<'_>, out: &mut Vec<u8>) -> Result<(), ScanError> {
    let latitude = angle(scanner, 90, ["N", "S"])?;
    let longitude = angle(scanner, 180, ["E", "W"])?;
    let altitude = centimetres(scanner)?;
    let altitude = altitude.checked_add(BASE).and_then(|above| u32::try_from(above).ok());
    let altitude = altitude.ok_or_else(|| ScanError::new("this altitude is out of range"))?;
    let mut sizes = DEFAULTS;
    for size in &mut sizes {
        if scanner.continues() {
            let length = centimetres(scanner)?;
            *size =
                u64::try_from(length).map_err(|_| ScanError::new("a size cannot be negative"))?;
        }
    }
    out.push(0);
    for size in sizes {
        out.push(power_of_ten(size)?);
    }
    [latitude, longitude, altitude].iter().for_each(|number| out.extend(number.to_be_bytes()));
    Ok(())
}

/// Thousandths of a second of arc, counted from 2^31.
fn angle(scanner: &mut Tokens<'_>, most: u32, directions: [&str; 2]) -> Result<u32, ScanError> {
    let mut milliseconds = 0;
    let mut units =
        [("degrees", most, 3_600_000), ("minutes", 59, 60_000), ("seconds", 59, 1000)].into_iter();
    loop {
        let token = scanner.next()?.shown();
        if let Some(direction) =
            directions.iter().position(|known| known.eq_ignore_ascii_case(&token))
        {
            if milliseconds > most * 3_600_000 {
                return Err(ScanError::new(format!("an angle is at most {most} degrees here")));
            }
            let equator = 1_u32 << 31;
            return Ok(if direction == 0 {
                equator + milliseconds
            } else {
                equator - milliseconds
            });
        }
        let wrong = |what: &str| {
            ScanError::new(format!(
                "{token:?} is not {what}, nor {} or {}",
                directions[0], directions[1]
            ))
        };
        let Some((unit, most, factor)) = units.next() else {
            return Err(ScanError::new(format!(
                "{token:?} is neither {} nor {}",
                directions[0], directions[1]
            )));
        };
        let thousandths = if unit == "seconds" {
            decimal(&token, 3)
        } else {
            decimal(&token, 0).and_then(|number| number.checked_mul(1000))
        };
        let thousandths = thousandths
            .filter(|number| *number < i64::from(most + 1) * 1000)
            .ok_or_else(|| wrong(&format!("{unit} from 0 to {most}")))?;
        milliseconds += u32::try_from(thousandths).map_err(|_| wrong(unit))? * (factor / 1000);
    }
}

/// A length in metres, with up to two decimals; the letter may be left out.
fn centimetres(scanner: &mut Tokens<'_>) -> Result<i64, ScanError> {
    let text = scanner.next()?.shown();
    decimal(text.strip_suffix(['m', 'M']).unwrap_or(&text), 2)
        .ok_or_else(|| ScanError::new(format!("{text:?} is no length in metres such as 12.50m")))
}

/// A number in units of so many decimals.
fn decimal(text: &str, decimals: usize) -> Option<i64> {
    let (negative, digits) = text.strip_prefix('-').map_or((false, text), |rest| (true, rest));
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    let numeric = |part: &str| part.bytes().all(|octet| octet.is_ascii_digit());
    if whole.is_empty() || fraction.len() > decimals || !numeric(whole) || !numeric(fraction) {
        return None;
    }
    let number: i64 = format!("{whole}{fraction:0<decimals$}").parse().ok()?;
    Some(if negative { -number } else { number })
}

/// A size as one digit and a power of ten (RFC 1876 section 2).
fn power_of_ten(mut size: u64) -> Result<u8, ScanError> {
    let mut exponent = 0;
    while size > 9 {
        size /= 10;
        exponent += 1;
    }
    if exponent > 9 {
        return Err(ScanError::new("a size is at most 90000000 m"));
    }
    Ok(u8::try_from(size).expect("it is one digit") << 4 | exponent)
}
