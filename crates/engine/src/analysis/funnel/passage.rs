//! How single users pass the funnel, for analyses that ask more of them than how many there are.

use super::query::{FunnelQuery, Range};
use super::rules::{Outcome, Window};
use super::scan::{Followed, Prepared};
use crate::table::{Bucket, UserIdx};
use crate::time::Millis;

/// A user who entered and was not removed, with the chain that is counted.
#[derive(Clone, Copy, Debug)]
pub(in crate::analysis) struct Passage<'a> {
    /// The user.
    pub(in crate::analysis) user: UserIdx,
    /// Whether the user, who has not converted, may still do so.
    pub(in crate::analysis) window: Window,
    /// The steps that the chain fills, from 0, with their instants; in unordered funnels its step k is the k-th in time.
    pub(in crate::analysis) times: &'a [(usize, Millis)],
}

impl Passage<'_> {
    /// When the chain filled a step, if it did.
    pub(in crate::analysis) fn time(&self, step: usize) -> Option<Millis> {
        self.times.iter().find(|(filled, _)| *filled == step).map(|&(_, time)| time)
    }
}

impl FunnelQuery {
    /// The last step that is not optional: who reaches it has converted.
    pub(in crate::analysis) fn last_required(&self) -> usize {
        self.steps.iter().rposition(|step| !step.optional).unwrap_or(0)
    }

    /// The first instant that a chain which started at `start` cannot use any more.
    pub(in crate::analysis) fn window_end(&self, start: Millis) -> Millis {
        let window = self.window_millis.map_or(Millis(i64::MAX), |millis| start.plus(millis));
        match (self.range, self.scope.to) {
            (Range::AllEvents, Some(to)) => window.min(to.plus(1)),
            _ => window,
        }
    }
}

impl Prepared<'_> {
    /// Calls `visit` with the passage of each user of the bucket who entered and was not removed, whatever the breakdown.
    pub(in crate::analysis) fn each_passage(
        &mut self,
        bucket: Bucket<'_>,
        mut visit: impl FnMut(&Passage<'_>),
    ) {
        let mut times = Vec::new();
        self.each_user(bucket, |prepared, user, followed| {
            times.clear();
            let window = match followed {
                Followed::Quickly(window, _) | Followed::Swept(window) => {
                    times.extend(prepared.run.times().iter().copied().enumerate());
                    window
                }
                Followed::NotYet => {
                    let outcome = prepared.walker.follow(&prepared.rules, &prepared.events);
                    let Outcome::Entered(window) = outcome else { return };
                    times.extend(prepared.walker.counted().iter());
                    window
                }
            };
            visit(&Passage { user, window, times: &times });
        });
    }
}
