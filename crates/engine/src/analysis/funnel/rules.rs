//! A checked query's rules, in the form that the walk over a user's events wants them.

use super::options::{
    Count, Entry, OnExclusion, OpenUsers, Order, Repeats, Reuse, Search, StrictKind, Tie, TimeFrom,
    WindowFrom,
};
use super::query::FunnelQuery;
use super::window;
use crate::time::Millis;

/// The rules of a valid chain. Steps are counted from 0 and stand as bits in masks.
#[derive(Clone, Debug)]
pub(super) struct Rules {
    /// Number of steps.
    pub(super) n_steps: usize,
    /// The steps that chains may not skip.
    pub(super) required: u32,
    /// For each step the steps that a chain may end with for it to be appended: the last required one. In strict order,
    /// where nothing may lie between, the optional ones since then too; otherwise these are found afterwards.
    pub(super) before: Vec<u32>,
    pub(super) order: Order,
    pub(super) strict_kind: StrictKind,
    pub(super) repeats: Repeats,
    /// Whose length is measured from the first step, or from the one before.
    pub(super) window: window::Window,
    pub(super) window_from: WindowFrom,
    /// For each step how long after the one before it may come; none where no step has limits of its own.
    limits: Vec<Limits>,
    /// For each step the required one that follows; the last one for itself.
    next: Vec<u8>,
    /// The steps that a held value restricts; none if nothing is held.
    pub(super) held: u32,
    pub(super) tie: Tie,
    pub(super) entry: Entry,
    pub(super) count: Count,
    pub(super) reuse: Reuse,
    pub(super) time_from: TimeFrom,
    pub(super) search: Search,
    pub(super) on_exclusion: OnExclusion,
    /// The last instant at which a chain may start.
    pub(super) last_start: Millis,
    /// The last instant that is looked at; a window that ends later is not over. None if nobody counts as open.
    pub(super) end: Option<Millis>,
}

/// How long after the step before a step may come.
#[derive(Clone, Copy, Debug)]
pub(super) struct Limits {
    /// At most; `i64::MAX` if there is no limit.
    pub(super) within: i64,
    /// At least; `i64::MIN` if there is no limit, and where a grace lets the step lie before.
    pub(super) after: i64,
}

impl Limits {
    const NONE: Self = Self { within: i64::MAX, after: i64::MIN };
}

impl Rules {
    /// The rules of a query that has been checked. `window`, `last_start` and `end` come from its scope and the data.
    pub(super) fn new(query: &FunnelQuery, window: window::Window, last_start: Millis, end: Millis) -> Self {
        let n_steps = query.steps.len();
        let optional = |step: usize| query.steps[step].optional;
        let before = |step: usize| {
            let required = (0..step).rev().find(|&earlier| !optional(earlier)).unwrap_or(0);
            let end = if query.order == Order::Strict { step } else { step.min(required + 1) };
            (required..end).fold(0, |mask, earlier| mask | 1 << earlier)
        };
        let is_limited = query.window_millis.is_some() || !window.is_length();
        let shown_apart = query.open == OpenUsers::Apart && is_limited;
        let has_limits =
            |step: &super::query::Step| step.within_millis.is_some() || step.after_millis.is_some();
        let limits = |step: &super::query::Step| Limits {
            within: step.within_millis.unwrap_or(i64::MAX),
            after: step.after_millis.unwrap_or(i64::MIN),
        };
        let next = |step: usize| (step + 1..n_steps).find(|&later| !optional(later)).unwrap_or(step) as u8;
        Self {
            n_steps,
            required: (0..n_steps).filter(|&step| !optional(step)).fold(0, |mask, step| mask | 1 << step),
            before: (0..n_steps).map(before).collect(),
            order: query.order,
            strict_kind: query.strict_kind,
            repeats: query.repeats,
            window,
            window_from: query.window_from,
            limits: if query.steps.iter().any(has_limits) {
                query.steps.iter().map(limits).collect()
            } else {
                Vec::new()
            },
            next: (0..n_steps).map(next).collect(),
            held: query.hold.as_ref().map_or(0, |hold| match &hold.steps[..] {
                [] => u32::MAX >> (32 - n_steps),
                steps => steps.iter().fold(0, |mask, &step| mask | 1 << step),
            }),
            tie: query.tie,
            entry: query.entry,
            count: query.count,
            reuse: query.reuse,
            time_from: query.time_from,
            search: query.search,
            on_exclusion: query.on_exclusion,
            last_start,
            end: shown_apart.then_some(end),
        }
    }

    /// Whether some events end a user's story for good.
    pub(super) fn may_stop(&self) -> bool {
        may_stop(self.strict_kind, self.repeats)
    }

    /// Whether a chain that started at `start` may go on at `time`.
    #[inline]
    pub(super) fn in_window(&self, start: Millis, time: Millis) -> bool {
        self.window.holds(start, time)
    }

