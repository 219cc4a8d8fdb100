//! The way from amounts to the scale that users are compared on.

use serde::{Deserialize, Serialize};

use super::{MAX_COORDINATE, Measure};
use crate::kernel::quantile::of_sorted;
use crate::rule::{ScaledFeature, Scaling};

/// What is made of an amount before it is standardized.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Curve {
    /// Nothing.
    Linear,
    /// sign(x) · ln(1 + |x|).
    Log,
    /// Its place among these amounts, which lie at equally spaced shares of the users, ascending.
    Ranks(Vec<f64>),
}

/// How many steps lie between the amounts of a [`Curve::Ranks`].
const RANK_STEPS: u32 = 100;

impl Curve {
    /// The curve of a measure where amounts are scaled so. For [`Scaling::Rank`] it is linear until [`Curve::ranks`] are
    /// known.
    pub fn of(scaling: Scaling, measure: Measure) -> Self {
        match scaling {
            Scaling::Auto if measure.is_logarithmic() => Self::Log,
            Scaling::Log if !measure.is_indicator() => Self::Log,
            _ => Self::Linear,
        }
    }

    /// The curve of a saved feature.
    pub fn saved(scaled: &ScaledFeature, measure: Measure) -> Self {
        match scaled.scaling {
            Scaling::Rank if !measure.is_indicator() => Self::Ranks(scaled.ranks.clone()),
            scaling => Self::of(scaling, measure),
        }
    }

    /// The curve through the quantiles of some amounts, of which NaN are missing; sorts them.
    pub fn ranks(amounts: &mut Vec<f64>) -> Self {
        amounts.retain(|amount| !amount.is_nan());
        amounts.sort_unstable_by(f64::total_cmp);
        let quantile = |step: u32| of_sorted(amounts, f64::from(step) / f64::from(RANK_STEPS));
        Self::Ranks((0..=RANK_STEPS).filter_map(quantile).collect())
    }

    /// An amount on the scale; NaN stays NaN. O(1), and O(log steps) for ranks.
    pub fn apply(&self, amount: f64) -> f64 {
        match self {
            Self::Linear => amount,
            Self::Log => libm::copysign(libm::log1p(amount.abs()), amount),
            Self::Ranks(knots) => rank(knots, amount),
        }
    }

    /// The amount that has this place on the scale.
    pub fn invert(&self, value: f64) -> f64 {
        match self {
            Self::Linear => value,
            Self::Log => libm::copysign(libm::expm1(value.abs()), value),
            Self::Ranks(knots) => of_sorted(knots, value.clamp(0.0, 1.0)).unwrap_or(0.0),
        }
    }
}

/// The place of an amount among others, 0 to 1; in the middle of those that equal it.
fn rank(knots: &[f64], amount: f64) -> f64 {
    if amount.is_nan() || knots.len() < 2 {
        return if amount.is_nan() { amount } else { 0.5 };
    }
    let below = knots.partition_point(|&knot| knot < amount);
    let not_above = knots.partition_point(|&knot| knot <= amount);
    let steps = (knots.len() - 1) as f64;
    if not_above > below {
        return (below + not_above - 1) as f64 / 2.0 / steps;
    }
    match below {
        0 => 0.0,
        end if end == knots.len() => 1.0,
        next => {
            let (low, high) = (knots[next - 1], knots[next]);
            ((next - 1) as f64 + (amount - low) / (high - low)) / steps
        }
    }
}

/// Where a feature's zero and unit lie: the mean and the standard deviation of its scaled amounts.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Scale {
    /// The mean.
    pub mean: f64,
    /// The standard deviation; 0 is read as 1.
    pub deviation: f64,
}

impl Scale {
    /// A scaled amount in deviations from the mean, within ±10¹⁴⁰; 0 if it is missing (NaN).
    pub fn standardized(self, value: f64) -> f64 {
        if value.is_nan() {
            return 0.0;
        }
        let deviation = if self.deviation == 0.0 { 1.0 } else { self.deviation };
        ((value - self.mean) / deviation).clamp(-MAX_COORDINATE, MAX_COORDINATE)
    }
}

/// Turns columns of scaled amounts into deviations from their means.
pub fn standardize(columns: &mut [Vec<f64>], scales: &[Scale]) {
    for (column, scale) in columns.iter_mut().zip(scales) {
        column.iter_mut().for_each(|value| *value = scale.standardized(*value));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rank_is_the_share_below_with_equals_counted_half() {
        let mut amounts: Vec<f64> = (0..=200).map(|n| f64::from(n).max(100.0)).collect();
        amounts.push(f64::NAN);
        let curve = Curve::ranks(&mut amounts);
        assert_eq!(
            [50.0, 150.0, 150.5, 200.0, 900.0].map(|at| curve.apply(at)),
            [0.0, 0.75, 0.7525, 1.0, 1.0]
        );
        assert_eq!(curve.apply(100.0), 0.25, "half of all lie at 100");
        assert!(curve.apply(f64::NAN).is_nan());
    }

    #[test]
    fn ranks_of_nobody_and_of_one_are_the_middle() {
        assert_eq!(Curve::ranks(&mut Vec::new()).apply(3.0), 0.5);
        assert_eq!(Curve::ranks(&mut vec![7.0]).apply(7.0), 0.5);
    }
}
