//! What is added up over users, and the answer made of it.
//!
//! ```text
//! round 1   shard: Tally (every length of time) ─► Sums (how they are distributed) ─┐ merge ─► Outline
//! round 2   shard: Tally ─► lengths that the outline wants                         ─┘ merge ─► FunnelResult
//! ```

use serde::{Deserialize, Serialize};

use super::answer::{Durations, FunnelResult, FunnelStep};
use super::chain::Chain;
use super::options::{InstantTimes, Order};
use super::query::FunnelQuery;
use super::rules::{Outcome, Window};
use crate::kernel::quantile::{Spread, Values, Wanted};
use crate::rule::EventRule;
use crate::stats::interval::wilson;
use crate::time::Millis;

/// The quantiles of lengths of time that an answer gives.
const PROBABILITIES: [f64; 3] = [0.1, 0.5, 0.9];

/// Numbers of users.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Counts {
    n_removed: u64,
    n_with_ties: u64,
    /// By step: users whose chain fills it.
    n_reached: Vec<u64>,
    /// Of those who got no further, the ones whose window is not over.
    n_open: Vec<u64>,
}

/// One group's users on one shard. The default has seen nobody.
#[derive(Clone, Debug, Default)]
pub(super) struct Tally {
    counts: Counts,
    lengths: Lengths<Values>,
}

/// One group's users, as shards exchange them. The default has seen nobody.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(super) struct Sums {
    counts: Counts,
    lengths: Lengths<Spread>,
}

/// One group's users on all shards, and what is to be known besides.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Outline {
    counts: Counts,
    lengths: Lengths<Outlined>,
}

/// How lengths of time are distributed, but for the quantiles.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct Outlined {
    n: u64,
    mean_millis: Option<f64>,
    wanted: Wanted,
}

/// Something of each step's lengths of time: those since step 0, and those since the last required step before. Where this
/// is step 0 too, the latter are not kept. Before anyone has entered there are none.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct Lengths<T> {
    since_first: Vec<T>,
    since_previous: Vec<T>,
}

impl Tally {
    /// Adds a user with the chain that is counted.
    pub(super) fn add(&mut self, query: &FunnelQuery, outcome: Outcome, chain: &Chain) {
        let window = match outcome {
            Outcome::Absent => return,
            Outcome::Removed => {
                self.counts.n_removed += 1;
                return;
            }
            Outcome::Entered(window) => window,
        };
        self.reserve(query.steps.len());
        let counts = |length: u64| length > 0 || query.instant_times == InstantTimes::Counted;
        let start = chain.start();
        let (mut furthest, mut previous, mut before, mut tied) = (0, start, None, false);
        for (step, time) in chain.iter() {
            self.counts.n_reached[step] += 1;
            tied |= before.is_some_and(|before| time <= before);
            before = Some(time);
            if step > 0 {
                let (length, last) = (length(start, time), length(previous, time));
                if counts(length) {
                    self.lengths.since_first[step].push(length);
                }
                if furthest > 0 && counts(last) {
                    self.lengths.since_previous[step].push(last);
                }
            }
            if !query.steps[step].optional {
                (previous, furthest) = (time, step);
            }
        }
        self.counts.n_with_ties += u64::from(tied);
        if window == Window::Open {
            self.counts.n_open[furthest] += 1;
        }
    }

    /// The same for a chain that filled these steps, all required and each later than the one before.
    #[inline]
    pub(super) fn add_run(&mut self, n_steps: usize, window: Window, times: &[Millis]) {
        self.reserve(n_steps);
        let Some((&start, later)) = times.split_first() else { return };
        let (counts, lengths) = (&mut self.counts, &mut self.lengths);
        counts.n_reached[0] += 1;
        let mut previous = start;
        let reached = counts.n_reached[1..].iter_mut().zip(&mut lengths.since_first[1..]);
        for (step, (&time, (n_reached, since_first))) in later.iter().zip(reached).enumerate() {
            *n_reached += 1;
            since_first.push(length(start, time));
            if step > 0 {
                lengths.since_previous[step + 1].push(length(previous, time));
            }
            previous = time;
        }
        if window == Window::Open {
            counts.n_open[later.len()] += 1;
        }
    }

    #[inline]
    fn reserve(&mut self, n_steps: usize) {
        if self.counts.n_reached.len() < n_steps {
            self.counts.n_reached.resize(n_steps, 0);
            self.counts.n_open.resize(n_steps, 0);
            self.lengths.since_first.resize_with(n_steps, Values::default);
            self.lengths.since_previous.resize_with(n_steps, Values::default);
        }
    }

    /// What the shards exchange first. O(lengths).
    pub(super) fn sums(&self) -> Sums {
        Sums { counts: self.counts.clone(), lengths: self.lengths.map(Values::spread) }
    }

    /// Adds the lengths that an outline wants to those found so far: a list for each that [`Lengths::iter`] goes through.
    pub(super) fn pick(&self, outline: &Outline, found: &mut [Vec<u64>]) {
        // A shard without users of the group has no lengths.
        let wanted = outline.lengths.iter().map(|outlined| &outlined.wanted);
        if !self.lengths.since_first.is_empty() {
            self.lengths.iter().zip(wanted).zip(found).for_each(|((values, wanted), found)| {
                values.pick(wanted, found);
            });
        }
    }
}

