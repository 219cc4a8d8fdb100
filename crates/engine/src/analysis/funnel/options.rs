//! The rules of a valid chain: one choice each.

use serde::{Deserialize, Serialize};

use crate::time::Millis;

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
    /// Only an event of a step that the chain has filled breaks it; a new one may start later.
    EarlierStepBreaks,
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
    /// An event of the chain's last step, the first included, that is none of the next one breaks the chain; a new one may
    /// start later.
    BreakChain,
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
    /// A step may lie before the one before it, by so many milliseconds at most; at least 0. Where one event can be of
    /// several steps, this goes with `reuse: many` or `entry: attempts` only: else telling which event fills which
    /// step would be a riddle without a quick solution.
    Grace(i64),
    /// Time is cut into buckets of so many milliseconds since 1970, at least 1, and every event is taken to happen when its
    /// bucket starts, in order as for `step_order`. The scope's range is told before, by the true times.
    Bucket(i64),
}

impl Tie {
    /// When an event of this instant is taken to happen.
    pub(super) fn cut(self, time: Millis) -> Millis {
        match self {
            Self::Bucket(millis) => Millis(time.0.saturating_sub(time.0.rem_euclid(millis))),
            Self::StepOrder | Self::Loose | Self::Never | Self::Grace(_) => time,
        }
    }

    /// How long before the previous step a step may lie.
    pub(super) fn grace(self) -> i64 {
        match self {
            Self::Grace(millis) => millis,
            Self::StepOrder | Self::Loose | Self::Never | Self::Bucket(_) => 0,
        }
    }
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
    /// As `many`, but the event that starts a chain fills no other step of it.
    ManyAfterStart,
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
    /// The first opens an attempt, and none other starts until it ends: each next step is filled by the first event that
    /// can fill it and that no attempt before has used. An attempt ends with its last step, when its window is over, or as
    /// `on_exclusion` says. Of the attempts the first that gets furthest counts.
    Attempts,
    /// Every one, and it ends the chains that had come further.
    Restart,
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
    /// From every start, each next step is filled by the first event that can fill it, and by no later one.
    FirstMatch,
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
    /// meeting its last step once more: for that a chain must have started later. Not for unordered funnels, nor where
    /// more than the latest start decides what a chain can do.
    RemoveUser,
    /// For `entry: attempts` only: the attempt ends, and another may start. What it has filled still counts.
    EndAttempt,
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

/// What the window is measured from.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum WindowFrom {
    /// The event that fills step 1.
    #[default]
    FirstStep,
    /// The event that fills the step before that is not optional: each step has a window of its own.
    PreviousStep,
}

/// What one unit of the answer is: wherever the answer says "users", it counts these.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Count {
    /// A user, at the best chain.
    #[default]
    Users,
    /// A session of a user, at the best chain of its events alone.
    Sessions,
    /// An attempt. With `entry: attempts` they follow one another; otherwise each event of step 1 that no attempt before has
    /// used starts one. Each takes, for every next step, the first event that can fill it and that no attempt before has
    /// used.
    Attempts,
}
