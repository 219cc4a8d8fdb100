//! The answer: a row for each cohort, a column for each period after the start.

use serde::{Deserialize, Serialize};

use crate::analysis::funnel::GroupKey;
use crate::stats::interval::Rate;
use crate::time::Millis;

/// Who comes back.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct RetentionAnswer {
    /// What the columns are, that of the start first.
    pub columns: Vec<RetentionColumn>,
    /// Columns that the data have and the answer leaves out, so as to hold no more than
    /// [`MAX_CELLS`](super::MAX_CELLS) cells.
    pub n_columns_left_out: u32,
    /// The last instant that returns are known of.
    pub end_millis: Millis,
    /// All users in scope, whatever the breakdown.
    pub overall: RetentionTable,
    /// The groups of the breakdown; empty without one. Segments come in the query's order. Values come by how many users
    /// start, summed over the cohorts, the most first, then by the value; [`GroupKey::Other`] comes last.
    pub groups: Vec<RetentionGroup>,
}

/// Which periods a column covers, counted from that of the start, both ends inclusive.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct RetentionColumn {
    /// The first one.
    pub from_period: u32,
    /// The last one.
    pub to_period: u32,
}

/// One group's share of the answer.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct RetentionGroup {
    /// Which group it is.
    pub key: GroupKey,
    /// Its table.
    pub table: RetentionTable,
}

/// One group's cohorts.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct RetentionTable {
    /// Sizes of all cohorts together: users, or with a recurring entry users once for each of their cohorts.
    pub n_entries: u64,
    /// The cohorts, in order of time, one for each calendar period of the range. Where the query's range has no start (or
    /// no end), empty ones before the first (after the last) that is not empty are left out.
    pub cohorts: Vec<Cohort>,
    /// The average of the cohorts, a value for each column that a cohort has reached.
    pub average: Vec<AverageCell>,
}

/// Users who started in one period.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(rename = "RetentionCohort"))]
pub struct Cohort {
    /// The period's first instant.
    pub start_millis: Millis,
    /// The period's name in the scope's zone, such as `2026-03-02` or `2026-03`.
    pub label: String,
    /// Its users.
    pub n_users: u64,
    /// A cell for each column that has begun by the end of the data; empty if the cohort has no users.
    pub cells: Vec<Cell>,
}

/// One cohort in one column.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(rename = "RetentionCell"))]
pub struct Cell {
    /// Users of the cohort who returned.
    pub n_users: u64,
    /// `n_users` ÷ the cohort's, with Wilson's 95 % interval.
    pub rate: Option<Rate>,
    /// Whether the column's last period is over at the end of the data, for every user of the cohort.
    pub is_complete: bool,
    /// The sum of the value over the returns that count here; none if no value was asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub value_sum: Option<f64>,
}

/// All cohorts in one column.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(rename = "RetentionAverageCell"))]
pub struct AverageCell {
    /// Cohorts that count here.
    pub n_cohorts: u64,
    /// Their users.
    pub n_entries: u64,
    /// Those of them who returned.
    pub n_users: u64,
    /// The average; none if no cohort counts. The interval of a pooled rate is Wilson's, that of a simple mean the normal
    /// approximation, from the cohorts' binomial variances. With a recurring entry the same user may be in many cohorts,
    /// and the interval is too narrow.
    pub rate: Option<Rate>,
    /// The sum of the value ÷ `n_entries`; none if no value was asked for or no cohort counts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub value_per_entry: Option<f64>,
}
