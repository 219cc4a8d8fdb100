//! The users in one state in one period, as a rule for segments.

use serde::{Deserialize, Serialize};

use super::{LifecycleQuery, State, Walker};
use crate::error::QueryError;
use crate::table::{Bitmap, BucketId, Table};
use crate::time::Millis;

/// The users who are in a state in one period. It holds all that it needs: the query that it is used in changes nothing
/// about it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct LifecycleRule {
    /// The question.
    pub query: LifecycleQuery,
    /// An instant in the period.
    pub period: Millis,
    /// The state.
    pub state: State,
}

/// Checks a rule.
///
/// # Errors
/// If its query does not fit the table; the field is relative to the rule.
pub fn check_rule(rule: &LifecycleRule, table: &Table) -> Result<(), QueryError> {
    rule.query.check(table).map(drop).map_err(|error| error.within("query"))
}

/// The users of a rule; none if its period is not one of the query's.
///
/// # Errors
/// As [`check_rule`].
pub fn in_state(rule: &LifecycleRule, table: &Table) -> Result<Bitmap, QueryError> {
    check_rule(rule, table)?;
    let mut walker = Walker::new(&rule.query, table)?;
    let mut users = Bitmap::empty(table.users.len());
    let Some(wanted) = walker.periods.find(rule.period).and_then(|index| index.checked_sub(1)) else {
        return Ok(users);
    };
    for bucket in BucketId::all().map(|id| table.bucket(id)) {
        walker.enter(bucket);
        for user in bucket.users() {
            walker.each_state(user, |period, state| {
                if period == wanted && state == rule.state {
                    users.insert(user.0 as usize);
                }
            });
        }
    }
    Ok(users)
}
