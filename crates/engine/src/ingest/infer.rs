//! Guesses what a column holds from its values.

use super::ledger::shorten;
use super::mapping::{DateOrder, DecimalMark};
use super::number::{self, Reading};
use super::preview::{Clock, KindReason, OrderReason};
use super::time_format::{Moment, TimeFormat, TimeReader};
use super::time_text;
use crate::table::Kind;

/// What a column seems to hold.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct KindGuess {
    pub(crate) kind: Kind,
    pub(crate) why: KindReason,
    /// How its times are written, if any of its values can be read as a time: in the way that reads most.
    pub(crate) time_format: Option<TimeFormat>,
    /// Values that can be read so.
    pub(crate) n_times: usize,
    pub(crate) clock: Option<Clock>,
    pub(crate) why_order: Option<OrderReason>,
}

/// What is known of the order of day and month beside a column's own values.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Orders {
    /// What the person chose.
    pub(crate) chosen: Option<DateOrder>,
    /// What other columns prove.
    pub(crate) elsewhere: Option<DateOrder>,
}

/// Guesses from a column's values, none of them empty. O(values).
pub(crate) fn kind(texts: &[&[u8]], mark: DecimalMark, orders: Orders) -> KindGuess {
    let values: Vec<&[u8]> =
        texts.iter().map(|text| text.trim_ascii()).filter(|text| !number::is_missing(text)).collect();
    let plain =
        |kind, why| KindGuess { kind, why, time_format: None, n_times: 0, clock: None, why_order: None };
    if values.is_empty() {
        return plain(Kind::Text, KindReason::NoValues);
    }
    let (mut changed, mut other) = (None, None);
    for value in &values {
        match number::read(value, mark) {
            Reading::Number(_) => {}
            Reading::WouldChange => changed = changed.or(Some(value)),
            Reading::NoNumber => other = other.or(Some(value)),
        }
        if other.is_some() {
            break;
        }
    }
    let guess = match (other, changed) {
        (Some(example), _) => {
            let words = plain(Kind::Text, KindReason::Words { example: shorten(example) });
            return written_time(&values, orders, words);
        }
        (None, Some(example)) => plain(Kind::Text, KindReason::WouldChange { example: shorten(example) }),
        (None, None) => plain(Kind::Number, KindReason::AllNumbers),
    };
    match numeric_time(&values) {
        Some((format, clock)) => {
            KindGuess { time_format: Some(format), n_times: values.len(), clock: Some(clock), ..guess }
        }
        None => guess,
    }
}

/// What comes first in a column's numeric dates, if values tell: the order that more of them demand, and the first of
/// these values.
pub(crate) fn proved_order<'v>(values: impl IntoIterator<Item = &'v [u8]>) -> Option<(DateOrder, &'v [u8])> {
    let mut found = [(0_u64, None), (0, None)];
    for value in values {
        let (count, example) = match time_text::proved_order(value).1 {
            Some(DateOrder::DayFirst) => &mut found[0],
            Some(DateOrder::MonthFirst) => &mut found[1],
            None => continue,
        };
        *count += 1;
        *example = example.or(Some(value));
    }
    match found {
        [(day, Some(example)), (month, _)] if day > month => Some((DateOrder::DayFirst, example)),
        [(day, _), (month, Some(example))] if month > day => Some((DateOrder::MonthFirst, example)),
        _ => None,
    }
}

/// The unit of numbers that are times, by their size alone: of seconds up to the year 5138, and so on.
pub(crate) fn epoch_unit(values: &[&[u8]]) -> Option<TimeFormat> {
    let mut largest = 0.0_f64;
    for value in values {
        match number::read(value, DecimalMark::Point) {
            Reading::Number(number) => largest = largest.max(number.abs()),
            _ => return None,
        }
    }
    Some(match largest {
        ..1e11 => TimeFormat::EpochSeconds,
        ..1e14 => TimeFormat::EpochMillis,
        ..1e17 => TimeFormat::EpochMicros,
        _ => TimeFormat::EpochNanos,
    })
}

/// How numbers can be read as times between 1990 and 2100, if nine in ten of them can.
fn numeric_time(values: &[&[u8]]) -> Option<(TimeFormat, Clock)> {
    const YEARS: std::ops::Range<i64> = 631_152_000_000..4_102_444_800_000;
    let is_in_years = |reader: TimeReader, value: &[u8]| match reader.read(value) {
        Some(Moment::Instant(millis) | Moment::Local(millis)) => YEARS.contains(&millis),
        None => false,
    };
    [
        (TimeFormat::Compact, Clock::Local),
        (TimeFormat::EpochSeconds, Clock::Zoned),
        (TimeFormat::EpochMillis, Clock::Zoned),
        (TimeFormat::EpochMicros, Clock::Zoned),
        (TimeFormat::EpochNanos, Clock::Zoned),
    ]
    .into_iter()
    .find(|&(format, _)| {
        let reader = TimeReader::new(format);
        values.iter().filter(|value| is_in_years(reader, value)).count() * 10 >= values.len() * 9
    })
}

