//! Numbers, dates and durations as the reader's language writes them, through the browser's `Intl`.
//!
//! Formatters are made once and kept. They are constructed by reflection because a constructor throws on a time zone
//! or language that this browser does not know, and an exception must not end the page.

use std::cell::RefCell;
use std::collections::BTreeMap;

use js_sys::{Array, Date, Function, Object, Reflect};
use wasm_bindgen::JsValue;

use super::language::primary;
use super::{plural_number, text_with};

/// Shown where there is no number.
const NOTHING: &str = "–";

const SECOND: f64 = 1e3;
const MINUTE: f64 = 60.0 * SECOND;
const HOUR: f64 = 60.0 * MINUTE;
const DAY: f64 = 24.0 * HOUR;

/// The value of an `Intl` option. Plain data, because options are the key of the kept formatters.
#[derive(Clone, Copy, Debug)]
enum Setting<'a> {
    Word(&'a str),
    Digits(u8),
}

use Setting::{Digits, Word};

thread_local! {
    static LOCALE: RefCell<String> = RefCell::new("en".to_owned());
    static FORMATTERS: RefCell<BTreeMap<String, Option<Function>>> = RefCell::default();
}

/// A whole number with group separators: `1,234`.
pub(crate) fn count(n: u64) -> String {
    number(n as f64, 0)
}

/// A number with exactly `digits` decimals; `–` if it is not finite.
pub(crate) fn number(value: f64, digits: u8) -> String {
    let digits = Digits(digits);
    format("NumberFormat", &[("minimumFractionDigits", digits), ("maximumFractionDigits", digits)], value)
}

/// A rate of 0..1 as a percentage with `digits` decimals: `31%`.
pub(crate) fn percent(rate: f64, digits: u8) -> String {
    let digits = Digits(digits);
    let options =
        [("style", Word("percent")), ("minimumFractionDigits", digits), ("maximumFractionDigits", digits)];
    format("NumberFormat", &options, rate)
}

/// A number cut to what a glance needs: `8.2K`, `1.4M`.
pub(crate) fn compact(value: f64) -> String {
    let options = [("notation", Word("compact")), ("maximumSignificantDigits", Digits(3))];
    format("NumberFormat", &options, value)
}

/// An amount of data in decimal units: `70.4 MB`.
pub(crate) fn bytes(n: u64) -> String {
    const UNITS: [&str; 5] = ["byte", "kilobyte", "megabyte", "gigabyte", "terabyte"];
    let mut value = n as f64;
    let mut unit = 0;
    while value >= 999.5 && unit + 1 < UNITS.len() {
        value /= 1000.0;
        unit += 1;
    }
    let options = [
        ("style", Word("unit")),
        ("unit", Word(UNITS[unit])),
        // In short, English would say "18 byte".
        ("unitDisplay", Word(if unit == 0 { "long" } else { "short" })),
        ("maximumSignificantDigits", Digits(3)),
    ];
    format("NumberFormat", &options, value)
}

/// A span of time in one or two units: `340 ms`, `4.2 s`, `2 min 30 s`, `2 h 14 min`, `3.2 days`; `–` if not finite.
pub(crate) fn duration(millis: f64) -> String {
    if !millis.is_finite() {
        return NOTHING.to_owned();
    }
    if millis < 0.0 {
        return format!("−{}", duration(-millis));
    }
    let seconds = (millis / SECOND).round() * SECOND;
    let minutes = (millis / MINUTE).round() * MINUTE;
    match millis {
        m if m.round() < SECOND => text_with("duration.ms", &[("n", number(m, 0))]),
        m if (m / 100.0).round() < 100.0 => {
            text_with("duration.s", &[("n", number(m / SECOND, tenths_digits(m / SECOND)))])
        }
        _ if seconds < MINUTE => text_with("duration.s", &[("n", number(seconds / SECOND, 0))]),
        _ if seconds < HOUR => pair(("duration.min", seconds, MINUTE), ("duration.s", SECOND)),
        _ if minutes < DAY => pair(("duration.h", minutes, HOUR), ("duration.min", MINUTE)),
        m if m < 99.95 * DAY => plural_number("duration.days", m / DAY, tenths_digits(m / DAY)),
        m => plural_number("duration.days", m / DAY, 0),
    }
}

/// A day in `zone` (an IANA name; one that the browser does not know counts as UTC): `Mar 4, 2026`.
pub(crate) fn date(millis: f64, zone: &str) -> String {
    format_date(&[("dateStyle", Word("medium"))], millis, zone)
}

/// An instant in `zone`, to the second: `Mar 4, 2026, 10:00:00 AM`.
pub(crate) fn instant(millis: f64, zone: &str) -> String {
    format_date(&[("dateStyle", Word("medium")), ("timeStyle", Word("medium"))], millis, zone)
}

