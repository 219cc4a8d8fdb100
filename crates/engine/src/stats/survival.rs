//! Survival: how long until something happens, counting those right to whom it has not happened yet.

use super::gamma::upper_gamma;
use super::interval::Z_95;
use super::minimum::minimum;

/// What happened at one step of time: how many left by the event, and how many were not watched any longer.
pub type Leavers = (u64, u64);

/// One step of a survival curve.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Point {
    /// Those to whom it had not happened before, and who were still watched.
    pub n_at_risk: u64,
    /// To whom it happened at this step.
    pub n_events: u64,
    /// Who were watched no longer after it.
    pub n_censored: u64,
    /// The share to whom it has not happened by the end of the step.
    pub survival: f64,
    /// Lower end of its 95 % interval.
    pub low: f64,
    /// Upper end.
    pub high: f64,
}

/// The curve of Kaplan and Meier (1958) with Greenwood's variance and an interval that is symmetric in `ln(−ln S)`
/// (Kalbfleisch & Prentice 1980), as lifelines draws it. Those censored at a step are at risk in it. Where the share is 1 or 0
/// the variance is unknown, and the interval is the point itself. O(steps).
///
/// ```
/// use cairn_engine::stats::survival::kaplan_meier;
/// let curve = kaplan_meier(&[(1, 0), (0, 1), (1, 1)]);
/// assert_eq!(curve.iter().map(|point| point.survival).collect::<Vec<_>>(), [0.75, 0.75, 0.375]);
/// ```
pub fn kaplan_meier(steps: &[Leavers]) -> Vec<Point> {
    let mut n_at_risk: u64 = steps.iter().map(|(events, censored)| events + censored).sum();
    let (mut survival, mut greenwood) = (1.0, 0.0);
    let step = |&(n_events, n_censored): &Leavers| {
        if n_events > 0 {
            let (at_risk, events) = (n_at_risk as f64, n_events as f64);
            survival *= 1.0 - events / at_risk;
            greenwood += events / (at_risk * (at_risk - events));
        }
        let (low, high) = interval(survival, greenwood);
        let point = Point { n_at_risk, n_events, n_censored, survival, low, high };
        n_at_risk -= n_events + n_censored;
        point
    };
    steps.iter().map(step).collect()
}

fn interval(survival: f64, greenwood: f64) -> (f64, f64) {
    if survival <= 0.0 || survival >= 1.0 {
        return (survival, survival);
    }
    let log = libm::log(survival);
    let half = Z_95 * libm::sqrt(greenwood) / log.abs();
    (libm::pow(survival, libm::exp(half)), libm::pow(survival, libm::exp(-half)))
}

/// The first step by whose end it has happened to at least half; none if it has not.
pub fn median(curve: &[Point]) -> Option<usize> {
    curve.iter().position(|point| point.survival <= 0.5)
}

/// Whether groups differ in how long it takes.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct LogRank {
    /// The statistic.
    pub chi_squared: f64,
    /// Groups less one.
    pub freedom: u64,
    /// The probability of such a difference or a greater one if there were none.
    pub p_value: f64,
}

/// The log-rank test (Mantel 1966; Peto & Peto 1972) of groups that have no user in common: observed against expected events
/// of each, with their hypergeometric covariance. None if there are fewer than two groups or nothing to compare.
/// O(steps × groups²).
///
/// ```
/// use cairn_engine::stats::survival::log_rank;
/// let same = log_rank(&[vec![(1, 0), (2, 1)], vec![(1, 0), (2, 1)]]).unwrap();
/// assert_eq!((same.chi_squared, same.p_value), (0.0, 1.0));
/// ```
pub fn log_rank(groups: &[Vec<Leavers>]) -> Option<LogRank> {
    let k = groups.len();
    let n_steps = groups.iter().map(Vec::len).max()?;
    let mut at_risk: Vec<f64> = groups
        .iter()
        .map(|steps| steps.iter().map(|(events, censored)| (events + censored) as f64).sum())
        .collect();
    let mut excess = vec![0.0; k];
    let mut covariance = vec![vec![0.0; k]; k];
    for step in 0..n_steps {
        let own = |group: usize| groups[group].get(step).copied().unwrap_or((0, 0));
        let (n, events) = (at_risk.iter().sum::<f64>(), (0..k).map(|group| own(group).0 as f64).sum::<f64>());
        if events > 0.0 {
            let spread = if n > 1.0 { events * (n - events) / (n - 1.0) } else { 0.0 };
            for a in 0..k {
                let share = at_risk[a] / n;
                excess[a] += own(a).0 as f64 - events * share;
                for (b, cell) in covariance[a].iter_mut().enumerate() {
                    *cell += spread * share * (f64::from(u8::from(a == b)) - at_risk[b] / n);
                }
            }
        }
        (0..k).for_each(|group| at_risk[group] -= (own(group).0 + own(group).1) as f64);
    }
    let freedom = k.checked_sub(1).filter(|&freedom| freedom > 0)?;
    let rows: Vec<Vec<f64>> = (0..freedom).map(|a| covariance[a][..freedom].to_vec()).collect();
    let solved = solve(rows, excess[..freedom].to_vec())?;
    let chi_squared = solved.iter().zip(&excess).map(|(a, b)| a * b).sum::<f64>().max(0.0);
    Some(LogRank {
        chi_squared,
        freedom: freedom as u64,
        p_value: upper_gamma(freedom as f64 / 2.0, chi_squared / 2.0),
    })
}

