//! The choice of the page's language. Texts are fetched before the page locks itself, so another language is another
//! visit: where a file is open, the page asks first.

use leptos::prelude::*;

use crate::session::{Loading, Session};
use crate::text::{LANGUAGES, language, language_name, switch_to, text};
use crate::view::{Choice, Label, Select};

/// The foot of the page.
#[component]
pub fn LanguageChoice() -> impl IntoView {
    let session = expect_context::<Session>();
    let wanted = RwSignal::new(None::<&'static str>);
    let choose = move |chosen: &'static str| {
        let is_empty = session.source.read_untracked().is_none()
            && session.data.read_untracked().is_none()
            && *session.loading.read_untracked() == Loading::Idle;
        match chosen {
            chosen if chosen == language() => wanted.set(None),
            chosen if is_empty => switch_to(chosen),
            chosen => wanted.set(Some(chosen)),
        }
    };
    let choices: Vec<Choice<&'static str>> =
        LANGUAGES.into_iter().map(|tag| Choice::new(tag, language_name(tag))).collect();
    let question = move |chosen: &'static str| {
        view! {
            <p>{text("language.reload")}</p>
            <p class="row">
                <button class="button button-primary" type="button" on:click=move |_| switch_to(chosen)>{text("language.now")}</button>
                <button class="button" type="button" on:click=move |_| wanted.set(None)>{text("language.stay")}</button>
            </p>
        }
    };
    view! {
        <footer class="foot">
            <Select
                label=Label::above(text("language.label"))
                choices=Signal::stored(choices)
                value=Signal::derive(move || wanted.get().unwrap_or_else(language))
                on_change=choose
            />
            <div class="foot-question stack" role="status">{move || wanted.get().map(question)}</div>
        </footer>
    }
}
