//! Data: opening a file, what it seems to hold, what was read and what was skipped.

mod first_minute;
mod mapping;
mod overview;
mod report;

use cairn_engine::Failure;
use cairn_protocol::Stage;
use leptos::prelude::*;

use crate::session::{Loading, Session};
use crate::text::{failure, name, plural, plural_with, text, text_with};
use crate::view::{DropSize, Dropped, FileDrop, Notice, Progress, Severity, Spoken, Work};

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
            <Show when=move || session.data.read().is_some()>
                <overview::Overview />
                <report::Report />
            </Show>
            <Show when=move || session.source.read().is_some()>
                <mapping::MappingForm />
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

/// Opens the first of the dropped files, and says which one it was if there are more, or that a folder is no file.
fn take_in(session: Session, dropped: Dropped) {
    let n_left = (dropped.files.len() + dropped.folders.len()).saturating_sub(1) as u64;
    let told = match (dropped.files.into_iter().next(), dropped.folders.first()) {
        (Some(file), _) => {
            let said = plural_with("sources.one_file", n_left, &[("name", name(file.name()))]);
            session.open(file);
            (n_left > 0).then_some(("one_file", said))
        }
        (None, Some(folder)) => Some(("folder", text_with("sources.folder", &[("name", name(folder))]))),
        (None, None) => None,
    };
    session.notice.update(|notice| match told {
        Some((code, message)) => *notice = Some(Failure { code: code.to_owned(), message, position: None }),
        // What was said of an earlier drop is over.
        None => drop(notice.take_if(|notice| matches!(notice.code.as_str(), "one_file" | "folder"))),
    });
}

/// How far opening a file has come, or why it failed.
#[component]
fn LoadingState() -> impl IntoView {
    let session = expect_context::<Session>();
    let work = Signal::derive(move || work_of(&session.loading.get(), &file_name(session)));
    let is_reading = Memo::new(move |_| {
        matches!(*session.loading.read(), Loading::Reading { .. } | Loading::Previewing { .. })
    });
    let trouble = move || match session.loading.get() {
        Loading::Failed { name: file, failure: found } => {
            let title = text_with("sources.failed", &[("name", name(file))]);
            let place = place_of(&found);
            let close = Callback::new(move |()| session.cancel_opening());
            view! {
                <Notice severity=Severity::Error title on_dismiss=close>
                    <p dir="auto"><Spoken text=failure(&found.code, &found.message) /></p>
                    {place.map(|place| view! { <p class="notice-place">{place}</p> })}
                </Notice>
            }
            .into_any()
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
        Loading::Previewing { name } | Loading::Failed { name, .. } => name,
        _ => session.source.get().map(|source| source.name.clone()).unwrap_or_default(),
    }
}

/// "Line 4, column time", where the failure knows it.
fn place_of(found: &Failure) -> Option<String> {
    let position = found.position.as_ref()?;
    let line = position.line.map(|line| text_with("place.line", &[("n", line.to_string())]));
    let column = position.column.as_ref().map(|column| text_with("place.column", &[("name", name(column))]));
    let parts: Vec<String> = line.into_iter().chain(column).collect();
    (!parts.is_empty()).then(|| parts.join(&text("list.joint")))
}
