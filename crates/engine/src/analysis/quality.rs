//! Data quality: what columns are made of, when events are missing or too many, whose clocks are wrong, who cannot be a
//! person, and what each of these could spoil.
//!
//! ```text
//! round 1   shard: rows ─► counts by code, day, bin of numbers, bin of instants, users' rates ─┐ merge ─► what is wanted
//! round 2   shard: rows ─► numbers near the quantiles, instants that many events share        ─┘ merge ─► answer, findings
//! ```
//!
//! Nothing is judged by a model: each finding follows a rule that its [`FindingKind`] states.

mod busy;
mod columns;
mod days;
mod findings;
mod scan;
#[cfg(test)]
mod tests;

pub use findings::{Affected, Finding, FindingKind};

use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};

use super::overview::ValueCount;
use super::{Analysis, Answer, Step};
use crate::error::{QueryError, QueryProblem};
use crate::kernel::scope::{ScopeFilter, zone};
use crate::rule::Scope;
use crate::table::{Bucket, Kind, Role, Table};
use crate::time::Millis;
use scan::{Partial, Prepared, State};

/// Asks what is wrong with the data.
///
/// ```
/// use cairn_engine::Query;
/// let query: Query = serde_json::from_str(r#"{"kind": "quality", "most_per_minute": 60}"#)?;
/// assert!(matches!(query, Query::Quality(_)));
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, deny_unknown_fields)]
pub struct QualityQuery {
    /// Which users and rows.
    pub scope: Scope,
    /// How many of a column's most frequent values are listed; 0 to [`QualityQuery::MOST_VALUES`].
    pub n_values: u32,
    /// A day is unusual if its robust score lies beyond this, above or below; more than 0. See [`DayQuality::score`].
    pub score: f64,
    /// More events of one user within 60 seconds than this are beyond a person.
    pub most_per_minute: u64,
    /// More events of one user on one calendar day than this are beyond a person.
    pub most_per_day: u64,
    /// Events of one user in more different hours of one calendar day than this are beyond a person; at most 24.
    pub most_hours: u32,
    /// So many events at one and the same millisecond are a mass; at least 2. None = 100, or one in a thousand of all events
    /// if that is more.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mass: Option<u64>,
}

impl QualityQuery {
    /// How many values of a column can be listed.
    pub const MOST_VALUES: u32 = 100;
    /// How many users with impossible rates, masses and look-alikes an answer lists.
    pub const MOST_LISTED: usize = 50;

    /// Checks the query against a table.
    ///
    /// # Errors
    /// If the scope does not fit the table, or a number is out of its range.
    pub fn check(&self, table: &Table) -> Result<Quality, QueryError> {
        ScopeFilter::check(&self.scope, table)?;
        QueryError::check_range("n_values", i64::from(self.n_values), 0, i64::from(Self::MOST_VALUES))?;
        if !(self.score.is_finite() && self.score > 0.0) {
            let explanation = "must be a number above 0, such as 3.5".to_owned();
            return Err(QueryError::new("score", QueryProblem::Conflict { explanation }));
        }
        QueryError::check_range("most_hours", i64::from(self.most_hours), 1, 24)?;
        if let Some(mass) = self.mass {
            let found = i64::try_from(mass).unwrap_or(i64::MAX);
            QueryError::check_range("mass", found, 2, 1 << 53)?;
        }
        Ok(Quality { query: self.clone(), zone: zone(&self.scope)? })
    }
}

impl Default for QualityQuery {
    fn default() -> Self {
        Self {
            scope: Scope::default(),
            n_values: 10,
            score: 3.5,
            most_per_minute: 120,
            most_per_day: 5_000,
            most_hours: 20,
            mass: None,
        }
    }
}

