//! Confidence intervals.

use serde::{Deserialize, Serialize};

/// A share with its 95 % interval; all three in 0..=1.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Rate {
    /// The share itself.
    pub rate: f64,
    /// Lower end of the interval.
    pub low: f64,
    /// Upper end of the interval.
    pub high: f64,
}

/// The two-sided 95 % quantile of the standard normal distribution.
pub const Z_95: f64 = 1.959_963_984_540_054;

/// `successes` out of `n` with Wilson's score interval (Wilson 1927; no continuity correction); none if `n` is 0.
///
/// Center `(p + z²/2n) / (1 + z²/n)`, half-width `z √(p(1−p)/n + z²/4n²) / (1 + z²/n)`.
///
/// ```
/// use cairn_engine::stats::interval::wilson;
/// let rate = wilson(15, 50).unwrap();
/// assert!((rate.low - 0.191_0).abs() < 5e-5 && (rate.high - 0.437_5).abs() < 5e-5);
/// assert_eq!(wilson(0, 0), None);
/// ```
pub fn wilson(successes: u64, n: u64) -> Option<Rate> {
    if n == 0 {
        return None;
    }
    let size = n as f64;
    let rate = successes as f64 / size;
    let z2 = Z_95 * Z_95;
    let scale = 1.0 + z2 / size;
    let center = (rate + z2 / (2.0 * size)) / scale;
    let half = Z_95 * libm::sqrt(rate * (1.0 - rate) / size + z2 / (4.0 * size * size)) / scale;
    let low = if successes == 0 { 0.0 } else { (center - half).max(0.0) };
    let high = if successes == n { 1.0 } else { (center + half).min(1.0) };
    Some(Rate { rate, low, high })
}
