//! From the arms' moments to what they say.

use super::Setup;
use super::answer::{
    AaResult, AnyTime, ArmResult, Comparison, Effect, ExperimentAnswer, GroupEffects, Lift, MetricResult,
    Problem, SampleRatio, SampleRatioOutcome, TestKind, VariantUsers, Verdict,
};
use super::query::{Adjust, ExperimentQuery, Goal, Measurement, Metric, Stopping};
use super::scan::{Cell, Partial, Run, ascending};
use crate::stats::adjust::{benjamini_hochberg, holm};
use crate::stats::compare::{
    Arm, Belief, Difference, always_valid, best, ratio, smallest_effect, two_means, two_shares, users_needed,
};
use crate::stats::difference::student_95;
use crate::stats::gamma::upper_gamma;
use crate::stats::interval::{Z_95, wilson};
use crate::stats::two_by_two::{IndependenceTest, TwoByTwo};
use crate::table::Table;
use crate::time::Millis;

/// Below this probability the numbers of users are a mismatch.
const MISMATCH: f64 = 0.001;

/// Means of fewer users are not compared.
const FEWEST: u64 = 10;

/// Intervals for any time hold for larger arms only.
const FEWEST_ANY_TIME: u64 = 50;

/// The answer.
pub(super) fn answer(
    query: &ExperimentQuery,
    setup: &Setup,
    mut all: Partial,
    table: &Table,
) -> ExperimentAnswer {
    let variants = variants(query, setup, table);
    let sample_ratio = sample_ratio(&variants);
    let n_groups = 1 + query.segments.len();
    let n_arms = variants.len();
    let mut cells = vec![Cell::default(); query.metrics.len() * n_groups * n_arms];
    for bucket in std::mem::take(&mut all.cells).in_order() {
        for (own, more) in cells.iter_mut().zip(bucket) {
            own.cross = own.cross.merged(more.cross);
            own.n_with += more.n_with;
        }
    }
    let mut metrics = Vec::new();
    if sample_ratio.outcome != SampleRatioOutcome::Mismatch && n_arms >= 2 {
        for (index, metric) in query.metrics.iter().enumerate() {
            let own = &cells[index * n_groups * n_arms..][..n_groups * n_arms];
            let facts = Facts { query, metric, setup };
            metrics.push(facts.result(index, own, &all));
        }
        adjust(query, &mut metrics);
    }
    ExperimentAnswer {
        n_users: setup.n_users.iter().sum(),
        n_mixed: setup.n_mixed,
        n_left_out: setup.n_left_out,
        first: setup.span.map(|(first, _)| first),
        last: setup.span.map(|(_, last)| last),
        verdict: verdict(query, &variants, sample_ratio, metrics.first()),
        variants,
        sample_ratio,
        metrics,
    }
}

/// The number that larger ones count as: the quantile of type 7, given the greatest numbers as the scan turned them.
pub(super) fn cap(top: &[u64], n: u64, quantile: f64) -> Option<f64> {
    let place = (n.checked_sub(1)?) as f64 * (1.0 - quantile);
    let (above, part) = (libm::floor(place), place - libm::floor(place));
    let at = |index: f64| top.get(index as usize).map(|&bits| ascending(bits));
    let upper = at(above)?;
    let lower = at(above + 1.0).unwrap_or(upper);
    Some(upper + (lower - upper) * part)
}

fn variants(query: &ExperimentQuery, setup: &Setup, table: &Table) -> Vec<VariantUsers> {
    let name = |&code: &u32| {
        let text = query.variants(table).ok();
        text.and_then(|text| text.dictionary.decode(code)).unwrap_or_default().to_owned()
    };
    let names: Vec<String> = setup.variants.iter().map(name).collect();
    let share = |name: &String| {
        let own = query.shares.iter().find(|share| share.variant == *name);
        own.map_or(1.0, |share| share.share)
    };
    let sum: f64 = names.iter().map(share).sum();
    let users = names.iter().zip(&setup.n_users);
    users
        .map(|(name, &n_users)| VariantUsers {
            expected_share: share(name) / sum,
            n_users,
            name: name.clone(),
        })
        .collect()
}

