//! The saved segments: how large they are, and what to do with them.

use cairn_engine::analysis::segment::{SegmentQuery, SegmentSize};
use cairn_engine::rule::NamedSegment;
use leptos::prelude::*;

use crate::panel::question::Question;
use crate::session::Session;
use crate::text::{count, percent, text, text_with};
use crate::view::{Badge, Tint};

/// The list; nothing while nothing is saved.
#[component]
pub fn SavedSegments() -> impl IntoView {
    let session = expect_context::<Session>();
    let question = Question::about_everyone(move || {
        let segments = session.segments.get();
        (!segments.is_empty()).then(|| SegmentQuery { segments, ..SegmentQuery::default() })
    });
    let size_of = move |name: String| {
        question.shown(move |_, found| found.segments.iter().find(|size| size.name == name).cloned())
    };
    view! {
        <Show when=move || !session.segments.read().is_empty()>
            <section class="card" aria-labelledby="saved-title">
                <div class="card-head"><h2 class="card-title" id="saved-title">{text("segments.saved")}</h2></div>
                <ul class="stack">
                    <For each=move || session.segments.get() key=|saved| saved.name.clone() let(saved)>
                        <SavedRow size=size_of(saved.name.clone()) saved />
                    </For>
                </ul>
            </section>
        </Show>
    }
}

#[component]
fn SavedRow(saved: NamedSegment, size: Signal<Option<SegmentSize>>) -> impl IntoView {
    let session = expect_context::<Session>();
    let name = StoredValue::new(saved.name.clone());
    let is_filter = Memo::new(move |_| session.filter.read().as_deref() == Some(name.read_value().as_str()));
    let shown = move || {
        size.get().map(|size| {
            let share = size.user_rate.map(|rate| percent(rate.rate, 1)).unwrap_or_default();
            text_with("segments.saved_size", &[("n", count(size.n_users)), ("share", share)])
        })
    };
    let toggle = move |_| session.filter.set((!is_filter.get_untracked()).then(|| name.get_value()));
    let filter_text = move || text(if is_filter.get() { "segments.unfilter" } else { "segments.filter" });
    view! {
        <li class="row row-apart">
            <strong><bdi>{saved.name.clone()}</bdi></strong>
            <span class="soft">{shown}</span>
            <Show when=move || is_filter.get()><Badge tint=Tint::Accent>{text("segments.is_filter")}</Badge></Show>
            <span class="row">
                <button class="button button-quiet" type="button" aria-pressed=move || is_filter.get().to_string() on:click=toggle>{filter_text}</button>
                <button
                    class="button button-quiet"
                    type="button"
                    aria-label=text_with("segments.delete_named", &[("name", saved.name)])
                    on:click=move |_| session.delete_segment(&name.read_value())
                >
                    {text("segments.delete")}
                </button>
            </span>
        </li>
    }
}
