//! The earliest start of the chains that get furthest: the layers once more, from the last step to the first.

use super::super::options::{Search, WindowFrom};
use super::super::rules::{Rules, bits};
use super::{Instant, Layers, Link, NEVER, has_runs, path};

impl Layers {
    /// The first instant at which a chain starts that fills `last`, all of its steps in the window. Goes back over the layers
    /// and keeps, for each step and instant, how late a chain gets that goes on from there: of those that can go on at all,
    /// the earlier ones never get later.
    pub(super) fn earliest_start(&mut self, rules: &Rules, last: usize) -> u32 {
        let n = self.instants.len();
        let mut through = std::mem::take(&mut self.through);
        through.clear();
        through.resize(n * rules.n_steps, NEVER);
        let mut after = std::mem::take(&mut self.after);
        after.clear();
        after.resize(n * rules.n_steps, NEVER);
        let mut later = None;
        for step in path(rules, last) {
            for at in 0..n {
                after[step * n + at] = if later.is_none() { at as u32 } else { NEVER };
            }
            if let Some(to) = later {
                self.go_back(Link { from: step, to }, &through, &mut after);
            }
            for at in (0..n).filter(|&at| self.instants[at].steps >> step & 1 == 1) {
                through[step * n + at] = self.latest_through(rules, (step, later), at, &through, &after);
            }
            later = Some(step);
        }
        let in_window = |at: usize, latest: u32| {
            rules.window_from == WindowFrom::PreviousStep
                || rules.in_window(self.instants[at].time, self.instants[latest as usize].time)
        };
        let starts = |&at: &usize| through[at] != NEVER && in_window(at, through[at]);
        let start = (0..n).find(starts).unwrap_or(0) as u32;
        (self.through, self.after) = (through, after);
        start
    }

    /// How late a chain gets that ends with `from` at each instant and goes on with `to` at a later one.
    fn go_back(&self, Link { from, to }: Link, through: &[u32], after: &mut [u32]) {
        let n = self.instants.len();
        let (mut next, mut first) = (n, None);
        for at in (0..n).rev() {
            while next > 0 {
                let candidate = next - 1;
                let is_of_step = self.instants[candidate].steps >> to & 1 == 1;
                if is_of_step && self.ranges[to * n + candidate].1 as usize <= at {
                    break;
                }
                if is_of_step && through[to * n + candidate] != NEVER {
                    first = Some(candidate);
                }
                next = candidate;
            }
            let reached = first.filter(|&first| self.ranges[to * n + first].0 as usize <= at);
            after[from * n + at] = reached.map_or(NEVER, |first| through[to * n + first].max(at as u32));
        }
    }

    /// How late a chain gets that fills `step` at an instant after one before, whether it fills more steps there or not.
    fn latest_through(
        &self,
        rules: &Rules,
        (step, later): (usize, Option<usize>),
        at: usize,
        through: &[u32],
        after: &[u32],
    ) -> u32 {
        let n = self.instants.len();
        let Instant { steps, runs, .. } = self.instants[at];
        if let Some(runs) = runs {
            let ends = bits(self.runs[runs as usize][step]).map(|end| after[end * n + at]);
            return ends.min().unwrap_or(NEVER);
        }
        let alone = after[step * n + at];
        match later.filter(|&to| steps >> to & 1 == 1 && has_runs(rules) && rules.limits(to).after <= 0) {
            Some(to) if rules.search == Search::FirstMatch => through[to * n + at],
            Some(to) => alone.min(through[to * n + at]),
            None => alone,
        }
    }
}
