//! What each model would have one believe.

use serde::{Deserialize, Serialize};

use crate::analysis::funnel::GroupKey;
use crate::time::Millis;

/// Which channels conversions are owed to, by several models.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct AttributionAnswer {
    /// Conversions that count.
    pub n_conversions: u64,
    /// Users with at least one.
    pub n_users: u64,
    /// What all conversions are worth; none if the query names no value or the sum is too large to be a number.
    pub value: Option<f64>,
    /// Conversions without a touch on their path, which no model shares out.
    pub unattributed: Unattributed,
    /// Touches in the range.
    pub n_touches: u64,
    /// Runs of touches that no conversion followed in time.
    pub n_lost: u64,
    /// How each of the query's models came out, in their order.
    pub models: Vec<Outcome>,
    /// The channels, those with most touches first, equal ones by name; "Other" is the last.
    pub channels: Vec<ChannelCredit>,
    /// The commonest paths to conversion, by number of conversions, equal ones by their channels.
    pub paths: Vec<PathCount>,
    /// How many different paths lead to a conversion.
    pub n_paths: u64,
    /// Conversions by the number of touches on their path; those that occur, ascending.
    pub lengths: Vec<LengthCount>,
    /// The earliest conversions, with their touches, as many as the query lists; equal ones by their user's id.
    pub listed: Vec<ListedConversion>,
}

/// Conversions without a touch.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Unattributed {
    /// How many.
    pub n_conversions: u64,
    /// What they are worth; none as in the whole answer.
    pub value: Option<f64>,
}

/// Whether a model could share the conversions out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// It could.
    Shared,
    /// There is no conversion with a touch.
    NoConversions,
    /// Of a Markov chain: removing any one channel changes nothing, so that there is nothing to share by.
    NoEffect,
    /// Of a Markov chain: paths are so long that its solution was not found. Choose a shorter lookback or fewer touches.
    NotConverged,
}

/// One channel.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ChannelCredit {
    /// Its name.
    pub key: GroupKey,
    /// Its touches in the range, whatever came of them.
    pub n_touches: u64,
    /// Those of its touches that lie on the path to a conversion.
    pub n_credited: u64,
    /// Conversions with at least one of its touches on their path.
    pub n_conversions: u64,
    /// Conversions whose path begins with it.
    pub n_first: u64,
    /// Conversions whose path ends with it.
    pub n_last: u64,
    /// Conversions that have it on their path, but not as the last touch: which it assisted.
    pub n_assisted: u64,
    /// Mean time from its credited touches to their conversions; none without any.
    pub mean_millis: Option<f64>,
    /// What it cost; none if the query does not say.
    pub cost: Option<f64>,
    /// What each model gives it, in the query's order; none where the model could not share the conversions out.
    pub credits: Vec<Option<Credit>>,
}

/// What one model gives to one channel.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Credit {
    /// Conversions, with fractions.
    pub conversions: f64,
    /// These divided by all conversions with a touch.
    pub share: f64,
    /// What they are worth; none if the query names no value.
    pub value: Option<f64>,
    /// The channel's cost divided by `conversions`; none without a cost or with no conversion.
    pub cost_per_conversion: Option<f64>,
    /// `value` divided by the channel's cost; none without either or if it cost nothing.
    pub return_on_cost: Option<f64>,
    /// Of a Markov chain, by which share fewer paths would convert without the channel.
    pub removal_effect: Option<f64>,
}

/// A path to conversion.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct PathCount {
    /// Its touches' channels, as indexes into the answer's, at most [`PathCount::MAX_TOUCHES`]: of a longer path the last.
    pub channels: Vec<u32>,
    /// Conversions that it led to.
    pub n_conversions: u64,
    /// How often it led to none.
    pub n_lost: u64,
    /// What its conversions are worth; none if the query names no value.
    pub value: Option<f64>,
}

impl PathCount {
    /// The most touches of a path that are told apart.
    pub const MAX_TOUCHES: usize = 12;
}

/// Conversions with so many touches.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct LengthCount {
    /// Touches on the path.
    pub n_touches: u64,
    /// Conversions.
    pub n_conversions: u64,
}

/// A conversion with its touches.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ListedConversion {
    /// The user's id.
    pub user: String,
    /// When.
    pub time: Millis,
    /// Its touches, the first one first.
    pub touches: Vec<ListedTouch>,
}

/// A touch on a conversion's path.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ListedTouch {
    /// The channel, as an index into the answer's.
    pub channel: u32,
    /// How long before the conversion.
    pub millis: u64,
    /// How many touches, required events and conversions from it to the conversion.
    pub n_events: u64,
}
