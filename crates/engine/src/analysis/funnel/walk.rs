//! The walk over one user's events that finds the user's highest level and the chain that is counted.

use super::attempts::Attempts;
use super::chain::{Chain, Slots};
use super::hold::{self, Parts};
use super::layers::Layers;
use super::options::{Count, Entry, OnExclusion, Order, Reuse, Search, Tie, TimeFrom};
use super::rules::{Event, Outcome, Rules, Window, bits, bits_down, instants};
use super::stops::Stepwise;
use super::tie::{self, Matching};
use super::unordered::Unordered;
use super::{earliest, optional};
use crate::time::Millis;

/// Walks over users' events, one user after the other. Its memory is kept from user to user.
#[derive(Debug)]
pub(super) struct Walker {
    slots: Slots,
    /// The chains before the present instant or event, where both are needed.
    before: Slots,
    matching: Matching,
    /// The events of an instant in the order of their steps.
    sorted: Vec<Event>,
    unordered: Unordered,
    stepwise: Stepwise,
    layers: Layers,
    attempts: Attempts,
    parts: Parts,
    /// The chain that is counted.
    counted: Chain,
    /// The best one of all held values so far.
    best: Chain,
    grown: Chain,
}

/// What a run over the events looks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Goal {
    /// The chain that gets furthest, whatever the exclusions.
    FurthestOfAll,
    /// The chain that gets furthest without being spoilt.
    Furthest,
    /// A chain that ends with this step and is not spoilt until its window is over.
    Unspoilt(usize),
    /// The same as `Furthest` among the chains that start at this instant.
    StartedAt(Millis),
}

impl Walker {
    /// A walker for funnels of so many steps.
    pub(super) fn new(n_steps: usize) -> Self {
        Self {
            slots: Slots::new(n_steps),
            before: Slots::new(n_steps),
            matching: Matching::default(),
            sorted: Vec::new(),
            unordered: Unordered::new(n_steps),
            stepwise: Stepwise::new(n_steps),
            layers: Layers::default(),
            attempts: Attempts::default(),
            parts: Parts::default(),
            counted: Chain::default(),
            best: Chain::default(),
            grown: Chain::default(),
        }
    }

    /// The chain that the last [`Walker::follow`] counted. In unordered funnels its step k is the k-th in time.
    pub(super) fn counted(&self) -> &Chain {
        &self.counted
    }

    /// What becomes of a user with these events, in order of time.
    pub(super) fn follow(&mut self, rules: &Rules, events: &[Event]) -> Outcome {
        if rules.held == 0 {
            return self.follow_all(rules, events);
        }
        let (mut parts, mut best) = (std::mem::take(&mut self.parts), std::mem::take(&mut self.best));
        let (mut outcome, mut is_open) = (Outcome::Absent, false);
        best.steps = 0;
        parts.each(rules, events, |part| match self.follow_all(rules, part) {
            Outcome::Absent => {}
            Outcome::Removed if best.steps == 0 => outcome = Outcome::Removed,
            Outcome::Removed => {}
            Outcome::Entered(window) => {
                is_open |= window == Window::Open;
                if best.steps == 0 || hold::is_better(rules, &self.counted, &best) {
                    best.copy_from(&self.counted);
                }
            }
        });
        if best.steps != 0 {
            let is_open = is_open && best.steps & rules.required != rules.required;
            outcome = Outcome::Entered(if is_open { Window::Open } else { Window::Over });
        }
        self.counted.copy_from(&best);
        (self.parts, self.best) = (parts, best);
        outcome
    }

    /// Calls `visit` with what becomes of each unit among these events of a user, or of one session of a user, and with the
    /// chain that is counted.
    pub(super) fn each_unit(
        &mut self,
        rules: &Rules,
        events: &[Event],
        mut visit: impl FnMut(Outcome, &Chain),
    ) {
        if rules.count != Count::Attempts {
            let outcome = self.follow(rules, events);
            visit(outcome, &self.counted);
        } else if rules.held == 0 {
            self.attempts.each(rules, events, visit);
        } else {
            let attempts = &mut self.attempts;
            self.parts.each(rules, events, |part| attempts.each(rules, part, &mut visit));
        }
    }

