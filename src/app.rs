//! The shell: start, navigation, top bar, and the panel on screen.

use cairn_engine::Failure;
use gloo::utils::{document, document_element};
use js_sys::{Array, Uint8Array};
use leptos::prelude::*;
use web_sys::{File, FilePropertyBag};

use crate::client::{Assets, fetch_bytes, fetch_text};
use crate::panel::{GROUPS, Panel};
use crate::session::{Facts, Session};
use crate::text::{failure, text};
use crate::view::{Notice, Select, Severity, select::Choice};

/// The sample that the page can open by itself.
const SAMPLE: &str = "saas-events.csv.gz";

/// Fetches the texts, shows the page, then fetches all else that it will ever need and locks itself down.
pub async fn start() {
    let version = document_element().get_attribute("data-version").unwrap_or_default();
    let language = crate::text::preferred_language();
    let texts = fetch_text(&format!("locales/{language}.json?v={version}")).await;
    if let Ok(json) = &texts
        && let Err(error) = crate::text::install(language, json)
    {
        leptos::logging::error!("The locale file {language}.json cannot be read: {error}");
    }
    let session = Session::new();
    session.follow_address();
    leptos::mount::mount_to_body(move || view! { <App session=session /> });
    session.provide(fetch_all(&version).await);
}

async fn fetch_all(version: &str) -> Result<(Assets, Option<File>), Failure> {
    let assets = Assets::fetch(version).await?;
    let sample = fetch_bytes(&format!("samples/{SAMPLE}?v={version}")).await.ok();
    Ok((assets, sample.and_then(|bytes| file_of(&bytes))))
}

fn file_of(bytes: &[u8]) -> Option<File> {
    let parts = Array::of1(&Uint8Array::from(bytes));
    File::new_with_u8_array_sequence_and_options(&parts, SAMPLE, &FilePropertyBag::new()).ok()
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
    view! {
        <a class="skip-link" href="#main">{text("shell.skip")}</a>
        <div class="shell" class:shell-empty=move || session.data.read().is_none()>
            <Rail />
            <div class="shell-body">
                <TopBar />
                <main id="main" class="main" tabindex="-1">
                    <SessionNotice />
                    {move || session.panel.get().view()}
                </main>
            </div>
        </div>
    }
}

#[component]
fn Rail() -> impl IntoView {
    let session = expect_context::<Session>();
    let link = move |panel: Panel| {
        let current = move || (session.panel.get() == panel).then_some("page");
        view! {
            <li>
                <a class="rail-link" href=panel.address() aria-current=current>{text(panel.title_key())}</a>
            </li>
        }
    };
    let group = move |(key, panels): (&'static str, &'static [Panel])| {
        view! {
            <div class="rail-group">
                <h2 class="rail-heading">{text(key)}</h2>
                <ul class="rail-list">{panels.iter().copied().map(link).collect_view()}</ul>
            </div>
        }
    };
    view! {
        <nav class="rail" aria-label=text("shell.navigation")>
            <a class="rail-brand" href=Panel::Sources.address()>"Cairn"</a>
            <Show when=move || session.data.read().is_some()>{GROUPS.into_iter().map(group).collect_view()}</Show>
        </nav>
    }
}

/// The data set and the segment that filters every panel.
#[component]
fn TopBar() -> impl IntoView {
    let session = expect_context::<Session>();
    let facts = move || session.data.get().map(|data| data.name.clone());
    let choices = Memo::new(move |_| {
        let everyone = Choice::new(None, text("filter.everyone"));
        let saved = session.segments.get().into_iter();
        std::iter::once(everyone)
            .chain(saved.map(|saved| Choice::new(Some(saved.name.clone()), saved.name)))
            .collect::<Vec<_>>()
    });
    view! {
        <Show when=move || session.data.read().is_some()>
            <header class="topbar">
                <span class="topbar-data">{facts}</span>
                <Select
                    label=text("filter.label")
                    choices=choices
                    value=session.filter
                    on_change=move |name| session.filter.set(name)
                />
            </header>
        </Show>
    }
}

/// What happened to the session as a whole.
#[component]
fn SessionNotice() -> impl IntoView {
    let session = expect_context::<Session>();
    let notice = move || {
        session.notice.get().map(|found| {
            let severity = if found.code == "worker_replaced" { Severity::Warning } else { Severity::Error };
            let title = text(&format!("notice.{}", found.code));
            view! {
                <Notice severity=severity title=title on_dismiss=Callback::new(move |()| session.notice.set(None))>
                    <p>{failure(&found.code, &found.message)}</p>
                </Notice>
            }
        })
    };
    view! { {notice} }
}