/// The guess for values of which some are no numbers: times if one way of writing them reads all, else `words`, with what
/// is known of the way that reads most.
fn written_time(values: &[&[u8]], orders: Orders, words: KindGuess) -> KindGuess {
    let proof = proved_order(values.iter().copied());
    let order = orders.chosen.or(proof.map(|(order, _)| order)).or(orders.elsewhere);
    let numeric = match order.unwrap_or_else(|| usual_order(values)) {
        DateOrder::DayFirst => TimeFormat::DayFirst,
        DateOrder::MonthFirst => TimeFormat::MonthFirst,
    };
    let mut best = (0, TimeFormat::Iso);
    for format in [TimeFormat::Iso, numeric, TimeFormat::MonthName] {
        let reader = TimeReader::new(format);
        let n_times = values.iter().filter(|value| reader.read(value).is_some()).count();
        if n_times > best.0 {
            best = (n_times, format);
        }
    }
    let (n_times, format) = best;
    if n_times == 0 {
        return words;
    }
    let reader = TimeReader::new(format);
    let odd = values.iter().find(|value| reader.read(value).is_none() || is_version(value));
    let (kind, why) = match odd {
        None => (Kind::Time, KindReason::AllTimes),
        Some(example) => (Kind::Text, KindReason::Words { example: shorten(example) }),
    };
    let n_zoned =
        values.iter().filter(|value| matches!(reader.read(value), Some(Moment::Instant(_)))).count();
    let clock = match n_zoned {
        0 => Clock::Local,
        _ if n_zoned == n_times => Clock::Zoned,
        _ => Clock::Mixed,
    };
    let why_order = (format == numeric).then(|| match (orders.chosen, proof, orders.elsewhere) {
        (Some(_), ..) => OrderReason::Chosen,
        (None, Some((_, example)), _) => OrderReason::Proved { example: shorten(example) },
        (None, None, Some(_)) => OrderReason::OtherColumn,
        (None, None, None) => OrderReason::Assumed,
    });
    KindGuess { kind, why, time_format: Some(format), n_times, clock: Some(clock), why_order }
}

/// What usually comes first: the month if there are slashes, else the day.
fn usual_order(values: &[&[u8]]) -> DateOrder {
    let mut separators = values.iter().filter_map(|value| value.iter().find(|byte| !byte.is_ascii_digit()));
    if separators.any(|&byte| byte == b'/') { DateOrder::MonthFirst } else { DateOrder::DayFirst }
}

/// Whether a text is rather a version than a date: `1.2.10`.
fn is_version(value: &[u8]) -> bool {
    let parts: Vec<&[u8]> = value.split(|&byte| byte == b'.').collect();
    matches!(parts[..], [day, month, year] if year.len() == 2 && (day.len() == 1 || month.len() == 1))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn guess(texts: &[&str]) -> KindGuess {
        let texts: Vec<&[u8]> = texts.iter().map(|text| text.as_bytes()).collect();
        kind(&texts, DecimalMark::Point, Orders::default())
    }

    #[test]
    fn a_column_is_what_all_its_values_are() {
        assert_eq!(guess(&["1", "2.50", "NA", "-"]).kind, Kind::Number);
        assert_eq!(guess(&["2026-03-01", "2026-03-01T10:15Z"]).kind, Kind::Time);
        assert_eq!(guess(&["1", "two"]).why, KindReason::Words { example: "two".to_owned() });
        assert_eq!(guess(&["7", "007"]).why, KindReason::WouldChange { example: "007".to_owned() });
        assert_eq!(guess(&["", "null"]).why, KindReason::NoValues);
        assert_eq!(guess(&["2026-03-01", "soon"]).kind, Kind::Text);
        assert_eq!(guess(&["1.2.10", "1.10.11"]).kind, Kind::Text);
        assert_eq!(guess(&["01.02.10", "11.10.11"]).kind, Kind::Time);
    }

    #[test]
    fn times_tell_their_format_and_whether_they_tell_their_zone() {
        let format = |texts: &[&str]| (guess(texts).time_format, guess(texts).clock);
        assert_eq!(format(&["2026-03-01T10:15:00Z"]), (Some(TimeFormat::Iso), Some(Clock::Zoned)));
        assert_eq!(
            format(&["2026-03-01 10:15", "2026-03-01 10:15Z"]),
            (Some(TimeFormat::Iso), Some(Clock::Mixed))
        );
        assert_eq!(format(&["1/2/2026", "1/13/2026"]), (Some(TimeFormat::MonthFirst), Some(Clock::Local)));
        assert_eq!(format(&["1.2.2026"]), (Some(TimeFormat::DayFirst), Some(Clock::Local)));
        assert_eq!(format(&["Mar 1, 2026", "soon"]), (Some(TimeFormat::MonthName), Some(Clock::Local)));
        assert_eq!(format(&["1772360100"]), (Some(TimeFormat::EpochSeconds), Some(Clock::Zoned)));
        assert_eq!(format(&["1772360100123"]), (Some(TimeFormat::EpochMillis), Some(Clock::Zoned)));
        assert_eq!(format(&["1772360100123456789"]), (Some(TimeFormat::EpochNanos), Some(Clock::Zoned)));
        assert_eq!(format(&["20260301", "20261231"]), (Some(TimeFormat::Compact), Some(Clock::Local)));
        assert_eq!(format(&["17", "39"]), (None, None));
    }

    #[test]
    fn the_order_of_day_and_month_is_the_one_that_more_values_demand() {
        let guess = guess(&["06/13/2024", "15/06/2024", "06/14/2024", "01/02/2024"]);
        assert_eq!(guess.time_format, Some(TimeFormat::MonthFirst));
        assert_eq!(guess.why_order, Some(OrderReason::Proved { example: "06/13/2024".to_owned() }));
    }
}
