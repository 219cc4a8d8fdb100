//! Stickiness: in how many periods of a range users are active, and how daily, weekly and monthly users compare.
//!
//! ```text
//! periods active   1      2      3      4
//! users            ████   ██     █      ███     exactly so many, or so many and more
//! ```

mod active;
mod cell;
mod query;

use serde::{Deserialize, Serialize};

pub use active::{ActiveDay, ActiveUsers};
pub use cell::{StickinessRule, check_rule, in_bar};
pub use query::{Count, Counted, MAX_SERIES, MinPerPeriod, StickinessQuery};

use super::{Analysis, Answer, Step};
use crate::error::QueryError;
use crate::kernel::activity::{ActivePeriod, Activity};
use crate::stats::interval::{Rate, wilson};
use crate::table::{Bucket, Table, UserIdx};
use active::{DayCounts, Days};
use query::Frame;

/// In how many periods users are active.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct StickinessAnswer {
    /// How many periods the range has, after joining.
    pub n_periods: u32,
    /// The series, in the query's order.
    pub series: Vec<StickySeries>,
}

/// One series.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct StickySeries {
    /// Its event's name; empty for "any event".
    pub name: String,
    /// Users who are active in at least one period.
    pub n_users: u64,
    /// The mean number of periods that they are active in; none if there are none.
    pub mean_periods: Option<f64>,
    /// An item for each number of periods, from 1 on.
    pub bars: Vec<StickyBar>,
    /// Daily, weekly and monthly users.
    pub active: ActiveUsers,
}

/// Users by the number of periods that they are active in.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct StickyBar {
    /// How many periods; "or more" if the query says so.
    pub n_periods: u32,
    /// Users.
    pub n_users: u64,
    /// `n_users` ÷ the series' users, with Wilson's 95 % interval; none if there are none.
    pub rate: Option<Rate>,
}

/// A checked [`StickinessQuery`].
#[derive(Debug)]
pub struct Stickiness(StickinessQuery);

/// For each series: users by exact number of periods, and by day.
#[derive(Debug, Default, Serialize, Deserialize)]
pub struct Partial {
    series: Vec<SeriesPartial>,
}

#[derive(Clone, Debug, Default, Serialize, Deserialize)]
struct SeriesPartial {
    /// Item k: users who are active in k periods; item 0 is not used.
    exactly: Vec<u64>,
    days: DayCounts,
}

/// A round's look-up tables and scratch memory.
#[derive(Debug)]
pub struct Prepared<'t> {
    walker: Walker<'t>,
    days: Days,
}

/// Counts the periods of one user after the other.
#[derive(Debug)]
struct Walker<'t> {
    frame: Frame,
    series: Vec<Activity<'t>>,
}

impl Analysis for Stickiness {
    type State = ();
    type Partial = Partial;
    type Answer = StickinessAnswer;
    type Prepared<'t> = Prepared<'t>;
    type Kept = ();

    fn start(&self) {}

    fn prepare<'t>(&self, (): &(), table: &'t Table, (): ()) -> Result<Prepared<'t>, QueryError> {
        Ok(Prepared { walker: Walker::new(&self.0, table)?, days: Days::new(&self.0, table)? })
    }

    fn scan(&self, prepared: &mut Prepared<'_>, bucket: Bucket<'_>, partial: &mut Partial) {
        let Prepared { walker, days } = prepared;
        partial.series.resize(walker.series.len(), SeriesPartial::default());
        walker.enter(bucket);
        for user in bucket.users() {
            for (at, series) in partial.series.iter_mut().enumerate() {
                let n = walker.n_periods(at, user, &self.0);
                if series.exactly.len() <= n {
                    series.exactly.resize(n + 1, 0);
                }
                series.exactly[n] += 1;
                days.count(&mut walker.series[at], user, &mut series.days);
            }
        }
    }

    fn merge(&self, mut a: Partial, b: Partial) -> Partial {
        a.series.resize(a.series.len().max(b.series.len()), SeriesPartial::default());
        for (mine, theirs) in a.series.iter_mut().zip(b.series) {
            mine.exactly.resize(mine.exactly.len().max(theirs.exactly.len()), 0);
            mine.exactly.iter_mut().zip(theirs.exactly).for_each(|(mine, theirs)| *mine += theirs);
            mine.days.add(theirs.days);
        }
        a
    }

    fn step(&self, (): (), mut all: Partial, table: &Table) -> Step<(), StickinessAnswer> {
        let query = &self.0;
        // The check has cut the same periods.
        let (Ok(frame), Ok(days)) = (Frame::new(query, table), Days::new(query, table)) else {
            unreachable!("the query has been checked")
        };
        all.series.resize(query.series.len(), SeriesPartial::default());
        let series = |(rule, partial): (&crate::rule::EventRule, SeriesPartial)| {
            let name = rule.event.clone().unwrap_or_default();
            partial.finish(name, query.count, frame.n_groups, &days)
        };
        Step::Done(StickinessAnswer {
            n_periods: frame.n_groups as u32,
            series: query.series.iter().zip(all.series).map(series).collect(),
        })
    }
}

impl SeriesPartial {
    fn finish(mut self, name: String, count: Count, n_groups: usize, days: &Days) -> StickySeries {
        self.exactly.resize(n_groups + 1, 0);
        let n_users = self.exactly[1..].iter().sum();
        let n_active: u64 = (1..).zip(&self.exactly[1..]).map(|(k, n): (u64, _)| k * n).sum();
        let bar = |k: usize| {
            let found = match count {
                Count::Exactly => self.exactly[k],
                Count::AtLeast => self.exactly[k..].iter().sum(),
            };
            StickyBar { n_periods: k as u32, n_users: found, rate: wilson(found, n_users) }
        };
        StickySeries {
            name,
            n_users,
            mean_periods: (n_users > 0).then(|| n_active as f64 / n_users as f64),
            bars: (1..=n_groups).map(bar).collect(),
            active: days.finish(self.days),
        }
    }
}

impl<'t> Walker<'t> {
    fn new(query: &StickinessQuery, table: &'t Table) -> Result<Self, QueryError> {
        let activity = |rule| Activity::new(rule, &query.scope, table);
        Ok(Self {
            frame: Frame::new(query, table)?,
            series: query.series.iter().map(activity).collect::<Result<_, _>>()?,
        })
    }

    fn enter(&mut self, bucket: Bucket<'_>) {
        self.series.iter_mut().for_each(|series| series.enter(bucket));
    }

    /// In how many joined periods of the range the user is active.
    fn n_periods(&mut self, series: usize, user: UserIdx, query: &StickinessQuery) -> usize {
        let Frame { periods, from, to, .. } = &self.frame;
        let (mut n, mut last) = (0, None);
        for &ActivePeriod { period, n_events } in self.series[series].of(user, periods, *from, *to) {
            if query.min_per_period.holds(n_events) {
                let group = self.frame.group(period, query.join);
                n += usize::from(last != Some(group));
                last = Some(group);
            }
        }
        n
    }
}

impl From<StickinessAnswer> for Answer {
    fn from(answer: StickinessAnswer) -> Self {
        Self::Stickiness(answer)
    }
}

#[cfg(test)]
mod tests;
