//! The question: steps, and the rules of a valid chain.

use serde::{Deserialize, Serialize};

use crate::rule::{Breakdown, EventRule, Scope};
use crate::time::{Millis, Period};

/// Asks how many users pass through a sequence of steps.
///
/// The defaults give Cairn's own rule: every chain is considered, other events may lie between the steps, the last step
/// comes at most 14 days after the first, events of one instant count in step order, and users whose window is not over
/// at the end of the data are shown apart.
///
/// ```
/// use cairn_engine::analysis::funnel::FunnelQuery;
/// let query: FunnelQuery = serde_json::from_str(
///     r#"{"steps": [{"rule": {"event": "signup"}}, {"rule": {"event": "payment"}}], "window_millis": 604800000}"#,
/// )?;
/// assert_eq!(query.steps.len(), 2);
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, deny_unknown_fields)]
pub struct FunnelQuery {
    /// Which users and rows. What `scope.from` and `scope.to` bound is said by `range`.
    pub scope: Scope,
    /// 1 to [`FunnelQuery::MAX_STEPS`] steps.
    pub steps: Vec<Step>,
    /// Whether other events may lie between the steps.
    pub order: Order,
    /// What ends a chain in strict order, and what follows.
    pub strict_kind: StrictKind,
    /// What happens when a step after the first is met again that has been reached already.
    pub repeats: Repeats,
    /// The longest time from the event that fills step 1 to the one that fills the last step, edge inclusive; at least
    /// 1. None = no limit, and then nobody counts as still open.
    pub window_millis: Option<i64>,
    /// Whether later steps may lie after the end of the scope's range.
    pub range: Range,
    /// What becomes of events at the same instant.
    pub tie: Tie,
    /// Whether one event may fill two steps.
    pub reuse: Reuse,
    /// Which events of step 1 may start a chain.
    pub entry: Entry,
    /// Which of the chains with the highest level gives the times.
    pub time_from: TimeFrom,
    /// Whether steps that took no time at all count in means and quantiles.
    pub instant_times: InstantTimes,
    /// Whether every chain is considered.
    pub search: Search,
    /// Events that spoil a chain.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub exclusions: Vec<Exclusion>,
    /// What an exclusion does.
    pub on_exclusion: OnExclusion,
    /// Whether users who are still inside a window are shown apart.
    pub open: OpenUsers,
    /// How the answer is split into groups; none = it is not.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub breakdown: Option<Breakdown>,
    /// The periods of the scope's calendar by which the answer is repeated, by when users entered; none = it is not.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub trend: Option<Period>,
}

impl FunnelQuery {
    /// The most steps that a funnel may have.
    pub const MAX_STEPS: usize = 32;
    /// The window unless another is given: 14 days of 24 hours.
    pub const DEFAULT_WINDOW_MILLIS: i64 = 14 * Millis::DAY;

    /// The same question under another tool's rules. Only the rules of a valid chain change; scope, steps, order,
    /// window, exclusions, breakdown and trend stay.
    #[must_use]
    pub fn with_preset(self, preset: Preset) -> Self {
        let rules = match preset {
            Preset::Cairn => Self::default(),
            Preset::Posthog => {
                // In any order it counts from the earliest of the steps, and an exclusion throws all progress away.
                let (time_from, on_exclusion) = match self.order {
                    Order::Unordered => (TimeFrom::EarliestStart, OnExclusion::ResetProgress),
                    Order::Ordered | Order::Strict => (TimeFrom::LatestStart, OnExclusion::RemoveUser),
                };
                Self {
                    range: Range::AllEvents,
                    tie: Tie::Loose,
                    time_from,
                    instant_times: InstantTimes::LeftOut,
                    on_exclusion,
                    open: OpenUsers::Dropped,
                    ..Self::default()
                }
            }
            Preset::Clickhouse => Self {
                strict_kind: match self.order {
                    Order::Strict => StrictKind::Stop,
                    Order::Ordered | Order::Unordered => StrictKind::Restart,
                },
                reuse: Reuse::Many,
                search: Search::LatestStartOnly,
                open: OpenUsers::Dropped,
                ..Self::default()
            },
        };
        Self {
            scope: self.scope,
            steps: self.steps,
            order: self.order,
            window_millis: self.window_millis,
            exclusions: self.exclusions,
            breakdown: self.breakdown,
            trend: self.trend,
            ..rules
        }
    }
}

impl Default for FunnelQuery {
    fn default() -> Self {
        Self {
            scope: Scope::default(),
            steps: Vec::new(),
            order: Order::default(),
            strict_kind: StrictKind::default(),
            repeats: Repeats::default(),
            window_millis: Some(Self::DEFAULT_WINDOW_MILLIS),
            range: Range::default(),
            tie: Tie::default(),
            reuse: Reuse::default(),
            entry: Entry::default(),
            time_from: TimeFrom::default(),
            instant_times: InstantTimes::default(),
            search: Search::default(),
            exclusions: Vec::new(),
            on_exclusion: OnExclusion::default(),
            open: OpenUsers::default(),
            breakdown: None,
            trend: None,
        }
    }
}

/// One step of a funnel.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, deny_unknown_fields)]
pub struct Step {
    /// Which events fill it.
    pub rule: EventRule,
    /// What people call it; none = the event's name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Whether chains may skip it. Optional steps do not count in a user's level; they are reported apart, for the
    /// users who did them on the counted chain, after the required step before and not after its next step. Among
    /// optional steps that follow the user's last required step, the furthest one makes the counted chain. The first
    /// step is never optional.
    pub optional: bool,
    /// Which of the user's matching events count.
    pub occurrence: Occurrence,
}

