//! Continued fractions.

/// `1 / (b₀ + a₁ / (b₁ + a₂ / (b₂ + …)))` of `first` = b₀ and `terms` = (aₙ, bₙ), by Lentz' method as modified by Thompson
/// and Barnett (Press et al. 2007, § 5.2), until a term changes the value by less than 1e-15 of it or there are no more.
pub(super) fn inverse_fraction(first: f64, terms: impl Iterator<Item = (f64, f64)>) -> f64 {
    const TINY: f64 = 1e-300;
    let away_from_0 = |value: f64| if value.abs() < TINY { TINY } else { value };
    let mut c = 1.0 / TINY;
    let mut d = 1.0 / away_from_0(first);
    let mut result = d;
    for (a, b) in terms {
        d = 1.0 / away_from_0(b + a * d);
        c = away_from_0(b + a / c);
        result *= c * d;
        if (c * d - 1.0).abs() < 1e-15 {
            break;
        }
    }
    result
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ones_without_end_give_the_golden_ratio() {
        let golden = (5.0_f64.sqrt() - 1.0) / 2.0;
        assert!((inverse_fraction(1.0, std::iter::repeat((1.0, 1.0))) - golden).abs() < 1e-15);
    }

    #[test]
    fn a_fraction_that_ends_is_summed_to_its_end() {
        // 1 / (2 + 3 / (4 + 5 / 6)) = 29 / 76
        let terms = [(3.0, 4.0), (5.0, 6.0)];
        assert!((inverse_fraction(2.0, terms.into_iter()) - 29.0 / 76.0).abs() < 1e-15);
    }
}
