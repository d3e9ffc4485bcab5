//! The addresses of forged records, and how one answer picks from them.

use super::Sampler;
use crate::dns::{Name, constants::RECORDS_ROOM};
use std::{
    net::{IpAddr, Ipv4Addr, Ipv6Addr},
    sync::Arc,
};

/// How an answer picks from a pool.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pick {
    /// One address, the next at every answer, and from the start again (as the Chinese injectors
    /// do).
    Ring,
    /// One address, any (seeded).
    Random,
    /// One address, always the same for the same name.
    ByName,
    /// All of them, in their order.
    All,
}

/// Addresses and how one answer picks from them. Never empty.
#[derive(Debug)]
pub struct AddressChoice {
    /// The addresses, in order; all who pick from a pool share them.
    pub addresses: Arc<[IpAddr]>,
    /// How an answer picks.
    pub pick: Pick,
    /// Which counter of answers belongs to this choice: two injectors that share a pool walk it
    /// each for itself.
    pub counter: usize,
}

/// A or AAAA.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AddressFamily {
    /// IPv4, for A records.
    V4,
    /// IPv6, for AAAA records.
    V6,
}

impl AddressFamily {
    /// Whether an address is of this family.
    #[must_use]
    pub const fn has(self, address: IpAddr) -> bool {
        matches!((self, address), (Self::V4, IpAddr::V4(_)) | (Self::V6, IpAddr::V6(_)))
    }

    /// An address that stands for any.
    #[must_use]
    pub const fn unspecified(self) -> IpAddr {
        match self {
            Self::V4 => IpAddr::V4(Ipv4Addr::UNSPECIFIED),
            Self::V6 => IpAddr::V6(Ipv6Addr::UNSPECIFIED),
        }
    }

    /// As many records of the family as a message has room for, beside its header, the longest
    /// question and an OPT, where each owner is a pointer (RFC 1035 sections 4.1.4 and 4.2.2).
    #[must_use]
    pub const fn most_records(self) -> usize {
        match self {
            Self::V4 => RECORDS_ROOM / (12 + 4),
            Self::V6 => RECORDS_ROOM / (12 + 16),
        }
    }

    /// What is missing where there is no address of the family.
    #[must_use]
    pub const fn plural(self) -> &'static str {
        match self {
            Self::V4 => "IPv4 addresses",
            Self::V6 => "IPv6 addresses",
        }
    }
}

impl AddressChoice {
    /// How many addresses one answer has.
    #[must_use]
    pub fn at_a_time(&self) -> usize {
        match self.pick {
            Pick::All => self.addresses.len(),
            Pick::Ring | Pick::Random | Pick::ByName => 1,
        }
    }

    /// The addresses of one answer to a question for a name.
    #[must_use]
    pub fn pick(&self, qname: &Name, sampler: Sampler<'_>) -> &[IpAddr] {
        let count = self.addresses.len();
        let index = match self.pick {
            Pick::All => return &self.addresses,
            Pick::Ring => sampler.ring(self.counter, count),
            Pick::Random => sampler.index(self.counter, count),
            Pick::ByName => sampler.index_by_name(qname.as_str(), count),
        };
        &self.addresses[index..=index]
    }
}
