//! How times are written, and how the written ones are read.

use serde::{Deserialize, Serialize};

use super::mapping::DateOrder;
use super::time_text;

/// How a column's times are written. A value without zone or offset is local time in the mapping's zone; a date without
/// a time of day is its midnight.
///
/// A column is written in one way, and what is written otherwise is no time: `03/04/2026` among times of the form
/// `2026-03-04` may be either of two days. All forms that begin with the year are one way. Spaces around a value do not
/// count, and what is finer than a millisecond is cut off.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum TimeFormat {
    /// Year first: `2026-03-01T10:15:00.250Z`, `2026-03-01 10:15`, `2026/03/01`, `20260301T101500+0100`.
    Iso,
    /// Day, month, year: `01.03.2026 10:15`, `01/03/2026`, `1-3-26`.
    DayFirst,
    /// Month, day, year: `03/01/2026 10:15 AM`, `3/1/26`.
    MonthFirst,
    /// An English month's name: `Mar 1, 2026 10:15`, `1 March 2026`, `Sun, 01 Mar 2026 10:15:00 +0100` (RFC 2822).
    MonthName,
    /// Digits only, year first: `20260301`, `202603011015`, `20260301101500`.
    Compact,
    /// Seconds since 1970 in UTC: `1772360100`, `1772360100.25`.
    EpochSeconds,
    /// Milliseconds since 1970 in UTC.
    EpochMillis,
    /// Microseconds since 1970 in UTC.
    EpochMicros,
    /// Nanoseconds since 1970 in UTC.
    EpochNanos,
}

/// A time as it was written: milliseconds since 1970.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Moment {
    /// In UTC.
    Instant(i64),
    /// By the clock on some wall.
    Local(i64),
}

/// The first millisecond of the year 1 and the last one of 9999, in UTC: what a time can be.
const RANGE: std::ops::RangeInclusive<i64> = -62_135_596_800_000..=253_402_300_799_999;

/// Reads the times of one column.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum TimeReader {
    /// Year first.
    YearFirst,
    /// Day and month in numbers, in this order.
    Numeric(DateOrder),
    /// With a month's name.
    MonthName,
    /// As a number of units since 1970.
    Epoch(Unit),
}

/// The unit of an epoch time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Unit {
    Seconds,
    Millis,
    Micros,
    Nanos,
}

impl TimeReader {
    /// A reader of this format.
    pub(crate) fn new(format: TimeFormat) -> Self {
        match format {
            TimeFormat::Iso | TimeFormat::Compact => Self::YearFirst,
            TimeFormat::DayFirst => Self::Numeric(DateOrder::DayFirst),
            TimeFormat::MonthFirst => Self::Numeric(DateOrder::MonthFirst),
            TimeFormat::MonthName => Self::MonthName,
            TimeFormat::EpochSeconds => Self::Epoch(Unit::Seconds),
            TimeFormat::EpochMillis => Self::Epoch(Unit::Millis),
            TimeFormat::EpochMicros => Self::Epoch(Unit::Micros),
            TimeFormat::EpochNanos => Self::Epoch(Unit::Nanos),
        }
    }

    /// The time that a text holds, if it holds one between the years 1 and 9999. No allocation.
    #[inline]
    pub(crate) fn read(self, text: &[u8]) -> Option<Moment> {
        let moment = match self {
            Self::YearFirst => {
                time_text::read_iso(text).or_else(|| time_text::read_year_first(text.trim_ascii()))?
            }
            Self::Numeric(order) => time_text::read_numeric(text.trim_ascii(), order)?,
            Self::MonthName => time_text::read_month_name(text.trim_ascii())?,
            Self::Epoch(unit) => Moment::Instant(epoch(text.trim_ascii(), unit)?),
        };
        let (Moment::Instant(millis) | Moment::Local(millis)) = moment;
        RANGE.contains(&millis).then_some(moment)
    }
}

