//! The rule language that all analyses share: conditions on rows, event rules, segments of users, and a query's scope.
//!
//! Rules are plain data. They are the public interface (saved analyses, the JavaScript API, links), tagged by `kind`,
//! with unknown fields refused. What they match is decided in [`crate::kernel`].

mod feature;
mod item;
mod measured;
mod session;

use serde::{Deserialize, Serialize};

pub use self::feature::{Feature, ScaledFeature, Scaling, Touch};
pub use self::item::{ItemForm, ItemRule, ItemRules, SameInstant};
pub use self::measured::{FeatureRange, MeasuredRule};
pub use self::session::{GapEdge, SESSION_GAP_MILLIS, SessionRule};
use crate::analysis::funnel::FunnelRule;
use crate::analysis::lifecycle::LifecycleRule;
use crate::analysis::retention::CellRule;
use crate::analysis::stickiness::StickinessRule;
use crate::time::{Millis, WeekStart};

/// Which rows a step, a series or a filter speaks of. All the parts that are given must hold; a rule with no part at
/// all matches every event.
///
/// ```
/// use cairn_engine::rule::EventRule;
/// let paid: EventRule = serde_json::from_str(
///     r#"{"event": "payment", "where": [{"kind": "property", "property": "plan", "op": "eq", "values": ["pro"]}]}"#,
/// )?;
/// assert_eq!(paid.event.as_deref(), Some("payment"));
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, deny_unknown_fields)]
pub struct EventRule {
    /// The event's name; none = any event. A name that the data never hold matches nothing.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub event: Option<String>,
    /// At least one of these must match; empty = no such demand.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub any_of: Vec<EventRule>,
    /// Conditions that must all hold.
    #[serde(rename = "where", skip_serializing_if = "Vec::is_empty")]
    pub conditions: Vec<Condition>,
}

impl EventRule {
    /// The rule "this event", with no further condition.
    pub fn event(name: impl Into<String>) -> Self {
        Self { event: Some(name.into()), ..Self::default() }
    }
}

/// A condition on one row.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum Condition {
    /// A property compared with values.
    Property(PropertyTest),
    /// All must hold; true if empty.
    AllOf {
        /// The conditions.
        of: Vec<Condition>,
    },
    /// At least one must hold; false if empty.
    AnyOf {
        /// The conditions.
        of: Vec<Condition>,
    },
    /// Must not hold.
    Not {
        /// The condition.
        of: Box<Condition>,
    },
}

/// A property compared with values. A missing value satisfies only `neq`, `not_in`, `not_contains` and `is_not_set`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct PropertyTest {
    /// The column's name. The user and time columns count as properties too.
    pub property: String,
    /// Whose value: the row's own, or the user's (first or last one known).
    #[serde(default)]
    pub on: Owner,
    /// The comparison.
    pub op: Op,
    /// What to compare with. `eq`, `contains`, `gt`, … hold if they hold for any of the values, `neq` and the `not_`
    /// forms only if they hold for all of them. Numbers and times are given as text, as they would stand in a file.
    #[serde(default)]
    pub values: Vec<String>,
}

/// Whose value a property test looks at.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Owner {
    /// The row's own value.
    #[default]
    Event,
    /// The user's latest value that is not missing, over the whole data.
    User,
    /// The user's earliest value that is not missing, over the whole data.
    UserFirst,
}

/// A comparison. On text columns `eq`, `in` and their opposites compare the exact text, `contains` ignores ASCII case,
/// and the order comparisons compare as numbers where both sides are numbers, else by bytes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "the names say it")]
pub enum Op {
    #[default]
    Eq,
    Neq,
    In,
    NotIn,
    Contains,
    NotContains,
    StartsWith,
    Gt,
    Gte,
    Lt,
    Lte,
    IsSet,
    IsNotSet,
}

/// A group of users, by what they are or did.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum Segment {
    /// In all of these; every user if empty.
    AllOf {
        /// The segments.
        of: Vec<Segment>,
    },
    /// In at least one of these; nobody if empty.
    AnyOf {
        /// The segments.
        of: Vec<Segment>,
    },
    /// Not in this one.
    Not {
        /// The segment.
        of: Box<Segment>,
    },
    /// A property of the user. `on: event` here means "on any of the user's events".
    Property(PropertyTest),
    /// Did an event so many times.
    Did(Did),
    /// A fixed list of user ids.
    List {
        /// User ids, as they stand in the data; ids that the data do not hold are ignored.
        users: Vec<String>,
    },
    /// Nearest to one centroid of a saved cluster model.
    Cluster(Box<ClusterRule>),
    /// Reached a step of a funnel, or were lost before it.
    Funnel(Box<FunnelRule>),
    /// In a cohort of a retention table, or in one cell of it.
    Retention(Box<CellRule>),
    /// In one state of the lifecycle in one period.
    Lifecycle(Box<LifecycleRule>),
    /// Active in so many periods.
    Stickiness(Box<StickinessRule>),
    /// With numbers in ranges.
    Measured(Box<MeasuredRule>),
}

