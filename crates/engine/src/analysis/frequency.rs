//! Frequency and recency: how often users do something, on how many days, and how long ago they did it last.
//!
//! ```text
//! ann  ●──●─●───────────●        4 events on 4 days, the last one 0 days ago
//! ben      ●●                    2 events on 1 day, the last one 19 days ago
//!                       now
//! ```

#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};

use super::{Analysis, Answer, Step};
use crate::error::{QueryError, QueryProblem};
use crate::kernel::calendar::{Day, Days};
use crate::kernel::condition::Test;
use crate::kernel::rows::RuleRows;
use crate::kernel::scope::{ScopeFilter, now, zone};
use crate::rule::{EventRule, Scope};
use crate::table::{Bucket, Table};
use crate::time::Millis;

/// Asks how often and how lately users do something.
///
/// ```
/// use cairn_engine::Query;
/// let query: Query = serde_json::from_str(r#"{"kind": "frequency", "rule": {"event": "payment"}, "events_from": [1, 2, 5]}"#)?;
/// assert!(matches!(query, Query::Frequency(_)));
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, deny_unknown_fields)]
pub struct FrequencyQuery {
    /// Which users and rows.
    pub scope: Scope,
    /// Which events count.
    pub rule: EventRule,
    /// The least number of events of each group, ascending, the first one 1.
    pub events_from: Vec<u64>,
    /// The least number of days since the last event of each group, ascending, the first one 0.
    pub days_from: Vec<u32>,
}

impl FrequencyQuery {
    /// The most groups of either kind.
    pub const MAX_GROUPS: usize = 50;

    /// Checks the query against a table.
    ///
    /// # Errors
    /// If the scope or the rule does not fit the table, or the groups do not ascend from 1 and 0.
    pub fn check(&self, table: &Table) -> Result<Frequency, QueryError> {
        ScopeFilter::check(&self.scope, table)?;
        Test::rule(&self.rule, table).map_err(|error| error.within("rule"))?;
        check_groups("events_from", &self.events_from, 1)?;
        let days: Vec<u64> = self.days_from.iter().map(|&days| u64::from(days)).collect();
        check_groups("days_from", &days, 0)?;
        Ok(Frequency { query: self.clone(), zone: zone(&self.scope)?, now: now(&self.scope, table) })
    }
}

fn check_groups(field: &str, from: &[u64], first: u64) -> Result<(), QueryError> {
    QueryError::check_range(field, from.len() as i64, 1, FrequencyQuery::MAX_GROUPS as i64)?;
    if from[0] != first || !from.windows(2).all(|pair| pair[0] < pair[1]) {
        let explanation = format!("must begin with {first}, and each number be greater than the one before");
        return Err(QueryError::new(field, QueryProblem::Conflict { explanation }));
    }
    Ok(())
}

impl Default for FrequencyQuery {
    fn default() -> Self {
        Self {
            scope: Scope::default(),
            rule: EventRule::default(),
            events_from: vec![1, 2, 4, 8, 16, 32, 64, 128],
            days_from: vec![0, 1, 7, 14, 30, 60, 90],
        }
    }
}

/// How often and how lately users do something. Only users with at least one such event are in it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct FrequencyAnswer {
    /// Users with at least one event.
    pub n_users: u64,
    /// Their events.
    pub n_events: u64,
    /// What "days ago" is measured from: the scope's `now`, or the data's last instant.
    pub now: Millis,
    /// Users by the number of different calendar days of the scope's zone with an event; those that occur, ascending.
    pub days_active: Vec<UsersAt>,
    /// Users by how many whole days of 24 hours ago their last event was, 0 if it was after `now`; those that occur, ascending.
    pub days_ago: Vec<UsersAt>,
    /// Users by days since the last event and number of events: a row for each of the query's `days_from`, in it a column for
    /// each of its `events_from`.
    pub grid: Vec<Vec<u64>>,
}

/// How many users have a number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct UsersAt {
    /// The number.
    pub n: u64,
    /// Users.
    pub n_users: u64,
}

/// A checked [`FrequencyQuery`].
#[derive(Debug)]
pub struct Frequency {
    query: FrequencyQuery,
    zone: TimeZone,
    now: Millis,
}

