//! Funnels: how many users get from step to step, how long it takes them, and where they stop.
//!
//! ```text
//! steps      A ──→ B ──→ C          window: C at most so long after A
//! user 1     A  x  B     C          level 3
//! user 2     A     A  B             level 2: the second A starts a chain of its own
//! user 3        B     C             level 0: never entered
//! ```
//!
//! A *chain* fills steps 1..k with events of one user; a user's *level* is the most steps that any valid chain fills.
//! What makes a chain valid is the query's to say, field by field; a [`Preset`] fills those fields as other tools would.
//!
//! One round. A user costs O(events × steps); where events of one instant match several steps each, or steps may come in
//! any order, a matching adds a factor of the number of steps. Groups by `each_value` cost no more; groups by `step` cost
//! that once per value of the user.

mod answer;
mod chain;
mod check;
mod earliest;
mod groups;
mod matcher;
mod optional;
mod query;
mod rules;
mod stops;
mod tally;
#[cfg(test)]
mod tests;
mod tie;
mod unordered;
mod walk;

pub use answer::{Durations, FunnelAnswer, FunnelGroup, FunnelResult, FunnelStep, GroupKey};
pub use query::{
    Entry, Exclusion, FunnelQuery, InstantTimes, Occurrence, OnExclusion, OpenUsers, Order, Preset, Range,
    Repeats, Reuse, Search, Step, StrictKind, Tie, TimeFrom,
};

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use self::groups::{Group, Split};
use self::matcher::Matcher;
pub(super) use self::rules::Window;
use self::rules::{Event, Outcome, Rules};
use self::tally::Tally;
use self::walk::Walker;
use super::{Analysis, Answer, Step as Next};
use crate::error::QueryError;
use crate::rule::Breakdown;
use crate::table::{Bucket, Column, Table, UserIdx};
use crate::time::Millis;

impl FunnelQuery {
    /// Checks the query against a table.
    ///
    /// # Errors
    /// If there are no steps or too many, a window or an exclusion is out of range, a property is unknown, or two rules
    /// contradict each other; the error names the field.
    pub fn check(&self, table: &Table) -> Result<Funnel, QueryError> {
        check::check(self, table)?;
        Ok(Funnel { query: self.clone() })
    }
}

/// A checked [`FunnelQuery`].
#[derive(Debug)]
pub struct Funnel {
    query: FunnelQuery,
}

/// What a scan finds.
#[derive(Debug, Default, Serialize, Deserialize)]
pub struct Partial {
    overall: Tally,
    groups: BTreeMap<Group, Tally>,
}

/// A round's look-up tables and scratch memory.
#[derive(Debug)]
pub struct Prepared<'t> {
    table: &'t Table,
    matcher: Matcher<'t>,
    split: Split<'t>,
    rules: Rules,
    walker: Walker,
    events: Vec<Event>,
    part: Vec<Event>,
    values: Vec<(Group, u32)>,
}

impl Analysis for Funnel {
    type State = ();
    type Partial = Partial;
    type Answer = FunnelAnswer;
    type Prepared<'t> = Prepared<'t>;

    fn start(&self) {}

    fn prepare<'t>(&self, (): &(), table: &'t Table) -> Result<Prepared<'t>, QueryError> {
        let to = self.query.scope.to.unwrap_or(Millis(i64::MAX));
        let end = match self.query.range {
            Range::Entry => table.schema.end(),
            Range::AllEvents => table.schema.end().min(to),
        };
        Ok(Prepared {
            table,
            matcher: Matcher::new(&self.query, table)?,
            split: Split::new(&self.query, table)?,
            rules: Rules::new(&self.query, to, end),
            walker: Walker::new(self.query.steps.len()),
            events: Vec::new(),
            part: Vec::new(),
            values: Vec::new(),
        })
    }

    fn scan(&self, prepared: &mut Prepared<'_>, bucket: Bucket<'_>, partial: &mut Partial) {
        for user in bucket.users() {
            prepared.matcher.collect(user, &mut prepared.events);
            if prepared.may_enter() {
                prepared.add_user(&self.query, user, partial);
            }
        }
    }

    fn merge(&self, mut a: Partial, b: Partial) -> Partial {
        a.overall.merge(b.overall);
        for (group, tally) in b.groups {
            a.groups.entry(group).or_default().merge(tally);
        }
        a
    }

    fn step(&self, (): (), all: Partial, table: &Table) -> Next<(), FunnelAnswer> {
        let groups = match &self.query.breakdown {
            None => Vec::new(),
            Some(Breakdown::Segments { segments }) => {
                let mut tallies = all.groups;
                let groups = (0..segments.len() as u32).map(Group::Segment);
                groups
                    .map(|group| (group.key(&self.query, table), tallies.remove(&group).unwrap_or_default()))
                    .collect()
            }
            Some(Breakdown::Property { limit, .. }) => self.ranked(all.groups, *limit, table),
        };
        let group = |(key, tally): (GroupKey, Tally)| FunnelGroup { key, result: tally.finish(&self.query) };
        Next::Done(FunnelAnswer {
            overall: all.overall.finish(&self.query),
            groups: groups.into_iter().map(group).collect(),
        })
    }
}

impl Funnel {
    /// The groups in the answer's order; those beyond the limit together.
    fn ranked(
        &self,
        groups: BTreeMap<Group, Tally>,
        limit: Option<u32>,
        table: &Table,
    ) -> Vec<(GroupKey, Tally)> {
        let mut ranked: Vec<(Group, Tally)> = groups.into_iter().collect();
        ranked.sort_by_cached_key(|(_, tally)| std::cmp::Reverse(tally.rank()));
        let n_kept = limit.map_or(ranked.len(), |limit| ranked.len().min(limit as usize));
        let rest = ranked.split_off(n_kept);
        let mut named: Vec<(GroupKey, Tally)> =
            ranked.into_iter().map(|(group, tally)| (group.key(&self.query, table), tally)).collect();
        if !rest.is_empty() {
            let mut other = Tally::default();
            rest.into_iter().for_each(|(_, tally)| other.merge(tally));
            named.push((GroupKey::Other, other));
        }
        named
    }
}

