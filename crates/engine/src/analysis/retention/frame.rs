//! How time is cut: cohorts into rows, the time after the start into columns.

use super::answer::RetentionColumn;
use super::query::{Bins, RetentionQuery};
use crate::analysis::funnel::Range;
use crate::error::QueryError;
use crate::kernel::period::Periods;
use crate::kernel::scope::zone;
use crate::table::{Schema, Table};
use crate::time::{Millis, Period};

/// Rows and columns of a query on a data set. The same on all shards.
#[derive(Debug)]
pub(super) struct Frame {
    /// Calendar periods from that of the first start to that of the last return; the first `n_rows` are the rows.
    pub(super) periods: Periods,
    pub(super) n_rows: usize,
    /// First and last instant of starts.
    pub(super) from: Millis,
    pub(super) to: Millis,
    /// Last instant of returns.
    pub(super) end: Millis,
    /// The period that holds it.
    end_period: usize,
    elapsed: Option<Elapsed>,
    columns: Columns,
}

/// How elapsed time is measured.
#[derive(Debug)]
enum Elapsed {
    /// In blocks of so many milliseconds.
    Exact(i64),
    /// In blocks of so many hours, by bounds of hours crossed.
    Hours(Periods, usize),
}

/// Which column a period after the start belongs to.
#[derive(Debug)]
enum Columns {
    /// One for each, up to a number of them.
    Single(usize),
    /// Several periods each: the column of each period, and what each covers.
    Brackets(Vec<u32>, Vec<RetentionColumn>),
}

impl Frame {
    /// The frame of a query. A data set without events has no rows.
    ///
    /// # Errors
    /// If the zone is unknown, or there are too many periods.
    pub(super) fn new(query: &RetentionQuery, table: &Table) -> Result<Self, QueryError> {
        let schema = &table.schema;
        let zone = zone(&query.scope).map_err(|error| error.within("scope"))?;
        let from = query.scope.from.unwrap_or(Millis(i64::MIN)).max(schema.start());
        let to = query.scope.to.unwrap_or(Millis(i64::MAX));
        let end = last_return(query, schema);
        let to = to.min(schema.end());
        let periods = Periods::covering(query.period, query.scope.week_start, &zone, from, end)?;
        let n_rows = if to < from || schema.span.is_none() { 0 } else { periods.index(to) + 1 };
        let length = query.period.usual_millis();
        let elapsed = match query.bins {
            Bins::Calendar => None,
            Bins::Elapsed => Some(Elapsed::Exact(length)),
            Bins::ElapsedHourFloored => {
                let hours = Periods::covering(Period::Hour, query.scope.week_start, &zone, from, end)?;
                Some(Elapsed::Hours(hours, (length / Period::Hour.usual_millis()) as usize))
            }
        };
        let columns = Columns::Single(0);
        let mut frame =
            Self { end_period: periods.index(end), periods, n_rows, from, to, end, elapsed, columns };
        frame.columns = Columns::new(query, frame.last_offset(0));
        Ok(frame)
    }

    /// Whether columns follow the calendar.
    pub(super) fn is_calendar(&self) -> bool {
        self.elapsed.is_none()
    }

    /// How many blocks of elapsed time lie between two instants, where columns do not follow the calendar.
    pub(super) fn blocks(&self, start: Millis, time: Millis) -> usize {
        match &self.elapsed {
            None => 0,
            Some(Elapsed::Exact(length)) => (time.since(start) / length) as usize,
            Some(Elapsed::Hours(hours, n)) => (hours.index(time) - hours.index(start)) / n,
        }
    }

    /// The column that a period belongs to, so many periods after that of the start.
    #[inline]
    pub(super) fn column(&self, offset: usize) -> Option<usize> {
        match &self.columns {
            Columns::Single(n) => (offset < *n).then_some(offset),
            Columns::Brackets(of, _) => of.get(offset).map(|&column| column as usize),
        }
    }

    /// How many columns there are.
    pub(super) fn n_columns(&self) -> usize {
        match &self.columns {
            Columns::Single(n) => *n,
            Columns::Brackets(_, covers) => covers.len(),
        }
    }

    /// What a column covers.
    pub(super) fn covers(&self, column: usize) -> RetentionColumn {
        match &self.columns {
            Columns::Single(_) => RetentionColumn { from_period: column as u32, to_period: column as u32 },
            Columns::Brackets(_, covers) => covers[column],
        }
    }

    /// How many columns of a row have begun by the end.
    pub(super) fn n_begun(&self, row: usize) -> usize {
        let last = self.last_offset(row);
        match &self.columns {
            Columns::Single(n) => (last + 1).min(*n),
            Columns::Brackets(_, covers) => {
                covers.partition_point(|column| column.from_period as usize <= last)
            }
        }
    }

    /// Whether a column is over by the end, for whoever started in the row.
    pub(super) fn is_complete(&self, row: usize, column: usize) -> bool {
        let last = self.covers(column).to_period as usize;
        if self.is_calendar() {
            return row + last <= self.end_period && self.periods.end(row + last) <= self.end.plus(1);
        }
        let latest_start = self.periods.end(row).plus(-1).min(self.to);
        let length = match &self.elapsed {
            Some(Elapsed::Exact(length)) => *length,
            Some(Elapsed::Hours(_, n)) => *n as i64 * Period::Hour.usual_millis(),
            None => 0,
        };
        latest_start.plus((last as i64 + 1).saturating_mul(length)) <= self.end.plus(1)
    }

    /// The last period after the start that a user of a row may be seen in.
    fn last_offset(&self, row: usize) -> usize {
        if self.is_calendar() {
            return self.end_period.saturating_sub(row);
        }
        let earliest_start = self.periods.start(row).max(self.from);
        if earliest_start > self.end { 0 } else { self.blocks(earliest_start, self.end) }
    }
}

fn last_return(query: &RetentionQuery, schema: &Schema) -> Millis {
    match (query.range, query.scope.to) {
        (Range::AllEvents, Some(to)) => to.min(schema.end()),
        _ => schema.end(),
    }
}

impl Columns {
    fn new(query: &RetentionQuery, last_offset: usize) -> Self {
        let most = query.columns.map_or(usize::MAX, |most| most as usize);
        if query.brackets.is_empty() {
            return Self::Single((last_offset + 1).min(most));
        }
        let (mut of, mut covers) = (vec![0], vec![RetentionColumn { from_period: 0, to_period: 0 }]);
        for (column, &length) in (1_u32..).zip(&query.brackets) {
            if of.len() > last_offset || column as usize >= most {
                break;
            }
            let from_period = of.len() as u32;
            covers.push(RetentionColumn { from_period, to_period: from_period + length - 1 });
            let seen = (length as usize).min(last_offset + 1 - of.len());
            of.extend(std::iter::repeat_n(column, seen));
        }
        Self::Brackets(of, covers)
    }
}
