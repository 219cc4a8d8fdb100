//! Events of one instant that match several steps: which runs of steps can they fill, one event each?
//!
//! This is a matching of steps to events. Steps are added one by one along augmenting paths (Kuhn 1955), so that a run
//! of steps is found exactly, in O(steps² × distinct events).

use super::chain::{Chain, Slots};
use super::rules::{Event, Rules, bits, bits_down};
use crate::time::Millis;

/// A matching of steps to the events of one instant.
#[derive(Clone, Debug, Default)]
pub(super) struct Matching {
    /// What each event matches.
    masks: Vec<u32>,
    /// The step that each event fills.
    owners: Vec<Option<u8>>,
    /// The events that the present search has looked at.
    seen: Vec<bool>,
    /// Scratch memory: the chain that a run continues.
    base: Chain,
    grown: Chain,
}

impl Matching {
    /// Takes the events of an instant that match steps in `allowed`. More equal events than there are steps are not
    /// needed.
    pub(super) fn load(&mut self, events: &[Event], allowed: u32) {
        self.masks.clear();
        self.masks.extend(events.iter().map(|event| event.steps & allowed).filter(|&mask| mask != 0));
        self.masks.sort_unstable();
        let (mut run, mut previous) = (0, 0);
        self.masks.retain(|&mask| {
            run = if mask == previous { run + 1 } else { 1 };
            previous = mask;
            run <= mask.count_ones()
        });
    }

    /// For every run of required steps that starts with `first` and can be filled at this instant, and for every optional
    /// step that can follow such a run: calls `visit` with the filled steps.
    pub(super) fn runs(&mut self, required: u32, first: usize, n_steps: usize, mut visit: impl FnMut(u32)) {
        self.owners.clear();
        self.owners.resize(self.masks.len(), None);
        let mut run = 0_u32;
        for step in first..n_steps {
            let is_required = required >> step & 1 == 1;
            if self.add(step) {
                visit(run | 1 << step);
            } else if is_required || step == first {
                return;
            }
            if is_required {
                run |= 1 << step;
            } else if step == first {
                return;
            } else {
                self.remove(step);
            }
        }
    }

    /// Whether all these steps can be filled, one event each.
    pub(super) fn holds(&mut self, steps: u32) -> bool {
        self.owners.clear();
        self.owners.resize(self.masks.len(), None);
        bits(steps).all(|step| self.add(step))
    }

    /// Gives `step` an event, moving the others; false if there is no way.
    fn add(&mut self, step: usize) -> bool {
        self.seen.clear();
        self.seen.resize(self.masks.len(), false);
        self.augment(step)
    }

    fn augment(&mut self, step: usize) -> bool {
        for event in 0..self.masks.len() {
            if self.masks[event] >> step & 1 == 0 || self.seen[event] {
                continue;
            }
            self.seen[event] = true;
            let free = match self.owners[event] {
                None => true,
                Some(owner) => self.augment(usize::from(owner)),
            };
            if free {
                self.owners[event] = Some(step as u8);
                return true;
            }
        }
        false
    }

    fn remove(&mut self, step: usize) {
        for owner in &mut self.owners {
            *owner = owner.filter(|&owner| usize::from(owner) != step);
        }
    }
}

/// Fills steps from events of one instant, one event each, some of which match several steps. `before` holds the chains
/// as they were before this instant.
pub(super) fn fill(
    slots: &mut Slots,
    before: &Slots,
    matching: &mut Matching,
    rules: &Rules,
    (time, events, allowed): (Millis, &[Event], u32),
) {
    matching.load(events, allowed);
    let all = matching.masks.iter().fold(0, |all, mask| all | mask);
    let (mut base, mut grown) = (std::mem::take(&mut matching.base), std::mem::take(&mut matching.grown));
    // From the last step down: of chains with the same start, the one that comes from further on came earlier.
    for first in bits_down(all) {
        base.steps = 0;
        if first > 0 {
            let Some(predecessor) = before.predecessor(rules, first, time) else { continue };
            if let Some(chain) = before.get(predecessor) {
                base.copy_from(chain);
            }
        }
        matching.runs(rules.required, first, rules.n_steps, |run| {
            grown.copy_from(&base);
            bits(run).for_each(|step| grown.fill(step, time));
            slots.offer(&grown);
        });
    }
    (matching.base, matching.grown) = (base, grown);
}
