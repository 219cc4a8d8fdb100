//! Round ticks for a number axis, and how an axis writes its numbers.

/// Beyond this an axis writes powers of ten: nobody reads sixteen digits.
const LARGEST_PLAIN: f64 = 1e15;

/// How an axis writes its numbers. Plain data, so that the page can fill it from the reader's language.
#[derive(Clone, Debug, PartialEq)]
pub struct TickFormat {
    /// What stands between the whole part and the fraction: `.` or `,`.
    pub decimal_mark: String,
    /// What stands for thousand, million and billion: `k`, `M`, `B`.
    pub suffixes: [String; 3],
    /// Written before each number, such as a currency sign.
    pub before: String,
    /// Written after each number, such as ` %`.
    pub after: String,
    /// What a value is multiplied by before it is written: 100 for rates shown in percent, else 1.
    pub factor: f64,
    /// The smallest distance between two ticks: 1 for counts, which have no halves; 0 where any number makes sense.
    pub smallest_step: f64,
}

impl Default for TickFormat {
    /// Numbers as they are, with `.`, `k`, `M` and `B`.
    fn default() -> Self {
        Self {
            decimal_mark: ".".to_owned(),
            suffixes: ["k".to_owned(), "M".to_owned(), "B".to_owned()],
            before: String::new(),
            after: String::new(),
            factor: 1.0,
            smallest_step: 0.0,
        }
    }
}

impl TickFormat {
    /// The default for counts: ticks at whole numbers only.
    pub fn counts() -> Self {
        Self { smallest_step: 1.0, ..Self::default() }
    }
}

/// Round ticks and their texts, for an axis from at most `low` to at least `high`.
#[derive(Debug, PartialEq)]
pub(crate) struct Scale {
    /// The first and the last tick: the ends of the axis.
    pub(crate) low: f64,
    pub(crate) high: f64,
    /// Value and text of each tick, ascending.
    pub(crate) ticks: Vec<(f64, String)>,
}

impl Scale {
    /// The roundest scale that covers `low..=high` in about `about` steps (1, 2 or 5 times a power of ten). An axis of
    /// no extent gets one step.
    pub(crate) fn covering(low: f64, high: f64, about: usize, format: &TickFormat) -> Self {
        let step = round_step((high - low) / about.max(1) as f64).max(format.smallest_step);
        let first = (low / step).floor();
        let last = (high / step).ceil().max(first + 1.0);
        let n = (last - first).min(1000.0) as usize;
        let values: Vec<f64> = (0..=n).map(|i| (first + i as f64) * step).collect();
        let largest = values.iter().fold(0.0_f64, |most, v| most.max(v.abs()));
        let ticks = values.iter().map(|&v| (v, written(v, step, largest, format))).collect();
        Self { low: first * step, high: last * step, ticks }
    }

    /// Where `value` lies between the ends of the axis, 0 to 1.
    pub(crate) fn position(&self, value: f64) -> f64 {
        ((value - self.low) / (self.high - self.low)).clamp(0.0, 1.0)
    }
}

/// The one of 1, 2, 5 × 10^n whose ratio to `raw` is closest to 1; 1 where `raw` is no positive number. Powers come by
/// repeated multiplication: a logarithm's last bit could differ between systems, and with it the picture.
fn round_step(raw: f64) -> f64 {
    if !(raw.is_finite() && raw > 0.0) {
        return 1.0;
    }
    let mut power = 1.0;
    while power * 10.0 <= raw {
        power *= 10.0;
    }
    while power > raw && power > 1e-300 {
        power /= 10.0;
    }
    // The borders are the geometric means of neighbors: of 1 and 2, 2 and 5, 5 and 10.
    match raw / power {
        r if r < std::f64::consts::SQRT_2 => power,
        r if r < 3.162_277_660 => 2.0 * power,
        r if r < 7.071_067_812 => 5.0 * power,
        _ => 10.0 * power,
    }
}

