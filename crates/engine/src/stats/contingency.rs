//! Tables of counts: whether groups differ in how often something happens, and by how much.

use super::gamma::upper_gamma;

/// How groups differ in how often something happens.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Association {
    /// Pearson's statistic.
    pub chi_squared: f64,
    /// The probability of such a statistic or a larger one if the groups did not differ.
    pub p_value: f64,
    /// Cramér's V, from 0 (the groups do not differ) to 1 (the group decides): the effect, whatever the number of users.
    pub cramers_v: f64,
}

/// Compares groups of `(happened, did not happen)`. None if there are fewer than two groups, a group is empty, or it
/// happened always or never.
///
/// Pearson's `χ² = Σ (observed − expected)² / expected` over the groups × 2 cells without a correction for continuity
/// (Pearson 1900), on `groups − 1` degrees of freedom; `V = √(χ² / n)` because the table has two columns (Cramér 1946,
/// § 21.9). The approximation is good where every expected count is at least 5 (Cochran 1954), which is the caller's to
/// see to. O(groups).
///
/// ```
/// use cairn_engine::stats::contingency::association;
/// // The aspirin trial (Agresti, Categorical Data Analysis, table 2.3): heart attacks under placebo and aspirin.
/// let found = association(&[(189, 10_845), (104, 10_933)]).unwrap();
/// assert!((found.chi_squared - 25.01).abs() < 0.005 && found.p_value < 1e-6);
/// ```
pub fn association(groups: &[(u64, u64)]) -> Option<Association> {
    let (yes, no) = groups.iter().fold((0, 0), |(yes, no), group| (yes + group.0, no + group.1));
    let n = yes + no;
    if groups.len() < 2 || yes == 0 || no == 0 || groups.iter().any(|group| group.0 + group.1 == 0) {
        return None;
    }
    let share = yes as f64 / n as f64;
    // Both cells of a group deviate by the same amount.
    let part = |&(happened, not): &(u64, u64)| {
        let size = (happened + not) as f64;
        let deviation = happened as f64 - size * share;
        deviation * deviation / (size * share * (1.0 - share))
    };
    let chi_squared: f64 = groups.iter().map(part).sum();
    Some(Association {
        chi_squared,
        p_value: upper_gamma((groups.len() - 1) as f64 / 2.0, chi_squared / 2.0),
        cramers_v: libm::sqrt(chi_squared / n as f64).min(1.0),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn critical_values_agree_with_the_printed_table() {
        for (freedom, critical) in [(1, 3.841_459), (2, 5.991_465), (4, 9.487_729), (9, 16.918_978)] {
            let p_value = upper_gamma(f64::from(freedom) / 2.0, critical / 2.0);
            assert!((p_value - 0.05).abs() < 1e-7, "{freedom}: {p_value}");
        }
    }

    #[test]
    fn a_table_that_can_be_checked_by_hand() {
        // Half of all happen, so 10 are expected in each cell of three groups of 20: χ² = 4 · 25/10 = 10, V = √(10/60).
        let found = association(&[(15, 5), (10, 10), (5, 15)]).unwrap();
        assert!((found.chi_squared - 10.0).abs() < 1e-12);
        assert!((found.cramers_v - 0.408_248_290).abs() < 1e-9);
        assert!((found.p_value - (-5.0_f64).exp()).abs() < 1e-15, "two degrees of freedom: e^(−χ²/2)");
        assert_eq!(association(&[(3, 0), (0, 4)]).unwrap().cramers_v, 1.0);
        assert_eq!(association(&[(3, 7), (6, 14)]).unwrap().chi_squared, 0.0);
    }

    #[test]
    fn groups_that_cannot_be_compared_have_no_association() {
        for groups in [&[][..], &[(3, 4)], &[(3, 4), (0, 0)], &[(3, 0), (4, 0)], &[(0, 3), (0, 4)]] {
            assert_eq!(association(groups), None, "{groups:?}");
        }
    }
}
