//! A query's scope, compiled: which users and which rows it looks at.

use std::ops::Range;

use jiff::tz::TimeZone;

use super::condition::Test;
use super::segment;
use crate::error::{QueryError, QueryProblem};
use crate::rule::Scope;
use crate::table::{Bitmap, Table, UserIdx};
use crate::time::Millis;

/// A compiled scope.
#[derive(Debug)]
pub struct ScopeFilter<'t> {
    conditions: Vec<Test<'t>>,
    members: Option<Bitmap>,
    from: Millis,
    to: Millis,
}

impl<'t> ScopeFilter<'t> {
    /// Checks a scope without doing the work of finding its users.
    ///
    /// # Errors
    /// If it names an unknown property or zone, or holds a value that does not fit; the field starts with `scope`.
    pub fn check(scope: &Scope, table: &Table) -> Result<(), QueryError> {
        let inner = || {
            Test::conditions(&scope.conditions, table)?;
            zone(scope)?;
            scope
                .segment
                .as_ref()
                .map_or(Ok(()), |rule| segment::check(rule, table).map_err(|error| error.within("segment")))
        };
        inner().map_err(|error| error.within("scope"))
    }

    /// Compiles a scope and finds its users. O(rows that the segment's rules look at).
    ///
    /// # Errors
    /// As [`ScopeFilter::check`].
    pub fn new(scope: &Scope, table: &'t Table) -> Result<Self, QueryError> {
        let inner = || {
            let select = |rule| {
                segment::select(rule, table, now(scope, table))
                    .map_err(|error: QueryError| error.within("segment"))
            };
            Ok(Self {
                conditions: Test::conditions(&scope.conditions, table)?,
                members: scope.segment.as_ref().map(select).transpose()?,
                from: scope.from.unwrap_or(Millis(i64::MIN)),
                to: scope.to.unwrap_or(Millis(i64::MAX)),
            })
        };
        inner().map_err(|error: QueryError| error.within("scope"))
    }

    /// Whether the scope's segment holds the user.
    pub fn has_user(&self, user: UserIdx) -> bool {
        self.members.as_ref().is_none_or(|members| members.contains(user.0 as usize))
    }

    /// The user's rows that lie in the scope's range of time; none for a user whom the scope's segment does not hold.
    /// Whether they meet the scope's conditions is another question. O(log rows of the user).
    #[inline]
    pub fn rows(&self, table: &Table, user: UserIdx) -> Range<usize> {
        if !self.has_user(user) {
            return 0..0;
        }
        rows_between(table, user, self.from, self.to)
    }

    /// How many of the user's rows are in scope. O(log rows of the user) without conditions, else O(rows of the user).
    pub fn n_rows(&self, table: &Table, user: UserIdx) -> u64 {
        let rows = self.rows(table, user);
        if !self.has_conditions() {
            return rows.len() as u64;
        }
        rows.filter(|&row| self.meets_conditions(row, user)).count() as u64
    }

    /// Whether the row of a user in scope meets the scope's conditions, its time apart.
    pub fn meets_conditions(&self, row: usize, user: UserIdx) -> bool {
        self.conditions.iter().all(|test| test.holds(row, user))
    }

    /// Whether the scope has conditions on rows.
    pub fn has_conditions(&self) -> bool {
        !self.conditions.is_empty()
    }

    /// Whether an instant lies in the scope's range, both ends inclusive.
    pub fn has_time(&self, time: Millis) -> bool {
        self.from <= time && time <= self.to
    }
}

/// The user's rows between two instants, both inclusive. O(log rows of the user); O(1) where all of the data lie between
/// them: times are far away in memory, and need not be looked at then.
#[inline]
pub fn rows_between(table: &Table, user: UserIdx, from: Millis, to: Millis) -> Range<usize> {
    let rows = table.users.rows(user);
    let times = &table.times[rows.clone()];
    let is_open = (from <= table.schema.start(), table.schema.end() <= to);
    let start = if is_open.0 { 0 } else { times.partition_point(|&time| time < from) };
    let end = if is_open.1 { times.len() } else { times.partition_point(|&time| time <= to) };
    rows.start + start..rows.start + end.max(start)
}

/// The instant that "the last d days" ends at.
pub fn now(scope: &Scope, table: &Table) -> Millis {
    scope.now.unwrap_or_else(|| table.schema.end())
}

/// The scope's zone.
///
/// # Errors
/// If the name is not in the IANA database.
pub fn zone(scope: &Scope) -> Result<TimeZone, QueryError> {
    let name = scope.zone.as_deref().unwrap_or("UTC");
    let unknown = |_| QueryError::new("zone", QueryProblem::UnknownZone { name: name.to_owned() });
    TimeZone::get(name).map_err(unknown)
}
