//! A number typed by hand.

use std::ops::RangeInclusive;

use leptos::prelude::*;

use super::field::{Frame, Label};
use crate::text::{decimal_mark, number, text, text_with};

/// A number. Typing changes it at once while what is typed makes sense; else the field says what it wants and the last
/// good number stays. Arrow up and down change it by `step`.
#[component]
pub fn NumberField(
    /// What is asked for, and what is said about it.
    label: Label,
    /// The number shown.
    #[prop(into)]
    value: Signal<f64>,
    /// Hears a new number, always within `range`.
    #[prop(into)]
    on_change: Callback<f64>,
    /// The numbers that make sense.
    range: RangeInclusive<f64>,
    /// What the arrow keys add; a step of 1 or more asks for whole numbers.
    #[prop(default = 1.0)]
    step: f64,
) -> impl IntoView {
    let own_error = RwSignal::new(None::<String>);
    let frame = Frame::new(label.with_first_error(own_error));
    let typed = RwSignal::new(plain(value.get_untracked()));
    // What was typed stays as it is ("1." on the way to "1.5") as long as it means the value.
    Effect::new(move || {
        let value = value.get();
        if parse(&typed.read_untracked()) != Some(value) {
            typed.set(plain(value));
            own_error.set(None);
        }
    });
    let bounds = range.clone();
    let read = Callback::new(move |words: String| {
        let result = check(&words, &bounds, step);
        typed.set(words);
        own_error.set(result.as_ref().err().cloned());
        if let Ok(number) = result {
            on_change.run(number);
        }
    });
    let nudge = move |event: web_sys::KeyboardEvent| {
        let change = match event.key().as_str() {
            "ArrowUp" => step,
            "ArrowDown" => -step,
            _ => return,
        };
        event.prevent_default();
        read.run(plain((value.get_untracked() + change).clamp(*range.start(), *range.end())));
    };
    let control = view! {
        <input
            class="input input-number"
            type="text"
            inputmode=if step < 1.0 { "decimal" } else { "numeric" }
            id=frame.id()
            autocomplete="off"
            aria-describedby=frame.described_by()
            aria-invalid=frame.invalid()
            prop:value=typed
            on:input=move |event| read.run(event_target_value(&event))
            on:keydown=nudge
        />
    };
    frame.wrap(control)
}

/// The number that `words` mean, or what is wrong with them.
fn check(words: &str, range: &RangeInclusive<f64>, step: f64) -> Result<f64, String> {
    let value = parse(words).ok_or_else(|| text("field.not_a_number"))?;
    if step >= 1.0 && value.fract() != 0.0 {
        return Err(text("field.not_whole"));
    }
    if !range.contains(&value) {
        let digits = u8::from(step < 1.0);
        let (least, most) = (number(*range.start(), digits), number(*range.end(), digits));
        return Err(text_with("field.out_of_range", &[("least", least), ("most", most)]));
    }
    Ok(value)
}

/// A number as people type it: a comma or a point before the decimals, spaces anywhere, and the digits of an Arabic or
/// Persian keyboard as well.
fn parse(words: &str) -> Option<f64> {
    let latin = |c: char| match c {
        '٠'..='٩' => char::from_digit(c as u32 - '٠' as u32, 10),
        '۰'..='۹' => char::from_digit(c as u32 - '۰' as u32, 10),
        ',' | '٫' => Some('.'),
        c => (!c.is_whitespace()).then_some(c),
    };
    let value: f64 = words.chars().filter_map(latin).collect::<String>().parse().ok()?;
    value.is_finite().then_some(value)
}

/// A number as it is typed: no groups, no trailing zeros.
fn plain(value: f64) -> String {
    let written = format!("{value}");
    if value.fract() == 0.0 { written } else { written.replace('.', &decimal_mark()) }
}

#[cfg(test)]
mod tests {
    use super::parse;

    #[test]
    fn a_comma_or_a_point_comes_before_the_decimals() {
        assert_eq!(parse("1,5"), Some(1.5));
        assert_eq!(parse(" 1.5 "), Some(1.5));
        assert_eq!(parse("12 000"), Some(12_000.0));
        assert_eq!(parse("١٢٫٥"), Some(12.5));
        assert_eq!(parse("۷"), Some(7.0));
    }

    #[test]
    fn what_is_no_finite_number_is_no_number() {
        for words in ["", "a", "1.2.3", "1,2,3", "inf", "NaN", "1e999"] {
            assert_eq!(parse(words), None, "{words}");
        }
    }
}
