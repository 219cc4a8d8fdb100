//! What is added up over users, and the answer made of it.

use serde::{Deserialize, Serialize};

use super::answer::{Durations, FunnelResult, FunnelStep};
use super::chain::Chain;
use super::query::{FunnelQuery, InstantTimes, Order};
use super::rules::{Outcome, Window};
use crate::kernel::quantile::quantiles;
use crate::rule::EventRule;
use crate::stats::interval::wilson;

/// One group's sums. The default has seen nobody.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(super) struct Tally {
    n_removed: u64,
    n_with_ties: u64,
    steps: Vec<StepTally>,
}

/// One step's sums.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
struct StepTally {
    /// Users whose chain fills the step.
    n_reached: u64,
    /// Of those who got no further, the ones whose window is not over.
    n_open: u64,
    /// Lengths of time since the last required step before, and since step 0.
    since_previous: Vec<i64>,
    since_first: Vec<i64>,
}

impl Tally {
    /// Adds a user with the chain that is counted.
    pub(super) fn add(&mut self, query: &FunnelQuery, outcome: Outcome, chain: &Chain) {
        let window = match outcome {
            Outcome::Absent => return,
            Outcome::Removed => {
                self.n_removed += 1;
                return;
            }
            Outcome::Entered(window) => window,
        };
        self.steps.resize_with(query.steps.len(), StepTally::default);
        let is_required = |step: usize| !query.steps[step].optional;
        let (start, mut previous) = (chain.start(), chain.start());
        let (mut furthest, mut before, mut tied) = (0, None, false);
        for (step, time) in chain.iter() {
            let tally = &mut self.steps[step];
            tally.n_reached += 1;
            tied |= before == Some(time);
            before = Some(time);
            if step > 0 {
                let counts = |length: i64| length > 0 || query.instant_times == InstantTimes::Counted;
                tally.since_previous.extend(Some(time.since(previous)).filter(|&length| counts(length)));
                tally.since_first.extend(Some(time.since(start)).filter(|&length| counts(length)));
            }
            if is_required(step) {
                (previous, furthest) = (time, step);
            }
        }
        self.n_with_ties += u64::from(tied);
        if window == Window::Open {
            self.steps[furthest].n_open += 1;
        }
    }

    /// Adds another shard's sums.
    pub(super) fn merge(&mut self, other: Self) {
        self.n_removed += other.n_removed;
        self.n_with_ties += other.n_with_ties;
        self.steps.resize_with(self.steps.len().max(other.steps.len()), StepTally::default);
        for (mine, other) in self.steps.iter_mut().zip(other.steps) {
            mine.n_reached += other.n_reached;
            mine.n_open += other.n_open;
            mine.since_previous.extend(other.since_previous);
            mine.since_first.extend(other.since_first);
        }
    }

    /// Users who reached each step, the last step first: what groups are ordered by.
    pub(super) fn rank(&self) -> Vec<u64> {
        self.steps.iter().rev().map(|step| step.n_reached).collect()
    }

    /// The numbers of the answer.
    pub(super) fn finish(mut self, query: &FunnelQuery) -> FunnelResult {
        self.steps.resize_with(query.steps.len(), StepTally::default);
        let (n_removed, n_with_ties) = (self.n_removed, self.n_with_ties);
        let mut result = FunnelResult { n_removed, n_with_ties, ..FunnelResult::default() };
        result.n_entered = self.steps.first().map_or(0, |step| step.n_reached);
        // The last required step so far: how many reached it and are open there; and how many were open before it.
        let (mut n_previous, mut n_open_there, mut n_open_before) = (0, 0, 0);
        for (index, tally) in self.steps.iter_mut().enumerate() {
            let optional = query.steps[index].optional;
            let (n_reached, n_open) = (tally.n_reached, if optional { 0 } else { n_open_there });
            let mut step =
                FunnelStep { name: name(query, index), optional, n_reached, ..FunnelStep::default() };
            step.rate_from_first = wilson(n_reached, result.n_entered - n_open_before - n_open);
            step.from_previous = durations(&mut tally.since_previous);
            step.from_first = durations(&mut tally.since_first);
            if index > 0 {
                step.rate_from_previous = wilson(n_reached, n_previous - n_open);
            }
            if !optional {
                if index > 0 {
                    (step.n_open, step.n_dropped) = (n_open, n_previous - n_open - n_reached);
                }
                n_open_before += n_open_there;
                (n_previous, n_open_there) = (n_reached, tally.n_open);
                result.n_converted = n_reached;
                result.time_to_convert = step.from_first;
            }
            result.steps.push(step);
        }
        result.n_open = n_open_before;
        result.conversion_rate = wilson(result.n_converted, result.n_entered - result.n_open);
        result
    }
}

fn durations(lengths: &mut [i64]) -> Option<Durations> {
    let sum: i128 = lengths.iter().map(|&length| i128::from(length)).sum();
    let [p10, median, p90] = quantiles(lengths, [0.1, 0.5, 0.9])?;
    Some(Durations {
        n_users: lengths.len() as u64,
        mean_millis: sum as f64 / lengths.len() as f64,
        p10_millis: p10,
        median_millis: median,
        p90_millis: p90,
    })
}

/// A step's name, or its event's.
pub(super) fn name(query: &FunnelQuery, index: usize) -> String {
    let step = &query.steps[index];
    match (&step.name, query.order) {
        (_, Order::Unordered) => String::new(),
        (Some(name), _) => name.clone(),
        (None, _) => rule_name(&step.rule),
    }
}

fn rule_name(rule: &EventRule) -> String {
    match &rule.event {
        Some(event) => event.clone(),
        None => rule.any_of.iter().map(rule_name).collect::<Vec<_>>().join(" / "),
    }
}
