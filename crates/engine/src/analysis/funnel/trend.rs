//! The same funnel by when it was entered.
//!
//! ```text
//! day           1        2        3            a user counts once in each period in which a chain started
//! events      A  B     A  A       B C
//! chains      1→2      1───────── 2→3          day 1: level 2; day 2: level 3, of its best chain
//! ```
//!
//! A period's chain starts in it, and goes on as long as its window: each period is a funnel of its own, whose step 1 lies
//! there. O(events × steps) for each period that a user enters, of the events until the last window is over.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::bins::Bins;
use super::groups::Group;
use super::options::{Order, WindowFrom};
use super::query::FunnelQuery;
use super::rules::{Event, Outcome, Rules, Window};
use super::walk::Walker;
use crate::stats::interval::{Rate, wilson};
use crate::time::Millis;

/// A period's users, by how far the best chain came that they started in it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct FunnelPeriod {
    /// The period's first instant.
    pub start: Millis,
    /// The period in the scope's zone: `2026-03-01`, `2026-03-01T13:00`, `2026-03`, `2026-Q1` or `2026`; for one of equal
    /// length its first instant in UTC, `2026-03-01T13:00:00Z`.
    pub label: String,
    /// Whether nobody can enter it any more: it is over at the end of the data.
    pub is_over: bool,
    /// By step: users whose chain reaches it. In unordered funnels item k stands for any k steps.
    pub n_reached: Vec<u64>,
    /// Users who have not converted and whose window is not over at the end of the data.
    pub n_open: u64,
    /// Those who reached every step that is not optional ÷ (entered − open); none if that is 0.
    pub conversion_rate: Option<Rate>,
}

/// Users by group (none = everybody) and period. The default has seen nobody.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Trends(BTreeMap<Option<Group>, Trend>);

/// Users by period.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Trend(BTreeMap<u32, Entered>);

/// Users of one period.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
struct Entered {
    n_reached: Vec<u64>,
    n_open: u64,
}

/// A user's chain in one period.
#[derive(Clone, Copy, Debug)]
struct Found {
    period: u32,
    /// The steps that it fills.
    steps: u32,
    window: Window,
}

/// Follows users from each period.
#[derive(Debug)]
pub(super) struct Follower {
    periods: Bins,
    /// The rules, for the period at hand.
    pub(super) rules: Rules,
    /// Nobody starts a chain later, in any period.
    last_start: Millis,
    part: Vec<Event>,
    found: Vec<Found>,
    pub(super) trends: Trends,
}

impl Follower {
    pub(super) fn new(periods: Bins, rules: Rules) -> Self {
        let (part, found) = (Vec::new(), Vec::new());
        Self { periods, last_start: rules.last_start, rules, part, found, trends: Trends::default() }
    }

    /// Finds a user's chains, of these events in order. Afterwards the walker's chain is any of them.
    pub(super) fn follow(&mut self, walker: &mut Walker, events: &[Event]) {
        self.found.clear();
        let starts = if self.rules.order == Order::Unordered { !0 } else { 1 };
        let (mut at, mut is_spoilt) = (0, false);
        while let Some(entry) = events[at..].iter().position(|event| event.steps & starts != 0) {
            let time = events[at + entry].time;
            let Some(period) = self.periods.find(time) else {
                at += entry + 1;
                continue;
            };
            let end = self.periods.end(period);
            // What shares the entry's instant, or what a grace puts after it, may stand before it.
            let slack = self.rules.tie.grace().saturating_mul(self.rules.n_steps as i64);
            let first = events.partition_point(|event| event.time < time.plus(-slack));
            self.cut(&events[first..], time, end);
            let (found, mut is_removed) = (&mut self.found, false);
            walker.each_unit(&self.rules, &self.part, |outcome, chain| match outcome {
                Outcome::Absent => {}
                Outcome::Removed => is_removed = true,
                Outcome::Entered(window) => {
                    found.push(Found { period: period as u32, steps: chain.steps, window });
                }
            });
            is_spoilt |= is_removed && walker.went_on_spoilt(&self.rules, &self.part);
            at = events.partition_point(|event| event.time < end);
        }
        if is_spoilt {
            // Who is removed for what came between two steps is removed from all periods, but for what is complete.
            let required = self.rules.required;
            self.found.retain(|found| found.steps & required == required);
        }
    }

