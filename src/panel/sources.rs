//! Data: opening files, what they seem to hold, what was read and what was skipped.

mod files;
mod first_minute;
mod mapping;
mod overview;
mod report;

use cairn_engine::Failure;
use cairn_protocol::Stage;
use leptos::prelude::*;

use crate::session::{Loading, Refused, Session, name_of};
use crate::text::{failure, name, plural, text, text_with};
use crate::view::{AfterPaint, DropSize, Dropped, FileDrop, Notice, Progress, Severity, Spoken, Work};

/// The panel.
#[component]
pub fn Sources() -> impl IntoView {
    let session = expect_context::<Session>();
    let is_new = Memo::new(move |_| {
        session.data.read().is_none()
            && session.source.read().is_none()
            && *session.loading.read() == Loading::Idle
    });
    view! {
        <section class="panel" aria-labelledby="panel-title">
            <Show when=move || is_new.get() fallback=|| view! { <Head /> }>
                <first_minute::FirstMinute />
            </Show>
            <LoadingState />
            <files::LeftOut />
            <files::Twins />
            <Show when=move || session.data.read().is_some()>
                <overview::Overview />
                <AfterPaint><report::Report /></AfterPaint>
            </Show>
            <Show when=move || session.source.read().is_some()>
                <AfterPaint><mapping::MappingForm /></AfterPaint>
            </Show>
            <Show when=move || !is_new.get()>
                <first_minute::Proof />
            </Show>
        </section>
    }
}

#[component]
fn Head() -> impl IntoView {
    let session = expect_context::<Session>();
    let title = move || match file_name(session) {
        name if name.is_empty() => text("sources.title"),
        name => name,
    };
    view! {
        <header class="panel-head">
            <h1 id="panel-title" class="panel-title"><bdi>{title}</bdi></h1>
        </header>
        <FileDrop size=DropSize::Compact on_drop=move |dropped| take_in(session, dropped) />
    }
}

/// Opens the dropped files, and says of a folder that it is none.
fn take_in(session: Session, dropped: Dropped) {
    if !dropped.files.is_empty() {
        session.open(dropped.files);
    }
    session.notice.update(|notice| match dropped.folders.first() {
        Some(folder) => {
            let message = text_with("sources.folder", &[("name", name(folder))]);
            *notice = Some(Failure { code: "folder".to_owned(), message, position: None });
        }
        // What was said of an earlier drop is over.
        None => drop(notice.take_if(|notice| notice.code == "folder")),
    });
}

/// How far opening files has come, or why it failed.
#[component]
fn LoadingState() -> impl IntoView {
    let session = expect_context::<Session>();
    let work = Signal::derive(move || work_of(&session.loading.get(), &file_name(session)));
    let is_reading = Memo::new(move |_| {
        matches!(*session.loading.read(), Loading::Reading { .. } | Loading::Previewing { .. })
    });
    let trouble = move || match session.loading.get() {
        Loading::Failed(refused) => {
            let title = text_with("sources.failed", &[("name", name(failed_name(&refused)))]);
            let close = Callback::new(move |()| session.cancel_opening());
            let why = match &refused[..] {
                [Refused { failure: found, .. }] => {
                    let place = place_of(found);
                    view! {
                        <p dir="auto"><Spoken text=failure(&found.code, &found.message) /></p>
                        {place.map(|place| view! { <p class="notice-place">{place}</p> })}
                    }
                    .into_any()
                }
                _ => files::refusals(&refused).into_any(),
            };
            view! { <Notice severity=Severity::Error title on_dismiss=close>{why}</Notice> }.into_any()
        }
        Loading::Mapping => view! {
            <Notice severity=Severity::Warning title=text("sources.needs_mapping")>
                <p>{text("sources.needs_mapping_detail")}</p>
            </Notice>
        }
        .into_any(),
        _ => ().into_any(),
    };
    view! {
        <Show when=move || is_reading.get()>
            <Progress work on_cancel=Callback::new(move |()| session.cancel_opening()) />
        </Show>
        {trouble}
    }
}

fn work_of(loading: &Loading, file: &str) -> Work {
    let of = |key: &str, n_bytes, n_bytes_total, detail| Work {
        doing: text_with(key, &[("name", name(file))]),
        n_bytes,
        n_bytes_total,
        detail,
    };
    match loading {
        Loading::Reading { progress, .. } => {
            let key = match progress.stage {
                Stage::Reading => "sources.reading",
                Stage::ReadingAgain => "sources.reading_again",
                Stage::Sorting => "sources.sorting",
            };
            of(key, progress.n_bytes, progress.n_bytes_total, plural("sources.rows", progress.n_rows))
        }
        _ => of("sources.looking", 0, 1, String::new()),
    }
}

fn file_name(session: Session) -> String {
    match session.loading.get() {
        Loading::Previewing { name } => name,
        Loading::Failed(refused) => failed_name(&refused),
        _ => session.source.with(|source| source.as_ref().map(|source| source.name())).unwrap_or_default(),
    }
}

fn failed_name(refused: &[Refused]) -> String {
    name_of(&refused.iter().map(|refused| refused.name.as_str()).collect::<Vec<_>>())
}

/// "Line 4, column time", where the failure knows it.
fn place_of(found: &Failure) -> Option<String> {
    let position = found.position.as_ref()?;
    let line = position.line.map(|line| text_with("place.line", &[("n", line.to_string())]));
    let column = position.column.as_ref().map(|column| text_with("place.column", &[("name", name(column))]));
    let parts: Vec<String> = line.into_iter().chain(column).collect();
    (!parts.is_empty()).then(|| parts.join(&text("list.joint")))
}
