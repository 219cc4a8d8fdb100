//! Rules under which some events end a user's story: the events of an instant are taken one by one, those that match no
//! step first, then step by step.

use std::ops::ControlFlow;

use super::chain::{Chain, Slots};
use super::options::{Order, Repeats, Reuse, Search, StrictKind, Tie};
use super::rules::{Event, Rules, bits};
use super::tie::{self, Matching};
use crate::time::Millis;

/// Takes events one by one.
#[derive(Debug)]
pub(super) struct Stepwise {
    /// The steps that the user has reached, even if the window of the chain is over.
    pub(super) reached: u32,
    /// The chains before the present instant.
    before: Slots,
    /// The events of an instant, one entry for each step that one matches.
    entries: Vec<Event>,
    /// The events so far, where some match several steps and each may fill one.
    so_far: Vec<Event>,
    matching: Matching,
    grown: Chain,
}

impl Stepwise {
    pub(super) fn new(n_steps: usize) -> Self {
        Self {
            reached: 0,
            before: Slots::new(n_steps),
            entries: Vec::new(),
            so_far: Vec::new(),
            matching: Matching::default(),
            grown: Chain::default(),
        }
    }

    /// Fills steps from the events of one instant; breaks if one of them ends the user's story.
    pub(super) fn fill(&mut self, rules: &Rules, instant: &[Event], slots: &mut Slots) -> ControlFlow<()> {
        let mut entries = std::mem::take(&mut self.entries);
        entries.clear();
        for event in instant {
            if event.steps == 0 {
                entries.push(*event);
            }
            entries.extend(bits(event.steps).map(|step| Event { steps: 1 << step, ..*event }));
        }
        entries.sort_by_key(|entry| entry.steps);
        self.before.clone_from(slots);
        self.so_far.clear();
        let overlapping = instant.iter().any(|event| event.steps.count_ones() > 1);
        let flow = entries.iter().try_for_each(|entry| {
            if self.meets(rules, entry)? == Meeting::PassedOver {
                return ControlFlow::Continue(());
            }
            let step = entry.steps.trailing_zeros() as usize;
            match (rules.tie, rules.search, rules.reuse) {
                (Tie::Never, Search::LatestStartOnly, _) => slots.refill(rules, step, entry.time),
                (Tie::Never, Search::Exhaustive, _) => self.fill_later(rules, step, entry.time, slots),
                (_, _, Reuse::Once) if overlapping => self.fill_matched(rules, entry, slots),
                _ => slots.fill(rules, step, entry.time),
            }
            self.reached |= slots.filled & entry.steps;
            ControlFlow::Continue(())
        });
        self.entries = entries;
        flow
    }

    /// Whether an entry fills its step if it can, is passed over, or ends the story.
    fn meets(&self, rules: &Rules, entry: &Event) -> ControlFlow<(), Meeting> {
        let is_strict = rules.order == Order::Strict && self.reached != 0;
        if entry.steps == 0 {
            return if is_strict {
                ControlFlow::Break(())
            } else {
                ControlFlow::Continue(Meeting::PassedOver)
            };
        }
        if entry.steps == 1 {
            return ControlFlow::Continue(Meeting::Fills);
        }
        if rules.repeats == Repeats::Stop && self.reached & entry.steps != 0 {
            return ControlFlow::Break(());
        }
        if is_strict && self.reached & entry.steps >> 1 == 0 {
            return match rules.strict_kind {
                StrictKind::EventBreaks => ControlFlow::Continue(Meeting::PassedOver),
                _ => ControlFlow::Break(()),
            };
        }
        ControlFlow::Continue(Meeting::Fills)
    }

    /// Fills a step after the chains of earlier instants.
    fn fill_later(&mut self, rules: &Rules, step: usize, time: Millis, slots: &mut Slots) {
        if step == 0 {
            slots.fill(rules, step, time);
        } else if let Some(chain) =
            self.before.predecessor(rules, step, time).and_then(|at| self.before.get(at))
        {
            self.grown.copy_from(chain);
            self.grown.fill(step, time);
            slots.offer(&self.grown);
        }
    }

    /// Fills what the entries so far can fill, one step for each event.
    fn fill_matched(&mut self, rules: &Rules, entry: &Event, slots: &mut Slots) {
        match self.so_far.iter_mut().find(|event| event.row == entry.row) {
            Some(event) => event.steps |= entry.steps,
            None => self.so_far.push(*entry),
        }
        slots.clone_from(&self.before);
        tie::fill(slots, &self.before, &mut self.matching, rules, (entry.time, &self.so_far, !0));
    }
}

/// What an entry may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Meeting {
    /// Fill its step, if a chain waits for it.
    Fills,
    /// Nothing.
    PassedOver,
}
