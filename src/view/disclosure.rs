//! Something that opens when it is asked for.

use leptos::prelude::*;

/// A line that opens to show its children. Closed at first, unless `open`.
#[component]
pub fn Disclosure(
    /// The line.
    #[prop(into)]
    summary: Signal<String>,
    /// Whether it starts open.
    #[prop(optional, into)]
    open: Signal<bool>,
    /// What it holds.
    children: Children,
) -> impl IntoView {
    view! {
        <details class="disclosure" prop:open=open>
            <summary class="disclosure-summary">{summary}</summary>
            <div class="disclosure-body">{children()}</div>
        </details>
    }
}