/// Solves a small system by elimination with pivots; none if it has no one solution.
pub(super) fn solve(mut rows: Vec<Vec<f64>>, mut right: Vec<f64>) -> Option<Vec<f64>> {
    let n = right.len();
    for pivot in 0..n {
        let best = (pivot..n).max_by(|&a, &b| rows[a][pivot].abs().total_cmp(&rows[b][pivot].abs()))?;
        rows.swap(pivot, best);
        right.swap(pivot, best);
        if rows[pivot][pivot].abs() < 1e-12 {
            return None;
        }
        let (above, below) = rows.split_at_mut(pivot + 1);
        for (row, own) in (pivot + 1..n).zip(below) {
            let factor = own[pivot] / above[pivot][pivot];
            own.iter_mut().zip(&above[pivot]).for_each(|(own, above)| *own -= factor * above);
            right[row] -= factor * right[pivot];
        }
    }
    for row in (0..n).rev() {
        let known: f64 = (row + 1..n).map(|column| rows[row][column] * right[column]).sum();
        right[row] = (right[row] - known) / rows[row][row];
    }
    Some(right)
}

/// A shifted beta-geometric model of a contract: who has stayed longer leaves more seldom, because those who are about to
/// leave are gone (Fader & Hardie 2007).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct BetaGeometric {
    /// First parameter of the beta distribution of the chance to leave at a step.
    pub alpha: f64,
    /// Second parameter.
    pub beta: f64,
    /// The logarithm of the likelihood.
    pub log_likelihood: f64,
}

impl BetaGeometric {
    /// Fits the model by maximum likelihood. None if fewer than ten leave, they all leave at one step, or nobody is left
    /// to tell the tail: then the curve says nothing about how it goes on.
    pub fn fit(steps: &[Leavers]) -> Option<Self> {
        let n_events: u64 = steps.iter().map(|(events, _)| events).sum();
        if n_events < 10 || steps.iter().filter(|(events, _)| *events > 0).count() < 2 {
            return None;
        }
        let likelihood = |logs: &[f64]| {
            let (alpha, beta) = (libm::exp(logs[0]), libm::exp(logs[1]));
            -Self::log_likelihood(alpha, beta, steps)
        };
        let found = minimum(&likelihood, &[0.0, 1.0])?;
        let (alpha, beta) = (libm::exp(found.at[0]), libm::exp(found.at[1]));
        let is_inside = found.at.iter().all(|log| log.abs() < 12.0);
        is_inside.then_some(Self { alpha, beta, log_likelihood: -found.value })
    }

    fn log_likelihood(alpha: f64, beta: f64, steps: &[Leavers]) -> f64 {
        let (mut leaving, mut staying, mut sum) = (alpha / (alpha + beta), beta / (alpha + beta), 0.0);
        for (step, &(events, censored)) in (1_u32..).zip(steps) {
            if step > 1 {
                let step = f64::from(step);
                leaving *= (beta + step - 2.0) / (alpha + beta + step - 1.0);
                staying = staying * (beta + step - 1.0) / (alpha + beta + step - 1.0);
            }
            sum += events as f64 * libm::log(leaving) + censored as f64 * libm::log(staying);
        }
        sum
    }

