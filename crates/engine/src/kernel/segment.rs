//! Segments: finds the users of a rule.

mod later;

pub use later::RowsTest;

use std::ops::Range;

use super::condition::{Test, Truth};
use crate::analysis::{funnel, lifecycle, retention, stickiness};
use crate::error::{QueryError, QueryProblem};
use crate::rule::{Did, Owner, PropertyTest, Segment, Times, Within};
use crate::table::{Bitmap, Codes, Table, UserIdx};
use crate::time::Millis;

/// Checks a segment without finding its users.
///
/// # Errors
/// If it names an unknown property or holds a value that does not fit; the field is relative to the segment.
pub fn check(segment: &Segment, table: &Table) -> Result<(), QueryError> {
    match segment {
        Segment::AllOf { of } | Segment::AnyOf { of } => {
            of.iter().enumerate().try_for_each(|(index, part)| {
                check(part, table).map_err(|error| error.within(&format!("of[{index}]")))
            })
        }
        Segment::Not { of } => check(of, table).map_err(|error| error.within("of")),
        Segment::Property(test) => Test::property(test, table).map(drop),
        Segment::Did(did) => check_did(did, table),
        Segment::List { .. } => Ok(()),
        Segment::Cluster(rule) => super::centroids::check_cluster(rule, table),
        Segment::Funnel(rule) => funnel::check_rule(rule, table),
        Segment::Retention(rule) => retention::check_cell(rule, table),
        Segment::Lifecycle(rule) => lifecycle::check_rule(rule, table),
        Segment::Stickiness(rule) => stickiness::check_rule(rule, table),
        Segment::Measured(rule) => super::measured::check_measured(rule, table),
    }
}

/// The users of a segment, as a bitmap over the shard's users. `now` is what "the last d days" ends at.
/// O(rows of the events that its rules name), or O(users) for rules that were asked about lately.
///
/// # Errors
/// As [`check`].
pub fn select(segment: &Segment, table: &Table, now: Millis) -> Result<Bitmap, QueryError> {
    let n_users = table.users.len();
    let parts = |of: &[Segment]| {
        let part = |(index, part): (usize, &Segment)| {
            select(part, table, now).map_err(|error| error.within(&format!("of[{index}]")))
        };
        of.iter().enumerate().map(part).collect::<Result<Vec<_>, _>>()
    };
    Ok(match segment {
        Segment::AllOf { of } => joined(Bitmap::full(n_users), &parts(of)?, Bitmap::intersect),
        Segment::AnyOf { of } => joined(Bitmap::empty(n_users), &parts(of)?, Bitmap::unite),
        Segment::Not { of } => {
            let mut users = select(of, table, now).map_err(|error| error.within("of"))?;
            users.negate();
            users
        }
        Segment::List { users } => {
            let found = users.iter().filter_map(|id| table.users.find(id));
            collect(n_users, found)
        }
        _ => {
            let found = table.segments.find(&(segment.clone(), now), || look_through(segment, table, now))?;
            Bitmap::clone(&found)
        }
    })
}

/// The users of one rule that is found row by row.
fn look_through(segment: &Segment, table: &Table, now: Millis) -> Result<Bitmap, QueryError> {
    match segment {
        Segment::Property(test) => with_property(test, table),
        Segment::Did(did) => {
            check_did(did, table)?;
            who_did(did, table, now)
        }
        Segment::Cluster(rule) => super::centroids::in_cluster(rule, table),
        Segment::Funnel(rule) => funnel::in_stage(rule, table),
        Segment::Retention(rule) => retention::in_cell(rule, table),
        Segment::Lifecycle(rule) => lifecycle::in_state(rule, table),
        Segment::Stickiness(rule) => stickiness::in_bar(rule, table),
        Segment::Measured(rule) => super::measured::in_ranges(rule, table, now),
        Segment::AllOf { .. } | Segment::AnyOf { .. } | Segment::Not { .. } | Segment::List { .. } => {
            unreachable!("these are made of the others or list their users")
        }
    }
}

fn joined(start: Bitmap, parts: &[Bitmap], join: fn(&mut Bitmap, &Bitmap)) -> Bitmap {
    let mut all = start;
    for part in parts {
        join(&mut all, part);
    }
    all
}

fn collect(n_users: usize, users: impl Iterator<Item = UserIdx>) -> Bitmap {
    let mut set = Bitmap::empty(n_users);
    for user in users {
        set.insert(user.0 as usize);
    }
    set
}

