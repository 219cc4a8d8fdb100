//! The users of one bar of a funnel, as a rule for segments.

use serde::{Deserialize, Serialize};

use super::answer::GroupKey;
use super::groups::{Group, Split};
use super::query::FunnelQuery;
use super::rules::Window;
use super::scan::{Level, Prepared};
use crate::error::{QueryError, QueryProblem};
use crate::rule::{Attribution, Breakdown, Owner};
use crate::table::{Bitmap, BucketId, Table, UserIdx};

/// The users who reached one step of a funnel, or who were lost or are still open right before it. It holds all that it
/// needs: the query that it is used in changes nothing about it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct FunnelRule {
    /// The question. Its trend does not matter.
    pub query: FunnelQuery,
    /// Index of a step, from 0, that is not optional.
    pub step: u32,
    /// What became of the users at that step.
    #[serde(default)]
    pub outcome: FunnelOutcome,
    /// Only the users of this group of the query's breakdown; none = of all groups. A breakdown in which users may be in
    /// several groups of values, and the group "other", have no such rule.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub group: Option<GroupKey>,
}

/// What became of users at a step, as in [`FunnelStep`](super::FunnelStep).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum FunnelOutcome {
    /// They reached it.
    #[default]
    Reached,
    /// They reached the step before, not this one, and their window is over.
    Dropped,
    /// They reached the step before, and may still reach this one.
    Open,
}

/// Checks a rule.
///
/// # Errors
/// If its query does not fit the table, there is no such step, or no such group; the field is relative to the rule.
pub fn check_rule(rule: &FunnelRule, table: &Table) -> Result<(), QueryError> {
    rule.query.check(table).map_err(|error| error.within("query"))?;
    let last = rule.query.steps.len() as i64 - 1;
    QueryError::check_range("step", i64::from(rule.step), 0, last)?;
    if rule.query.steps[rule.step as usize].optional {
        return Err(conflict("step", "is optional, so nobody is lost before it; name a step that is not"));
    }
    let Some(group) = &rule.group else { return Ok(()) };
    match &rule.query.breakdown {
        None => Err(conflict("group", "needs a breakdown in the query; add one, or leave the group out")),
        Some(Breakdown::Property {
            on: Owner::Event,
            attribution: Attribution::Step { .. } | Attribution::EachValue,
            ..
        }) => Err(conflict(
            "group",
            "cannot be told where users may have several values; attribute the first or the last one",
        )),
        Some(Breakdown::Segments { segments })
            if !segments.iter().any(|named| is_named(group, &named.name)) =>
        {
            Err(conflict("group", "is none of the breakdown's segments"))
        }
        Some(_) if *group == GroupKey::Other => Err(conflict(
            "group",
            "cannot be \"other\"; raise the breakdown's limit to tell its values apart",
        )),
        Some(_) => Ok(()),
    }
}

fn conflict(field: &str, explanation: &str) -> QueryError {
    QueryError::new(field, QueryProblem::Conflict { explanation: explanation.to_owned() })
}

fn is_named(group: &GroupKey, segment: &str) -> bool {
    matches!(group, GroupKey::Segment { name } if name == segment)
}

/// The users of a rule.
///
/// # Errors
/// As [`check_rule`].
pub fn in_stage(rule: &FunnelRule, table: &Table) -> Result<Bitmap, QueryError> {
    check_rule(rule, table)?;
    let query = FunnelQuery { trend: None, ..rule.query.clone() };
    let (mut funnel, split) = (Prepared::new(&query, table)?, Split::new(&query, table)?);
    let mut found = Bitmap::empty(table.users.len());
    for bucket in BucketId::all().map(|id| table.bucket(id)) {
        let mut users = bucket.users().peekable();
        funnel.each_level(bucket, |level, rows| {
            let Some(&row) = rows.first() else { return };
            // Both go through the users in the same order; where sessions or attempts are counted, a user comes again.
            let is_before = |user: &UserIdx| table.users.rows(*user).end <= row as usize;
            while users.next_if(is_before).is_some() {}
            let Some(&user) = users.peek() else { return };
            let is_of_group = |group| is_in(group, user, rows, &split, &query, table);
            if is_at(rule, level) && rule.group.as_ref().is_none_or(is_of_group) {
                found.insert(user.0 as usize);
            }
        });
    }
    Ok(found)
}

fn is_at(rule: &FunnelRule, level: Level) -> bool {
    let step = rule.step as usize;
    let before = rule.query.steps[..step].iter().rposition(|step| !step.optional);
    let is_between = level.step < step && before.is_some_and(|before| level.step >= before);
    match rule.outcome {
        FunnelOutcome::Reached => level.step >= step,
        FunnelOutcome::Dropped => is_between && level.window == Window::Over,
        FunnelOutcome::Open => is_between && level.window == Window::Open,
    }
}

fn is_in(
    group: &GroupKey,
    user: UserIdx,
    rows: &[u32],
    split: &Split<'_>,
    query: &FunnelQuery,
    table: &Table,
) -> bool {
    match split {
        Split::BySegments(segments) => (0..).zip(segments).any(|(index, members)| {
            members.contains(user.0 as usize) && Group::Segment(index).key(query, table) == *group
        }),
        _ => split.group_of(table, user, rows.iter().copied()).key(query, table) == *group,
    }
}