/// How far a user came.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Level {
    /// The last step that the counted chain fills, from 0.
    pub(super) step: usize,
    /// Whether the user has not converted and may still do so.
    pub(super) window: Window,
}

impl<'t> Prepared<'t> {
    /// How far a user came, whatever the breakdown; none if the user never entered or was removed. For analyses that
    /// divide one funnel by several properties at once.
    pub(super) fn level(&mut self, user: UserIdx) -> Option<Level> {
        self.matcher.collect(user, &mut self.events);
        if !self.may_enter() {
            return None;
        }
        let Outcome::Entered(window) = self.walker.follow(&self.rules, &self.events) else { return None };
        self.walker.counted().last().map(|step| Level { step, window })
    }

    /// The row that holds the first value of `column` among the step events of the user whose level was asked last:
    /// what [`Attribution::FirstTouch`](crate::rule::Attribution) groups by. The query must be broken down so by some
    /// property, because otherwise events before the first step 1 are passed over.
    pub(super) fn first_row(&self, column: &Column) -> Option<u32> {
        groups::first_row(column, &self.events)
    }

    /// Whether the user's events can fill a step at all.
    fn may_enter(&self) -> bool {
        let any = if self.rules.order == Order::Unordered { !0 } else { 1 };
        self.events.iter().any(|event| event.steps & any != 0)
    }

    fn add_user(&mut self, query: &FunnelQuery, user: UserIdx, partial: &mut Partial) {
        let outcome = self.walker.follow(&self.rules, &self.events);
        partial.overall.add(query, outcome, self.walker.counted());
        let mut add = |group: Group| add_to_group(partial, &group, query, outcome, &self.walker);
        match self.split {
            Split::None => {}
            Split::ByUser(..) | Split::ByFirst(_) | Split::ByLast(_) => {
                add(self.split.group_of(self.table, user, &self.events));
            }
            Split::BySegments(ref segments) => {
                let of_user =
                    (0_u32..).zip(segments).filter(|(_, members)| members.contains(user.0 as usize));
                of_user.for_each(|(index, _)| add(Group::Segment(index)));
            }
            Split::ByEach(column) => {
                self.list_values(user, column, |_| true);
                self.add_each_value(query, partial);
            }
            Split::ByStep(column, 0) if self.rules.order == Order::Unordered => {
                self.list_values(user, column, |event| event.steps != 0);
                self.add_starting_values(query, partial);
            }
            Split::ByStep(column, step) => {
                self.list_values(user, column, |event| event.steps >> step & 1 == 1);
                self.add_step_values(query, step, partial);
            }
        }
    }

    /// Lists the values of the events that `counts`, each with its events' places, in order.
    fn list_values(&mut self, user: UserIdx, column: &'t Column, counts: impl Fn(&Event) -> bool) {
        self.values.clear();
        let counted = (0_u32..).zip(&self.events).filter(|(_, event)| counts(event));
        self.values.extend(
            counted.map(|(place, event)| (groups::value(self.table, column, event.row, user), place)),
        );
        self.values.sort();
    }

    /// For each value a funnel of the events that carry it.
    fn add_each_value(&mut self, query: &FunnelQuery, partial: &mut Partial) {
        for same in self.values.chunk_by(|a, b| a.0 == b.0) {
            self.part.clear();
            self.part.extend(same.iter().map(|&(_, place)| self.events[place as usize]));
            let outcome = self.walker.follow(&self.rules, &self.part);
            add_to_group(partial, &same[0].0, query, outcome, &self.walker);
        }
    }

    /// For each value a funnel in any order that only the events that carry it may begin.
    fn add_starting_values(&mut self, query: &FunnelQuery, partial: &mut Partial) {
        for same in self.values.chunk_by(|a, b| a.0 == b.0) {
            let starts = same.iter().map(|&(_, place)| place);
            unordered::keep_begun(&self.rules, &self.events, starts, &mut self.part);
            let outcome = self.walker.follow(&self.rules, &self.part);
            add_to_group(partial, &same[0].0, query, outcome, &self.walker);
        }
    }

    /// For each value a funnel where only the events that carry it fill the step.
    fn add_step_values(&mut self, query: &FunnelQuery, step: u32, partial: &mut Partial) {
        for same in self.values.chunk_by(|a, b| a.0 == b.0) {
            self.part.clone_from(&self.events);
            for event in &mut self.part {
                event.steps &= !(1 << step);
            }
            for &(_, place) in same {
                self.part[place as usize].steps |= 1 << step;
            }
            self.matcher.keep_meaningful(&mut self.part);
            let outcome = self.walker.follow(&self.rules, &self.part);
            add_to_group(partial, &same[0].0, query, outcome, &self.walker);
        }
    }
}

/// Adds a user to a group, unless the user has nothing to add.
fn add_to_group(
    partial: &mut Partial,
    group: &Group,
    query: &FunnelQuery,
    outcome: Outcome,
    walker: &Walker,
) {
    if outcome == Outcome::Absent {
        return;
    }
    match partial.groups.get_mut(group) {
        Some(tally) => tally.add(query, outcome, walker.counted()),
        None => partial.groups.entry(group.clone()).or_default().add(query, outcome, walker.counted()),
    }
}

impl From<FunnelAnswer> for Answer {
    fn from(answer: FunnelAnswer) -> Self {
        Self::Funnel(answer)
    }
}
