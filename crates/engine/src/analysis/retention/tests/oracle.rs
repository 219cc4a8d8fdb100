//! Retention by its definitions: every cell of every cohort asked for by itself, over rows as they stand in the sheet.

use std::collections::BTreeMap;

use jiff::tz::TimeZone;

use crate::analysis::funnel::{GroupKey, Range};
use crate::analysis::retention::{Average, Bins, Criterion, Entry, RetentionColumn, RetentionQuery, Tie};
use crate::kernel::period::Periods;
use crate::rule::{Attribution, Breakdown, Condition, EventRule, Owner, Segment};
use crate::testing::{Sheet, SheetRow};
use crate::time::{Millis, Period};

/// A cohort's users, and for each column those who returned and what their returns add up to.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct NaiveCohort {
    pub(super) n_users: u64,
    pub(super) cells: Vec<(u64, f64)>,
}

/// Cohorts by the index of their period.
pub(super) type NaiveTable = BTreeMap<usize, NaiveCohort>;

/// What the data set and the query say about time.
pub(super) struct Clock {
    pub(super) periods: Periods,
    hours: Periods,
    from: Millis,
    to: Millis,
    pub(super) end: Millis,
    pub(super) columns: Vec<RetentionColumn>,
}

/// Who started, and when and as whom.
struct Entrance<'s> {
    cohort: usize,
    start: &'s SheetRow,
    returns: Vec<&'s SheetRow>,
}

impl Clock {
    pub(super) fn new(sheet: &Sheet, query: &RetentionQuery) -> Self {
        let times = || sheet.users().into_values().flatten().map(|row| row.time);
        let (first, last) = (times().min().unwrap_or(0), times().max().unwrap_or(0));
        let zone = TimeZone::get(query.scope.zone.as_deref().unwrap_or("UTC")).unwrap();
        let from = query.scope.from.map_or(first, |from| from.0.max(first));
        let to = query.scope.to.map_or(last, |to| to.0.min(last));
        let end = if query.range == Range::AllEvents { to } else { last };
        let covering = |period| {
            Periods::covering(period, query.scope.week_start, &zone, Millis(from), Millis(end)).unwrap()
        };
        let mut clock = Self {
            periods: covering(query.period),
            hours: covering(Period::Hour),
            from: Millis(from),
            to: Millis(to),
            end: Millis(end),
            columns: Vec::new(),
        };
        clock.columns = clock.all_columns(query);
        clock
    }

    /// Every column that the first cohort may reach.
    fn all_columns(&self, query: &RetentionQuery) -> Vec<RetentionColumn> {
        let last = self.offset(query, 0, self.from, self.end.max(self.from));
        let column =
            |from: usize, to: usize| RetentionColumn { from_period: from as u32, to_period: to as u32 };
        let mut columns = vec![column(0, 0)];
        if query.brackets.is_empty() {
            columns.extend((1..=last).map(|offset| column(offset, offset)));
        }
        let mut next = 1;
        for &length in &query.brackets {
            columns.push(column(next, next + length as usize - 1));
            next += length as usize;
        }
        columns.retain(|column| column.from_period as usize <= last);
        columns.truncate(query.columns.unwrap_or(u32::MAX) as usize);
        columns
    }

    /// How many periods a time lies after a start.
    fn offset(&self, query: &RetentionQuery, cohort: usize, start: Millis, time: Millis) -> usize {
        let length = query.period.usual_millis();
        match query.bins {
            Bins::Calendar => self.periods.index(time) - cohort,
            Bins::Elapsed => (time.since(start) / length) as usize,
            Bins::ElapsedHourFloored => {
                (self.hours.index(time) - self.hours.index(start)) / (length / 3_600_000) as usize
            }
        }
    }

    /// How many columns of a cohort have begun.
    pub(super) fn n_begun(&self, query: &RetentionQuery, cohort: usize) -> usize {
        let earliest = self.periods.start(cohort).max(self.from);
        let last = if earliest > self.end { 0 } else { self.offset(query, cohort, earliest, self.end) };
        self.columns.iter().filter(|column| column.from_period as usize <= last).count()
    }
}

