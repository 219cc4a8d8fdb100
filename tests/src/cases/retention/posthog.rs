//! PostHog's retention tables.

use std::collections::BTreeMap;

use cairn_engine::analysis::funnel::{GroupKey, Range};
use cairn_engine::analysis::retention::{
    Bins, Criterion, Entry, RetentionAnswer, RetentionQuery, RetentionTable, Tie, Value,
};
use cairn_engine::kernel::period::Periods;
use cairn_engine::rule::{Attribution, Breakdown, Owner, Scope};
use cairn_engine::table::Table;
use cairn_engine::time::Period;
use cairn_engine::{Millis, Query};
use jiff::tz::TimeZone;
use serde::Deserialize;

use super::super::compare::same;
use super::super::data::{self, Addresses, Layout, NumberColumn, SplitColumn, instant};
use super::super::format::Case;
use super::super::posthog::{Cohort, segment, week_start};
use super::super::rules::{Family, Rule, Test, Translator};
use super::super::{Problem, Ready};
use super::users::{self, ExpectedUsers};
use super::{answer, counts};

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(dead_code, reason = "some fields follow from others")]
struct Asked {
    kind: String,
    date_from: String,
    date_to: String,
    interval: Period,
    intervals: usize,
    columns: u32,
    start: Rule,
    #[serde(rename = "return")]
    returns: Rule,
    mode: String,
    windows: Option<String>,
    #[serde(default)]
    on_or_after: bool,
    #[serde(default)]
    brackets: Vec<u32>,
    min_occurrences: Option<u32>,
    value: Option<Number>,
    breakdown: Option<Split>,
    #[serde(rename = "where", default)]
    conditions: Vec<Test>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Number {
    property: String,
    on: String,
    agg: Aggregate,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Aggregate {
    Sum,
    Avg,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Split {
    property: Option<String>,
    on: Option<String>,
    cohorts: Option<Vec<Cohort>>,
    limit: Option<u32>,
}

/// What a test asserts, under the names of the format.
#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct Expected {
    rows: Vec<Row>,
    values: Vec<ValueRow>,
    breakdown: BTreeMap<String, Vec<Row>>,
    values_by_breakdown: BTreeMap<String, Vec<ValueRow>>,
    #[serde(flatten)]
    users: ExpectedUsers,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Row {
    start: String,
    counts: Vec<Option<u64>>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct ValueRow {
    start: String,
    values: Vec<Option<f64>>,
}

/// A case ready to run.
pub(super) struct Prepared {
    table: Table,
    query: Query,
    retention: RetentionQuery,
    periods: Periods,
    aggregate: Option<Aggregate>,
    expected: Expected,
}

pub(super) fn prepare(case: &Case) -> Result<Prepared, Problem> {
    let asked = Asked::deserialize(&case.query).map_err(|error| error.to_string())?;
    let expected = Expected::deserialize(&case.expect).map_err(|error| error.to_string())?;
    let mut translator = Translator::new(Family::Posthog);
    let split = asked.breakdown.as_ref().map(split_column).transpose()?.flatten();
    let number = asked.value.as_ref().map(number_column).transpose()?;
    let scope = Scope {
        from: Some(instant(&asked.date_from)?),
        to: Some(instant(&asked.date_to)?.plus(-1)),
        conditions: translator.conditions(&asked.conditions)?,
        zone: Some(case.timezone.clone()),
        week_start: week_start(case)?,
        ..Scope::default()
    };
    let (entry, bins) = entry_and_bins(&asked)?;
    let retention = RetentionQuery {
        start: translator.rule(&asked.start)?,
        returns: translator.rule(&asked.returns)?,
        entry,
        bins,
        period: asked.interval,
        criterion: if asked.on_or_after { Criterion::OnOrAfter } else { Criterion::On },
        brackets: asked.brackets.clone(),
        columns: Some(asked.columns),
        min_occurrences: asked.min_occurrences.unwrap_or(1),
        tie: Tie::Never,
        range: Range::AllEvents,
        value: number.as_ref().map(|number| Value { property: number.name(), on: number.owner }),
        breakdown: breakdown(&asked, split.as_ref(), &mut translator)?,
        scope,
        ..RetentionQuery::default()
    };
    let zone = TimeZone::get(&case.timezone).map_err(|error| error.to_string())?;
    let (from, to) = (instant(&asked.date_from)?, instant(&asked.date_to)?);
    let periods = Periods::covering(asked.interval, retention.scope.week_start, &zone, from, to);
    let layout = Layout { columns: translator.columns, split, number, ..Layout::default() };
    Ok(Prepared {
        table: data::table(case, &layout)?,
        query: Query::Retention(retention.clone()),
        retention,
        periods: periods.map_err(|error| error.to_string())?,
        aggregate: asked.value.map(|value| value.agg),
        expected,
    })
}

/// Rolling windows run from the user's first start event, so that nobody starts twice.
fn entry_and_bins(asked: &Asked) -> Result<(Entry, Bins), Problem> {
    let bins = match asked.windows.as_deref() {
        None => Bins::Calendar,
        Some("rolling_24h") => Bins::ElapsedHourFloored,
        Some(other) => return Err(Problem::Wrong(format!("there are no windows {other}"))),
    };
    let entry = match asked.mode.as_str() {
        "recurring" if bins == Bins::Calendar => Entry::Recurring,
        "recurring" => Entry::FirstInRange,
        "first_time" => Entry::FirstMatching,
        "first_ever" => Entry::FirstEver,
        other => return Err(Problem::Wrong(format!("there is no mode {other}"))),
    };
    Ok((entry, bins))
}

fn owner(on: Option<&str>) -> Result<Owner, Problem> {
    match on {
        None | Some("event") => Ok(Owner::Event),
        Some("user") => Ok(Owner::User),
        Some(other) => Err(Problem::Wrong(format!("nothing can be on {other}"))),
    }
}

fn split_column(split: &Split) -> Result<Option<SplitColumn>, Problem> {
    let Some(property) = &split.property else { return Ok(None) };
    let (owner, properties) = (owner(split.on.as_deref())?, vec![property.clone()]);
    Ok(Some(SplitColumn { owner, properties, addresses: Addresses::AsTheyAre }))
}

fn number_column(number: &Number) -> Result<NumberColumn, Problem> {
    Ok(NumberColumn { owner: owner(Some(&number.on))?, property: number.property.clone() })
}

fn breakdown(
    asked: &Asked,
    column: Option<&SplitColumn>,
    translator: &mut Translator,
) -> Result<Option<Breakdown>, Problem> {
    let Some(split) = &asked.breakdown else { return Ok(None) };
    let Some(column) = column else {
        let cohorts = split.cohorts.iter().flatten();
        let segments = cohorts.map(|cohort| segment(cohort, translator)).collect::<Result<_, _>>()?;
        return Ok(Some(Breakdown::Segments { segments }));
    };
    Ok(Some(Breakdown::Property {
        property: column.name(),
        on: column.owner,
        attribution: Attribution::EachValue,
        limit: split.limit,
    }))
}

fn group<'a>(answer: &'a RetentionAnswer, name: &str) -> Option<&'a RetentionTable> {
    let named = |key: &GroupKey| match key {
        GroupKey::Value { value } => value == name,
        GroupKey::Segment { name: segment } => segment == name,
        GroupKey::Missing => name.is_empty(),
        GroupKey::Other => name == "Other",
    };
    answer.groups.iter().find(|group| named(&group.key)).map(|group| &group.table)
}

impl Ready for Prepared {
    fn query(&self) -> &Query {
        &self.query
    }

    fn check(&self) -> Result<(), Problem> {
        let answer = answer(&self.table, &self.retention)?;
        check_rows("rows", &self.expected.rows, &answer.overall)?;
        self.check_values("values", &self.expected.values, &answer.overall)?;
        let of = |name: &String| {
            group(&answer, name)
                .ok_or_else(|| Problem::Wrong(format!("there is no group {name:?} in {:?}", answer.groups)))
        };
        for (name, rows) in &self.expected.breakdown {
            check_rows(&format!("breakdown {name:?}"), rows, of(name)?)?;
        }
        for (name, rows) in &self.expected.values_by_breakdown {
            self.check_values(&format!("values of {name:?}"), rows, of(name)?)?;
        }
        users::check(&self.expected.users, &self.table, &self.retention, &self.periods, group)
    }
}

impl Prepared {
    fn check_values(&self, what: &str, rows: &[ValueRow], table: &RetentionTable) -> Result<(), Problem> {
        for row in rows {
            let start = instant(&row.start)?;
            let cohort = table.cohorts.iter().find(|cohort| cohort.start_millis == start);
            let n_users = counts(table, start, row.values.len());
            for (column, expected) in row.values.iter().enumerate() {
                let Some(expected) = expected else { continue };
                let cell = cohort.and_then(|cohort| cohort.cells.get(column));
                let sum = cell.and_then(|cell| cell.value_sum).unwrap_or(0.0);
                let found = match self.aggregate {
                    Some(Aggregate::Avg) if n_users[column] > 0 => sum / n_users[column] as f64,
                    _ => sum,
                };
                if (expected - found).abs() > 1e-9 * expected.abs() {
                    same(&format!("{what} {}, column {column}", row.start), expected, &found)?;
                }
            }
        }
        Ok(())
    }
}

fn check_rows(what: &str, rows: &[Row], table: &RetentionTable) -> Result<(), Problem> {
    for row in rows {
        let found = counts(table, instant(&row.start)?, row.counts.len());
        let known = found.iter().zip(&row.counts).map(|(found, expected)| expected.map(|_| *found));
        same(&format!("{what} {}", row.start), &row.counts, &known.collect())?;
    }
    Ok(())
}

/// The first instant of a row.
pub(super) fn start_of_row(periods: &Periods, row: &str) -> Result<Millis, Problem> {
    let index: Option<usize> = row.parse().ok();
    index
        .and_then(|index| periods.starts().get(index))
        .copied()
        .ok_or_else(|| Problem::Wrong(format!("there is no row {row}")))
}