/// Pearson's χ² of the numbers of users (Fabijan et al. 2019).
fn sample_ratio(variants: &[VariantUsers]) -> SampleRatio {
    let n: u64 = variants.iter().map(|variant| variant.n_users).sum();
    let expected = |variant: &VariantUsers| variant.expected_share * n as f64;
    if variants.len() < 2 || variants.iter().any(|variant| expected(variant) < 5.0) {
        return SampleRatio { chi_squared: None, p_value: None, outcome: SampleRatioOutcome::TooFew };
    }
    let part = |variant: &VariantUsers| {
        let apart = variant.n_users as f64 - expected(variant);
        apart * apart / expected(variant)
    };
    let chi_squared: f64 = variants.iter().map(part).sum();
    let p_value = upper_gamma((variants.len() - 1) as f64 / 2.0, chi_squared / 2.0);
    let outcome = if p_value < MISMATCH { SampleRatioOutcome::Mismatch } else { SampleRatioOutcome::Holds };
    SampleRatio { chi_squared: Some(chi_squared), p_value: Some(p_value), outcome }
}

/// What a metric's numbers are read by.
struct Facts<'a> {
    query: &'a ExperimentQuery,
    metric: &'a Metric,
    setup: &'a Setup,
}

/// What CUPED takes away: the slope, and the mean of what was before.
#[derive(Clone, Copy)]
struct Slope {
    slope: f64,
    mean: f64,
    reduction: f64,
}

