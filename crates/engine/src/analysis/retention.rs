//! Retention: which users come back, and how long after they started.
//!
//! ```text
//! cohort          users    0      1      2      3      periods after the start
//! 2026-03-02        120   100 %  41 %   33 %   30 %
//! 2026-03-09         90   100 %  44 %   31 %·           · not over at the end of the data
//! 2026-03-16        101   100 %  39 %·
//! average           311   100 %  41 %   32 %   30 %
//! ```
//!
//! A user enters the cohort of the period that holds the start event, and is counted in every column with enough return
//! events. Cost O(rows), and with a recurring entry O(rows + cohorts of a user × columns).

pub mod answer;
mod cell;
mod frame;
mod query;
mod quick;
mod split;
mod tally;
mod values;
mod walk;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

pub use answer::{
    AverageCell, Cell, Cohort, RetentionAnswer, RetentionColumn, RetentionGroup, RetentionTable,
};
pub use cell::{CellRule, Outcome, check_cell, in_cell};
pub use query::{Average, Bins, Criterion, Entry, RetentionQuery, Tie, Value};

use super::funnel::GroupKey;
use super::funnel::groups::{self, Group};
use super::{Analysis, Answer, Step};
use crate::error::QueryError;
use crate::kernel::order::sort_by_key;
use crate::kernel::rows::RuleRows;
use crate::kernel::scope::ScopeFilter;
use crate::rule::Breakdown;
use crate::table::{Bucket, Table};
use frame::Frame;
use split::Split;
use tally::{Counts, Tally};
use walk::Walker;

/// The most cells that one table of an answer holds; where there are more, the last columns are left out.
pub const MAX_CELLS: usize = 1_000_000;

impl RetentionQuery {
    /// Checks the query against a table.
    ///
    /// # Errors
    /// If the scope, a rule or the breakdown does not fit the table, or a number is out of range; the error names the field.
    pub fn check(&self, table: &Table) -> Result<Retention, QueryError> {
        ScopeFilter::check(&self.scope, table)?;
        for (rule, field) in [(&self.start, "start"), (&self.returns, "return")] {
            RuleRows::new(rule, table).map_err(|error| error.within(field))?;
        }
        self.check_fields(table)?;
        groups::check_breakdown(self.breakdown.as_ref(), table)?;
        Frame::new(self, table)?;
        Ok(Retention(self.clone()))
    }
}

/// A checked [`RetentionQuery`].
#[derive(Debug)]
pub struct Retention(RetentionQuery);

/// What a scan finds: the counts of all users, and those of each group.
#[derive(Debug, Default, Serialize, Deserialize)]
pub struct Partial {
    overall: Tally,
    groups: BTreeMap<Group, Tally>,
}

/// A round's look-up tables and scratch memory.
#[derive(Debug)]
pub struct Prepared<'t> {
    walker: Walker<'t>,
    split: Split<'t>,
}

impl Analysis for Retention {
    type State = ();
    type Partial = Partial;
    type Answer = RetentionAnswer;
    type Prepared<'t> = Prepared<'t>;
    type Kept = ();

    fn start(&self) {}

    fn prepare<'t>(&self, (): &(), table: &'t Table, (): ()) -> Result<Prepared<'t>, QueryError> {
        Ok(Prepared { walker: Walker::new(&self.0, table)?, split: Split::new(&self.0, table)? })
    }

    fn scan(&self, prepared: &mut Prepared<'_>, bucket: Bucket<'_>, partial: &mut Partial) {
        let Prepared { walker, split } = prepared;
        let criterion = self.0.criterion;
        walker.enter(bucket);
        for user in bucket.users() {
            split.scan(&self.0, walker, user, |group, entrance| {
                let tally = match group {
                    None => &mut partial.overall,
                    Some(group) => partial.groups.entry(group).or_default(),
                };
                tally.add(criterion, bucket.id, entrance);
            });
        }
    }

    fn merge(&self, mut a: Partial, b: Partial) -> Partial {
        a.overall = a.overall.merged(b.overall);
        for (group, tally) in b.groups {
            let mine = a.groups.entry(group).or_default();
            *mine = std::mem::take(mine).merged(tally);
        }
        a
    }

    fn step(&self, (): (), all: Partial, table: &Table) -> Step<(), RetentionAnswer> {
        let query = &self.0;
        // The check has built the same frame.
        let Ok(frame) = Frame::new(query, table) else { unreachable!("the query has been checked") };
        let overall = all.overall.counts(query, frame.n_columns());
        let n_columns = fitting(&overall, &frame);
        let n_reached = overall.table(query, &frame, n_columns).average.len();
        let group = |(key, counts): (GroupKey, Counts)| RetentionGroup {
            key,
            table: counts.table(query, &frame, n_columns),
        };
        Step::Done(RetentionAnswer {
            columns: (0..n_reached).map(|column| frame.covers(column)).collect(),
            n_columns_left_out: (frame.n_columns() - n_columns) as u32,
            end_millis: frame.end,
            overall: overall.table(query, &frame, n_columns),
            groups: ranked(query, &all.groups, &frame, table).into_iter().map(group).collect(),
        })
    }
}

/// How many columns an answer may have.
fn fitting(overall: &Counts, frame: &Frame) -> usize {
    let (mut low, mut high) = (1, frame.n_columns());
    while low < high {
        let middle = high - (high - low) / 2;
        if overall.n_cells(frame, middle) <= MAX_CELLS {
            low = middle;
        } else {
            high = middle - 1;
        }
    }
    low.min(frame.n_columns())
}

/// The groups in the answer's order, those beyond the limit as one.
fn ranked(
    query: &RetentionQuery,
    groups: &BTreeMap<Group, Tally>,
    frame: &Frame,
    table: &Table,
) -> Vec<(GroupKey, Counts)> {
    let counts = |(group, tally): (&Group, &Tally)| {
        (group.key_in(query.breakdown.as_ref(), table), tally.counts(query, frame.n_columns()))
    };
    if let Some(Breakdown::Segments { segments }) = &query.breakdown {
        let of = |(index, named): (usize, &crate::rule::NamedSegment)| {
            let tally = groups.get(&Group::Segment(index as u32));
            let key = GroupKey::Segment { name: named.name.clone() };
            (key, tally.map(|tally| tally.counts(query, frame.n_columns())).unwrap_or_default())
        };
        return segments.iter().enumerate().map(of).collect();
    }
    let mut all: Vec<(GroupKey, Counts)> = groups.iter().map(counts).collect();
    // Stable, so that equal ones stay in the order of their values.
    sort_by_key(&mut all, |(_, counts)| std::cmp::Reverse(counts.n_entries()));
    if let Some(Breakdown::Property { limit: Some(limit), .. }) = &query.breakdown {
        let rest = all.split_off(all.len().min(*limit as usize));
        let mut other = Counts::default();
        rest.iter().for_each(|(_, counts)| other.add(counts));
        if !rest.is_empty() {
            all.push((GroupKey::Other, other));
        }
    }
    all
}

impl From<RetentionAnswer> for Answer {
    fn from(answer: RetentionAnswer) -> Self {
        Self::Retention(answer)
    }
}

#[cfg(test)]
mod tests;
