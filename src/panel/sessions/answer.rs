//! The answer in words, as a picture and as tables: pure functions of the engine's answer.

use std::collections::BTreeMap;

use cairn_charts::{ChartSpec, Lines, Picture, Series, Shape, TickFormat};
use cairn_engine::analysis::sessions::{SessionPeriod, SessionSpread, SessionsAnswer, SessionsQuery};
use cairn_engine::rule::SessionRule;

use crate::panel::calendar::{self, spaced_ticks};
use crate::panel::shared::strong_rate;
use crate::text::{count, duration, name, plural_with, strong, text, text_with};
use crate::view::{Cell, Column, TableData};

/// The answer in a few sentences: how many, how long in the middle, how many bounce, where most begin and end.
pub fn sentence(answer: &SessionsAnswer) -> String {
    let (Some(lengths), Some(bounces)) = (&answer.durations, answer.bounce_rate) else {
        return text("sessions.nothing");
    };
    let values = [("n", strong(count(answer.n_sessions))), ("users", count(answer.n_users))];
    let mut said = vec![plural_with("sessions.said", answer.n_sessions, &values)];
    let lengths = [("median", strong(duration(lengths.median))), ("p90", duration(lengths.p90))];
    said.push(text_with("sessions.said_length", &lengths));
    said.push(text_with("sessions.said_bounce", &[("rate", strong_rate(bounces))]));
    if let (Some(entry), Some(exit)) = (answer.entries.first(), answer.exits.first()) {
        let values = [("entry", name(&entry.value)), ("exit", name(&exit.value))];
        said.push(text_with("sessions.said_ends", &values));
    }
    said.join(" ")
}

fn period_name(query: &SessionsQuery, period: &SessionPeriod) -> String {
    calendar::period_name(query.period, period.start_millis, &period.label, query.scope.zone.as_deref())
}

/// Sessions and those of one event, by period.
pub fn chart(query: &SessionsQuery, answer: &SessionsAnswer) -> ChartSpec {
    let label = |period: &SessionPeriod| {
        let values = [
            ("when", period_name(query, period)),
            ("n", count(period.n_sessions)),
            ("users", count(period.n_users)),
            ("bounces", count(period.n_bounces)),
        ];
        text_with("sessions.mark", &values)
    };
    let series = |key: &str, value: fn(&SessionPeriod) -> u64| Series {
        name: text(key),
        values: answer.periods.iter().map(|period| Some(value(period) as f64)).collect(),
        tone: None,
    };
    let series = if answer.periods.is_empty() {
        Vec::new()
    } else {
        vec![
            series("sessions.column_sessions", |period| period.n_sessions),
            series("sessions.column_bounces", |period| period.n_bounces),
        ]
    };
    let places: Vec<(f64, String)> = answer
        .periods
        .iter()
        .map(|period| (period.start_millis.0 as f64, period_name(query, period)))
        .collect();
    let lines = Lines {
        at: places.iter().map(|(at, _)| *at).collect(),
        labels: answer.periods.iter().map(label).collect(),
        series,
        ticks: spaced_ticks(&places),
        values: TickFormat::counts(),
        shape: Shape::Line,
        ..Lines::default()
    };
    ChartSpec { picture: Picture::Lines(lines), empty: text("sessions.nothing") }
}

/// How lengths, events and sessions per user are distributed.
pub fn spreads(answer: &SessionsAnswer) -> TableData {
    let quantiles = ["mean", "p10", "p25", "median", "p75", "p90", "max"];
    let columns = quantiles.iter().map(|name| Column::number(text(&format!("spread.{name}"))));
    let columns = std::iter::once(Column::text(text("sessions.column_what"))).chain(columns).collect();
    let row = |key: &str, spread: Option<SessionSpread>, cell: fn(f64) -> Cell| {
        let spread = spread?;
        let SessionSpread { mean, p10, p25, median, p75, p90, max } = spread;
        let cells = [mean, p10, p25, median, p75, p90, max].map(cell);
        Some(std::iter::once(Cell::text(text(key))).chain(cells).collect())
    };
    let amount = |value: f64| Cell::number(Some(value), u8::from(value.fract() != 0.0) * 2);
    let rows = [
        row("sessions.length", answer.durations, |millis| Cell::duration(Some(millis))),
        row("sessions.events_each", answer.events_per_session, amount),
        row("sessions.sessions_each", answer.sessions_per_user, amount),
    ];
    TableData { columns, rows: rows.into_iter().flatten().collect() }
}

/// How many sessions begin and end with each event.
pub fn ends(answer: &SessionsAnswer) -> TableData {
    let columns = vec![
        Column::text(text("overview.column_event")),
        Column::number(text("sessions.column_entries")),
        Column::number(text("sessions.column_entry_share")),
        Column::number(text("sessions.column_exits")),
        Column::number(text("sessions.column_exit_share")),
    ];
    let exits: BTreeMap<&str, u64> =
        answer.exits.iter().map(|exit| (exit.value.as_str(), exit.n_events)).collect();
    let entries: BTreeMap<&str, u64> =
        answer.entries.iter().map(|entry| (entry.value.as_str(), entry.n_events)).collect();
    let only_exits = answer.exits.iter().filter(|exit| !entries.contains_key(exit.value.as_str()));
    let share = |n: u64| n as f64 / answer.n_sessions.max(1) as f64;
    let shares = |n: u64| [Cell::count(n), Cell::percent(Some(share(n)), 1).with_bar(share(n))];
    let row = |event: &str| {
        let n = |of: &BTreeMap<&str, u64>| of.get(event).copied().unwrap_or_default();
        let cells = shares(n(&entries)).into_iter().chain(shares(n(&exits)));
        std::iter::once(Cell::text(event)).chain(cells).collect()
    };
    TableData { columns, rows: answer.entries.iter().chain(only_exits).map(|end| row(&end.value)).collect() }
}

/// A row for each period.
pub fn table(query: &SessionsQuery, answer: &SessionsAnswer) -> TableData {
    let columns = vec![
        Column::text(text("column.period")),
        Column::number(text("sessions.column_sessions")),
        Column::number(text("column.users")),
        Column::number(text("sessions.column_bounces")),
        Column::number(text("sessions.column_mean")),
    ];
    let row = |period: &SessionPeriod| {
        vec![
            Cell::text(period_name(query, period)),
            Cell::count(period.n_sessions),
            Cell::count(period.n_users),
            Cell::count(period.n_bounces),
            Cell::duration(period.mean_millis),
        ]
    };
    TableData { columns, rows: answer.periods.iter().map(row).collect() }
}

/// What was counted and how, in one line.
pub fn rule(query: &SessionsQuery) -> String {
    let cut = match query.session {
        SessionRule::Auto => text("sessions.rule_auto"),
        SessionRule::Gap { gap_millis, .. } => {
            text_with("sessions.rule_gap", &[("time", duration(gap_millis as f64))])
        }
        SessionRule::Column => text("sessions.rule_column"),
        SessionRule::History => text("sessions.rule_history"),
    };
    format!("{cut} {}", text("sessions.rule_rest"))
}
