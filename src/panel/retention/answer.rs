//! The answer in words, as pictures and as a table: pure functions of the engine's answer.

use cairn_charts::{
    ChartSpec, Heat, HeatCell, HeatRow, Lines, Picture, Series, Shape, Tick, TickFormat, Tone,
};
use cairn_engine::analysis::funnel::GroupKey;
use cairn_engine::analysis::retention::{
    Average, Bins, Cohort, Criterion, Entry, Outcome, RetentionAnswer, RetentionQuery, RetentionTable,
};
use cairn_engine::stats::interval::Rate;
use cairn_engine::time::Period;

use crate::panel::calendar::period_name;
use crate::panel::shared::{group_name, strong_rate};
use crate::text::{count, decimal_mark, name, percent, plain, plural_with, strong, text, text_with};
use crate::view::{Cell, Column, TableData};

/// Rows beyond this number are in the table only; the newest stay.
const CHART_ROWS: usize = 40;

/// Groups beyond this number have no curve.
const CURVES: usize = 7;

/// The answer in a few sentences: who starts, and how many are back one period later and at the end.
pub fn sentence(query: &RetentionQuery, answer: &RetentionAnswer) -> String {
    let event = |event: &Option<String>| event.as_ref().map_or_else(|| text("event.any"), name);
    let (start, returns) = (event(&query.start.event), event(&query.returns.event));
    let table = &answer.overall;
    if table.n_entries == 0 {
        return text_with("retention.nobody", &[("start", start)]);
    }
    let n = strong(count(table.n_entries));
    let mut said = vec![plural_with(
        "retention.said",
        table.n_entries,
        &[("n", n), ("start", start), ("return", returns)],
    )];
    let last = table.average.len() - 1;
    for column in if last > 1 { vec![1, last] } else { vec![last] } {
        if let Some(rate) = table.average[column].rate.filter(|_| column > 0) {
            let values = [("column", column_name(query, answer, column)), ("rate", strong_rate(rate))];
            said.push(text_with("retention.said_rate", &values));
        }
    }
    said.push(average_text(query.average));
    said.join(" ")
}

fn average_text(average: Average) -> String {
    text(match average {
        Average::Pooled => "retention.said_pooled",
        Average::Simple => "retention.said_simple",
        Average::MatureOnly => "retention.said_mature",
    })
}

/// `Week 3`, or `Weeks 3–5`.
pub fn column_name(query: &RetentionQuery, answer: &RetentionAnswer, column: usize) -> String {
    let covers = answer.columns[column];
    let key = match query.period {
        Period::Hour => "retention.hour_n",
        Period::Day => "retention.day_n",
        Period::Week => "retention.week_n",
        Period::Month => "retention.month_n",
        Period::Quarter => "retention.quarter_n",
        Period::Year => "retention.year_n",
    };
    let n = if covers.from_period == covers.to_period {
        count(u64::from(covers.from_period))
    } else {
        format!("{}–{}", count(u64::from(covers.from_period)), count(u64::from(covers.to_period)))
    };
    text_with(key, &[("n", n)])
}

fn cohort_name(query: &RetentionQuery, cohort: &Cohort) -> String {
    period_name(query.period, cohort.start_millis, &cohort.label, query.scope.zone.as_deref())
}

/// The cohorts that have a row in the picture.
pub fn shown(answer: &RetentionAnswer) -> Vec<&Cohort> {
    let all: Vec<&Cohort> = answer.overall.cohorts.iter().filter(|cohort| cohort.n_users > 0).collect();
    all[all.len().saturating_sub(CHART_ROWS)..].to_vec()
}

/// The picture: a row for each cohort.
pub fn heat(query: &RetentionQuery, answer: &RetentionAnswer) -> ChartSpec {
    let row = |cohort: &&Cohort| {
        let name = cohort_name(query, cohort);
        let cell = |(column, cell): (usize, &cairn_engine::analysis::retention::Cell)| {
            let rate = cell.rate.map_or(0.0, |rate| rate.rate);
            let key = if cell.is_complete { "retention.mark" } else { "retention.mark_open" };
            let values = [
                ("cohort", name.clone()),
                ("column", column_name(query, answer, column)),
                ("n", count(cell.n_users)),
                ("size", count(cohort.n_users)),
                ("rate", cell.rate.map(|rate| plain(&strong_rate(rate))).unwrap_or_default()),
            ];
            HeatCell {
                share: rate,
                text: percent(rate, 0),
                label: text_with(key, &values),
                is_open: !cell.is_complete,
            }
        };
        HeatRow {
            note: count(cohort.n_users),
            cells: cohort.cells.iter().enumerate().map(cell).collect(),
            name: name.clone(),
        }
    };
    let columns = (0..answer.columns.len()).map(|column| column_name(query, answer, column)).collect();
    let rows = shown(answer).iter().map(row).collect();
    ChartSpec { picture: Picture::Heat(Heat { columns, rows }), empty: text("retention.empty") }
}

