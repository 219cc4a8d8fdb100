//! Reads written times: a short path for the commonest form of ISO 8601, and one reader for all others.

use super::mapping::DateOrder;
use super::time_cursor::{Cursor, DAY, SECOND, moment};
use super::time_format::Moment;

/// Reads `YYYY-MM-DD`, `T` or a space, `HH:MM:SS`, then nothing, `Z`, `.fff` or `.fffZ`; none for anything else,
/// which [`read_year_first`] may be able to read.
#[inline]
pub(crate) fn read_iso(text: &[u8]) -> Option<Moment> {
    let head: &[u8; 19] = text.first_chunk()?;
    let digit = |at: usize| u32::from(head[at].wrapping_sub(b'0'));
    let pair = |at: usize| digit(at) * 10 + digit(at + 1);
    let mut worst = 0;
    for at in [0, 1, 2, 3, 5, 6, 8, 9, 11, 12, 14, 15, 17, 18] {
        worst = worst.max(head[at].wrapping_sub(b'0'));
    }
    let marks = [head[4], head[7], head[13], head[16]];
    if worst > 9 || marks != *b"--::" || !matches!(head[10], b'T' | b' ') {
        return None;
    }
    let (hour, minute, second) = (pair(11), pair(14), pair(17));
    if hour > 23 || minute > 59 || second > 59 {
        return None;
    }
    let seconds = i64::from(hour * 3600 + minute * 60 + second);
    let millis = days(pair(0) * 100 + pair(2), pair(5), pair(8))? * DAY + seconds * SECOND;
    let thousandths = |digits: &[u8; 3]| {
        let [a, b, c] = digits.map(|byte| byte.wrapping_sub(b'0'));
        (a.max(b).max(c) <= 9).then(|| i64::from(a) * 100 + i64::from(b) * 10 + i64::from(c))
    };
    match &text[19..] {
        [] => Some(Moment::Local(millis)),
        [b'Z'] => Some(Moment::Instant(millis)),
        [b'.', a, b, c] => Some(Moment::Local(millis + thousandths(&[*a, *b, *c])?)),
        [b'.', a, b, c, b'Z'] => Some(Moment::Instant(millis + thousandths(&[*a, *b, *c])?)),
        _ => None,
    }
}

/// Reads the forms that begin with the year. The text must not be padded.
pub(crate) fn read_year_first(text: &[u8]) -> Option<Moment> {
    let mut cursor = Cursor::new(text);
    let n_digits = text.iter().take_while(|byte| byte.is_ascii_digit()).count();
    match n_digits {
        4 => {
            let year = cursor.number(4, 4)?;
            let separator = cursor.take_one(b"-/.")?;
            let month = cursor.number(1, 2)?;
            cursor.take(separator)?;
            let date = days(year, month, cursor.number(1, 2)?)?;
            cursor.finish(date)
        }
        8 | 12 | 14 => {
            let date = days(cursor.number(4, 4)?, cursor.number(2, 2)?, cursor.number(2, 2)?)?;
            if n_digits == 8 { cursor.finish(date) } else { cursor.finish_compact(date) }
        }
        _ => None,
    }
}

/// Reads dates such as `25.3.2026 10:15` or `03/25/26 10:15 AM`. The text must not be padded.
pub(crate) fn read_numeric(text: &[u8], order: DateOrder) -> Option<Moment> {
    let mut cursor = Cursor::new(text);
    let days = cursor.day_and_month(order)?;
    cursor.finish(days)
}

/// What comes first in a date such as `03/25/2026` or `25.3.26`, if its numbers tell: one of them is over 12. The other
/// part is whether it is such a date at all.
pub(crate) fn proved_order(text: &[u8]) -> (bool, Option<DateOrder>) {
    let mut cursor = Cursor::new(text.trim_ascii());
    let mut parts = || {
        let first = cursor.number(1, 2)?;
        let separator = cursor.take_one(b"./-")?;
        let second = cursor.number(1, 2)?;
        cursor.take(separator)?;
        cursor.number(2, 4)?;
        Some((first, second))
    };
    match parts() {
        None => (false, None),
        Some((13..=31, 1..=12)) => (true, Some(DateOrder::DayFirst)),
        Some((1..=12, 13..=31)) => (true, Some(DateOrder::MonthFirst)),
        Some(_) => (true, None),
    }
}

