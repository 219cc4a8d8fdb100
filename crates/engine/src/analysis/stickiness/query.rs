//! The question, and how the range is cut.

use serde::{Deserialize, Serialize};

use super::Stickiness;
use super::active::Days;
use crate::analysis::lifecycle::MAX_PERIODS;
use crate::error::{QueryError, QueryProblem};
use crate::kernel::period::Periods;
use crate::kernel::rows::RuleRows;
use crate::kernel::scope::{ScopeFilter, zone};
use crate::rule::{EventRule, Scope};
use crate::table::Table;
use crate::time::{Millis, Period};

/// Asks in how many periods of the range users are active.
///
/// ```
/// use cairn_engine::analysis::stickiness::{Count, StickinessQuery};
/// let query: StickinessQuery =
///     serde_json::from_str(r#"{"series": [{"event": "open"}], "period": "day", "count": "at_least"}"#)?;
/// assert_eq!(query.count, Count::AtLeast);
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, deny_unknown_fields)]
pub struct StickinessQuery {
    /// Which users and rows.
    pub scope: Scope,
    /// Which events make a user active: 1 to [`MAX_SERIES`] series, each counted by itself.
    pub series: Vec<EventRule>,
    /// The unit of time.
    pub period: Period,
    /// How many periods are joined into one, counted back from the end of the range; at least 1.
    pub join: u32,
    /// How many events make a user active in a period, before periods are joined.
    pub min_per_period: MinPerPeriod,
    /// Whether users of more periods count too.
    pub count: Count,
}

impl Default for StickinessQuery {
    fn default() -> Self {
        Self {
            scope: Scope::default(),
            series: vec![EventRule::default()],
            period: Period::Day,
            join: 1,
            min_per_period: MinPerPeriod::default(),
            count: Count::default(),
        }
    }
}

/// The most series of a query.
pub const MAX_SERIES: usize = 10;

/// Whether users of more periods count too.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(rename = "StickinessCount"))]
#[serde(rename_all = "snake_case")]
pub enum Count {
    /// They do not.
    #[default]
    Exactly,
    /// They do.
    AtLeast,
}

/// How many events make a user active in a period. A period without events is never active.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct MinPerPeriod {
    /// How the number is compared.
    #[serde(default)]
    pub times: Counted,
    /// The number; at least 1.
    pub n: u64,
}

/// How a number of events is compared.
pub use crate::rule::Times as Counted;

impl Default for MinPerPeriod {
    fn default() -> Self {
        Self { times: Counted::AtLeast, n: 1 }
    }
}

impl MinPerPeriod {
    /// Whether so many events, at least one, make a user active.
    pub(super) fn holds(self, n_events: u64) -> bool {
        match self.times {
            Counted::AtLeast => n_events >= self.n,
            Counted::Exactly => n_events == self.n,
            Counted::AtMost => n_events <= self.n,
        }
    }
}

impl StickinessQuery {
    /// Checks the query against a table.
    ///
    /// # Errors
    /// If the scope or a rule does not fit the table, or a number is out of range; the error names the field.
    pub fn check(&self, table: &Table) -> Result<Stickiness, QueryError> {
        ScopeFilter::check(&self.scope, table)?;
        QueryError::check_range("series", self.series.len() as i64, 1, MAX_SERIES as i64)?;
        QueryError::check_range("join", i64::from(self.join), 1, i64::from(u32::MAX))?;
        let n = i64::try_from(self.min_per_period.n).unwrap_or(i64::MAX);
        QueryError::check_range("min_per_period.n", n, 1, 1 << 53)?;
        for (index, rule) in self.series.iter().enumerate() {
            RuleRows::new(rule, table).map_err(|error| error.within(&format!("series[{index}]")))?;
        }
        Frame::new(self, table)?;
        Days::new(self, table)?;
        Ok(Stickiness(self.clone()))
    }
}

/// How the range is cut.
#[derive(Debug)]
pub(super) struct Frame {
    pub(super) periods: Periods,
    pub(super) from: Millis,
    pub(super) to: Millis,
    /// How many joined periods there are; 0 if the range is empty.
    pub(super) n_groups: usize,
}

impl Frame {
    pub(super) fn new(query: &StickinessQuery, table: &Table) -> Result<Self, QueryError> {
        let zone = zone(&query.scope).map_err(|error| error.within("scope"))?;
        let from = query.scope.from.unwrap_or(table.schema.start());
        let to = query.scope.to.unwrap_or(table.schema.end());
        let periods = Periods::covering(query.period, query.scope.week_start, &zone, from, to)?;
        if periods.len() > MAX_PERIODS {
            let explanation = format!(
                "gives {} periods, and {MAX_PERIODS} are possible; choose a longer one, or a shorter range of time",
                periods.len()
            );
            return Err(QueryError::new("period", QueryProblem::Conflict { explanation }));
        }
        let is_bounded = query.scope.from.is_some() && query.scope.to.is_some();
        let is_empty = to < from || (table.schema.span.is_none() && !is_bounded);
        let n_groups = if is_empty { 0 } else { periods.len().div_ceil(query.join as usize) };
        Ok(Self { periods, from, to, n_groups })
    }

    /// Which joined period a period belongs to, counted back from the end.
    pub(super) fn group(&self, period: usize, join: u32) -> usize {
        (self.periods.len() - 1 - period) / join as usize
    }
}
