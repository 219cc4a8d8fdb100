//! The users of one cell, as a rule for segments.

use serde::{Deserialize, Serialize};

use super::RetentionQuery;
use super::query::Criterion;
use super::split::Split;
use super::walk::{Entrance, Walker};
use crate::error::{QueryError, QueryProblem};
use crate::table::{Bitmap, BucketId, Table};
use crate::time::Millis;

/// The users of one cohort of a retention table, or those of one cell of it. It holds all that it needs: the query that it is
/// used in changes nothing about it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(rename = "RetentionRule"))]
#[serde(deny_unknown_fields)]
pub struct CellRule {
    /// The question. Its breakdown and its value do not matter.
    pub query: RetentionQuery,
    /// An instant in the cohort's period; none = any cohort.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cohort: Option<Millis>,
    /// Index of the column; none = all users of the cohort.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub column: Option<u32>,
    /// Which of the cohort's users, if there is a column.
    #[serde(default)]
    pub outcome: Outcome,
}

/// Which users of a cohort.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(rename = "RetentionOutcome"))]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// Those who are counted in the column.
    #[default]
    Returned,
    /// The others.
    StayedAway,
}

/// Checks a rule.
///
/// # Errors
/// If its query does not fit the table, or it names a column that there is not; the field is relative to the rule.
pub fn check_cell(rule: &CellRule, table: &Table) -> Result<(), QueryError> {
    rule.query.check(table).map_err(|error| error.within("query"))?;
    if rule.outcome == Outcome::StayedAway && rule.column.is_none() {
        let hint = "name the column that the users stayed away from".to_owned();
        return Err(QueryError::new("column", QueryProblem::Empty { hint }));
    }
    Ok(())
}

/// The users of a rule. A user of several cohorts is one of them if that holds in any.
///
/// # Errors
/// As [`check_cell`].
pub fn in_cell(rule: &CellRule, table: &Table) -> Result<Bitmap, QueryError> {
    check_cell(rule, table)?;
    let query = RetentionQuery { breakdown: None, value: None, ..rule.query.clone() };
    let mut walker = Walker::new(&query, table)?;
    let mut split = Split::new(&query, table)?;
    let mut users = Bitmap::empty(table.users.len());
    let row = rule.cohort.map(|cohort| walker.frame.periods.find(cohort));
    for bucket in BucketId::all().map(|id| table.bucket(id)) {
        walker.enter(bucket);
        for user in bucket.users() {
            split.scan(&query, &mut walker, user, |_, entrance| {
                if row.is_none_or(|row| row == Some(entrance.row)) && holds(rule, &entrance) {
                    users.insert(user.0 as usize);
                }
            });
        }
    }
    Ok(users)
}

fn holds(rule: &CellRule, entrance: &Entrance<'_>) -> bool {
    let Some(column) = rule.column else { return true };
    let is_start = column == 0 && rule.query.is_same();
    let returned = is_start
        || match rule.query.criterion {
            Criterion::On => entrance.hits.binary_search(&column).is_ok(),
            Criterion::OnOrAfter => entrance.hits.last().is_some_and(|&last| last >= column),
            Criterion::OnOrBefore => entrance.hits.first().is_some_and(|&first| first <= column),
        };
    returned == (rule.outcome == Outcome::Returned)
}
