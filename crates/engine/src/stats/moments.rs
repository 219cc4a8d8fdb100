//! Mean and variance, gathered in one pass and merged.

use serde::{Deserialize, Serialize};

/// How many values there were, their mean, and the sum of their squared deviations from it.
///
/// Values are added by Welford's (1962) recurrence and parts merged by Chan, Golub & LeVeque's (1979), which keep their
/// digits where a sum of squares would lose them; values that are all equal have a deviation of exactly 0. Floating-point
/// results depend on the order of values and of merges: fix it.
///
/// ```
/// use cairn_engine::stats::moments::Moments;
/// let moments = [2.0, 4.0, 4.0, 4.0, 5.0, 5.0, 7.0, 9.0].into_iter().collect::<Moments>();
/// assert_eq!((moments.n, moments.mean, moments.deviation()), (8, 5.0, 2.0));
/// assert_eq!(moments.sample_variance(), Some(32.0 / 7.0));
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Moments {
    /// How many values.
    pub n: u64,
    /// Their mean; 0 if there are none.
    pub mean: f64,
    /// Sum of the squared deviations from the mean.
    pub squares: f64,
}

impl Moments {
    /// Adds a value.
    pub fn add(&mut self, value: f64) {
        self.n += 1;
        let before = value - self.mean;
        self.mean += before / self.n as f64;
        self.squares += before * (value - self.mean);
    }

    /// The moments of both lots of values.
    #[must_use]
    pub fn merged(self, other: Self) -> Self {
        if self.n == 0 {
            return other;
        }
        if other.n == 0 {
            return self;
        }
        let n = self.n + other.n;
        let apart = other.mean - self.mean;
        let weight = other.n as f64 / n as f64;
        Self {
            n,
            mean: self.mean + apart * weight,
            squares: self.squares + other.squares + apart * apart * weight * self.n as f64,
        }
    }

    /// The moments of what is left of these values without some of them. Where hardly anything is left of the squares, it is
    /// rounding, and counts as nothing.
    #[must_use]
    pub fn without(self, part: Self) -> Self {
        let n = self.n - part.n;
        if n == 0 || part.n == 0 {
            return if n == 0 { Self::default() } else { self };
        }
        let mean = self.mean + (self.mean - part.mean) * (part.n as f64 / n as f64);
        let apart = part.mean - mean;
        let between = apart * apart * (part.n as f64 / self.n as f64) * n as f64;
        let squares = self.squares - part.squares - between;
        Self { n, mean, squares: if squares > self.squares * 1e-12 { squares } else { 0.0 } }
    }

    /// Standard deviation of the values as a whole population (divided by n); 0 if there are none.
    pub fn deviation(&self) -> f64 {
        if self.n == 0 { 0.0 } else { libm::sqrt(self.squares / self.n as f64) }
    }

    /// Variance of the population that the values are a sample of (divided by n − 1); none below two values.
    pub fn sample_variance(&self) -> Option<f64> {
        (self.n > 1).then(|| self.squares / (self.n - 1) as f64)
    }
}

impl FromIterator<f64> for Moments {
    fn from_iter<T: IntoIterator<Item = f64>>(values: T) -> Self {
        let mut moments = Self::default();
        values.into_iter().for_each(|value| moments.add(value));
        moments
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn equal_values_deviate_by_exactly_nothing_however_they_are_merged() {
        let part = |n: usize| vec![0.1; n].into_iter().collect::<Moments>();
        let merged = part(3).merged(part(1)).merged(part(7)).merged(Moments::default());
        assert_eq!((merged.n, merged.mean, merged.squares), (11, 0.1, 0.0));
    }

    #[test]
    fn a_large_offset_costs_no_digits() {
        let moments: Moments = [4.0, 7.0, 13.0, 16.0].map(|value| value + 1e9).into_iter().collect();
        assert_eq!(moments.sample_variance(), Some(30.0));
    }

    proptest! {
        #[test]
        fn what_is_left_without_a_part_is_the_rest(
            a in prop::collection::vec(-1e3..1e3, 0..20), b in prop::collection::vec(-1e3..1e3, 0..20),
        ) {
            let (of_a, of_b) = (a.iter().copied().collect::<Moments>(), b.iter().copied().collect::<Moments>());
            let left = of_a.merged(of_b).without(of_a);
            prop_assert_eq!(left.n, of_b.n);
            prop_assert!((left.mean - of_b.mean).abs() < 1e-8 && (left.squares - of_b.squares).abs() < 1e-4);
        }

        #[test]
        fn merged_parts_agree_with_two_passes_over_all(
            a in prop::collection::vec(-1e3..1e3, 0..20), b in prop::collection::vec(-1e3..1e3, 1..20),
        ) {
            let moments = a.iter().copied().collect::<Moments>().merged(b.iter().copied().collect());
            let all: Vec<f64> = a.into_iter().chain(b).collect();
            let mean = all.iter().sum::<f64>() / all.len() as f64;
            let squares: f64 = all.iter().map(|value| (value - mean) * (value - mean)).sum();
            prop_assert_eq!(moments.n, all.len() as u64);
            prop_assert!((moments.mean - mean).abs() < 1e-9 && (moments.squares - squares).abs() < 1e-6);
        }
    }
}
