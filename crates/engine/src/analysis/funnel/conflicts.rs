//! Rules that contradict each other, or have no meaning together.

use super::options::{
    Count, Entry, OnExclusion, Order, Repeats, Reuse, Search, StrictKind, Tie, TimeFrom, WindowFrom,
};
use super::query::FunnelQuery;
use super::rules::may_stop;
use crate::error::{QueryError, QueryProblem};

/// Refuses a query whose rules contradict each other.
///
/// # Errors
/// If they do; the error names the field that is to be changed.
pub(super) fn check(query: &FunnelQuery) -> Result<(), QueryError> {
    if query.order == Order::Unordered {
        check_unordered(query)?;
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
    if query.on_exclusion == OnExclusion::EndAttempt && query.entry != Entry::Attempts {
        return Err(conflict(
            "on_exclusion",
            "this belongs to the entry \"attempts\"; choose \"void_chain\"",
        ));
    }
    if has_attempts(query) {
        check_attempts(query)?;
    }
    if may_stop(query.strict_kind, query.repeats) {
        check_stops(query)?;
    }
    if query.order == Order::Strict && query.strict_kind == StrictKind::Restart {
        check_restarts(query)?;
    }
    check_chains(query)?;
    check_latest_start(query)
}

/// Whether attempts are followed one by one.
pub(super) fn has_attempts(query: &FunnelQuery) -> bool {
    query.entry == Entry::Attempts || query.count == Count::Attempts
}

fn check_unordered(query: &FunnelQuery) -> Result<(), QueryError> {
    no_optional_step(query, "steps in any order cannot be optional; leave the step out instead")?;
    if query.entry != Entry::Any {
        return Err(conflict("entry", "steps in any order have no first step; choose \"any\""));
    }
    if query.on_exclusion == OnExclusion::RemoveUser && !query.exclusions.is_empty() {
        return Err(conflict(
            "on_exclusion",
            "for steps in any order choose \"void_chain\" or \"reset_progress\"",
        ));
    }
    if query.window_from == WindowFrom::PreviousStep {
        return Err(conflict("window_from", "steps in any order have none before; choose \"first_step\""));
    }
    no_limits(query, "steps in any order have none before; leave this out")?;
    if matches!(query.tie, Tie::Grace(_)) {
        return Err(conflict("tie", "steps in any order need no grace; choose \"step_order\""));
    }
    if query.reuse == Reuse::ManyAfterStart {
        return Err(conflict("reuse", "steps in any order have no first step; choose \"many\" or \"once\""));
    }
    if query.search == Search::FirstMatch {
        return Err(conflict("search", "steps in any order have no next step; choose \"exhaustive\""));
    }
    if query.repeats == Repeats::BreakChain {
        return Err(conflict("repeats", "steps in any order may be repeated; choose \"allowed\""));
    }
    if query.count == Count::Attempts {
        return Err(conflict("count", "attempts need the order \"ordered\""));
    }
    Ok(())
}

/// Refuses what has no meaning for attempts, which take what comes first.
fn check_attempts(query: &FunnelQuery) -> Result<(), QueryError> {
    if query.order == Order::Strict {
        return Err(conflict("order", "attempts need the order \"ordered\""));
    }
    if query.entry == Entry::Restart {
        return Err(conflict("entry", "choose \"attempts\" or \"any\" where attempts are counted"));
    }
    if query.repeats != Repeats::Allowed {
        return Err(conflict("repeats", "attempts pass repeated steps over; choose \"allowed\""));
    }
    if query.search != Search::Exhaustive {
        return Err(conflict("search", "attempts take what comes first; choose \"exhaustive\""));
    }
    if query.on_exclusion == OnExclusion::RemoveUser && !query.exclusions.is_empty() {
        return Err(conflict("on_exclusion", "for attempts choose \"end_attempt\" or \"void_chain\""));
    }
    no_optional_step(query, "attempts have no optional steps; leave the step out instead")
}

/// Refuses what has no meaning where some events end a user's story.
fn check_stops(query: &FunnelQuery) -> Result<(), QueryError> {
    let field = if query.strict_kind == StrictKind::Restart { "repeats" } else { "strict_kind" };
    if query.trend.is_some() || query.entry_bins.is_some() {
        let field = if query.trend.is_some() { "trend" } else { "entry_bins" };
        let problem = "where an event ends a user's story there are no later entries; leave this out";
        return Err(conflict(field, problem));
    }
    if query.order == Order::Unordered {
        return Err(conflict(field, "steps in any order have no end but the window's; choose \"allowed\""));
    }
    if query.order == Order::Strict && query.strict_kind == StrictKind::Restart {
        let problem = "in strict order a repeated step breaks the chain anyway; choose \"allowed\"";
        return Err(conflict(field, problem));
    }
    no_optional_step(query, "where some events end a user's story, no step can be optional")?;
    if query.strict_kind == StrictKind::EarlierStepBreaks || query.repeats == Repeats::BreakChain {
        let problem =
            "some events end the chain under one of these rules, and the story under the other; choose one";
        return Err(conflict("repeats", problem));
    }
    if query.on_exclusion == OnExclusion::RemoveUser && !query.exclusions.is_empty() {
        let problem = "where some events end a user's story, choose \"void_chain\"";
        return Err(conflict("on_exclusion", problem));
    }
    if query.time_from == TimeFrom::EarliestStart {
        let problem = "where some events end a user's story, only the latest start gives the times";
        return Err(conflict("time_from", problem));
    }
    if matches!(query.tie, Tie::Loose | Tie::Grace(_)) {
        return Err(conflict(
            "tie",
            "choose \"step_order\" or \"never\" where some events end a user's story",
        ));
    }
    let problem = "where some events end a user's story, only the first step limits the time";
    if query.window_from == WindowFrom::PreviousStep {
        return Err(conflict("window_from", problem));
    }
    no_limits(query, problem)?;
    no_single_chain_rules(query, "an event that ends a user's story")
}

/// Refuses what has no meaning where any other event breaks a chain.
fn check_restarts(query: &FunnelQuery) -> Result<(), QueryError> {
    no_single_chain_rules(query, "strict order")?;
    if query.repeats == Repeats::BreakChain {
        let problem = "in strict order a repeated step breaks the chain anyway; choose \"allowed\"";
        return Err(conflict("repeats", problem));
    }
    if matches!(query.tie, Tie::Grace(_)) {
        return Err(conflict(
            "tie",
            "strict order has no grace; choose another one, such as {\"bucket\": 1000}",
        ));
    }
    if has_limits(query) && query.tie == Tie::Loose {
        let problem = "a step's own limits in strict order need \"step_order\", \"never\" or a bucket";
        return Err(conflict("tie", problem));
    }
    if has_limits(query) {
        let problem = "in strict order, a step's own limits and optional steps do not go together";
        no_optional_step(query, problem)?;
    }
    Ok(())
}

/// Refuses, beside `what`, rules by which a chain is followed on its own.
fn no_single_chain_rules(query: &FunnelQuery, what: &str) -> Result<(), QueryError> {
    let field = if query.search == Search::FirstMatch {
        ("search", "exhaustive")
    } else if query.entry == Entry::Restart {
        ("entry", "any")
    } else if query.reuse == Reuse::ManyAfterStart {
        ("reuse", "many")
    } else {
        return Ok(());
    };
    Err(conflict(field.0, &format!("this does not go with {what}; choose \"{}\"", field.1)))
}

/// Refuses what has no meaning where more than the latest start decides what a chain can do.
fn check_chains(query: &FunnelQuery) -> Result<(), QueryError> {
    let breaks = query.repeats == Repeats::BreakChain
        || query.strict_kind == StrictKind::EarlierStepBreaks
        || query.entry == Entry::Restart;
    let follows_one = breaks || query.search == Search::FirstMatch || query.reuse == Reuse::ManyAfterStart;
    if follows_one {
        let problem = "under these rules of search, entry, reuse and repeats no step can be optional";
        no_optional_step(query, problem)?;
    }
    if breaks && query.tie == Tie::Loose {
        return Err(conflict("tie", "choose \"step_order\" or \"never\" where steps break chains"));
    }
    if matches!(query.tie, Tie::Grace(_)) {
        no_optional_step(query, "with a grace no step can be optional")?;
        if query.reuse == Reuse::ManyAfterStart && !has_attempts(query) {
            return Err(conflict("reuse", "with a grace choose \"many\" or \"once\""));
        }
    }
    let is_grace = matches!(query.tie, Tie::Grace(_));
    let by_layers = follows_one || is_grace || (has_limits(query) && query.order == Order::Ordered);
    if by_layers && query.on_exclusion == OnExclusion::RemoveUser && !query.exclusions.is_empty() {
        let problem =
            "a step's own limits, a grace, or rules by which steps break chains go with \"void_chain\"";
        return Err(conflict("on_exclusion", problem));
    }
    if by_layers && query.search == Search::LatestStartOnly {
        let problem = "here the latest start does not tell what a chain can do; choose \"exhaustive\"";
        return Err(conflict("search", problem));
    }
    Ok(())
}

/// Refuses what the search for the latest starts alone does not find.
fn check_latest_start(query: &FunnelQuery) -> Result<(), QueryError> {
    if query.search != Search::LatestStartOnly || query.tie != Tie::Never {
        return Ok(());
    }
    let may_stop = may_stop(query.strict_kind, query.repeats);
    if query.order == Order::Unordered || (query.order == Order::Strict && !may_stop) {
        let problem = "\"latest_start_only\" with ties \"never\" needs the order \"ordered\"";
        return Err(conflict("search", problem));
    }
    if query.on_exclusion == OnExclusion::RemoveUser && !query.exclusions.is_empty() && !may_stop {
        let problem = "where only the latest start is searched, choose \"void_chain\"";
        return Err(conflict("on_exclusion", problem));
    }
    if query.time_from == TimeFrom::EarliestStart {
        let problem = "only the latest start is searched, so that the earliest cannot give the times";
        return Err(conflict("time_from", problem));
    }
    Ok(())
}

/// Whether some step's time is limited by the step before it.
fn has_limits(query: &FunnelQuery) -> bool {
    let is_limited = |step: &super::query::Step| step.within_millis.is_some() || step.after_millis.is_some();
    query.window_from == WindowFrom::PreviousStep || query.steps.iter().any(is_limited)
}

fn no_limits(query: &FunnelQuery, problem: &str) -> Result<(), QueryError> {
    for (index, step) in query.steps.iter().enumerate() {
        for (name, limit) in [("within_millis", step.within_millis), ("after_millis", step.after_millis)] {
            if limit.is_some() {
                return Err(conflict(&format!("steps[{index}].{name}"), problem));
            }
        }
    }
    Ok(())
}

fn no_optional_step(query: &FunnelQuery, problem: &str) -> Result<(), QueryError> {
    match query.steps.iter().position(|step| step.optional) {
        Some(index) => Err(conflict(&format!("steps[{index}].optional"), problem)),
        None => Ok(()),
    }
}

/// The error that a field contradicts another.
pub(super) fn conflict(field: &str, explanation: &str) -> QueryError {
    QueryError::new(field, QueryProblem::Conflict { explanation: explanation.to_owned() })
}