impl Facts<'_> {
    fn result(&self, index: usize, cells: &[Cell], all: &Partial) -> MetricResult {
        let n_arms = self.setup.variants.len();
        let slope = self.query.cuped_millis.filter(|_| !self.is_ratio()).map(|_| slope(&cells[..n_arms]));
        // What foretells nothing takes nothing away, and shares stay shares.
        let used = slope.filter(|slope| slope.reduction > 0.0);
        let mut groups = cells.chunks(n_arms).map(|arms| self.effects(arms, used));
        let effects = groups.next().unwrap_or(GroupEffects { arms: Vec::new(), comparisons: Vec::new() });
        MetricResult {
            all: effects,
            segments: groups.collect(),
            n_not_over: self.setup.n_not_over.get(index).copied().unwrap_or(0),
            cap: self.setup.caps.get(index).copied().flatten(),
            variance_reduction: slope.map(|slope| slope.reduction),
            aa: self.aa(index, all),
        }
    }

    fn is_ratio(&self) -> bool {
        matches!(self.metric.measure, Measurement::Ratio { .. })
    }

    /// Whether arms are compared as shares: CUPED makes means of them.
    fn is_share(&self, slope: Option<Slope>) -> bool {
        self.metric.is_share() && slope.is_none()
    }

    fn arm(&self, cell: &Cell, slope: Option<Slope>) -> Option<Arm> {
        let Cell { cross, .. } = cell;
        let n = cross.n as f64;
        let spread = cross.sample().unwrap_or((0.0, 0.0, 0.0));
        match slope {
            _ if cross.n == 0 => None,
            _ if self.is_ratio() => ratio(n, cross.y, cross.x, spread),
            None => Some(Arm { n, mean: cross.y, variance: spread.0 }),
            Some(Slope { slope, mean, .. }) => {
                let variance = (spread.0 - 2.0 * slope * spread.2 + slope * slope * spread.1).max(0.0);
                Some(Arm { n, mean: cross.y - slope * (cross.x - mean), variance })
            }
        }
    }

    fn effects(&self, cells: &[Cell], slope: Option<Slope>) -> GroupEffects {
        let beliefs: Option<Vec<Belief>> = cells.iter().map(|cell| self.belief(cell, slope)).collect();
        let chances = beliefs.and_then(|beliefs| self.best(&beliefs));
        let arm = |(at, cell): (usize, &Cell)| {
            let found = self.arm(cell, slope);
            let interval = found.and_then(|arm| self.interval(cell, arm, slope));
            ArmResult {
                n_users: cell.cross.n,
                n_with: cell.n_with,
                mean: found.map(|arm| arm.mean),
                low: interval.map(|(low, _)| low),
                high: interval.map(|(_, high)| high),
                best_chance: chances.as_ref().map(|chances| chances[at].0),
                expected_loss: chances.as_ref().map(|chances| chances[at].1),
            }
        };
        let compare = |at: usize| self.compare(at, &cells[0], &cells[at], slope);
        GroupEffects {
            arms: cells.iter().enumerate().map(arm).collect(),
            comparisons: (1..cells.len()).map(compare).collect(),
        }
    }

    fn interval(&self, cell: &Cell, arm: Arm, slope: Option<Slope>) -> Option<(f64, f64)> {
        if self.is_share(slope) {
            return wilson(cell.n_with, cell.cross.n).map(|rate| (rate.low, rate.high));
        }
        let half = student_95(arm.n - 1.0) * libm::sqrt(arm.variance / arm.n);
        (arm.n >= 2.0).then_some((arm.mean - half, arm.mean + half))
    }

    fn belief(&self, cell: &Cell, slope: Option<Slope>) -> Option<Belief> {
        if self.is_share(slope) {
            let (n, happened) = (cell.cross.n as f64, cell.n_with as f64);
            return Some(Belief::Beta(1.0 + happened, 1.0 + n - happened));
        }
        let arm = self.arm(cell, slope).filter(|_| cell.cross.n >= FEWEST)?;
        Some(Belief::Normal(arm.mean, libm::sqrt(arm.variance / arm.n)))
    }

    /// Where less is better, the best is the one that is greatest from below.
    fn best(&self, beliefs: &[Belief]) -> Option<Vec<(f64, f64)>> {
        let turned = |belief: &Belief| match (*belief, self.metric.goal) {
            (belief, Goal::Higher) => belief,
            (Belief::Beta(a, b), Goal::Lower) => Belief::Beta(b, a),
            (Belief::Normal(mean, deviation), Goal::Lower) => Belief::Normal(-mean, deviation),
        };
        best(&beliefs.iter().map(turned).collect::<Vec<_>>())
    }

    fn compare(&self, at: usize, control: &Cell, own: &Cell, slope: Option<Slope>) -> Comparison {
        let arms = self.arm(control, slope).zip(self.arm(own, slope));
        let fewest = control.cross.n.min(own.cross.n);
        let found = match arms {
            Some((a, b)) if fewest > 0 && self.is_share(slope) => self.shares(control, own, a, b),
            Some((a, b)) if fewest >= FEWEST => {
                two_means(a, b).map(|found| self.effect(found, a, b, self.mean_test()))
            }
            _ => None,
        };
        let problem = match (&found, arms) {
            (Some(_), _) => None,
            (None, _) if fewest == 0 => Some(Problem::Empty),
            (None, Some(_)) if fewest < FEWEST && !self.is_share(slope) => Some(Problem::TooFew),
            (None, _) => Some(Problem::NoVariance),
        };
        let needed = arms.and_then(|(a, b)| {
            users_needed(a.variance, b.variance, a.mean * self.query.min_effect, self.query.power)
        });
        let needed = needed.filter(|_| problem.is_none());
        Comparison {
            variant: at as u32,
            effect: found,
            problem,
            users_needed: needed,
            days_needed: needed.and_then(|needed| self.days(needed, fewest)),
        }
    }

    fn mean_test(&self) -> TestKind {
        if self.is_ratio() { TestKind::Delta } else { TestKind::Welch }
    }

    fn shares(&self, control: &Cell, own: &Cell, a: Arm, b: Arm) -> Option<Effect> {
        let (n_a, n_b) = (control.cross.n, own.cross.n);
        let found = two_shares((control.n_with, n_a), (own.n_with, n_b))?;
        let table =
            TwoByTwo { a: own.n_with, b: n_b - own.n_with, c: control.n_with, d: n_a - control.n_with };
        let tested = table.independence();
        let test = match tested.test {
            IndependenceTest::Fisher => TestKind::Fisher,
            IndependenceTest::ChiSquared => TestKind::TwoProportion,
        };
        Some(self.effect(Difference { p_value: tested.p_value, ..found }, a, b, test))
    }

    fn effect(&self, found: Difference, a: Arm, b: Arm, test: TestKind) -> Effect {
        let is_large = a.n.min(b.n) >= FEWEST_ANY_TIME as f64 && found.variance > 0.0;
        let any_time = is_large.then(|| {
            let tuned = self.query.tuned_users as f64;
            let (p_value, low, high) = always_valid(found.difference, found.variance, a.n + b.n, tuned);
            AnyTime { p_value, adjusted_p_value: p_value, low, high }
        });
        Effect {
            difference: found.difference,
            low: found.low,
            high: found.high,
            lift: lift(a, b),
            p_value: found.p_value,
            adjusted_p_value: found.p_value,
            test,
            any_time,
            smallest_effect: smallest_effect(found.variance, self.query.power),
        }
    }

    /// Days until each arm has so many users, at the pace of exposures so far.
    fn days(&self, needed: u64, fewest: u64) -> Option<f64> {
        let (first, last) = self.setup.span?;
        let days = last.since(first) as f64 / Millis::DAY as f64;
        let rest = needed.saturating_sub(fewest) as f64;
        (days >= 1.0 && fewest > 0).then(|| rest / (fewest as f64 / days))
    }

    /// How often two halves that do not differ seem to.
    fn aa(&self, index: usize, all: &Partial) -> Option<AaResult> {
        let n_runs = self.query.aa_runs as usize;
        if n_runs == 0 || self.is_ratio() {
            return None;
        }
        let (total, runs) = (all.totals.get(index)?, all.runs.get(index * n_runs..(index + 1) * n_runs)?);
        let p_value = |own: &Run| {
            let other = Run {
                n: total.n - own.n,
                n_with: total.n_with - own.n_with,
                sum: total.sum - own.sum,
                squares: total.squares - own.squares,
            };
            if self.metric.is_share() {
                let (a, b) = (own.n_with, other.n_with);
                return TwoByTwo { a, b: own.n - a, c: b, d: other.n - b }.independence().p_value;
            }
            let arm = |run: &Run| {
                let (n, sum) = (run.n as f64, run.sum as f64);
                let variance = (run.squares as f64 - sum * sum / n) / (n - 1.0);
                Arm { n, mean: sum / n, variance }
            };
            two_means(arm(own), arm(&other)).map_or(1.0, |found| found.p_value)
        };
        let n_rejected = runs.iter().filter(|run| p_value(run) < 0.05).count() as u64;
        Some(AaResult { n_runs: n_runs as u64, rate: wilson(n_rejected, n_runs as u64) })
    }
}

