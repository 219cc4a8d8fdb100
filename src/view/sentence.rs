//! A sentence of the locale file with views in it: controls in a form, emphasized numbers in an answer.

use leptos::prelude::*;

use crate::text::{Part, parts};

/// The text of `key` with each `{name}` replaced by the view of that name, in the order of the reader's language. A
/// placeholder without a view stays visible.
#[component]
pub fn Sentence(
    /// The key of the text.
    key: &'static str,
    /// A view for each placeholder.
    slots: Vec<(&'static str, AnyView)>,
) -> impl IntoView {
    let mut slots = slots;
    let mut piece = move |part: Part| match part {
        Part::Text(words) => words.into_any(),
        Part::Slot(name) => match slots.iter().position(|(slot, _)| *slot == name) {
            Some(index) => slots.swap_remove(index).1,
            None => format!("{{{name}}}").into_any(),
        },
    };
    let pieces: Vec<AnyView> = parts(key).into_iter().map(&mut piece).collect();
    view! { <div class="sentence">{pieces}</div> }
}
