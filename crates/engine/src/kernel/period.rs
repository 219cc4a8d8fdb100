//! Calendar periods: which hour, day, week, month, quarter or year of a zone an instant lies in, without asking the zone's
//! rules for every row.
//!
//! ```text
//! starts     S0          S1       S2          S3          end       bounds of the periods, whatever their lengths
//! slots   |     |     |     |     |     |     |     |     |         equal lengths, each shorter than a period
//! guess      0     0     0     1     2     2     3     3            the period that holds the slot's first instant
//! ```

use std::ops::Range;

use jiff::ToSpan;
use jiff::civil::{Date, Weekday};
use jiff::tz::TimeZone;

use super::calendar::{start_of, timestamp};
use crate::error::{QueryError, QueryProblem};
use crate::time::{Millis, Period, WeekStart};

/// The periods of a calendar between two instants, in order and without gaps.
///
/// A period starts at the first instant of its date (or its full hour) in the zone and ends where the next one starts. So a
/// day may be 23 or 25 hours long; a day that the zone skips (Apia, 2011-12-30) is no period; an hour that is passed twice is
/// two; and where a change of the clock starts anywhere but at a full hour, an hour may be longer or shorter than 60
/// minutes. Where clocks were set back over midnight (St. John's until 2011, from 00:01), the repeated minutes of the old
/// day count to the new one.
#[derive(Clone, Debug)]
pub struct Periods {
    period: Period,
    zone: TimeZone,
    /// First instants, and the end of the last period.
    bounds: Vec<Millis>,
    /// A slot has 2^`shift` milliseconds.
    shift: u32,
    /// For each slot since the first bound, the period that holds its first instant.
    guesses: Vec<u32>,
}

impl Periods {
    /// The most periods that one query may have: hours of a century.
    pub const MOST: i64 = 1_000_000;

    /// The periods that hold the instants from `from` to `to`, both inclusive: at least one. O(periods).
    ///
    /// ```
    /// use cairn_engine::kernel::period::Periods;
    /// use cairn_engine::time::{Millis, Period, WeekStart};
    /// let (from, to) = (Millis(1_774_652_400_000), Millis(1_774_828_800_000)); // 2026-03-28 and 30, Berlin
    /// let zone = jiff::tz::TimeZone::get("Europe/Berlin")?;
    /// let days = Periods::covering(Period::Day, WeekStart::Monday, &zone, from, to).unwrap();
    /// let hours: Vec<i64> = (0..days.len()).map(|at| days.end(at).since(days.start(at)) / 3_600_000).collect();
    /// assert_eq!(hours, [24, 23, 24]);
    /// assert_eq!(days.label(1), "2026-03-29");
    /// # Ok::<(), jiff::Error>(())
    /// ```
    ///
    /// # Errors
    /// If there are more than [`Periods::MOST`]; the field is `period`.
    pub fn covering(
        period: Period,
        week_start: WeekStart,
        zone: &TimeZone,
        from: Millis,
        to: Millis,
    ) -> Result<Self, QueryError> {
        let to = to.max(from);
        let (from, to) = (at_most_jiff(from), at_most_jiff(to));
        let n_periods = to.since(from) / period.usual_millis();
        if n_periods > Self::MOST {
            let most = Self::MOST;
            let explanation = format!(
                "gives about {n_periods} periods, and {most} are possible; choose a longer one, or a shorter range of time"
            );
            return Err(QueryError::new("period", QueryProblem::Conflict { explanation }));
        }
        let bounds = match period {
            Period::Hour => hour_bounds(zone, from, to),
            _ => date_bounds(period, week_start, zone, from, to),
        };
        Ok(Self::from_bounds(period, zone.clone(), bounds))
    }

    fn from_bounds(period: Period, zone: TimeZone, bounds: Vec<Millis>) -> Self {
        // More than half of a usual period, so that a slot rarely meets two bounds.
        let shift = (period.usual_millis() * 9 / 10).ilog2();
        let (first, last) = (bounds[0], bounds[bounds.len() - 2]);
        let n_slots = (last.since(first) >> shift) + 1;
        let mut at = 0;
        let guess = |slot: i64| {
            let start = first.plus(slot << shift);
            while at + 2 < bounds.len() && bounds[at + 1] <= start {
                at += 1;
            }
            at as u32
        };
        let guesses = (0..n_slots).map(guess).collect();
        Self { period, zone, bounds, shift, guesses }
    }

    /// How many periods there are.
    pub fn len(&self) -> usize {
        self.bounds.len() - 1
    }

    /// Whether there are none, which never is.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The first instant of a period.
    pub fn start(&self, index: usize) -> Millis {
        self.bounds[index]
    }

    /// The first instant after a period.
    pub fn end(&self, index: usize) -> Millis {
        self.bounds[index + 1]
    }

    /// The first instants of all periods.
    pub fn starts(&self) -> &[Millis] {
        &self.bounds[..self.len()]
    }

    /// The period that holds an instant; the first or the last one for instants outside of all. O(1).
    #[inline]
    pub fn index(&self, time: Millis) -> usize {
        let slot = (time.since(self.bounds[0]).max(0) >> self.shift) as usize;
        let mut at = self.guesses[slot.min(self.guesses.len() - 1)] as usize;
        let is_later = |at: usize| at + 2 < self.bounds.len() && self.bounds[at + 1] <= time;
        // Whether a slot's bound lies before the instant is beyond foreseeing, and is added instead of asked; that it has
        // two of them is rare.
        at += usize::from(is_later(at));
        while is_later(at) {
            at += 1;
        }
        at
    }

