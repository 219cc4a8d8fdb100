//! Users active on a day, in the week that ends with it, and in the 30 days that end with it.

use serde::{Deserialize, Serialize};

use super::query::StickinessQuery;
use crate::error::QueryError;
use crate::kernel::activity::Activity;
use crate::kernel::period::Periods;
use crate::kernel::scope::zone;
use crate::table::{Table, UserIdx};
use crate::time::{Millis, Period};

/// Daily, weekly and monthly users.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ActiveUsers {
    /// The days of the range on which the data know the 30 days that end with them, in order; those after the last 400
    /// days are left out. The last day may not be over.
    pub days: Vec<ActiveDay>,
    /// Daily ÷ weekly users, each summed over the days; none if there are none.
    pub daily_per_weekly: Option<f64>,
    /// Daily ÷ monthly users.
    pub daily_per_monthly: Option<f64>,
    /// Weekly ÷ monthly users.
    pub weekly_per_monthly: Option<f64>,
}

/// One calendar day in the scope's zone.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ActiveDay {
    /// Its first instant.
    pub start_millis: Millis,
    /// The day, as `2026-03-01`.
    pub label: String,
    /// Users active on it.
    pub n_daily: u64,
    /// Users active on it or on the 6 days before.
    pub n_weekly: u64,
    /// Users active on it or on the 29 days before.
    pub n_monthly: u64,
}

/// How many days a week and a month have here.
const SPANS: [usize; 3] = [1, 7, 30];

/// The most days that an answer lists.
const MAX_DAYS: usize = 400;

/// How many more users are active on a day than on the day before, for each of [`SPANS`].
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(super) struct DayCounts(Vec<[i64; 3]>);

/// The days of a range.
#[derive(Debug)]
pub(super) struct Days {
    /// From 29 days before the first listed one.
    periods: Periods,
    from: Millis,
    to: Millis,
    /// How many of them are not listed.
    n_before: usize,
    is_empty: bool,
}

impl Days {
    pub(super) fn new(query: &StickinessQuery, table: &Table) -> Result<Self, QueryError> {
        let schema = &table.schema;
        let zone = zone(&query.scope).map_err(|error| error.within("scope"))?;
        let month = SPANS[2] as i64 * Millis::DAY;
        let to = query.scope.to.unwrap_or(schema.end()).min(schema.end());
        let longest = to.plus(-(MAX_DAYS as i64) * Millis::DAY);
        let first = query.scope.from.unwrap_or(schema.start()).max(schema.start()).max(longest);
        let from = first.plus(-month).max(schema.start()).min(to);
        let periods = Periods::covering(Period::Day, query.scope.week_start, &zone, from, to)?;
        let n_before = periods.index(first).max(SPANS[2] - 1);
        Ok(Self {
            is_empty: schema.span.is_none() || to < first,
            n_before,
            from: periods.start(0),
            periods,
            to,
        })
    }

    /// Adds a user's days.
    pub(super) fn count(&self, activity: &mut Activity<'_>, user: UserIdx, counts: &mut DayCounts) {
        if self.is_empty {
            return;
        }
        let DayCounts(counts) = counts;
        counts.resize(self.periods.len() + 1, [0; 3]);
        let mut ends = [0; 3];
        for active in activity.of(user, &self.periods, self.from, self.to) {
            for ((end, span), at) in ends.iter_mut().zip(SPANS).zip(0..) {
                // The days that this one makes active and no earlier one did.
                let start = active.period.max(*end);
                *end = (active.period + span).min(self.periods.len());
                counts[start][at] += 1;
                counts[*end][at] -= 1;
            }
        }
    }

    /// The listed days, and what they make together.
    pub(super) fn finish(&self, counts: DayCounts) -> ActiveUsers {
        let (mut users, mut sums) = ([0_i64; 3], [0_u64; 3]);
        let mut days = Vec::new();
        for (index, more) in counts.0.iter().enumerate().take(self.periods.len()) {
            users.iter_mut().zip(more).for_each(|(users, more)| *users += more);
            if index >= self.n_before {
                let [n_daily, n_weekly, n_monthly] = users.map(|n| n.max(0) as u64);
                sums = [sums[0] + n_daily, sums[1] + n_weekly, sums[2] + n_monthly];
                let (start_millis, label) = (self.periods.start(index), self.periods.label(index));
                days.push(ActiveDay { start_millis, label, n_daily, n_weekly, n_monthly });
            }
        }
        let ratio = |a: usize, b: usize| (sums[b] > 0).then(|| sums[a] as f64 / sums[b] as f64);
        ActiveUsers {
            days,
            daily_per_weekly: ratio(0, 1),
            daily_per_monthly: ratio(0, 2),
            weekly_per_monthly: ratio(1, 2),
        }
    }
}

impl DayCounts {
    /// Adds another shard's.
    pub(super) fn add(&mut self, other: Self) {
        self.0.resize(self.0.len().max(other.0.len()), [0; 3]);
        for (mine, theirs) in self.0.iter_mut().zip(other.0) {
            mine.iter_mut().zip(theirs).for_each(|(mine, theirs)| *mine += theirs);
        }
    }
}
