//! Numbers in text, read as the standard library's `str::parse::<f64>` reads them: to the nearest double, ties to even.
//! Theirs brings 10 kB of powers of five, which do not compress; this one divides large integers, bit by bit.

use std::cmp::Ordering;

/// No double hangs on more digits than this, if what follows is not forgotten (it takes 767).
const MOST_DIGITS: usize = 800;
/// Beyond these powers of ten, there is nothing but infinity and zero.
const POWERS: std::ops::Range<i64> = -330..312;

/// The number that the whole of `text` writes; `None` where it writes none. Also "inf", "infinity" and "nan" in any case.
pub(crate) fn parse(text: &str) -> Option<f64> {
    let (is_negative, text) = match text.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, text.strip_prefix('+').unwrap_or(text)),
    };
    let is_word = |word: &str| text.eq_ignore_ascii_case(word);
    let size = match () {
        () if is_word("inf") || is_word("infinity") => f64::INFINITY,
        () if is_word("nan") => f64::NAN,
        () => size(text)?,
    };
    Some(if is_negative { -size } else { size })
}

/// A number without a sign: digits, with or without a point among them, with or without a power of ten.
fn size(text: &str) -> Option<f64> {
    let (digits, power) = match text.split_once(['e', 'E']) {
        Some((digits, power)) => (digits, read_power(power)?),
        None => (text, 0),
    };
    let (whole, part) = digits.split_once('.').unwrap_or((digits, ""));
    let is_number = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    if digits.len() == digits.matches('.').count() || !is_number(whole) || !is_number(part) {
        return None;
    }
    let all = [whole, part].concat();
    let all = all.trim_start_matches('0');
    // What is cut off only says that the number is not exactly what stands before it.
    let (kept, cut) = all.split_at_checked(MOST_DIGITS).unwrap_or((all, ""));
    let mut digits: Vec<u32> = kept.bytes().map(|byte| u32::from(byte - b'0')).collect();
    let mut power = power.saturating_add(cut.len() as i64 - part.len() as i64);
    if cut.bytes().any(|byte| byte != b'0') {
        digits.push(1);
        power = power.saturating_sub(1);
    }
    let magnitude = power.saturating_add(digits.len() as i64);
    Some(match () {
        () if digits.is_empty() || magnitude < POWERS.start => 0.0,
        () if magnitude > POWERS.end => f64::INFINITY,
        () => nearest(&digits, power),
    })
}

fn read_power(text: &str) -> Option<i64> {
    let digits = text.strip_prefix(['+', '-']).unwrap_or(text);
    if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let step = |power: i64, byte: u8| power.saturating_mul(10).saturating_add(i64::from(byte - b'0'));
    let power = digits.bytes().fold(0, step);
    Some(if text.starts_with('-') { -power } else { power })
}

/// The double nearest to digits × 10^power.
fn nearest(digits: &[u32], power: i64) -> f64 {
    let (mut above, mut below) = (Large(Vec::new()), Large(vec![1]));
    digits.iter().for_each(|digit| above.grow(10, *digit));
    (0..power).for_each(|_| above.grow(10, 0));
    (power..0).for_each(|_| below.grow(10, 0));
    // Scaled so that the quotient has 65 or 66 bits.
    let scale = 65 - (above.bits() - below.bits());
    (0..scale).for_each(|_| above.grow(2, 0));
    (scale..0).for_each(|_| below.grow(2, 0));
    (0..66).for_each(|_| below.grow(2, 0));
    let mut quotient = 0_u128;
    for _ in 0..67 {
        quotient <<= 1;
        if above.cmp(&below).is_ge() {
            above.subtract(&below);
            quotient |= 1;
        }
        below.halve();
    }
    if !above.0.is_empty() {
        quotient |= 1;
    }
    // Doubles have 53 bits, and fewer below 2^-1022.
    let bits = i64::from(128 - quotient.leading_zeros());
    let cut = (bits - 53).max(scale - 1074);
    if cut > bits {
        return 0.0;
    }
    let (kept, rest, half) = (quotient >> cut, quotient & ((1 << cut) - 1), 1 << (cut - 1));
    let kept = kept + u128::from(rest > half || (rest == half && kept & 1 == 1));
    let power = cut - scale;
    kept as f64 * power_of_two(power / 2) * power_of_two(power - power / 2)
}

