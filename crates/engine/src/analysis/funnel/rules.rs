//! A checked query's rules, in the form that the walk over a user's events wants them.

use super::query::{
    FunnelQuery, OnExclusion, OpenUsers, Order, Repeats, Reuse, Search, StrictKind, Tie, TimeFrom,
};
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
    /// Longest time from the first step to the last; `i64::MAX` if there is no limit.
    pub(super) window_millis: i64,
    pub(super) tie: Tie,
    pub(super) reuse: Reuse,
    pub(super) time_from: TimeFrom,
    pub(super) search: Search,
    pub(super) on_exclusion: OnExclusion,
    /// The last instant at which a chain may start.
    pub(super) last_start: Millis,
    /// The last instant that is looked at; a window that ends later is not over. None if nobody counts as open.
    pub(super) end: Option<Millis>,
}

impl Rules {
    /// The rules of a query that has been checked. `last_start` and `end` come from its scope and the data.
    pub(super) fn new(query: &FunnelQuery, last_start: Millis, end: Millis) -> Self {
        let n_steps = query.steps.len();
        let optional = |step: usize| query.steps[step].optional;
        let before = |step: usize| {
            let required = (0..step).rev().find(|&earlier| !optional(earlier)).unwrap_or(0);
            let end = if query.order == Order::Strict { step } else { step.min(required + 1) };
            (required..end).fold(0, |mask, earlier| mask | 1 << earlier)
        };
        let shown_apart = query.open == OpenUsers::Apart && query.window_millis.is_some();
        Self {
            n_steps,
            required: (0..n_steps).filter(|&step| !optional(step)).fold(0, |mask, step| mask | 1 << step),
            before: (0..n_steps).map(before).collect(),
            order: query.order,
            strict_kind: query.strict_kind,
            repeats: query.repeats,
            window_millis: query.window_millis.unwrap_or(i64::MAX),
            tie: query.tie,
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
        self.strict_kind != StrictKind::Restart || self.repeats == Repeats::Stop
    }

    /// Whether a chain that started at `start` may go on at `time`.
    pub(super) fn in_window(&self, start: Millis, time: Millis) -> bool {
        // Neither instant is so far from the other that this could overflow; asked often.
        time.0.wrapping_sub(start.0) <= self.window_millis
    }

    /// Whether the window of a chain that started at `start` is not over at the end.
    pub(super) fn is_open(&self, start: Millis) -> bool {
        self.end.is_some_and(|end| end.since(start) < self.window_millis)
    }
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
