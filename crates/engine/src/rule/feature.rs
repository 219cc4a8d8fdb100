//! Features: numbers computed for every user from the user's events, and how they are brought to one scale.

use serde::{Deserialize, Serialize};

/// A number computed for every user from the user's rows in scope. Each has an amount in plain units (events, days, money)
/// and a scale on which users are compared: counts, times since and money are compared by their logarithm, because a user
/// with 200 events differs from one with 100 as much as one with 2 from one with 1.
///
/// Some are missing for some users. A missing amount is left out of means and deviations, and where users are compared it
/// counts as the mean of all, so that it draws a user neither way.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum Feature {
    /// Number of events of one name; scale ln(1 + n). 0 for a name that the data never hold.
    EventCount {
        /// The event's name.
        event: String,
    },
    /// Share of one name in all of the user's events, 0 to 1.
    EventShare {
        /// The event's name.
        event: String,
    },
    /// Number of all events; scale ln(1 + n).
    Events,
    /// Number of days (UTC) with at least one event; scale ln(1 + n).
    DaysActive,
    /// Number of sessions: by the column with the role session, else cut by gaps of 30 minutes; scale ln(1 + n).
    Sessions,
    /// Number of different names of events; scale ln(1 + n).
    Breadth,
    /// Days of 24 hours, with their fraction, from the last event to `now`, 0 if that lies before it; scale ln(1 + days).
    Recency,
    /// Days of 24 hours, with their fraction, from the first event to `now`, 0 if that lies before it.
    Tenure,
    /// Days of 24 hours, with their fraction, from the first event to the last.
    Span,
    /// Time to first value: days of 24 hours, with their fraction, from the first event to the first one of this name;
    /// scale ln(1 + days). Missing for users who never did it.
    DaysUntil {
        /// The event's name.
        event: String,
    },
    /// Sum of the number column with the role revenue; missing values count as 0; scale sign(x) · ln(1 + |x|).
    Revenue,
    /// The latest value of a number column, among the rows in scope, that is not missing; of several of one instant the
    /// greatest, and 0 if there is none. Values beyond ±10¹⁴⁰ count as that.
    Property {
        /// The column's name.
        property: String,
    },
    /// Mean of a number column, as a survey's scores. Missing for users without a value.
    Mean {
        /// The column's name.
        property: String,
    },
    /// Sum of a number column; missing values count as 0; scale sign(x) · ln(1 + |x|).
    Sum {
        /// The column's name.
        property: String,
    },
    /// 1 for users whose value of a text column is this one, else 0; missing for users without any value. Where users are
    /// compared it is divided by √2 instead of its deviation, so that two users with different values of one property lie
    /// as far apart as two who differ by a deviation of a number.
    Is {
        /// The column's name.
        property: String,
        /// The value.
        value: String,
        /// Which of a user's values is meant.
        #[serde(default)]
        touch: Touch,
    },
}

impl Feature {
    /// The event that it names.
    pub fn event(&self) -> Option<&str> {
        match self {
            Self::EventCount { event } | Self::EventShare { event } | Self::DaysUntil { event } => {
                Some(event)
            }
            _ => None,
        }
    }

    /// The property that it names.
    pub fn property(&self) -> Option<&str> {
        match self {
            Self::Property { property } | Self::Mean { property } => Some(property),
            Self::Sum { property } | Self::Is { property, .. } => Some(property),
            _ => None,
        }
    }
}

/// Which of the values that a user has had.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Touch {
    /// The latest one; of several of one instant the last by bytes.
    #[default]
    Last,
    /// The earliest one, as the channel that brought the user; of several of one instant the last by bytes.
    First,
}

/// How amounts are brought to a scale before they are standardized.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Scaling {
    /// Each feature's own, as [`Feature`] says.
    #[default]
    Auto,
    /// The amounts as they are.
    Linear,
    /// sign(x) · ln(1 + |x|).
    Log,
    /// The share of the users below, those with the same amount counted half: 0 to 1, whatever the units. Taken from
    /// hundredths of a sample of at most 16,384 users. [`Feature::Is`] stays as it is.
    Rank,
}

impl Scaling {
    const fn is_auto(&self) -> bool {
        matches!(self, Self::Auto)
    }
}

/// A feature of a user and how it is brought to the centroids' scale: `(value − mean) / deviation`, where `value` is the
/// amount on the scale that `scaling` says. A missing amount lies at 0.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct ScaledFeature {
    /// What is measured.
    pub feature: Feature,
    /// Mean over the users, on the scale.
    pub mean: f64,
    /// Standard deviation over the users (divided by n), on the scale, and √2 for [`Feature::Is`]; 0 is read as 1.
    pub deviation: f64,
    /// How amounts are brought to the scale.
    #[serde(default, skip_serializing_if = "Scaling::is_auto")]
    pub scaling: Scaling,
    /// For ranks: the amounts at equally spaced shares of the users, ascending, from the least to the greatest.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub ranks: Vec<f64>,
}
