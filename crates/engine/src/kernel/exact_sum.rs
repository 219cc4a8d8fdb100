//! Sums of f64 that do not depend on the order of adding, so that they need not be kept apart by bucket.
//!
//! A sum is held as an expansion: a few numbers that do not overlap and whose exact sum is the exact sum of all that was
//! added (Shewchuk, *Adaptive Precision Floating-Point Arithmetic*, 1997; the way of Python's `math.fsum`). It is rounded
//! once, when it is asked for.

use serde::{Deserialize, Serialize};

/// Numbers from here on are not added: sums of 2³² of the others never come near the end of the range.
const HUGE: f64 = 1e288;

/// An exact sum. The default is the sum of nothing, 0.
///
/// ```
/// use cairn_engine::kernel::exact_sum::ExactSum;
/// let mut sum = ExactSum::default();
/// [1e16, 1.0, -1e16, 0.1].into_iter().for_each(|value| sum.add(value));
/// assert_eq!(sum.total(), Some(1.1));
/// ```
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct ExactSum {
    /// The numbers of the expansion, from the smallest to the greatest.
    parts: Vec<f64>,
    /// How many numbers were too large to add.
    n_huge: u64,
}

impl ExactSum {
    /// Adds a number. O(1): an expansion has at most a few dozen parts, and mostly one or two.
    #[inline]
    pub fn add(&mut self, value: f64) {
        if value.abs() < HUGE {
            self.grow(value);
        } else {
            self.n_huge += 1;
        }
    }

    /// Adds another sum.
    pub fn merge(&mut self, other: &Self) {
        other.parts.iter().for_each(|&part| self.grow(part));
        self.n_huge += other.n_huge;
    }

    /// The sum, correctly rounded; none if a number of 10²⁸⁸ or more was among those added.
    pub fn total(&self) -> Option<f64> {
        if self.n_huge > 0 {
            return None;
        }
        let mut rest = self.parts.iter().rev().copied();
        let mut high = rest.next().unwrap_or(0.0);
        while let Some(part) = rest.next() {
            let sum = high + part;
            let error = part - (sum - high);
            high = sum;
            if error != 0.0 {
                // Halfway between two numbers, what lies below decides.
                let below = rest.next().unwrap_or(0.0);
                let twice = error * 2.0;
                if (error < 0.0 && below < 0.0) || (error > 0.0 && below > 0.0) {
                    let rounded = high + twice;
                    if rounded - high == twice {
                        high = rounded;
                    }
                }
                break;
            }
        }
        Some(high + 0.0)
    }

    fn grow(&mut self, mut value: f64) {
        let mut kept = 0;
        for at in 0..self.parts.len() {
            let mut part = self.parts[at];
            if value.abs() < part.abs() {
                std::mem::swap(&mut value, &mut part);
            }
            let sum = value + part;
            let error = part - (sum - value);
            if error != 0.0 {
                self.parts[kept] = error;
                kept += 1;
            }
            value = sum;
        }
        self.parts.truncate(kept);
        if value != 0.0 {
            self.parts.push(value);
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn sum_of(values: &[f64]) -> ExactSum {
        let mut sum = ExactSum::default();
        values.iter().for_each(|&value| sum.add(value));
        sum
    }

    #[test]
    fn sums_are_rounded_once() {
        assert_eq!(sum_of(&[0.1; 10]).total(), Some(1.0));
        assert_eq!(sum_of(&[]).total(), Some(0.0));
        assert_eq!(sum_of(&[-0.0]).total().map(f64::to_bits), Some(0));
        // Half a unit in the last place goes to the even neighbor, and a hair more goes up.
        assert_eq!(sum_of(&[1.0, f64::EPSILON / 2.0]).total(), Some(1.0));
        assert_eq!(sum_of(&[1.0, f64::EPSILON / 2.0, 1e-30]).total(), Some(1.0 + f64::EPSILON));
        assert_eq!(sum_of(&[1.0, 1e300]).total(), None);
    }

    proptest! {
        #[test]
        fn whole_numbers_sum_as_integers_do_and_any_numbers_in_any_order(
            values in prop::collection::vec(
                prop_oneof![(-1_000_000_000_000_i64..1_000_000_000_000).prop_map(|n| n as f64), -1e18..1e18_f64, -1e-9..1e-9_f64],
                0..40,
            ),
            cut in 0_usize..40,
        ) {
            let whole = sum_of(&values);
            let (a, b) = values.split_at(cut.min(values.len()));
            let mut joined = sum_of(b);
            joined.merge(&sum_of(a));
            prop_assert_eq!(joined.total(), whole.total());
            let integers: Vec<f64> = values.iter().map(|value| value.trunc()).collect();
            let exact: i128 = integers.iter().map(|&value| value as i128).sum();
            prop_assert_eq!(sum_of(&integers).total(), Some(exact as f64));
        }
    }
}
