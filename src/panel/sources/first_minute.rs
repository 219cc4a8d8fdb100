//! The first minute: one sentence, one drop zone, one button, one promise with its proof.

use gloo::utils::{document, window};
use leptos::prelude::*;
use leptos::task::spawn_local;
use wasm_bindgen_futures::JsFuture;

use super::open_first;
use crate::session::Session;
use crate::text::{text, text_with};
use crate::view::{Disclosure, DropSize, FileDrop};

/// What a person meets first.
#[component]
pub fn FirstMinute() -> impl IntoView {
    let session = expect_context::<Session>();
    view! {
        <div class="first-minute">
            <h1 id="panel-title" class="first-title">{text("first.title")}</h1>
            <p class="first-lead">{text("first.lead")}</p>
            <FileDrop size=DropSize::Large on_files=move |files| open_first(session, files) />
            <p class="first-or">
                <button
                    class="button button-primary"
                    type="button"
                    disabled=move || !session.is_locked.get()
                    on:click=move |_| session.open_sample()
                >
                    {text("first.sample")}
                </button>
                <span class="first-note">{text("first.sample_note")}</span>
            </p>
            <Proof />
        </div>
    }
}

/// The promise, and how to check it.
#[component]
fn Proof() -> impl IntoView {
    let session = expect_context::<Session>();
    let verdict = RwSignal::new(None::<String>);
    let try_it = move |_| {
        spawn_local(async move {
            let address = document().base_uri().ok().flatten().unwrap_or_default();
            let refused = JsFuture::from(window().fetch_with_str(&address)).await.is_err();
            verdict.set(Some(text(if refused { "proof.refused" } else { "proof.allowed" })));
        });
    };
    view! {
        <div class="proof">
            <p class="proof-promise">{text("proof.promise")}</p>
            <Disclosure summary=text("proof.how")>
                <p>{text("proof.detail")}</p>
                <pre class="proof-policy">{crate::client::LOCKED}</pre>
                <div class="row">
                    <button class="button" type="button" disabled=move || !session.is_locked.get() on:click=try_it>
                        {text("proof.try")}
                    </button>
                    <p role="status">{verdict}</p>
                </div>
                <p>{move || text_with("proof.workers", &[("n", "1")])}</p>
            </Disclosure>
        </div>
    }
}
