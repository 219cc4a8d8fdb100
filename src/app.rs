//! The shell: start, navigation, top bar, the panel on screen, and the language.

mod language;

use cairn_engine::Failure;
use gloo::utils::{document, document_element};
use js_sys::{Array, Uint8Array};
use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::{File, HtmlElement};

use crate::client::{Assets, fetch_bytes, fetch_text};
use crate::panel::{GROUPS, Panel};
use crate::session::{Facts, Session};
use crate::text::{LANGUAGES, count, failure, install, preferred_language, text, text_with};
use crate::view::{Brand, Choice, Glyph, Icon, Label, Notice, Select, Severity, Spoken};

/// The sample that the page can open by itself.
const SAMPLE: &str = "saas-events.csv.gz";

/// Fetches the texts, shows the page, then fetches all else that it will ever need and locks itself down.
pub async fn start() {
    let version = document_element().get_attribute("data-version").unwrap_or_default();
    let language = preferred_language();
    if !install_texts(language, &version).await && language != LANGUAGES[0] {
        install_texts(LANGUAGES[0], &version).await;
    }
    let session = Session::new();
    session.follow_address();
    leptos::mount::mount_to_body(move || view! { <App session=session /> });
    session.provide(fetch_all(&version).await);
}

/// Fetches the texts of a language; says whether they are there.
async fn install_texts(language: &'static str, version: &str) -> bool {
    let json = fetch_text(&format!("locales/{language}.json?v={version}")).await;
    let installed = json.map(|json| install(language, &json).map_err(|error| error.to_string()));
    match installed {
        Ok(Ok(())) => true,
        Ok(Err(why)) | Err(Failure { message: why, .. }) => {
            leptos::logging::error!("The locale file {language}.json cannot be used: {why}");
            false
        }
    }
}

async fn fetch_all(version: &str) -> Result<(Assets, Option<File>), Failure> {
    let assets = Assets::fetch(version).await?;
    let sample = fetch_bytes(&format!("samples/{SAMPLE}?v={version}")).await.ok();
    Ok((assets, sample.and_then(|bytes| file_of(&bytes))))
}

fn file_of(bytes: &[u8]) -> Option<File> {
    let parts = Array::of1(&Uint8Array::from(bytes));
    File::new_with_u8_array_sequence(&parts, SAMPLE).ok()
}

#[component]
fn App(session: Session) -> impl IntoView {
    provide_context(session);
    provide_context(Facts::follow(session));
    session.write_address();
    let title = move || match session.data.get() {
        Some(data) => format!("{} – {} – Cairn", text(session.panel.get().title_key()), data.name),
        None => "Cairn".to_owned(),
    };
    Effect::new(move || document().set_title(&title()));
    let is_bare = Memo::new(move |_| session.data.read().is_none());
    // A link to another panel has to wait for the file that its question is asked of.
    let shown = Memo::new(move |_| if is_bare.get() { Panel::Sources } else { session.panel.get() });
    let content = move || {
        view! {
            <main class="content" id="content" tabindex="-1">
                <SessionNotice />
                {move || shown.get().view()}
            </main>
        }
    };
    view! {
        <a class="skip" href="#content" on:click=focus_content>{text("shell.skip")}</a>
        <div class="shell" class:shell-bare=is_bare>
            <Rail is_bare />
            <div class="main">
                <Show when=move || !is_bare.get()><TopBar /></Show>
                {content()}
                <language::LanguageChoice />
            </div>
        </div>
    }
}

/// The address belongs to the panels, so the link must not write `#content` into it.
fn focus_content(event: leptos::ev::MouseEvent) {
    event.prevent_default();
    let content =
        document().get_element_by_id("content").and_then(|found| found.dyn_into::<HtmlElement>().ok());
    if let Some(content) = content {
        // An element on the page can be focused.
        let _ = content.focus();
    }
}

#[component]
fn Rail(is_bare: Memo<bool>) -> impl IntoView {
    let session = expect_context::<Session>();
    let is_open = RwSignal::new(false);
    let link = move |panel: Panel| {
        let current = move || (session.panel.get() == panel).then_some("page");
        view! {
            <li>
                <a class="rail-item" href=panel.address() aria-current=current on:click=move |_| is_open.set(false)>
                    <Glyph icon=panel.icon() />
                    {text(panel.title_key())}
                </a>
            </li>
        }
    };
    let group = move |(key, panels): (&'static str, &'static [Panel])| {
        view! {
            <div class="rail-group">
                <h2 class="rail-title">{text(key)}</h2>
                <ul>{panels.iter().copied().map(link).collect_view()}</ul>
            </div>
        }
    };
    view! {
        <header class="rail" class:rail-open=is_open>
            <div class="rail-head">
                <a class="brand" href=Panel::Sources.address()><Brand />"Cairn"</a>
                <Show when=move || !is_bare.get()>
                    <button
                        class="button button-quiet rail-toggle"
                        type="button"
                        aria-controls="rail-nav"
                        aria-expanded=move || is_open.get().to_string()
                        on:click=move |_| is_open.update(|open| *open = !*open)
                    >
                        <Glyph icon=Icon::Menu />
                        {text("shell.menu")}
                    </button>
                </Show>
            </div>
            <Show when=move || !is_bare.get()>
                <nav class="rail-nav" id="rail-nav" aria-label=text("shell.navigation")>
                    {GROUPS.into_iter().map(group).collect_view()}
                </nav>
                <p class="rail-foot">{text("shell.promise")}</p>
            </Show>
        </header>
    }
}

/// The data set, and the segment that filters every panel.
#[component]
fn TopBar() -> impl IntoView {
    let session = expect_context::<Session>();
    let name = move || session.data.get().map(|data| data.name.clone());
    let size = move || {
        session.data.get().map(|data| {
            let schema = &data.loaded.schema;
            text_with("shell.size", &[("events", count(schema.n_events)), ("users", count(schema.n_users))])
        })
    };
    let choices = Signal::derive(move || {
        let saved = session.segments.get().into_iter();
        std::iter::once(Choice::new(None, text("filter.everyone")))
            .chain(saved.map(|saved| Choice::new(Some(saved.name.clone()), saved.name)))
            .collect::<Vec<_>>()
    });
    view! {
        <section class="topbar" aria-label=text("shell.topbar")>
            <p class="topbar-name">
                <Glyph icon=Icon::Data />
                <bdi>{name}</bdi>
                <span class="faint small">{size}</span>
            </p>
            <div class="topbar-item">
                <span aria-hidden="true">{text("filter.label")}</span>
                <Select
                    label=Label::unseen(text("filter.label"))
                    choices
                    value=session.filter
                    on_change=move |name| session.filter.set(name)
                />
            </div>
        </section>
    }
}

/// What happened to the session as a whole.
#[component]
fn SessionNotice() -> impl IntoView {
    let session = expect_context::<Session>();
    move || {
        session.notice.get().map(|found| {
            let severity = if matches!(found.code.as_str(), "worker_replaced" | "folder") {
                Severity::Warning
            } else {
                Severity::Error
            };
            let title = text(&format!("notice.{}", found.code));
            view! {
                <Notice severity title on_dismiss=Callback::new(move |()| session.notice.set(None))>
                    <p dir="auto"><Spoken text=failure(&found.code, &found.message) /></p>
                </Notice>
            }
        })
    }
}
