//! One number that matters.

use leptos::prelude::*;

/// A large number with what it is and, below, a line of small print such as its interval.
#[component]
pub fn Stat(
    /// What the number is.
    #[prop(into)]
    label: Signal<String>,
    /// The number, formatted.
    #[prop(into)]
    value: Signal<String>,
    /// Small print.
    #[prop(optional, into)]
    note: Signal<String>,
) -> impl IntoView {
    view! {
        <div class="stat">
            <dt class="stat-label">{label}</dt>
            <dd class="stat-value">{value}</dd>
            {move || (!note.read().is_empty()).then(|| view! { <dd class="stat-note">{note}</dd> })}
        </div>
    }
}
