//! Small labels.

use leptos::prelude::*;

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