/// How long it took; nothing where a step lies before the one before it.
fn length(from: Millis, to: Millis) -> u64 {
    to.since(from).max(0).unsigned_abs()
}

impl<T> Lengths<T> {
    fn map<U>(&self, map: impl Fn(&T) -> U) -> Lengths<U> {
        Lengths {
            since_first: self.since_first.iter().map(&map).collect(),
            since_previous: self.since_previous.iter().map(&map).collect(),
        }
    }

    /// First those since step 0, step by step, then the others.
    fn iter(&self) -> impl Iterator<Item = &T> {
        self.since_first.iter().chain(&self.since_previous)
    }
}

impl<T> Default for Lengths<T> {
    fn default() -> Self {
        Self { since_first: Vec::new(), since_previous: Vec::new() }
    }
}

impl Counts {
    fn merge(&mut self, other: &Self) {
        self.n_removed += other.n_removed;
        self.n_with_ties += other.n_with_ties;
        add(&mut self.n_reached, &other.n_reached);
        add(&mut self.n_open, &other.n_open);
    }
}

fn add(sums: &mut Vec<u64>, more: &[u64]) {
    sums.resize(sums.len().max(more.len()), 0);
    sums.iter_mut().zip(more).for_each(|(sum, value)| *sum += value);
}

impl Sums {
    /// Adds another shard's or group's users.
    pub(super) fn merge(&mut self, other: &Self) {
        self.counts.merge(&other.counts);
        for (mine, other) in [
            (&mut self.lengths.since_first, &other.lengths.since_first),
            (&mut self.lengths.since_previous, &other.lengths.since_previous),
        ] {
            mine.resize_with(mine.len().max(other.len()), Spread::default);
            mine.iter_mut().zip(other).for_each(|(mine, other)| mine.merge(other));
        }
    }

    /// Users who reached each step, the last step first: what groups are ordered by.
    pub(super) fn rank(&self) -> Vec<u64> {
        self.counts.n_reached.iter().rev().copied().collect()
    }

    /// What is to be known besides.
    pub(super) fn outline(mut self, n_steps: usize) -> Outline {
        self.counts.n_reached.resize(n_steps, 0);
        self.counts.n_open.resize(n_steps, 0);
        self.lengths.since_first.resize_with(n_steps, Spread::default);
        self.lengths.since_previous.resize_with(n_steps, Spread::default);
        let outlined = |spread: &Spread| Outlined {
            n: spread.n(),
            mean_millis: spread.mean(),
            wanted: spread.wanted(&PROBABILITIES),
        };
        Outline { counts: self.counts, lengths: self.lengths.map(outlined) }
    }
}

impl Outline {
    /// How many lists of lengths there are.
    pub(super) fn n_lists(&self) -> usize {
        self.lengths.iter().count()
    }

    /// Whether no length is wanted, so that no second round is needed.
    pub(super) fn is_complete(&self) -> bool {
        self.lengths.iter().all(|outlined| outlined.wanted.is_empty())
    }

    /// The numbers of the answer, given the wanted lengths of all shards.
    pub(super) fn finish(&self, query: &FunnelQuery, found: &mut [Vec<u64>]) -> FunnelResult {
        let times: Vec<Option<Durations>> =
            self.lengths.iter().zip(found).map(|(outlined, found)| outlined.durations(found)).collect();
        let (since_first, since_previous) = times.split_at(query.steps.len());
        let Counts { n_removed, n_with_ties, n_reached, n_open } = &self.counts;
        let mut result =
            FunnelResult { n_removed: *n_removed, n_with_ties: *n_with_ties, ..FunnelResult::default() };
        result.n_entered = n_reached[0];
        // The last required step so far: how many reached it and are open there; and how many were open before it.
        let (mut n_previous, mut n_open_there, mut n_open_before) = (0, 0, 0);
        let mut furthest = 0;
        for (index, &n_reached) in n_reached.iter().enumerate() {
            let optional = query.steps[index].optional;
            let n_open_here = if optional { 0 } else { n_open_there };
            let mut step =
                FunnelStep { name: name(query, index), optional, n_reached, ..FunnelStep::default() };
            step.rate_from_first = wilson(n_reached, result.n_entered - n_open_before - n_open_here);
            step.from_first = since_first[index];
            step.from_previous = if furthest == 0 { since_first[index] } else { since_previous[index] };
            if index > 0 {
                step.rate_from_previous = wilson(n_reached, n_previous - n_open_here);
            }
            if !optional {
                if index > 0 {
                    (step.n_open, step.n_dropped) = (n_open_here, n_previous - n_open_here - n_reached);
                }
                n_open_before += n_open_there;
                (n_previous, n_open_there, furthest) = (n_reached, n_open[index], index);
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

impl Outlined {
    fn durations(&self, found: &mut [u64]) -> Option<Durations> {
        let [p10, median, p90] = self.wanted.quantiles(self.n, found, PROBABILITIES)?;
        Some(Durations {
            n_users: self.n,
            mean_millis: self.mean_millis?,
            p10_millis: p10,
            median_millis: median,
            p90_millis: p90,
        })
    }
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
