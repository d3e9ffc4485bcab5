//! Names and records in the octets of a message. Nothing is decoded and no pointer is followed, so
//! each octet is looked at once, whatever the message says.

use super::constants::MAX_NAME_LEN;

/// A record of a message.
pub(super) struct RawRecord<'o> {
    /// Where it begins in the message.
    pub(super) start: usize,
    /// Its owner's name.
    pub(super) owner: RawName<'o>,
    /// TYPE, CLASS, TTL and RDLENGTH (RFC 1035 section 3.2.1).
    fixed: &'o [u8; FIXED],
    /// Its data, or as much of it as the message has.
    pub(super) data: &'o [u8],
}

/// A name of a message.
#[derive(Clone, Copy, Debug)]
pub(super) struct RawName<'o> {
    /// As it is written.
    pub(super) octets: &'o [u8],
    /// Where the pointer leads that it ends in, if it does (RFC 1035 section 4.1.4).
    pub(super) pointer: Option<usize>,
}

const FIXED: usize = 10;

/// The bits of a length that say that it is none, but the first octet of a pointer.
const POINTER: u8 = 0xc0;

impl<'o> RawRecord<'o> {
    /// The record that begins there; nothing when the message ends before the record's data begins.
    #[inline]
    pub(super) fn read(message: &'o [u8], start: usize) -> Option<Self> {
        let rest = message.get(start..)?;
        let owner = RawName::read(rest)?;
        let (fixed, rest) = rest[owner.octets.len()..].split_first_chunk()?;
        let data = rest.get(..usize::from(big_endian(fixed, 8))).unwrap_or(rest);
        Some(Self { start, owner, fixed, data })
    }

    /// TYPE.
    pub(super) fn rtype(&self) -> u16 {
        big_endian(self.fixed, 0)
    }

    /// CLASS.
    pub(super) fn class(&self) -> u16 {
        big_endian(self.fixed, 2)
    }

    /// TTL, in its octets.
    pub(super) const fn ttl(&self) -> [u8; 4] {
        let [_, _, _, _, ttl @ .., _, _] = *self.fixed;
        ttl
    }

    /// Whether the message has all of its data.
    pub(super) fn is_whole(&self) -> bool {
        self.data.len() == usize::from(big_endian(self.fixed, 8))
    }

    /// Where it ends in the message.
    pub(super) const fn end(&self) -> usize {
        self.start + self.owner.octets.len() + FIXED + self.data.len()
    }
}

impl<'o> RawName<'o> {
    /// The name at the beginning of octets, if there is one.
    #[inline]
    pub(super) fn read(octets: &'o [u8]) -> Option<Self> {
        let mut at = 0;
        while at < MAX_NAME_LEN {
            match *octets.get(at)? {
                0 => return Some(Self { octets: &octets[..=at], pointer: None }),
                length if length & POINTER == 0 => at += 1 + usize::from(length),
                length if length & POINTER == POINTER => {
                    let octets = octets.get(..at + 2)?;
                    let pointer = usize::from(big_endian(octets, at) & 0x3fff);
                    return Some(Self { octets, pointer: Some(pointer) });
                }
                // The other two kinds of labels are not in use (RFC 6891 section 5).
                _ => return None,
            }
        }
        None
    }

    pub(super) const fn is_compressed(&self) -> bool {
        self.pointer.is_some()
    }
}

/// The number in two octets.
pub(super) fn big_endian(octets: &[u8], at: usize) -> u16 {
    u16::from_be_bytes([octets[at], octets[at + 1]])
}
