//! The incomplete gamma function, behind the chi-squared and the Poisson distribution.

use super::fraction::inverse_fraction;

/// The regularized upper incomplete gamma function `Q(a, x) = Γ(a, x) / Γ(a)` for `a` > 0 and `x` ≥ 0: the probability
/// that a gamma variable of shape `a` exceeds `x`. By its series below `a + 1` and its continued fraction, summed by
/// Lentz' method, above (Press et al. 2007, § 6.2), to about 1e-13 of its value for `a` up to some hundreds.
///
/// ```
/// use cairn_engine::stats::gamma::upper_gamma;
/// assert!((upper_gamma(1.0, 2.0) - (-2.0_f64).exp()).abs() < 1e-15);
/// assert_eq!(upper_gamma(3.0, 0.0), 1.0);
/// ```
pub fn upper_gamma(a: f64, x: f64) -> f64 {
    if x <= 0.0 {
        return 1.0;
    }
    let front = libm::exp(a * libm::log(x) - x - libm::lgamma(a));
    if x < a + 1.0 { (1.0 - front * series(a, x)).max(0.0) } else { front * fraction(a, x) }
}

/// `Σ xⁿ / (a (a+1) … (a+n))`.
fn series(a: f64, x: f64) -> f64 {
    let (mut term, mut sum, mut above) = (1.0 / a, 1.0 / a, a);
    for _ in 0..10_000 {
        above += 1.0;
        term *= x / above;
        sum += term;
        if term < sum * 1e-16 {
            break;
        }
    }
    sum
}

fn fraction(a: f64, x: f64) -> f64 {
    let first = x + 1.0 - a;
    let term = |n: f64| (n * (a - n), first + 2.0 * n);
    inverse_fraction(first, (1..=10_000).map(|n| term(f64::from(n))))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whole_shapes_agree_with_the_poisson_sum() {
        // Q(n, x) = e^−x Σ xᵏ/k! for k < n, on both sides of a + 1.
        for n in 1..=30 {
            for x in [0.1, 1.0, 4.5, 10.0, 29.0, 31.5, 60.0] {
                let terms = (1..n).scan(1.0, |term, k| {
                    *term *= x / f64::from(k);
                    Some(*term)
                });
                let expected = (-x).exp() * (1.0 + terms.sum::<f64>());
                let found = upper_gamma(f64::from(n), x);
                assert!((found - expected).abs() < 1e-12, "{n}, {x}: {found} and {expected}");
            }
        }
    }
}
