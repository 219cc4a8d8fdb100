//! The question: what is to be reached, what may go with it, and how that is measured.

use serde::{Deserialize, Serialize};

use crate::analysis::funnel::{Count, FunnelQuery};
use crate::error::{QueryError, QueryProblem};
use crate::kernel::scope::ScopeFilter;
use crate::kernel::segment;
use crate::rule::{Breakdown, EventRule, Owner, Scope, Segment};
use crate::table::Table;

/// Asks which events and properties go with converting in a funnel, or with being in a segment.
///
/// ```
/// use cairn_engine::Query;
/// let query: Query = serde_json::from_str(
///     r#"{"kind": "drivers", "target": {"kind": "funnel", "funnel": {"steps": [
///         {"rule": {"event": "signup"}}, {"rule": {"event": "payment"}}]}}}"#,
/// )?;
/// assert!(matches!(query, Query::Drivers(_)));
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, deny_unknown_fields)]
pub struct DriversQuery {
    /// Which users and rows.
    pub scope: Scope,
    /// What users reach or do not.
    pub target: Target,
    /// What may go with it.
    pub factors: Vec<Factors>,
    /// Events that are not looked at, besides those that the target names.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub exclude_events: Vec<String>,
    /// Properties that are not looked at, besides those that the target names.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub exclude_properties: Vec<String>,
    /// What fewer users have is left out: fewer than this number, or fewer than `min_share` of all users, if these are
    /// not so many.
    pub min_users: u64,
    /// The share of all users that is enough, from 0 to 1.
    pub min_share: f64,
    /// How the odds ratio is kept from being infinite.
    pub odds: Odds,
    /// What comes first.
    pub rank: Rank,
    /// How many are listed of either direction; none = all.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub limit: Option<u32>,
}

/// What users reach or do not.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum Target {
    /// Converting, among the users who enter a funnel. Events count that lie after the user's first step and before the
    /// last one, or, for those who do not convert, before the window is over; events of the steps do not count. Users who
    /// are still open are left out, where the funnel shows them apart.
    Funnel {
        /// The funnel, without a scope of its own.
        funnel: Box<FunnelQuery>,
    },
    /// Being in a segment, among all users with a row in scope. All their events in scope count, whenever they were, but
    /// for those that the segment names.
    Segment {
        /// The segment.
        segment: Segment,
    },
}

/// A kind of things that may go with the target.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum Factors {
    /// Having done an event at least once.
    Events,
    /// Having done an event with a value of one of its properties at least once. Values of fewer than three users are
    /// left out.
    EventProperties {
        /// The events.
        events: Vec<String>,
        /// Text columns; empty = all.
        #[serde(default)]
        properties: Vec<String>,
    },
    /// Having a value of a property, over the whole data.
    UserProperties {
        /// Text and number columns; empty = all that have no other role.
        #[serde(default)]
        properties: Vec<String>,
        /// Whether the user's first value counts or the last one. The last one may have come with the target itself.
        #[serde(default = "first_value")]
        on: Owner,
    },
}

fn first_value() -> Owner {
    Owner::UserFirst
}

/// How the odds ratio is kept from being infinite.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Odds {
    /// A half is added to each of the four numbers where one of them is 0 (Haldane 1956, Anscombe 1956). What all users
    /// have, or everybody where all or none reach the target, says nothing and is left out.
    #[default]
    HalfIfZero,
    /// One is always added, and nothing is left out, as PostHog does.
    PlusOne,
}

/// What comes first.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Rank {
    /// The factor whose interval ends farthest from 1, on the side that is nearer to 1: that differs at least so much, so
    /// that few users with a large ratio do not come first.
    #[default]
    Interval,
    /// The factor whose odds ratio is farthest from 1.
    OddsRatio,
}

impl DriversQuery {
    /// The most values that a text property may have.
    pub const MAX_VALUES: usize = 5_000;
    /// The most different numbers that a number property may have.
    pub const MAX_NUMBERS: usize = 50;
    /// The most events whose properties are looked at.
    pub const MAX_EVENTS: usize = 100;

    /// Checks all but the factors.
    pub(super) fn check_rest(&self, table: &Table) -> Result<(), QueryError> {
        ScopeFilter::check(&self.scope, table)?;
        match &self.target {
            Target::Funnel { funnel } => self.check_funnel(funnel, table)?,
            Target::Segment { segment } => {
                segment::check(segment, table).map_err(|error| error.within("target.segment"))?;
            }
        }
        if !(0.0..=1.0).contains(&self.min_share) {
            return Err(conflict("min_share", "is a share from 0 to 1"));
        }
        QueryError::check_range("limit", self.limit.map_or(1, i64::from), 1, i64::from(u32::MAX))
    }

