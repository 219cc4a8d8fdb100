//! Means, variances and the covariance of two numbers, gathered in one pass and merged.

use serde::{Deserialize, Serialize};

/// Moments of pairs, by the recurrences of [`Moments`](super::moments::Moments). Results depend on the order of values and
/// of merges: fix it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Cross {
    /// How many pairs.
    pub n: u64,
    /// Mean of the first numbers.
    pub y: f64,
    /// Mean of the second ones.
    pub x: f64,
    /// Sum of squared deviations of the first.
    pub yy: f64,
    /// Of the second.
    pub xx: f64,
    /// Sum of products of the deviations.
    pub xy: f64,
}

impl Cross {
    /// Adds a pair.
    pub fn add(&mut self, y: f64, x: f64) {
        self.n += 1;
        let (dy, dx) = (y - self.y, x - self.x);
        self.y += dy / self.n as f64;
        self.x += dx / self.n as f64;
        self.yy += dy * (y - self.y);
        self.xx += dx * (x - self.x);
        self.xy += dx * (y - self.y);
    }

    /// The moments of both lots of pairs.
    #[must_use]
    pub fn merged(self, other: Self) -> Self {
        if self.n == 0 {
            return other;
        }
        if other.n == 0 {
            return self;
        }
        let n = self.n + other.n;
        let (dy, dx) = (other.y - self.y, other.x - self.x);
        let part = other.n as f64 / n as f64;
        let weight = part * self.n as f64;
        Self {
            n,
            y: self.y + dy * part,
            x: self.x + dx * part,
            yy: self.yy + other.yy + dy * dy * weight,
            xx: self.xx + other.xx + dx * dx * weight,
            xy: self.xy + other.xy + dx * dy * weight,
        }
    }

    /// `yy`, `xx` and `xy` divided by n − 1; none below two pairs.
    pub fn sample(&self) -> Option<(f64, f64, f64)> {
        let freedom = self.n.checked_sub(1).filter(|&freedom| freedom > 0)? as f64;
        Some((self.yy / freedom, self.xx / freedom, self.xy / freedom))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn merged_parts_agree_with_two_passes(
            a in prop::collection::vec((-9.0..9.0_f64, -9.0..9.0_f64), 0..20),
            b in prop::collection::vec((-9.0..9.0_f64, -9.0..9.0_f64), 1..20),
        ) {
            let gather = |pairs: &[(f64, f64)]| {
                let mut cross = Cross::default();
                pairs.iter().for_each(|&(y, x)| cross.add(y, x));
                cross
            };
            let found = gather(&a).merged(gather(&b));
            let all: Vec<(f64, f64)> = a.into_iter().chain(b).collect();
            let n = all.len() as f64;
            let (y, x) = all.iter().fold((0.0, 0.0), |sums, pair| (sums.0 + pair.0 / n, sums.1 + pair.1 / n));
            let near = |a: f64, b: f64| (a - b).abs() < 1e-9;
            prop_assert!(near(found.y, y) && near(found.x, x) && found.n == all.len() as u64);
            prop_assert!(near(found.yy, all.iter().map(|pair| (pair.0 - y) * (pair.0 - y)).sum()));
            prop_assert!(near(found.xy, all.iter().map(|pair| (pair.0 - y) * (pair.1 - x)).sum()));
        }
    }
}
