//! Cohorts of database functions, such as ByConity's.

use cairn_engine::analysis::funnel::Range;
use cairn_engine::analysis::retention::{Criterion, Entry, RetentionQuery};
use cairn_engine::kernel::period::Periods;
use cairn_engine::rule::Scope;
use cairn_engine::table::Table;
use cairn_engine::time::{Period, WeekStart};
use cairn_engine::{Millis, Query};
use jiff::tz::TimeZone;
use serde::Deserialize;

use super::super::compare::same;
use super::super::data::{self, Layout, event_column};
use super::super::format::Case;
use super::super::rules::{Family, Rule, Translator};
use super::super::{Problem, Ready};
use super::{answer, counts};

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(dead_code, reason = "kind and style have been looked at already")]
struct Asked {
    kind: String,
    style: String,
    start: Rule,
    #[serde(rename = "return")]
    returns: Rule,
    entry: Entry,
    criterion: Criterion,
    hold: Option<Hold>,
    bins: Bins,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Hold {
    property: String,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Bins {
    unit: Period,
    start_ms: i64,
    count: usize,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Expected {
    cohorts: Vec<ExpectedCohort>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct ExpectedCohort {
    bin: Option<usize>,
    date: Option<String>,
    size: Option<u64>,
    returned: Option<Vec<Option<u64>>>,
}

/// A case ready to run.
pub(super) struct Prepared {
    table: Table,
    query: Query,
    retention: RetentionQuery,
    periods: Periods,
    expected: Expected,
}

pub(super) fn prepare(case: &Case) -> Result<Prepared, Problem> {
    let asked = Asked::deserialize(&case.query).map_err(|error| error.to_string())?;
    let expected = Expected::deserialize(&case.expect).map_err(|error| error.to_string())?;
    let mut translator = Translator::new(Family::Database);
    let Bins { unit, start_ms, count } = asked.bins;
    let zone = TimeZone::get(&case.timezone).map_err(|error| error.to_string())?;
    let longest = Millis(start_ms + (count as i64 + 1) * (unit.usual_millis() + 2 * Millis::DAY));
    let periods = Periods::covering(unit, WeekStart::Monday, &zone, Millis(start_ms), longest);
    let periods = periods.map_err(|error| error.to_string())?;
    let hold = asked.hold.map(|hold| event_column(&hold.property));
    translator.columns.extend(hold.clone());
    let retention = RetentionQuery {
        scope: Scope {
            from: Some(Millis(start_ms)),
            to: Some(periods.end(count.max(1) - 1).plus(-1)),
            zone: Some(case.timezone.clone()),
            ..Scope::default()
        },
        start: translator.rule(&asked.start)?,
        returns: translator.rule(&asked.returns)?,
        entry: asked.entry,
        criterion: asked.criterion,
        period: unit,
        range: Range::AllEvents,
        hold,
        ..RetentionQuery::default()
    };
    let table = data::table(case, &Layout { columns: translator.columns, ..Layout::default() })?;
    Ok(Prepared { table, query: Query::Retention(retention.clone()), retention, periods, expected })
}

impl Ready for Prepared {
    fn query(&self) -> &Query {
        &self.query
    }

    fn check(&self) -> Result<(), Problem> {
        let answer = answer(&self.table, &self.retention)?;
        for cohort in &self.expected.cohorts {
            let index = match (cohort.bin, &cohort.date) {
                (Some(bin), None) => Some(bin),
                (None, Some(date)) => (0..self.periods.len()).find(|&at| self.periods.label(at) == *date),
                _ => None,
            };
            let Some(index) = index else {
                return Err(Problem::Wrong(format!("a cohort has a bin or a date: {cohort:?}")));
            };
            let returned = cohort.returned.as_deref().unwrap_or_default();
            let found = counts(&answer.overall, self.periods.start(index), returned.len() + 1);
            if let Some(size) = cohort.size {
                same(&format!("size of cohort {index}"), &size, &found[0])?;
            }
            for (column, (expected, found)) in (1..).zip(returned.iter().zip(&found[1..])) {
                if let Some(expected) = expected {
                    same(&format!("cohort {index}, column {column}"), expected, found)?;
                }
            }
        }
        Ok(())
    }
}
