//! Something that opens when it is asked for.

use leptos::prelude::*;

/// A line that opens to show its children, which are made when it is first opened.
#[component]
pub fn Disclosure(
    /// The line.
    #[prop(into)]
    summary: Signal<String>,
    /// What it holds.
    children: ChildrenFn,
) -> impl IntoView {
    let was_opened = RwSignal::new(false);
    view! {
        <details class="disclosure" on:toggle=move |_| was_opened.set(true)>
            <summary class="disclosure-summary">{summary}</summary>
            <div class="disclosure-body"><Show when=move || was_opened.get()>{children()}</Show></div>
        </details>
    }
}
