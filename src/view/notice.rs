//! Something to tell: an error or a warning.

use leptos::prelude::*;

use super::{Glyph, Icon, Spoken};
use crate::text::text;

/// How much a notice matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Severity {
    /// Something failed; read aloud at once.
    Error,
    /// Something needs a look.
    Warning,
}

/// What happened, in a title; where and what to do, in the children, which may hold buttons in a `.row`.
#[component]
pub fn Notice(
    /// How much it matters.
    severity: Severity,
    /// What happened.
    #[prop(into)]
    title: Signal<String>,
    /// Makes a button that hides the notice, which the caller does.
    #[prop(optional, into)]
    on_dismiss: Option<Callback<()>>,
    /// The explanation and what to do.
    #[prop(optional)]
    children: Option<Children>,
) -> impl IntoView {
    let (class, role, kind) = match severity {
        Severity::Error => ("notice notice-error", "alert", "notice.error"),
        Severity::Warning => ("notice notice-warning", "status", "notice.warning"),
    };
    let dismiss = on_dismiss.map(|on_dismiss| {
        view! {
            <button
                class="button button-quiet button-icon"
                type="button"
                aria-label=text("notice.dismiss")
                on:click=move |_| on_dismiss.run(())
            >
                <Glyph icon=Icon::Close />
            </button>
        }
    });
    view! {
        <div class=class role=role>
            <Glyph icon=Icon::Warning />
            <div class="notice-text">
                <p class="notice-title">
                    <span class="visually-hidden">{text(kind)}</span>
                    <Spoken text=title />
                </p>
                {children.map(|children| view! { <div class="notice-body">{children()}</div> })}
            </div>
            {dismiss}
        </div>
    }
}
