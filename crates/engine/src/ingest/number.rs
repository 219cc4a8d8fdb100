//! Numbers as they are written, and what stands for a missing one.

use super::mapping::DecimalMark;

/// What a text is as a number.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Reading {
    /// A number that survives the way through f64 and back.
    Number(f64),
    /// Digits that would not come back as the same value, such as ids of 17 digits; or not as they were written, where
    /// that tells a code from a number: `007`, `+49`.
    WouldChange,
    /// Nothing of the kind.
    NoNumber,
}

/// Whether a text stands for "no value" in a column of numbers or times.
pub(crate) fn is_missing(text: &[u8]) -> bool {
    matches!(text, b"" | b"null" | b"NULL" | b"NaN" | b"\\N" | b"N/A" | b"NA" | b"n/a" | b"-")
}

/// Reads a number: digits, perhaps a sign before, a mark and more digits after, and an exponent (`-3`, `29.90`, `.5`,
/// `1e-05`). Spaces around it do not count. Zeros at the end of a fraction are allowed to vanish.
///
/// A whole number is safe up to 2⁵³. A longer fraction is if it is the shortest text, but for zeros, that leads to its
/// f64, as other programs print theirs.
#[inline]
pub(crate) fn read(text: &[u8], mark: DecimalMark) -> Reading {
    let text = text.trim_ascii();
    let Some(parts) = Parts::of(text, mark) else { return Reading::NoNumber };
    if parts.is_code {
        return Reading::WouldChange;
    }
    if parts.mantissa <= MAX_SAFE && parts.n_digits <= 15 && (-22..=0).contains(&parts.exponent) {
        // Both are exact, so that the division rounds only once (Clinger 1990); 15 digits always come back.
        return Reading::Number(parts.signed(parts.mantissa as f64 / POWERS[-parts.exponent as usize]));
    }
    let is_whole = parts.exponent == 0 && !parts.has_exponent;
    match parse(text, mark) {
        Some(value) if is_whole && value.abs() <= MAX_SAFE as f64 && parts.mantissa <= MAX_SAFE => {
            Reading::Number(value)
        }
        Some(value) if !is_whole && comes_back(text, mark, value) => Reading::Number(value + 0.0),
        _ => Reading::WouldChange,
    }
}

/// The nearest number, for columns that a person calls numbers: `007` is 7 there.
pub(crate) fn read_leniently(text: &[u8], mark: DecimalMark) -> Option<f64> {
    match read(text, mark) {
        Reading::Number(value) => Some(value),
        Reading::WouldChange => parse(text.trim_ascii(), mark),
        Reading::NoNumber => None,
    }
}

/// The greatest whole number up to which f64 holds all of them.
const MAX_SAFE: u64 = 1 << 53;

/// The powers of ten that f64 holds exactly.
const POWERS: [f64; 23] = [
    1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18,
    1e19, 1e20, 1e21, 1e22,
];

/// A number's digits: `mantissa` × 10^`exponent`, unless there are more than 19.
struct Parts {
    is_negative: bool,
    mantissa: u64,
    /// Digits from the first one that is not zero.
    n_digits: usize,
    exponent: i32,
    has_exponent: bool,
    /// A sign or zeros that numbers are not written with.
    is_code: bool,
}

impl Parts {
    #[inline]
    fn of(text: &[u8], mark: DecimalMark) -> Option<Self> {
        let (is_negative, has_plus, digits) = match text {
            [b'-', rest @ ..] => (true, false, rest),
            [b'+', rest @ ..] => (false, true, rest),
            _ => (false, false, text),
        };
        let mut parts = Self {
            is_negative,
            mantissa: 0,
            n_digits: 0,
            exponent: 0,
            has_exponent: false,
            is_code: has_plus,
        };
        let n_whole = parts.take_digits(digits);
        let mut rest = &digits[n_whole..];
        parts.is_code |= n_whole > 1 && digits[0] == b'0';
        let mut n_fraction = 0;
        if rest.first() == Some(&mark.byte()) {
            n_fraction = parts.take_digits(&rest[1..]);
            if n_fraction == 0 {
                return None;
            }
            rest = &rest[1 + n_fraction..];
            parts.exponent = -i32::try_from(n_fraction).ok()?;
        }
        if n_whole + n_fraction == 0 {
            return None;
        }
        if let [b'e' | b'E', exponent @ ..] = rest {
            let exponent = exponent.strip_prefix(b"+").unwrap_or(exponent);
            if exponent.len() > 5 {
                return None;
            }
            let exponent: i32 = std::str::from_utf8(exponent).ok()?.parse().ok()?;
            (parts.exponent, parts.has_exponent, rest) = (parts.exponent.checked_add(exponent)?, true, &[]);
        }
        rest.is_empty().then_some(parts)
    }

    /// Adds the digits at the start of `text`, and returns how many there are. The mantissa is of no use after 19.
    #[inline]
    fn take_digits(&mut self, text: &[u8]) -> usize {
        for (at, byte) in text.iter().enumerate() {
            let digit = byte.wrapping_sub(b'0');
            if digit > 9 {
                return at;
            }
            self.mantissa = self.mantissa.wrapping_mul(10).wrapping_add(u64::from(digit));
            self.n_digits += usize::from(self.n_digits > 0 || digit > 0);
        }
        text.len()
    }

