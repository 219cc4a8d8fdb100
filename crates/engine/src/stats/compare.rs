//! Comparing two arms of an experiment: how they differ, how sure that is, and how many users it takes.

use super::beta::incomplete_beta;
use super::interval::{Z_95, wilson};
use super::normal::{quantile, two_sided};

/// A difference with its 95 % interval and the probability of one as large or larger if there were none.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Difference {
    /// The second arm's mean minus the first's.
    pub difference: f64,
    /// Lower end of the interval.
    pub low: f64,
    /// Upper end of the interval.
    pub high: f64,
    /// The test's statistic.
    pub statistic: f64,
    /// Degrees of freedom; none of a normal statistic.
    pub freedom: Option<f64>,
    /// Two-sided; 0 stands for less than 1e-300.
    pub p_value: f64,
    /// The difference's variance, as the interval takes it.
    pub variance: f64,
}

/// What is known of an arm: its users, the mean, and the variance of the population (divided by n − 1).
#[derive(Clone, Copy, Debug, PartialEq)]
#[expect(missing_docs, reason = "the three")]
pub struct Arm {
    pub n: f64,
    pub mean: f64,
    pub variance: f64,
}

/// Two shares compared: the pooled z test (of two samples' χ², uncorrected), with Newcombe's hybrid score interval
/// (Newcombe 1998, method 10), which is right for small numbers and at 0 and 1 too. None if an arm is empty.
///
/// ```
/// use cairn_engine::stats::compare::two_shares;
/// // 10 of 100 against 20 of 100: z = 0.1 / √(0.15 · 0.85 / 50).
/// let found = two_shares((10, 100), (20, 100)).unwrap();
/// assert!((found.statistic - 1.980_295).abs() < 1e-6 && (found.p_value - 0.047_67).abs() < 1e-5);
/// ```
pub fn two_shares((a, n_a): (u64, u64), (b, n_b): (u64, u64)) -> Option<Difference> {
    let (of_a, of_b) = (wilson(a, n_a)?, wilson(b, n_b)?);
    let difference = of_b.rate - of_a.rate;
    let square = |x: f64| x * x;
    let low = difference - libm::sqrt(square(of_b.rate - of_b.low) + square(of_a.high - of_a.rate));
    let high = difference + libm::sqrt(square(of_b.high - of_b.rate) + square(of_a.rate - of_a.low));
    let pooled = (a + b) as f64 / (n_a + n_b) as f64;
    let spread = libm::sqrt(pooled * (1.0 - pooled) * (1.0 / n_a as f64 + 1.0 / n_b as f64));
    let statistic = if spread > 0.0 { difference / spread } else { 0.0 };
    let own = |rate: f64, n: u64| rate * (1.0 - rate) / n as f64;
    let variance = own(of_a.rate, n_a) + own(of_b.rate, n_b);
    Some(Difference {
        difference,
        low,
        high,
        statistic,
        freedom: None,
        p_value: two_sided(statistic),
        variance,
    })
}

/// Two means compared, where the arms may vary differently: Welch's t test (Welch 1947) on Satterthwaite's degrees of
/// freedom. None if an arm has fewer than two users or neither varies.
///
/// ```
/// use cairn_engine::stats::compare::{Arm, two_means};
/// // Student's sleep data (1908): t = 1.8608 on 17.776 degrees of freedom, p = 0.07939.
/// let a = Arm { n: 10.0, mean: 0.75, variance: 3.200_556 };
/// let b = Arm { n: 10.0, mean: 2.33, variance: 4.009 };
/// let found = two_means(a, b).unwrap();
/// assert!((found.statistic - 1.860_8).abs() < 5e-5 && (found.p_value - 0.079_39).abs() < 5e-6);
/// ```
pub fn two_means(a: Arm, b: Arm) -> Option<Difference> {
    let enough = a.n >= 2.0 && b.n >= 2.0;
    let (from_a, from_b) = (a.variance / a.n, b.variance / b.n);
    let variance = from_a + from_b;
    if !enough || variance <= 0.0 || !variance.is_finite() {
        return None;
    }
    let share = |part: f64, n: f64| (part / variance) * (part / variance) / (n - 1.0);
    let freedom = 1.0 / (share(from_a, a.n) + share(from_b, b.n));
    let difference = b.mean - a.mean;
    let statistic = difference / libm::sqrt(variance);
    let half = super::difference::student_95(freedom) * libm::sqrt(variance);
    Some(Difference {
        difference,
        low: difference - half,
        high: difference + half,
        statistic,
        freedom: Some(freedom),
        p_value: student_two_sided(statistic, freedom),
        variance,
    })
}

