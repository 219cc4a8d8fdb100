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
//! Two rounds: users are counted, then the lengths of time that the quantiles lie between are looked up. A user costs O(events × steps); where events of one instant match several steps each, or steps may come in
//! any order, a matching adds a factor of the number of steps. Groups by `each_value` cost no more; groups by `step` cost
//! that once per value of the user.

mod answer;
mod attempts;
mod bins;
mod chain;
mod check;
mod conflicts;
mod difference;
mod earliest;
pub(in crate::analysis) mod groups;
mod hold;
mod layers;
mod matcher;
mod optional;
mod options;
mod passage;
mod preset;
mod query;
mod quick;
mod rules;
mod scan;
mod sessions;
mod stage;
mod stops;
mod sweep;
mod tallies;
mod tally;
#[cfg(test)]
pub(super) mod tests;
mod tie;
mod trend;
mod unordered;
mod walk;
mod window;

pub use self::difference::GroupDifference;
pub use self::stage::{FunnelOutcome, FunnelRule, check_rule, in_stage};
pub use self::trend::FunnelPeriod;
pub use answer::{Durations, FunnelAnswer, FunnelGroup, FunnelResult, FunnelStep, GroupKey};
pub use options::{
    Count, Entry, InstantTimes, Occurrence, OnExclusion, OpenUsers, Order, Range, Repeats, Reuse, Search,
    StrictKind, Tie, TimeFrom, WindowFrom,
};
pub use preset::Preset;
pub use query::{EntryBins, Exclusion, FunnelQuery, Hold, Step};

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use self::bins::Bins;
use self::groups::Group;
pub(super) use self::groups::first_row;
pub(super) use self::passage::Passage;
pub(super) use self::rules::Window;
pub(super) use self::scan::{Level, Prepared};
use self::tallies::{AllOutlines, AllSums, Member, Tallies};
use self::tally::{Outline, Sums};
use self::trend::Trend;
use super::{Analysis, Answer, Step as Next};
use crate::error::QueryError;
use crate::kernel::order::sort_by_key;
use crate::rule::Breakdown;
use crate::table::{Bucket, Table};

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

/// What a round starts from.
#[derive(Debug, Serialize, Deserialize)]
#[expect(private_interfaces, reason = "only shards exchange it")]
pub enum State {
    /// Count the users.
    Count,
    /// Find the lengths of time that the quantiles lie between.
    Measure(AllOutlines),
}

/// What a scan finds; only the present round's part holds anything.
#[derive(Debug, Default, Serialize, Deserialize)]
pub struct Partial {
    sums: AllSums,
    found: Vec<Vec<u64>>,
}

impl Analysis for Funnel {
    type State = State;
    type Partial = Partial;
    type Answer = FunnelAnswer;
    type Prepared<'t> = Prepared<'t>;
    type Kept = Option<Tallies>;

    fn start(&self) -> State {
        State::Count
    }

    fn prepare<'t>(
        &self,
        state: &State,
        table: &'t Table,
        kept: Option<Tallies>,
    ) -> Result<Prepared<'t>, QueryError> {
        let wanted = match state {
            State::Count => None,
            State::Measure(wanted) => Some(wanted.clone()),
        };
        Ok(Prepared::new(&self.query, table)?.resume(wanted, kept))
    }

    fn scan(&self, prepared: &mut Prepared<'_>, bucket: Bucket<'_>, _: &mut Partial) {
        prepared.scan(&self.query, bucket);
    }

    fn finish(&self, prepared: Prepared<'_>, partial: &mut Partial) -> Option<Tallies> {
        Some(prepared.finish(partial))
    }

    fn merge(&self, mut a: Partial, b: Partial) -> Partial {
        a.sums.merge(b.sums);
        a.found.resize_with(a.found.len().max(b.found.len()), Vec::new);
        a.found.iter_mut().zip(b.found).for_each(|(mine, other)| mine.extend(other));
        a
    }

    fn step(&self, state: State, all: Partial, table: &Table) -> Next<State, FunnelAnswer> {
        match state {
            State::Count => {
                let outlines = self.outlines(all.sums);
                if outlines.is_complete() {
                    Next::Done(self.answer(&outlines, Vec::new(), table))
                } else {
                    Next::Again(State::Measure(outlines))
                }
            }
            State::Measure(outlines) => Next::Done(self.answer(&outlines, all.found, table)),
        }
    }
}

