//! Checks a query against a table, before any work is done.

use super::bins::Bins;
use super::conflicts::{self, conflict};
use super::groups::{self, out_of_range};
use super::hold::{self, Values};
use super::matcher::{Matcher, compile_exclusions, compile_steps};
use super::options::{Count, Reuse, Tie};
use super::query::{FunnelQuery, Step};
use super::sessions::UserSessions;
use super::window::Window;
use crate::error::{QueryError, QueryProblem};
use crate::kernel::scope::ScopeFilter;
use crate::table::Table;

/// The longest window, so that every length of time is an exact number in JavaScript too.
const MAX_WINDOW_MILLIS: i64 = (1 << 53) - 1;

/// More calendar days than a window may have: a century.
const MAX_DAYS: u32 = 36_526;

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
    check_windows(query, table)?;
    check_exclusions(query)?;
    compile_exclusions(query, table)?;
    check_hold(query, table)?;
    conflicts::check(query)?;
    check_grace(query, table)?;
    Bins::new(query, table)?;
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
    query.steps.iter().enumerate().try_for_each(|(index, step)| check_limits(index, step))
}

fn check_limits(index: usize, step: &Step) -> Result<(), QueryError> {
    for (name, limit) in [("within_millis", step.within_millis), ("after_millis", step.after_millis)] {
        let Some(limit) = limit else { continue };
        let field = format!("steps[{index}].{name}");
        if !(0..=MAX_WINDOW_MILLIS).contains(&limit) {
            return Err(out_of_range(&field, limit, 0, MAX_WINDOW_MILLIS));
        }
        if index == 0 {
            return Err(conflict(&field, "the first step has none before it; leave this out"));
        }
        if step.optional {
            return Err(conflict(&field, "an optional step has no limits of its own; leave this out"));
        }
    }
    match (step.within_millis, step.after_millis) {
        (Some(within), Some(after)) if after > within => {
            Err(out_of_range(&format!("steps[{index}].after_millis"), after, 0, within))
        }
        _ => Ok(()),
    }
}

fn check_windows(query: &FunnelQuery, table: &Table) -> Result<(), QueryError> {
    if let Some(n_days @ (0 | MAX_DAYS..)) = query.calendar_days {
        return Err(out_of_range("calendar_days", i64::from(n_days), 1, i64::from(MAX_DAYS) - 1));
    }
    if query.sessions == Some(0) {
        return Err(out_of_range("sessions", 0, 1, i64::from(u32::MAX)));
    }
    if query.calendar_days.is_some() && query.sessions.is_some() {
        return Err(conflict("sessions", "days or sessions limit the chain; leave \"calendar_days\" out"));
    }
    match query.tie {
        Tie::Grace(millis) if !(0..=MAX_WINDOW_MILLIS).contains(&millis) => {
            return Err(out_of_range("tie.grace", millis, 0, MAX_WINDOW_MILLIS));
        }
        Tie::Bucket(millis) if !(1..=MAX_WINDOW_MILLIS).contains(&millis) => {
            return Err(out_of_range("tie.bucket", millis, 1, MAX_WINDOW_MILLIS));
        }
        _ => {}
    }
    Window::new(query, table)?;
    UserSessions::new(query, table)?;
    Ok(())
}

fn check_hold(query: &FunnelQuery, table: &Table) -> Result<(), QueryError> {
    let Some(hold) = &query.hold else { return Ok(()) };
    if !(1..=hold::MOST).contains(&hold.properties.len()) {
        let (found, most) = (hold.properties.len() as i64, hold::MOST as i64);
        return Err(out_of_range("hold.properties", found, 1, most));
    }
    let n_steps = query.steps.len() as i64;
    for (index, &step) in hold.steps.iter().enumerate() {
        if i64::from(step) >= n_steps {
            return Err(out_of_range(&format!("hold.steps[{index}]"), i64::from(step), 0, n_steps - 1));
        }
    }
    if query.count == Count::Attempts && !hold.steps.is_empty() && !hold.steps.contains(&0) {
        let problem =
            "attempts are counted where they start; hold the first step too, or leave the steps out";
        return Err(conflict("hold.steps", problem));
    }
    Values::new(query, table)?;
    Ok(())
}

/// Refuses a grace where it is not told which of several steps an event fills.
fn check_grace(query: &FunnelQuery, table: &Table) -> Result<(), QueryError> {
    let is_clear =
        !matches!(query.tie, Tie::Grace(_)) || query.reuse == Reuse::Many || conflicts::has_attempts(query);
    if is_clear || !Matcher::new(query, table)?.overlaps() {
        return Ok(());
    }
    let problem = "one event can be of several of these steps, and then a grace goes with reuse \"many\" or entry \"attempts\"";
    Err(conflict("tie", problem))
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
