//! A seeded generator of random numbers: the same seed gives the same numbers on every machine.

use crate::table::users::mix;

/// splitmix64 (Steele, Lea & Flood 2014): fast, with a period of 2⁶⁴ and any seed as good as any other. Not for secrets.
///
/// ```
/// use cairn_engine::stats::random::Random;
/// let (mut a, mut b) = (Random::new(0), Random::new(0));
/// assert_eq!(a.next_u64(), 0xe220_a839_7b1d_cdaf); // the reference implementation's first number
/// assert_eq!(b.next_f64(), (0xe220_a839_7b1d_cdaf_u64 >> 11) as f64 / (1_u64 << 53) as f64);
/// ```
#[derive(Clone, Debug)]
pub struct Random(u64);

impl Random {
    /// A generator that starts from `seed`.
    pub const fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// A number out of all 2⁶⁴.
    pub const fn next_u64(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        mix(self.0)
    }

    /// A number from 0 (inclusive) to 1 (exclusive), one of 2⁵³ equally spaced ones.
    pub const fn next_f64(&mut self) -> f64 {
        (self.next_u64() >> 11) as f64 / (1_u64 << 53) as f64
    }

    /// A whole number from 0 to `end` (exclusive), by multiplication; its bias is below `end` / 2⁶⁴.
    ///
    /// # Panics
    /// If `end` is 0: there is nothing to choose from.
    pub const fn below(&mut self, end: usize) -> usize {
        assert!(end > 0, "a choice needs something to choose from");
        ((self.next_u64() as u128 * end as u128) >> 64) as usize
    }
}
