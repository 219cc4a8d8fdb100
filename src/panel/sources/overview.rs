//! What the file holds: rows, users, period, events by frequency, activity by day.

use std::sync::Arc;

use cairn_charts::{Bar, Bars, ChartSpec, Lines, Picture, Series, Shape, Tick, TickFormat};
use cairn_engine::analysis::overview::OverviewAnswer;
use leptos::prelude::*;

use crate::session::{DataSet, Facts, Session};
use crate::text::{bytes, compact, count, date, duration, number, percent, plural, text, text_with};
use crate::view::{Cell, Chart, Column, DataTable, Disclosure, Stat, TableData};

/// How many events the picture shows; the table has them all.
const CHART_EVENTS: usize = 15;

/// A gap in the days longer than this is drawn as zeros at its ends only.
const DAY_MILLIS: f64 = 86_400_000.0;

/// The overview of the loaded data set.
#[component]
pub fn Overview() -> impl IntoView {
    let (session, facts) = (expect_context::<Session>(), expect_context::<Facts>());
    let spec = Signal::derive(move || facts.overview().map(|overview| events_chart(&overview)));
    let days = Signal::derive(move || facts.overview().map(|overview| days_chart(&overview)));
    let table =
        Signal::derive(move || facts.overview().map(|overview| events_table(&overview)).unwrap_or_default());
    let stats = move || session.data.get().map(|data| stats(&data, session.zone()));
    view! {
        {stats}
        <div class="split">
            <figure class="figure">
                <figcaption class="figure-head"><span class="figure-title">{text("overview.events")}</span></figcaption>
                <Chart spec label=text("overview.events_label") />
            </figure>
            <figure class="figure">
                <figcaption class="figure-head"><span class="figure-title">{text("overview.days")}</span></figcaption>
                <Chart spec=days label=text("overview.days_label") height=260 />
            </figure>
        </div>
        <Disclosure summary=text("overview.table")>
            <DataTable caption=text("overview.table") data=table file_name="events" />
        </Disclosure>
    }
}

fn stats(data: &Arc<DataSet>, zone: String) -> impl IntoView + use<> {
    let schema = &data.loaded.schema;
    let period = schema.span.map(|(first, last)| {
        let days = (last.since(first) as f64).max(0.0);
        (duration(days), format!("{} – {}", date(first.0 as f64, &zone), date(last.0 as f64, &zone)))
    });
    let (length, period) = period.unwrap_or_default();
    let per_user = schema.n_events as f64 / schema.n_users.max(1) as f64;
    let report = &data.loaded.report;
    let took = duration(data.loaded.took_millis.max(1) as f64);
    let rate = report.n_bytes as f64 / data.loaded.took_millis.max(1) as f64 * 1000.0;
    let per_event = data.loaded.n_table_bytes as f64 / schema.n_events.max(1) as f64;
    let memory = text_with(
        "overview.memory",
        &[("size", bytes(data.loaded.n_table_bytes)), ("each", number(per_event, 1))],
    );
    view! {
        <dl class="stats">
            <Stat label=text("overview.n_events") value=count(schema.n_events) note=text_with("overview.per_user", &[("n", number(per_user, 1))]) />
            <Stat label=text("column.users") value=count(schema.n_users) note=plural("overview.kinds", schema.columns.len() as u64) />
            <Stat label=text("overview.period") value=length note=period />
            <Stat label=text("overview.took") value=took note=text_with("overview.rate", &[("rate", bytes(rate as u64)), ("memory", memory)]) />
        </dl>
    }
}

fn events_chart(overview: &OverviewAnswer) -> ChartSpec {
    let share = |n: u64| percent(n as f64 / overview.n_events.max(1) as f64, 1);
    let bar = |event: &cairn_engine::analysis::overview::EventCount| Bar {
        name: event.event.clone(),
        value: event.n_events as f64,
        text: compact(event.n_events as f64),
        note: share(event.n_events),
        label: text_with(
            "overview.event_mark",
            &[
                ("event", event.event.clone()),
                ("n", count(event.n_events)),
                ("share", share(event.n_events)),
                ("users", count(event.n_users)),
            ],
        ),
        ..Bar::default()
    };
    let bars = overview.events.iter().take(CHART_EVENTS).map(bar).collect();
    ChartSpec { picture: Picture::Bars(Bars { bars }), empty: text("overview.empty") }
}

/// Days without an event are drawn as zero: their two ends, so that a long silence costs two points.
fn days_chart(overview: &OverviewAnswer) -> ChartSpec {
    let mut points: Vec<(f64, f64)> = Vec::new();
    for day in &overview.days {
        let at = f64::from(day.number) * DAY_MILLIS;
        if let Some(&(before, _)) = points.last()
            && at - before > DAY_MILLIS * 1.5
        {
            points.push((before + DAY_MILLIS, 0.0));
            if at - before > DAY_MILLIS * 2.5 {
                points.push((at - DAY_MILLIS, 0.0));
            }
        }
        points.push((at, day.n_events as f64));
    }
    let name = |at: f64| date(at, "UTC");
    let label =
        |&(at, n): &(f64, f64)| text_with("overview.day_mark", &[("day", name(at)), ("n", count(n as u64))]);
    let lines = Lines {
        at: points.iter().map(|point| point.0).collect(),
        labels: points.iter().map(label).collect(),
        series: vec![Series {
            values: points.iter().map(|point| Some(point.1)).collect(),
            ..Series::default()
        }],
        ticks: day_ticks(&points),
        values: TickFormat::counts(),
        shape: Shape::Area,
        ..Lines::default()
    };
    ChartSpec { picture: Picture::Lines(lines), empty: text("overview.empty") }
}

/// Names for the days: the ends first, then the middles of what lies between.
fn day_ticks(points: &[(f64, f64)]) -> Vec<Tick> {
    let (Some(first), Some(last)) = (points.first(), points.last()) else { return Vec::new() };
    let days = ((last.0 - first.0) / DAY_MILLIS).round() as u32;
    let step = (days / 8).max(1);
    let tick = |index: u32| {
        let at = first.0 + f64::from(index) * DAY_MILLIS;
        let rank = match index / step % 4 {
            0 => 0,
            2 => 1,
            _ => 2,
        };
        Tick { at, text: date(at, "UTC"), rank }
    };
    (0..=days).step_by(step as usize).map(tick).collect()
}

fn events_table(overview: &OverviewAnswer) -> TableData {
    let columns = vec![
        Column::text(text("overview.column_event")),
        Column::number(text("overview.n_events")),
        Column::number(text("overview.column_share")),
        Column::number(text("column.users")),
        Column::number(text("column.user_share")),
    ];
    let share = |n: u64, of: u64| Cell::percent((of > 0).then(|| n as f64 / of as f64), 1);
    let row = |event: &cairn_engine::analysis::overview::EventCount| {
        vec![
            Cell::text(event.event.clone()),
            Cell::count(event.n_events),
            share(event.n_events, overview.n_events),
            Cell::count(event.n_users),
            share(event.n_users, overview.n_users),
        ]
    };
    TableData { columns, rows: overview.events.iter().map(row).collect() }
}