fn written(value: f64, step: f64, largest: f64, format: &TickFormat) -> String {
    let (value, step, largest) = (value * format.factor, step * format.factor, largest * format.factor);
    let sign = if value < 0.0 { "\u{2212}" } else { "" };
    let number = if value == 0.0 {
        "0".to_owned()
    } else if largest >= LARGEST_PLAIN {
        scientific(value.abs()).replace('.', &format.decimal_mark)
    } else {
        let (unit, suffix) = unit_of(largest, format);
        let plain = format!("{:.*}", decimals_of(step / unit), value.abs() / unit);
        format!("{}{suffix}", plain.replace('.', &format.decimal_mark))
    };
    format!("{sign}{}{number}{}", format.before, format.after)
}

fn scientific(value: f64) -> String {
    let text = format!("{value:.2e}");
    match text.split_once('e') {
        Some((digits, power)) => format!("{}e{power}", digits.trim_end_matches('0').trim_end_matches('.')),
        None => text,
    }
}

/// One unit for the whole axis, so that its numbers compare: 0, 0.5M, 1.0M rather than 0, 500k, 1M.
fn unit_of(largest: f64, format: &TickFormat) -> (f64, &str) {
    let [thousand, million, billion] = &format.suffixes;
    match largest {
        l if l >= 1e9 => (1e9, billion),
        l if l >= 1e6 => (1e6, million),
        l if l >= 1e4 => (1e3, thousand),
        _ => (1.0, ""),
    }
}

/// How many decimals tell ticks apart that are `step` units apart.
fn decimals_of(step: f64) -> usize {
    let mut decimals = 0;
    let mut scaled = step;
    // A step is 1, 2 or 5 times a power of ten: once it is at least 1, it is whole.
    while scaled < 0.999 && decimals < 12 {
        scaled *= 10.0;
        decimals += 1;
    }
    decimals
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(low: f64, high: f64, about: usize, format: &TickFormat) -> Vec<String> {
        Scale::covering(low, high, about, format).ticks.into_iter().map(|(_, text)| text).collect()
    }

    #[test]
    fn ticks_are_round_and_cover_the_data() {
        assert_eq!(texts(0.0, 873.0, 2, &TickFormat::default()), ["0", "500", "1000"]);
        assert_eq!(texts(0.0, 930.0, 5, &TickFormat::default()), ["0", "200", "400", "600", "800", "1000"]);
        assert_eq!(
            texts(-0.3, 0.7, 5, &TickFormat::default()),
            ["\u{2212}0.4", "\u{2212}0.2", "0", "0.2", "0.4", "0.6", "0.8"]
        );
    }

    #[test]
    fn large_numbers_share_one_unit() {
        assert_eq!(texts(0.0, 19_000.0, 4, &TickFormat::default()), ["0", "5k", "10k", "15k", "20k"]);
        assert_eq!(texts(0.0, 1_000_000.0, 2, &TickFormat::default()), ["0", "0.5M", "1.0M"]);
        assert_eq!(texts(0.0, 2e300, 2, &TickFormat::default()), ["0", "1e300", "2e300"]);
    }

    #[test]
    fn counts_have_no_halves() {
        assert_eq!(texts(0.0, 1.0, 5, &TickFormat::counts()), ["0", "1"]);
        assert_eq!(texts(0.0, 0.0, 5, &TickFormat::counts()), ["0", "1"]);
    }

    #[test]
    fn rates_are_written_in_percent_and_in_the_reader_s_language() {
        let format = TickFormat {
            decimal_mark: ",".to_owned(),
            after: " %".to_owned(),
            factor: 100.0,
            ..TickFormat::default()
        };
        assert_eq!(texts(0.0, 0.011, 3, &format), ["0 %", "0,5 %", "1,0 %", "1,5 %"]);
    }

    #[test]
    fn an_axis_of_no_extent_still_has_two_ends() {
        let scale = Scale::covering(5.0, 5.0, 4, &TickFormat::default());
        assert!(scale.low < scale.high);
        assert!(scale.position(5.0).is_finite());
    }

    #[test]
    fn a_step_is_close_to_what_was_asked() {
        for raw in [1e-9, 0.3, 1.0, 1.01, 4.9, 5.1, 9.9, 10.0, 123_456.0, 1e200] {
            let step = round_step(raw);
            assert!(step >= raw * 0.63 && step <= raw * 1.59, "{raw} gave {step}");
        }
    }
}
