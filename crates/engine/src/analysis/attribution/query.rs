//! The question: what is a touch, what a conversion, and which models share it out.

use serde::{Deserialize, Serialize};

use super::channels::Channels;
use super::same_value::SameValues;
use crate::error::{QueryError, QueryProblem};
use crate::kernel::condition::Test;
use crate::kernel::scope::ScopeFilter;
use crate::rule::{EventRule, SameInstant, Scope};
use crate::table::{Column, Numbers, Table};
use crate::time::Millis;

/// Asks which channels conversions are owed to, by several models side by side.
///
/// ```
/// use cairn_engine::Query;
/// let query: Query = serde_json::from_str(
///     r#"{"kind": "attribution", "touches": [{"event": "visit"}], "conversion": {"event": "payment"},
///         "channel": {"kind": "property", "property": "channel"}, "models": [{"kind": "last"}, {"kind": "linear"}]}"#,
/// )?;
/// assert!(matches!(query, Query::Attribution(_)));
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, deny_unknown_fields)]
pub struct AttributionQuery {
    /// Which users and rows. Conversions must lie in the range; the touches before one may lie before the range.
    pub scope: Scope,
    /// A touch matches one of these; empty = any event. A row that is a conversion or required is no touch.
    pub touches: Vec<EventRule>,
    /// What a touch is called.
    pub channel: ChannelRule,
    /// Which events are conversions.
    pub conversion: EventRule,
    /// Which of a user's conversions count.
    pub count: Conversions,
    /// The number column that says what a conversion is worth; none = conversions are only counted.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub value: Option<String>,
    /// What a conversion is worth whose value is missing, 0 or below.
    pub worthless: Worthless,
    /// A touch lies at most so long before its conversion, edge inclusive; none = no matter how long. It always lies after
    /// the user's conversion before.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub lookback_millis: Option<i64>,
    /// Instead: on one of so many calendar days of the scope's zone, the last of which is the conversion's.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub lookback_days: Option<u32>,
    /// Touches only count that are followed by one event of each of these, before the conversion.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub required: Vec<Required>,
    /// The order of rows of one instant.
    pub same_instant: SameInstant,
    /// How conversions are shared out; at least one.
    pub models: Vec<Model>,
    /// Channels that `last_non_direct` passes over, in any case of their ASCII letters.
    pub direct: Vec<String>,
    /// What channels cost.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub costs: Vec<ChannelCost>,
    /// How many channels are kept, those with most touches, 1 to [`AttributionQuery::MAX_CHANNELS`]; the rest is "Other",
    /// which the models take for one channel.
    pub limit: u32,
    /// How many of the commonest paths are listed.
    pub path_limit: u32,
    /// How many conversions are listed with their touches, the earliest ones.
    pub list: u32,
}

/// What a touch is called: its channel.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum ChannelRule {
    /// By its event.
    #[default]
    Event,
    /// By the value of a text column.
    Property {
        /// The column.
        property: String,
        /// What becomes of rows without a value.
        #[serde(default)]
        missing: MissingChannel,
    },
    /// By its event and the value of a text column, as in `visit / google`; by the event alone where there is no value.
    EventProperty {
        /// The column.
        property: String,
    },
    /// By the address that was visited and the one before. The campaign's parameters (`utm_source`, `utm_medium`,
    /// `utm_campaign`, or a click's id such as `gclid`) count first, then the referrer. A page reached from another of the
    /// same host is no touch; one reached from nowhere is `direct`.
    Source {
        /// The text column with the address of the page; none = there is none, and only referrers count.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        url: Option<String>,
        /// The text column with the address of the page before.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        referrer: Option<String>,
        /// What of them names the channel.
        #[serde(default)]
        by: SourcePart,
    },
}

/// What becomes of touches without a channel.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum MissingChannel {
    /// They are no touches.
    #[default]
    LeftOut,
    /// They are a channel of their own.
    Kept,
}

/// What of an address names the channel.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum SourcePart {
    /// `google`, `newsletter`, or the referrer's host.
    #[default]
    Source,
    /// `cpc`, `email`, as the campaign says; else `organic` from a search engine, `social` from a network, `referral` from
    /// another host.
    Medium,
    /// Both, as in `google / organic`.
    SourceMedium,
    /// The campaign's name; a row without one is no touch.
    Campaign,
}

/// Which of a user's conversions count.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Conversions {
    /// All; the touches of each lie between the one before and it.
    #[default]
    Every,
    /// The first in the range; what comes after it is not looked at.
    First,
}

/// What a conversion is worth whose value is missing, 0 or below.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Worthless {
    /// Nothing where the value is missing, else what it says.
    #[default]
    AsItIs,
    /// One, as in ByConity.
    One,
}