    /// Puts the events of a period's chains into `part`, which start at `start` or later and before `end`.
    fn cut(&mut self, events: &[Event], start: Millis, end: Millis) {
        self.rules.last_start = self.last_start.min(end.plus(-1));
        let last = match self.rules.window_from {
            WindowFrom::FirstStep => self.rules.window.deadline(end.plus(-1)),
            WindowFrom::PreviousStep => Millis(i64::MAX),
        };
        let in_reach = events.iter().take_while(|event| event.time <= last);
        self.part.clear();
        let is_unordered = self.rules.order == Order::Unordered;
        self.part.extend(in_reach.map(|event| {
            let may_start = is_unordered || (start..end).contains(&event.time);
            Event { steps: if may_start { event.steps } else { event.steps & !1 }, ..*event }
        }));
        if self.rules.order != Order::Strict {
            // What is no entry any more is no other event of its instant either.
            self.part.retain(|event| event.steps | event.kills != 0);
        }
    }

    /// Counts the chains found, in a group or among everybody.
    pub(super) fn count(&mut self, group: Option<&Group>) {
        for &Found { period, steps, window } in &self.found {
            let trend = self.trends.0.entry(group.cloned()).or_default();
            let entered = trend.0.entry(period).or_default();
            entered.n_reached.resize(self.rules.n_steps, 0);
            for (step, n_reached) in entered.n_reached.iter_mut().enumerate() {
                *n_reached += u64::from(steps >> step & 1);
            }
            entered.n_open += u64::from(window == Window::Open);
        }
    }
}

impl Trends {
    /// Adds another shard's users.
    pub(super) fn merge(&mut self, other: Self) {
        for (group, trend) in other.0 {
            self.0.entry(group).or_default().merge(&trend);
        }
    }

    /// A group's users, or everybody.
    pub(super) fn of(&self, group: Option<&Group>) -> Trend {
        self.0.get(&group.cloned()).cloned().unwrap_or_default()
    }

    /// The users of all groups that are not among these.
    pub(super) fn of_others(&self, named: &[&Group]) -> Trend {
        let mut others = Trend::default();
        for (group, trend) in &self.0 {
            if group.as_ref().is_some_and(|group| !named.contains(&group)) {
                others.merge(trend);
            }
        }
        others
    }
}

impl Trend {
    fn merge(&mut self, other: &Self) {
        for (&period, entered) in &other.0 {
            let mine = self.0.entry(period).or_default();
            mine.n_reached.resize(entered.n_reached.len(), 0);
            mine.n_reached.iter_mut().zip(&entered.n_reached).for_each(|(mine, other)| *mine += other);
            mine.n_open += entered.n_open;
        }
    }

    /// Every period, in order; those that nobody entered too.
    pub(super) fn finish(&self, query: &FunnelQuery, periods: &Bins, end: Millis) -> Vec<FunnelPeriod> {
        let nobody = Entered { n_reached: vec![0; query.steps.len()], n_open: 0 };
        let last = query.steps.iter().rposition(|step| !step.optional).unwrap_or(0);
        let period = |index: usize| {
            let Entered { n_reached, n_open } = self.0.get(&(index as u32)).unwrap_or(&nobody).clone();
            FunnelPeriod {
                start: periods.start(index),
                label: periods.label(index),
                is_over: periods.end(index) <= end,
                conversion_rate: wilson(n_reached[last], n_reached[0] - n_open),
                n_reached,
                n_open,
            }
        };
        (0..periods.len()).map(period).collect()
    }
}
