//! Small labels: a badge says something about its neighbor, a chip can be taken away.

use leptos::prelude::*;

use super::{Glyph, Icon};
use crate::text::text_with;

/// The color of a badge.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Tint {
    /// Says something.
    #[default]
    Plain,
    /// Says what is chosen or meant.
    Accent,
    /// Says what needs a look.
    Warning,
}

/// A word or two in a small frame.
#[component]
pub fn Badge(
    /// Its color.
    #[prop(optional)]
    tint: Tint,
    /// The words.
    children: Children,
) -> impl IntoView {
    let class = match tint {
        Tint::Plain => "badge",
        Tint::Accent => "badge badge-accent",
        Tint::Warning => "badge badge-warning",
    };
    view! { <span class=class>{children()}</span> }
}

/// Something chosen that can be taken away, such as a filter.
#[component]
pub fn Chip(
    /// What was chosen.
    #[prop(into)]
    label: Signal<String>,
    /// Takes it away, which the caller does.
    #[prop(into)]
    on_remove: Callback<()>,
) -> impl IntoView {
    let remove = move || text_with("chip.remove", &[("name", label.get())]);
    view! {
        <span class="chip">
            <span class="chip-label">{label}</span>
            <button class="chip-remove" type="button" aria-label=remove on:click=move |_| on_remove.run(())>
                <Glyph icon=Icon::Close />
            </button>
        </span>
    }
}