/// The slope of what users do on what they did before, within arms (Deng et al. 2013).
fn slope(cells: &[Cell]) -> Slope {
    let sum = |of: fn(&Cell) -> f64| cells.iter().map(of).sum::<f64>();
    let (xx, xy, yy) = (sum(|cell| cell.cross.xx), sum(|cell| cell.cross.xy), sum(|cell| cell.cross.yy));
    let n = sum(|cell| cell.cross.n as f64);
    if xx <= 0.0 || yy <= 0.0 {
        return Slope { slope: 0.0, mean: 0.0, reduction: 0.0 };
    }
    let mean = sum(|cell| cell.cross.x * cell.cross.n as f64) / n;
    Slope { slope: xy / xx, mean, reduction: (xy * xy / (xx * yy)).min(1.0) }
}

/// The ratio of the means less 1, with the interval of its logarithm.
fn lift(a: Arm, b: Arm) -> Option<Lift> {
    if a.mean <= 0.0 || b.mean <= 0.0 {
        return None;
    }
    let square = |arm: Arm| arm.variance / arm.n / (arm.mean * arm.mean);
    let (ratio, spread) = (b.mean / a.mean, libm::exp(Z_95 * libm::sqrt(square(a) + square(b))));
    let lift = Lift { lift: ratio - 1.0, low: ratio / spread - 1.0, high: ratio * spread - 1.0 };
    lift.high.is_finite().then_some(lift)
}

