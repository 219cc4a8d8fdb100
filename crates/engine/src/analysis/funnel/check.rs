//! Checks a query against a table, before any work is done.

use super::groups::{self, out_of_range};
use super::matcher::{compile_exclusions, compile_steps};
use super::query::{Entry, FunnelQuery, OnExclusion, Order, Repeats, Search, StrictKind, Tie, TimeFrom};
use super::trend;
use crate::error::{QueryError, QueryProblem};
use crate::kernel::scope::ScopeFilter;
use crate::table::Table;

/// The longest window, so that every length of time is an exact number in JavaScript too.
const MAX_WINDOW_MILLIS: i64 = (1 << 53) - 1;

/// How many exclusions a funnel may have.
const MAX_EXCLUSIONS: usize = 32;

pub(super) fn check(query: &FunnelQuery, table: &Table) -> Result<(), QueryError> {
    ScopeFilter::check(&query.scope, table)?;
    check_steps(query)?;
    compile_steps(query, table)?;
    if let Some(window) = query.window_millis
        && !(1..=MAX_WINDOW_MILLIS).contains(&window)
    {
        return Err(out_of_range("window_millis", window, 1, MAX_WINDOW_MILLIS));
    }
    check_exclusions(query)?;
    compile_exclusions(query, table)?;
    check_combinations(query)?;
    trend::periods(query, table)?;
    groups::check(query, table)
}

fn check_steps(query: &FunnelQuery) -> Result<(), QueryError> {
    if query.steps.is_empty() {
        let hint = "a funnel needs at least one step".to_owned();
        return Err(QueryError::new("steps", QueryProblem::Empty { hint }));
    }
    if query.steps.len() > FunnelQuery::MAX_STEPS {
        return Err(out_of_range("steps", query.steps.len() as i64, 1, FunnelQuery::MAX_STEPS as i64));
    }
    if query.steps[0].optional {
        return Err(conflict("steps[0].optional", "the first step starts the chain and cannot be optional"));
    }
    Ok(())
}

fn check_exclusions(query: &FunnelQuery) -> Result<(), QueryError> {
    if query.exclusions.len() > MAX_EXCLUSIONS {
        return Err(out_of_range("exclusions", query.exclusions.len() as i64, 0, MAX_EXCLUSIONS as i64));
    }
    let last = query.steps.len() as i64 - 1;
    for (index, exclusion) in query.exclusions.iter().enumerate() {
        let (from, to) = (i64::from(exclusion.from), i64::from(exclusion.to));
        if !(1..=last).contains(&to) {
            return Err(out_of_range(&format!("exclusions[{index}].to"), to, 1, last));
        }
        if from >= to {
            return Err(out_of_range(&format!("exclusions[{index}].from"), from, 0, to - 1));
        }
        for (field, step) in [("from", exclusion.from), ("to", exclusion.to)] {
            if query.steps[step as usize].optional {
                let problem = "this step is optional; an exclusion lies between two steps that are not";
                return Err(conflict(&format!("exclusions[{index}].{field}"), problem));
            }
        }
    }
    Ok(())
}

/// Refuses rules that contradict each other.
fn check_combinations(query: &FunnelQuery) -> Result<(), QueryError> {
    if query.order == Order::Unordered {
        if let Some(index) = query.steps.iter().position(|step| step.optional) {
            let problem = "steps in any order cannot be optional; leave the step out instead";
            return Err(conflict(&format!("steps[{index}].optional"), problem));
        }
        if query.entry == Entry::First {
            return Err(conflict("entry", "steps in any order have no first step; choose \"any\""));
        }
        if query.on_exclusion == OnExclusion::RemoveUser && !query.exclusions.is_empty() {
            return Err(conflict(
                "on_exclusion",
                "for steps in any order choose \"void_chain\" or \"reset_progress\"",
            ));
        }
    }
    if query.on_exclusion == OnExclusion::ResetProgress && query.order != Order::Unordered {
        let problem = "this belongs to the order \"unordered\"; choose \"void_chain\" or \"remove_user\"";
        return Err(conflict("on_exclusion", problem));
    }
    if query.strict_kind != StrictKind::Restart && query.order != Order::Strict {
        return Err(conflict(
            "strict_kind",
            "this belongs to the order \"strict\"; choose \"restart\" for others",
        ));
    }
    let may_stop = query.strict_kind != StrictKind::Restart || query.repeats == Repeats::Stop;
    if may_stop && query.trend.is_some() {
        let problem = "where an event ends a user's story there are no later entries; leave the trend out";
        return Err(conflict("trend", problem));
    }
    if may_stop {
        check_stops(query)?;
    }
    if query.search == Search::LatestStartOnly && query.tie == Tie::Never {
        if query.order == Order::Unordered || (query.order == Order::Strict && !may_stop) {
            let problem = "\"latest_start_only\" with ties \"never\" needs the order \"ordered\"";
            return Err(conflict("search", problem));
        }
        if query.time_from == TimeFrom::EarliestStart {
            let problem = "only the latest start is searched, so that the earliest cannot give the times";
            return Err(conflict("time_from", problem));
        }
    }
    Ok(())
}

/// Refuses what has no meaning where some events end a user's story.
fn check_stops(query: &FunnelQuery) -> Result<(), QueryError> {
    let field = if query.strict_kind == StrictKind::Restart { "repeats" } else { "strict_kind" };
    if query.order == Order::Unordered {
        return Err(conflict(field, "steps in any order have no end but the window's; choose \"allowed\""));
    }
    if query.order == Order::Strict && query.strict_kind == StrictKind::Restart {
        let problem = "in strict order a repeated step breaks the chain anyway; choose \"allowed\"";
        return Err(conflict(field, problem));
    }
    if let Some(index) = query.steps.iter().position(|step| step.optional) {
        let problem = "where some events end a user's story, no step can be optional";
        return Err(conflict(&format!("steps[{index}].optional"), problem));
    }
    if query.time_from == TimeFrom::EarliestStart {
        let problem = "where some events end a user's story, only the latest start gives the times";
        return Err(conflict("time_from", problem));
    }
    if query.tie == Tie::Loose {
        return Err(conflict(
            "tie",
            "choose \"step_order\" or \"never\" where some events end a user's story",
        ));
    }
    Ok(())
}

fn conflict(field: &str, explanation: &str) -> QueryError {
    QueryError::new(field, QueryProblem::Conflict { explanation: explanation.to_owned() })
}
