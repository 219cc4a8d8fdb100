//! The question: steps, and the rules of a valid chain.

use serde::{Deserialize, Serialize};

use super::options::{
    Count, Entry, InstantTimes, Occurrence, OnExclusion, OpenUsers, Order, Range, Repeats, Reuse, Search,
    StrictKind, Tie, TimeFrom, WindowFrom,
};
use crate::rule::{Breakdown, EventRule, Scope, SessionRule};
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
    /// In place of `window_millis`: the chain ends with the last instant of so many calendar days in the scope's zone, the
    /// day of its start being the first of them. A day of a clock change is as long as it is. At least 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub calendar_days: Option<u32>,
    /// In place of `window_millis`: the chain ends with the last row of so many of the user's sessions, that of its start
    /// being the first of them; at least 1. Of several sessions at one instant the last counts, and where sessions of a
    /// column lie across each other, a later start never means an earlier end.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sessions: Option<u32>,
    /// What a session is, if sessions limit the chain or are counted.
    #[serde(skip_serializing_if = "is_default")]
    pub session: SessionRule,
    /// What the window is measured from.
    pub window_from: WindowFrom,
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
    /// What must be the same in all events of a chain; none = nothing.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hold: Option<Hold>,
    /// What one unit of the answer is.
    pub count: Count,
    /// Whether users who are still inside a window are shown apart.
    pub open: OpenUsers,
    /// How the answer is split into groups; none = it is not.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub breakdown: Option<Breakdown>,
    /// The periods of the scope's calendar by which the answer is repeated, by when users entered; none = it is not.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub trend: Option<Period>,
    /// In place of `trend`: periods of equal length.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub entry_bins: Option<EntryBins>,
}

impl FunnelQuery {
    /// The most steps that a funnel may have.
    pub const MAX_STEPS: usize = 32;
    /// The window unless another is given: 14 days of 24 hours.
    pub const DEFAULT_WINDOW_MILLIS: i64 = 14 * Millis::DAY;
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
            calendar_days: None,
            sessions: None,
            session: SessionRule::default(),
            window_from: WindowFrom::default(),
            range: Range::default(),
            tie: Tie::default(),
            reuse: Reuse::default(),
            entry: Entry::default(),
            time_from: TimeFrom::default(),
            instant_times: InstantTimes::default(),
            search: Search::default(),
            exclusions: Vec::new(),
            on_exclusion: OnExclusion::default(),
            hold: None,
            count: Count::default(),
            open: OpenUsers::default(),
            breakdown: None,
            trend: None,
            entry_bins: None,
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
    /// The longest time since the previous step that is not optional, edge inclusive; at least 0. None = no limit of its own.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub within_millis: Option<i64>,
    /// The shortest time since the previous step that is not optional, edge inclusive; at least 0. None = none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub after_millis: Option<i64>,
}

impl Step {
    /// The step "this event", with no further condition.
    pub fn event(name: impl Into<String>) -> Self {
        Self { rule: EventRule::event(name), ..Self::default() }
    }
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

/// Properties whose values must be the same in all events of a chain. Each value (or each combination of them) is followed
/// apart, as if it were a user of its own, and the user's best chain counts: the one with the highest level; of several,
/// the one that `time_from` asks for. A user is removed if nothing else is left of them. Events without one of the values
/// fill no held step; an event that held steps alone would take, with another value, is not looked at. But under
/// `search: first_match`, where steps that are not held come first, the first event of the first held step decides which
/// value a chain follows. Where the first step is not held, a value that no event carries is followed too. O(events) if all steps are held; otherwise that for each value that the user has.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Hold {
    /// Names of 1 to 3 columns.
    pub properties: Vec<String>,
    /// Indexes of the steps, from 0, whose events must agree; none given = all.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub steps: Vec<u32>,
}

/// Periods of equal length, one after the other, by which users entered.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct EntryBins {
    /// The first instant of the first one.
    pub start: Millis,
    /// The length of each; at least 1.
    pub step_millis: i64,
    /// How many; 1 to 100 000.
    pub count: u32,
}

fn is_default<T: Default + PartialEq>(value: &T) -> bool {
    *value == T::default()
}
