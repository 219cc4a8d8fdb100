//! The latest start of a chain per step, event by event: for funnels in order, whatever else the user did.
//!
//! An event of step k asks one question, without a branch: is the latest start of a chain that ended at step k − 1 still in
//! the window? Which chain is counted follows from the start of the first one that got furthest. O(events), times the steps
//! that one event matches.
//!
//! Users who did different steps at one instant are left to the [`Walker`](super::walk::Walker), which knows the rules
//! for that.

use super::rules::{Event, Rules, Run, Window, bits_down};
use crate::time::Millis;

/// Stands for no start. The others are milliseconds since the first instant of the data, and not negative.
const NEVER: i64 = -1;

/// A window that never ends.
const ENDLESS: i64 = 1 << 60;

/// How many places further on it does not matter what is written.
const SPARE: usize = 33;

/// Follows users' events. Its memory is kept from user to user.
#[derive(Debug)]
pub(super) struct Sweep {
    /// The first instant of the data.
    base: Millis,
    /// By number of steps filled: the latest start of the chains that have come so far. That of no step is the present
    /// event itself.
    latest: [i64; 33],
    /// The start of the chain that came so far first; what comes later goes to the other half, where nobody looks.
    first: [i64; 33 + SPARE],
}

impl Sweep {
    /// For data that begin at `base`.
    pub(super) fn new(base: Millis) -> Self {
        Self { base, latest: [NEVER; 33], first: [NEVER; 33 + SPARE] }
    }

    /// Puts the times of the chain that is counted into `run`; none if the user did different steps at one instant. One of
    /// the events must match step 0.
    pub(super) fn follow(&mut self, rules: &Rules, events: &[Event], run: &mut Run) -> Option<Window> {
        let window = rules.window.millis.min(ENDLESS);
        self.latest[..=rules.n_steps].fill(NEVER);
        let (mut before, mut filled) = (None, 0);
        for event in events {
            // One that matches several steps may fill several at one instant, together with its like.
            let differs = Some(event.steps) != before.map(|(_, steps)| steps) || event.steps.count_ones() > 1;
            if Some(event.time) == before.map(|(time, _)| time) && differs {
                return None;
            }
            before = Some((event.time, event.steps));
            // From the last step down, so that each is appended to a chain of earlier events.
            for step in bits_down(event.steps) {
                filled |= self.fill(step, event.time.since(self.base), window) << step;
            }
        }
        let n_filled = 32 - filled.leading_zeros() as usize;
        retrace(events, self.base.plus(self.first[n_filled]), n_filled, run);
        let is_open = n_filled < rules.n_steps && rules.is_open(self.base.plus(self.latest[1]));
        Some(if is_open { Window::Open } else { Window::Over })
    }

    /// Fills `step` at `time` if the chain before it is in its window; says whether it was, as 1 or 0.
    #[inline(always)]
    fn fill(&mut self, step: usize, time: i64, window: i64) -> u32 {
        // What every step's number fits into, so that the look-ups need no check.
        let step = step & 31;
        self.latest[0] = time;
        let (start, known) = (self.latest[step], self.latest[step + 1]);
        // All ones, and so NEVER, if the window is over.
        let start = start | (window - (time - start)) >> 63;
        self.first[step + 1 + SPARE * is_start(known)] = start;
        self.latest[step + 1] = known.max(start);
        is_start(start) as u32
    }
}

/// 1 unless it is [`NEVER`], then 0.
#[inline(always)]
fn is_start(start: i64) -> usize {
    (!start as u64 >> 63) as usize
}

/// Finds the times of the chain that starts at `start` and takes each next step as early as possible; there is one.
fn retrace(events: &[Event], start: Millis, n_filled: usize, run: &mut Run) {
    run.clear();
    run.push(start);
    for event in events.iter().filter(|event| event.time > start) {
        if run.times().len() == n_filled {
            return;
        }
        if event.steps >> run.times().len() & 1 == 1 {
            run.push(event.time);
        }
    }
}
