//! Quantiles by selection, without sorting.

/// Quantiles of type 7 (Hyndman & Fan 1996, the default of R and NumPy): at `h = (n − 1) p`, linear between the order
/// statistics around it. `probabilities` must ascend and lie in 0..=1; none if there are no values. The values are
/// reordered. O(n) per quantile on average.
///
/// ```
/// use cairn_engine::kernel::quantile::quantiles;
/// let mut lengths = [40, 10, 30, 20];
/// assert_eq!(quantiles(&mut lengths, [0.1, 0.5, 1.0]), Some([13.0, 25.0, 40.0]));
/// assert_eq!(quantiles(&mut [], [0.5]), None);
/// ```
pub fn quantiles<const N: usize>(values: &mut [i64], probabilities: [f64; N]) -> Option<[f64; N]> {
    let last = values.len().checked_sub(1)?;
    // Everything before `settled` is no larger than everything from there on.
    let mut settled = 0;
    Some(probabilities.map(|probability| {
        let place = last as f64 * probability;
        let index = (place as usize).clamp(settled, last);
        let (_, &mut low, above) = values[settled..].select_nth_unstable(index - settled);
        let high = above.iter().copied().min().unwrap_or(low);
        settled = index;
        let fraction = place - index as f64;
        low as f64 + fraction * (high as f64 - low as f64)
    }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn by_sorting(values: &[i64], probability: f64) -> f64 {
        let mut sorted = values.to_vec();
        sorted.sort_unstable();
        let place = (sorted.len() - 1) as f64 * probability;
        let (low, fraction) = (place.floor(), place.fract());
        let high = sorted[(place.ceil() as usize).min(sorted.len() - 1)] as f64;
        let low = sorted[low as usize] as f64;
        low + fraction * (high - low)
    }

    proptest! {
        #[test]
        fn selection_gives_what_sorting_gives(
            values in prop::collection::vec(-50_i64..50, 1..40),
            mut probabilities in [0.0..=1.0, 0.0..=1.0, 0.0..=1.0_f64],
        ) {
            probabilities.sort_by(f64::total_cmp);
            let expected = probabilities.map(|probability| by_sorting(&values, probability));
            prop_assert_eq!(quantiles(&mut values.clone(), probabilities), Some(expected));
        }
    }
}