    /// The share that stays after each of so many steps.
    pub fn survival(&self, n_steps: usize) -> Vec<f64> {
        let stays = |survival: &mut f64, step: f64| {
            *survival *= (self.beta + step - 1.0) / (self.alpha + self.beta + step - 1.0);
            Some(*survival)
        };
        (1..=n_steps).map(|step| step as f64).scan(1.0, stays).collect()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Freireich et al. (1963): weeks in remission; the second numbers are censored.
    fn freireich() -> [Vec<Leavers>; 2] {
        let steps = |events: &[usize], censored: &[usize]| {
            let count = |list: &[usize], week: usize| list.iter().filter(|&&own| own == week).count() as u64;
            (0..=35).map(|week| (count(events, week), count(censored, week))).collect()
        };
        let treated =
            steps(&[6, 6, 6, 7, 10, 13, 16, 22, 23], &[6, 9, 10, 11, 17, 19, 20, 25, 32, 32, 34, 35]);
        let others = [1, 1, 2, 2, 3, 4, 4, 5, 5, 8, 8, 8, 8, 11, 11, 12, 12, 15, 17, 22, 23];
        [treated, steps(&others, &[])]
    }

    #[test]
    fn the_published_remissions_have_the_published_curve_and_test() {
        let [treated, others] = freireich();
        let curve = kaplan_meier(&treated);
        let published =
            [(6, 0.857), (7, 0.807), (10, 0.753), (13, 0.690), (16, 0.627), (22, 0.538), (23, 0.448)];
        for (week, survival) in published {
            assert!((curve[week].survival - survival).abs() < 5e-4, "{week}: {:?}", curve[week]);
        }
        // lifelines' log-log interval at week 10; see `tests/reference/survival.py`.
        assert!(
            (curve[10].low - 0.503_200).abs() < 1e-6 && (curve[10].high - 0.889_362).abs() < 1e-6,
            "{:?}",
            curve[10]
        );
        assert_eq!((median(&curve), median(&kaplan_meier(&others))), (Some(23), Some(8)));
        let found = log_rank(&[treated, others]).unwrap();
        assert!(
            (found.chi_squared - 16.793).abs() < 5e-4 && (found.p_value - 4.17e-5).abs() < 1e-7,
            "{found:?}"
        );
    }

    #[test]
    fn the_published_contracts_have_the_published_parameters() {
        // Fader & Hardie 2007, figure 1: per cent of customers that stay, years 1 to 7 of the two segments.
        let fit = |shares: [u64; 8]| {
            let mut steps: Vec<Leavers> = shares.windows(2).map(|pair| (pair[0] - pair[1], 0)).collect();
            steps.last_mut().unwrap().1 = shares[7];
            BetaGeometric::fit(&steps).unwrap()
        };
        let high = fit([1000, 869, 743, 653, 593, 551, 517, 491]);
        assert!((high.alpha - 0.668).abs() < 5e-3 && (high.beta - 3.806).abs() < 2e-2, "{high:?}");
        let regular = fit([1000, 631, 468, 382, 326, 289, 262, 241]);
        assert!((regular.alpha - 0.704).abs() < 5e-3 && (regular.beta - 1.182).abs() < 5e-3, "{regular:?}");
        assert!((regular.survival(7)[6] - 0.241).abs() < 0.01);
        assert_eq!(BetaGeometric::fit(&[(5, 0), (3, 20)]), None);
    }

    proptest! {
        #[test]
        fn survival_never_rises_and_is_the_rest_where_nobody_is_censored(
            steps in prop::collection::vec((0_u64..5, 0_u64..5), 1..30),
        ) {
            let curve = kaplan_meier(&steps);
            prop_assert!(curve.windows(2).all(|pair| pair[1].survival <= pair[0].survival));
            prop_assert!(curve.iter().all(|point| point.low <= point.survival && point.survival <= point.high));
            let all: Vec<Leavers> = steps.iter().map(|&(events, _)| (events, 0)).collect();
            let n: u64 = all.iter().map(|(events, _)| events).sum();
            let mut gone = 0;
            for (point, (events, _)) in kaplan_meier(&all).iter().zip(&all) {
                gone += events;
                prop_assert!(n == 0 || (point.survival - (n - gone) as f64 / n as f64).abs() < 1e-12);
            }
        }
    }
}
