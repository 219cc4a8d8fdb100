//! A sentence with its numbers and names set off.

use leptos::prelude::*;

use crate::text::{Piece, pieces};

/// A text in which numbers ([`strong`](crate::text::strong)) are strong, and names ([`name`](crate::text::name)) are set in
/// italics; both keep their own direction.
#[component]
pub fn Spoken(
    /// The text.
    #[prop(into)]
    text: Signal<String>,
) -> impl IntoView {
    let piece = |piece: Piece| match piece {
        Piece::Words(words) => words.into_any(),
        Piece::Number(number) => view! { <strong dir="auto">{number}</strong> }.into_any(),
        Piece::Name(name) => view! { <em dir="auto">{name}</em> }.into_any(),
    };
    move || pieces(&text.read()).into_iter().map(piece).collect_view()
}
