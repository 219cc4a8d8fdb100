//! Attempts: chains that share no events, each of which takes what comes first.
//!
//! ```text
//! entry: attempts     A A B C · A B        A₁ opens, the second A is passed over; C ends the attempt, the last A opens another
//! every start         A A B B C            A₁ B₁ C₁ and A₂ B₂: none takes what an attempt before has taken
//! ```
//!
//! A later attempt looks for each step no earlier than the attempt before did, so that one place per step is remembered and
//! all attempts together cost O(events × steps).

use super::chain::Chain;
use super::options::{Entry, OnExclusion, Reuse, Tie, WindowFrom};
use super::rules::{Event, Outcome, Rules, Window, instants};
use super::walk::kills;
use crate::time::Millis;

/// Follows attempts. Its memory is kept from user to user.
#[derive(Debug, Default)]
pub(super) struct Attempts {
    /// By event: the attempt that used it, counted from 1; 0 = none.
    used: Vec<u32>,
    /// By step: no earlier event can fill it any more.
    places: Vec<usize>,
    /// Instants that spoil chains, with the steps whose chains they spoil.
    kills: Vec<(Millis, u32)>,
    /// By step: no earlier instant among these can spoil a chain that ends there.
    kill_places: Vec<usize>,
    /// The present attempt: its first event, and its chain.
    start: usize,
    chain: Chain,
}

/// How an attempt ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum End {
    /// With its last step.
    Converted,
    /// Spoilt at an instant.
    Spoilt(Millis),
    /// With its window: nothing at this instant or before carried it further.
    Over(Millis),
}

impl Attempts {
    /// Calls `visit` with each attempt of a user with these events, in order of time: its chain, and whether it might go on
    /// after the end of the data.
    pub(super) fn each(&mut self, rules: &Rules, events: &[Event], mut visit: impl FnMut(Outcome, &Chain)) {
        self.enter(rules, events);
        // From when another attempt may start, and where to look for its first event.
        let (mut from, mut place) = (Millis(i64::MIN), 0);
        let mut n_attempts = 0;
        loop {
            let may_start =
                |at: &usize| events[*at].steps & 1 == 1 && self.used[*at] == 0 && events[*at].time >= from;
            let Some(start) = (place..events.len()).find(may_start) else { return };
            n_attempts += 1;
            let end = self.follow(rules, events, start, n_attempts);
            visit(Outcome::Entered(self.window(rules, end)), &self.chain);
            place = start + 1;
            if rules.entry == Entry::Attempts {
                from = match end {
                    End::Converted => self.chain.iter().map(|(_, time)| time).max().unwrap_or(from),
                    End::Spoilt(time) => time,
                    End::Over(time) => time.plus(1),
                };
            }
        }
    }

    /// Puts the first of the attempts that get furthest into `counted`.
    pub(super) fn best(&mut self, rules: &Rules, events: &[Event], counted: &mut Chain) -> Outcome {
        counted.steps = 0;
        let mut is_open = false;
        self.each(rules, events, |outcome, chain| {
            is_open |= outcome == Outcome::Entered(Window::Open);
            if chain.last() > counted.last() {
                counted.copy_from(chain);
            }
        });
        let converted = counted.steps & rules.required == rules.required;
        match counted.steps {
            0 => Outcome::Absent,
            _ if is_open && !converted => Outcome::Entered(Window::Open),
            _ => Outcome::Entered(Window::Over),
        }
    }

    fn enter(&mut self, rules: &Rules, events: &[Event]) {
        self.used.clear();
        self.used.resize(events.len(), 0);
        self.places.clear();
        self.places.resize(rules.n_steps, 0);
        self.kill_places.clear();
        self.kill_places.resize(rules.n_steps, 0);
        self.kills.clear();
        if events.iter().any(|event| event.kills != 0) {
            let spoiling = instants(events).map(|instant| (instant[0].time, kills(rules, instant)));
            self.kills.extend(spoiling.filter(|&(_, kills)| kills != 0));
        }
    }

    /// Follows the attempt that starts with the event at `start`, and puts its chain into `chain`.
    fn follow(&mut self, rules: &Rules, events: &[Event], start: usize, attempt: u32) -> End {
        self.start = start;
        self.chain.steps = 0;
        self.take(events, start, 0, attempt);
        let first = events[start].time;
        let mut previous = first;
        for step in 1..rules.n_steps {
            let limit = limit(rules, first, previous, step);
            let found = self.find(rules, events, (step, previous), attempt);
            let found = found.filter(|&at| events[at].time <= limit);
            let until = found.map_or(limit, |at| events[at].time);
            if let Some(time) = self.spoiler(step - 1, previous).filter(|&time| time <= until) {
                return match rules.on_exclusion {
                    OnExclusion::EndAttempt => End::Spoilt(time),
                    _ => End::Spoilt(limit.plus(1)),
                };
            }
            let Some(at) = found else { return End::Over(limit) };
            self.take(events, at, step, attempt);
            previous = events[at].time;
        }
        End::Converted
    }

    fn take(&mut self, events: &[Event], at: usize, step: usize, attempt: u32) {
        self.used[at] = attempt;
        self.chain.fill(step, events[at].time);
    }

    /// The first event that can fill `step` after the one at `previous`, its window apart.
    fn find(
        &mut self,
        rules: &Rules,
        events: &[Event],
        (step, previous): (usize, Millis),
        attempt: u32,
    ) -> Option<usize> {
        let in_order = match rules.tie {
            Tie::Never => previous.plus(1),
            _ => previous.plus(-rules.tie.grace()),
        };
        let first = in_order.max(previous.plus(rules.limits(step).after));
        let is_free = |at: usize| match rules.reuse {
            Reuse::Once => self.used[at] == 0,
            Reuse::Many => self.used[at] == 0 || self.used[at] == attempt,
            Reuse::ManyAfterStart => self.used[at] == 0 || (self.used[at] == attempt && at != self.start),
        };
        let can_fill = |event: &Event| event.steps >> step & 1 == 1 && event.time >= first;
        let from = self.places[step];
        let found = (from..events.len()).find(|&at| can_fill(&events[at]) && is_free(at));
        self.places[step] = found.unwrap_or(events.len());
        found
    }

    /// The first instant after `time` that spoils a chain which ends with `step`.
    fn spoiler(&mut self, step: usize, time: Millis) -> Option<Millis> {
        let spoils = |&(at, steps): &(Millis, u32)| at > time && steps >> step & 1 == 1;
        let place = self.kill_places[step];
        let found = self.kills[place..].iter().position(spoils).map(|ahead| place + ahead);
        self.kill_places[step] = found.unwrap_or(self.kills.len());
        Some(self.kills[found?].0)
    }

    fn window(&self, rules: &Rules, end: End) -> Window {
        let last = || self.chain.last().map(|step| (step, self.chain.time(step).unwrap_or_default()));
        match (end, last()) {
            (End::Over(_), Some((step, time))) if rules.may_go_on(self.chain.start(), step, time) => {
                Window::Open
            }
            _ => Window::Over,
        }
    }
}

/// The last instant at which `step` may come.
fn limit(rules: &Rules, first: Millis, previous: Millis, step: usize) -> Millis {
    let since = match rules.window_from {
        WindowFrom::FirstStep => first,
        WindowFrom::PreviousStep => previous,
    };
    rules.window.deadline(since).min(previous.plus(rules.limits(step).within))
}
