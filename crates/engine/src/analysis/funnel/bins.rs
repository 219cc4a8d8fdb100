//! The periods of a trend: the calendar's, or such of equal length.

use super::groups::out_of_range;
use super::query::{EntryBins, FunnelQuery};
use crate::error::{QueryError, QueryProblem};
use crate::kernel::period::Periods;
use crate::kernel::scope::zone;
use crate::table::Table;
use crate::time::Millis;

/// The most bins of equal length.
const MOST_BINS: i64 = 100_000;

/// Periods in order and without gaps.
#[derive(Debug)]
pub(super) enum Bins {
    Calendar(Periods),
    Equal(EntryBins),
}

impl Bins {
    /// The periods that a query's trend has: those of its range, or of the data where it has no bounds.
    ///
    /// # Errors
    /// If there are too many, or the zone is unknown; the field starts with `trend`, `entry_bins` or `scope`.
    pub(super) fn new(query: &FunnelQuery, table: &Table) -> Result<Option<Self>, QueryError> {
        if let Some(bins) = query.entry_bins {
            check(query, bins)?;
            return Ok(Some(Self::Equal(bins)));
        }
        let Some(period) = query.trend else { return Ok(None) };
        let zone = zone(&query.scope).map_err(|error| error.within("scope"))?;
        let from = query.scope.from.unwrap_or(table.schema.start());
        let to = query.scope.to.unwrap_or(table.schema.end());
        let periods = Periods::covering(period, query.scope.week_start, &zone, from, to);
        let periods = periods.map_err(|error| QueryError { field: "trend".to_owned(), ..error })?;
        Ok(Some(Self::Calendar(periods)))
    }

    /// How many there are.
    pub(super) fn len(&self) -> usize {
        match self {
            Self::Calendar(periods) => periods.len(),
            Self::Equal(bins) => bins.count as usize,
        }
    }

    /// The first instant of a period.
    pub(super) fn start(&self, index: usize) -> Millis {
        match self {
            Self::Calendar(periods) => periods.start(index),
            Self::Equal(bins) => bins.start.plus(bins.step_millis.saturating_mul(index as i64)),
        }
    }

    /// The first instant after a period.
    pub(super) fn end(&self, index: usize) -> Millis {
        match self {
            Self::Calendar(periods) => periods.end(index),
            Self::Equal(_) => self.start(index + 1),
        }
    }

    /// The period that holds an instant, if one does. O(1).
    pub(super) fn find(&self, time: Millis) -> Option<usize> {
        match self {
            Self::Calendar(periods) => periods.find(time),
            Self::Equal(bins) => {
                let index = time.since(bins.start).div_euclid(bins.step_millis);
                usize::try_from(index).ok().filter(|&index| index < bins.count as usize)
            }
        }
    }

    /// A period's name: as [`Periods::label`] has it, or its first instant in UTC.
    pub(super) fn label(&self, index: usize) -> String {
        match self {
            Self::Calendar(periods) => periods.label(index),
            Self::Equal(_) => match jiff::Timestamp::from_millisecond(self.start(index).0) {
                Ok(timestamp) => timestamp.to_string(),
                Err(_) => self.start(index).0.to_string(),
            },
        }
    }
}

fn check(query: &FunnelQuery, bins: EntryBins) -> Result<(), QueryError> {
    if query.trend.is_some() {
        let explanation = "periods are a calendar's or of equal length; leave \"trend\" out".to_owned();
        return Err(QueryError::new("entry_bins", QueryProblem::Conflict { explanation }));
    }
    if bins.step_millis < 1 {
        return Err(out_of_range("entry_bins.step_millis", bins.step_millis, 1, i64::MAX));
    }
    if !(1..=MOST_BINS).contains(&i64::from(bins.count)) {
        return Err(out_of_range("entry_bins.count", i64::from(bins.count), 1, MOST_BINS));
    }
    Ok(())
}
