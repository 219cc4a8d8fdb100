//! The answer: users, rates and times per step, overall and by group.

use serde::{Deserialize, Serialize};

use super::difference::GroupDifference;
use super::trend::FunnelPeriod;
use crate::stats::interval::Rate;

/// How many users pass from step to step.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct FunnelAnswer {
    /// All users in scope, whatever the breakdown.
    pub overall: FunnelResult,
    /// The groups of the breakdown; empty without one. Segments come in the query's order. Values come by how many
    /// users reach the last step, then the one before, and so on, the most first, then by the value; the missing value
    /// stands among them, and [`GroupKey::Other`] comes last.
    pub groups: Vec<FunnelGroup>,
    /// All users in scope by when they entered, if the query asks for a trend: every period of the range, in order. A user
    /// counts once in each period in which a chain of theirs started, so that the periods together are more than all.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub trend: Vec<FunnelPeriod>,
}

/// One group's share of the answer.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct FunnelGroup {
    /// Which group it is.
    pub key: GroupKey,
    /// Its funnel.
    pub result: FunnelResult,
    /// How its conversion compares with that of all other users; none where that cannot be told.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub difference: Option<GroupDifference>,
    /// The same by when they entered, if the query asks for a trend.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub trend: Vec<FunnelPeriod>,
}

/// What makes a group.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum GroupKey {
    /// A value of the breakdown's property; numbers and times as text.
    Value {
        /// The value.
        value: String,
    },
    /// No value.
    Missing,
    /// All values beyond the breakdown's limit, together.
    Other,
    /// A segment.
    Segment {
        /// Its name.
        name: String,
    },
}

/// A funnel's numbers for one group of users. Every user counts once, at the highest level reached.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct FunnelResult {
    /// Users who reached step 1.
    pub n_entered: u64,
    /// Users who reached every step that is not optional.
    pub n_converted: u64,
    /// Users whose window is not over at the end of the data and who have not converted: neither converted nor lost.
    pub n_open: u64,
    /// Users left out because an exclusion removed them; they are in no other number.
    pub n_removed: u64,
    /// Users whose counted chain fills two steps at one instant, so that their order is not known.
    pub n_with_ties: u64,
    /// `n_converted` ÷ (`n_entered` − `n_open`); none if that is 0.
    pub conversion_rate: Option<Rate>,
    /// Time from step 1 to the last step that is not optional, of those who converted; none if there are none.
    pub time_to_convert: Option<Durations>,
    /// The steps, in the query's order. In unordered funnels item k stands for any k steps.
    pub steps: Vec<FunnelStep>,
}

/// One step's numbers. A required step's predecessor is the required step before it; an optional one's too.
///
/// `n_reached + n_open + n_dropped` is the predecessor's `n_reached`, for steps that are not optional.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct FunnelStep {
    /// The step's name, or its event's; empty for "any event" and in unordered funnels.
    pub name: String,
    /// Whether the step is optional; then `n_reached` counts the users who did it on their counted chain, and nobody is
    /// open or dropped.
    pub optional: bool,
    /// Users who reached it.
    pub n_reached: u64,
    /// Users who reached the predecessor but not yet this step, and whose window is not over at the end of the data.
    pub n_open: u64,
    /// Users who reached the predecessor and not this step, and whose window is over.
    pub n_dropped: u64,
    /// `n_reached` ÷ (entered − those still open before this step or at it); none if that is 0.
    pub rate_from_first: Option<Rate>,
    /// `n_reached` ÷ (reached the predecessor − `n_open`); none if that is 0, and for the first step.
    pub rate_from_previous: Option<Rate>,
    /// Time since the predecessor, of those who reached this step; none if there are none, and for the first step.
    pub from_previous: Option<Durations>,
    /// Time since step 1, likewise.
    pub from_first: Option<Durations>,
}

/// How long something took, in milliseconds, over a number of users. Quantiles are of type 7 (Hyndman & Fan 1996):
/// linear between order statistics, so that they may end in fractions.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Durations {
    /// Users.
    pub n_users: u64,
    /// Arithmetic mean.
    pub mean_millis: f64,
    /// The tenth percentile.
    pub p10_millis: f64,
    /// The median.
    pub median_millis: f64,
    /// The ninetieth percentile.
    pub p90_millis: f64,
}