/// "Did E at least / exactly / at most n times", in a window.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Did {
    /// Which events count.
    pub rule: EventRule,
    /// How the count is compared with `n`.
    #[serde(default)]
    pub times: Times,
    /// The count. "Did not do E" is `at_most` 0.
    #[serde(default = "one")]
    pub n: u64,
    /// When the events must lie.
    #[serde(default)]
    pub within: Within,
}

const fn one() -> u64 {
    1
}

/// How a count is compared.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "the names say it")]
pub enum Times {
    #[default]
    AtLeast,
    Exactly,
    AtMost,
}

/// A window for counting events.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum Within {
    /// The whole data.
    #[default]
    Ever,
    /// From `now` − `days` × 24 h (exclusive) to `now` (inclusive); `now` is the scope's, or the data's last time.
    LastDays {
        /// Days of exactly 24 hours; at least 1.
        days: u32,
    },
    /// From the user's first event (inclusive) to `days` × 24 h after it (exclusive).
    FirstDays {
        /// Days of exactly 24 hours; at least 1.
        days: u32,
    },
    /// Between two instants, both inclusive.
    Between {
        /// The first instant.
        from: Millis,
        /// The last instant.
        to: Millis,
    },
}

/// A saved cluster: which rows the features were computed from, how they were scaled, where the centroids lie, and which
/// of them is meant. It holds all that it needs: the query that it is used in changes nothing about it.
///
/// A user is in the cluster if the user has at least one row in the range that meets the conditions, and the cluster's
/// centroid is the nearest one by Euclidean distance; of equally near ones, the one with the lowest index.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct ClusterRule {
    /// The features, in the centroids' order.
    pub features: Vec<ScaledFeature>,
    /// One row per cluster: scaled coordinates, as many as there are features.
    pub centroids: Vec<Vec<f64>>,
    /// Index of the cluster that is meant.
    pub cluster: u32,
    /// The instant that recency and tenure are measured from.
    pub now: Millis,
    /// First instant that features look at, inclusive; none = from the start.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<Millis>,
    /// Last instant that features look at, inclusive; none = to the end.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to: Option<Millis>,
    /// Features look only at rows that meet all of these.
    #[serde(rename = "where", default, skip_serializing_if = "Vec::is_empty")]
    pub conditions: Vec<Condition>,
}

/// What every query shares: which users and rows it looks at, and by which calendar.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, deny_unknown_fields)]
pub struct Scope {
    /// First instant, inclusive; none = from the start.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub from: Option<Millis>,
    /// Last instant, inclusive; none = to the end.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub to: Option<Millis>,
    /// Rows that fail any of these are left out before anything else.
    #[serde(rename = "where", skip_serializing_if = "Vec::is_empty")]
    pub conditions: Vec<Condition>,
    /// Only these users; none = all.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub segment: Option<Segment>,
    /// IANA zone for calendar bins; none = UTC.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub zone: Option<String>,
    /// First day of a week.
    pub week_start: WeekStart,
    /// The instant that "the last d days" ends at; none = the data's last time.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub now: Option<Millis>,
}

/// A segment with the name that people gave it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct NamedSegment {
    /// The name.
    pub name: String,
    /// The rule.
    pub segment: Segment,
}

/// How an answer is split into groups.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum Breakdown {
    /// By a property's values.
    Property {
        /// The column's name.
        property: String,
        /// Whose value: `event` follows the analysis' attribution, `user` and `user_first` the user's.
        #[serde(default)]
        on: Owner,
        /// Which of the values met on the way is the user's group, when `on` is `event`.
        #[serde(default)]
        attribution: Attribution,
        /// How many values are kept; the rest becomes "Other". None = all.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        limit: Option<u32>,
    },
    /// By segments, in their order; a user may be in several, and those in none are left out of the groups.
    Segments {
        /// The segments.
        segments: Vec<NamedSegment>,
    },
}

/// Which value of an event property puts a user into a group.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum Attribution {
    /// The first value that is not missing, among the rows that matter to the analysis.
    #[default]
    FirstTouch,
    /// The last one.
    LastTouch,
    /// The value on the event that fills this step, counted from 0; each value is tried as a group of its own. Where the
    /// steps may come in any order, step 0 is the one that comes first.
    Step {
        /// The step.
        step: u32,
    },
    /// Every value is a group of its own, made of the rows that carry it.
    EachValue,
}
