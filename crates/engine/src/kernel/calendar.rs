//! Calendar days in a time zone.

use jiff::tz::TimeZone;
use jiff::{Timestamp, civil};

use crate::time::Millis;

/// Finds the calendar day of instants, remembering the days it has met: the time-zone rules are asked once a day, not
/// once a row. A day that a clock change shortens or lengthens is found right.
#[derive(Debug)]
pub struct Days {
    zone: TimeZone,
    /// All days that were met, in order.
    known: Vec<Day>,
    /// The day that was met last in each third of a day or so, these taken by turns.
    recent: Vec<Day>,
}

/// A slot of `recent` stands for 2^`SLOT_SHIFT` milliseconds: most lie in one day.
const SLOT_SHIFT: u32 = 25;

/// How many slots there are: they go round once in 200 days.
const N_SLOTS: usize = 512;

/// One calendar day.
#[derive(Clone, Copy, Debug)]
pub struct Day {
    /// Its first instant.
    pub start: Millis,
    /// The next day's first instant.
    pub end: Millis,
    /// Days since 1970-01-01.
    pub number: i32,
}

impl Days {
    /// Days of this zone.
    pub fn new(zone: TimeZone) -> Self {
        let never = Day { start: Millis(0), end: Millis(0), number: 0 };
        Self { zone, known: Vec::new(), recent: vec![never; N_SLOTS] }
    }

    /// The day that holds `instant`. Instants beyond the years −9999 to 9999 count to the first or last day.
    /// O(1) for most instants that lie within a few months of each other, O(log days) for the others.
    #[inline]
    pub fn of(&mut self, instant: Millis) -> Day {
        let slot = (instant.0 >> SLOT_SHIFT) as usize % N_SLOTS;
        let day = self.recent[slot];
        if day.start <= instant && instant < day.end {
            return day;
        }
        let day = self.look_up(instant);
        self.recent[slot] = day;
        day
    }

    #[cold]
    fn look_up(&mut self, instant: Millis) -> Day {
        let after = self.known.partition_point(|day| day.start <= instant);
        let before = after.checked_sub(1).map(|before| self.known[before]);
        before.filter(|before| instant < before.end).unwrap_or_else(|| {
            let day = self.compute(instant);
            self.known.insert(after, day);
            day
        })
    }

    fn compute(&self, instant: Millis) -> Day {
        let date = self.zone.to_datetime(timestamp(instant)).date();
        let start = start_of(&self.zone, date).unwrap_or(Millis(i64::MIN));
        let next = date.tomorrow().ok();
        let end = next.and_then(|next| start_of(&self.zone, next)).unwrap_or(Millis(i64::MAX));
        Day { start, end, number: number_of(date) }
    }
}

/// The instant as jiff knows it, held at the ends of its range.
pub(crate) fn timestamp(instant: Millis) -> Timestamp {
    let beyond = if instant.0 < 0 { Timestamp::MIN } else { Timestamp::MAX };
    Timestamp::from_millisecond(instant.0).unwrap_or(beyond)
}

/// The first instant of a date in a zone; of a date that the zone skips, the first instant after it. None at the ends of
/// jiff's range.
pub(super) fn start_of(zone: &TimeZone, date: civil::Date) -> Option<Millis> {
    let midnight = zone.to_ambiguous_zoned(date.to_datetime(civil::Time::midnight()));
    let start = midnight.compatible().ok()?.start_of_day().ok()?;
    Some(Millis(start.timestamp().as_millisecond()))
}

/// A day's date, as `2026-03-01`.
pub fn date_text(number: i32) -> String {
    let epoch = civil::Date::constant(1970, 1, 1);
    epoch.saturating_add(jiff::Span::new().days(number)).to_string()
}

fn number_of(date: civil::Date) -> i32 {
    let epoch = civil::Date::constant(1970, 1, 1);
    date.since(epoch).map_or(0, |span| span.get_days())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn millis(text: &str) -> Millis {
        Millis(text.parse::<Timestamp>().unwrap().as_millisecond())
    }

    #[test]
    fn days_of_berlin_are_23_and_25_hours_long_when_clocks_change() {
        let mut days = Days::new(TimeZone::get("Europe/Berlin").unwrap());
        let spring = days.of(millis("2026-03-29T10:00:00Z"));
        assert_eq!(spring.end.since(spring.start), 23 * 3_600_000);
        let autumn = days.of(millis("2026-10-25T10:00:00Z"));
        assert_eq!(autumn.end.since(autumn.start), 25 * 3_600_000);
        assert_eq!(date_text(spring.number), "2026-03-29");
        assert_eq!(days.of(millis("2026-03-28T23:00:00Z")).number, spring.number);
        assert_eq!(days.of(millis("2026-03-28T22:59:59.999Z")).number, spring.number - 1);
    }

    #[test]
    fn instants_before_1970_and_out_of_range_have_days_too() {
        let mut days = Days::new(TimeZone::UTC);
        assert_eq!(days.of(Millis(-1)).number, -1);
        assert_eq!(date_text(days.of(Millis(i64::MAX)).number), "9999-12-30");
        assert_eq!(days.of(Millis(i64::MIN)).start, Millis(i64::MIN));
    }
}
