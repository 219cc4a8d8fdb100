//! Finding the minimum of a function of a few numbers.

use crate::kernel::order::sort_by;

/// A minimum.
#[derive(Clone, Debug, PartialEq)]
pub struct Minimum {
    /// Where.
    pub at: Vec<f64>,
    /// How low.
    pub value: f64,
}

/// How many steps are tried.
const MAX_STEPS: usize = 4_000;

/// The minimum near `start`, by the simplex of Nelder and Mead (1965) with the parameters of Gao and Han (2012), started anew from
/// where it ended until that finds no lower place. Values that are no numbers count as infinitely high. None if it has not
/// converged. About a hundred evaluations for each number to find.
///
/// ```
/// use cairn_engine::stats::minimum::minimum;
/// let found = minimum(&|x| (x[0] - 3.0).powi(2) + (x[1] + x[0]).powi(2), &[0.0, 0.0]).unwrap();
/// assert!((found.at[0] - 3.0).abs() < 1e-6 && (found.at[1] + 3.0).abs() < 1e-6);
/// ```
pub fn minimum(function: &dyn Fn(&[f64]) -> f64, start: &[f64]) -> Option<Minimum> {
    let mut best = descend(function, start, 0.5)?;
    for _ in 0..10 {
        let next = descend(function, &best.at, 0.1)?;
        let gain = best.value - next.value;
        if next.value <= best.value {
            best = next;
        }
        if gain <= 1e-9 * (1.0 + best.value.abs()) {
            return Some(best);
        }
    }
    None
}

fn descend(function: &dyn Fn(&[f64]) -> f64, start: &[f64], size: f64) -> Option<Minimum> {
    let value = |at: &[f64]| Some(function(at)).filter(|value| !value.is_nan()).unwrap_or(f64::INFINITY);
    let n = start.len();
    let (expand, contract, shrink) = (1.0 + 2.0 / n as f64, 0.75 - 0.5 / n as f64, 1.0 - 1.0 / n as f64);
    let corner = |index: usize| {
        let mut at = start.to_vec();
        if index > 0 {
            at[index - 1] += size;
        }
        Minimum { value: value(&at), at }
    };
    let mut simplex: Vec<Minimum> = (0..=n).map(corner).collect();
    for _ in 0..MAX_STEPS {
        sort_by(&mut simplex, |a, b| a.value.total_cmp(&b.value));
        let span = |index: usize| {
            (0..n).map(|k| (simplex[index].at[k] - simplex[0].at[k]).abs()).fold(0.0, f64::max)
        };
        let width = (1..=n).map(span).fold(0.0, f64::max);
        if width < 1e-8 && simplex[n].value - simplex[0].value <= 1e-10 * (1.0 + simplex[0].value.abs()) {
            return simplex.into_iter().next().filter(|best| best.value.is_finite());
        }
        let center: Vec<f64> =
            (0..n).map(|k| simplex[..n].iter().map(|corner| corner.at[k]).sum::<f64>() / n as f64).collect();
        let along = |factor: f64| {
            let at: Vec<f64> = (0..n).map(|k| center[k] + factor * (center[k] - simplex[n].at[k])).collect();
            Minimum { value: value(&at), at }
        };
        let reflected = along(1.0);
        let next = if reflected.value < simplex[0].value {
            let expanded = along(expand);
            if expanded.value < reflected.value { expanded } else { reflected }
        } else if reflected.value < simplex[n - 1].value {
            reflected
        } else {
            let is_outside = reflected.value < simplex[n].value;
            let contracted = along(if is_outside { contract } else { -contract });
            let limit = if is_outside { reflected.value } else { simplex[n].value };
            if contracted.value > limit {
                let lowest = simplex[0].at.clone();
                for corner in &mut simplex[1..] {
                    let at: Vec<f64> =
                        lowest.iter().zip(&corner.at).map(|(low, own)| low + shrink * (own - low)).collect();
                    *corner = Minimum { value: value(&at), at };
                }
                continue;
            }
            contracted
        };
        simplex[n] = next;
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_valley_of_rosenbrock_is_followed_to_its_end() {
        let valley = |x: &[f64]| 100.0 * (x[1] - x[0] * x[0]).powi(2) + (1.0 - x[0]).powi(2);
        let found = minimum(&valley, &[-1.2, 1.0]).unwrap();
        assert!((found.at[0] - 1.0).abs() < 1e-5 && (found.at[1] - 1.0).abs() < 1e-5, "{found:?}");
    }

    #[test]
    fn what_has_no_minimum_is_not_found() {
        assert_eq!(minimum(&|x| x[0], &[0.0]), None);
        assert_eq!(minimum(&|_| f64::NAN, &[0.0, 1.0]), None);
    }
}