/// What a scan finds.
#[derive(Debug, Default, Serialize, Deserialize)]
pub struct Partial {
    n_events: u64,
    days_active: BTreeMap<u64, u64>,
    days_ago: BTreeMap<u64, u64>,
    /// Row by row.
    grid: Vec<u64>,
}

/// A round's compiled rules.
#[derive(Debug)]
pub struct Prepared<'t> {
    table: &'t Table,
    scope: ScopeFilter<'t>,
    rows: RuleRows<'t>,
    found: Vec<u32>,
    days: Days,
}

impl Analysis for Frequency {
    type State = ();
    type Partial = Partial;
    type Answer = FrequencyAnswer;
    type Prepared<'t> = Prepared<'t>;
    type Kept = ();

    fn start(&self) {}

    fn prepare<'t>(&self, (): &(), table: &'t Table, (): ()) -> Result<Prepared<'t>, QueryError> {
        Ok(Prepared {
            table,
            scope: ScopeFilter::new(&self.query.scope, table)?,
            rows: RuleRows::new(&self.query.rule, table)?,
            found: Vec::new(),
            days: Days::new(self.zone.clone()),
        })
    }

    fn scan(&self, prepared: &mut Prepared<'_>, bucket: Bucket<'_>, partial: &mut Partial) {
        let Prepared { table, scope, rows, found, days } = prepared;
        rows.enter(bucket);
        partial.grid.resize(self.query.days_from.len() * self.query.events_from.len(), 0);
        for user in bucket.users() {
            let (mut n_events, mut n_days, mut last) = (0, 0, None);
            found.clear();
            rows.collect(user, scope.rows(table, user), found);
            for row in found.iter().map(|&row| row as usize).filter(|&row| scope.meets_conditions(row, user))
            {
                let time = table.times[row];
                if last.is_none_or(|(_, day): (Millis, Day)| time >= day.end) {
                    n_days += 1;
                    last = Some((time, days.of(time)));
                }
                last = last.map(|(_, day)| (time, day));
                n_events += 1;
            }
            if let Some((time, _)) = last {
                let days_ago = (self.now.since(time).max(0) / Millis::DAY).unsigned_abs();
                partial.add(&self.query, n_events, n_days, days_ago);
            }
        }
    }

    fn merge(&self, mut a: Partial, b: Partial) -> Partial {
        a.n_events += b.n_events;
        for (mine, more) in [(&mut a.days_active, b.days_active), (&mut a.days_ago, b.days_ago)] {
            more.into_iter().for_each(|(n, n_users)| *mine.entry(n).or_default() += n_users);
        }
        a.grid.resize(a.grid.len().max(b.grid.len()), 0);
        a.grid.iter_mut().zip(b.grid).for_each(|(mine, more)| *mine += more);
        a
    }

    fn step(&self, (): (), all: Partial, _: &Table) -> Step<(), FrequencyAnswer> {
        let listed = |counts: BTreeMap<u64, u64>| {
            counts.into_iter().map(|(n, n_users)| UsersAt { n, n_users }).collect::<Vec<_>>()
        };
        Step::Done(FrequencyAnswer {
            n_users: all.days_active.values().sum(),
            n_events: all.n_events,
            now: self.now,
            days_active: listed(all.days_active),
            days_ago: listed(all.days_ago),
            grid: all.grid.chunks(self.query.events_from.len()).map(<[u64]>::to_vec).collect(),
        })
    }
}

impl Partial {
    fn add(&mut self, query: &FrequencyQuery, n_events: u64, n_days: u64, days_ago: u64) {
        self.n_events += n_events;
        *self.days_active.entry(n_days).or_default() += 1;
        *self.days_ago.entry(days_ago).or_default() += 1;
        let row = query.days_from.partition_point(|&from| u64::from(from) <= days_ago) - 1;
        let column = query.events_from.partition_point(|&from| from <= n_events) - 1;
        self.grid[row * query.events_from.len() + column] += 1;
    }
}

impl From<FrequencyAnswer> for Answer {
    fn from(answer: FrequencyAnswer) -> Self {
        Self::Frequency(answer)
    }
}