/// The tables of all users and of each group, those beyond the limit as they are.
pub(super) fn naive(
    sheet: &Sheet,
    query: &RetentionQuery,
    clock: &Clock,
) -> (NaiveTable, BTreeMap<GroupKey, NaiveTable>) {
    let (mut overall, mut groups) = (NaiveTable::new(), BTreeMap::<GroupKey, NaiveTable>::new());
    for (user, rows) in sheet.users() {
        let whole = match &query.hold {
            None => entrances(query, clock, &rows).into_iter().map(|entrance| vec![entrance]).collect(),
            Some(property) => held(query, clock, &rows, property),
        };
        for together in &whole {
            add(&mut overall, query, clock, together);
            for key in keys(query, user, &rows, &together[0]) {
                add(groups.entry(key).or_default(), query, clock, together);
            }
        }
        if let Some(Breakdown::Property {
            property,
            on: Owner::Event,
            attribution: Attribution::EachValue,
            ..
        }) = &query.breakdown
        {
            for (value, rows) in by_value(&rows, property) {
                for entrance in entrances(query, clock, &rows) {
                    add(groups.entry(key_of(&value)).or_default(), query, clock, &[entrance]);
                }
            }
        }
    }
    (overall, groups)
}

fn key_of(value: &str) -> GroupKey {
    if value.is_empty() { GroupKey::Missing } else { GroupKey::Value { value: value.to_owned() } }
}

fn cell(row: &SheetRow, property: &str) -> String {
    match property {
        "plan" => row.cells[0].clone(),
        "money" => row.cells[1].clone(),
        other => panic!("no column {other}"),
    }
}

fn by_value<'s>(rows: &[&'s SheetRow], property: &str) -> BTreeMap<String, Vec<&'s SheetRow>> {
    let mut values: BTreeMap<String, Vec<&SheetRow>> = BTreeMap::new();
    rows.iter().for_each(|row| values.entry(cell(row, property)).or_default().push(row));
    values
}

fn keys(query: &RetentionQuery, user: &str, rows: &[&SheetRow], entrance: &Entrance<'_>) -> Vec<GroupKey> {
    match &query.breakdown {
        Some(Breakdown::Property {
            property,
            on: Owner::Event,
            attribution: Attribution::FirstTouch,
            ..
        }) => {
            vec![key_of(&cell(entrance.start, property))]
        }
        Some(Breakdown::Property { property, on: Owner::User, .. }) => {
            let known = rows.iter().rev().map(|row| cell(row, property)).find(|value| !value.is_empty());
            vec![key_of(&known.unwrap_or_default())]
        }
        Some(Breakdown::Segments { segments }) => {
            let holds = |segment: &Segment| match segment {
                Segment::List { users } => users.iter().any(|listed| listed == user),
                other => panic!("no such segment in these tests: {other:?}"),
            };
            let of = segments.iter().filter(|named| holds(&named.segment));
            of.map(|named| GroupKey::Segment { name: named.name.clone() }).collect()
        }
        _ => Vec::new(),
    }
}

fn matches(rule: &EventRule, row: &SheetRow) -> bool {
    let paid = |condition: &Condition| match condition {
        Condition::Property(test) => test.values.contains(&cell(row, &test.property)),
        other => panic!("no such condition in these tests: {other:?}"),
    };
    rule.event.as_ref().is_none_or(|event| *event == row.event) && rule.conditions.iter().all(paid)
}

/// The cohorts that these rows of a user make, each with the returns that may count.
fn entrances<'s>(query: &RetentionQuery, clock: &Clock, rows: &[&'s SheetRow]) -> Vec<Entrance<'s>> {
    let in_range = |row: &SheetRow| clock.from.0 <= row.time && row.time <= clock.to.0;
    let starts = rows.iter().copied().filter(|row| matches(&query.start, row));
    let head = EventRule { conditions: Vec::new(), ..query.start.clone() };
    let head_time = rows.iter().filter(|row| matches(&head, row)).map(|row| row.time).min();
    let all: Vec<&SheetRow> = match query.entry {
        Entry::FirstInRange => starts.filter(|row| in_range(row)).take(1).collect(),
        Entry::FirstMatching => starts.take(1).filter(|row| in_range(row)).collect(),
        Entry::FirstEver => {
            starts.take(1).filter(|row| in_range(row) && Some(row.time) == head_time).collect()
        }
        Entry::Recurring => {
            let mut all: Vec<&SheetRow> = starts.filter(|row| in_range(row)).collect();
            all.dedup_by_key(|row| clock.periods.index(Millis(row.time)));
            all
        }
    };
    let is_same = query.start == query.returns;
    let entrance = |first: &'s SheetRow| {
        // Of several start events of the instant, one that is no return.
        let mut tied =
            rows.iter().copied().filter(|row| row.time == first.time && matches(&query.start, row));
        let start = tied.clone().find(|row| !matches(&query.returns, row)).or(tied.next()).unwrap();
        let follows = |row: &&SheetRow| {
            let later = match query.tie {
                Tie::StepOrder => row.time >= start.time,
                Tie::Never => row.time > start.time,
            };
            let counts = if is_same { row.time >= start.time } else { later && !std::ptr::eq(*row, start) };
            matches(&query.returns, row) && counts && row.time <= clock.end.0
        };
        let returns = rows.iter().copied().filter(follows).collect();
        Entrance { cohort: clock.periods.index(Millis(first.time)), start, returns }
    };
    all.into_iter().map(entrance).collect()
}

