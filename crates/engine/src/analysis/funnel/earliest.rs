//! The earliest start of the chains that get furthest.

use super::options::{Reuse, Tie};
use super::rules::{Event, Rules, bits, bits_down, instants};
use super::tie::Matching;
use super::walk::kills;
use crate::time::Millis;

/// When the first of the chains that end with step `last` started; such a chain must exist. Walks backward and keeps, for
/// each step, the earliest instant at which a chain that ends there now can still reach `last`: O(events × steps).
pub(super) fn start(rules: &Rules, events: &[Event], last: usize, matching: &mut Matching) -> Millis {
    let mut arrivals = Arrivals { rules, last, after: [None; 32] };
    let mut start = Millis(i64::MAX);
    for instant in instants(events).rev() {
        let time = instant[0].time;
        if let Some(arrival) = arrivals.fill(instant, matching)
            && rules.in_window(time, arrival)
        {
            start = time;
        }
        for step in bits(kills(rules, instant)) {
            arrivals.after[step] = None;
        }
    }
    start
}

/// For each step the earliest instant at which a chain that ends there now arrives at the last step.
struct Arrivals<'r> {
    rules: &'r Rules,
    last: usize,
    after: [Option<Millis>; 32],
}

impl Arrivals<'_> {
    /// Goes back over one instant. The arrival of a chain that starts in it, if one can.
    fn fill(&mut self, instant: &[Event], matching: &mut Matching) -> Option<Millis> {
        let time = instant[0].time;
        let steps = instant.iter().fold(0, |all, event| all | event.steps);
        let single = self.rules.tie == Tie::Never || (self.rules.reuse == Reuse::Once && instant.len() == 1);
        let overlapping = || instant.iter().any(|event| event.steps.count_ones() > 1);
        let mut started = None;
        let mut fill_one = |arrivals: &mut Self, step: usize| {
            let arrival = arrivals.through(step, time);
            if step == 0 {
                started = arrival;
            }
            arrivals.reach(step, arrival);
        };
        if single {
            bits(steps).for_each(|step| fill_one(self, step));
        } else if self.rules.reuse == Reuse::Many || !overlapping() {
            bits_down(steps).for_each(|step| fill_one(self, step));
        } else {
            started = self.fill_overlapping(instant, steps, matching);
        }
        started
    }

    /// The arrival of a chain that fills `step` at `time`.
    fn through(&self, step: usize, time: Millis) -> Option<Millis> {
        if step == self.last { Some(time) } else { self.after[step] }
    }

    /// A chain that ends with a step before `step` may arrive at this instant.
    fn reach(&mut self, step: usize, arrival: Option<Millis>) {
        for before in bits(self.rules.before[step]) {
            self.after[before] = earlier(self.after[before], arrival);
        }
    }

    fn fill_overlapping(&mut self, instant: &[Event], steps: u32, matching: &mut Matching) -> Option<Millis> {
        let time = instant[0].time;
        let mut arrivals = [None; 32];
        matching.load(instant, !0);
        for first in bits(steps) {
            matching.runs(self.rules.required, first, self.rules.n_steps, |run| {
                let end = bits_down(run).next().unwrap_or(first);
                arrivals[first] = earlier(arrivals[first], self.through(end, time));
            });
        }
        for step in bits(steps) {
            self.reach(step, arrivals[step]);
        }
        arrivals[0]
    }
}

fn earlier(a: Option<Millis>, b: Option<Millis>) -> Option<Millis> {
    match (a, b) {
        (Some(a), Some(b)) => Some(a.min(b)),
        (some, None) | (None, some) => some,
    }
}