/// The averages as curves: of everyone, or of each group.
pub fn curves(query: &RetentionQuery, answer: &RetentionAnswer) -> ChartSpec {
    let everyone = (text("group.everyone"), None, &answer.overall);
    let tone = |key: &GroupKey| (*key == GroupKey::Other).then_some(Tone::Other);
    let groups = answer.groups.iter().take(CURVES);
    let groups: Vec<_> =
        groups.map(|group| (group_name(&group.key), tone(&group.key), &group.table)).collect();
    let tables = if groups.is_empty() { vec![everyone] } else { groups };
    let series = tables.iter().map(|(name, tone, table)| Series {
        name: if tables.len() > 1 { name.clone() } else { String::new() },
        values: table.average.iter().map(|cell| cell.rate.map(|rate| rate.rate)).collect(),
        tone: *tone,
    });
    let n_columns = answer.columns.len();
    let label = |column: usize| {
        let said = tables.iter().filter_map(|(name, _, table)| {
            let rate = table.average.get(column)?.rate?;
            Some(format!("{name}: {}", plain(&strong_rate(rate))))
        });
        format!("{}. {}", column_name(query, answer, column), said.collect::<Vec<_>>().join("; "))
    };
    let tick = |column: usize| Tick {
        at: column as f64,
        text: column_name(query, answer, column),
        rank: u8::from(!column.is_multiple_of(4)),
    };
    let lines = Lines {
        at: (0..n_columns).map(|column| column as f64).collect(),
        labels: (0..n_columns).map(label).collect(),
        series: series.collect(),
        ticks: (0..n_columns).map(tick).collect(),
        values: TickFormat {
            decimal_mark: decimal_mark(),
            after: "%".to_owned(),
            factor: 100.0,
            ..TickFormat::counts()
        },
        shape: Shape::Line,
        ..Lines::default()
    };
    ChartSpec { picture: Picture::Lines(lines), empty: text("retention.empty") }
}

/// The table: a row for each cohort, of each group, and the averages.
pub fn table(query: &RetentionQuery, answer: &RetentionAnswer) -> TableData {
    let has_groups = !answer.groups.is_empty();
    let group = has_groups.then(|| Column::text(text("column.group")));
    let fixed = [Column::text(text("retention.column_cohort")), Column::number(text("column.users"))];
    let columns = (0..answer.columns.len()).map(|column| Column::number(column_name(query, answer, column)));
    let mut rows = rows(query, answer, &answer.overall, has_groups.then(|| text("group.everyone")));
    for of in &answer.groups {
        rows.extend(self::rows(query, answer, &of.table, Some(group_name(&of.key))));
    }
    TableData { columns: group.into_iter().chain(fixed).chain(columns).collect(), rows }
}

fn rows(
    query: &RetentionQuery,
    answer: &RetentionAnswer,
    table: &RetentionTable,
    group: Option<String>,
) -> Vec<Vec<Cell>> {
    let n_columns = answer.columns.len();
    let row = |name: String, n_users: u64, rates: Vec<Option<Rate>>| {
        let rates = (0..n_columns).map(|column| {
            let rate = rates.get(column).copied().flatten().map(|rate| rate.rate);
            rate.map_or_else(Cell::missing, |rate| Cell::percent(Some(rate), 1).with_bar(rate))
        });
        let fixed = [Cell::text(name), Cell::count(n_users)];
        group.clone().map(Cell::text).into_iter().chain(fixed).chain(rates).collect::<Vec<_>>()
    };
    let average = table.average.iter().map(|cell| cell.rate).collect();
    let mut all = vec![row(text("retention.average_row"), table.n_entries, average)];
    let cohorts = table.cohorts.iter().map(|cohort| {
        let rates = cohort.cells.iter().map(|cell| cell.rate).collect();
        row(cohort_name(query, cohort), cohort.n_users, rates)
    });
    all.extend(cohorts);
    all
}

/// The sums of the value: a row for each cohort, of everyone, and per user who started on average.
pub fn values(query: &RetentionQuery, answer: &RetentionAnswer) -> TableData {
    let columns = (0..answer.columns.len()).map(|column| Column::number(column_name(query, answer, column)));
    let fixed = [Column::text(text("retention.column_cohort")), Column::number(text("column.users"))];
    let cell = |value: Option<f64>| Cell::number(value, 2);
    let row = |name: String, n_users: u64, values: Vec<Option<f64>>| {
        let missing = answer.columns.len().saturating_sub(values.len());
        let values = values.into_iter().chain(std::iter::repeat_n(None, missing)).map(cell);
        [Cell::text(name), Cell::count(n_users)].into_iter().chain(values).collect::<Vec<_>>()
    };
    let table = &answer.overall;
    let average = table.average.iter().map(|cell| cell.value_per_entry).collect();
    let mut rows = vec![row(text("retention.value_per_user"), table.n_entries, average)];
    rows.extend(table.cohorts.iter().map(|cohort| {
        let sums = cohort.cells.iter().map(|cell| cell.value_sum).collect();
        row(cohort_name(query, cohort), cohort.n_users, sums)
    }));
    TableData { columns: fixed.into_iter().chain(columns).collect(), rows }
}

/// The name of the segment of a cell's users.
pub fn segment_name(
    query: &RetentionQuery,
    answer: &RetentionAnswer,
    cohort: &Cohort,
    column: usize,
    outcome: Outcome,
) -> String {
    let key = match outcome {
        Outcome::Returned => "retention.segment_returned",
        Outcome::StayedAway => "retention.segment_away",
    };
    let values = [("cohort", cohort_name(query, cohort)), ("column", column_name(query, answer, column))];
    text_with(key, &values)
}

/// What was counted and how, in one line.
pub fn rule(query: &RetentionQuery) -> String {
    let entry = text(match query.entry {
        Entry::FirstInRange => "retention.rule_first_in_range",
        Entry::FirstMatching => "retention.rule_first_matching",
        Entry::FirstEver => "retention.rule_first_ever",
        Entry::Recurring => "retention.rule_recurring",
    });
    let bins = text(match query.bins {
        Bins::Calendar => "retention.rule_calendar",
        Bins::Elapsed => "retention.rule_elapsed",
        Bins::ElapsedHourFloored => "retention.rule_hours",
    });
    let criterion = text(match query.criterion {
        Criterion::On => "retention.rule_on",
        Criterion::OnOrAfter => "retention.rule_after",
        Criterion::OnOrBefore => "retention.rule_before",
    });
    format!("{entry} {bins} {criterion} {}", text("retention.rule_rest"))
}