/// Milliseconds of a count of units since 1970, rounded down.
fn epoch(text: &[u8], unit: Unit) -> Option<i64> {
    let (is_negative, digits) = match text {
        [b'-', rest @ ..] => (true, rest),
        _ => (false, text),
    };
    let point = digits.iter().position(|&byte| byte == b'.').unwrap_or(digits.len());
    let (whole, fraction) = (&digits[..point], digits.get(point + 1..).unwrap_or_default());
    if !fraction.iter().all(u8::is_ascii_digit) || (point + 1 == digits.len()) {
        return epoch_by_float(text, unit);
    }
    let Some(whole) = read_digits(whole) else { return epoch_by_float(text, unit) };
    let (millis, is_more) = match unit {
        Unit::Seconds => {
            let thousandths = (0..3)
                .fold(0, |sum, at| sum * 10 + fraction.get(at).map_or(0, |digit| i64::from(digit - b'0')));
            let rest = fraction.get(3..).unwrap_or_default();
            (whole.checked_mul(1000)?.checked_add(thousandths)?, rest.iter().any(|&digit| digit != b'0'))
        }
        Unit::Millis => (whole, fraction.iter().any(|&digit| digit != b'0')),
        Unit::Micros => (whole / 1000, whole % 1000 != 0),
        Unit::Nanos => (whole / 1_000_000, whole % 1_000_000 != 0),
    };
    Some(if is_negative { -millis - i64::from(is_more) } else { millis })
}

fn read_digits(digits: &[u8]) -> Option<i64> {
    if digits.is_empty() || digits.len() > 19 || !digits.iter().all(u8::is_ascii_digit) {
        return None;
    }
    digits.iter().try_fold(0_i64, |sum, digit| sum.checked_mul(10)?.checked_add(i64::from(digit - b'0')))
}

/// Epoch times as spreadsheets and scripts may write them: `1.7723601E+12`.
fn epoch_by_float(text: &[u8], unit: Unit) -> Option<i64> {
    if !text.iter().any(|byte| matches!(byte, b'e' | b'E')) {
        return None;
    }
    let value: f64 = std::str::from_utf8(text).ok()?.parse().ok()?;
    let millis = match unit {
        Unit::Seconds => value * 1e3,
        Unit::Millis => value,
        Unit::Micros => value / 1e3,
        Unit::Nanos => value / 1e6,
    };
    // Far beyond the range of times, and still whole numbers of an i64.
    (millis.abs() < 1e15).then(|| libm::floor(millis) as i64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn epoch_times_are_rounded_down_to_milliseconds() {
        let read = |format, text: &str| TimeReader::new(format).read(text.as_bytes());
        let instant = |millis| Some(Moment::Instant(millis));
        assert_eq!(read(TimeFormat::EpochSeconds, "1772360100"), instant(1_772_360_100_000));
        assert_eq!(read(TimeFormat::EpochSeconds, " 1772360100.2569 "), instant(1_772_360_100_256));
        assert_eq!(read(TimeFormat::EpochSeconds, "-1.5"), instant(-1_500));
        assert_eq!(read(TimeFormat::EpochSeconds, "-1.0001"), instant(-1_001));
        assert_eq!(read(TimeFormat::EpochSeconds, "1.5E3"), instant(1_500_000));
        assert_eq!(read(TimeFormat::EpochMillis, "1772360100250"), instant(1_772_360_100_250));
        assert_eq!(read(TimeFormat::EpochMicros, "-1"), instant(-1));
        assert_eq!(read(TimeFormat::EpochNanos, "1772360100250999999"), instant(1_772_360_100_250));
        assert_eq!(read(TimeFormat::EpochSeconds, "99999999999999999"), None);
        assert_eq!(read(TimeFormat::EpochSeconds, "12,5"), None);
        assert_eq!(read(TimeFormat::EpochSeconds, ""), None);
        assert_eq!(read(TimeFormat::EpochSeconds, "5."), None);
    }
}