/// Days since 1970-01-01 of a date of the Gregorian calendar, if there is such a date.
///
/// Source: H. Hinnant, "chrono-compatible low-level date algorithms", `days_from_civil`.
#[inline]
pub(crate) fn days(year: u32, month: u32, day: u32) -> Option<i64> {
    const LENGTHS: [u8; 12] = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
    let longest = *LENGTHS.get(month.wrapping_sub(1) as usize)?;
    let is_leap = year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400));
    if day == 0 || day > u32::from(longest) || (month == 2 && day == 29 && !is_leap) {
        return None;
    }
    // Years count from March here, so that the leap day is the last one; shifted by 400 to stay positive.
    let shifted = year + 400 - u32::from(month <= 2);
    let (era, of_era) = (shifted / 400, shifted % 400);
    let of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    let day_of_era = of_era * 365 + of_era / 4 - of_era / 100 + of_year;
    Some(i64::from(era) * 146_097 + i64::from(day_of_era) - 719_468 - 146_097)
}

/// Reads dates with an English month's name, in full or short. The text must not be padded.
///
/// `May 13, 2024 10:00 AM` · `13 May 2024` · `13-May-24` · `Mon, 13 May 2024 12:10:00 +0200` ·
/// `Mon May 13 12:10:00 2024` · `Mon May 13 2024 12:10:00 GMT+0200 (CEST)`
pub(crate) fn read_month_name(text: &[u8]) -> Option<Moment> {
    let mut cursor = Cursor::new(text);
    let mut month = None;
    let mut day = None;
    for _ in 0..4 {
        if let Some(word) = cursor.word() {
            match (month_of(word), is_weekday(word)) {
                (Some(number), _) if month.is_none() => month = Some(number),
                (None, true) => {}
                _ => return None,
            }
        } else if day.is_none() {
            day = Some(cursor.number(1, 2)?);
            cursor.skip_ordinal();
        } else {
            break;
        }
        cursor.skip_any(b" ,.-/");
        if month.is_some() && day.is_some() {
            break;
        }
    }
    let (month, day) = (month?, day?);
    if cursor.is_at_clock() {
        // The year comes last, as in C's ctime.
        let time = cursor.time_of_day()?;
        cursor.skip_any(b" ");
        let zone = if cursor.is_at_digit() { None } else { cursor.zone()? };
        cursor.skip_any(b" ");
        let date = days(cursor.number(4, 4)?, month, day)?;
        return cursor.is_empty().then(|| moment(date * DAY + time, zone));
    }
    let date = days(cursor.year()?, month, day)?;
    cursor.finish(date)
}

/// The number of the English month that `word` names in full or by its first three letters (`Sept` too).
fn month_of(word: &[u8]) -> Option<u32> {
    const NAMES: [&str; 12] = [
        "january",
        "february",
        "march",
        "april",
        "may",
        "june",
        "july",
        "august",
        "september",
        "october",
        "november",
        "december",
    ];
    let names_month = |name: &&str| {
        let is_short = word.len() == 3 || (word.len() == 4 && *name == "september");
        (is_short || word.len() == name.len())
            && name.as_bytes().get(..word.len()).is_some_and(|start| start.eq_ignore_ascii_case(word))
    };
    (1..).zip(&NAMES).find(|(_, name)| names_month(name)).map(|(number, _)| number)
}