/// The cohorts of a user whose returns must share a value with the start: for each, the entrances of all values.
fn held<'s>(
    query: &RetentionQuery,
    clock: &Clock,
    rows: &[&'s SheetRow],
    property: &str,
) -> Vec<Vec<Entrance<'s>>> {
    let mut values = by_value(rows, property);
    values.remove("");
    let mut all: Vec<Entrance<'s>> = values.values().flat_map(|rows| entrances(query, clock, rows)).collect();
    if query.entry != Entry::Recurring {
        let first = all.iter().map(|entrance| entrance.start.time).min();
        all.retain(|entrance| Some(entrance.start.time) == first);
    }
    let mut cohorts: BTreeMap<usize, Vec<Entrance<'s>>> = BTreeMap::new();
    all.into_iter().for_each(|entrance| cohorts.entry(entrance.cohort).or_default().push(entrance));
    cohorts.into_values().collect()
}

/// Adds a user to a cohort.
fn add(table: &mut NaiveTable, query: &RetentionQuery, clock: &Clock, together: &[Entrance<'_>]) {
    let cohort = table.entry(together[0].cohort).or_default();
    cohort.n_users += 1;
    cohort.cells.resize(clock.columns.len(), (0, 0.0));
    for column in 0..clock.columns.len() {
        let (returned, sum) = visit(query, clock, together, column);
        cohort.cells[column].0 += u64::from(returned);
        cohort.cells[column].1 += sum;
    }
}

/// Whether a user is counted in a column, and what the returns add up to.
fn visit(query: &RetentionQuery, clock: &Clock, together: &[Entrance<'_>], column: usize) -> (bool, f64) {
    let is_same = query.start == query.returns;
    let last = clock.columns.len();
    let (counted, summed) = match query.criterion {
        Criterion::On => (column..column + 1, column..column + 1),
        Criterion::OnOrAfter => (column..last, column..last),
        Criterion::OnOrBefore => (usize::from(is_same)..column + 1, 0..column + 1),
    };
    let on = |column: usize| together.iter().map(move |entrance| entrance.on(query, clock, column));
    let returned = (is_same && column == 0) || counted.flat_map(on).any(|(returned, _)| returned);
    (returned, summed.flat_map(on).map(|(_, sum)| sum).sum())
}

impl Entrance<'_> {
    /// Whether there are enough returns in the column itself, and what they add up to.
    fn on(&self, query: &RetentionQuery, clock: &Clock, column: usize) -> (bool, f64) {
        let is_same = query.start == query.returns;
        let RetentionColumn { from_period, to_period } = clock.columns[column];
        let (mut returned, mut sum) = (false, 0.0);
        for period in from_period..=to_period {
            let offset = |row: &&&SheetRow| {
                let (start, time) = (Millis(self.start.time), Millis(row.time));
                clock.offset(query, self.cohort, start, time) == period as usize
            };
            let here: Vec<&&SheetRow> = self.returns.iter().filter(offset).collect();
            let is_start = is_same && period == 0;
            let enough = here.len() >= query.min_occurrences as usize || is_start;
            returned |= enough && !is_start;
            if enough {
                sum += here.iter().map(|row| row.cells[1].parse().unwrap_or(0.0)).sum::<f64>();
            }
        }
        (returned, sum)
    }
}

/// The average of the cohorts in a column: users who returned, users who count, cohorts that count, and the rate.
pub(super) fn naive_average(
    query: &RetentionQuery,
    cells: &[(u64, u64, bool)],
) -> (u64, u64, u64, Option<f64>) {
    let counting: Vec<&(u64, u64, bool)> =
        cells.iter().filter(|cell| query.average != Average::MatureOnly || cell.2).collect();
    let (n, of) = counting.iter().fold((0, 0), |(n, of), cell| (n + cell.0, of + cell.1));
    let rate = match query.average {
        Average::Simple => {
            counting.iter().map(|cell| cell.0 as f64 / cell.1 as f64).sum::<f64>() / counting.len() as f64
        }
        Average::Pooled | Average::MatureOnly => n as f64 / of as f64,
    };
    (n, of, counting.len() as u64, (!counting.is_empty()).then_some(rate))
}
