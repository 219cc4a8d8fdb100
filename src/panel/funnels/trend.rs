//! The funnel over time: conversion by when users entered, as a picture and as a table.

use cairn_charts::{ChartSpec, Lines, Picture, Series, TickFormat, Tone};
use cairn_engine::analysis::funnel::{FunnelAnswer, FunnelPeriod, FunnelQuery, GroupKey};

use crate::panel::calendar::{period_name, spaced_ticks};
use crate::panel::shared::{group_name, strong_rate};
use crate::text::{count, plain, text, text_with};
use crate::view::{Cell, Column, TableData};

/// Groups beyond this number are in the table only.
const CHART_GROUPS: usize = 8;

/// Everybody's periods, or those of each group; the name is empty where there is only one.
fn drawn(answer: &FunnelAnswer) -> Vec<(String, Option<Tone>, &[FunnelPeriod])> {
    if answer.groups.is_empty() {
        return vec![(String::new(), None, &answer.trend)];
    }
    let tone = |key: &GroupKey| (*key == GroupKey::Other).then_some(Tone::Other);
    let groups = answer.groups.iter().take(CHART_GROUPS);
    groups.map(|group| (group_name(&group.key), tone(&group.key), group.trend.as_slice())).collect()
}

fn name_of(query: &FunnelQuery, period: &FunnelPeriod) -> String {
    let calendar = query.trend.unwrap_or_default();
    period_name(calendar, period.start, &period.label, query.scope.zone.as_deref())
}

/// The picture: the share that converts, a line for each group.
pub fn chart(query: &FunnelQuery, answer: &FunnelAnswer) -> ChartSpec {
    let drawn = drawn(answer);
    let series = drawn.iter().map(|(name, tone, periods)| Series {
        name: name.clone(),
        values: periods.iter().map(|period| period.conversion_rate.map(|rate| rate.rate)).collect(),
        tone: *tone,
    });
    let label = |at: usize| {
        let said = drawn.iter().filter_map(|(name, _, periods)| {
            let period = periods.get(at)?;
            let rate = period
                .conversion_rate
                .map_or_else(|| text("trends.no_value"), |rate| plain(&strong_rate(rate)));
            let entered = period.n_reached.first().copied().unwrap_or_default();
            let values = [("group", name.clone()), ("rate", rate), ("n", count(entered))];
            Some(text_with(
                if name.is_empty() { "funnels.trend_mark" } else { "funnels.trend_group_mark" },
                &values,
            ))
        });
        let values =
            [("when", name_of(query, &answer.trend[at])), ("values", said.collect::<Vec<_>>().join("; "))];
        text_with("trends.mark", &values)
    };
    let place = |period: &FunnelPeriod| (period.start.0 as f64, name_of(query, period));
    let places: Vec<(f64, String)> = answer.trend.iter().map(place).collect();
    let is_empty = answer.overall.n_entered == 0;
    let lines = Lines {
        at: places.iter().map(|(at, _)| *at).collect(),
        labels: (0..places.len()).map(label).collect(),
        series: if is_empty { Vec::new() } else { series.collect() },
        ticks: spaced_ticks(&places),
        values: TickFormat { after: "%".to_owned(), factor: 100.0, ..TickFormat::counts() },
        ..Lines::default()
    };
    ChartSpec { picture: Picture::Lines(lines), empty: text("funnels.empty") }
}

/// The table: a row for each period, of each group.
pub fn table(query: &FunnelQuery, answer: &FunnelAnswer) -> TableData {
    let has_groups = !answer.groups.is_empty();
    let columns = [
        Column::text(text("column.period")),
        Column::number(text("funnels.column_entered")),
        Column::number(text("funnels.column_converted")),
        Column::number(text("funnels.column_open")).with_hint(text("funnels.hint_open")),
        Column::number(text("funnels.column_conversion")),
        Column::number(text("column.interval")).with_hint(text("hint.interval")),
    ];
    let group = has_groups.then(|| Column::text(text("column.group")));
    let mut rows = rows(query, &answer.trend, has_groups.then(|| text("group.everyone")));
    for group in &answer.groups {
        rows.extend(self::rows(query, &group.trend, Some(group_name(&group.key))));
    }
    TableData { columns: group.into_iter().chain(columns).collect(), rows }
}

fn rows(query: &FunnelQuery, periods: &[FunnelPeriod], group: Option<String>) -> Vec<Vec<Cell>> {
    let last = query.steps.iter().rposition(|step| !step.optional).unwrap_or_default();
    let row = |period: &FunnelPeriod| {
        let reached = |step: usize| Cell::count(period.n_reached.get(step).copied().unwrap_or_default());
        let rate = period.conversion_rate;
        let cells = [
            Cell::text(name_of(query, period)),
            reached(0),
            reached(last),
            Cell::count(period.n_open),
            Cell::percent(rate.map(|rate| rate.rate), 1).with_bar(rate.map_or(0.0, |rate| rate.rate)),
            Cell::percent_range(rate.map(|rate| (rate.low, rate.high)), 1),
        ];
        group.clone().map(Cell::text).into_iter().chain(cells).collect()
    };
    periods.iter().map(row).collect()
}