/// Adjusts the p-values of all users' effects together, and those of the segments' together.
fn adjust(query: &ExperimentQuery, metrics: &mut [MetricResult]) {
    let method: fn(&[f64]) -> Vec<f64> = match query.adjust {
        Adjust::Holm => holm,
        Adjust::BenjaminiHochberg => benjamini_hochberg,
        Adjust::None => <[f64]>::to_vec,
    };
    let mut of_all: Vec<&mut Effect> = Vec::new();
    let mut of_segments: Vec<&mut Effect> = Vec::new();
    for MetricResult { all, segments, .. } in metrics {
        of_all.extend(all.comparisons.iter_mut().filter_map(|comparison| comparison.effect.as_mut()));
        let comparisons = segments.iter_mut().flat_map(|group| &mut group.comparisons);
        of_segments.extend(comparisons.filter_map(|comparison| comparison.effect.as_mut()));
    }
    for effects in [of_all, of_segments] {
        let adjusted = method(&effects.iter().map(|effect| effect.p_value).collect::<Vec<_>>());
        let any_time = |effect: &&mut Effect| effect.any_time.map_or(1.0, |any_time| any_time.p_value);
        let at_any_time = method(&effects.iter().map(any_time).collect::<Vec<_>>());
        for ((effect, p_value), at_any_time) in effects.into_iter().zip(adjusted).zip(at_any_time) {
            effect.adjusted_p_value = p_value;
            if let Some(any_time) = &mut effect.any_time {
                any_time.adjusted_p_value = at_any_time;
            }
        }
    }
}

fn verdict(
    query: &ExperimentQuery,
    variants: &[VariantUsers],
    sample_ratio: SampleRatio,
    first: Option<&MetricResult>,
) -> Verdict {
    if variants.len() < 2 {
        return Verdict::NoComparison;
    }
    if sample_ratio.outcome == SampleRatioOutcome::Mismatch {
        return Verdict::SampleRatioMismatch;
    }
    let Some((metric, result)) = query.metrics.first().zip(first) else { return Verdict::NoComparison };
    let p_value = |effect: &Effect| match query.looks {
        Stopping::Once => Some(effect.adjusted_p_value),
        Stopping::AnyTime => effect.any_time.map(|any_time| any_time.adjusted_p_value),
    };
    let gain = |effect: &Effect| match metric.goal {
        Goal::Higher => effect.difference,
        Goal::Lower => -effect.difference,
    };
    let told: Vec<(u32, f64, f64)> = result
        .all
        .comparisons
        .iter()
        .filter_map(|comparison| {
            let effect = comparison.effect.as_ref()?;
            Some((comparison.variant, gain(effect), p_value(effect)?))
        })
        .collect();
    let sure = || told.iter().filter(|(_, _, p_value)| *p_value < 0.05);
    let best = sure().filter(|(_, gain, _)| *gain > 0.0).max_by(|a, b| a.1.total_cmp(&b.1));
    let worst = sure().filter(|(_, gain, _)| *gain < 0.0).min_by(|a, b| a.1.total_cmp(&b.1));
    match (best, worst) {
        _ if told.is_empty() => Verdict::TooFewUsers,
        (Some(&(variant, ..)), _) => Verdict::Better { variant },
        (None, Some(&(variant, ..))) => Verdict::Worse { variant },
        (None, None) => Verdict::Undecided,
    }
}
