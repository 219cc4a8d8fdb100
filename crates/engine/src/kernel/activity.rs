//! In which calendar periods a user was active, and how often.

use super::period::Periods;
use super::rows::RuleRows;
use super::scope::{ScopeFilter, rows_between};
use crate::error::QueryError;
use crate::rule::{EventRule, Scope};
use crate::table::{Bucket, Table, UserIdx};
use crate::time::Millis;

/// Finds the periods with rows of a rule, one user after the other.
#[derive(Debug)]
pub struct Activity<'t> {
    table: &'t Table,
    rows: RuleRows<'t>,
    scope: ScopeFilter<'t>,
    found: Vec<u32>,
    active: Vec<ActivePeriod>,
}

/// One period in which a user was active.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ActivePeriod {
    /// Its index.
    pub period: usize,
    /// The user's matching rows in it.
    pub n_events: u64,
}

impl<'t> Activity<'t> {
    /// The activity of users in scope, whatever the scope's range of time.
    ///
    /// # Errors
    /// If the rule or the scope does not fit the table.
    pub fn new(rule: &EventRule, scope: &Scope, table: &'t Table) -> Result<Self, QueryError> {
        Ok(Self {
            table,
            rows: RuleRows::new(rule, table)?,
            scope: ScopeFilter::new(scope, table)?,
            found: Vec::new(),
            active: Vec::new(),
        })
    }

    /// Makes a bucket's rows known; its users may be asked for then.
    pub fn enter(&mut self, bucket: Bucket<'_>) {
        self.rows.enter(bucket);
    }

    /// The user's periods with matching rows between two instants, both inclusive, in order. O(rows of the user).
    pub fn of(&mut self, user: UserIdx, periods: &Periods, from: Millis, to: Millis) -> &[ActivePeriod] {
        self.active.clear();
        let mut end = Millis(i64::MIN);
        for at in 0..self.collect(user, from, to) {
            let time = self.table.times[self.found[at] as usize];
            if time >= end {
                let period = periods.index(time);
                end = periods.end(period);
                self.active.push(ActivePeriod { period, n_events: 0 });
            }
            if let Some(last) = self.active.last_mut() {
                last.n_events += 1;
            }
        }
        &self.active
    }

    /// The user's first matching row, if there is one.
    pub fn first(&mut self, user: UserIdx) -> Option<Millis> {
        let n = self.collect(user, Millis(i64::MIN), Millis(i64::MAX));
        (n > 0).then(|| self.table.times[self.found[0] as usize])
    }

    fn collect(&mut self, user: UserIdx, from: Millis, to: Millis) -> usize {
        self.found.clear();
        if !self.scope.has_user(user) {
            return 0;
        }
        self.rows.collect(user, rows_between(self.table, user, from, to), &mut self.found);
        if self.scope.has_conditions() {
            let scope = &self.scope;
            self.found.retain(|&row| scope.meets_conditions(row as usize, user));
        }
        self.found.len()
    }
}
