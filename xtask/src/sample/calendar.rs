//! The little of a calendar that a generator needs: days, weekdays and ISO 8601 text. Times are UTC milliseconds.

/// One second in milliseconds.
pub(crate) const SECOND: i64 = 1_000;
/// One minute in milliseconds.
pub(crate) const MINUTE: i64 = 60 * SECOND;
/// One hour in milliseconds.
pub(crate) const HOUR: i64 = 60 * MINUTE;
/// One day of 24 hours in milliseconds.
pub(crate) const DAY: i64 = 24 * HOUR;

/// Midnight UTC of a date of the Gregorian calendar (Hinnant's `days_from_civil`).
pub(crate) const fn midnight(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let year_of_era = year.rem_euclid(400);
    let month_from_march = (month + 9) % 12;
    let day_of_year = (153 * month_from_march + 2) / 5 + day - 1;
    let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    (era * 146_097 + day_of_era - 719_468) * DAY
}

/// The weekday of a time, Monday 0 to Sunday 6.
pub(crate) const fn weekday(millis: i64) -> usize {
    (millis.div_euclid(DAY) + 3).rem_euclid(7) as usize
}

/// The hour of the day of a time, 0..24.
pub(crate) const fn hour(millis: i64) -> usize {
    (millis.rem_euclid(DAY) / HOUR) as usize
}

/// Appends `millis` as `2026-01-05T09:30:00.000Z`. The year must lie in 0..=9999.
pub(crate) fn push_iso(out: &mut Vec<u8>, millis: i64) {
    let (year, month, day) = civil(millis.div_euclid(DAY));
    let rest = millis.rem_euclid(DAY);
    push_digits(out, year, 4);
    out.push(b'-');
    push_digits(out, month, 2);
    out.push(b'-');
    push_digits(out, day, 2);
    out.push(b'T');
    push_digits(out, rest / HOUR, 2);
    out.push(b':');
    push_digits(out, rest / MINUTE % 60, 2);
    out.push(b':');
    push_digits(out, rest / SECOND % 60, 2);
    out.push(b'.');
    push_digits(out, rest % SECOND, 3);
    out.push(b'Z');
}

/// Appends `value` in decimal, with leading zeros up to `width` digits; longer values keep all their digits.
pub(crate) fn push_digits(out: &mut Vec<u8>, value: i64, width: usize) {
    let mut digits = [b'0'; 20];
    let mut left = value.unsigned_abs();
    let mut at = digits.len();
    while left > 0 || digits.len() - at < width {
        at -= 1;
        digits[at] = b'0' + (left % 10) as u8;
        left /= 10;
    }
    out.extend_from_slice(&digits[at..]);
}

/// Year, month and day of a day counted from 1970-01-01 (Hinnant's `civil_from_days`).
fn civil(days: i64) -> (i64, i64, i64) {
    let shifted = days + 719_468;
    let era = shifted.div_euclid(146_097);
    let day_of_era = shifted.rem_euclid(146_097);
    let year_of_era = (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month_from_march = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * month_from_march + 2) / 5 + 1;
    let month = (month_from_march + 2) % 12 + 1;
    (era * 400 + year_of_era + i64::from(month <= 2), month, day)
}

#[cfg(test)]
mod tests {
    use super::{DAY, civil, midnight, push_digits, push_iso, weekday};

    fn iso(millis: i64) -> String {
        let mut out = Vec::new();
        push_iso(&mut out, millis);
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn known_instants_print_as_iso() {
        assert_eq!(iso(0), "1970-01-01T00:00:00.000Z");
        assert_eq!(iso(951_782_399_999), "2000-02-28T23:59:59.999Z");
        assert_eq!(iso(1_000_000_000_000), "2001-09-09T01:46:40.000Z");
        assert_eq!(iso(-1), "1969-12-31T23:59:59.999Z");
    }

    #[test]
    fn dates_come_back_from_their_day_numbers() {
        for days in (-200_000..200_000).step_by(37) {
            let (year, month, day) = civil(days);
            assert_eq!(midnight(year, month, day), days * DAY);
        }
    }

    #[test]
    fn weekdays_count_from_monday() {
        assert_eq!(weekday(0), 3, "1970-01-01 was a Thursday");
        assert_eq!(weekday(midnight(2026, 1, 5)), 0);
        assert_eq!(weekday(-1), 2);
    }

    #[test]
    fn digits_are_padded_but_never_cut() {
        let mut out = Vec::new();
        push_digits(&mut out, 7, 3);
        push_digits(&mut out, 0, 1);
        push_digits(&mut out, 12_345, 2);
        assert_eq!(out, b"007012345");
    }
}