    /// What becomes of a user, whatever is held.
    fn follow_all(&mut self, rules: &Rules, events: &[Event]) -> Outcome {
        if rules.order == Order::Unordered {
            return self.unordered.follow(rules, events, &mut self.counted);
        }
        if rules.entry == Entry::Attempts {
            return self.attempts.best(rules, events, &mut self.counted);
        }
        let outcome = if rules.needs_layers() {
            self.layers.follow(rules, events, &mut self.counted)
        } else {
            self.follow_starts(rules, events)
        };
        if rules.order == Order::Ordered && rules.required.count_ones() < rules.n_steps as u32 {
            optional::fill(rules, events, &mut self.counted, &mut self.matching);
        }
        outcome
    }

    /// What becomes of a user, where a later start makes a chain no worse.
    fn follow_starts(&mut self, rules: &Rules, events: &[Event]) -> Outcome {
        let removing =
            rules.on_exclusion == OnExclusion::RemoveUser && events.iter().any(|event| event.kills != 0);
        self.run(rules, events, if removing { Goal::FurthestOfAll } else { Goal::Furthest });
        let Some(furthest) = self.counted.last() else { return Outcome::Absent };
        if removing {
            self.run(rules, events, Goal::Unspoilt(furthest));
            if self.counted.steps == 0 {
                return Outcome::Removed;
            }
        }
        let window = self.window(rules);
        if rules.time_from == TimeFrom::EarliestStart && rules.order == Order::Ordered {
            let start = earliest::start(rules, events, furthest, &mut self.matching);
            self.run(rules, events, Goal::StartedAt(start));
        }
        Outcome::Entered(window)
    }

    /// Whether an exclusion spoils the furthest chain of these events between two of its steps, and not after its last one.
    pub(super) fn went_on_spoilt(&mut self, rules: &Rules, events: &[Event]) -> bool {
        let went_on = |walker: &mut Self, events: &[Event]| {
            let mut furthest = |goal| {
                walker.run(rules, events, goal);
                walker.counted.last()
            };
            furthest(Goal::Furthest) < furthest(Goal::FurthestOfAll)
        };
        if rules.held == 0 {
            return went_on(self, events);
        }
        let (mut parts, mut any) = (std::mem::take(&mut self.parts), false);
        parts.each(rules, events, |part| any |= went_on(self, part));
        self.parts = parts;
        any
    }

    fn window(&self, rules: &Rules) -> Window {
        let converted = self.counted.steps & rules.required == rules.required;
        if !converted && self.slots.may_go_on(rules) { Window::Open } else { Window::Over }
    }

    fn run(&mut self, rules: &Rules, events: &[Event], goal: Goal) {
        self.slots.clear();
        self.stepwise.reached = 0;
        self.counted.steps = 0;
        let mut settled = false;
        for instant in instants(events) {
            let time = instant[0].time;
            let kills = if goal == Goal::FurthestOfAll { 0 } else { kills(rules, instant) };
            if let Goal::Unspoilt(step) = goal
                && kills >> step & 1 == 1
                && self.counted.steps != 0
                && !settled
            {
                settled = !rules.in_window(self.counted.start(), time);
                if !settled {
                    self.counted.steps = 0;
                }
            }
            match goal {
                Goal::Unspoilt(_) => self.slots.spoil(kills),
                _ => self.slots.filled &= !kills,
            }
            if rules.may_stop() {
                let flow = self.stepwise.fill(rules, instant, &mut self.slots);
                self.note(goal);
                if flow.is_break() {
                    self.slots.filled = 0;
                    return;
                }
            } else if rules.order == Order::Strict && !is_loose(rules, instant) {
                self.fill_strictly(rules, instant, goal);
            } else {
                self.fill(rules, instant, goal);
            }
            if self.counted.steps >> (rules.n_steps - 1) & 1 == 1 {
                return;
            }
        }
    }

