//! The first minute: one sentence, one drop zone, one button, one promise with its proof.

use gloo::utils::{document, window};
use leptos::prelude::*;
use leptos::task::spawn_local;
use wasm_bindgen_futures::JsFuture;

use super::take_in;
use crate::client::LOCKED;
use crate::session::Session;
use crate::text::text;
use crate::view::{Disclosure, DropSize, FileDrop, Glyph, Icon};

/// What a person meets first.
#[component]
pub fn FirstMinute() -> impl IntoView {
    let session = expect_context::<Session>();
    view! {
        <div class="welcome">
            <div class="welcome-head">
                <h1 class="welcome-title" id="panel-title">{text("first.title")}</h1>
                <p class="welcome-lead">{text("first.lead")}</p>
            </div>
            <FileDrop size=DropSize::Large on_drop=move |dropped| take_in(session, dropped)>
                <button
                    class="button button-large"
                    type="button"
                    disabled=move || !session.is_locked.get()
                    on:click=move |_| session.open_sample()
                >
                    {text("first.sample")}
                </button>
            </FileDrop>
            <Proof />
        </div>
    }
}

/// The promise, and how to check it.
#[component]
pub fn Proof() -> impl IntoView {
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
        <div class="promise">
            <Glyph icon=Icon::Lock />
            <h2 class="promise-title">{text("proof.title")}</h2>
            <p class="promise-text">{text("proof.promise")}</p>
            <div class="promise-text">
                <Disclosure summary=text("proof.how")>
                    <div class="stack">
                        <p>{text("proof.detail")}</p>
                        <p><code class="mono">{LOCKED}</code></p>
                        <div class="row">
                            <button class="button" type="button" disabled=move || !session.is_locked.get() on:click=try_it>
                                {text("proof.try")}
                            </button>
                            <span role="status">{verdict}</span>
                        </div>
                    </div>
                </Disclosure>
            </div>
        </div>
    }
}
