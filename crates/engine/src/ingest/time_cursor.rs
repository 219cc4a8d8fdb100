//! Reads the parts of written times: numbers, years, times of day, zones.

use super::mapping::DateOrder;
use super::time_format::Moment;
use super::time_text::days;

/// Milliseconds in a second.
pub(crate) const SECOND: i64 = 1_000;
const MINUTE: i64 = 60 * SECOND;
const HOUR: i64 = 60 * MINUTE;
/// Milliseconds in a day of 24 hours.
pub(crate) const DAY: i64 = 24 * HOUR;

/// What is left of a text to read.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Cursor<'t> {
    rest: &'t [u8],
}

impl<'t> Cursor<'t> {
    /// All of a text, which must not be padded.
    pub(crate) fn new(text: &'t [u8]) -> Self {
        Self { rest: text }
    }

    /// Whether all is read.
    pub(crate) fn is_empty(&self) -> bool {
        self.rest.is_empty()
    }

    /// Whether a digit comes next.
    pub(crate) fn is_at_digit(&self) -> bool {
        self.rest.first().is_some_and(u8::is_ascii_digit)
    }

    /// Whether a time of day such as `10:15` comes next.
    pub(crate) fn is_at_clock(&self) -> bool {
        self.is_at_digit() && self.rest.get(2) == Some(&b':')
    }

    /// Takes this byte, if it comes next.
    pub(crate) fn take(&mut self, byte: u8) -> Option<()> {
        let (first, rest) = self.rest.split_first()?;
        (*first == byte).then(|| self.rest = rest)
    }

    /// Takes the next byte, if it is one of these.
    pub(crate) fn take_one(&mut self, of: &[u8]) -> Option<u8> {
        let (first, rest) = self.rest.split_first()?;
        of.contains(first).then(|| self.rest = rest)?;
        Some(*first)
    }

    /// Takes all bytes that are of these.
    pub(crate) fn skip_any(&mut self, of: &[u8]) {
        while self.take_one(of).is_some() {}
    }

    /// A number of `least` to `most` digits: exactly so many if both are equal, else all that are there.
    pub(crate) fn number(&mut self, least: usize, most: usize) -> Option<u32> {
        let run = self.rest.iter().take(most).take_while(|byte| byte.is_ascii_digit()).count();
        let (digits, rest) = self.rest.split_at(run);
        self.rest = rest;
        let is_whole = least == most || !self.is_at_digit();
        (run >= least && is_whole)
            .then(|| digits.iter().fold(0, |sum, digit| sum * 10 + u32::from(digit - b'0')))
    }