    fn check_funnel(&self, funnel: &FunnelQuery, table: &Table) -> Result<(), QueryError> {
        if funnel.scope != Scope::default() {
            let explanation = "the scope stands in the query's own field; leave out the funnel's";
            return Err(conflict("target.funnel.scope", explanation));
        }
        if funnel.count != Count::Users {
            return Err(conflict("target.funnel.count", "drivers are those of users; choose \"users\""));
        }
        self.funnel(funnel).check(table).map(drop).map_err(|error| error.within("target.funnel"))?;
        if funnel.steps.len() < 2 {
            let hint = "who converts is told by two steps at least; add another one".to_owned();
            return Err(QueryError::new("target.funnel.steps", QueryProblem::Empty { hint }));
        }
        Ok(())
    }

    /// The target's funnel as it is run.
    pub(super) fn funnel(&self, funnel: &FunnelQuery) -> FunnelQuery {
        FunnelQuery { scope: self.scope.clone(), breakdown: None, trend: None, ..funnel.clone() }
    }

    /// The events that the target names and those that are excluded.
    pub(super) fn left_out_events(&self) -> Vec<&str> {
        let mut names: Vec<&str> = self.exclude_events.iter().map(String::as_str).collect();
        match &self.target {
            Target::Funnel { funnel } => {
                funnel.steps.iter().for_each(|step| events_of(&step.rule, &mut names));
            }
            Target::Segment { segment } => {
                let mut properties = Vec::new();
                named(segment, &mut names, &mut properties);
            }
        }
        names
    }

    /// The properties that the target names and those that are excluded.
    pub(super) fn left_out_properties(&self) -> Vec<&str> {
        let mut names: Vec<&str> = self.exclude_properties.iter().map(String::as_str).collect();
        if let Target::Segment { segment } = &self.target {
            named(segment, &mut Vec::new(), &mut names);
        }
        names
    }
}

impl Default for DriversQuery {
    fn default() -> Self {
        let all = Factors::UserProperties { properties: Vec::new(), on: first_value() };
        Self {
            scope: Scope::default(),
            target: Target::Funnel { funnel: Box::default() },
            factors: vec![Factors::Events, all],
            exclude_events: Vec::new(),
            exclude_properties: Vec::new(),
            min_users: 25,
            min_share: 0.02,
            odds: Odds::default(),
            rank: Rank::default(),
            limit: None,
        }
    }
}

pub(super) fn conflict(field: &str, explanation: &str) -> QueryError {
    QueryError::new(field, QueryProblem::Conflict { explanation: explanation.to_owned() })
}

fn events_of<'q>(rule: &'q EventRule, names: &mut Vec<&'q str>) {
    names.extend(rule.event.as_deref());
    rule.any_of.iter().for_each(|other| events_of(other, names));
}

/// The events and properties that a segment names: that they go with it is no news.
fn named<'q>(segment: &'q Segment, events: &mut Vec<&'q str>, properties: &mut Vec<&'q str>) {
    match segment {
        Segment::AllOf { of } | Segment::AnyOf { of } => {
            of.iter().for_each(|part| named(part, events, properties));
        }
        Segment::Not { of } => named(of, events, properties),
        Segment::Property(test) => properties.push(&test.property),
        Segment::Did(did) => events_of(&did.rule, events),
        Segment::Retention(rule) => {
            [&rule.query.start, &rule.query.returns].into_iter().for_each(|rule| events_of(rule, events));
        }
        Segment::Lifecycle(rule) => events_of(&rule.query.rule, events),
        Segment::Stickiness(rule) => rule.query.series.iter().for_each(|rule| events_of(rule, events)),
        Segment::Funnel(rule) => {
            rule.query.steps.iter().for_each(|step| events_of(&step.rule, events));
            if let (Some(Breakdown::Property { property, .. }), Some(_)) =
                (&rule.query.breakdown, &rule.group)
            {
                properties.push(property);
            }
        }
        Segment::Measured(rule) => rule.ranges.iter().for_each(|range| {
            events.extend(range.feature.event());
            properties.extend(range.feature.property());
        }),
        Segment::List { .. } | Segment::Cluster(_) => {}
    }
}
