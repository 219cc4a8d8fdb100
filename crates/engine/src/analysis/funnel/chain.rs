//! Chains of one user: for every step the chain with the latest start that ends there.
//!
//! Under a window that is measured from the first step, a chain that ends at step k is never worse than another one that
//! ends there if it started later: it may do everything that the other may, and for longer. So one chain per step is
//! enough to find the highest level exactly, in O(events × steps).

use super::rules::{Rules, bits, bits_down};
use crate::time::Millis;

/// The steps that a chain has filled, and when.
#[derive(Clone, Debug)]
pub(super) struct Chain {
    /// The steps, as bits; none stands for no chain.
    pub(super) steps: u32,
    /// When each of them was filled.
    times: [Millis; 32],
}

impl Default for Chain {
    fn default() -> Self {
        Self { steps: 0, times: [Millis(0); 32] }
    }
}

impl Chain {
    /// When it started.
    pub(super) fn start(&self) -> Millis {
        self.times[0]
    }

    /// When `step` was filled, if it was.
    pub(super) fn time(&self, step: usize) -> Option<Millis> {
        (self.steps >> step & 1 == 1).then(|| self.times[step])
    }

    /// The last step that it filled.
    pub(super) fn last(&self) -> Option<usize> {
        bits_down(self.steps).next()
    }

    /// Adds a step.
    pub(super) fn fill(&mut self, step: usize, time: Millis) {
        self.steps |= 1 << step;
        self.times[step] = time;
    }

    /// Makes this chain the other one.
    pub(super) fn copy_from(&mut self, other: &Self) {
        self.steps = other.steps;
        let n_times = 32 - other.steps.leading_zeros() as usize;
        self.times[..n_times].copy_from_slice(&other.times[..n_times]);
    }

    /// The filled steps and their times, first step first.
    pub(super) fn iter(&self) -> impl Iterator<Item = (usize, Millis)> {
        bits(self.steps).map(|step| (step, self.times[step]))
    }
}

/// For each step the best chain that ends there, while walking over a user's events in order of time.
#[derive(Clone, Debug)]
pub(super) struct Slots {
    /// The steps at which a chain ends.
    pub(super) filled: u32,
    /// The chains by their last step.
    chains: Vec<Chain>,
    /// When each step was last met after its predecessor, for [`Slots::refill`].
    lasts: [Millis; 32],
    /// The steps at which a chain has been spoilt, and when the last of these chains started: no chain that started then
    /// or before may end there again, because it would only be the same attempt once more.
    spoilt: u32,
    spoilt_starts: [Millis; 32],
}

impl Slots {
    /// No chain yet.
    pub(super) fn new(n_steps: usize) -> Self {
        Self {
            filled: 0,
            chains: vec![Chain::default(); n_steps],
            lasts: [Millis(0); 32],
            spoilt: 0,
            spoilt_starts: [Millis(0); 32],
        }
    }

    /// Forgets all chains.
    pub(super) fn clear(&mut self) {
        (self.filled, self.spoilt) = (0, 0);
    }

    /// Ends the chains at these steps, together with the attempts that they stand for.
    pub(super) fn spoil(&mut self, steps: u32) {
        for step in bits(self.filled & steps) {
            self.spoilt_starts[step] = self.chains[step].start();
        }
        self.spoilt |= self.filled & steps;
        self.filled &= !steps;
    }

    /// Whether a chain with this start may end at `step`.
    fn may_end(&self, step: usize, start: Millis) -> bool {
        self.spoilt >> step & 1 == 0 || start > self.spoilt_starts[step]
    }

    /// The chain that ends at `step`, if there is one.
    pub(super) fn get(&self, step: usize) -> Option<&Chain> {
        (self.filled >> step & 1 == 1).then(|| &self.chains[step])
    }

    /// The highest step at which a chain ends.
    pub(super) fn highest(&self) -> Option<usize> {
        bits_down(self.filled).next()
    }

    /// Whether one of the chains might go on after the end.
    pub(super) fn may_go_on(&self, rules: &Rules) -> bool {
        bits(self.filled).any(|step| {
            let chain = &self.chains[step];
            rules.may_go_on(chain.start(), step, chain.times[step])
        })
    }

    /// The step whose chain `step` may be appended to at `time`: of the chains that may come before it and whose window
    /// is not over the one that started last; of several, the one that filled more optional steps.
    pub(super) fn predecessor(&self, rules: &Rules, step: usize, time: Millis) -> Option<usize> {
        let mut best: Option<usize> = None;
        for before in bits_down(self.filled & rules.before[step]) {
            let (start, last) = (self.chains[before].start(), self.chains[before].times[before]);
            if rules.may_follow(start, last, step, time)
                && best.is_none_or(|best| start > self.chains[best].start())
            {
                best = Some(before);
            }
        }
        best
    }

    /// Fills `step` at `time` where a chain can be extended by it. A chain with the same start that is there already
    /// stays, because it came first.
    pub(super) fn fill(&mut self, rules: &Rules, step: usize, time: Millis) {
        if step == 0 {
            self.start(time);
        } else if let Some(before) = self.predecessor(rules, step, time) {
            self.extend(before, step, time);
        }
    }

    /// As [`Slots::fill`] where each step must be later than the one before and only one chain per step is remembered:
    /// a repeated step counts as the chain's end, and hides that the chain had ended earlier.
    pub(super) fn refill(&mut self, rules: &Rules, step: usize, time: Millis) {
        if step == 0 {
            self.start(time);
        } else {
            match self.predecessor(rules, step, time) {
                Some(before) if self.lasts[before] < time => self.extend(before, step, time),
                _ => return,
            }
        }
        self.lasts[step] = time;
    }

    fn start(&mut self, time: Millis) {
        if self.filled & 1 == 0 || self.chains[0].start() < time {
            self.filled |= 1;
            self.chains[0].steps = 0;
            self.chains[0].fill(0, time);
        }
    }

    fn extend(&mut self, before: usize, step: usize, time: Millis) {
        if !self.may_end(step, self.chains[before].start()) {
            return;
        }
        let (earlier, later) = self.chains.split_at_mut(step);
        let (source, target) = (&earlier[before], &mut later[0]);
        if self.filled >> step & 1 == 0 || target.start() < source.start() {
            target.copy_from(source);
            target.fill(step, time);
            self.filled |= 1 << step;
        }
    }

    /// Makes `chain` the one that ends at its last step, if it started later than the one there.
    pub(super) fn offer(&mut self, chain: &Chain) {
        let Some(step) = chain.last() else { return };
        let mut filled_now = chain.iter().filter(|&(_, time)| Some(time) == chain.time(step));
        if !filled_now.all(|(step, _)| self.may_end(step, chain.start())) {
            return;
        }
        if self.filled >> step & 1 == 0 || self.chains[step].start() < chain.start() {
            self.chains[step].copy_from(chain);
            self.filled |= 1 << step;
        }
    }
}
