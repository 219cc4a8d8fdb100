//! A span of time: a number and its unit.

use leptos::prelude::*;

use super::{Choice, Label, NumberField, Select};
use crate::text::{text, text_with};

/// The units offered, in milliseconds, from the largest to the smallest.
const UNITS: [(u64, &str); 4] = [
    (7 * 86_400_000, "unit.weeks"),
    (86_400_000, "unit.days"),
    (3_600_000, "unit.hours"),
    (60_000, "unit.minutes"),
];

/// The longest span, about a hundred years.
const LONGEST_MILLIS: u64 = 36_500 * 86_400_000;

/// A span of time such as a conversion window. It keeps the unit that the person chose.
#[component]
pub fn DurationField(
    /// What is asked for, and what is said about it.
    label: Label,
    /// The span in milliseconds.
    #[prop(into)]
    value: Signal<u64>,
    /// Hears a new span in milliseconds, always more than zero.
    #[prop(into)]
    on_change: Callback<u64>,
) -> impl IntoView {
    let unit = RwSignal::new(natural_unit(value.get_untracked()));
    Effect::new(move || {
        // A span set from outside that the chosen unit cannot say in whole numbers changes the unit.
        let value = value.get();
        if !value.is_multiple_of(unit.get_untracked()) {
            unit.set(natural_unit(value));
        }
    });
    let amount = Signal::derive(move || value.get() as f64 / unit.get() as f64);
    let set_amount = move |amount: f64| on_change.run((amount * unit.get_untracked() as f64) as u64);
    let set_unit = move |millis: u64| {
        let amount = amount.get_untracked().round().clamp(1.0, (LONGEST_MILLIS / millis) as f64);
        unit.set(millis);
        on_change.run(amount as u64 * millis);
    };
    let choices: Vec<Choice<u64>> =
        UNITS.iter().rev().map(|(millis, key)| Choice::new(*millis, text(key))).collect();
    let unit_label = Signal::derive(move || text_with("field.unit_of", &[("label", label.text.get())]));
    let range = 1.0..=(LONGEST_MILLIS / 60_000) as f64;
    view! {
        <span class="field-pair" class:field-pair-inline=label.is_unseen()>
            <NumberField label value=amount on_change=set_amount range />
            <Select label=Label::unseen(unit_label) choices value=unit on_change=set_unit />
        </span>
    }
}

/// The largest unit that says `millis` in whole numbers, weeks excepted: people say 14 days.
fn natural_unit(millis: u64) -> u64 {
    let said =
        UNITS[1..].iter().map(|(unit, _)| *unit).find(|unit| millis >= *unit && millis.is_multiple_of(*unit));
    said.unwrap_or(60_000)
}

#[cfg(test)]
mod tests {
    use super::natural_unit;

    #[test]
    fn a_span_is_said_in_the_largest_unit_that_fits() {
        assert_eq!(natural_unit(14 * 86_400_000), 86_400_000);
        assert_eq!(natural_unit(36 * 3_600_000), 3_600_000);
        assert_eq!(natural_unit(90 * 60_000), 60_000);
    }
}
