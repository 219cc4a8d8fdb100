//! Every chain in order, where its start alone does not tell what it can do: a layer for each step.
//!
//! ```text
//! instants   0 1 2 3 4 5      A at 0 and 2, B at 1, 3 and 4, C at 5; B within 2 of A, C within 1 of B
//! layer A    0 . 2 . . .      for each instant at which a chain can end with the step: the latest start of such chains
//! layer B    . 0 . 2 2 .
//! layer C    . . . . . 2      from the instants that C at 5 may follow, which are 4 and 5
//! ```
//!
//! Which instants a step may follow is a range whose ends never go back from one instant to the next: shorter and longest
//! times since the step before, windows, graces, and what spoils chains only move them on. So a layer is a sliding maximum
//! over the one before, in O(instants), and all of them O(instants × steps). Events of one instant that match several
//! steps, and may fill one each, are matched as in [`tie`](super::tie).

mod back;

use std::collections::VecDeque;

use super::chain::Chain;
use super::options::{Entry, Repeats, Reuse, Search, StrictKind, Tie, TimeFrom, WindowFrom};
use super::rules::{Event, Outcome, Rules, Window, bits, bits_down, instants};
use super::tie::Matching;
use super::walk::kills;
use crate::time::Millis;

/// Stands for no chain. Others are the places of instants at which chains start, counted from 1.
const NONE: u32 = 0;

/// Stands for a chain that does not get there.
const NEVER: u32 = u32::MAX;

/// Fills the layers of one user after the other. Its memory is kept.
#[derive(Debug, Default)]
pub(super) struct Layers {
    instants: Vec<Instant>,
    /// For instants whose events must be matched: by first step of a run of steps filled there, where it can end.
    runs: Vec<[u32; 32]>,
    /// Step by step and instant by instant: the latest start of the chains that fill the step there after an earlier
    /// instant, and of all that end there.
    arrived: Vec<u32>,
    ended: Vec<u32>,
    /// Which instants each such step may follow: the first, and the one after the last.
    ranges: Vec<(u32, u32)>,
    /// By step: chains of it that end before this instant have been carried on by the first match.
    taken: [u32; 32],
    queue: VecDeque<u32>,
    /// Scratch memory of [`Layers::earliest_start`].
    through: Vec<u32>,
    after: Vec<u32>,
    matching: Matching,
}

/// What a user's events of one instant mean.
#[derive(Clone, Copy, Debug)]
struct Instant {
    time: Millis,
    /// The steps that they match, and those whose chains they spoil.
    steps: u32,
    kills: u32,
    /// Where its runs stand, if its events must be matched.
    runs: Option<u32>,
}

/// A step that follows another one.
#[derive(Clone, Copy, Debug)]
struct Link {
    from: usize,
    to: usize,
}

impl Layers {
    /// What becomes of a user with these events, in order of time. Writes the chain that is counted, optional steps but the
    /// last one apart.
    pub(super) fn follow(&mut self, rules: &Rules, events: &[Event], counted: &mut Chain) -> Outcome {
        counted.steps = 0;
        self.enter(rules, events);
        self.fill(rules, |_| true);
        let Some(last) = self.highest(rules) else { return Outcome::Absent };
        let converted = last >= 31 - rules.required.leading_zeros() as usize;
        let window = if !converted && self.may_go_on(rules) { Window::Open } else { Window::Over };
        if rules.time_from == TimeFrom::EarliestStart {
            let start = self.earliest_start(rules, last);
            self.fill(rules, |at| at == start);
        }
        self.trace(rules, last, counted);
        Outcome::Entered(window)
    }

    fn enter(&mut self, rules: &Rules, events: &[Event]) {
        self.instants.clear();
        self.runs.clear();
        for instant in instants(events) {
            let steps = instant.iter().fold(0, |all, event| all | event.steps);
            let kills = kills(rules, instant) | breaks(rules, instant);
            if steps | kills == 0 {
                continue;
            }
            let runs = self.runs_of(rules, instant, steps);
            self.instants.push(Instant { time: instant[0].time, steps, kills, runs });
        }
        let n_places = self.instants.len() * rules.n_steps;
        self.arrived.clear();
        self.arrived.resize(n_places, NONE);
        self.ended.clear();
        self.ended.resize(n_places, NONE);
        self.ranges.clear();
        self.ranges.resize(n_places, (0, 0));
    }

