//! The answer in words, as a picture and as tables: pure functions of the engine's answer.

use cairn_charts::{ChartSpec, Heat, HeatCell, HeatRow, Picture};
use cairn_engine::analysis::frequency::{FrequencyAnswer, FrequencyQuery, UsersAt};

use crate::text::{count, name, number, percent, plural, plural_with, strong, text, text_with};
use crate::view::{Cell, Column, TableData};

/// The answer in a few sentences: how often on average, how many only once, how many lately.
pub fn sentence(query: &FrequencyQuery, answer: &FrequencyAnswer) -> String {
    if answer.n_users == 0 {
        return text("answer.nobody_active");
    }
    let event = query.rule.event.as_ref().map_or_else(|| text("event.any"), name);
    let mean = number(answer.n_events as f64 / answer.n_users as f64, 1);
    let share = |n: u64| strong(percent(n as f64 / answer.n_users as f64, 0));
    let values = [("n", strong(count(answer.n_users))), ("event", event), ("mean", strong(mean))];
    let mut said = vec![plural_with("frequency.said", answer.n_users, &values)];
    let one_day = answer.days_active.iter().find(|at| at.n == 1).map_or(0, |at| at.n_users);
    said.push(text_with("frequency.said_one_day", &[("share", share(one_day))]));
    let week: u64 = answer.days_ago.iter().filter(|at| at.n < 7).map(|at| at.n_users).sum();
    said.push(text_with("frequency.said_week", &[("share", share(week))]));
    said.join(" ")
}

/// `2–3 times`, or `128 times or more`.
fn events_name(query: &FrequencyQuery, column: usize) -> String {
    let from = query.events_from[column];
    match query.events_from.get(column + 1) {
        Some(next) if *next == from + 1 => plural("frequency.times", from),
        Some(next) => range_text("frequency.times_range", from, next - 1),
        None => text_with("frequency.times_more", &[("n", count(from))]),
    }
}

/// `7–13 days ago`, or `90 days ago or more`.
fn days_name(query: &FrequencyQuery, row: usize) -> String {
    let from = u64::from(query.days_from[row]);
    match query.days_from.get(row + 1).map(|&next| u64::from(next)) {
        Some(next) if next == from + 1 => plural("frequency.ago", from),
        Some(next) => range_text("frequency.ago_range", from, next - 1),
        None => text_with("frequency.ago_more", &[("n", count(from))]),
    }
}

fn range_text(key: &str, from: u64, to: u64) -> String {
    text_with(key, &[("from", count(from)), ("to", count(to))])
}

/// What people call the users of a cell.
pub fn cell_name(query: &FrequencyQuery, row: usize, column: usize) -> String {
    let values = [("times", events_name(query, column)), ("ago", days_name(query, row))];
    text_with("frequency.cell", &values)
}

/// The picture: a row for how long ago, a column for how often.
pub fn chart(query: &FrequencyQuery, answer: &FrequencyAnswer) -> ChartSpec {
    let largest = answer.grid.iter().flatten().copied().max().unwrap_or_default().max(1) as f64;
    let row = |(row, cells): (usize, &Vec<u64>)| {
        let cell = |(column, &n): (usize, &u64)| {
            let share = percent(n as f64 / answer.n_users.max(1) as f64, 1);
            let values = [("cell", cell_name(query, row, column)), ("n", count(n)), ("share", share)];
            HeatCell {
                share: n as f64 / largest,
                text: count(n),
                label: text_with("frequency.mark", &values),
                is_open: false,
            }
        };
        HeatRow {
            name: days_name(query, row),
            note: count(cells.iter().sum()),
            cells: cells.iter().enumerate().map(cell).collect(),
        }
    };
    let rows =
        if answer.n_users == 0 { Vec::new() } else { answer.grid.iter().enumerate().map(row).collect() };
    let columns = (0..query.events_from.len()).map(|column| events_name(query, column)).collect();
    ChartSpec { picture: Picture::Heat(Heat { columns, rows }), empty: text("answer.nobody_active") }
}

/// The same numbers.
pub fn table(query: &FrequencyQuery, answer: &FrequencyAnswer) -> TableData {
    let columns = (0..query.events_from.len()).map(|column| Column::number(events_name(query, column)));
    let columns = std::iter::once(Column::text(text("frequency.column_last"))).chain(columns).collect();
    let row = |(row, cells): (usize, &Vec<u64>)| {
        let cells = cells.iter().copied().map(Cell::count);
        std::iter::once(Cell::text(days_name(query, row))).chain(cells).collect()
    };
    TableData { columns, rows: answer.grid.iter().enumerate().map(row).collect() }
}

/// Users by the number of days on which they are active.
pub fn days(answer: &FrequencyAnswer) -> TableData {
    let columns = vec![
        Column::number(text("frequency.column_days")),
        Column::number(text("column.users")),
        Column::number(text("column.user_share")),
    ];
    let row = |at: &UsersAt| {
        let share = at.n_users as f64 / answer.n_users.max(1) as f64;
        vec![Cell::count(at.n), Cell::count(at.n_users), Cell::percent(Some(share), 1).with_bar(share)]
    };
    TableData { columns, rows: answer.days_active.iter().map(row).collect() }
}