impl Funnel {
    /// What is known of all users and of the groups, which come in the answer's order.
    fn outlines(&self, sums: AllSums) -> AllOutlines {
        let AllSums { overall, mut groups, trends } = sums;
        let members = match &self.query.breakdown {
            None => Vec::new(),
            Some(Breakdown::Segments { segments }) => {
                let indexes = (0..segments.len() as u32).map(Group::Segment);
                let sums = indexes.map(|group| {
                    let sums = groups.remove(&group).unwrap_or_default();
                    (Member::One(group), sums)
                });
                sums.collect()
            }
            Some(Breakdown::Property { limit, .. }) => ranked(groups, *limit),
        };
        let n_steps = self.query.steps.len();
        let outline = |(member, sums): (Member, Sums)| (member, sums.outline(n_steps));
        let groups = members.into_iter().map(outline).collect();
        AllOutlines { overall: overall.outline(n_steps), groups, trends }
    }

    fn answer(&self, outlines: &AllOutlines, mut found: Vec<Vec<u64>>, table: &Table) -> FunnelAnswer {
        found.resize_with(outlines.n_lists(), Vec::new);
        let mut rest = found.as_mut_slice();
        let mut finish = |outline: &Outline| {
            let lists;
            (lists, rest) = std::mem::take(&mut rest).split_at_mut(outline.n_lists());
            outline.finish(&self.query, lists)
        };
        let overall = finish(&outlines.overall);
        // A query that has been checked fits the table.
        let periods = Bins::new(&self.query, table).ok().flatten();
        let trend = |found: &dyn Fn() -> Trend| match &periods {
            Some(periods) => found().finish(&self.query, periods, table.schema.end()),
            None => Vec::new(),
        };
        let named: Vec<&Group> = outlines.groups.iter().filter_map(|(member, _)| member.group()).collect();
        let group = |(member, outline): &(Member, Outline)| FunnelGroup {
            key: match member {
                Member::One(group) => group.key(&self.query, table),
                Member::Others => GroupKey::Other,
            },
            result: finish(outline),
            difference: None,
            trend: trend(&|| match member {
                Member::One(group) => outlines.trends.of(Some(group)),
                Member::Others => outlines.trends.of_others(&named),
            }),
        };
        let mut groups: Vec<FunnelGroup> = outlines.groups.iter().map(group).collect();
        difference::compare(self.query.breakdown.as_ref(), &overall, &mut groups);
        FunnelAnswer { overall, groups, trend: trend(&|| outlines.trends.of(None)) }
    }
}

/// The groups of most users first; those beyond the limit together.
fn ranked(groups: BTreeMap<Group, Sums>, limit: Option<u32>) -> Vec<(Member, Sums)> {
    let mut ranked: Vec<(Group, Sums)> = groups.into_iter().collect();
    sort_by_key(&mut ranked, |(_, sums)| std::cmp::Reverse(sums.rank()));
    let n_kept = limit.map_or(ranked.len(), |limit| ranked.len().min(limit as usize));
    let rest = ranked.split_off(n_kept);
    let mut members: Vec<(Member, Sums)> =
        ranked.into_iter().map(|(group, sums)| (Member::One(group), sums)).collect();
    if !rest.is_empty() {
        let mut others = Sums::default();
        rest.iter().for_each(|(_, sums)| others.merge(sums));
        members.push((Member::Others, others));
    }
    members
}

impl From<FunnelAnswer> for Answer {
    fn from(answer: FunnelAnswer) -> Self {
        Self::Funnel(answer)
    }
}
