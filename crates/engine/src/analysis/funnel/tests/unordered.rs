//! The obviously right funnel in any order: every way to fill steps is listed.

use std::cmp::Reverse;
use std::collections::BTreeSet;

use super::oracle::{Chain, Fate, Naive};
use crate::analysis::funnel::{OnExclusion, Reuse, Tie, TimeFrom};

impl Naive<'_> {
    /// What becomes of a user where the steps may come in any order.
    pub(super) fn unordered(&self) -> Fate {
        let mut chains = Vec::new();
        self.extend_unordered(Vec::new(), 0, &mut chains);
        chains.retain(|chain| self.is_sound_unordered(chain));
        let Some(level) = chains.iter().map(Vec::len).max() else { return Fate::Absent };
        let mut timed: Vec<Vec<i64>> = chains
            .iter()
            .filter(|chain| chain.len() == level)
            .map(|chain| {
                let mut times: Vec<i64> = chain.iter().map(|&(_, row)| self.time(row)).collect();
                times.sort_unstable();
                times
            })
            .collect();
        let first_end = timed.iter().map(|times| times[level - 1]).min().unwrap();
        let best = match self.query.time_from {
            TimeFrom::EarliestStart => timed.iter().min(),
            TimeFrom::LatestStart => {
                timed.retain(|times| times[level - 1] == first_end);
                timed.iter().min_by_key(|times| (Reverse(times[0]), times.to_vec()))
            }
        };
        let chain = best.unwrap().iter().copied().enumerate().collect();
        let to = self.query.scope.to.map_or(i64::MAX, |to| to.0);
        let is_alive = |chain: &&Chain| {
            let time = self.time(chain[0].1);
            chain.len() == 1
                && time <= to
                && self.is_open(chain[0].1)
                && self.clearings().all(|cleared| cleared <= time)
        };
        let open = level < self.query.steps.len() && chains.iter().any(|chain| is_alive(&chain));
        Fate::Entered { chain, open }
    }

    /// Instants at which all progress is thrown away.
    fn clearings(&self) -> impl Iterator<Item = i64> {
        self.rows.iter().filter(|row| !row.spoils.is_empty()).map(|row| row.time)
    }

    fn extend_unordered(&self, chain: Chain, next: usize, chains: &mut Vec<Chain>) {
        if next == self.query.steps.len() {
            if !chain.is_empty() {
                chains.push(chain);
            }
            return;
        }
        for row in 0..self.rows.len() {
            if self.rows[row].steps.contains(&next) {
                let mut longer = chain.clone();
                longer.push((next, row));
                self.extend_unordered(longer, next + 1, chains);
            }
        }
        self.extend_unordered(chain, next + 1, chains);
    }

    fn is_sound_unordered(&self, chain: &Chain) -> bool {
        let times = || chain.iter().map(|&(_, row)| self.time(row));
        let (start, end) = (times().min().unwrap(), times().max().unwrap());
        let first = (0..self.rows.len()).find(|&row| self.time(row) == start).unwrap();
        let rows: BTreeSet<usize> = chain.iter().map(|&(_, row)| row).collect();
        let is_new = match (self.query.tie, self.query.reuse) {
            (Tie::Never, _) => times().collect::<BTreeSet<_>>().len() == chain.len(),
            (_, Reuse::Once) => rows.len() == chain.len(),
            (_, Reuse::Many | Reuse::ManyAfterStart) => true,
        };
        let cleared = (0..self.rows.len()).filter(|&row| !self.rows[row].spoils.is_empty()).any(|row| {
            let time = self.time(row);
            start < time && (time < end || (time == end && !self.is_loose(row)))
        });
        let is_reset = self.query.on_exclusion == OnExclusion::ResetProgress
            && chain.len() < self.query.steps.len()
            && self.clearings().any(|time| start < time && self.in_window(first, time));
        let to = self.query.scope.to.map_or(i64::MAX, |to| to.0);
        is_new && !is_reset && !cleared && start <= to && self.in_window(first, end)
    }
}