/// The plural category of `n`, such as `one` or `other`.
pub(super) fn plural_category(n: f64) -> String {
    let select = formatter("PluralRules", "select", &[]);
    select.and_then(|select| call(&select, &n.into())).unwrap_or_else(|| "other".to_owned())
}

/// What stands before the decimals, `.` or `,`.
pub(crate) fn decimal_mark() -> String {
    number(0.5, 1).trim_matches(|c: char| c.is_ascii_digit()).to_owned()
}

/// A language's own name for itself: `Deutsch`.
pub(crate) fn language_name(tag: &str) -> String {
    let names = construct(tag, "DisplayNames", "of", &[("type", Word("language"))]).ok();
    names.and_then(|of| call(&of, &tag.into())).unwrap_or_else(|| tag.to_owned())
}

/// Formats from now on as `language` does, in the reader's own region of it: a British reader of the English texts
/// expects British dates. Digits are those that fields take and files hold, 0 to 9, in every language, unless the
/// reader's own tag asks for others.
pub(super) fn set_language(language: &str) {
    let regional = browser_languages().into_iter().find(|tag| primary(tag) == language);
    let tag = regional.unwrap_or_else(|| language.to_owned());
    LOCALE.set(if tag.contains("-u-") { tag } else { format!("{tag}-u-nu-latn") });
    FORMATTERS.with_borrow_mut(BTreeMap::clear);
}

/// The languages that the reader told the browser, best first.
pub(super) fn browser_languages() -> Vec<String> {
    let languages = web_sys::window().map(|window| window.navigator().languages());
    languages.iter().flat_map(Array::iter).filter_map(|tag| tag.as_string()).collect()
}

fn pair(large: (&str, f64, f64), small: (&str, f64)) -> String {
    let (large_key, millis, large_unit) = large;
    let (small_key, small_unit) = small;
    let whole = (millis / large_unit).floor();
    let rest = ((millis - whole * large_unit) / small_unit).round();
    let first = text_with(large_key, &[("n", number(whole, 0))]);
    if rest == 0.0 {
        return first;
    }
    text_with(
        "duration.pair",
        &[("large", first), ("small", text_with(small_key, &[("n", number(rest, 0))]))],
    )
}

/// One digit, or none where it would be a zero.
fn tenths_digits(value: f64) -> u8 {
    u8::from((value * 10.0).round() % 10.0 != 0.0)
}

fn format(class: &str, options: &[(&str, Setting)], value: f64) -> String {
    if !value.is_finite() {
        return NOTHING.to_owned();
    }
    let formatted = formatter(class, "format", options).and_then(|format| call(&format, &value.into()));
    formatted.unwrap_or_else(|| value.to_string())
}

/// The right-to-left mark with which Arabic dates are parted: where the words around are written from left to right, as in
/// a chart, it would tear the date apart. Without it a date is one number everywhere.
const RTL_MARK: char = '\u{200f}';

fn format_date(options: &[(&str, Setting)], millis: f64, zone: &str) -> String {
    let date = Date::new(&millis.into());
    let in_zone = |zone: &str| {
        let options = [options, &[("timeZone", Word(zone))]].concat();
        formatter("DateTimeFormat", "format", &options).and_then(|format| call(&format, &date))
    };
    let written = in_zone(zone).or_else(|| in_zone("UTC")).unwrap_or_else(|| NOTHING.to_owned());
    written.replace(RTL_MARK, "")
}

fn call(function: &Function, argument: &JsValue) -> Option<String> {
    function.call1(&JsValue::UNDEFINED, argument).ok()?.as_string()
}

/// The bound method `verb` of a new `Intl[class]`; made once for the same class and options.
fn formatter(class: &str, verb: &str, options: &[(&str, Setting)]) -> Option<Function> {
    let key = format!("{class} {options:?}");
    if let Some(known) = FORMATTERS.with_borrow(|all| all.get(&key).cloned()) {
        return known;
    }
    let made = LOCALE.with_borrow(|locale| construct(locale, class, verb, options)).ok();
    FORMATTERS.with_borrow_mut(|all| all.insert(key, made.clone()));
    made
}

fn construct(
    locale: &str,
    class: &str,
    verb: &str,
    options: &[(&str, Setting)],
) -> Result<Function, JsValue> {
    let intl = Reflect::get(&js_sys::global(), &"Intl".into())?;
    let constructor = Function::from(Reflect::get(&intl, &class.into())?);
    let settings = Object::new();
    for (name, value) in options {
        let value = match *value {
            Word(word) => word.into(),
            Digits(n) => n.into(),
        };
        Reflect::set(&settings, &(*name).into(), &value)?;
    }
    let made = Reflect::construct(&constructor, &Array::of2(&locale.into(), &settings))?;
    Ok(Function::from(Reflect::get(&made, &verb.into())?).bind0(&made))
}
