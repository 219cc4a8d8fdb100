//! The first round: which events are worth a feature.

use std::cmp::Reverse;

use serde::{Deserialize, Serialize};

use crate::kernel::features::{Measure, revenue};
use crate::kernel::order::sort_by;
use crate::kernel::scope::ScopeFilter;
use crate::table::{Bucket, Table, UserIdx};

/// How many events' counts become features at most, when features are chosen from the data.
pub const DEFAULT_EVENTS: usize = 12;

/// How many in a hundred users must have done an event for its count to become a feature.
pub const LEAST_SHARE_PERCENT: u64 = 1;

/// Counts fall into bins by doubling: 1, 2 to 3, 4 to 7, …, 64 and more. Those who never did it are the rest.
const BINS: usize = 7;

/// How the users' counts are distributed, for every event code.
#[derive(Debug, Default, Serialize, Deserialize)]
pub struct Found {
    n_users: u64,
    bins: Vec<[u32; BINS]>,
}

/// Counts events user by user.
#[derive(Debug)]
pub struct Scan<'t> {
    table: &'t Table,
    scope: ScopeFilter<'t>,
    /// The user's events by code, and the codes that occur.
    counts: Vec<u32>,
    met: Vec<u32>,
}

impl<'t> Scan<'t> {
    pub(in crate::analysis) fn new(table: &'t Table, scope: ScopeFilter<'t>) -> Self {
        Self { table, scope, counts: vec![0; table.events().n_codes()], met: Vec::new() }
    }

    pub(in crate::analysis) fn bucket(&mut self, bucket: Bucket<'_>, found: &mut Found) {
        found.bins.resize(self.counts.len(), [0; BINS]);
        for user in bucket.users() {
            self.user(user, found);
        }
    }

    fn user(&mut self, user: UserIdx, found: &mut Found) {
        for row in self.scope.rows(self.table, user) {
            if self.scope.has_conditions() && !self.scope.meets_conditions(row, user) {
                continue;
            }
            let code = self.table.events().codes.get(row);
            let count = &mut self.counts[code as usize];
            if *count == 0 {
                self.met.push(code);
            }
            *count += 1;
        }
        found.n_users += u64::from(!self.met.is_empty());
        for code in self.met.drain(..) {
            let count = std::mem::take(&mut self.counts[code as usize]);
            let bin = (count.ilog2() as usize).min(BINS - 1);
            found.bins[code as usize][bin] += 1;
        }
    }
}

impl Found {
    pub(in crate::analysis) fn merged(mut self, other: Self) -> Self {
        self.n_users += other.n_users;
        self.bins.resize(self.bins.len().max(other.bins.len()), [0; BINS]);
        for (mine, more) in self.bins.iter_mut().zip(&other.bins) {
            for (mine, more) in mine.iter_mut().zip(more) {
                *mine += more;
            }
        }
        self
    }

    /// The measures chosen from the data, by the rule of [`ClusterQuery::features`](super::ClusterQuery::features).
    pub(in crate::analysis) fn chosen(&self, table: &Table) -> Vec<Measure> {
        let n_did = |bins: &[u32; BINS]| bins.iter().map(|&n| u64::from(n)).sum::<u64>();
        let present = (0_u32..).zip(&self.bins).filter(|(_, bins)| n_did(bins) > 0);
        let n_present = present.clone().count();
        let common = present.filter(|(_, bins)| n_did(bins) * 100 >= self.n_users * LEAST_SHARE_PERCENT);
        let mut telling: Vec<(f64, Reverse<u32>)> =
            common.map(|(code, bins)| (self.entropy(bins), Reverse(code))).collect();
        sort_by(&mut telling, |a, b| b.0.total_cmp(&a.0).then(b.1.cmp(&a.1)));
        telling.truncate(if n_present > 1 { DEFAULT_EVENTS } else { 0 });
        let counts = telling.into_iter().map(|(_, Reverse(code))| Measure::EventCount(code));
        let always = [Measure::Events, Measure::DaysActive, Measure::Recency, Measure::Tenure, Measure::Span];
        let money = revenue(table).is_ok().then_some(Measure::Revenue);
        counts.chain(always).chain(money).collect()
    }

    /// Shannon's entropy of the users' distribution over the bins and "never", in bits.
    fn entropy(&self, bins: &[u32; BINS]) -> f64 {
        let never = self.n_users - bins.iter().map(|&n| u64::from(n)).sum::<u64>();
        let parts = bins.iter().map(|&n| u64::from(n)).chain([never]).filter(|&n| n > 0);
        parts.map(|n| n as f64 / self.n_users as f64).map(|share| -share * libm::log2(share)).sum()
    }
}
