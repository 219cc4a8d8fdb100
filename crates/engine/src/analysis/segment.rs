//! Segments: how many users each one holds, how they overlap, and who the users are.

use serde::{Deserialize, Serialize};

use crate::rule::{NamedSegment, Scope};
use crate::stats::interval::Rate;

/// Asks how many users segments hold. The segments' rules look at each user's whole history; the scope decides which
/// users and which events are counted.
///
/// ```
/// use cairn_engine::Query;
/// let query: Query = serde_json::from_str(
///     r#"{"kind": "segment", "segments": [
///         {"name": "Buyers", "segment": {"kind": "did", "rule": {"event": "payment"}, "times": "at_least", "n": 3,
///                                        "within": {"kind": "last_days", "days": 30}}}],
///         "list": {"segment": 0, "limit": 100}}"#,
/// )?;
/// assert!(matches!(query, Query::Segment(_)));
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct SegmentQuery {
    /// Which users and rows are counted.
    pub scope: Scope,
    /// The segments, at most [`MAX_SEGMENTS`].
    pub segments: Vec<NamedSegment>,
    /// Whose user ids to list; none = no list.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub list: Option<UserList>,
}

/// Which user ids to list.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct UserList {
    /// Index of the segment.
    pub segment: u32,
    /// Only ids that come after this one in the order of their bytes, for the next page; none = from the first.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after: Option<String>,
    /// How many ids at most; 1 to [`MAX_LISTED`].
    pub limit: u32,
}

/// How many segments a query may name.
pub const MAX_SEGMENTS: usize = 64;

/// How many user ids an answer may list.
pub const MAX_LISTED: u32 = 100_000;

/// How many users segments hold.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SegmentAnswer {
    /// Users with at least one row in scope.
    pub n_users: u64,
    /// Rows in scope.
    pub n_events: u64,
    /// The segments, in the query's order.
    pub segments: Vec<SegmentSize>,
    /// `overlap[i][j]`: users in scope who are in both segment `i` and segment `j`; symmetric, and `overlap[i][i]` is
    /// the segment's `n_users`.
    pub overlap: Vec<Vec<u64>>,
    /// Users in scope who are in none of the segments.
    pub n_users_in_none: u64,
    /// The listed user ids, in the order of their bytes; empty if no list was asked for.
    pub users: Vec<String>,
}

/// How large a segment is.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SegmentSize {
    /// Its name.
    pub name: String,
    /// Its users in scope.
    pub n_users: u64,
    /// `n_users` out of all users in scope, with Wilson's 95 % interval; none if nobody is in scope.
    pub user_rate: Option<Rate>,
    /// Rows in scope of its users.
    pub n_events: u64,
}
