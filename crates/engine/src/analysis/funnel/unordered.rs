//! The walk where the steps may come in any order: level k means k different steps within one window.
//!
//! Which steps a set of events can fill, one each, is a matching, and the sets that can be matched form a transversal
//! matroid (Edmonds & Fulkerson 1965). So the greedy choice is exact: of all the events so far, keep a largest set that can
//! be matched, and whenever it cannot grow, give up its oldest event. That set holds, for every window, as many events as
//! any set within that window could.

use super::chain::Chain;
use super::options::{OnExclusion, Reuse, Tie, TimeFrom};
use super::rules::{Event, Outcome, Rules, Window, bits, instants};
use super::walk::{is_loose, kills};
use crate::time::Millis;

/// An event that holds a step.
#[derive(Clone, Copy, Debug)]
struct Held {
    time: Millis,
    steps: u32,
}

/// A matching of events to steps.
#[derive(Clone, Debug)]
pub(super) struct Unordered {
    /// The event that holds each step.
    holders: Vec<Option<Held>>,
}

/// The window in which the highest level was reached first.
#[derive(Clone, Copy, Debug)]
struct Best {
    level: usize,
    start: Millis,
    end: Millis,
}

impl Unordered {
    /// No event yet.
    pub(super) fn new(n_steps: usize) -> Self {
        Self { holders: vec![None; n_steps] }
    }

    /// What becomes of a user with these events, in order of time. Writes the chain that is counted: as many filled
    /// steps as the level has, in order of time. O(events × steps) where events match one step each, × steps² at worst.
    pub(super) fn follow(&mut self, rules: &Rules, events: &[Event], counted: &mut Chain) -> Outcome {
        counted.steps = 0;
        let mut best: Option<Best> = None;
        let mut progress = Progress { until: next_clearing(rules, events), ..Progress::default() };
        self.clear();
        let mut n_seen = 0;
        for instant in instants(events) {
            let time = instant[0].time;
            n_seen += instant.len();
            if clears(rules, instant) {
                if is_loose(rules, instant) {
                    // The order inside the instant is not known: its events may end one attempt and start another.
                    self.hold_all(rules, instant, &mut progress);
                    best = self.better(rules, events, best, (time, &progress));
                }
                self.clear();
                let until = next_clearing(rules, &events[n_seen..]);
                progress = Progress { since: Some(time), until, ..Progress::default() };
            }
            self.hold_all(rules, instant, &mut progress);
            best = self.better(rules, events, best, (time, &progress));
            if best.is_some_and(|best| best.level == rules.n_steps) {
                break;
            }
        }
        let Some(best) = best else { return Outcome::Absent };
        self.count(rules, events, best, counted);
        let open =
            best.level < rules.n_steps && progress.last_entry.is_some_and(|start| rules.is_open(start));
        Outcome::Entered(if open { Window::Open } else { Window::Over })
    }

    fn clear(&mut self) {
        self.holders.fill(None);
    }

    /// Adds an instant's events.
    fn hold_all(&mut self, rules: &Rules, instant: &[Event], progress: &mut Progress) {
        let time = instant[0].time;
        let steps = instant.iter().fold(0, |all, event| all | event.steps);
        if steps == 0 {
            return;
        }
        if time <= rules.last_start {
            progress.last_entry = Some(time);
            if progress.until.is_none_or(|until| !rules.in_window(time, until)) {
                progress.last_safe_entry = Some(time);
            }
        }
        if rules.tie == Tie::Never {
            self.hold(Held { time, steps }, None);
        } else if rules.reuse == Reuse::Many {
            bits(steps).for_each(|step| self.holders[step] = Some(Held { time, steps: 1 << step }));
        } else {
            for event in instant.iter().filter(|event| event.steps != 0) {
                self.hold(Held { time, steps: event.steps }, None);
            }
        }
    }

    /// Adds the newest event; where no step is free for it, the oldest event that can make room goes.
    fn hold(&mut self, event: Held, onto: Option<usize>) {
        let mut seen = 0;
        if self.place(event, onto, &mut seen) || onto.is_some() {
            return;
        }
        let age = |&step: &usize| self.holders[step].map(|held| held.time);
        if let Some(oldest) = bits(seen).min_by_key(age) {
            self.hold(event, Some(oldest));
        }
    }

    /// Gives `event` a step, moving others, along a path that ends at a free step, or at `onto` if that is given. The
    /// steps that were looked at are marked in `seen`.
    fn place(&mut self, event: Held, onto: Option<usize>, seen: &mut u32) -> bool {
        for step in bits(event.steps) {
            if *seen >> step & 1 == 1 {
                continue;
            }
            *seen |= 1 << step;
            let free = match (self.holders[step], onto) {
                (None, _) => true,
                (Some(_), Some(given_up)) if given_up == step => true,
                (Some(held), _) => self.place(held, onto, seen),
            };
            if free {
                self.holders[step] = Some(event);
                return true;
            }
        }
        false
    }

