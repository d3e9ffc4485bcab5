//! TTLs of forged records.

use super::Sampler;

/// A TTL in seconds: fixed when both ends are the same, else drawn for every answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TtlRange {
    /// The least.
    pub least: u32,
    /// The greatest.
    pub most: u32,
}

impl TtlRange {
    /// Always the same TTL.
    #[must_use]
    pub const fn fixed(ttl: u32) -> Self {
        Self { least: ttl, most: ttl }
    }

    /// Whether answers differ in their TTL.
    #[must_use]
    pub const fn varies(self) -> bool {
        self.least < self.most
    }

    /// The TTL of the answer with this number, both ends included.
    #[must_use]
    pub fn draw(self, counter: usize, turn: u64, sampler: Sampler<'_>) -> u32 {
        if !self.varies() {
            return self.least;
        }
        let span = u64::from(self.most - self.least) + 1;
        let above = sampler.below(counter, turn, span);
        self.least + u32::try_from(above).expect("what is below a span of TTLs is a TTL")
    }
}