/// An event that must lie between a touch and its conversion.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Required {
    /// Which event.
    pub rule: EventRule,
    /// Its value of a property must be the conversion's value of another one, or one of them where that is a list such as
    /// `[1, 2]` or `["a"]`. A missing value is equal to none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub same_value: Option<SameValue>,
}

/// Two properties that must agree; text or number columns.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct SameValue {
    /// The required event's column.
    pub property: String,
    /// The conversion's column.
    pub conversion_property: String,
}

/// How a conversion is shared out between the touches on its path, or between the channels.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum Model {
    /// All to the first touch.
    First,
    /// All to the last touch.
    Last,
    /// All to the last touch that is not direct; to the last one if all are.
    LastNonDirect,
    /// The same to each touch.
    Linear,
    /// Half as much to a touch for each half-life that it lies farther from the conversion.
    TimeDecay {
        /// The half-life; at least 1.
        #[serde(default = "a_week")]
        half_life_millis: i64,
        /// Whether parts of a half-life count.
        #[serde(default)]
        decay: Decay,
    },
    /// A share to the first touch, one to the last, and one spread over those between (U-shaped: 0.4, 0.2, 0.4). Of fewer
    /// than three touches, the same to each.
    Position {
        /// The first touch's share, 0 to 1.
        #[serde(default = "two_fifths")]
        first: f64,
        /// The share of those between; the three shares sum to 1.
        #[serde(default = "one_fifth")]
        middle: f64,
        /// The last touch's share.
        #[serde(default = "two_fifths")]
        last: f64,
    },
    /// W-shaped: 30 % each to the first touch, to the last, and to the last one before a milestone (say, becoming a lead);
    /// 10 % spread over the others. Shares that nobody takes, of a milestone that was not reached or of others that are
    /// not there, are spread over the rest in proportion; a touch that is several of these takes the shares of each.
    WShaped {
        /// The milestone: the first such event on the path.
        milestone: EventRule,
    },
    /// The removal effect: how many fewer paths would convert if each touch of a channel ended its path, by a Markov chain
    /// of the paths that convert and those that do not (Anderl et al. 2016).
    Markov {
        /// How many touches back what comes next depends on, 1 to 3.
        #[serde(default = "first_order")]
        order: u32,
    },
    /// The Shapley value, where a set of channels is worth the conversions of the paths that use no others (Zhao et al.
    /// 2018): each conversion is shared equally between the channels on its path, however often they were touched.
    Shapley,
    /// The whole conversion to each channel on its path, so that the sum is more than there were.
    Participation,
}

/// Whether parts of a half-life count.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Decay {
    /// They do.
    #[default]
    Smooth,
    /// Only whole half-lives count, as in ByConity.
    Steps,
}

/// What a channel cost, in the unit of the conversions' values.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct ChannelCost {
    /// The channel's name.
    pub channel: String,
    /// The cost; at least 0. Several of one channel are added up.
    pub cost: f64,
}

const fn a_week() -> i64 {
    7 * Millis::DAY
}

const fn two_fifths() -> f64 {
    0.4
}

const fn one_fifth() -> f64 {
    0.2
}

const fn first_order() -> u32 {
    1
}

impl Model {
    /// U-shaped: 40 % to the first touch, 40 % to the last.
    pub const U_SHAPED: Self =
        Self::Position { first: two_fifths(), middle: one_fifth(), last: two_fifths() };
}

impl Default for AttributionQuery {
    fn default() -> Self {
        let decay = Decay::Smooth;
        Self {
            scope: Scope::default(),
            touches: Vec::new(),
            channel: ChannelRule::Event,
            conversion: EventRule::default(),
            count: Conversions::Every,
            value: None,
            worthless: Worthless::AsItIs,
            lookback_millis: Some(30 * Millis::DAY),
            lookback_days: None,
            required: Vec::new(),
            same_instant: SameInstant::InputOrder,
            models: vec![
                Model::First,
                Model::Last,
                Model::LastNonDirect,
                Model::Linear,
                Model::TimeDecay { half_life_millis: a_week(), decay },
                Model::U_SHAPED,
                Model::Markov { order: 1 },
                Model::Shapley,
            ],
            direct: ["direct", "(direct)", "(none)", "none"].map(str::to_owned).to_vec(),
            costs: Vec::new(),
            limit: 20,
            path_limit: 10,
            list: 0,
        }
    }
}

impl AttributionQuery {
    /// The most channels that are kept.
    pub const MAX_CHANNELS: u32 = 63;
    /// The most models.
    pub const MAX_MODELS: usize = 16;
    /// The most conversions or paths that are listed.
    pub const MAX_LISTED: u32 = 10_000;
    /// The most cells that a chain of several orders may have.
    const MAX_CELLS: u64 = 4_000_000;

