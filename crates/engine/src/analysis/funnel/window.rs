//! How long a chain may last: a length of time, calendar days, or sessions of the user.
//!
//! All three say when a chain that started at some instant must have ended, and a later start never means an earlier end.
//! So whoever asks needs to know of none of them.

use super::options::Tie;
use super::query::FunnelQuery;
use crate::error::QueryError;
use crate::kernel::period::Periods;
use crate::kernel::scope::zone;
use crate::kernel::sessions::Sessions;
use crate::table::Table;
use crate::time::{Millis, Period};

/// A checked query's window.
#[derive(Clone, Debug)]
pub(super) struct Window {
    /// The longest time; `i64::MAX` if something else or nothing limits it.
    pub(super) millis: i64,
    ends: Ends,
}

#[derive(Clone, Debug)]
enum Ends {
    /// After so long.
    After,
    /// With the n-th of the days.
    Days(Periods, usize),
    /// With the n-th session of the present user, which come in order of their starts.
    Sessions(Vec<Stretch>, usize),
}

/// One session and what a start in it means.
#[derive(Clone, Copy, Debug)]
struct Stretch {
    start: Millis,
    end: Millis,
    /// When the chain must have ended, of the rows that there are.
    deadline: Millis,
    /// When it is certain that no further row counts.
    closed: Millis,
}

impl Window {
    /// The window of a query.
    ///
    /// # Errors
    /// If the zone is unknown, or the data hold too many days; the field is `scope.zone` or `calendar_days`.
    pub(super) fn new(query: &FunnelQuery, table: &Table) -> Result<Self, QueryError> {
        let ends = match (query.calendar_days, query.sessions) {
            (Some(n_days), _) => Ends::Days(days(query, table, i64::from(n_days))?, n_days as usize),
            (None, Some(n_sessions)) => Ends::Sessions(Vec::new(), n_sessions as usize),
            (None, None) => Ends::After,
        };
        let millis = match ends {
            Ends::After => query.window_millis.unwrap_or(i64::MAX),
            Ends::Days(..) | Ends::Sessions(..) => i64::MAX,
        };
        Ok(Self { millis, ends })
    }

    /// Whether only a length of time limits a chain, if anything does.
    pub(super) fn is_length(&self) -> bool {
        matches!(self.ends, Ends::After)
    }

    /// Whether it asks for the user's sessions.
    pub(super) fn needs_sessions(&self) -> bool {
        matches!(self.ends, Ends::Sessions(..))
    }

    /// Goes to another user, with all of whose rows' sessions. O(rows).
    pub(super) fn enter(&mut self, table: &Table, sessions: &mut Sessions<'_>, rows: &[u32], tie: Tie) {
        let Ends::Sessions(stretches, n) = &mut self.ends else { return };
        stretches.clear();
        let gap = sessions.gap();
        let time = |row: u32| tie.cut(table.times[row as usize]);
        for session in sessions.cut(rows) {
            let (Some(&first), Some(&last)) = (session.first(), session.last()) else { continue };
            let (start, end) = (time(first), time(last));
            stretches.push(Stretch { start, end, deadline: end, closed: Millis(i64::MAX) });
        }
        let n_stretches = stretches.len();
        let mut latest = Millis(i64::MIN);
        for at in 0..n_stretches {
            let target = at + *n - 1;
            let deadline = stretches[target.min(n_stretches - 1)].end;
            latest = latest.max(deadline);
            stretches[at].deadline = latest;
            stretches[at].closed = match gap {
                Some(_) if target + 1 < n_stretches => latest,
                Some(gap) if target + 1 == n_stretches => gap.last_joined(latest),
                // A session that has not begun, or one that a value in a column may always take up again.
                _ => Millis(i64::MAX),
            };
        }
    }

    /// When a chain that started at `start` must have ended.
    pub(super) fn deadline(&self, start: Millis) -> Millis {
        match &self.ends {
            Ends::After => start.plus(self.millis),
            Ends::Days(days, n) => days.end((days.index(start) + n - 1).min(days.len() - 1)).plus(-1),
            Ends::Sessions(stretches, _) => stretch(stretches, start).map_or(start, |found| found.deadline),
        }
    }

    /// When it is certain that no further row can belong to a chain that started at `start`.
    pub(super) fn closed(&self, start: Millis) -> Millis {
        match &self.ends {
            Ends::After | Ends::Days(..) => self.deadline(start),
            Ends::Sessions(stretches, _) => stretch(stretches, start).map_or(start, |found| found.closed),
        }
    }

    /// Whether a chain that started at `start` may go on at `time`; asked often.
    #[inline]
    pub(super) fn holds(&self, start: Millis, time: Millis) -> bool {
        // Neither instant is so far from the other that this could overflow.
        time.0.wrapping_sub(start.0) <= self.millis && (self.is_length() || time <= self.deadline(start))
    }
}

fn stretch(stretches: &[Stretch], start: Millis) -> Option<&Stretch> {
    let after = stretches.partition_point(|stretch| stretch.start <= start);
    stretches.get(after.saturating_sub(1))
}

/// The days of the data, and as many after them as a chain may need.
fn days(query: &FunnelQuery, table: &Table, n_days: i64) -> Result<Periods, QueryError> {
    let zone = zone(&query.scope).map_err(|error| error.within("scope"))?;
    let last = table.schema.end().plus((n_days + 2) * Millis::DAY);
    let first = query.tie.cut(table.schema.start());
    let days = Periods::covering(Period::Day, query.scope.week_start, &zone, first, last);
    days.map_err(|error| QueryError { field: "calendar_days".to_owned(), ..error })
}