fn with_property(test: &PropertyTest, table: &Table) -> Result<Bitmap, QueryError> {
    let compiled = Test::property(test, table)?;
    let has = |&user: &UserIdx| match test.on {
        Owner::Event => table.users.rows(user).any(|row| compiled.holds(row, user)),
        Owner::User | Owner::UserFirst => compiled.holds(table.users.rows(user).start, user),
    };
    Ok(collect(table.users.len(), table.users.iter().filter(has)))
}

fn check_did(did: &Did, table: &Table) -> Result<(), QueryError> {
    Test::rule(&did.rule, table).map_err(|error| error.within("rule"))?;
    match did.within {
        Within::LastDays { days: 0 } | Within::FirstDays { days: 0 } => {
            let problem = QueryProblem::OutOfRange { found: 0, least: 1, most: i64::from(u32::MAX) };
            Err(QueryError::new("within.days", problem))
        }
        Within::Between { from, to } if from > to => {
            let explanation = "ends before it starts; swap the two instants".to_owned();
            Err(QueryError::new("within.to", QueryProblem::Conflict { explanation }))
        }
        _ => Ok(()),
    }
}

fn who_did(did: &Did, table: &Table, now: Millis) -> Result<Bitmap, QueryError> {
    let counter = Counter::new(did, table)?;
    let holds = |&user: &UserIdx| did.is_met(counter.count(user, rows_within(did.within, table, user, now)));
    Ok(collect(table.users.len(), table.users.iter().filter(holds)))
}

impl Did {
    /// Whether so many events are what it asks for.
    fn is_met(&self, n: u64) -> bool {
        match self.times {
            Times::AtLeast => n >= self.n,
            Times::Exactly => n == self.n,
            Times::AtMost => n <= self.n,
        }
    }
}

/// Counts the rows that meet an event rule. What the rule says of each event is asked once, so that a row's conditions
/// are looked at only where its event leaves that open.
#[derive(Debug)]
struct Counter<'t> {
    codes: &'t Codes,
    outcomes: Vec<Outcome>,
    test: Test<'t>,
}

/// What a rule says of all the rows of one event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Outcome {
    No = 0,
    Yes = 1,
    Depends = 2,
}

impl<'t> Counter<'t> {
    fn new(did: &Did, table: &'t Table) -> Result<Self, QueryError> {
        let test = Test::rule(&did.rule, table).map_err(|error| error.within("rule"))?;
        let events = table.events();
        let outcome = |code| match test.for_event(events, code) {
            Some(Truth::False) => Outcome::No,
            Some(Truth::True) => Outcome::Yes,
            None => Outcome::Depends,
        };
        let outcomes = (0..events.n_codes() as u32).map(outcome).collect();
        Ok(Self { codes: &events.codes, outcomes, test })
    }

    fn count(&self, user: UserIdx, rows: Range<usize>) -> u64 {
        match self.codes {
            Codes::U8(codes) => self.count_codes(codes, user, rows),
            Codes::U16(codes) => self.count_codes(codes, user, rows),
            Codes::U32(codes) => self.count_codes(codes, user, rows),
        }
    }

    fn count_codes<C: Copy + Into<u32>>(&self, codes: &[C], user: UserIdx, rows: Range<usize>) -> u64 {
        let outcome = |code: C| self.outcomes[code.into() as usize];
        let first = rows.start;
        let met = |&(at, &code): &(usize, &C)| match outcome(code) {
            Outcome::Depends => self.test.holds(first + at, user),
            known => known == Outcome::Yes,
        };
        codes[rows].iter().enumerate().filter(met).count() as u64
    }
}

fn rows_within(within: Within, table: &Table, user: UserIdx, now: Millis) -> Range<usize> {
    let rows = table.users.rows(user);
    let times = &table.times[rows.clone()];
    let length = |days: u32| i64::from(days) * Millis::DAY;
    let (skip, end) = match within {
        Within::Ever => return rows,
        Within::LastDays { days } => {
            let after = now.plus(-length(days));
            (times.partition_point(|&time| time <= after), times.partition_point(|&time| time <= now))
        }
        Within::FirstDays { days } => {
            let end = times.first().map_or(now, |first| first.plus(length(days)));
            (0, times.partition_point(|&time| time < end))
        }
        Within::Between { from, to } => {
            (times.partition_point(|&time| time < from), times.partition_point(|&time| time <= to))
        }
    };
    rows.start + skip..rows.start + end.max(skip)
}

#[cfg(test)]
mod tests;