    /// Checks all fields.
    pub(super) fn check_fields(&self, table: &Table) -> Result<(), QueryError> {
        ScopeFilter::check(&self.scope, table)?;
        for (index, rule) in self.touches.iter().enumerate() {
            check_rule(rule, table, &format!("touches[{index}]"))?;
        }
        if self.conversion == EventRule::default() {
            let hint = "say which event is a conversion".to_owned();
            return Err(QueryError::new("conversion", QueryProblem::Empty { hint }));
        }
        check_rule(&self.conversion, table, "conversion")?;
        Channels::new(&self.channel, table).map_err(|error| error.within("channel"))?;
        self.values(table)?;
        QueryError::check_range("lookback_millis", self.lookback_millis.unwrap_or(0), 0, i64::MAX)?;
        QueryError::check_range("lookback_days", self.lookback_days.map_or(1, i64::from), 1, 36_500)?;
        if self.lookback_millis.is_some() && self.lookback_days.is_some() {
            return Err(conflict("lookback_days", "set `lookback_millis` to null if calendar days count"));
        }
        QueryError::check_range("required", self.required.len() as i64, 0, 32)?;
        for (index, required) in self.required.iter().enumerate() {
            let field = format!("required[{index}]");
            check_rule(&required.rule, table, &format!("{field}.rule"))?;
            SameValues::new(required.same_value.as_ref(), table).map_err(|error| error.within(&field))?;
        }
        QueryError::check_range("models", self.models.len() as i64, 1, Self::MAX_MODELS as i64)?;
        for (index, model) in self.models.iter().enumerate() {
            self.check_model(model, table).map_err(|error| error.within(&format!("models[{index}]")))?;
        }
        for (index, cost) in self.costs.iter().enumerate() {
            if !(cost.cost.is_finite() && cost.cost >= 0.0) {
                return Err(conflict(&format!("costs[{index}].cost"), "is a number, 0 or above"));
            }
        }
        QueryError::check_range("limit", self.limit.into(), 1, Self::MAX_CHANNELS.into())?;
        QueryError::check_range("path_limit", self.path_limit.into(), 0, Self::MAX_LISTED.into())?;
        QueryError::check_range("list", self.list.into(), 0, Self::MAX_LISTED.into())
    }

    fn check_model(&self, model: &Model, table: &Table) -> Result<(), QueryError> {
        match model {
            Model::TimeDecay { half_life_millis, .. } => {
                QueryError::check_range("half_life_millis", *half_life_millis, 1, i64::MAX)
            }
            Model::Position { first, middle, last } => {
                let shares = [*first, *middle, *last];
                let is_share = |share: &f64| (0.0..=1.0).contains(share);
                if shares.iter().all(is_share) && (shares.iter().sum::<f64>() - 1.0).abs() < 1e-9 {
                    return Ok(());
                }
                Err(conflict("first", "`first`, `middle` and `last` are shares from 0 to 1 that sum to 1"))
            }
            Model::WShaped { milestone } => check_rule(milestone, table, "milestone"),
            Model::Markov { order } => {
                QueryError::check_range("order", (*order).into(), 1, 3)?;
                let base = u64::from(self.limit) + 2;
                if base.pow(*order) * (base + 1) > Self::MAX_CELLS {
                    let explanation =
                        "so many channels are too many for this order; lower `limit` or the order";
                    return Err(conflict("order", explanation));
                }
                Ok(())
            }
            _ => Ok(()),
        }
    }

    /// The greatest order of a chain that is asked for; 0 if none is.
    pub(super) fn order(&self) -> u32 {
        let order = |model: &Model| if let Model::Markov { order } = model { *order } else { 0 };
        self.models.iter().map(order).max().unwrap_or(0)
    }

    /// The column that says what conversions are worth.
    pub(super) fn values<'t>(&self, table: &'t Table) -> Result<Option<&'t Numbers>, QueryError> {
        let Some(name) = &self.value else { return Ok(None) };
        let unknown = || QueryError::new("value", QueryProblem::UnknownProperty { name: name.clone() });
        match table.column(table.schema.find(name).ok_or_else(unknown)?) {
            Column::Number(numbers) => Ok(Some(numbers)),
            _ => {
                let (found, wanted) = ("no numbers".to_owned(), "numbers".to_owned());
                let problem = QueryProblem::WrongKind { name: name.clone(), found, wanted };
                Err(QueryError::new("value", problem))
            }
        }
    }
}

fn check_rule(rule: &EventRule, table: &Table, field: &str) -> Result<(), QueryError> {
    Test::rule(rule, table).map(drop).map_err(|error| error.within(field))
}

pub(super) fn conflict(field: &str, explanation: &str) -> QueryError {
    QueryError::new(field, QueryProblem::Conflict { explanation: explanation.to_owned() })
}
