//! How something new spreads: the model of Bass (1969).

use super::minimum::minimum;

/// A fitted model: `m` adopters in all, of whom a part `p` of those who have not yet adopt by themselves at each step, and
/// a part `q` for each share of `m` that has.
#[derive(Clone, Copy, Debug, PartialEq)]
#[expect(missing_docs, reason = "as in the paper")]
pub struct Bass {
    pub p: f64,
    pub q: f64,
    pub m: f64,
    /// The share of the variance of the adopters by step that the curve explains.
    pub r_squared: f64,
    /// The mean squared deviation from the curve.
    pub mean_square: f64,
}

/// Why there is no fit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NoBass {
    /// Fewer than six steps or ten adopters.
    TooFew,
    /// Adoption has not begun to slow down, so that the data do not tell how many will adopt.
    NoPeakYet,
    /// The curve does not fit, or not with sensible parameters.
    NotConverged,
}

impl Bass {
    /// Fits the curve's difference from step to step, `m (F(t) − F(t−1))` with `F(t) = (1 − e^−(p+q)t) / (1 + q/p
    /// e^−(p+q)t)`, by least squares (Srinivasan & Mason 1986).
    ///
    /// # Errors
    /// If there is too little, no peak yet, or no sensible curve.
    pub fn fit(adopters: &[f64]) -> Result<Self, NoBass> {
        let all: f64 = adopters.iter().sum();
        if adopters.len() < 6 || all < 10.0 {
            return Err(NoBass::TooFew);
        }
        let n = adopters.len() as f64;
        let mean = all / n;
        let variance: f64 = adopters.iter().map(|own| (own - mean) * (own - mean)).sum();
        let squares = |model: &Self| -> f64 {
            let apart = |(step, own): (usize, &f64)| own - model.at(step as f64 + 1.0);
            adopters.iter().enumerate().map(|pair| apart(pair) * apart(pair)).sum()
        };
        let cost = |logs: &[f64]| {
            let model = Self::from_logs(logs, all);
            let is_far = logs.iter().any(|log| log.abs() > 14.0);
            if is_far { f64::INFINITY } else { squares(&model) / variance.max(f64::MIN_POSITIVE) }
        };
        let starts = [[-4.0, -1.0, 0.2], [-3.0, -0.5, 0.0], [-6.0, -1.5, 0.5], [-3.0, -3.0, 0.5]];
        let found = starts.iter().filter_map(|start| minimum(&cost, start));
        let best = found.min_by(|a, b| a.value.total_cmp(&b.value)).ok_or(NoBass::NotConverged)?;
        let model = Self::from_logs(&best.at, all);
        // The peak must be behind, and most of the market in sight.
        if model.m > 5.0 * all || model.peak() > n {
            return Err(NoBass::NoPeakYet);
        }
        let mean_square = squares(&model) / (n - 3.0);
        let r_squared = 1.0 - squares(&model) / variance;
        if !(model.p < 1.0 && model.q < 5.0 && r_squared > 0.0) {
            return Err(NoBass::NotConverged);
        }
        Ok(Self { r_squared, mean_square, ..model })
    }

    fn from_logs(logs: &[f64], all: f64) -> Self {
        let [p, q, m] = [libm::exp(logs[0]), libm::exp(logs[1]), all * libm::exp(logs[2])];
        Self { p, q, m, r_squared: 0.0, mean_square: 0.0 }
    }

    /// The share that has adopted by a time.
    pub fn share(&self, time: f64) -> f64 {
        let decay = libm::exp(-(self.p + self.q) * time);
        (1.0 - decay) / (1.0 + self.q / self.p * decay)
    }

    /// Adopters of the step that ends at this time.
    pub fn at(&self, step: f64) -> f64 {
        self.m * (self.share(step) - self.share(step - 1.0))
    }

    /// When adoption is fastest; 0 if it only slows down.
    pub fn peak(&self) -> f64 {
        (libm::log(self.q / self.p) / (self.p + self.q)).max(0.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stats::random::Random;

    #[test]
    fn a_curve_gives_its_own_parameters_back() {
        // Room air conditioners (Srinivasan & Mason 1986): p .0094, q .3748, m 18.7 million.
        let model = Bass { p: 0.009_4, q: 0.374_8, m: 18.7e6, r_squared: 1.0, mean_square: 0.0 };
        let adopters: Vec<f64> = (1..=14).map(|year| model.at(f64::from(year))).collect();
        let found = Bass::fit(&adopters).unwrap();
        let near = |found: f64, expected: f64| (found - expected).abs() < 1e-3 * expected;
        assert!(near(found.p, model.p) && near(found.q, model.q) && near(found.m, model.m), "{found:?}");
        assert!((found.peak() - 9.59).abs() < 0.01 && found.r_squared > 0.999_999);
    }

    #[test]
    fn noise_moves_the_parameters_a_little() {
        let model = Bass { p: 0.018_5, q: 0.615_9, m: 39_700.0, r_squared: 1.0, mean_square: 0.0 };
        let mut random = Random::new(3);
        let noisy = |year| model.at(f64::from(year)) * (0.95 + 0.1 * random.next_f64());
        let found = Bass::fit(&(1..=12).map(noisy).collect::<Vec<_>>()).unwrap();
        assert!((found.m / model.m - 1.0).abs() < 0.1 && (found.q / model.q - 1.0).abs() < 0.2, "{found:?}");
    }

    #[test]
    fn where_adoption_still_grows_its_end_is_not_known() {
        let growing: Vec<f64> = (1..=8).map(|step| f64::from(step * step * 10)).collect();
        assert_eq!(Bass::fit(&growing), Err(NoBass::NoPeakYet));
        assert_eq!(Bass::fit(&[1.0; 5]), Err(NoBass::TooFew));
    }
}
