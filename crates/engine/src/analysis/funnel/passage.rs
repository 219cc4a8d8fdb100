//! How single users (or sessions or attempts, where those are counted) pass the funnel, for analyses that ask more of them than how many there are.

use super::options::Range;
use super::query::FunnelQuery;
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
    /// When the window of the chain ends, which the user's sessions may say.
    pub(in crate::analysis) end: Millis,
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

    /// The window's end, held at the end of the scope's range where no later event counts.
    fn held(&self, end: Millis) -> Millis {
        match (self.range, self.scope.to) {
            (Range::AllEvents, Some(to)) => end.min(to.plus(1)),
            _ => end,
        }
    }
}

impl Prepared<'_> {
    /// Calls `visit` with the passage of each user of the bucket who entered and was not removed, whatever the breakdown.
    pub(in crate::analysis) fn each_passage(
        &mut self,
        query: &FunnelQuery,
        bucket: Bucket<'_>,
        mut visit: impl FnMut(&Passage<'_>),
    ) {
        let mut times = Vec::new();
        self.each_user(bucket, |prepared, user, followed| {
            let Self { rules, events, run, walker, .. } = prepared;
            let mut pass = |window, chain: &mut dyn Iterator<Item = (usize, Millis)>| {
                times.clear();
                times.extend(chain);
                let start = times.first().map_or(Millis(i64::MIN), |&(_, start)| start);
                let end = query.held(rules.window.deadline(start));
                visit(&Passage { user, window, end, times: &times });
            };
            match followed {
                Followed::Quickly(window, _) | Followed::Swept(window) => {
                    pass(window, &mut run.times().iter().copied().enumerate());
                }
                Followed::NotYet => walker.each_unit(rules, events, |outcome, chain| {
                    if let Outcome::Entered(window) = outcome {
                        pass(window, &mut chain.iter());
                    }
                }),
            }
        });
    }
}
