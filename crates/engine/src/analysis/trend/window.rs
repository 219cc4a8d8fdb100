//! The periods that are shown, and the earlier ones beside them.

use std::ops::Range;

use jiff::ToSpan;

use super::{Compare, TrendPeriod, TrendQuery};
use crate::error::QueryError;
use crate::kernel::calendar::timestamp;
use crate::kernel::period::Periods;
use crate::kernel::scope::{rows_between, zone};
use crate::table::{Table, UserIdx};
use crate::time::{Millis, Period};

/// Some neighboring periods of a calendar.
#[derive(Clone, Debug)]
pub(super) struct Window {
    periods: Periods,
    /// Which of them.
    range: Range<usize>,
    /// First and last instant of the rows that count.
    pub(super) from: Millis,
    pub(super) to: Millis,
}

/// The shown window, and the compared one, if there is one.
#[derive(Clone, Debug)]
pub(super) struct Windows {
    pub(super) shown: Window,
    pub(super) compared: Option<Window>,
}

impl Windows {
    pub(super) fn new(query: &TrendQuery, table: &Table) -> Result<Self, QueryError> {
        let (from, to) = range(query, table);
        let shown = Window::shown(query, from, to)?;
        let compared = query.compare.map(|compare| shown.compared(query, compare)).transpose()?;
        Ok(Self { shown, compared })
    }

    /// Both, in order.
    pub(super) fn iter(&self) -> impl Iterator<Item = &Window> {
        std::iter::once(&self.shown).chain(&self.compared)
    }

    /// How many periods both have.
    pub(super) fn n_cells(&self) -> usize {
        self.iter().map(Window::len).sum()
    }
}

/// The range of time that the shown periods cover: the scope's, and where it is open, that of the data.
fn range(query: &TrendQuery, table: &Table) -> (Millis, Millis) {
    let (from, to) = (query.scope.from, query.scope.to);
    let data = table.schema.span.or(from.or(to).map(|only| (only, only))).unwrap_or_default();
    let from = from.unwrap_or_else(|| to.map_or(data.0, |to| to.min(data.0)));
    (from, to.unwrap_or(data.1).max(from))
}

impl Window {
    fn shown(query: &TrendQuery, from: Millis, to: Millis) -> Result<Self, QueryError> {
        // Nothing is computed for periods that are not shown.
        let earliest = query.last.map(|last| reach_back(to, query.period, last));
        let periods = covering(query, from.max(earliest.unwrap_or(from)), to)?;
        let n_shown = query.last.map_or(periods.len(), |last| periods.len().min(last as usize));
        let range = periods.len() - n_shown..periods.len();
        let start = periods.start(range.start);
        let from = query.scope.from.map_or(start, |from| from.max(start));
        let to = query.scope.to.map_or(to, |given| given.min(to));
        Ok(Self { periods, range, from, to })
    }

    /// As many earlier periods.
    fn compared(&self, query: &TrendQuery, compare: Compare) -> Result<Self, QueryError> {
        let (n, start) = (self.len(), self.periods.start(self.range.start));
        let (periods, first) = match compare {
            Compare::Previous => {
                let before = start.plus(-1);
                let periods = covering(query, reach_back(before, query.period, n as u32), before)?;
                let first = periods.len().saturating_sub(n);
                (periods, first)
            }
            Compare::YearBefore => {
                let start = year_before(query, start)?;
                let end = start
                    .plus(self.periods.end(self.range.end - 1).since(self.periods.start(self.range.start)));
                // Some periods more than needed, since a year before they may be shorter.
                (covering(query, start, end.plus(3 * query.period.usual_millis()))?, 0)
            }
        };
        let range = first..(first + n).min(periods.len());
        let (from, to) = (periods.start(range.start), periods.end(range.end - 1).plus(-1));
        Ok(Self { periods, range, from, to })
    }

    /// How many periods it has.
    pub(super) fn len(&self) -> usize {
        self.range.len()
    }

    /// The user's rows between `from` and `to`.
    #[inline]
    pub(super) fn rows(&self, table: &Table, user: UserIdx) -> Range<usize> {
        rows_between(table, user, self.from, self.to)
    }

    /// The period that holds an instant between `from` and `to`, counted from 0.
    #[inline]
    pub(super) fn index(&self, time: Millis) -> usize {
        self.periods.index(time) - self.range.start
    }

    /// The periods. Those that hold an instant outside of `span`, in which the data lie, or of the window are not complete.
    pub(super) fn periods(&self, span: (Millis, Millis)) -> Vec<TrendPeriod> {
        let period = |at: usize| {
            let (start, end) = (self.periods.start(at), self.periods.end(at));
            TrendPeriod {
                label: self.periods.label(at),
                start_millis: start,
                end_millis: end,
                is_complete: start >= self.from && end.plus(-1) <= self.to.min(span.1),
                has_data: end > span.0 && start <= span.1,
            }
        };
        self.range.clone().map(period).collect()
    }
}

fn covering(query: &TrendQuery, from: Millis, to: Millis) -> Result<Periods, QueryError> {
    let zone = zone(&query.scope).map_err(|error| error.within("scope"))?;
    Periods::covering(query.period, query.scope.week_start, &zone, from, to)
}

/// An instant from which there are at least `n` periods up to `to`: none is longer than a seventh more than usual, but days
/// around a change of the clock.
fn reach_back(to: Millis, period: Period, n: u32) -> Millis {
    let usual = period.usual_millis();
    to.plus(-(i64::from(n) + 2).saturating_mul(usual + usual / 7))
}

fn year_before(query: &TrendQuery, start: Millis) -> Result<Millis, QueryError> {
    let zone = zone(&query.scope).map_err(|error| error.within("scope"))?;
    let span = if query.period == Period::Week { 364.days() } else { 1.year() };
    let before = timestamp(start).to_zoned(zone).checked_sub(span);
    Ok(before.map_or(Millis(i64::MIN), |before| Millis(before.timestamp().as_millisecond())))
}