    /// Lists the runs of steps that can be filled at an instant, if its events must be matched to them.
    fn runs_of(&mut self, rules: &Rules, instant: &[Event], steps: u32) -> Option<u32> {
        let overlapping = instant.iter().any(|event| event.steps.count_ones() > 1);
        if !overlapping || rules.reuse == Reuse::Many || !has_runs(rules) {
            return None;
        }
        let mut ends = [0; 32];
        if rules.reuse == Reuse::Once {
            self.matching.load(instant, !0);
        }
        for first in bits(steps) {
            ends[first] = match rules.reuse {
                Reuse::Once => self.matched_ends(rules, first),
                Reuse::ManyAfterStart if first == 0 => ends_after_start(rules, instant),
                Reuse::Many | Reuse::ManyAfterStart => ends_of_run(rules, first, steps),
            };
            if rules.search == Search::FirstMatch {
                ends[first] = bits_down(ends[first]).next().map_or(0, |furthest| 1 << furthest);
            }
        }
        self.runs.push(ends);
        Some(self.runs.len() as u32 - 1)
    }

    fn matched_ends(&mut self, rules: &Rules, first: usize) -> u32 {
        let mut ends = 0;
        self.matching.runs(rules.required, first, rules.n_steps, |run| {
            let inner = run & !(1 << first);
            if bits(inner).all(|step| rules.limits(step).after <= 0) {
                ends |= 1 << (31 - run.leading_zeros());
            }
        });
        ends
    }

    /// Fills all layers; chains start where `may_start`.
    fn fill(&mut self, rules: &Rules, may_start: impl Fn(u32) -> bool) {
        let n = self.instants.len();
        self.arrived.fill(NONE);
        self.ended.fill(NONE);
        self.taken = [0; 32];
        for at in 0..n {
            if self.instants[at].steps & 1 == 1 && may_start(at as u32) {
                self.arrived[at] = at as u32 + 1;
            }
        }
        self.end_runs(rules, 0);
        for to in 1..rules.n_steps {
            let from = before(rules, to);
            self.arrive(rules, Link { from, to });
            self.end_runs(rules, to);
        }
    }

    /// Finds, for each instant with the step, the latest start of the chains that it may follow.
    fn arrive(&mut self, rules: &Rules, Link { from, to }: Link) {
        let n = self.instants.len();
        let (mut next, mut first, mut spoilt) = (0, 0, Millis(i64::MIN));
        self.queue.clear();
        for at in 0..n {
            let Instant { time, steps, kills, .. } = self.instants[at];
            if kills >> from & 1 == 1 {
                spoilt = time;
            }
            if steps >> to & 1 == 0 {
                continue;
            }
            while next < n && self.may_precede(rules, next, at, to) {
                if !self.is_carried(rules, to, next) {
                    self.push(from * n + next, next as u32);
                }
                next += 1;
            }
            while first < next && self.is_too_early(rules, first, time, (to, spoilt)) {
                first += 1;
            }
            while self.queue.front().is_some_and(|&front| (front as usize) < first) {
                self.queue.pop_front();
            }
            self.ranges[to * n + at] = (first as u32, next as u32);
            if let Some(&front) = self.queue.front() {
                let start = self.ended[from * n + front as usize];
                let is_open = rules.window_from == WindowFrom::PreviousStep
                    || rules.in_window(self.instants[start as usize - 1].time, time);
                self.arrived[to * n + at] = if is_open { start } else { NONE };
            }
            if rules.search == Search::FirstMatch {
                self.taken[from] = next as u32;
                (first, _) = (next, self.queue.clear());
            }
        }
    }

