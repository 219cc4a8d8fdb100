//! The saved segments: how large they are, and what to do with them.

use cairn_engine::analysis::segment::{SegmentAnswer, SegmentQuery, SegmentSize};
use cairn_engine::rule::NamedSegment;
use cairn_engine::table::Role;
use leptos::prelude::*;

use super::export::export;
use crate::panel::question::Question;
use crate::session::{Facts, Session};
use crate::text::{count, percent, text, text_with};
use crate::view::{Badge, Cell, Column, DataTable, TableData, Tint, save_text};

/// The list; nothing while nothing is saved.
#[component]
pub fn SavedSegments() -> impl IntoView {
    let session = expect_context::<Session>();
    let question = Question::about_everyone(move || {
        let segments = session.segments.get();
        (!segments.is_empty()).then(|| SegmentQuery { segments, ..SegmentQuery::default() })
    });
    let facts = expect_context::<Facts>();
    let exported = Signal::derive(move || {
        let sizes = question.shown(|_, found| found.segments.clone()).get();
        let columns = facts.schema().map(|schema| schema.columns).unwrap_or_default();
        let revenue = columns.into_iter().find(|column| column.role == Role::Revenue);
        export(&session.segments.read(), &sizes, revenue.as_ref().map(|column| column.name.as_str()))
    });
    let left_out = move || {
        let exported = exported.get();
        let said = |key: &str, names: &[String]| {
            (!names.is_empty()).then(|| text_with(key, &[("names", names.join(&text("list.joint")))]))
        };
        let said =
            [said("segments.export_unfit", &exported.unfit), said("segments.export_small", &exported.small)];
        said.into_iter().flatten().collect::<Vec<_>>().join(" ")
    };
    let save = move |_| {
        let json = exported.get_untracked().json;
        if let Ok(text) = serde_json::to_string_pretty(&json) {
            save_text("segments.json", "application/json", &text);
        }
    };
    let overlap = question.shown(|_, found| overlap(found));
    let has_overlap = Memo::new(move |_| !overlap.read().rows.is_empty());
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
                <div class="row">
                    <button class="button" type="button" on:click=save>{text("segments.export")}</button>
                    <span class="small soft">{left_out}</span>
                </div>
                <Show when=move || has_overlap.get()>
                    <DataTable caption=text("segments.overlap") data=overlap file_name="overlap" />
                </Show>
            </section>
        </Show>
    }
}

/// The users that every two segments share, most first; pairs that share nobody are left out.
fn overlap(answer: &SegmentAnswer) -> TableData {
    let columns = vec![
        Column::text(text("segments.column_one")),
        Column::text(text("segments.column_other")),
        Column::number(text("segments.column_both")),
        Column::number(text("segments.column_share_one")),
        Column::number(text("segments.column_share_other")),
    ];
    let mut pairs = Vec::new();
    for (at, one) in answer.segments.iter().enumerate() {
        for (other, &n) in answer.segments[..at].iter().zip(&answer.overlap[at]).filter(|&(_, &n)| n > 0) {
            pairs.push((n, other, one));
        }
    }
    pairs.sort_by_key(|&(n, _, _)| std::cmp::Reverse(n));
    let row = |&(n, one, other): &(u64, &SegmentSize, &SegmentSize)| {
        let share = |of: &SegmentSize| Cell::percent(Some(n as f64 / of.n_users.max(1) as f64), 1);
        let name = |of: &SegmentSize| Cell::text(of.name.clone());
        vec![name(one), name(other), Cell::count(n), share(one), share(other)]
    };
    TableData { columns, rows: pairs.iter().map(row).collect() }
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
