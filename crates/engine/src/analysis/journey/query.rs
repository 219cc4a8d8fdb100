//! The question: what a run is, how it is cut, and what is listed of it.

use serde::{Deserialize, Serialize};

use super::runs::Runs;
use crate::error::{QueryError, QueryProblem};
use crate::kernel::scope::ScopeFilter;
use crate::kernel::segment;
use crate::rule::{EventRule, ItemRules, NamedSegment, SameInstant, Scope, SessionRule};
use crate::table::Table;

/// The most steps of a run that can be looked at.
pub const MAX_STEPS: u32 = 64;
/// The most segments that can be compared.
pub const MAX_GROUPS: usize = 4;

/// Asks which ways users take.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, deny_unknown_fields)]
pub struct JourneyQuery {
    /// Which users and rows. What it leaves out is gone before runs are cut and neighbors are joined.
    pub scope: Scope,
    /// What rows are called, and which are left out.
    pub items: ItemRules,
    /// Where a run ends and the next one starts.
    pub sessions: SessionRule,
    /// The order of rows of one instant.
    pub tie: SameInstant,
    /// What becomes of equal neighbors.
    pub repeats: NeighborRepeats,
    /// Runs begin at their first such row; those that have none are left out.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub start: Option<JourneyPoint>,
    /// Runs end at such a row, at or after their start; those that have none are left out.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub end: Option<JourneyPoint>,
    /// At which of several a run ends.
    pub end_at: EndAt,
    /// How many items of a run are looked at, from 1 to [`MAX_STEPS`]: the first ones; the last ones if only an end is
    /// given; half of them from each side, with one [`JourneyItem::Middle`] between, if both are, and then at least 2.
    pub n_steps: u32,
    /// Where steps are counted from.
    pub align: Align,
    /// How many nodes are kept at each step, the most frequent ones; the others are put together as
    /// [`JourneyItem::Other`]. None = all.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub node_limit: Option<u32>,
    /// How many edges are listed, the most frequent ones; of those, edges that no longer hang together with a first step are
    /// left out too. The nodes' numbers stay what they are. None = all.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub edge_limit: Option<u32>,
    /// How many whole paths are listed, the most frequent ones.
    pub path_limit: u32,
    /// Segments to compare, at most [`MAX_GROUPS`]: everything is counted for each of them too.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub compare: Vec<NamedSegment>,
    /// How many runs are listed one by one, by user and then in the order of their first rows.
    pub run_limit: u32,
    /// Whose users are listed. None = nobody's.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub users_of: Option<JourneyPlace>,
}

impl Default for JourneyQuery {
    fn default() -> Self {
        Self {
            scope: Scope::default(),
            items: ItemRules::default(),
            sessions: SessionRule::default(),
            tie: SameInstant::default(),
            repeats: NeighborRepeats::default(),
            start: None,
            end: None,
            end_at: EndAt::default(),
            n_steps: 5,
            align: Align::default(),
            node_limit: Some(8),
            edge_limit: None,
            path_limit: 20,
            compare: Vec::new(),
            run_limit: 0,
            users_of: None,
        }
    }
}

/// Where a run starts or ends: at a row that has this item and meets this rule.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, deny_unknown_fields)]
pub struct JourneyPoint {
    /// The item, after grouping; none = any.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub item: Option<String>,
    /// What the row must meet besides.
    pub rule: EventRule,
}

/// What becomes of neighbors with one item.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum NeighborRepeats {
    /// They are one, at the time of the last of them.
    #[default]
    Join,
    /// Each stays.
    Keep,
}

/// At which of several possible ends a run ends.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "the names say it")]
pub enum EndAt {
    #[default]
    First,
    Last,
}

/// Where steps are counted from.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Align {
    /// The first item of a run is at step 1.
    #[default]
    Start,
    /// The last item of a run is at the last step.
    End,
}

/// What stands at a step.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum JourneyItem {
    /// An item by its name.
    Item {
        /// The name.
        name: String,
    },
    /// What was cut out of the middle of a long run.
    Middle,
    /// All items that are not told apart.
    Other,
}

/// A part of the picture, whose users are asked for. Steps count from 1; only items that are told apart have users listed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum JourneyPlace {
    /// Users with a run that has this item at this step.
    Node {
        /// The step.
        step: u32,
        /// The item.
        item: JourneyItem,
    },
    /// Users with a run that has these items at this step and the one after it.
    Edge {
        /// The step of the first item.
        step: u32,
        /// The first item.
        from: JourneyItem,
        /// The second item.
        to: JourneyItem,
    },
    /// Users with a run that ends with this item.
    End {
        /// The item.
        item: JourneyItem,
    },
    /// Users with a run of exactly these items.
    Path {
        /// The items.
        items: Vec<JourneyItem>,
    },
}

/// Checks a query against a table.
pub(super) fn check(query: &JourneyQuery, table: &Table) -> Result<(), QueryError> {
    ScopeFilter::check(&query.scope, table)?;
    let least = if query.start.is_some() && query.end.is_some() { 2 } else { 1 };
    QueryError::check_range("n_steps", i64::from(query.n_steps), least, i64::from(MAX_STEPS))?;
    if let Some(limit) = query.node_limit {
        QueryError::check_range("node_limit", i64::from(limit), 1, i64::from(u32::MAX))?;
    }
    if query.compare.len() > MAX_GROUPS {
        let (found, most) = (query.compare.len() as i64, MAX_GROUPS as i64);
        return Err(QueryError::new("compare", QueryProblem::OutOfRange { found, least: 0, most }));
    }
    for (index, named) in query.compare.iter().enumerate() {
        let within = |error: QueryError| error.within(&format!("compare[{index}].segment"));
        segment::check(&named.segment, table).map_err(within)?;
    }
    let of_other = match &query.users_of {
        Some(JourneyPlace::Node { item, .. } | JourneyPlace::End { item }) => *item == JourneyItem::Other,
        Some(JourneyPlace::Edge { from, to, .. }) => [from, to].contains(&&JourneyItem::Other),
        Some(JourneyPlace::Path { items }) => items.contains(&JourneyItem::Other),
        None => false,
    };
    if of_other {
        let explanation =
            "the users of \"other\" are not listed; raise node_limit to see its items apart".to_owned();
        return Err(QueryError::new("users_of", QueryProblem::Conflict { explanation }));
    }
    Runs::check(query, table)
}
