//! Whom an entrance counts for: all users, and the groups of the breakdown.

use super::query::{Entry, RetentionQuery};
use super::walk::{Entrance, Walker};
use crate::analysis::funnel::groups::{Group, find, value};
use crate::error::QueryError;
use crate::kernel::scope::now;
use crate::kernel::segment;
use crate::kernel::user_value::{NO_ROW, value_rows};
use crate::rule::{Breakdown, Owner};
use crate::table::{Bitmap, Column, Table, UserIdx};

/// How entrances are split into groups.
#[derive(Debug)]
pub(super) struct Split<'t> {
    by: By<'t>,
    held: Option<Held>,
}

#[derive(Debug)]
enum By<'t> {
    Nothing,
    /// The value in one row for each user, or [`NO_ROW`].
    User(&'t Column, Vec<u32>),
    /// The start event's value.
    Start(&'t Column),
    /// Each value apart, shared by start and returns.
    Each,
    Segments(Vec<Bitmap>),
}

/// The entrances of a user's values, put together.
#[derive(Debug, Default)]
struct Held {
    starts: Vec<(usize, u32)>,
    hits: Vec<(usize, u32)>,
    sums: Vec<(usize, u32, f64)>,
    row_hits: Vec<u32>,
    row_sums: Vec<(u32, f64)>,
}

impl<'t> Split<'t> {
    /// Prepares the split of a query that has been checked.
    ///
    /// # Errors
    /// If the breakdown does not fit the table.
    pub(super) fn new(query: &RetentionQuery, table: &'t Table) -> Result<Self, QueryError> {
        let by = match &query.breakdown {
            None => By::Nothing,
            Some(Breakdown::Segments { segments }) => {
                let now = now(&query.scope, table);
                let select = |named: &crate::rule::NamedSegment| segment::select(&named.segment, table, now);
                By::Segments(segments.iter().map(select).collect::<Result<_, _>>()?)
            }
            Some(Breakdown::Property { .. }) if query.splits_values() => By::Each,
            Some(Breakdown::Property { property, on, .. }) => {
                let column = find(property, table)?;
                match on {
                    Owner::Event => By::Start(column),
                    owner => By::User(column, value_rows(table, column, *owner)),
                }
            }
        };
        Ok(Self { by, held: query.hold.is_some().then(Held::default) })
    }

    /// Calls `add` with each of the user's entrances: once for all users, and for each group that it belongs to.
    pub(super) fn scan(
        &mut self,
        query: &RetentionQuery,
        walker: &mut Walker<'_>,
        user: UserIdx,
        mut add: impl FnMut(Option<Group>, Entrance<'_>),
    ) {
        let Self { by, held } = self;
        let table = walker.table;
        let visit = |entrance: Entrance<'_>| {
            add(None, entrance);
            match by {
                By::Nothing | By::Each => {}
                By::User(column, rows) => {
                    let row = rows[user.0 as usize];
                    let group = if row == NO_ROW { Group::Missing } else { value(table, column, row, user) };
                    add(Some(group), entrance);
                }
                By::Start(column) => add(Some(value(table, column, entrance.start, user)), entrance),
                By::Segments(members) => {
                    let of =
                        (0..).zip(members.iter()).filter(|(_, members)| members.contains(user.0 as usize));
                    of.for_each(|(index, _)| add(Some(Group::Segment(index)), entrance));
                }
            }
        };
        match held {
            None => walker.each_entrance(user, visit),
            Some(held) => held.each_entrance(query.entry, walker, user, visit),
        }
        if matches!(self.by, By::Each) {
            walker.each_valued(user, |group, entrance| add(Some(group.clone()), entrance));
        }
    }
}

impl Held {
    /// Calls `visit` with each cohort that the user is in by any value. The user returned in a column if any value did.
    fn each_entrance(
        &mut self,
        entry: Entry,
        walker: &mut Walker<'_>,
        user: UserIdx,
        mut visit: impl FnMut(Entrance<'_>),
    ) {
        let Self { starts, hits, sums, row_hits, row_sums } = self;
        starts.clear();
        hits.clear();
        sums.clear();
        walker.each_valued(user, |group, entrance| {
            if *group != Group::Missing {
                starts.push((entrance.row, entrance.start));
                let at = starts.len() - 1;
                hits.extend(entrance.hits.iter().map(|&column| (at, column)));
                sums.extend(entrance.sums.iter().map(|&(column, sum)| (at, column, sum)));
            }
        });
        // A user who starts once starts with the values of the earliest start event.
        let earliest = match entry {
            Entry::Recurring => None,
            _ => starts.iter().map(|&(_, start)| walker.time(start)).min(),
        };
        let counts = |at: usize| earliest.is_none_or(|time| walker.time(starts[at].1) == time);
        let mut rows: Vec<usize> =
            (0..starts.len()).filter(|&at| counts(at)).map(|at| starts[at].0).collect();
        rows.sort_unstable();
        rows.dedup();
        for row in rows {
            let is_mine = |at: usize| starts[at].0 == row && counts(at);
            row_hits.clear();
            row_hits.extend(hits.iter().filter(|&&(at, _)| is_mine(at)).map(|&(_, column)| column));
            row_hits.sort_unstable();
            row_hits.dedup();
            row_sums.clear();
            row_sums
                .extend(sums.iter().filter(|(at, ..)| is_mine(*at)).map(|&(_, column, sum)| (column, sum)));
            let start = (0..starts.len()).filter(|&at| is_mine(at)).map(|at| starts[at].1).min();
            visit(Entrance { row, start: start.unwrap_or_default(), hits: row_hits, sums: row_sums });
        }
    }
}
