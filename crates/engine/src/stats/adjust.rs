//! Adjusting p-values for the number of questions asked.

use crate::kernel::order::sort_by;

/// Holm's adjustment of p-values (Holm 1979): of `m` values, the k-th smallest is multiplied by `m − k + 1`, and none may
/// be smaller than one before it. Comparing the results with 5 % keeps the chance of any false alarm below 5 %, however
/// the questions hang together. In the order given; O(m log m).
///
/// ```
/// use cairn_engine::stats::adjust::holm;
/// assert_eq!(holm(&[0.5, 0.01, 0.02]), [0.5, 0.03, 0.04]);
/// ```
pub fn holm(p_values: &[f64]) -> Vec<f64> {
    let mut adjusted = vec![1.0; p_values.len()];
    let mut least = 0.0_f64;
    for (rank, index) in ascending(p_values).into_iter().enumerate() {
        least = least.max((p_values[index] * (p_values.len() - rank) as f64).min(1.0));
        adjusted[index] = least;
    }
    adjusted
}

/// Benjamini and Hochberg's adjustment of p-values (Benjamini & Hochberg 1995): of `m` values, the k-th smallest is
/// multiplied by `m / k`, and none may be greater than one after it. Of those that stay below 5 %, about 5 % are false
/// alarms, if the questions are independent or hang together positively (Benjamini & Yekutieli 2001). In the order given;
/// O(m log m).
///
/// ```
/// use cairn_engine::stats::adjust::benjamini_hochberg;
/// assert_eq!(benjamini_hochberg(&[0.5, 0.01, 0.02]), [0.5, 0.03, 0.03]);
/// ```
pub fn benjamini_hochberg(p_values: &[f64]) -> Vec<f64> {
    let mut adjusted = vec![1.0; p_values.len()];
    let mut most = 1.0_f64;
    for (rank, index) in ascending(p_values).into_iter().enumerate().rev() {
        most = most.min(p_values[index] * (p_values.len() as f64 / (rank + 1) as f64));
        adjusted[index] = most;
    }
    adjusted
}

fn ascending(p_values: &[f64]) -> Vec<usize> {
    let mut order: Vec<usize> = (0..p_values.len()).collect();
    sort_by(&mut order, |&a, &b| p_values[a].total_cmp(&p_values[b]));
    order
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// The fifteen values of Benjamini and Hochberg 1995, § 3.1.
    const PUBLISHED: [f64; 15] = [
        0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344, 0.0459, 0.3240, 0.4262, 0.5719,
        0.6528, 0.7590, 1.0,
    ];

    #[test]
    fn of_the_fifteen_published_values_holm_rejects_three_and_benjamini_and_hochberg_four() {
        let rejected = |adjusted: &[f64]| adjusted.iter().filter(|&&p| p < 0.05).count();
        assert_eq!(rejected(&holm(&PUBLISHED)), 3);
        assert_eq!(rejected(&benjamini_hochberg(&PUBLISHED)), 4);
    }

    /// `statsmodels.stats.multitest.multipletests`; see `tests/reference/statistics.py`.
    #[test]
    fn adjusted_values_agree_with_statsmodels() {
        let q = [
            0.0015,
            0.003,
            0.0095,
            0.035625,
            0.0603,
            0.063857142857,
            0.063857142857,
            0.0645,
            0.0765,
            0.486,
            0.581181818182,
            0.714875,
            0.753230769231,
            0.813214285714,
            1.0,
        ];
        let p = [
            0.0015, 0.0056, 0.0247, 0.114, 0.2211, 0.278, 0.278, 0.278, 0.3213, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0,
        ];
        let near = |a: &[f64], b: &[f64]| a.iter().zip(b).all(|(a, b)| (a - b).abs() < 1e-11);
        assert!(near(&benjamini_hochberg(&PUBLISHED), &q), "{:?}", benjamini_hochberg(&PUBLISHED));
        assert!(near(&holm(&PUBLISHED), &p), "{:?}", holm(&PUBLISHED));
    }

    proptest! {
        #[test]
        fn adjusting_keeps_the_order_and_lowers_nothing(p_values in prop::collection::vec(0.0..=1.0_f64, 0..40)) {
            for adjusted in [holm(&p_values), benjamini_hochberg(&p_values)] {
                prop_assert_eq!(adjusted.len(), p_values.len());
                for (a, &p) in adjusted.iter().zip(&p_values) {
                    prop_assert!(*a >= p && *a <= 1.0);
                }
                for i in 0..p_values.len() {
                    for j in 0..p_values.len() {
                        prop_assert!(p_values[i] > p_values[j] || adjusted[i] <= adjusted[j]);
                    }
                }
            }
        }
    }
}