/// The probability that Student's t variable lies as far from 0 as `t` or farther, on either side.
pub fn student_two_sided(t: f64, freedom: f64) -> f64 {
    incomplete_beta(freedom / 2.0, 0.5, freedom / (freedom + t * t))
}

/// The mean of a ratio of sums, `Σy / Σx`, as an arm: its variance by the delta method (Deng, Knoblich & Lu 2018),
/// `(s²ᵧ − 2 r sₓᵧ + r² s²ₓ) / x̄²`, so that `variance / n` is the ratio's own. None if the denominators sum to 0.
pub fn ratio(n: f64, y: f64, x: f64, (yy, xx, xy): (f64, f64, f64)) -> Option<Arm> {
    if x <= 0.0 || n < 2.0 {
        return None;
    }
    let mean = y / x;
    Some(Arm { n, mean, variance: ((yy - 2.0 * mean * xy + mean * mean * xx) / (x * x)).max(0.0) })
}

/// A difference's always-valid p-value and 95 % interval: right at whatever time one looks, and however often (Robbins 1970;
/// Johari et al. 2017; with estimated variances by Waudby-Smith et al. 2021). The mixture is normal, and the interval
/// narrowest about `tuned` users; `n` users are in both arms.
pub fn always_valid(difference: f64, variance: f64, n: f64, tuned: f64) -> (f64, f64, f64) {
    let alpha = 0.05_f64;
    let log = -2.0 * libm::log(alpha);
    let mixture = n * (log + libm::log(log) + 1.0) / tuned;
    let square = difference * difference / variance;
    let evidence = libm::sqrt(1.0 + mixture) * libm::exp(-square / 2.0 * mixture / (1.0 + mixture));
    let half = libm::sqrt(variance * (1.0 + mixture) / mixture * (libm::log1p(mixture) + log));
    (evidence.min(1.0), difference - half, difference + half)
}

/// The smallest difference that a test at 5 % finds with this probability, given the difference's variance:
/// `(z₀.₉₇₅ + z_power) · √variance`.
pub fn smallest_effect(variance: f64, power: f64) -> f64 {
    (Z_95 + quantile(power)) * libm::sqrt(variance)
}

/// How many users each arm needs for a test at 5 % to find a difference with this probability:
/// `(z₀.₉₇₅ + z_power)² (s²ₐ + s²ᵦ) / difference²`, rounded up. None if the difference is 0.
///
/// ```
/// use cairn_engine::stats::compare::users_needed;
/// // 10 % against 12 %, power 80 %.
/// assert_eq!(users_needed(0.1 * 0.9, 0.12 * 0.88, 0.02, 0.8), Some(3_839));
/// ```
pub fn users_needed(variance_a: f64, variance_b: f64, difference: f64, power: f64) -> Option<u64> {
    let z = Z_95 + quantile(power);
    let n = z * z * (variance_a + variance_b) / (difference * difference);
    (difference != 0.0 && n.is_finite() && n < 9e15).then(|| libm::ceil(n) as u64)
}

/// What is believed of an arm's mean after the data.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Belief {
    /// A share under a uniform prior: a beta distribution with these two parameters.
    Beta(f64, f64),
    /// A mean under a flat prior: a normal distribution with this mean and standard deviation.
    Normal(f64, f64),
}

impl Belief {
    fn mean(self) -> f64 {
        match self {
            Self::Beta(a, b) => a / (a + b),
            Self::Normal(mean, _) => mean,
        }
    }

    fn deviation(self) -> f64 {
        match self {
            Self::Beta(a, b) => libm::sqrt(a * b / ((a + b) * (a + b) * (a + b + 1.0))),
            Self::Normal(_, deviation) => deviation,
        }
    }

    fn cdf(self, x: f64) -> f64 {
        match self {
            Self::Beta(a, b) => incomplete_beta(a, b, x),
            Self::Normal(mean, deviation) => super::normal::cdf((x - mean) / deviation),
        }
    }
}

