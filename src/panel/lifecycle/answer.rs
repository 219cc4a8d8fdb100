//! The answer in words, as a picture and as a table: pure functions of the engine's answer.

use cairn_charts::{ChartSpec, Picture, StackColumn, StackPart, Stacks, Tick, TickFormat, Tone};
use cairn_engine::analysis::lifecycle::{LifecycleAnswer, LifecyclePeriod, LifecycleQuery, NewBy};

use crate::panel::calendar;
use crate::text::{count, name, number, plural_with, strong, text, text_with};
use crate::view::{Cell, Column, TableData};

/// Periods beyond this number are in the table only; the newest stay.
const CHART_PERIODS: usize = 104;

/// The names of the states, in the order of the picture's parts.
pub const STATES: [&str; 4] =
    ["lifecycle.new", "lifecycle.returning", "lifecycle.resurrecting", "lifecycle.dormant"];

/// Users of a period by state, in the order of [`STATES`].
pub fn counts(period: &LifecyclePeriod) -> [u64; 4] {
    [period.n_new, period.n_returning, period.n_resurrecting, period.n_dormant]
}

/// The periods in the picture.
pub fn shown(answer: &LifecycleAnswer) -> &[LifecyclePeriod] {
    &answer.periods[answer.periods.len().saturating_sub(CHART_PERIODS)..]
}

/// The answer in a few sentences: the last period that is over, and how many come for each who goes.
pub fn sentence(query: &LifecycleQuery, answer: &LifecycleAnswer) -> String {
    let Some(last) = answer.periods.iter().rev().find(|period| period.is_complete) else {
        return text("lifecycle.nobody");
    };
    let [new, returning, resurrecting, dormant] = counts(last);
    let active = new + returning + resurrecting;
    let values = [
        ("n", strong(count(active))),
        ("period", strong(period_name(query, last))),
        ("new", count(new)),
        ("returning", count(returning)),
        ("resurrecting", count(resurrecting)),
        ("dormant", count(dormant)),
    ];
    let mut said = vec![plural_with("lifecycle.said", active, &values)];
    let whole = answer.periods.iter().filter(|period| period.is_complete);
    let (come, gone) = whole.fold((0, 0), |(come, gone), period| {
        (come + period.n_new + period.n_resurrecting, gone + period.n_dormant)
    });
    if gone > 0 {
        let ratio = strong(number(come as f64 / gone as f64, 2));
        said.push(text_with("lifecycle.said_ratio", &[("ratio", ratio)]));
    }
    said.join(" ")
}

fn period_name(query: &LifecycleQuery, period: &LifecyclePeriod) -> String {
    calendar::period_name(query.period, period.start_millis, &period.label, query.scope.zone.as_deref())
}

/// The picture: those who are active above zero, those who have gone below it.
pub fn chart(query: &LifecycleQuery, answer: &LifecycleAnswer) -> ChartSpec {
    let tones = [Tone::Series(0), Tone::Series(1), Tone::Series(2), Tone::Other];
    let part = |(key, tone): (&&str, Tone)| StackPart { name: text(key), tone };
    let column = |period: &LifecyclePeriod| {
        let counts = counts(period);
        let label = |part: usize| {
            let values = [
                ("period", period_name(query, period)),
                ("state", text(STATES[part])),
                ("n", count(counts[part])),
            ];
            text_with(if period.is_complete { "lifecycle.mark" } else { "lifecycle.mark_open" }, &values)
        };
        let sign = [1.0, 1.0, 1.0, -1.0];
        StackColumn {
            values: counts.iter().zip(sign).map(|(&n, sign)| n as f64 * sign).collect(),
            labels: (0..4).map(label).collect(),
            is_open: !period.is_complete,
        }
    };
    let tick = |(index, period): (usize, &LifecyclePeriod)| Tick {
        at: index as f64,
        text: period_name(query, period),
        rank: u8::from(!index.is_multiple_of(4)),
    };
    let shown = shown(answer);
    let stacks = Stacks {
        parts: STATES.iter().zip(tones).map(part).collect(),
        columns: if answer.n_users == 0 { Vec::new() } else { shown.iter().map(column).collect() },
        ticks: shown.iter().enumerate().map(tick).collect(),
        values: TickFormat::counts(),
    };
    ChartSpec { picture: Picture::Stacks(stacks), empty: text("answer.nobody_active") }
}

/// The table: a row for each period.
pub fn table(query: &LifecycleQuery, answer: &LifecycleAnswer) -> TableData {
    let states = STATES.iter().map(|key| Column::number(text(key)));
    let columns = std::iter::once(Column::text(text("column.period"))).chain(states);
    let row = |period: &LifecyclePeriod| {
        let name = Cell::text(period_name(query, period));
        std::iter::once(name).chain(counts(period).map(Cell::count)).collect()
    };
    TableData { columns: columns.collect(), rows: answer.periods.iter().map(row).collect() }
}

/// The name of the segment of a part of a column.
pub fn segment_name(query: &LifecycleQuery, period: &LifecyclePeriod, part: usize) -> String {
    let values = [("state", text(STATES[part])), ("period", period_name(query, period))];
    text_with("lifecycle.segment", &values)
}

/// What was counted and how, in one line.
pub fn rule(query: &LifecycleQuery) -> String {
    let births = match &query.new_by {
        NewBy::FirstActivity => text("lifecycle.rule_first_activity"),
        NewBy::FirstEvent => text("lifecycle.rule_first_event"),
        NewBy::Property { property } => text_with("lifecycle.rule_property", &[("property", name(property))]),
    };
    format!("{births} {}", text("lifecycle.rule_rest"))
}