impl Step {
    /// The step "this event", with no further condition.
    pub fn event(name: impl Into<String>) -> Self {
        Self { rule: EventRule::event(name), ..Self::default() }
    }
}

/// Which of the user's events that match a step count. "First" looks at the whole data, whatever the scope's range; the
/// event counts only if it lies in that range.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Occurrence {
    /// All of them.
    #[default]
    Any,
    /// Only the user's first event of the rule's name (or alternatives), and only if it also meets the conditions.
    FirstEver,
    /// The user's first event that meets the whole rule.
    FirstMatching,
}

/// Whether other events may lie between the steps.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Order {
    /// They may.
    #[default]
    Ordered,
    /// They may not; see [`StrictKind`].
    Strict,
    /// The steps may come in any order: level k means k different steps within one window.
    Unordered,
}

/// What ends a chain in strict order, and what follows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum StrictKind {
    /// Any other event of the user in scope breaks the chain; a new one may start later.
    #[default]
    Restart,
    /// An event that matches no step, or a step whose predecessor has not been reached, ends the user's story once a
    /// step 1 has been met. Steps that have been reached may be met again.
    Stop,
    /// Only an event that matches no step ends it; a step whose predecessor has not been reached is passed over.
    EventBreaks,
}

/// What happens when a step after the first is met again that has been reached already.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Repeats {
    /// Nothing.
    #[default]
    Allowed,
    /// The user's story ends there.
    Stop,
}

/// What the scope's range bounds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Range {
    /// Step 1 must lie in the range; later steps may follow after its end, within the window.
    #[default]
    Entry,
    /// All events must lie in the range.
    AllEvents,
}

/// What becomes of events at the same instant, whose true order is not known.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Tie {
    /// They count in the order of the steps; events that break or exclude come before those that fill steps.
    #[default]
    StepOrder,
    /// As `step_order`, but what happens at an instant with several different events breaks and excludes nothing.
    Loose,
    /// Each step must be later than the one before.
    Never,
}

/// Whether one event may fill two steps of a chain.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Reuse {
    /// It fills one.
    #[default]
    Once,
    /// It fills all the steps that it matches.
    Many,
}

/// Which events of step 1 may start a chain.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Entry {
    /// Every one, and the user's best chain counts.
    #[default]
    Any,
    /// Only the user's first one in scope.
    First,
}

/// Which of the chains with the highest level gives the times. After its start, every next step is taken as early as
/// possible.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum TimeFrom {
    /// Of those that reach the highest level first, the one that started last.
    #[default]
    LatestStart,
    /// The one that started first.
    EarliestStart,
}

/// Whether steps that took no time at all count in means and quantiles.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum InstantTimes {
    /// They count as 0.
    #[default]
    Counted,
    /// They are left out.
    LeftOut,
}

/// Whether every chain is considered.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Search {
    /// Every chain is; the answer is exact.
    #[default]
    Exhaustive,
    /// Per level only the chain with the latest start is remembered, as some tools do. It can miss a longer chain where
    /// the end of the shorter one matters, as with [`Tie::Never`].
    LatestStartOnly,
}

/// An event that spoils a chain when it lies between two of its steps: later than the event that fills `from`, not later
/// than the one that fills `to`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Exclusion {
    /// Which events.
    pub rule: EventRule,
    /// Index of the step, from 0, after which the event spoils.
    #[serde(default)]
    pub from: u32,
    /// Index of the step until which it spoils; greater than `from`.
    pub to: u32,
}

/// What an exclusion does.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum OnExclusion {
    /// The chain goes no further; the steps that it filled before still count, and other chains are not touched. In
    /// unordered funnels no chain may span the event, whatever `from` and `to` say.
    #[default]
    VoidChain,
    /// A user whose furthest chain is spoilt is left out of the funnel, step 1 included. A chain that does not reach `to`
    /// is spoilt until its window is over. If several chains get equally far, one that is not spoilt is enough; of those
    /// that end at the same instant only the one that started last is looked at. A spoilt chain cannot be mended by
    /// meeting its last step once more: for that a chain must have started later. Not for unordered funnels.
    RemoveUser,
    /// For unordered funnels only: as `void_chain`, and what is not a conversion counts only once its window is over. If
    /// the event comes before, the steps filled since the chain's start are forgotten, step 1 included.
    ResetProgress,
}

/// Whether users who have not converted and are still inside a window are shown apart. They are if one of their chains,
/// not only the one that got furthest, could go on after the last instant looked at: the whole data's last, or the end of
/// the range where all events must lie in it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum OpenUsers {
    /// They are, and rates leave them out.
    #[default]
    Apart,
    /// They count as dropped.
    Dropped,
}

/// Whose rules a query follows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Preset {
    /// The defaults.
    Cairn,
    /// PostHog's: all events lie in the range, events of one instant are read loosely, an exclusion removes the user, or
    /// for steps in any order throws the user's progress away.
    Posthog,
    /// ClickHouse's `windowFunnel`: one row may fill several steps, per level the latest start is kept, and in strict
    /// order some events end the story. Its modes are further fields: `strict_increase` is `tie: never`, `strict_order`
    /// is `order: strict`, with `allow_reentry` `strict_kind: event_breaks`, `strict_deduplication` is `repeats: stop`,
    /// and `strict_once` is `reuse: once` with `search: exhaustive`.
    Clickhouse,
}
