//! The question: what is to be told, and which early behavior may tell it.

use serde::{Deserialize, Serialize};

use crate::error::{QueryError, QueryProblem};
use crate::rule::{Did, EventRule, Scope, Segment, Times, Within};

/// Asks which behavior of the first days goes with what users do later.
///
/// ```
/// use cairn_engine::Query;
/// let query: Query = serde_json::from_str(
///     r#"{"kind": "aha_moment", "target": {"kind": "did", "rule": {"event": "payment"}}, "days": [1, 7]}"#,
/// )?;
/// assert!(matches!(query, Query::AhaMoment(_)));
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, deny_unknown_fields)]
pub struct AhaMomentQuery {
    /// Which users and rows. Users count whose first event of the whole data lies in the range; its end cuts nothing off
    /// what they do afterwards.
    pub scope: Scope,
    /// What users do later: a segment, asked only of the events after the first days. Rules about what users did, and
    /// about properties on their events, can be asked so; others are refused.
    pub target: Segment,
    /// For how many days after the first ones the target is looked for, 1 to 3,650; none = to the end of the data, which is
    /// not the same time for all users.
    pub target_days: Option<u32>,
    /// The numbers of times to try, ascending, each at least 1; at most [`AhaMomentQuery::MAX_NUMBERS`].
    pub times: Vec<u32>,
    /// The numbers of days to try, of 24 hours from the user's first event of the whole data (inclusive) on, ascending, each
    /// 1 to 3,650; at most [`AhaMomentQuery::MAX_NUMBERS`].
    pub days: Vec<u32>,
    /// Only these events; empty = all.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub events: Vec<String>,
    /// Not these events.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub exclude_events: Vec<String>,
    /// A behavior is only tried if so many users of the half it is chosen on show it, and so many do not.
    pub min_users: u64,
    /// How many events are listed at most, each with its best numbers.
    pub limit: u32,
}

impl AhaMomentQuery {
    /// The most numbers of times or days that can be tried.
    pub const MAX_NUMBERS: usize = 12;
    /// The most days.
    const MAX_DAYS: i64 = 3_650;

    pub(super) fn check_numbers(&self) -> Result<(), QueryError> {
        check_ascending("times", &self.times, i64::from(u32::MAX))?;
        check_ascending("days", &self.days, Self::MAX_DAYS)?;
        let days = self.target_days.map_or(1, i64::from);
        QueryError::check_range("target_days", days, 1, Self::MAX_DAYS)?;
        QueryError::check_range("limit", i64::from(self.limit), 1, super::MAX_EVENTS as i64)
    }

    /// The longest of the first days.
    pub(super) fn last_day(&self) -> u32 {
        self.days.last().copied().unwrap_or(1)
    }
}

fn check_ascending(field: &str, numbers: &[u32], most: i64) -> Result<(), QueryError> {
    QueryError::check_range(field, numbers.len() as i64, 1, AhaMomentQuery::MAX_NUMBERS as i64)?;
    numbers.iter().enumerate().try_for_each(|(index, &number)| {
        QueryError::check_range(&format!("{field}[{index}]"), i64::from(number), 1, most)
    })?;
    if !numbers.windows(2).all(|pair| pair[0] < pair[1]) {
        let explanation = "each number must be greater than the one before".to_owned();
        return Err(QueryError::new(field, QueryProblem::Conflict { explanation }));
    }
    Ok(())
}

impl Default for AhaMomentQuery {
    /// Who is still there in the four weeks after the first?
    fn default() -> Self {
        let anything = Did { rule: EventRule::default(), times: Times::AtLeast, n: 1, within: Within::Ever };
        Self {
            scope: Scope::default(),
            target: Segment::Did(anything),
            target_days: Some(28),
            times: vec![1, 2, 3, 5, 10],
            days: vec![1, 3, 7],
            events: Vec::new(),
            exclude_events: Vec::new(),
            min_users: 20,
            limit: 20,
        }
    }
}
