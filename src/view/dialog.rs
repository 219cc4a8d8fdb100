//! A question that has to be answered before anything else.

use leptos::html::Dialog as DialogElement;
use leptos::prelude::*;

use super::{Glyph, Icon, unique_id};
use crate::text::text;

/// A dialog over the page, with its title and a button that closes it. The browser keeps the focus inside and gives it
/// back afterwards; Escape closes.
#[component]
pub fn Dialog(
    /// What it is about.
    #[prop(into)]
    title: Signal<String>,
    /// Whether it shows.
    #[prop(into)]
    open: Signal<bool>,
    /// Hears that it should go, which the caller does.
    #[prop(into)]
    on_close: Callback<()>,
    /// What it says, and the buttons that answer in a `.row`; made when it opens.
    children: ChildrenFn,
) -> impl IntoView {
    let dialog = NodeRef::<DialogElement>::new();
    let title_id = unique_id("dialog");
    Effect::new(move || {
        let Some(dialog) = dialog.get() else { return };
        match (open.get(), dialog.open()) {
            // It is in the document and not open, so it can be shown.
            (true, false) => drop(dialog.show_modal()),
            (false, true) => dialog.close(),
            _ => {}
        }
    });
    // Escape closes by itself, and only then is the caller's state behind.
    let closed = move |_| {
        if open.get_untracked() {
            on_close.run(());
        }
    };
    view! {
        <dialog class="dialog" node_ref=dialog aria-labelledby=title_id.clone() on:close=closed>
            <div class="dialog-head">
                <h2 class="dialog-title" id=title_id.clone()>{title}</h2>
                <button
                    class="button button-quiet button-icon"
                    type="button"
                    aria-label=text("dialog.close")
                    on:click=move |_| on_close.run(())
                >
                    <Glyph icon=Icon::Close />
                </button>
            </div>
            <div class="dialog-body">{move || open.get().then(|| children())}</div>
        </dialog>
    }
}
