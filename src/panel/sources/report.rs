//! What was skipped or mended while loading, and why.

use std::sync::Arc;

use cairn_engine::ingest::{FileReport, LoadReport, Skipped, Warning, WarningKind};
use leptos::prelude::*;

use crate::session::{DataSet, Session};
use crate::text::{bytes, count, name, plural, plural_with, text, text_with};
use crate::view::{Badge, Cell, Column, DataTable, Disclosure, TableData, Tint, save_text};

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
    let warnings = report.warnings.iter().map(|warning| warning_view(warning, report)).collect_view();
    let files = (report.files.len() > 1).then(|| files_view(report));
    let whole = Arc::clone(data);
    let save = move |_| save_text("skipped-rows.csv", "text/csv", &skipped(&whole.loaded.report).to_csv());
    view! {
        <section class="card" aria-labelledby="report-title">
            <div class="card-head"><h2 class="card-title" id="report-title">{text("report.title")}</h2></div>
            <p>{lead} " " {duplicates}</p>
            {files}
            <ul class="stack-loose">{warnings}</ul>
            {(report.n_skipped > 0).then(|| view! {
                <button class="button" type="button" on:click=save>{text("report.save")}</button>
            })}
        </section>
    }
}

/// What was read of each file.
fn files_view(report: &LoadReport) -> impl IntoView + use<> {
    let row = |file: &FileReport| {
        vec![
            Cell::text(file.name.clone()),
            Cell::count(file.n_rows),
            Cell::count(file.n_skipped),
            Cell::text(bytes(file.n_bytes)),
        ]
    };
    let columns = vec![
        Column::text(text("report.column_file")),
        Column::number(text("report.column_rows")),
        Column::number(text("report.column_skipped")),
        Column::number(text("report.column_size")),
    ];
    let table = TableData { columns, rows: report.files.iter().map(row).collect() };
    let (summary, table) =
        (Signal::stored(plural("report.files", report.files.len() as u64)), Signal::stored(table));
    view! {
        <Disclosure summary>
            <DataTable caption=summary data=table file_name="files" />
        </Disclosure>
    }
}

/// The name of the file at a place; nothing if it is the only one.
fn file_name(report: &LoadReport, at: u32) -> Option<String> {
    (report.files.len() > 1).then(|| report.files.get(at as usize).map(|file| file.name.clone())).flatten()
}

fn warning_view(warning: &Warning, report: &LoadReport) -> impl IntoView + use<> {
    let (tint, what) = if warning.kind.is_skipped() {
        (Tint::Warning, text("report.skipped"))
    } else {
        (Tint::Plain, text("report.kept"))
    };
    let example = |example: &cairn_engine::ingest::Example| {
        let file = file_name(report, example.file);
        let line = text_with("place.line", &[("n", count(example.line))]);
        let column =
            example.column.as_ref().map(|column| text_with("place.column", &[("name", name(column))]));
        let place: Vec<String> = file.into_iter().chain([line]).chain(column).collect();
        let place = place.join(&text("list.joint"));
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

/// The skipped records as a file: its file if there are several, line, reason, text.
fn skipped(report: &LoadReport) -> TableData {
    let row = |skipped: &Skipped| {
        let file = file_name(report, skipped.file).map(Cell::text);
        let cells = [
            Cell::count(skipped.line),
            Cell::text(plural(kind_key(skipped.kind), 1)),
            Cell::text(skipped.text.clone()),
        ];
        file.into_iter().chain(cells).collect()
    };
    let file = file_name(report, 0).map(|_| Column::text(text("report.column_file")));
    let columns = [
        Column::number(text("report.column_line")),
        Column::text(text("report.column_reason")),
        Column::text(text("report.column_text")),
    ];
    TableData {
        columns: file.into_iter().chain(columns).collect(),
        rows: report.skipped.iter().map(row).collect(),
    }
}