    /// Whether `step` may come at `time` after a chain that started at `start` and filled its last step at `last`.
    #[inline]
    pub(super) fn may_follow(&self, start: Millis, last: Millis, step: usize, time: Millis) -> bool {
        let since = match self.window_from {
            WindowFrom::FirstStep => start,
            WindowFrom::PreviousStep => last,
        };
        self.in_window(since, time) && (self.limits.is_empty() || self.limits(step).hold(last, time))
    }

    /// A step's own limits.
    pub(super) fn limits(&self, step: usize) -> Limits {
        self.limits.get(step).copied().unwrap_or(Limits::NONE)
    }

    /// Whether the window of a chain that started at `start` is not over at the end.
    pub(super) fn is_open(&self, start: Millis) -> bool {
        self.end.is_some_and(|end| self.window.closed(start) > end)
    }

    /// Whether a chain that started at `start` and filled `step`, its last one, at `last` might go on after the end.
    pub(super) fn may_go_on(&self, start: Millis, step: usize, last: Millis) -> bool {
        let Some(end) = self.end else { return false };
        let Limits { within, after } = self.limits(usize::from(self.next[step]));
        let since = match self.window_from {
            WindowFrom::FirstStep => start,
            WindowFrom::PreviousStep => last,
        };
        end.plus(1).max(last.plus(after)) <= self.window.closed(since).min(last.plus(within))
    }

    /// Whether a chain's start alone does not tell which of two chains with the same last step can do more.
    pub(super) fn needs_layers(&self) -> bool {
        let in_layers = self.repeats == Repeats::BreakChain
            || self.strict_kind == StrictKind::EarlierStepBreaks
            || self.entry == Entry::Restart
            || self.reuse == Reuse::ManyAfterStart
            || self.search == Search::FirstMatch
            || matches!(self.tie, Tie::Grace(_));
        let is_limited = !self.limits.is_empty() || self.window_from == WindowFrom::PreviousStep;
        in_layers || (is_limited && self.order == Order::Ordered)
    }
}

impl Limits {
    fn hold(self, last: Millis, time: Millis) -> bool {
        (self.after..=self.within).contains(&time.since(last))
    }
}

/// Whether these rules let some events end a user's story for good.
pub(super) fn may_stop(strict_kind: StrictKind, repeats: Repeats) -> bool {
    matches!(strict_kind, StrictKind::Stop | StrictKind::EventBreaks) || repeats == Repeats::Stop
}

/// What a row of a user means to the funnel.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Event {
    pub(super) time: Millis,
    /// The steps that it matches.
    pub(super) steps: u32,
    /// The steps whose chains it spoils: those that end with one of them go no further.
    pub(super) kills: u32,
    /// Its row in the table.
    pub(super) row: u32,
    /// Which of the values that are held it carries; [`Event::NO_VALUE`] if it lacks one or nothing is held.
    pub(super) value: u32,
}

impl Event {
    /// Stands for no value.
    pub(super) const NO_VALUE: u32 = u32::MAX;
}

/// When a chain that skips no step filled its steps.
#[derive(Clone, Debug)]
pub(super) struct Run {
    times: [Millis; 32],
    n_filled: usize,
}

impl Run {
    /// No step.
    pub(super) const EMPTY: Self = Self { times: [Millis(0); 32], n_filled: 0 };

    pub(super) fn clear(&mut self) {
        self.n_filled = 0;
    }

    /// Adds the time of the next step, of 32 at most.
    #[inline(always)]
    pub(super) fn push(&mut self, time: Millis) {
        self.times[self.n_filled & 31] = time;
        self.n_filled += 1;
    }

    /// The times, step by step.
    pub(super) fn times(&self) -> &[Millis] {
        &self.times[..self.n_filled]
    }
}

/// What became of a user.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Outcome {
    /// Never entered.
    Absent,
    /// Removed by an exclusion.
    Removed,
    /// Has a chain. `Open` if its window, or a newer chain's, is not over at the end.
    Entered(Window),
}

/// Whether a user who has not converted may still do so.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::analysis) enum Window {
    Open,
    Over,
}

/// The bits of a mask, lowest first.
pub(super) fn bits(mut mask: u32) -> impl Iterator<Item = usize> {
    std::iter::from_fn(move || {
        let bit = (mask != 0).then(|| mask.trailing_zeros() as usize)?;
        mask &= mask - 1;
        Some(bit)
    })
}

/// The bits of a mask, highest first.
pub(super) fn bits_down(mut mask: u32) -> impl Iterator<Item = usize> {
    std::iter::from_fn(move || {
        let bit = (mask != 0).then(|| 31 - mask.leading_zeros() as usize)?;
        mask &= !(1 << bit);
        Some(bit)
    })
}

/// The events of each instant, in order.
pub(super) fn instants(events: &[Event]) -> impl DoubleEndedIterator<Item = &[Event]> {
    events.chunk_by(|a, b| a.time == b.time)
}
