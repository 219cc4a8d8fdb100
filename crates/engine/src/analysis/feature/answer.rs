//! What is said of each feature, and of every two.

use super::{FeatureBin, FeatureSummary};
use crate::kernel::features::{Curve, Measure};
use crate::kernel::quantile::of_sorted;
use crate::rule::{Feature, Scaling};
use crate::stats::moments::Moments;

/// One feature's amounts of the sampled users.
#[derive(Debug)]
pub(super) struct Column {
    measure: Measure,
    amounts: Vec<f64>,
    /// Those that are not missing, ascending.
    sorted: Vec<f64>,
}

impl Column {
    pub(super) fn new(measure: Measure, amounts: Vec<f64>) -> Self {
        let mut sorted: Vec<f64> = amounts.iter().copied().filter(|amount| !amount.is_nan()).collect();
        sorted.sort_unstable_by(f64::total_cmp);
        Self { measure, amounts, sorted }
    }

    pub(super) fn summary(
        &self,
        feature: Feature,
        n_users: u64,
        moments: &Moments,
        range: (f64, f64),
        n_bins: u32,
    ) -> FeatureSummary {
        let known = |value: f64| (moments.n > 0).then_some(value + 0.0);
        let quartile = |share: f64| of_sorted(&self.sorted, share);
        FeatureSummary {
            feature,
            n_known: moments.n,
            n_missing: n_users - moments.n,
            mean: known(moments.mean),
            deviation: known(moments.deviation()),
            least: known(range.0),
            most: known(range.1),
            quartiles: quartile(0.25)
                .zip(quartile(0.5))
                .zip(quartile(0.75))
                .map(|((low, middle), high)| [low, middle, high]),
            bins: self.bins(n_bins),
        }
    }

    fn bins(&self, n_bins: u32) -> Vec<FeatureBin> {
        let (Some(&least), Some(&most)) = (self.sorted.first(), self.sorted.last()) else {
            return Vec::new();
        };
        if least == most {
            return vec![FeatureBin { from: least, to: most, n_users: self.sorted.len() as u64 }];
        }
        let curve = Curve::of(Scaling::Auto, self.measure);
        let (low, high) = (curve.apply(least), curve.apply(most));
        let edge = |at: u32| match at {
            0 => least,
            at if at == n_bins => most,
            at => curve.invert(low + (high - low) * (f64::from(at) / f64::from(n_bins))).clamp(least, most),
        };
        // The last bin has its end in it.
        let below = |at: u32| match at == n_bins {
            true => self.sorted.len(),
            false => self.sorted.partition_point(|&amount| amount < edge(at)),
        };
        let bin = |at: u32| FeatureBin {
            from: edge(at) + 0.0,
            to: edge(at + 1) + 0.0,
            n_users: (below(at + 1) - below(at)) as u64,
        };
        (0..n_bins).map(bin).collect()
    }

    /// The amounts on the scale; NaN where they are missing.
    fn scaled(self, scaling: Scaling) -> Vec<f64> {
        if scaling == Scaling::Rank && !self.measure.is_indicator() {
            let rank = |amount: f64| {
                let below = self.sorted.partition_point(|&other| other < amount);
                let not_above = self.sorted.partition_point(|&other| other <= amount);
                (below + not_above) as f64 / 2.0
            };
            return self.amounts.iter().map(|&it| if it.is_nan() { it } else { rank(it) }).collect();
        }
        let curve = Curve::of(scaling, self.measure);
        self.amounts.into_iter().map(|amount| curve.apply(amount)).collect()
    }
}

/// Pearson's correlation of every two columns. O(users × columns²).
pub(super) fn correlations(columns: Vec<Column>, scaling: Scaling) -> Vec<Vec<Option<f64>>> {
    let columns: Vec<Vec<f64>> = columns.into_iter().map(|column| column.scaled(scaling)).collect();
    let mut found = vec![vec![None; columns.len()]; columns.len()];
    for (at, column) in columns.iter().enumerate() {
        for (other, with) in columns[..=at].iter().enumerate() {
            let correlation = correlation(column, with);
            (found[at][other], found[other][at]) = (correlation, correlation);
        }
    }
    found
}

/// Pearson's correlation of two columns where both are known, in two passes, the first of which finds the means.
fn correlation(a: &[f64], b: &[f64]) -> Option<f64> {
    let both = || a.iter().zip(b).filter(|(a, b)| !a.is_nan() && !b.is_nan());
    let (mut n, mut sums) = (0_u64, (0.0, 0.0));
    for (a, b) in both() {
        n += 1;
        sums = (sums.0 + a, sums.1 + b);
    }
    let means = (sums.0 / n as f64, sums.1 / n as f64);
    let (mut squares, mut products) = ((0.0, 0.0), 0.0);
    for (a, b) in both() {
        let (a, b) = (a - means.0, b - means.1);
        squares = (squares.0 + a * a, squares.1 + b * b);
        products += a * b;
    }
    // Amounts that are all the same differ from their mean by rounding only.
    let varies = |square: f64, mean: f64| square > 1e-24 * (mean * mean) * n as f64;
    let is_known = n > 1 && varies(squares.0, means.0) && varies(squares.1, means.1);
    let product = libm::sqrt(squares.0) * libm::sqrt(squares.1);
    (is_known && product > 0.0 && product.is_finite()).then(|| (products / product).clamp(-1.0, 1.0))
}