    /// A word of letters.
    pub(crate) fn word(&mut self) -> Option<&'t [u8]> {
        let run = self.rest.iter().take_while(|byte| byte.is_ascii_alphabetic()).count();
        let (word, rest) = self.rest.split_at(run);
        self.rest = rest;
        (run > 0).then_some(word)
    }

    /// A year of four digits, or of two: 69 to 99 are 1969 to 1999, 00 to 68 are 2000 to 2068, as in POSIX.
    pub(crate) fn year(&mut self) -> Option<u32> {
        let before = self.rest.len();
        let number = self.number(2, 4)?;
        match before - self.rest.len() {
            2 => Some(if number >= 69 { 1900 + number } else { 2000 + number }),
            4 => Some(number),
            _ => None,
        }
    }

    /// Days since 1970 of `25.3.2026`, `03/25/26`, `3-25-2026`.
    pub(crate) fn day_and_month(&mut self, order: DateOrder) -> Option<i64> {
        let first = self.number(1, 2)?;
        let separator = self.take_one(b"./-")?;
        let second = self.number(1, 2)?;
        self.take(separator)?;
        let year = self.year()?;
        match order {
            DateOrder::DayFirst => days(year, second, first),
            DateOrder::MonthFirst => days(year, first, second),
        }
    }

    /// The `st` of `1st`.
    pub(crate) fn skip_ordinal(&mut self) {
        if let [a, b, rest @ ..] = self.rest
            && [b"st", b"nd", b"rd", b"th"].contains(&&[a.to_ascii_lowercase(), b.to_ascii_lowercase()])
        {
            self.rest = rest;
        }
    }

    /// The rest after a date: nothing, or a time of day and perhaps a zone.
    pub(crate) fn finish(mut self, date: i64) -> Option<Moment> {
        if self.rest.is_empty() {
            return Some(Moment::Local(date * DAY));
        }
        if self.take_one(b"Tt").is_none() {
            self.take_one(b" ,")?;
            self.skip_any(b" ");
            if let Some(rest) = self.rest.strip_prefix(b"at ") {
                self.rest = rest;
            }
        }
        let time = self.time_of_day()?;
        let zone = self.zone()?;
        self.is_empty().then(|| moment(date * DAY + time, zone))
    }

    /// The rest after a date of digits only: `1015` or `101500`.
    pub(crate) fn finish_compact(mut self, date: i64) -> Option<Moment> {
        let time = self.compact_time()?;
        self.rest.is_empty().then_some(Moment::Local(date * DAY + time))
    }

    fn compact_time(&mut self) -> Option<i64> {
        let (hour, minute) = (self.number(2, 2)?, self.number(2, 2)?);
        let second = if self.is_at_digit() { self.number(2, 2)? } else { 0 };
        time_millis(hour, minute, second, self.fraction()?)
    }

    /// `10`, `10:15`, `10:15:00`, `10:15:00.250`, `101500`, each with or without AM or PM.
    pub(crate) fn time_of_day(&mut self) -> Option<i64> {
        if self.rest.get(..4).is_some_and(|start| start.iter().all(u8::is_ascii_digit)) {
            return self.compact_time();
        }
        let hour = self.number(1, 2)?;
        let (mut minute, mut second, mut fraction) = (0, 0, 0);
        if self.take(b':').is_some() {
            minute = self.number(2, 2)?;
            if self.take(b':').is_some() {
                second = self.number(2, 2)?;
                fraction = self.fraction()?;
            }
        }
        time_millis(self.half_of_day(hour)?, minute, second, fraction)
    }

    /// The milliseconds of `.25` or `,250000`; 0 if there is no fraction.
    fn fraction(&mut self) -> Option<i64> {
        if self.take_one(b".,").is_none() {
            return Some(0);
        }
        let run = self.rest.iter().take_while(|byte| byte.is_ascii_digit()).count();
        let (digits, rest) = self.rest.split_at(run);
        self.rest = rest;
        let digit = |at: usize| digits.get(at).map_or(0, |digit| i64::from(digit - b'0'));
        (1..=18).contains(&run).then(|| digit(0) * 100 + digit(1) * 10 + digit(2))
    }

    /// The hour of 24 after a look at AM or PM.
    fn half_of_day(&mut self, hour: u32) -> Option<u32> {
        let mut ahead = *self;
        ahead.skip_any(b" ");
        // Some systems put a narrow no-break space (U+202F) before AM.
        if let Some(rest) = ahead.rest.strip_prefix("\u{202f}".as_bytes()) {
            ahead.rest = rest;
        }
        let half = ahead.take_one(b"AaPp");
        let is_dotted = ahead.take(b'.').is_some();
        if half.is_none() || ahead.take_one(b"Mm").is_none() {
            return Some(hour);
        }
        if is_dotted {
            ahead.take(b'.')?;
        }
        *self = ahead;
        let is_after_noon = matches!(half, Some(b'P' | b'p'));
        (1..=12).contains(&hour).then_some(hour % 12 + if is_after_noon { 12 } else { 0 })
    }

    /// The offset of `Z`, `+01:00`, `-0800`, `+05`, ` UTC`, `GMT+0100 (CET)`, `+01:00[Europe/Berlin]` in milliseconds;
    /// an inner none if there is no zone.
    #[expect(clippy::option_option, reason = "outer: readable, inner: there")]
    pub(crate) fn zone(&mut self) -> Option<Option<i64>> {
        self.skip_any(b" ");
        let mut offset = match self.word() {
            Some(word) => Some(named_offset(word)?),
            None => None,
        };
        if let Some(sign) = self.take_one(b"+-") {
            let hours = self.number(2, 2)?;
            let minutes = match self.take(b':') {
                Some(()) => self.number(2, 2)?,
                None if self.is_at_digit() => self.number(2, 2)?,
                None => 0,
            };
            if hours > 23 || minutes > 59 {
                return None;
            }
            let length = i64::from(hours) * HOUR + i64::from(minutes) * MINUTE;
            offset = Some(if sign == b'-' { -length } else { length });
        }
        let is_comment = |open: u8, close: u8| {
            let text = self.rest.trim_ascii_start();
            text.first() == Some(&open) && text.last() == Some(&close)
        };
        if offset.is_some() && (is_comment(b'(', b')') || is_comment(b'[', b']')) {
            self.rest = &[];
        }
        Some(offset)
    }
}

/// Milliseconds since midnight. The second 60 of a leap second counts as 59, and 24:00 is the day's end.
fn time_millis(hour: u32, minute: u32, second: u32, fraction: i64) -> Option<i64> {
    let is_end = hour == 24 && minute == 0 && second == 0 && fraction == 0;
    if (hour > 23 && !is_end) || minute > 59 || second > 60 {
        return None;
    }
    let seconds = i64::from(hour) * 3600 + i64::from(minute) * 60 + i64::from(second.min(59));
    Some(seconds * SECOND + fraction)
}

/// A time at an offset from UTC, or local if there is none.
pub(crate) fn moment(millis: i64, offset: Option<i64>) -> Moment {
    offset.map_or(Moment::Local(millis), |offset| Moment::Instant(millis - offset))
}

/// The offset of a zone's name, in milliseconds: UTC's names and those that RFC 2822 (4.3) defines.
fn named_offset(word: &[u8]) -> Option<i64> {
    const NAMES: [(&str, i64); 12] = [
        ("Z", 0),
        ("UTC", 0),
        ("GMT", 0),
        ("UT", 0),
        ("EST", -5),
        ("EDT", -4),
        ("CST", -6),
        ("CDT", -5),
        ("MST", -7),
        ("MDT", -6),
        ("PST", -8),
        ("PDT", -7),
    ];
    let found = NAMES.iter().find(|(name, _)| name.as_bytes().eq_ignore_ascii_case(word));
    found.map(|&(_, hours)| hours * HOUR)
}
