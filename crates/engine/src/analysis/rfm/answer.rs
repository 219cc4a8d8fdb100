//! What is said of customers, as plain data.

use serde::{Deserialize, Serialize};

use super::RfmCuts;
use crate::rule::Segment;
use crate::stats::interval::Rate;
use crate::time::Millis;

/// Customers by recency, frequency and value.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct RfmAnswer {
    /// Customers.
    pub n_users: u64,
    /// Users in scope without a purchase, who are in no segment.
    pub n_users_without: u64,
    /// The instant that recency is measured from.
    pub now: Millis,
    /// Where classes are cut; none without customers.
    pub cuts: Option<RfmCuts>,
    /// The sum of all values; none if there is no value, as below.
    pub value: Option<f64>,
    /// The segments, in the order of [`RfmName`].
    pub segments: Vec<RfmSegment>,
    /// `grid[r][f]`: customers of recency class r + 1 and frequency class f + 1.
    pub grid: Vec<Vec<RfmCell>>,
    /// Customers by value class, 1 to 5; empty if there is no value.
    pub value_classes: Vec<u64>,
    /// Who moved since the earlier instant, if one was given.
    pub moves: Option<RfmMoves>,
}

/// One segment.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct RfmSegment {
    /// Which one.
    pub name: RfmName,
    /// Its customers.
    pub n_users: u64,
    /// Their share of all customers, with Wilson's 95 % interval; none without customers.
    pub user_rate: Option<Rate>,
    /// The sum of their values.
    pub value: Option<f64>,
    /// Mean days since the last purchase; none if it is empty, as are the next two.
    pub mean_recency_days: Option<f64>,
    /// Mean number of purchases.
    pub mean_frequency: Option<f64>,
    /// Mean sum of values.
    pub mean_value: Option<f64>,
    /// The rule that finds its users; none without customers.
    pub segment: Option<Segment>,
}

/// Customers of one class of recency and one of frequency.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct RfmCell {
    /// The segment that it belongs to.
    pub name: RfmName,
    /// Customers.
    pub n_users: u64,
    /// The sum of their values.
    pub value: Option<f64>,
}

/// Who was in which segment, then and now.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct RfmMoves {
    /// The earlier instant.
    pub before: Millis,
    /// `n_users[from][to]`: customers by segment then and now, both in the order of [`RfmName`].
    pub n_users: Vec<Vec<u64>>,
    /// Customers by segment now who had not bought then.
    pub n_new: Vec<u64>,
}

/// The segments, by classes of recency (R) and frequency (F).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum RfmName {
    /// R 5, F 4 to 5: bought lately and often.
    Champions,
    /// R 3 to 4, F 4 to 5.
    Loyal,
    /// R 4 to 5, F 2 to 3.
    PotentialLoyalists,
    /// R 5, F 1: bought for the first time lately.
    New,
    /// R 4, F 1.
    Promising,
    /// R 3, F 3.
    NeedAttention,
    /// R 3, F 1 to 2.
    AboutToSleep,
    /// R 1 to 2, F 3 to 4: bought often, but long ago.
    AtRisk,
    /// R 1 to 2, F 5: bought most often, but long ago.
    CannotLose,
    /// R 1 to 2, F 1 to 2.
    Hibernating,
}
