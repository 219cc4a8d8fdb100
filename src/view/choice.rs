//! One of a few choices that are all in sight.

use leptos::prelude::*;

use super::{Choice, unique_id};

/// One of two to five choices, side by side. To the keyboard it is a group of radio buttons.
#[component]
pub fn SegmentedControl<T>(
    /// What is asked for; read aloud, not shown.
    #[prop(into)]
    label: Signal<String>,
    /// What there is to choose.
    choices: Vec<Choice<T>>,
    /// What is chosen.
    #[prop(into)]
    value: Signal<T>,
    /// Hears a new choice.
    #[prop(into)]
    on_change: Callback<T>,
) -> impl IntoView
where
    T: Clone + PartialEq + Send + Sync + 'static,
{
    let name = unique_id("segmented");
    let segment = move |choice: Choice<T>| {
        let name = name.clone();
        let own = choice.value.clone();
        view! {
            <label class="segment">
                <input
                    class="visually-hidden"
                    type="radio"
                    name=name
                    prop:checked=move || value.with(|value| *value == own)
                    on:change=move |_| on_change.run(choice.value.clone())
                />
                <span class="segment-label">{choice.label}</span>
            </label>
        }
    };
    view! {
        <fieldset class="segmented">
            <legend class="visually-hidden">{label}</legend>
            {choices.into_iter().map(segment).collect_view()}
        </fieldset>
    }
}
