//! A seeded random generator and the few distributions that the samples need.
//!
//! Only additions, multiplications and comparisons of `f64` are used: `exp` and `ln` of the standard library come from
//! the platform, may differ in the last bit, and the same seed must give the same bytes everywhere.

/// xoshiro256++ (Blackman & Vigna 2018), seeded by SplitMix64.
pub(crate) struct Random {
    state: [u64; 4],
}

impl Random {
    /// A generator whose whole future follows from `seed`.
    pub(crate) fn new(seed: u64) -> Self {
        let mut mixer = seed;
        Self { state: std::array::from_fn(|_| split_mix(&mut mixer)) }
    }

    /// The generator of one chapter of one member's story. Chapters draw from separate streams, so that a chapter
    /// added later (orders, tickets, surveys) leaves every other byte of the samples as it was.
    pub(crate) fn stream(seed: u64, chapter: &str, member: u64) -> Self {
        Self::new(mix(seed ^ mix(fnv1a(chapter.as_bytes()) ^ mix(member))))
    }

    /// The next 64 random bits.
    pub(crate) fn next(&mut self) -> u64 {
        let s = &mut self.state;
        let result = s[0].wrapping_add(s[3]).rotate_left(23).wrapping_add(s[0]);
        let shifted = s[1] << 17;
        s[2] ^= s[0];
        s[3] ^= s[1];
        s[1] ^= s[2];
        s[0] ^= s[3];
        s[2] ^= shifted;
        s[3] = s[3].rotate_left(45);
        result
    }

    /// Uniform in `[0, 1)`, in steps of 2^-53.
    pub(crate) fn unit(&mut self) -> f64 {
        (self.next() >> 11) as f64 / (1u64 << 53) as f64
    }

    /// Uniform in `0..n`; 0 if `n` is 0. The bias is below `n` / 2^64.
    pub(crate) fn below(&mut self, n: u64) -> u64 {
        ((u128::from(self.next()) * u128::from(n)) >> 64) as u64
    }

    /// True with probability `p`.
    pub(crate) fn chance(&mut self, p: f64) -> bool {
        self.unit() < p
    }

    /// One of the values, in proportion to the weight beside it. The list must not be empty.
    pub(crate) fn pick<T: Copy>(&mut self, weighted: &[(T, f64)]) -> T {
        weighted[self.pick_index(weighted)].0
    }

    /// The index of the value that [`Random::pick`] would give.
    pub(crate) fn pick_index<T>(&mut self, weighted: &[(T, f64)]) -> usize {
        let mut left = self.unit() * weighted.iter().map(|(_, weight)| weight).sum::<f64>();
        let found = weighted.iter().position(|(_, weight)| {
            left -= weight;
            left < 0.0
        });
        found.unwrap_or(weighted.len() - 1)
    }

    /// About standard normal: the sum of twelve uniforms, less six. Its tails end at ±6, which suits a story.
    pub(crate) fn normal(&mut self) -> f64 {
        (0..12).map(|_| self.unit()).sum::<f64>() - 6.0
    }

    /// Lognormal with the given median; `sigma` is the standard deviation of its logarithm.
    pub(crate) fn lognormal(&mut self, median: f64, sigma: f64) -> f64 {
        median * exp(sigma * self.normal())
    }
}

/// FNV-1a, 64 bits: names a stream and fingerprints an output.
pub(crate) fn fnv1a(bytes: &[u8]) -> u64 {
    bytes
        .iter()
        .fold(0xcbf2_9ce4_8422_2325, |hash, &byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3))
}

/// The finalizer of SplitMix64: a fixed bijection that scatters neighboring numbers.
pub(crate) fn mix(value: u64) -> u64 {
    let mut state = value;
    split_mix(&mut state)
}

fn split_mix(state: &mut u64) -> u64 {
    *state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let z = (*state ^ (*state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

/// e^x for |x| below 20 or so: the Taylor polynomial at x / 1024, squared ten times; relative error below 1e-11.
fn exp(x: f64) -> f64 {
    let y = x / 1024.0;
    let start = 1.0 + y * (1.0 + y / 2.0 * (1.0 + y / 3.0 * (1.0 + y / 4.0 * (1.0 + y / 5.0))));
    (0..10).fold(start, |power, _| power * power)
}

#[cfg(test)]
mod tests {
    use super::{Random, exp, fnv1a};

    #[test]
    fn the_generators_give_their_published_first_values() {
        let mut xoshiro = Random { state: [1, 2, 3, 4] };
        let first: Vec<u64> = (0..4).map(|_| xoshiro.next()).collect();
        assert_eq!(first, [41_943_041, 58_720_359, 3_588_806_011_781_223, 3_591_011_842_654_386]);
        let mut state = 1_234_567;
        assert_eq!(super::split_mix(&mut state), 6_457_827_717_110_365_317);
        assert_eq!(super::split_mix(&mut state), 3_203_168_211_198_807_973);
        assert_eq!(fnv1a(b"foobar"), 0x8594_4171_f739_67e8);
    }

    #[test]
    fn own_exp_agrees_with_the_platform() {
        for step in -60..=60 {
            let x = f64::from(step) / 10.0;
            assert!((exp(x) / x.exp() - 1.0).abs() < 1e-11, "exp({x})");
        }
    }

    #[test]
    fn normal_has_mean_zero_and_variance_one() {
        let mut random = Random::new(7);
        let draws: Vec<f64> = (0..100_000).map(|_| random.normal()).collect();
        let mean = draws.iter().sum::<f64>() / 100_000.0;
        let variance = draws.iter().map(|x| (x - mean) * (x - mean)).sum::<f64>() / 100_000.0;
        assert!(mean.abs() < 0.02 && (variance - 1.0).abs() < 0.02, "mean {mean}, variance {variance}");
    }

    #[test]
    fn streams_of_neighboring_members_and_other_chapters_differ() {
        let draw = |chapter, member| Random::stream(1, chapter, member).next();
        assert_ne!(draw("usage", 1), draw("usage", 2));
        assert_ne!(draw("usage", 1), draw("billing", 1));
    }
}
