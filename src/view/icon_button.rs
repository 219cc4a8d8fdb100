//! A button that shows a picture only.

use leptos::prelude::*;

use super::{Glyph, Icon};

/// A small quiet button for a row of a list.
#[component]
pub fn IconButton(
    /// What it does; read aloud, not shown.
    #[prop(into)]
    label: Signal<String>,
    /// The picture.
    icon: Icon,
    /// Whether it cannot be pressed now.
    #[prop(optional, into)]
    disabled: Signal<bool>,
    /// Hears that it was pressed.
    #[prop(into)]
    on_press: Callback<()>,
) -> impl IntoView {
    view! {
        <button
            class="button button-quiet button-icon"
            type="button"
            disabled=disabled
            aria-label=label
            on:click=move |_| on_press.run(())
        >
            <Glyph icon />
        </button>
    }
}