    /// Adds an instant to the queue, whose starts fall from its front to its back.
    fn push(&mut self, place: usize, at: u32) {
        let (n, start) = (self.instants.len(), self.ended[place]);
        if start == NONE {
            return;
        }
        let layer = place / n * n;
        while self.queue.back().is_some_and(|&back| self.ended[layer + back as usize] <= start) {
            self.queue.pop_back();
        }
        self.queue.push_back(at);
    }

    /// Whether the instant `earlier` does not come too late for step `to` at the instant `at` to follow it.
    fn may_precede(&self, rules: &Rules, earlier: usize, at: usize, to: usize) -> bool {
        let (before, time) = (self.instants[earlier].time, self.instants[at].time);
        let in_order = match rules.tie {
            Tie::Grace(grace) => before <= time.plus(grace),
            _ => earlier < at,
        };
        in_order && time.since(before) >= rules.limits(to).after
    }

    /// Whether a chain that ended at the instant `earlier` comes too early for step `to` at `time` to follow it.
    fn is_too_early(
        &self,
        rules: &Rules,
        earlier: usize,
        time: Millis,
        (to, spoilt): (usize, Millis),
    ) -> bool {
        let before = self.instants[earlier].time;
        let is_over = || rules.window_from == WindowFrom::PreviousStep && !rules.in_window(before, time);
        before < spoilt || time.since(before) > rules.limits(to).within || is_over()
    }

    /// Finds, for each instant, the latest start of all chains that end there with the step: with steps before filled at
    /// the same instant, too.
    fn end_runs(&mut self, rules: &Rules, step: usize) {
        let n = self.instants.len();
        for at in 0..n {
            let Instant { steps, runs, .. } = self.instants[at];
            if steps >> step & 1 == 0 {
                continue;
            }
            let start = match runs {
                Some(runs) => bits(steps & up_to(step))
                    .filter(|&first| self.runs[runs as usize][first] >> step & 1 == 1)
                    .map(|first| self.arrived[first * n + at])
                    .max()
                    .unwrap_or(NONE),
                None => self.arrived[step * n + at].max(self.carried(rules, step, at)),
            };
            self.ended[step * n + at] = start;
        }
    }

    /// The latest start of the chains that end at an instant with the step before, where `step` may follow there.
    fn carried(&mut self, rules: &Rules, step: usize, at: usize) -> u32 {
        if step == 0 || !has_runs(rules) || rules.limits(step).after > 0 {
            return NONE;
        }
        let place = before(rules, step) * self.instants.len() + at;
        let start = self.ended[place];
        if self.is_carried(rules, step, at) {
            self.ended[place] = NONE;
        }
        start
    }

    /// Whether all chains that end at an instant with the step before go on to `step` there: under the first match, whoever
    /// can go on does.
    fn is_carried(&self, rules: &Rules, step: usize, at: usize) -> bool {
        let Instant { steps, runs, .. } = self.instants[at];
        let follows = has_runs(rules) && rules.limits(step).after <= 0;
        rules.search == Search::FirstMatch && runs.is_none() && follows && steps >> step & 1 == 1
    }

    /// The highest step that a chain fills.
    fn highest(&self, rules: &Rules) -> Option<usize> {
        let n = self.instants.len();
        let is_filled =
            |&step: &usize| self.ended[step * n..(step + 1) * n].iter().any(|&start| start != NONE);
        (0..rules.n_steps).rev().find(is_filled)
    }

    /// Whether one of the chains might go on after the end of the data.
    fn may_go_on(&self, rules: &Rules) -> bool {
        let n = self.instants.len();
        rules.end.is_some()
            && bits(rules.required).any(|step| {
                let spoils = |instant: &Instant| instant.kills >> step & 1 == 1;
                let spoilt = self.instants.iter().rposition(spoils).unwrap_or(0);
                let first = spoilt.max(self.taken[step] as usize);
                (first..n).any(|at| {
                    let start = self.ended[step * n + at];
                    start != NONE
                        && rules.may_go_on(
                            self.instants[start as usize - 1].time,
                            step,
                            self.instants[at].time,
                        )
                })
            })
    }