/// What the data are like.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct QualityAnswer {
    /// Rows in scope.
    pub n_events: u64,
    /// Users with at least one row in scope.
    pub n_users: u64,
    /// First and last instant in scope; none if there are no rows.
    pub span_millis: Option<(Millis, Millis)>,
    /// What stands out, the most serious first; empty if nothing does.
    pub findings: Vec<Finding>,
    /// Every column but the user's and the event's time, in the file's order.
    pub columns: Vec<ColumnQuality>,
    /// Every calendar day of the scope's zone with at least one row, in order.
    pub days: Vec<DayQuality>,
    /// Runs of days without any event, where the same weekdays around them have some; in order.
    pub silences: Vec<Silence>,
    /// Rows that equal an earlier one of their user in all columns.
    pub n_duplicates: u64,
    /// Rows that share user, event and instant with an earlier one, but differ from it in another column.
    pub n_double_sent: u64,
    /// Whether the times can be right.
    pub clock: ClockQuality,
    /// Users who cannot be people.
    pub busy: BusyUsers,
}

/// What a column is made of.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ColumnQuality {
    /// The column's name.
    pub name: String,
    /// What it holds.
    pub kind: Kind,
    /// What it means.
    pub role: Role,
    /// Rows without a value.
    pub n_missing: u64,
    /// Distinct values, exactly; none for a column of numbers or times with more than [`ColumnQuality::MOST_DISTINCT`].
    pub n_distinct: Option<u64>,
    /// The most frequent values of a text column, the most frequent first, equal ones by their bytes.
    pub top: Vec<ValueCount>,
    /// What the texts of a text column look like; none for another one.
    pub looks: Option<Looks>,
    /// How a number column's values are distributed; none without values.
    pub numbers: Option<NumberFacts>,
    /// First and last instant of a time column; none without values.
    pub times: Option<(Millis, Millis)>,
    /// Values of a text column that differ only in case, spaces, `-`, `_` and `.`: the groups with most rows first, at most
    /// [`QualityQuery::MOST_LISTED`]. Only columns with up to [`ColumnQuality::MOST_COMPARED`] values are compared.
    pub look_alikes: Vec<Vec<ValueCount>>,
}

impl ColumnQuality {
    /// Distinct numbers and times are counted up to this.
    pub const MOST_DISTINCT: usize = 10_000;
    /// Look-alikes are sought among at most so many values.
    pub const MOST_COMPARED: usize = 100_000;
}

/// Rows of a text column by what their text looks like. Each row with a value is counted in one of the first five.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Looks {
    /// Stands for "no value": `null`, `none`, `nil`, `nan`, `n/a`, `na`, `undefined`, `unknown`, `-`, `?`, or nothing but
    /// spaces; in any case.
    pub n_placeholders: u64,
    /// A number.
    pub n_numbers: u64,
    /// A date or a time, as in `2026-03-01` or `2026-03-01T10:00:00Z`.
    pub n_times: u64,
    /// `true` or `false`, in any case.
    pub n_booleans: u64,
    /// Any other text.
    pub n_texts: u64,
    /// Among all of them, those that begin or end with a space.
    pub n_padded: u64,
}

/// How numbers are distributed. Quantiles are of type 7 (Hyndman & Fan 1996).
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[expect(missing_docs, reason = "the names say it")]
pub struct NumberFacts {
    pub min: f64,
    pub p05: f64,
    pub p25: f64,
    pub median: f64,
    pub p75: f64,
    pub p95: f64,
    pub max: f64,
    /// Arithmetic mean; none if the sum is beyond what a number can hold.
    pub mean: Option<f64>,
    pub n_zero: u64,
    pub n_negative: u64,
}

/// One day's events, and what they are measured by.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct DayQuality {
    /// The day in the scope's zone, as `2026-03-01`.
    pub day: String,
    /// The same day as days since 1970-01-01.
    pub number: i32,
    /// Rows.
    pub n_events: u64,
    /// Median of the same weekday in the four weeks before and after; none with fewer than three of them, and for the
    /// first and the last day, which may be cut.
    pub usual: Option<f64>,
    /// `(n_events − usual) / s`. `s` is 1.4826 times the median absolute deviation of those weekdays (the modified
    /// z-score of Iglewicz & Hoaglin, *How to Detect and Handle Outliers*, 1993), 1.2533 times their mean absolute deviation if
    /// that is 0, and at least the root of `usual`, which is how much plain chance moves a count.
    pub score: Option<f64>,
    /// Whether the day is unusual: beyond the query's score, and at least twice (and ten events) or at most half of
    /// what is usual.
    pub verdict: DayVerdict,
}

