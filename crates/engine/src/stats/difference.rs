//! Intervals for the difference of two means.

use super::beta::incomplete_beta;
use super::moments::Moments;

/// The 95 % interval of `a`'s mean minus `b`'s, where the two may vary differently (Welch 1947): `difference ±
/// t · √(s²ₐ/nₐ + s²ᵦ/nᵦ)`, with `t` at Satterthwaite's degrees of freedom. None if a group has fewer than two values or
/// neither varies: the data then say nothing about their spread.
///
/// ```
/// use cairn_engine::stats::{difference::welch, moments::Moments};
/// // Student's sleep data (1908): t = −1.8608 on 17.776 degrees of freedom, 95 % interval −3.3655 to 0.2055.
/// let a = [0.7, -1.6, -0.2, -1.2, -0.1, 3.4, 3.7, 0.8, 0.0, 2.0].into_iter().collect::<Moments>();
/// let b = [1.9, 0.8, 1.1, 0.1, -0.1, 4.4, 5.5, 1.6, 4.6, 3.4].into_iter().collect::<Moments>();
/// let (low, high) = welch(&a, &b).unwrap();
/// assert!((low + 3.3655).abs() < 5e-5 && (high - 0.2055).abs() < 5e-5);
/// ```
pub fn welch(a: &Moments, b: &Moments) -> Option<(f64, f64)> {
    let square = |moments: &Moments| Some(moments.sample_variance()? / moments.n as f64);
    let (from_a, from_b) = (square(a)?, square(b)?);
    let both = from_a + from_b;
    if both <= 0.0 {
        return None;
    }
    let share = |part: f64, n: u64| (part / both) * (part / both) / (n - 1) as f64;
    let freedom = 1.0 / (share(from_a, a.n) + share(from_b, b.n));
    let difference = a.mean - b.mean;
    let half = student_95(freedom) * libm::sqrt(both);
    Some((difference - half, difference + half))
}

/// The two-sided 95 % quantile of Student's t distribution with `freedom` ≥ 1 degrees of freedom, whole or not: the `t`
/// at which `P(|T| > t) = I_{ν/(ν+t²)}(ν/2, 1/2)` is 5 %, found by halving to the last digits.
pub fn student_95(freedom: f64) -> f64 {
    let freedom = freedom.max(1.0);
    let tails = |t: f64| incomplete_beta(freedom / 2.0, 0.5, freedom / (freedom + t * t));
    let (mut low, mut high) = (1.9, 13.0);
    for _ in 0..52 {
        let middle = (low + high) / 2.0;
        if tails(middle) > 0.05 {
            low = middle;
        } else {
            high = middle;
        }
    }
    (low + high) / 2.0
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stats::interval::Z_95;

    #[test]
    fn quantiles_agree_with_the_printed_table() {
        let table = [
            (1.0, 12.706_205),
            (1.5, 6.016_663),
            (2.0, 4.302_653),
            (3.5, 2.940_089),
            (5.0, 2.570_582),
            (10.0, 2.228_139),
            (17.776, 2.102_821),
            (30.0, 2.042_272),
            (120.0, 1.979_930),
            (1e5, 1.959_988),
        ];
        for (freedom, expected) in table {
            let found = student_95(freedom);
            assert!((found - expected).abs() < 1e-6, "{freedom}: {found}");
        }
        assert!((student_95(1e9) - Z_95).abs() < 1e-6);
    }

    #[test]
    fn groups_that_tell_nothing_of_their_spread_have_no_interval() {
        let [one, same, other] = [vec![3.0], vec![1.0; 5], vec![2.0; 5]].map(Moments::from_iter);
        assert_eq!(welch(&one, &same), None);
        assert_eq!(welch(&same, &other), None);
    }
}