fn is_weekday(word: &[u8]) -> bool {
    const NAMES: [&str; 7] = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"];
    word.len() >= 3
        && NAMES.iter().any(|name| {
            name.as_bytes().get(..word.len()).is_some_and(|start| start.eq_ignore_ascii_case(word))
        })
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::DateTime;
    use proptest::prelude::*;

    fn millis(text: &str) -> i64 {
        let (local, offset) =
            text.split_once('|').map_or((text, None), |(local, offset)| (local, Some(offset)));
        let instant = local.parse::<DateTime>().unwrap().to_zoned(jiff::tz::TimeZone::UTC).unwrap();
        instant.timestamp().as_millisecond()
            - offset.map_or(0, |hours| hours.parse::<i64>().unwrap() * 3_600_000)
    }

    fn read(text: &[u8], order: Option<DateOrder>) -> Option<Moment> {
        let numeric = |order| read_numeric(text, order);
        read_year_first(text).or(order.and_then(numeric)).or_else(|| read_month_name(text))
    }

    /// Checks what a text is read as: `2026-03-01T10:15:00` for a local time, with `|+1` for an offset of an hour.
    fn check(text: &str, order: Option<DateOrder>, expected: &str) {
        let moment = if expected.contains('|') { Moment::Instant } else { Moment::Local };
        let expected = moment(millis(expected));
        assert_eq!(read(text.as_bytes(), order), Some(expected), "{text}");
        if let Some(fast) = read_iso(text.as_bytes()) {
            assert_eq!(fast, expected, "{text}, on the short path");
        }
    }

    #[test]
    fn iso_times_are_read_in_all_their_forms() {
        for (text, expected) in [
            ("2026-03-01", "2026-03-01T00:00:00"),
            ("2026/3/1", "2026-03-01T00:00:00"),
            ("2026-03-01T10:15", "2026-03-01T10:15:00"),
            ("2026-03-01 10:15:30.5", "2026-03-01T10:15:30.500"),
            ("2026-03-01 10:15:30,123456", "2026-03-01T10:15:30.123"),
            ("2026-03-01T10:15:30Z", "2026-03-01T10:15:30|0"),
            ("2026-03-01T10:15:30.250z", "2026-03-01T10:15:30.250|0"),
            ("2026-03-01 10:15:30.250 UTC", "2026-03-01T10:15:30.250|0"),
            ("2026-03-01 10:15:30+00", "2026-03-01T10:15:30|0"),
            ("2026-03-01T10:15:30 -0800", "2026-03-01T10:15:30|-8"),
            ("2026-03-01T10:15:30+01:00[Europe/Berlin]", "2026-03-01T10:15:30|1"),
            ("2026-03-01 9:15 PM", "2026-03-01T21:15:00"),
            ("20260301T101530Z", "2026-03-01T10:15:30|0"),
            ("20260301T1015+0100", "2026-03-01T10:15:00|1"),
            ("20260301", "2026-03-01T00:00:00"),
            ("202603011015", "2026-03-01T10:15:00"),
            ("20260301101530", "2026-03-01T10:15:30"),
            ("2026-03-01T24:00", "2026-03-02T00:00:00"),
            ("2016-12-31T23:59:60Z", "2016-12-31T23:59:59|0"),
        ] {
            check(text, None, expected);
        }
    }

    #[test]
    fn day_and_month_stand_in_the_chosen_order() {
        let (day_first, month_first) = (Some(DateOrder::DayFirst), Some(DateOrder::MonthFirst));
        check("3/4/2026 10:15", month_first, "2026-03-04T10:15:00");
        check("3/4/2026 10:15", day_first, "2026-04-03T10:15:00");
        check("03.04.2026", day_first, "2026-04-03T00:00:00");
        check("03.04.26, 10:15", month_first, "2026-03-04T10:15:00");
        check("3-4-69", day_first, "1969-04-03T00:00:00");
        check("12/31/2026 12:05:09 a.m.", month_first, "2026-12-31T00:05:09");
        check("12/31/2026 12:05PM", month_first, "2026-12-31T12:05:00");
        assert_eq!(read(b"25/12/2026", month_first), None);
        assert_eq!(read(b"13/13/2026", day_first), None);
    }

    #[test]
    fn months_may_be_called_by_their_names() {
        for (text, expected) in [
            ("May 13, 2024 10:00 AM", "2024-05-13T10:00:00"),
            ("January 2nd, 2026 at 3:04 PM", "2026-01-02T15:04:00"),
            ("13 May 2024 10:05", "2024-05-13T10:05:00"),
            ("13-Jun-24", "2024-06-13T00:00:00"),
            ("Sept 1 2026", "2026-09-01T00:00:00"),
            ("Mon, 13 May 2024 12:10:00 +0200", "2024-05-13T12:10:00|2"),
            ("Mon, 13 May 2024 12:10:00 EST", "2024-05-13T12:10:00|-5"),
            ("Mon May 13 12:10:00 2024", "2024-05-13T12:10:00"),
            ("Mon May 13 12:10:00 UTC 2024", "2024-05-13T12:10:00|0"),
            ("Mon May 13 2024 12:10:00 GMT+0200 (Central European Summer Time)", "2024-05-13T12:10:00|2"),
        ] {
            check(text, None, expected);
        }
    }

    #[test]
    fn what_is_no_time_is_not_read() {
        for text in [
            "",
            "yesterday",
            "2026",
            "2026-03",
            "2026-02-29",
            "2026-13-01",
            "2026-03-01T25:00",
            "2026-03-01T10:61",
            "2026-03-01T10:15:61",
            "2026-03-01x",
            "2026-03-01 ",
            "2026-03-01T",
            "2026-03-01T10:15 CET",
            "1/2",
            "10:15",
            "May 2026",
            "32 May 2026",
            "13 Mai 2026",
            "0000-00-00",
            "2026-03-01T10:15:00.",
            "2026-03-01T24:00:01",
            "2026-03-01T10:15:00+25:00",
            "99999999",
            "1714557600",
            "3/4/2026/5",
            "1.2.3",
            "\u{202f}",
            "13 13 13",
        ] {
            assert_eq!(read(text.as_bytes(), Some(DateOrder::DayFirst)), None, "{text:?}");
            assert_eq!(read_iso(text.as_bytes()), None, "{text:?}, on the short path");
        }
    }

    #[test]
    fn an_order_is_proved_by_a_part_over_12() {
        assert_eq!(proved_order(b"25/12/2026"), (true, Some(DateOrder::DayFirst)));
        assert_eq!(proved_order(b"12.25.26 10:00"), (true, Some(DateOrder::MonthFirst)));
        assert_eq!(proved_order(b"11/12/2026"), (true, None));
        assert_eq!(proved_order(b"2026-11-12"), (false, None));
    }

    proptest! {
        #[test]
        fn every_date_between_the_years_1_and_9999_is_counted_as_jiff_counts_it(day in -719_162_i32..=2_932_896) {
            let date = jiff::civil::date(1970, 1, 1).saturating_add(jiff::Span::new().days(day));
            let (year, month, number) = (date.year() as u32, date.month() as u32, date.day() as u32);
            prop_assert_eq!(days(year, month, number), Some(i64::from(day)));
            let next = jiff::civil::Date::new(date.year(), date.month(), date.day() + 1);
            prop_assert_eq!(days(year, month, number + 1).is_some(), next.is_ok());
        }

        #[test]
        fn the_short_path_reads_nothing_else_than_the_long_one(text in "[0-2][0-9]{3}-[01][0-9]-[0-3][0-9][T ][0-2][0-9]:[0-6][0-9]:[0-6][0-9]([.][0-9]{3})?Z?") {
            if let Some(fast) = read_iso(text.as_bytes()) {
                prop_assert_eq!(read_year_first(text.as_bytes()), Some(fast));
            }
        }

        #[test]
        fn no_text_makes_the_reader_panic(text in "[0-9A-Za-z:/., +()\\[-]{0,40}") {
            let _ = (read(text.as_bytes(), Some(DateOrder::MonthFirst)), read_iso(text.as_bytes()), proved_order(text.as_bytes()));
        }
    }
}
