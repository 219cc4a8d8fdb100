//! The answer: nodes, edges and paths with their numbers.

use serde::{Deserialize, Serialize};

use super::query::JourneyItem;
use crate::time::Millis;

/// Which ways users take. Steps count from 1.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct JourneyAnswer {
    /// Users with at least one run that counts.
    pub n_users: u64,
    /// Runs that count.
    pub n_runs: u64,
    /// Runs that were left out because they lack the start or the end that was asked for.
    pub n_runs_without: u64,
    /// The segments compared, in the query's order.
    pub groups: Vec<JourneyGroup>,
    /// The nodes by step, and at each step by runs, the most first, equal ones by name; "other" comes last.
    pub nodes: Vec<JourneyNode>,
    /// The edges by runs, the most first, then by step and names.
    pub edges: Vec<JourneyEdge>,
    /// Whole paths by runs, the most first, then by names.
    pub paths: Vec<JourneyPath>,
    /// How many different paths there are.
    pub n_paths: u64,
    /// Items that the data hold.
    pub n_items: u64,
    /// Of these, items that are not told apart because there are more than [`MAX_ITEMS`](super::MAX_ITEMS).
    pub n_items_folded: u64,
    /// Single runs, if they were asked for.
    pub runs: Vec<JourneyRun>,
    /// The users of a place, if they were asked for.
    pub users: Option<JourneyUsers>,
}

/// A segment compared.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct JourneyGroup {
    /// Its name.
    pub name: String,
    /// Its users with at least one run that counts.
    pub n_users: u64,
    /// Their runs.
    pub n_runs: u64,
}

/// An item at a step. `n_in + n_started = n_runs = n_out + n_ended + n_cut`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct JourneyNode {
    /// The step.
    pub step: u32,
    /// The item.
    pub item: JourneyItem,
    /// Runs that have the item there.
    pub n_runs: u64,
    /// Users with such a run; none where several items were put together.
    pub n_users: Option<u64>,
    /// Runs that come from the step before.
    pub n_in: u64,
    /// Runs that begin here, or whose part that is looked at does.
    pub n_started: u64,
    /// Runs that go on to the next step.
    pub n_out: u64,
    /// Runs that end here.
    pub n_ended: u64,
    /// Runs that go on, but are looked at no further.
    pub n_cut: u64,
    /// Runs of each segment compared.
    pub group_runs: Vec<u64>,
}

/// From an item at a step to an item at the next.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct JourneyEdge {
    /// The step of `from`.
    pub step: u32,
    /// The first item.
    pub from: JourneyItem,
    /// The second item.
    pub to: JourneyItem,
    /// Runs.
    pub n_runs: u64,
    /// Users with such a run; none where several items were put together.
    pub n_users: Option<u64>,
    /// Mean time from the first item to the second, over the runs. To the middle: to the first item that was cut out; from
    /// it: from the last one.
    pub mean_millis: f64,
    /// Runs of each segment compared.
    pub group_runs: Vec<u64>,
}

/// Runs that are the same from their first item to their last.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct JourneyPath {
    /// The items.
    pub items: Vec<JourneyItem>,
    /// Runs.
    pub n_runs: u64,
    /// Users with such a run.
    pub n_users: u64,
    /// Runs of each segment compared.
    pub group_runs: Vec<u64>,
}

/// One run.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct JourneyRun {
    /// Whose it is.
    pub user: String,
    /// When its first row lies, before it is cut to a start.
    pub start_millis: Millis,
    /// Its rows, before neighbors are joined and it is cut to a start, an end and the step limit.
    pub n_events: u64,
    /// Its items as they are counted.
    pub items: Vec<JourneyItem>,
}

/// The users of a place.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct JourneyUsers {
    /// How many there are.
    pub n_users: u64,
    /// The first 10,000 of them, by the bytes of their ids.
    pub users: Vec<String>,
}
