//! Segments by features: users whose numbers lie in ranges.

use serde::{Deserialize, Serialize};

use super::{Condition, Feature};
use crate::time::Millis;

/// Users with at least one row in the range of time that meets the conditions, whose features, computed from those rows,
/// lie in all of the ranges.
///
/// ```
/// use cairn_engine::rule::Segment;
/// let spent: Segment = serde_json::from_str(
///     r#"{"kind": "measured", "ranges": [{"feature": {"kind": "sum", "property": "price"}, "above": 100}]}"#,
/// )?;
/// assert!(matches!(spent, Segment::Measured(_)));
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, deny_unknown_fields)]
pub struct MeasuredRule {
    /// The ranges, each of another feature; all users if there are none.
    pub ranges: Vec<FeatureRange>,
    /// The instant that recency and tenure are measured from; none = the query's.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub now: Option<Millis>,
    /// First instant that features look at, inclusive; none = from the start.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub from: Option<Millis>,
    /// Last instant that features look at, inclusive; none = to the end.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub to: Option<Millis>,
    /// Features look only at rows that meet all of these.
    #[serde(rename = "where", skip_serializing_if = "Vec::is_empty")]
    pub conditions: Vec<Condition>,
}

/// A range of a feature's amounts, in plain units. A missing amount lies in no range, not even in one without ends.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct FeatureRange {
    /// What is measured.
    pub feature: Feature,
    /// The amount is greater than this; none = no lower end.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub above: Option<f64>,
    /// The amount is this at most; none = no upper end.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub up_to: Option<f64>,
}

impl FeatureRange {
    /// Whether an amount, NaN if it is missing, lies in the range.
    pub fn holds(&self, amount: f64) -> bool {
        let is_above = self.above.is_none_or(|above| amount > above);
        let is_below = self.up_to.is_none_or(|up_to| amount <= up_to);
        !amount.is_nan() && is_above && is_below
    }
}
