//! What the data hold: events by frequency, activity by day, and what each column is made of.
//!
//! This is the smallest analysis, and the one to read first: a query, its answer, one round, and a naive oracle in the
//! tests.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};

use super::{Analysis, Answer, Step};
use crate::error::QueryError;
use crate::kernel::calendar::{Days, date_text};
use crate::kernel::order::{sort_by, sort_by_key};
use crate::kernel::scope::{ScopeFilter, zone};
use crate::rule::Scope;
use crate::table::{Bucket, Column, Table, UserIdx};
use crate::time::Millis;

/// Asks what the data hold.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, deny_unknown_fields)]
pub struct OverviewQuery {
    /// Which users and rows.
    pub scope: Scope,
}

/// What the data hold.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct OverviewAnswer {
    /// Rows in scope.
    pub n_events: u64,
    /// Users with at least one row in scope.
    pub n_users: u64,
    /// First and last instant in scope; none if there are no rows.
    pub span_millis: Option<(Millis, Millis)>,
    /// Every event, the most frequent first, equal ones by name.
    pub events: Vec<EventCount>,
    /// Every calendar day of the scope's zone with at least one row, in order.
    pub days: Vec<DayCount>,
    /// Every column, in the file's order.
    pub columns: Vec<ColumnFacts>,
}

/// How often an event occurs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct EventCount {
    /// The event's name.
    pub event: String,
    /// Rows.
    pub n_events: u64,
    /// Users with at least one such row.
    pub n_users: u64,
}

/// One day's activity.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct DayCount {
    /// The day in the scope's zone, as `2026-03-01`.
    pub day: String,
    /// The same day as days since 1970-01-01.
    pub number: i32,
    /// Rows.
    pub n_events: u64,
}

/// What a column is made of, over the whole scope.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ColumnFacts {
    /// The column's name.
    pub name: String,
    /// Rows without a value.
    pub n_missing: u64,
    /// Distinct values, for text columns.
    pub n_distinct: Option<u64>,
    /// The most frequent values of a text column, at most [`TOP_VALUES`], the most frequent first, equal ones by name.
    pub top: Vec<ValueCount>,
    /// Smallest and largest value of a number column.
    pub range: Option<(f64, f64)>,
}

/// How often a value occurs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ValueCount {
    /// The value.
    pub value: String,
    /// Rows.
    pub n_events: u64,
}

/// How many values of a column are listed.
pub const TOP_VALUES: usize = 50;

impl OverviewQuery {
    /// Checks the query against a table.
    ///
    /// # Errors
    /// If the scope does not fit the table.
    pub fn check(&self, table: &Table) -> Result<Overview, QueryError> {
        ScopeFilter::check(&self.scope, table)?;
        Ok(Overview { scope: self.scope.clone(), zone: zone(&self.scope)? })
    }
}

/// A checked [`OverviewQuery`].
#[derive(Debug)]
pub struct Overview {
    scope: Scope,
    zone: TimeZone,
}

/// What a scan finds: counts by event code, by day number, and per column.
#[derive(Debug, Default, Serialize, Deserialize)]
pub struct Partial {
    n_events: u64,
    n_users: u64,
    span: Option<(Millis, Millis)>,
    events: Vec<(u64, u64)>,
    days: BTreeMap<i32, u64>,
    columns: Vec<ColumnPartial>,
}

/// Counts by code for text columns; how many are missing and the range for the others.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
struct ColumnPartial {
    n_missing: u64,
    by_code: Vec<u64>,
    range: Option<(f64, f64)>,
}

/// A round's look-up tables and scratch memory.
#[derive(Debug)]
pub struct Prepared<'t> {
    table: &'t Table,
    scope: ScopeFilter<'t>,
    days: Days,
    last_user: Vec<u32>,
    rows: Vec<usize>,
}

impl Analysis for Overview {
    type State = ();
    type Partial = Partial;
    type Answer = OverviewAnswer;
    type Prepared<'t> = Prepared<'t>;
    type Kept = ();

    fn start(&self) {}

