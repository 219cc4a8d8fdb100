//! The users of one bar, as a rule for segments.

use serde::{Deserialize, Serialize};

use super::{Count, StickinessQuery, Walker};
use crate::error::QueryError;
use crate::table::{Bitmap, BucketId, Table};

/// The users who are active in so many periods. It holds all that it needs: the query that it is used in changes nothing about
/// it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct StickinessRule {
    /// The question; it also says whether users of more periods count too.
    pub query: StickinessQuery,
    /// Index of the series.
    #[serde(default)]
    pub series: u32,
    /// In how many periods; at least 1.
    pub n_periods: u32,
}

/// Checks a rule.
///
/// # Errors
/// If its query does not fit the table, or a number is out of range; the field is relative to the rule.
pub fn check_rule(rule: &StickinessRule, table: &Table) -> Result<(), QueryError> {
    rule.query.check(table).map_err(|error| error.within("query"))?;
    QueryError::check_range("series", i64::from(rule.series), 0, rule.query.series.len() as i64 - 1)?;
    QueryError::check_range("n_periods", i64::from(rule.n_periods), 1, i64::from(u32::MAX))
}

/// The users of a rule.
///
/// # Errors
/// As [`check_rule`].
pub fn in_bar(rule: &StickinessRule, table: &Table) -> Result<Bitmap, QueryError> {
    check_rule(rule, table)?;
    let mut walker = Walker::new(&rule.query, table)?;
    let mut users = Bitmap::empty(table.users.len());
    for bucket in BucketId::all().map(|id| table.bucket(id)) {
        walker.enter(bucket);
        for user in bucket.users() {
            let n = walker.n_periods(rule.series as usize, user, &rule.query) as u64;
            let holds = match rule.query.count {
                Count::Exactly => n == u64::from(rule.n_periods),
                Count::AtLeast => n >= u64::from(rule.n_periods),
            };
            if holds {
                users.insert(user.0 as usize);
            }
        }
    }
    Ok(users)
}