    /// Writes the chain that fills `last` first, of those the one that started last, each step as early as it can be.
    fn trace(&self, rules: &Rules, last: usize, counted: &mut Chain) {
        let n = self.instants.len();
        let ended = |step: usize| &self.ended[step * n..(step + 1) * n];
        let Some(mut at) = ended(last).iter().position(|&start| start != NONE) else { return };
        let (start, mut step) = (ended(last)[at], last);
        loop {
            let first = self.first_of_run(rules, step, at, start);
            let mut filled = step;
            while filled > first {
                counted.fill(filled, self.instants[at].time);
                filled = before(rules, filled);
            }
            counted.fill(first, self.instants[at].time);
            if first == 0 {
                return;
            }
            let (from, (low, high)) = (before(rules, first), self.ranges[first * n + at]);
            let earlier = ended(from)[low as usize..high as usize].iter().position(|&other| other == start);
            let Some(earlier) = earlier else { return };
            (step, at) = (from, low as usize + earlier);
        }
    }

    /// The first step of the shortest run filled at an instant that ends with `step`, of chains with this start.
    fn first_of_run(&self, rules: &Rules, step: usize, at: usize, start: u32) -> usize {
        let n = self.instants.len();
        let Instant { steps, runs, .. } = self.instants[at];
        let ends = |first: usize| runs.is_none_or(|runs| self.runs[runs as usize][first] >> step & 1 == 1);
        let mut candidates = bits_down(steps & up_to(step) & (rules.required | 1 << step));
        candidates.find(|&first| ends(first) && self.arrived[first * n + at] == start).unwrap_or(step)
    }
}

/// The required step before `step`.
fn before(rules: &Rules, step: usize) -> usize {
    bits_down(rules.required & up_to(step) & !(1 << step)).next().unwrap_or(0)
}

/// The steps of a chain that ends with `last`, from the last to the first.
fn path(rules: &Rules, last: usize) -> impl Iterator<Item = usize> {
    bits_down((rules.required | 1 << last) & up_to(last))
}

/// The steps up to this one.
fn up_to(step: usize) -> u32 {
    u32::MAX >> (31 - step)
}

/// Whether a chain may fill several steps at one instant by the order of the steps.
fn has_runs(rules: &Rules) -> bool {
    !matches!(rules.tie, Tie::Never | Tie::Grace(_))
}

/// Where runs of steps that start with `first` can end, of these steps.
fn ends_of_run(rules: &Rules, first: usize, steps: u32) -> u32 {
    let further = |&step: &usize| steps >> step & 1 == 1 && rules.limits(step).after <= 0;
    (first + 1..rules.n_steps).take_while(further).fold(1 << first, |ends, step| ends | 1 << step)
}

/// Where runs can end that start with step 0, filled by an event that fills no other.
fn ends_after_start(rules: &Rules, instant: &[Event]) -> u32 {
    let (once, twice) = instant
        .iter()
        .fold((0, 0), |(once, twice), event| (once | event.steps, twice | (once & event.steps)));
    let ends = |event: &Event| ends_of_run(rules, 0, twice | (once & !event.steps));
    instant.iter().filter(|event| event.steps & 1 == 1).fold(0, |all, event| all | ends(event))
}

/// The steps whose chains are broken by what fills steps itself.
fn breaks(rules: &Rules, instant: &[Event]) -> u32 {
    let mut broken = 0;
    for steps in instant.iter().map(|event| event.steps).filter(|&steps| steps != 0) {
        if rules.repeats == Repeats::BreakChain {
            broken |= steps & !(steps >> 1);
        }
        if rules.strict_kind == StrictKind::EarlierStepBreaks {
            broken |= u32::MAX << steps.trailing_zeros();
        }
        if rules.entry == Entry::Restart && steps & 1 == 1 {
            broken |= !1;
        }
    }
    broken
}
