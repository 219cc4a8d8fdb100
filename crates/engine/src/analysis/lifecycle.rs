//! Lifecycle: of the users of each period, who is new, who was there in the period before, who is back after a pause, and
//! who has stopped.
//!
//! ```text
//! period       1   2   3   4   5
//! active       ■   ■   ·   ·   ■
//! the user is  new ret dor ·   res      new, returning, dormant (counted below zero), resurrecting
//! ```

mod cell;
mod query;

use serde::{Deserialize, Serialize};

pub use cell::{LifecycleRule, check_rule, in_state};
pub use query::{LifecycleQuery, MAX_PERIODS, NewBy};

use super::{Analysis, Answer, Step};
use crate::error::QueryError;
use crate::kernel::activity::Activity;
use crate::kernel::period::Periods;
use crate::table::{Bucket, Table, UserIdx};
use crate::time::Millis;
use query::Births;

/// How many users are in each state, period by period.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct LifecycleAnswer {
    /// Every period that the range touches, in order.
    pub periods: Vec<LifecyclePeriod>,
    /// Users who were active in at least one of the periods.
    pub n_users: u64,
}

/// One period.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct LifecyclePeriod {
    /// Its first instant.
    pub start_millis: Millis,
    /// Its name in the scope's zone, such as `2026-03-02` or `2026-03`.
    pub label: String,
    /// Whether it is over at the end of the data; if not, some who seem dormant may still come.
    pub is_complete: bool,
    /// Active users who are new in it.
    pub n_new: u64,
    /// Active users who are not new and were active in the period before.
    pub n_returning: u64,
    /// Active users who are not new and were not active in the period before.
    pub n_resurrecting: u64,
    /// Users who were active in the period before and are not active in this one.
    pub n_dormant: u64,
}

/// What a user is in a period.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(rename = "LifecycleState"))]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "see the counts of LifecyclePeriod")]
pub enum State {
    New,
    Returning,
    Resurrecting,
    Dormant,
}

/// A checked [`LifecycleQuery`].
#[derive(Debug)]
pub struct Lifecycle(LifecycleQuery);

/// Users by period and state; those of one period in the order of [`State`].
#[derive(Debug, Default, Serialize, Deserialize)]
pub struct Partial {
    counts: Vec<[u64; 4]>,
    n_users: u64,
}

/// A round's look-up tables and scratch memory.
#[derive(Debug)]
pub struct Prepared<'t> {
    walker: Walker<'t>,
}

/// Follows one user after the other through the periods.
#[derive(Debug)]
struct Walker<'t> {
    activity: Activity<'t>,
    births: Births<'t>,
    /// One period more than are counted, before the first.
    periods: Periods,
}

impl Analysis for Lifecycle {
    type State = ();
    type Partial = Partial;
    type Answer = LifecycleAnswer;
    type Prepared<'t> = Prepared<'t>;
    type Kept = ();

    fn start(&self) {}

    fn prepare<'t>(&self, (): &(), table: &'t Table, (): ()) -> Result<Prepared<'t>, QueryError> {
        Ok(Prepared { walker: Walker::new(&self.0, table)? })
    }

    fn scan(&self, prepared: &mut Prepared<'_>, bucket: Bucket<'_>, partial: &mut Partial) {
        let walker = &mut prepared.walker;
        partial.counts.resize(walker.periods.len() - 1, [0; 4]);
        walker.enter(bucket);
        for user in bucket.users() {
            let mut is_active = false;
            walker.each_state(user, |period, state| {
                is_active |= state != State::Dormant;
                partial.counts[period][state as usize] += 1;
            });
            partial.n_users += u64::from(is_active);
        }
    }

    fn merge(&self, mut a: Partial, b: Partial) -> Partial {
        a.counts.resize(a.counts.len().max(b.counts.len()), [0; 4]);
        for (mine, theirs) in a.counts.iter_mut().zip(b.counts) {
            mine.iter_mut().zip(theirs).for_each(|(mine, theirs)| *mine += theirs);
        }
        a.n_users += b.n_users;
        a
    }

    fn step(&self, (): (), all: Partial, table: &Table) -> Step<(), LifecycleAnswer> {
        // The check has cut the same periods.
        let Ok(periods) = self.0.periods(table) else { unreachable!("the query has been checked") };
        let end = table.schema.end();
        let period =
            |(index, &[n_new, n_returning, n_resurrecting, n_dormant]): (usize, &[u64; 4])| LifecyclePeriod {
                start_millis: periods.start(index + 1),
                label: periods.label(index + 1),
                is_complete: periods.end(index + 1) <= end.plus(1),
                n_new,
                n_returning,
                n_resurrecting,
                n_dormant,
            };
        let counted = if table.schema.span.is_some() { all.counts.iter() } else { [].iter() };
        Step::Done(LifecycleAnswer {
            periods: counted.enumerate().map(period).collect(),
            n_users: all.n_users,
        })
    }
}

impl<'t> Walker<'t> {
    fn new(query: &LifecycleQuery, table: &'t Table) -> Result<Self, QueryError> {
        Ok(Self {
            activity: Activity::new(&query.rule, &query.scope, table)?,
            births: Births::new(query, table)?,
            periods: query.periods(table)?,
        })
    }

    fn enter(&mut self, bucket: Bucket<'_>) {
        self.activity.enter(bucket);
    }

    /// Calls `visit` with each counted period in which the user is something, and with what; in order.
    fn each_state(&mut self, user: UserIdx, mut visit: impl FnMut(usize, State)) {
        let Self { activity, births, periods } = self;
        let birth = births.of(user, activity);
        let last = periods.len() - 1;
        let (from, to) = (periods.start(0), periods.end(last).plus(-1));
        let mut before = None;
        for active in activity.of(user, periods, from, to) {
            if let Some(before) = before.filter(|&before| before + 1 < active.period) {
                visit(before, State::Dormant);
            }
            let is_new = birth.is_some_and(|time| {
                periods.start(active.period) <= time && time < periods.end(active.period)
            });
            if let Some(counted) = active.period.checked_sub(1) {
                visit(
                    counted,
                    match before {
                        _ if is_new => State::New,
                        Some(before) if before + 1 == active.period => State::Returning,
                        _ => State::Resurrecting,
                    },
                );
            }
            before = Some(active.period);
        }
        if let Some(before) = before.filter(|&before| before < last) {
            visit(before, State::Dormant);
        }
    }
}

impl From<LifecycleAnswer> for Answer {
    fn from(answer: LifecycleAnswer) -> Self {
        Self::Lifecycle(answer)
    }
}

#[cfg(test)]
mod tests;
