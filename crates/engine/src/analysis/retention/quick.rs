//! The quick way through what is asked most: cohorts of each user's first start event, calendar periods, one return is
//! enough, and events that their names alone decide. No row is listed; a user's columns are the bits of one word.

use super::frame::Frame;
use super::query::{Entry, RetentionQuery, Tie};
use super::walk::Entrance;
use crate::kernel::find::Marks;
use crate::kernel::rows::RuleRows;
use crate::table::{Table, UserIdx};

/// The most columns that the bits of a word stand for.
const MOST_COLUMNS: usize = 64;

/// Memory of the walk.
#[derive(Debug, Default)]
pub(super) struct Quick {
    hits: Vec<u32>,
}

/// The marks of a question's start and return events; the latter none if they are the same.
pub(super) type StartsAndReturns<'a> = (&'a Marks, Option<&'a Marks>);

/// The marks, if the events' names alone decide.
pub(super) fn marks<'a>(
    starts: &'a RuleRows<'_>,
    returns: Option<&'a RuleRows<'_>>,
) -> Option<StartsAndReturns<'a>> {
    Some((starts.marks()?, returns.map(|returns| returns.marks().ok_or(())).transpose().ok()?))
}

impl Quick {
    /// Whether the quick way leads through this question, its scope's segment apart.
    pub(super) fn can_answer(query: &RetentionQuery, frame: &Frame) -> bool {
        let scope = &query.scope;
        let is_bounded = scope.from.is_some() || scope.to.is_some() || !scope.conditions.is_empty();
        matches!(query.entry, Entry::FirstInRange | Entry::FirstMatching)
            && query.tie == Tie::StepOrder
            && query.min_occurrences == 1
            && query.value.is_none()
            && query.hold.is_none()
            && !query.splits_values()
            && !is_bounded
            && frame.is_calendar()
            && frame.n_columns() <= MOST_COLUMNS
    }

    /// The cohort of a user in scope, if the user starts.
    #[inline]
    pub(super) fn entrance(
        &mut self,
        table: &Table,
        frame: &Frame,
        (starts, returns): StartsAndReturns<'_>,
        user: UserIdx,
    ) -> Option<Entrance<'_>> {
        let rows = table.users.rows(user);
        let mut later = starts.within(rows.clone());
        let first = later.next()?;
        let at = table.times[first];
        let row = frame.periods.index(at);
        let (start, mut left) = match returns {
            // The period of the start is full by definition.
            None => (first, columns(table, frame, row, later) & !1),
            Some(returns) => {
                let is_tied = |row: &usize| table.times[*row] == at;
                // Of several start events at the instant, one that is no return starts.
                let mut tied = starts.within(first..rows.end).take_while(is_tied);
                let start = tied.find(|&row| !returns.holds(row)).unwrap_or(first);
                let from = (rows.start..first).rev().take_while(is_tied).last().unwrap_or(first);
                let returns = returns.within(from..rows.end).filter(|&row| row != start);
                (start, columns(table, frame, row, returns))
            }
        };
        self.hits.clear();
        while left != 0 {
            self.hits.push(left.trailing_zeros());
            left &= left - 1;
        }
        Some(Entrance { row, start: start as u32, hits: &self.hits, sums: &[] })
    }
}

/// The columns with a return, as bits.
#[inline]
fn columns(table: &Table, frame: &Frame, row: usize, returns: impl Iterator<Item = usize>) -> u64 {
    let mut columns = 0;
    for at in returns {
        match frame.column(frame.periods.index(table.times[at]) - row) {
            Some(column) => columns |= 1 << column,
            None => break,
        }
    }
    columns
}
