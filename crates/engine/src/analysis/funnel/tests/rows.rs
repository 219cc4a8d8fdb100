//! A user's rows with what they mean to a funnel, each meaning by its definition.

use std::collections::BTreeSet;

use jiff::ToSpan;
use jiff::tz::TimeZone;

use crate::analysis::funnel::{Entry, FunnelQuery, Occurrence, Order, Range, Tie, WindowFrom};
use crate::rule::{Condition, EventRule, GapEdge, SESSION_GAP_MILLIS, SessionRule};
use crate::testing::SheetRow;

/// A row with what it means.
#[derive(Clone, Debug)]
pub(super) struct Row<'a> {
    pub(super) row: &'a SheetRow,
    /// When it is taken to happen.
    pub(super) time: i64,
    pub(super) steps: BTreeSet<usize>,
    pub(super) spoils: BTreeSet<usize>,
    /// The number of its session among the user's.
    pub(super) session: usize,
    /// When what starts here must have ended, and when it is certain that nothing further belongs to it.
    pub(super) deadline: i64,
    pub(super) closed: i64,
}

impl Row<'_> {
    /// Whether it spoils a chain.
    pub(super) fn spoils(&self) -> bool {
        !self.spoils.is_empty()
    }

    /// Whether it means the same as another one.
    pub(super) fn means_the_same(&self, other: &Row<'_>) -> bool {
        (&self.steps, &self.spoils) == (&other.steps, &other.spoils)
    }

    /// Whether the row fills a step or spoils a chain.
    pub(super) fn means_something(&self) -> bool {
        !self.steps.is_empty() || !self.spoils.is_empty()
    }
}

/// Whether a rule matches a row; of the operators, only equality is known. The property is the first further column.
fn matches(rule: &EventRule, row: &SheetRow) -> bool {
    let condition = |condition: &Condition| match condition {
        Condition::Property(test) => test.values.contains(&row.cells[0]),
        _ => panic!("the oracle knows no other condition"),
    };
    rule.event.as_ref().is_none_or(|event| *event == row.event)
        && (rule.any_of.is_empty() || rule.any_of.iter().any(|rule| matches(rule, row)))
        && rule.conditions.iter().all(condition)
}

/// The rows of a user that the funnel looks at, with their meanings.
pub(super) fn looked_at<'a>(query: &FunnelQuery, rows: &[&'a SheetRow]) -> Vec<Row<'a>> {
    let from = query.scope.from.map_or(i64::MIN, |from| from.0);
    let to = query.scope.to.map_or(i64::MAX, |to| to.0);
    let counts = |step: usize, at: usize| {
        let rule = &query.steps[step].rule;
        let nameless = EventRule { conditions: Vec::new(), ..rule.clone() };
        let first = |rule: &EventRule| rows.iter().position(|row| matches(rule, row)) == Some(at);
        matches(rule, rows[at])
            && match query.steps[step].occurrence {
                Occurrence::Any => true,
                Occurrence::FirstEver => first(&nameless),
                Occurrence::FirstMatching => first(rule),
            }
    };
    let sessions = sessions(query, rows);
    let mut looked: Vec<Row<'a>> = Vec::new();
    for (at, &row) in rows.iter().enumerate() {
        let last = match (query.range, query.window_millis) {
            (Range::AllEvents, _) => to,
            _ if query.calendar_days.is_some() || query.sessions.is_some() => i64::MAX,
            _ if query.window_from == WindowFrom::PreviousStep => i64::MAX,
            (Range::Entry, window) => to.saturating_add(window.unwrap_or(i64::MAX)),
        };
        if row.time < from || row.time > last {
            continue;
        }
        let mut steps: BTreeSet<usize> = (0..query.steps.len()).filter(|&step| counts(step, at)).collect();
        let entered = looked.iter().any(|row| row.steps.contains(&0));
        let late = row.time > to || (query.entry == Entry::First && entered);
        if query.order != Order::Unordered && late {
            steps.remove(&0);
        }
        let exclusions = query.exclusions.iter().filter(|exclusion| matches(&exclusion.rule, row));
        let spoils = exclusions
            .flat_map(|exclusion| exclusion.from as usize..exclusion.to as usize)
            .collect::<BTreeSet<_>>();
        if query.order == Order::Strict || !steps.is_empty() || !spoils.is_empty() {
            let (session, (deadline, closed)) = (sessions[at], ends(query, rows, &sessions, at));
            looked.push(Row { row, time: cut(query, row.time), steps, spoils, session, deadline, closed });
        }
    }
    looked
}

fn cut(query: &FunnelQuery, time: i64) -> i64 {
    match query.tie {
        Tie::Bucket(millis) => time.div_euclid(millis) * millis,
        _ => time,
    }
}

/// How long after a row another one may be of the same session.
fn longest_gap(query: &FunnelQuery) -> i64 {
    match query.session {
        SessionRule::Auto => SESSION_GAP_MILLIS - 1,
        SessionRule::Gap { gap_millis, edge: GapEdge::Cuts } => gap_millis - 1,
        SessionRule::Gap { gap_millis, edge: GapEdge::Joins } => gap_millis,
        SessionRule::History => i64::MAX,
        SessionRule::Column => panic!("the oracle cuts by gaps only"),
    }
}

/// For each row the number of its session.
fn sessions(query: &FunnelQuery, rows: &[&SheetRow]) -> Vec<usize> {
    let cuts = |at: usize| usize::from(at > 0 && rows[at].time - rows[at - 1].time > longest_gap(query));
    (0..rows.len()).map(|at| (0..=at).map(cuts).sum()).collect()
}

/// When a chain from this row must have ended, and when it is certain that nothing further belongs to it.
fn ends(query: &FunnelQuery, rows: &[&SheetRow], sessions: &[usize], at: usize) -> (i64, i64) {
    let time = cut(query, rows[at].time);
    if let Some(n_days) = query.calendar_days {
        let zone = TimeZone::get(query.scope.zone.as_deref().unwrap_or("UTC")).unwrap();
        let date = zone.to_datetime(jiff::Timestamp::from_millisecond(time).unwrap()).date();
        let next = date.checked_add(i64::from(n_days).days()).unwrap();
        let end = next.to_zoned(zone).unwrap().timestamp().as_millisecond() - 1;
        return (end, end);
    }
    if let Some(n_sessions) = query.sessions {
        // Of several sessions at one instant, the last.
        let here = (0..rows.len()).filter(|&row| cut(query, rows[row].time) == time);
        let wanted = here.map(|row| sessions[row]).max().unwrap() + n_sessions as usize - 1;
        let last = (0..rows.len()).rfind(|&row| sessions[row] <= wanted).unwrap();
        let end = cut(query, rows[last].time);
        let n = sessions[rows.len() - 1] + 1;
        let closed = match (query.session, wanted + 1) {
            (SessionRule::History, _) => i64::MAX,
            (_, wanted) if wanted < n => end,
            (_, wanted) if wanted == n => end.saturating_add(longest_gap(query)),
            _ => i64::MAX,
        };
        return (end, closed);
    }
    let end = time.saturating_add(query.window_millis.unwrap_or(i64::MAX));
    (end, end)
}
