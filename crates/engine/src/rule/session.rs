//! How a user's rows are cut into sessions, as plain data. What it means for rows stands in
//! [`crate::kernel::sessions`].

use serde::{Deserialize, Serialize};

/// What makes a session of one user's rows.
///
/// ```
/// use cairn_engine::rule::{GapEdge, SessionRule};
/// let rule: SessionRule = serde_json::from_str(r#"{"kind": "gap", "gap_millis": 60000}"#)?;
/// assert_eq!(rule, SessionRule::Gap { gap_millis: 60_000, edge: GapEdge::Cuts });
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum SessionRule {
    /// As `column` if a column has the role session, else as `gap` of 30 minutes.
    #[default]
    Auto,
    /// A new session starts after a gap.
    Gap {
        /// Milliseconds without a row; at least 0.
        #[serde(default = "half_an_hour")]
        gap_millis: i64,
        /// What a gap of exactly that length does.
        #[serde(default)]
        edge: GapEdge,
    },
    /// All of a user's rows with one value in the column with the role session, even when rows of other sessions lie
    /// between them. Rows without a value are cut among themselves by gaps of 30 minutes.
    Column,
    /// All of a user's rows are one session.
    History,
}

/// Half an hour, the gap that sessions are cut by unless another is given.
pub const SESSION_GAP_MILLIS: i64 = 1_800_000;

const fn half_an_hour() -> i64 {
    SESSION_GAP_MILLIS
}

/// What a gap of exactly the given length does.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum GapEdge {
    /// It cuts: rows of one session lie less than the gap apart.
    #[default]
    Cuts,
    /// It joins: only a longer one cuts.
    Joins,
}