    /// The best window so far, after the events of the instant at `time` were added.
    fn better(
        &self,
        rules: &Rules,
        events: &[Event],
        best: Option<Best>,
        (time, progress): (Millis, &Progress),
    ) -> Option<Best> {
        let held = || self.holders.iter().flatten().filter(|held| rules.in_window(held.time, time));
        let (level, Some(oldest)) = (held().count(), held().map(|held| held.time).min()) else { return best };
        if best.is_some_and(|best| best.level >= level) {
            return best;
        }
        let entry = if level == rules.n_steps { progress.last_entry } else { progress.last_safe_entry };
        let Some(latest) = entry.filter(|&start| rules.in_window(start, time)) else { return best };
        let start = match rules.time_from {
            TimeFrom::LatestStart => oldest.min(latest),
            TimeFrom::EarliestStart => {
                let earliest = events.partition_point(|event| !rules.in_window(event.time, time));
                let earliest = events.get(earliest).map_or(time, |event| event.time);
                progress.since.map_or(earliest, |since| since.max(earliest))
            }
        };
        Some(Best { level, start, end: time })
    }

    /// Writes the chain of the best window: from its start each further step as early as possible.
    fn count(&mut self, rules: &Rules, events: &[Event], best: Best, counted: &mut Chain) {
        self.clear();
        let mut n_filled = 0;
        let first = events.partition_point(|event| event.time < best.start);
        let end = events.partition_point(|event| event.time <= best.end);
        for instant in instants(&events[first..end]) {
            let time = instant[0].time;
            let all = instant.iter().fold(0, |all, event| all | event.steps);
            let mut is_placed = |steps: u32| steps != 0 && self.place(Held { time, steps }, None, &mut 0);
            let n_more = match (rules.tie, rules.reuse) {
                (Tie::Never, _) => usize::from(is_placed(all)),
                (_, Reuse::Many | Reuse::ManyAfterStart) => {
                    bits(all).filter(|&step| is_placed(1 << step)).count()
                }
                (_, Reuse::Once) => instant.iter().filter(|event| is_placed(event.steps)).count(),
            };
            for _ in 0..n_more {
                if n_filled < best.level {
                    counted.fill(n_filled, time);
                    n_filled += 1;
                }
            }
        }
    }
}

/// Copies to `kept` the events that belong to an attempt which one of `starts` began, places among `events` in order: the
/// others of its instant, and all that follow while the window of the event kept last is not over. Exclusions stay.
pub(super) fn keep_begun(
    rules: &Rules,
    events: &[Event],
    starts: impl Iterator<Item = u32>,
    kept: &mut Vec<Event>,
) {
    kept.clear();
    let mut starts = starts.peekable();
    let (mut n_seen, mut last): (u32, Option<Millis>) = (0, None);
    for instant in instants(events) {
        let time = instant[0].time;
        n_seen += instant.len() as u32;
        let mut begins = false;
        while starts.next_if(|&place| place < n_seen).is_some() {
            begins = true;
        }
        let is_cleared = clears(rules, instant);
        let goes_on = last.is_some_and(|last| rules.in_window(last, time));
        let belongs = begins || goes_on && (!is_cleared || is_loose(rules, instant));
        kept.extend(
            instant
                .iter()
                .filter(|event| belongs || event.kills != 0)
                .map(|event| Event { steps: if belongs { event.steps } else { 0 }, ..*event }),
        );
        if is_cleared {
            last = None;
        }
        if begins || (belongs && !is_cleared && instant.iter().any(|event| event.steps != 0)) {
            last = Some(time);
        }
    }
}

/// How far the walk is.
#[derive(Clone, Copy, Debug, Default)]
struct Progress {
    /// The last instant that threw all progress away.
    since: Option<Millis>,
    /// The next one, where that matters.
    until: Option<Millis>,
    /// The last event since then that may start a chain.
    last_entry: Option<Millis>,
    /// The last one that may start a chain that counts even if it does not fill all steps.
    last_safe_entry: Option<Millis>,
}

/// Whether an instant ends all chains.
fn clears(rules: &Rules, instant: &[Event]) -> bool {
    let spoilt = instant.iter().any(|event| event.kills != 0);
    spoilt && is_loose(rules, instant) || kills(rules, instant) != 0
}

/// The first of the instants that ends all chains, if there is one and it matters to those that end before.
fn next_clearing(rules: &Rules, events: &[Event]) -> Option<Millis> {
    if rules.on_exclusion != OnExclusion::ResetProgress {
        return None;
    }
    instants(events).find(|instant| clears(rules, instant)).map(|instant| instant[0].time)
}
