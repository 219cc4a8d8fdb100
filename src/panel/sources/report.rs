//! What was skipped or mended while loading, and why.

use std::sync::Arc;

use cairn_engine::ingest::{LoadReport, Skipped, Warning, WarningKind};
use leptos::prelude::*;

use crate::session::{DataSet, Session};
use crate::text::{count, name, plural, plural_with, text, text_with};
use crate::view::{Badge, Cell, Column, TableData, Tint, save_text};

/// How many examples of a warning are shown.
const EXAMPLES: usize = 5;

/// The report of the loaded data set.
#[component]
pub fn Report() -> impl IntoView {
    let session = expect_context::<Session>();
    move || session.data.get().map(|data| report_view(&data))
}

fn report_view(data: &Arc<DataSet>) -> impl IntoView + use<> {
    let report = &data.loaded.report;
    let lead = if report.n_skipped == 0 {
        plural("report.all_read", report.n_rows)
    } else {
        plural_with("report.some_skipped", report.n_skipped, &[("rows", count(report.n_rows))])
    };
    let duplicates = (report.n_duplicates > 0).then(|| plural("report.duplicates", report.n_duplicates));
    let warnings = report.warnings.iter().map(warning_view).collect_view();
    let whole = Arc::clone(data);
    let save = move |_| save_text("skipped-rows.csv", "text/csv", &skipped(&whole.loaded.report).to_csv());
    view! {
        <section class="card" aria-labelledby="report-title">
            <div class="card-head"><h2 class="card-title" id="report-title">{text("report.title")}</h2></div>
            <p>{lead} " " {duplicates}</p>
            <ul class="stack-loose">{warnings}</ul>
            {(report.n_skipped > 0).then(|| view! {
                <button class="button" type="button" on:click=save>{text("report.save")}</button>
            })}
        </section>
    }
}

fn warning_view(warning: &Warning) -> impl IntoView + use<> {
    let (tint, what) = if warning.kind.is_skipped() {
        (Tint::Warning, text("report.skipped"))
    } else {
        (Tint::Plain, text("report.kept"))
    };
    let example = |example: &cairn_engine::ingest::Example| {
        let place = text_with("place.line", &[("n", count(example.line))]);
        let column =
            example.column.as_ref().map(|column| text_with("place.column", &[("name", name(column))]));
        let place = column.into_iter().fold(place, |place, column| [place, column].join(&text("list.joint")));
        view! { <li>{place} ": " <code class="mono" dir="auto">{example.text.clone()}</code></li> }
    };
    let examples = warning.examples.iter().take(EXAMPLES).map(example).collect_view();
    view! {
        <li class="stack">
            <p><Badge tint>{what}</Badge> " " <strong>{plural(kind_key(warning.kind), warning.n)}</strong></p>
            <ul class="small soft">{examples}</ul>
        </li>
    }
}

fn kind_key(kind: WarningKind) -> &'static str {
    match kind {
        WarningKind::BadJson => "warning.bad_json",
        WarningKind::MissingUser => "warning.missing_user",
        WarningKind::MissingTime => "warning.missing_time",
        WarningKind::BadTime => "warning.bad_time",
        WarningKind::MissingEvent => "warning.missing_event",
        WarningKind::ShortRow => "warning.short_row",
        WarningKind::LongRow => "warning.long_row",
        WarningKind::BadUtf8 => "warning.bad_utf8",
        WarningKind::OpenQuote => "warning.open_quote",
        WarningKind::AmbiguousTime => "warning.ambiguous_time",
        WarningKind::SkippedTime => "warning.skipped_time",
        WarningKind::BadNumber => "warning.bad_number",
        WarningKind::BadTimeValue => "warning.bad_time_value",
        WarningKind::Retyped => "warning.retyped",
        WarningKind::TooManyColumns => "warning.too_many_columns",
    }
}

/// The skipped records as a file: line, reason, text.
fn skipped(report: &LoadReport) -> TableData {
    let row = |skipped: &Skipped| {
        vec![
            Cell::count(skipped.line),
            Cell::text(plural(kind_key(skipped.kind), 1)),
            Cell::text(skipped.text.clone()),
        ]
    };
    let columns = vec![
        Column::number(text("report.column_line")),
        Column::text(text("report.column_reason")),
        Column::text(text("report.column_text")),
    ];
    TableData { columns, rows: report.skipped.iter().map(row).collect() }
}