/// For each arm the probability that its mean is the greatest, and the expected loss of choosing it: by how much the
/// greatest mean exceeds its own, on average over what is believed. `P(i) = ∫ fᵢ Π Fⱼ` and `E[max] = max − ∫ Π Fⱼ` by
/// quadrature on 4,096 cells, so that no draw of random numbers decides. None if an arm's belief has no spread.
///
/// ```
/// use cairn_engine::stats::compare::{Belief, best};
/// let found = best(&[Belief::Beta(1.0, 1.0), Belief::Beta(2.0, 1.0)]).unwrap();
/// // Uniform against 2x: P(first is greater) = ∫ (1 − F₁) f₂ … = 1/3; E[max] = 3/4.
/// assert!((found[0].0 - 1.0 / 3.0).abs() < 1e-6 && (found[0].1 - 0.25).abs() < 1e-6);
/// ```
pub fn best(beliefs: &[Belief]) -> Option<Vec<(f64, f64)>> {
    const N_CELLS: usize = 4_096;
    let spread = |belief: &Belief| {
        (belief.mean() - 9.0 * belief.deviation(), belief.mean() + 9.0 * belief.deviation())
    };
    if beliefs.iter().any(|belief| belief.deviation().is_nan() || belief.deviation() <= 0.0) {
        return None;
    }
    let low = beliefs.iter().map(|belief| spread(belief).0).fold(f64::INFINITY, f64::min);
    let high = beliefs.iter().map(|belief| spread(belief).1).fold(f64::NEG_INFINITY, f64::max);
    let is_share = beliefs.iter().all(|belief| matches!(belief, Belief::Beta(..)));
    let (low, high) = if is_share { (low.max(0.0), high.min(1.0)) } else { (low, high) };
    let width = (high - low) / N_CELLS as f64;
    let mut chances = vec![0.0; beliefs.len()];
    let mut below_all = 0.0;
    let mut before: Vec<f64> = beliefs.iter().map(|belief| belief.cdf(low)).collect();
    for cell in 1..=N_CELLS {
        let after: Vec<f64> = beliefs.iter().map(|belief| belief.cdf(low + width * cell as f64)).collect();
        let middle: Vec<f64> = before.iter().zip(&after).map(|(a, b)| (a + b) / 2.0).collect();
        below_all += middle.iter().product::<f64>() * width;
        for (own, chance) in chances.iter_mut().enumerate() {
            let others = middle.iter().enumerate().filter(|(other, _)| *other != own).map(|(_, below)| below);
            *chance += (after[own] - before[own]) * others.product::<f64>();
        }
        before = after;
    }
    let greatest = high - below_all;
    let sum: f64 = chances.iter().sum();
    let found = chances.iter().zip(beliefs);
    Some(found.map(|(chance, belief)| (chance / sum, (greatest - belief.mean()).max(0.0))).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stats::random::Random;

    #[test]
    fn an_always_valid_test_that_is_looked_at_often_rejects_at_most_5_percent() {
        let (mut random, mut n_rejected, mut n_fixed) = (Random::new(7), 0, 0);
        let n_runs = crate::testing::n_cases(2_000);
        for _ in 0..n_runs {
            let (mut sums, mut is_rejected, mut is_fixed) = ([0_u64; 2], false, false);
            for look in 1..=20_u64 {
                for arm in &mut sums {
                    *arm += (0..100).filter(|_| random.next_f64() < 0.3).count() as u64;
                }
                let found = two_shares((sums[0], look * 100), (sums[1], look * 100)).unwrap();
                let n = (look * 200) as f64;
                let (p, low, high) = always_valid(found.difference, found.variance, n, 2_000.0);
                assert_eq!(p < 0.05, low > 0.0 || high < 0.0, "interval and p-value agree");
                is_rejected |= p < 0.05;
                is_fixed |= found.p_value < 0.05;
            }
            n_rejected += u32::from(is_rejected);
            n_fixed += u32::from(is_fixed);
        }
        assert!(f64::from(n_rejected) / f64::from(n_runs) <= 0.05, "{n_rejected}");
        assert!(f64::from(n_fixed) / f64::from(n_runs) > 0.2, "peeking at the plain test: {n_fixed}");
    }

    fn near(found: f64, expected: f64) -> bool {
        (found - expected).abs() <= 1e-9 * expected.abs().max(1e-3)
    }

    /// SciPy and statsmodels; see `tests/reference/experiments.py`.
    #[test]
    fn numbers_agree_with_scipy_and_statsmodels() {
        let shares = [
            (
                (10, 100),
                (20, 100),
                1.980_295_085_953_348_8,
                0.047_670_380_656_161_41,
                0.000_149_025_118_557_619_13,
                0.199_473_870_078_069_55,
            ),
            (
                (3785, 17293),
                (3423, 17260),
                -4.701_830_023_753_982,
                2.578_401_033_720_593e-6,
                -0.029_118_492_638_700_127,
                -0.011_987_858_902_150_414,
            ),
            (
                (0, 20),
                (5, 30),
                1.924_500_897_298_752,
                0.054_291_828_366_854_644,
                -0.019_522_587_838_585_514,
                0.335_643_505_064_160_35,
            ),
            (
                (821, 8215),
                (905, 8154),
                2.301_446_971_387_557,
                0.021_366_379_505_313_216,
                0.001_638_142_724_629_523_5,
                0.020_468_208_945_665_117,
            ),
        ];
        for (a, b, z, p_value, low, high) in shares {
            let found = two_shares(a, b).unwrap();
            assert!(near(found.statistic, z) && near(found.p_value, p_value), "{found:?}");
            assert!(near(found.low, low) && near(found.high, high), "{found:?}");
        }
    }

    #[test]
    fn means_and_beliefs_agree_with_scipy() {
        let arm = |values: &[f64]| {
            let mean = values.iter().sum::<f64>() / values.len() as f64;
            let squares: f64 = values.iter().map(|value| (value - mean) * (value - mean)).sum();
            Arm { n: values.len() as f64, mean, variance: squares / (values.len() - 1) as f64 }
        };
        let a = arm(&[0.0, 0.0, 0.0, 12.5, 3.0, 0.0, 99.0, 0.0, 7.0, 1.0]);
        let b = arm(&[0.0, 5.0, 8.0, 0.0, 20.25, 300.0, 0.0, 0.0, 0.0, 4.0, 11.0, 2.0]);
        let found = two_means(a, b).unwrap();
        assert!(
            near(found.statistic, 0.638_429_138_812_405_3)
                && near(found.freedom.unwrap(), 14.261_696_795_624_6)
        );
        assert!(
            near(found.p_value, 0.533_313_060_863_306_2) && near(found.low, -39.865_807_464_305_07),
            "{found:?}"
        );
        let of_ratio = ratio(6.0, 9.0, 2.0, (119.2, 1.6, 10.0)).unwrap();
        assert!(near(of_ratio.mean, 4.5), "{of_ratio:?}");
        let bayes = [
            (
                (11.0, 91.0),
                (21.0, 81.0),
                0.975_173_033_152_874_6,
                0.098_518_574_990_272_22,
                0.000_479_359_303_997_728_4,
            ),
            (
                (822.0, 7395.0),
                (906.0, 7250.0),
                0.989_309_625_846_815_8,
                0.011_064_879_415_901_896,
                1.752_445_143_660_130_7e-5,
            ),
        ];
        for ((a, b), (c, d), chance, loss_a, loss_b) in bayes {
            let found = best(&[Belief::Beta(a, b), Belief::Beta(c, d)]).unwrap();
            assert!((found[1].0 - chance).abs() < 1e-6, "{found:?}");
            assert!((found[0].1 - loss_a).abs() < 1e-6 && (found[1].1 - loss_b).abs() < 1e-6, "{found:?}");
        }
    }

    #[test]
    fn beliefs_that_are_the_same_are_best_equally_often() {
        let found = best(&[Belief::Normal(3.0, 2.0); 4]).unwrap();
        assert!(found.iter().all(|(chance, _)| (chance - 0.25).abs() < 1e-9));
        // E[max of two standard normals] = 1/√π.
        let two = best(&[Belief::Normal(0.0, 1.0); 2]).unwrap();
        assert!((two[0].1 - 1.0 / std::f64::consts::PI.sqrt()).abs() < 1e-5, "{two:?}");
        assert_eq!(best(&[Belief::Normal(0.0, 0.0); 2]), None);
    }

    #[test]
    fn intervals_hold_the_truth_19_times_in_20() {
        let n_runs = crate::testing::n_cases(2_000);
        let mut random = Random::new(11);
        let (mut n_shares, mut n_means) = (0, 0);
        for _ in 0..n_runs {
            let mut count = |n: u64, share: f64| (0..n).filter(|_| random.next_f64() < share).count() as u64;
            let found = two_shares((count(400, 0.1), 400), (count(300, 0.13), 300)).unwrap();
            n_shares += u32::from(found.low <= 0.03 && 0.03 <= found.high);
            // Sums of uniform numbers, which vary differently.
            let mut arm = |n: usize, scale: f64| {
                let value = |_| scale * (0..4).map(|_| random.next_f64() - 0.5).sum::<f64>();
                let moments: crate::stats::moments::Moments = (0..n).map(value).collect();
                Arm { n: n as f64, mean: moments.mean, variance: moments.sample_variance().unwrap() }
            };
            let found = two_means(arm(12, 1.0), arm(30, 3.0)).unwrap();
            n_means += u32::from(found.low <= 0.0 && 0.0 <= found.high);
        }
        for n in [n_shares, n_means] {
            let coverage = f64::from(n) / f64::from(n_runs);
            assert!((coverage - 0.95).abs() < 0.015, "{coverage}");
        }
    }

    #[test]
    fn shares_at_the_ends_have_intervals_too() {
        let found = two_shares((0, 20), (0, 30)).unwrap();
        assert!(found.low < -0.05 && found.high > 0.05 && found.p_value == 1.0);
        assert_eq!(two_shares((0, 0), (1, 2)), None);
    }
}