    /// Fills steps from the events of one instant, other events apart.
    fn fill(&mut self, rules: &Rules, instant: &[Event], goal: Goal) {
        let time = instant[0].time;
        let allowed = match goal {
            Goal::StartedAt(start) if start != time => !1,
            _ => !0,
        };
        let steps = instant.iter().fold(0, |all, event| all | event.steps) & allowed;
        if steps == 0 {
            return;
        }
        let overlapping = || instant.iter().any(|event| (event.steps & allowed).count_ones() > 1);
        if rules.tie == Tie::Never && rules.search == Search::LatestStartOnly {
            bits(steps).for_each(|step| self.slots.refill(rules, step, time));
        } else if rules.tie == Tie::Never || (rules.reuse == Reuse::Once && instant.len() == 1) {
            // From the last step down, so that each one is appended to a chain of earlier instants.
            bits_down(steps).for_each(|step| self.slots.fill(rules, step, time));
        } else if rules.reuse == Reuse::Many || !overlapping() {
            bits(steps).for_each(|step| self.slots.fill(rules, step, time));
        } else {
            self.before.clone_from(&self.slots);
            tie::fill(&mut self.slots, &self.before, &mut self.matching, rules, (time, instant, allowed));
        }
        self.note(goal);
    }

    /// Fills steps from the events of one instant where every event that a chain does not use ends it: first those that
    /// match no step, then the others in step order.
    fn fill_strictly(&mut self, rules: &Rules, instant: &[Event], goal: Goal) {
        let mut sorted = std::mem::take(&mut self.sorted);
        sorted.clear();
        sorted.extend_from_slice(instant);
        sorted.sort_by_key(|event| if event.steps == 0 { 0 } else { event.steps.trailing_zeros() + 1 });
        for (index, event) in sorted.iter().enumerate() {
            if rules.tie == Tie::Never && index > 0 {
                self.slots.filled = 0;
            }
            if rules.reuse == Reuse::Many && rules.tie != Tie::Never {
                self.fill_many(rules, event);
            } else {
                for step in (0..rules.n_steps).rev() {
                    self.slots.filled &= !(1 << step);
                    if event.steps >> step & 1 == 1 {
                        self.slots.fill(rules, step, event.time);
                    }
                }
            }
            self.note(goal);
        }
        self.sorted = sorted;
    }

    /// Fills all the steps that one event matches, in strict order: after chains that ended with the event before, and
    /// after those that this event itself has just extended.
    fn fill_many(&mut self, rules: &Rules, event: &Event) {
        self.before.clone_from(&self.slots);
        self.slots.filled = 0;
        for step in bits(event.steps) {
            if let Some(chain) =
                self.before.predecessor(rules, step, event.time).and_then(|at| self.before.get(at))
            {
                self.grown.copy_from(chain);
                self.grown.fill(step, event.time);
                self.slots.offer(&self.grown);
            }
            self.slots.fill(rules, step, event.time);
        }
    }

    /// Counts the best chain there is now if it got further than the one before, or as far at the same instant from a
    /// later start.
    fn note(&mut self, goal: Goal) {
        let no_further = self.slots.filled.leading_zeros() > self.counted.steps.leading_zeros();
        if no_further && !matches!(goal, Goal::Unspoilt(_)) {
            return;
        }
        let step = match goal {
            Goal::Unspoilt(step) => Some(step),
            _ => self.slots.highest(),
        };
        let Some((step, chain)) = step.and_then(|step| Some((step, self.slots.get(step)?))) else { return };
        let is_better = self.counted.last().is_none_or(|last| {
            let same_instant = chain.time(step) == self.counted.time(step);
            step > last || (step == last && same_instant && chain.start() > self.counted.start())
        });
        if is_better {
            self.counted.copy_from(chain);
        }
    }
}

/// The steps whose chains are spoilt at an instant.
pub(super) fn kills(rules: &Rules, instant: &[Event]) -> u32 {
    let kills = instant.iter().fold(0, |all, event| all | event.kills);
    if kills == 0 || is_loose(rules, instant) { 0 } else { kills }
}

/// Whether an instant holds different events whose order is not to be judged.
pub(super) fn is_loose(rules: &Rules, instant: &[Event]) -> bool {
    let first = instant[0];
    rules.tie == Tie::Loose
        && instant.iter().any(|event| (event.steps, event.kills) != (first.steps, first.kills))
}
