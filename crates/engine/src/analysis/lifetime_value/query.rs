//! The question: what is a purchase, and how far to look ahead.

use serde::{Deserialize, Serialize};

use crate::error::{QueryError, QueryProblem};
use crate::kernel::condition::Test;
use crate::kernel::scope::{ScopeFilter, zone};
use crate::kernel::segment;
use crate::rule::{EventRule, NamedSegment, Scope};
use crate::table::{Column, Numbers, Table};
use crate::time::{Millis, Period};

/// Asks what customers have been worth, and what they will be.
///
/// ```
/// use cairn_engine::Query;
/// let query: Query = serde_json::from_str(
///     r#"{"kind": "lifetime_value", "rule": {"event": "order"}, "value": "revenue", "holdout_days": 90}"#,
/// )?;
/// assert!(matches!(query, Query::LifetimeValue(_)));
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, deny_unknown_fields)]
pub struct LifetimeValueQuery {
    /// Which users and rows.
    pub scope: Scope,
    /// Which events are purchases. Those of one calendar day of a user count as one.
    pub rule: EventRule,
    /// The number column that says what a purchase is worth; none = purchases are only counted.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub value: Option<String>,
    /// How many days to look ahead.
    pub horizon_days: u32,
    /// How many of the last days are held out: the model is fitted to what was before, and its forecast of them compared with
    /// what happened. None = nothing is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub holdout_days: Option<u32>,
    /// Customers by the period of their first purchase.
    pub period: Period,
    /// How many such lengths of time after the first purchase their value is told for.
    pub n_periods: u32,
    /// Values by segment.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub segments: Vec<NamedSegment>,
}

impl Default for LifetimeValueQuery {
    fn default() -> Self {
        Self {
            scope: Scope::default(),
            rule: EventRule::default(),
            value: None,
            horizon_days: 365,
            holdout_days: None,
            period: Period::Month,
            n_periods: 12,
            segments: Vec::new(),
        }
    }
}

impl LifetimeValueQuery {
    /// The most segments, which also is how many a customer may be in.
    pub const MAX_SEGMENTS: usize = 10;

    /// Checks all fields.
    pub(super) fn check_fields(&self, table: &Table) -> Result<(), QueryError> {
        ScopeFilter::check(&self.scope, table)?;
        zone(&self.scope).map_err(|error| error.within("scope"))?;
        Test::rule(&self.rule, table).map_err(|error| error.within("rule"))?;
        self.values(table)?;
        QueryError::check_range("horizon_days", self.horizon_days.into(), 1, 3_650)?;
        let days = table.schema.end().since(table.schema.start()) / Millis::DAY;
        QueryError::check_range("holdout_days", self.holdout_days.map_or(1, i64::from), 1, days.max(1))?;
        QueryError::check_range("n_periods", self.n_periods.into(), 1, 120)?;
        QueryError::check_range("segments", self.segments.len() as i64, 0, Self::MAX_SEGMENTS as i64)?;
        for (index, named) in self.segments.iter().enumerate() {
            let field = format!("segments[{index}].segment");
            segment::check(&named.segment, table).map_err(|error| error.within(&field))?;
        }
        Ok(())
    }

    /// The column that says what purchases are worth.
    pub(super) fn values<'t>(&self, table: &'t Table) -> Result<Option<&'t Numbers>, QueryError> {
        let Some(name) = &self.value else { return Ok(None) };
        let unknown = || QueryError::new("value", QueryProblem::UnknownProperty { name: name.clone() });
        match table.column(table.schema.find(name).ok_or_else(unknown)?) {
            Column::Number(numbers) => Ok(Some(numbers)),
            _ => {
                let (found, wanted) = ("no numbers".to_owned(), "numbers".to_owned());
                let problem = QueryProblem::WrongKind { name: name.clone(), found, wanted };
                Err(QueryError::new("value", problem))
            }
        }
    }
}