    fn prepare<'t>(&self, (): &(), table: &'t Table, (): ()) -> Result<Prepared<'t>, QueryError> {
        Ok(Prepared {
            table,
            scope: ScopeFilter::new(&self.scope, table)?,
            days: Days::new(self.zone.clone()),
            last_user: vec![u32::MAX; table.events().n_codes()],
            rows: Vec::new(),
        })
    }

    fn scan(&self, prepared: &mut Prepared<'_>, bucket: Bucket<'_>, partial: &mut Partial) {
        let table = prepared.table;
        partial.events.resize(table.events().n_codes(), (0, 0));
        partial.columns.resize(table.columns.len(), ColumnPartial::default());
        prepared.rows.clear();
        for user in bucket.users() {
            prepared.scan_user(user, partial);
        }
        for (column, facts) in table.columns.iter().zip(&mut partial.columns) {
            facts.scan(column, &prepared.rows);
        }
    }

    fn merge(&self, mut a: Partial, b: Partial) -> Partial {
        a.n_events += b.n_events;
        a.n_users += b.n_users;
        a.span = wider(a.span, b.span);
        add_all(&mut a.events, &b.events, |x, y| *x = (x.0 + y.0, x.1 + y.1));
        for (day, n) in b.days {
            *a.days.entry(day).or_default() += n;
        }
        a.columns.resize(a.columns.len().max(b.columns.len()), ColumnPartial::default());
        for (mine, other) in a.columns.iter_mut().zip(b.columns) {
            mine.n_missing += other.n_missing;
            mine.range = wider(mine.range, other.range);
            add_all(&mut mine.by_code, &other.by_code, |x, y| *x += y);
        }
        a
    }

    fn step(&self, (): (), all: Partial, table: &Table) -> Step<(), OverviewAnswer> {
        let columns = table.schema.columns.iter().zip(&table.columns).zip(&all.columns);
        let days = |(&number, &n_events): (&i32, &u64)| DayCount { day: date_text(number), number, n_events };
        Step::Done(OverviewAnswer {
            n_events: all.n_events,
            n_users: all.n_users,
            span_millis: all.span,
            events: event_counts(&all, table),
            days: all.days.iter().map(days).collect(),
            columns: columns.map(|((info, column), facts)| facts.finish(&info.name, column)).collect(),
        })
    }
}

impl Prepared<'_> {
    fn scan_user(&mut self, user: UserIdx, partial: &mut Partial) {
        let (table, before) = (self.table, self.rows.len());
        for row in self.scope.rows(table, user) {
            if !self.scope.meets_conditions(row, user) {
                continue;
            }
            let code = table.events().codes.get(row) as usize;
            partial.events[code].0 += 1;
            if self.last_user[code] != user.0 {
                self.last_user[code] = user.0;
                partial.events[code].1 += 1;
            }
            let time = table.times[row];
            *partial.days.entry(self.days.of(time).number).or_default() += 1;
            partial.span = wider(partial.span, Some((time, time)));
            self.rows.push(row);
        }
        let found = self.rows.len() - before;
        partial.n_events += found as u64;
        partial.n_users += u64::from(found > 0);
    }
}

impl ColumnPartial {
    fn scan(&mut self, column: &Column, rows: &[usize]) {
        match column {
            Column::Text(text) => {
                self.by_code.resize(text.n_codes(), 0);
                for &row in rows {
                    self.by_code[text.codes.get(row) as usize] += 1;
                }
            }
            Column::Number(numbers) => {
                for &row in rows {
                    match numbers.get(row) {
                        Some(value) => self.range = wider(self.range, Some((value, value))),
                        None => self.n_missing += 1,
                    }
                }
            }
            Column::Time(times) => {
                self.n_missing += rows.iter().filter(|&&row| times[row] == Column::NO_TIME).count() as u64;
            }
            Column::User | Column::EventTime => {}
        }
    }

    fn finish(&self, name: &str, column: &Column) -> ColumnFacts {
        let mut facts = ColumnFacts {
            name: name.to_owned(),
            n_missing: self.n_missing,
            n_distinct: None,
            top: Vec::new(),
            range: self.range,
        };
        if let Column::Text(text) = column {
            facts.n_missing = self.by_code.first().copied().unwrap_or(0);
            let mut present: Vec<(u32, u64)> =
                (1_u32..).zip(self.by_code.iter().skip(1).copied()).filter(|&(_, n)| n > 0).collect();
            facts.n_distinct = Some(present.len() as u64);
            sort_by_key(&mut present, |&(code, n)| (Reverse(n), code));
            let value = |&(code, n_events): &(u32, u64)| ValueCount {
                value: text.dictionary.decode(code).unwrap_or_default().to_owned(),
                n_events,
            };
            facts.top = present.iter().take(TOP_VALUES).map(value).collect();
        }
        facts
    }
}

fn event_counts(all: &Partial, table: &Table) -> Vec<EventCount> {
    let count = |(code, &(n_events, n_users)): (u32, &(u64, u64))| EventCount {
        event: table.events().dictionary.decode(code).unwrap_or_default().to_owned(),
        n_events,
        n_users,
    };
    let mut events: Vec<EventCount> =
        (0_u32..).zip(&all.events).filter(|(_, counts)| counts.0 > 0).map(count).collect();
    sort_by(&mut events, |a, b| b.n_events.cmp(&a.n_events).then_with(|| a.event.cmp(&b.event)));
    events
}

fn wider<T: PartialOrd + Copy>(a: Option<(T, T)>, b: Option<(T, T)>) -> Option<(T, T)> {
    match (a, b) {
        (Some(a), Some(b)) => Some((if b.0 < a.0 { b.0 } else { a.0 }, if b.1 > a.1 { b.1 } else { a.1 })),
        (some, None) | (None, some) => some,
    }
}

fn add_all<T: Clone + Default>(sums: &mut Vec<T>, more: &[T], add: impl Fn(&mut T, &T)) {
    sums.resize(sums.len().max(more.len()), T::default());
    for (sum, value) in sums.iter_mut().zip(more) {
        add(sum, value);
    }
}

impl From<OverviewAnswer> for Answer {
    fn from(answer: OverviewAnswer) -> Self {
        Self::Overview(answer)
    }
}