    /// With its sign; a negative zero is zero.
    #[inline]
    fn signed(&self, value: f64) -> f64 {
        if self.is_negative { 0.0 - value } else { value }
    }
}

impl DecimalMark {
    #[inline]
    fn byte(self) -> u8 {
        match self {
            Self::Point => b'.',
            Self::Comma => b',',
        }
    }
}

fn parse(text: &[u8], mark: DecimalMark) -> Option<f64> {
    let text = std::str::from_utf8(text).ok()?;
    let value: f64 = match mark {
        DecimalMark::Point => text.parse().ok()?,
        DecimalMark::Comma => text.replace(',', ".").parse().ok()?,
    };
    value.is_finite().then_some(value)
}

/// Whether `value`, written with as few digits as lead back to it, is the number in `text`.
fn comes_back(text: &[u8], mark: DecimalMark, value: f64) -> bool {
    let shortest = format!("{value:e}");
    significant(text, mark) == significant(shortest.as_bytes(), DecimalMark::Point)
}

/// A number's digits without zeros at either end, and the power of ten of the first one.
fn significant(text: &[u8], mark: DecimalMark) -> Option<(Vec<u8>, i32)> {
    let (number, exponent) = match text.iter().position(|byte| matches!(byte, b'e' | b'E')) {
        Some(at) => (&text[..at], std::str::from_utf8(&text[at + 1..]).ok()?.parse().ok()?),
        None => (text, 0),
    };
    let number = number.strip_prefix(b"-").unwrap_or(number);
    let n_whole = number.iter().position(|&byte| byte == mark.byte()).unwrap_or(number.len());
    let mut digits: Vec<u8> = number.iter().copied().filter(u8::is_ascii_digit).collect();
    let Some(first) = digits.iter().position(|&digit| digit != b'0') else { return Some((Vec::new(), 0)) };
    digits.drain(..first);
    while digits.last() == Some(&b'0') {
        digits.pop();
    }
    Some((digits, exponent + n_whole as i32 - first as i32))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn number(text: &str) -> Reading {
        read(text.as_bytes(), DecimalMark::Point)
    }

    #[test]
    fn numbers_are_read_as_they_are_commonly_written() {
        for (text, value) in [
            ("29.90", 29.9),
            ("-3", -3.0),
            ("0", 0.0),
            ("-0.5", -0.5),
            (".5", 0.5),
            ("1e3", 1000.0),
            (" 7 ", 7.0),
            ("1E-05", 0.00001),
            ("1.5e+2", 150.0),
            ("9007199254740992", 9_007_199_254_740_992.0),
            ("0.30000000000000004", 0.300_000_000_000_000_04),
            ("100000000000000000000e-20", 1.0),
            ("0.1000000000000000000000000", 0.1),
            ("123456789012345.6", 123_456_789_012_345.6),
        ] {
            assert_eq!(number(text), Reading::Number(value), "{text}");
        }
        assert_eq!(read(b"-29,90", DecimalMark::Comma), Reading::Number(-29.9));
        assert!(matches!(number("-0"), Reading::Number(zero) if zero.is_sign_positive()));
    }

    #[test]
    fn digits_that_would_not_come_back_are_told_from_what_is_no_number() {
        for text in [
            "007",
            "00",
            "01.5",
            "+5",
            "+4930123456",
            "12345678901234567",
            "12345678901234568",
            "9007199254740993",
            "-9007199254740993",
            "99999999999999999999",
            "0.1234567890123456789",
            "1e999",
        ] {
            assert_eq!(number(text), Reading::WouldChange, "{text}");
        }
        for text in [
            "", "-", ".", "5.", "1,5", "1 000", "12%", "$5", "0x10", "1e", "e5", "inf", "NaN", "1.2.3", "--1",
        ] {
            assert_eq!(number(text), Reading::NoNumber, "{text}");
        }
        assert_eq!(read_leniently(b"007", DecimalMark::Point), Some(7.0));
        assert_eq!(read_leniently(b"+1,5", DecimalMark::Comma), Some(1.5));
        assert_eq!(read_leniently(b"1e999", DecimalMark::Point), None);
    }

    proptest! {
        #[test]
        fn whatever_a_program_prints_for_an_f64_is_a_number_and_the_same_one(value in any::<f64>()) {
            prop_assume!(value.is_finite());
            for text in [format!("{value}"), format!("{value:e}"), format!("{value:E}")] {
                match number(&text) {
                    Reading::Number(found) => prop_assert_eq!(found, value, "{}", text),
                    Reading::WouldChange => prop_assert!(value.fract() == 0.0 && value.abs() > 2_f64.powi(53)),
                    Reading::NoNumber => prop_assert!(false, "{}", text),
                }
            }
        }

        #[test]
        fn a_number_is_the_one_that_the_standard_library_reads(text in "-?[0-9]{0,20}[.]?[0-9]{1,20}(e-?[0-9]{1,3})?") {
            if let Reading::Number(found) = number(&text) {
                prop_assert_eq!(found, text.parse::<f64>().unwrap());
            }
        }
    }
}