/// Whether a day is unusual.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum DayVerdict {
    /// As the same weekday around it, or not to be judged.
    #[default]
    Usual,
    /// Far more events.
    High,
    /// Far fewer.
    Low,
}

/// Days in a row without any event, at least one of which is unusually low by the rule of [`DayQuality`], compared with the
/// same weekday in the four weeks before and after all of them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Silence {
    /// The first of them.
    pub first_day: String,
    /// The last.
    pub last_day: String,
    /// How many.
    pub n_days: u32,
}

/// Whether the times can be right.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ClockQuality {
    /// Rows before 2000-01-01T00:00:00Z.
    pub n_before_2000: u64,
    /// Rows after the scope's `now`; 0 if it has none.
    pub n_after_now: u64,
    /// The few rows long before all others; none if there are none. See [`Stray`].
    pub early: Option<Stray>,
    /// The few rows long after all others, in the future of the data.
    pub late: Option<Stray>,
    /// Rows at a whole second.
    pub n_whole_seconds: u64,
    /// Rows at a whole minute.
    pub n_whole_minutes: u64,
    /// Rows at the first instant of a calendar day in the scope's zone.
    pub n_midnight: u64,
    /// Instants that many events share, the most events first, then the earliest.
    pub masses: Vec<Mass>,
}

/// Fewer than one in a thousand rows, with at least 30 days without any event between them and all others.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Stray {
    /// Rows.
    pub n_events: u64,
    /// The first day of them.
    pub first_day: String,
    /// The last.
    pub last_day: String,
}

/// An instant that many events share.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Mass {
    /// The instant.
    pub time_millis: Millis,
    /// Rows.
    pub n_events: u64,
    /// Users.
    pub n_users: u64,
}

/// Users who do more than a person can: scripts, monitors, an id that many share.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct BusyUsers {
    /// How many.
    pub n_users: u64,
    /// Their rows.
    pub n_events: u64,
    /// The ones with most rows first, equal ones by the bytes of their id; at most [`QualityQuery::MOST_LISTED`].
    pub users: Vec<BusyUser>,
}

/// One of them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct BusyUser {
    /// The id.
    pub user: String,
    /// Rows.
    pub n_events: u64,
    /// Most rows within 60 seconds, wherever they begin.
    pub per_minute: u64,
    /// Most rows on one calendar day.
    pub per_day: u64,
    /// Most different hours with a row on one calendar day.
    pub hours: u32,
}

/// A checked [`QualityQuery`].
#[derive(Debug)]
pub struct Quality {
    query: QualityQuery,
    zone: TimeZone,
}

impl Analysis for Quality {
    type State = State;
    type Partial = Partial;
    type Answer = QualityAnswer;
    type Prepared<'t> = Prepared<'t>;
    type Kept = ();

    fn start(&self) -> State {
        State::default()
    }

    fn prepare<'t>(&self, state: &State, table: &'t Table, (): ()) -> Result<Prepared<'t>, QueryError> {
        Prepared::new(self, state, table)
    }

    fn scan(&self, prepared: &mut Prepared<'_>, bucket: Bucket<'_>, partial: &mut Partial) {
        prepared.scan(&self.query, bucket, partial);
    }

    fn finish(&self, prepared: Prepared<'_>, partial: &mut Partial) {
        prepared.finish(partial);
    }

    fn merge(&self, a: Partial, b: Partial) -> Partial {
        a.merged(b)
    }

    fn step(&self, state: State, all: Partial, table: &Table) -> Step<State, QualityAnswer> {
        match state.first {
            None => Step::Again(State { wanted: all.wanted(&self.query), first: Some(Box::new(all)) }),
            Some(first) => Step::Done(scan::answer(&self.query, &state.wanted, *first, all, table)),
        }
    }
}

impl From<QualityAnswer> for Answer {
    fn from(answer: QualityAnswer) -> Self {
        Self::Quality(answer)
    }
}