    /// The period that holds an instant, if one does. O(1).
    pub fn find(&self, time: Millis) -> Option<usize> {
        let holds = self.bounds[0] <= time && time < self.bounds[self.len()];
        holds.then(|| self.index(time))
    }

    /// The periods that hold the instants of a range, both ends inclusive; empty if none does. O(1).
    pub fn find_range(&self, from: Millis, to: Millis) -> Range<usize> {
        if to < self.bounds[0] || from >= self.bounds[self.len()] || to < from {
            return 0..0;
        }
        self.index(from)..self.index(to) + 1
    }

    /// A period's name in the zone: `2026-03-01T13:00` for an hour, `2026-03-01` for a day and for a week that starts then,
    /// `2026-03`, `2026-Q1`, `2026`.
    pub fn label(&self, index: usize) -> String {
        let start = self.zone.to_datetime(timestamp(self.start(index)));
        let (year, month, date) = (start.year(), start.month(), start.date());
        match self.period {
            Period::Hour => format!("{date}T{:02}:{:02}", start.hour(), start.minute()),
            Period::Day | Period::Week => date.to_string(),
            Period::Month => format!("{year:04}-{month:02}"),
            Period::Quarter => format!("{year:04}-Q{}", (month + 2) / 3),
            Period::Year => format!("{year:04}"),
        }
    }
}

fn at_most_jiff(time: Millis) -> Millis {
    Millis(timestamp(time).as_millisecond())
}

/// Bounds of days and of what is made of days.
fn date_bounds(
    period: Period,
    week_start: WeekStart,
    zone: &TimeZone,
    from: Millis,
    to: Millis,
) -> Vec<Millis> {
    let mut date = first_date(period, week_start, zone.to_datetime(timestamp(from)).date());
    let mut last = start_of(zone, date).unwrap_or(at_most_jiff(Millis(i64::MIN))).min(from);
    let mut bounds = vec![last];
    while last <= to {
        let next = next_date(period, date);
        let start = next.and_then(|next| start_of(zone, next)).unwrap_or(to.plus(1));
        date = next.unwrap_or(date);
        // A date that the zone skips starts when the next one does.
        if start > last {
            bounds.push(start);
            last = start;
        }
    }
    bounds
}

/// The first date of the period that holds `date`.
fn first_date(period: Period, week_start: WeekStart, date: Date) -> Date {
    let first_of = |month: i8| Date::new(date.year(), month, 1).unwrap_or(Date::MIN);
    match period {
        Period::Hour | Period::Day => date,
        Period::Week => date.saturating_sub(i64::from(date.weekday().since(weekday(week_start))).days()),
        Period::Month => date.first_of_month(),
        Period::Quarter => first_of((date.month() - 1) / 3 * 3 + 1),
        Period::Year => first_of(1),
    }
}

fn next_date(period: Period, date: Date) -> Option<Date> {
    let length = match period {
        Period::Hour | Period::Day => 1.day(),
        Period::Week => 7.days(),
        Period::Month => 1.month(),
        Period::Quarter => 3.months(),
        Period::Year => 1.year(),
    };
    date.checked_add(length).ok()
}

fn weekday(start: WeekStart) -> Weekday {
    match start {
        WeekStart::Monday => Weekday::Monday,
        WeekStart::Tuesday => Weekday::Tuesday,
        WeekStart::Wednesday => Weekday::Wednesday,
        WeekStart::Thursday => Weekday::Thursday,
        WeekStart::Friday => Weekday::Friday,
        WeekStart::Saturday => Weekday::Saturday,
        WeekStart::Sunday => Weekday::Sunday,
    }
}

/// Bounds of hours: wherever the zone's clock shows a full hour, and where a change of the clock skips into another hour.
fn hour_bounds(zone: &TimeZone, from: Millis, to: Millis) -> Vec<Millis> {
    const HOUR: i64 = Millis::DAY / 24;
    let shifted = |time: i64| time + i64::from(zone.to_offset(timestamp(Millis(time))).seconds()) * 1000;
    // A clock change may have cut the hour that holds `from`; so the search starts some hours before.
    let early = at_most_jiff(Millis(from.0 - 3 * HOUR)).0;
    let changes = zone.following(timestamp(Millis(early))).map(|change| change.timestamp().as_millisecond());
    let (mut stretch, mut bounds) = (early, vec![Millis(early)]);
    for change in changes.map(Some).chain([None]) {
        let end = change.filter(|&change| change <= to.0 + HOUR).unwrap_or(to.0 + 2 * HOUR);
        let into_hour = shifted(stretch).rem_euclid(HOUR);
        let skipped = shifted(stretch).div_euclid(HOUR) != shifted(stretch - 1).div_euclid(HOUR);
        if into_hour > 0 && skipped && stretch > early {
            bounds.push(Millis(stretch));
        }
        let first = stretch + (HOUR - into_hour) % HOUR;
        bounds.extend((first..end).step_by(HOUR as usize).map(Millis));
        stretch = end;
        if end > to.0 + HOUR {
            break;
        }
    }
    bounds.dedup();
    let start = bounds.partition_point(|&bound| bound <= from).saturating_sub(1);
    let end = bounds.partition_point(|&bound| bound <= to);
    bounds.drain(start..).take(end - start + 1).collect()
}

#[cfg(test)]
mod tests;