/// 2^power, for powers between -1022 and 1023.
fn power_of_two(power: i64) -> f64 {
    f64::from_bits(((power + 1023) as u64) << 52)
}

/// A whole number of any size: digits to the base of 2^32, the lowest first, without leading zeros.
struct Large(Vec<u32>);

impl Large {
    fn bits(&self) -> i64 {
        self.0.last().map_or(0, |last| 32 * self.0.len() as i64 - i64::from(last.leading_zeros()))
    }

    /// self × factor + more.
    fn grow(&mut self, factor: u32, more: u32) {
        let mut carry = u64::from(more);
        for digit in &mut self.0 {
            carry += u64::from(*digit) * u64::from(factor);
            *digit = carry as u32;
            carry >>= 32;
        }
        if carry > 0 {
            self.0.push(carry as u32);
        }
    }

    /// self / 2, rounded down.
    fn halve(&mut self) {
        let mut carry = 0;
        for digit in self.0.iter_mut().rev() {
            (*digit, carry) = (*digit >> 1 | carry << 31, *digit & 1);
        }
        self.trim();
    }

    fn cmp(&self, other: &Large) -> Ordering {
        self.0.len().cmp(&other.0.len()).then_with(|| self.0.iter().rev().cmp(other.0.iter().rev()))
    }

    /// self - other, which is not greater.
    fn subtract(&mut self, other: &Large) {
        let mut borrow = 0;
        for (index, digit) in self.0.iter_mut().enumerate() {
            let less = u64::from(other.0.get(index).copied().unwrap_or_default()) + borrow;
            borrow = u64::from(u64::from(*digit) < less);
            *digit = (u64::from(*digit) + (borrow << 32) - less) as u32;
        }
        self.trim();
    }

    fn trim(&mut self) {
        while self.0.last() == Some(&0) {
            self.0.pop();
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::{any, prop_assert_eq, proptest};

    use super::parse;

    /// What the standard library reads, with one kind of NaN.
    fn theirs(text: &str) -> Option<u64> {
        text.parse::<f64>().ok().map(bits)
    }

    fn ours(text: &str) -> Option<u64> {
        parse(text).map(bits)
    }

    fn bits(number: f64) -> u64 {
        if number.is_nan() { f64::NAN.to_bits() } else { number.to_bits() }
    }

    #[test]
    fn hard_numbers_are_read_as_the_standard_library_reads_them() {
        let long = ["9007199254740993", &"0".repeat(900), "1e-900"].concat();
        let tie = ["1.00000000000000011102230246251565404236316680908203125", &"0".repeat(900), "1"].concat();
        for text in [
            "0",
            "-0",
            "1",
            "+7.50",
            "5.",
            ".5",
            "0.1",
            "1e23",
            "8.5e22",
            "9007199254740993",
            "2e-324",
            "3e-324",
            "2.4703282292062327208e-324",
            "2.2250738585072011e-308",
            "2.2250738585072014e-308",
            "1.7976931348623157e308",
            "1.7976931348623159e308",
            "1e309",
            "-1e999999999999999999999",
            "1e-400",
            "0e999999999999999999999",
            "1.00000000000000011102230246251565404236316680908203125",
            "inf",
            "-Infinity",
            "NaN",
            &long,
            &tie,
        ] {
            assert_eq!(ours(text), theirs(text), "{text}");
        }
    }

    #[test]
    fn what_is_no_number_is_refused() {
        for text in
            ["", ".", "-", "+-1", "1.2.3", "e5", ".e5", "1e", "1e+", "1 ", "0x10", "1_000", "١", "infin"]
        {
            assert_eq!((ours(text), theirs(text)), (None, None), "{text}");
        }
    }

    proptest! {
        #[test]
        fn every_double_is_read_back(bits in any::<u64>()) {
            let number = f64::from_bits(bits);
            for text in [number.to_string(), format!("{number:e}"), format!("{number:.3e}")] {
                prop_assert_eq!(ours(&text), theirs(&text), "{}", text);
            }
        }

        #[test]
        fn any_text_of_digits_is_read_alike(text in "[-+]?[0-9]{0,30}\\.?[0-9]{0,30}([eE][-+]?[0-9]{0,3})?") {
            prop_assert_eq!(ours(&text), theirs(&text), "{}", text);
        }
    }
}
