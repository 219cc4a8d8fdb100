//! One shard's part: the path to each conversion, and what each model makes of it.

use super::State;
use super::channels::{Channels, Key};
use super::models::{Path, Touch};
use super::partial::{Partial, Tally};
use super::query::{AttributionQuery, Conversions, Model, Worthless};
use super::same_value::SameValues;
use crate::analysis::funnel::GroupKey;
use crate::error::QueryError;
use crate::kernel::calendar::Days;
use crate::kernel::condition::{Test, Truth};
use crate::kernel::order::sort_by;
use crate::kernel::rows::RuleRows;
use crate::kernel::scope::{ScopeFilter, rows_between, zone};
use crate::rule::{EventRule, SameInstant};
use crate::stats::markov::{Chain, Converts};
use crate::table::{Bucket, Numbers, Table, UserIdx};
use crate::time::Millis;

/// What a row is to the query.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Part {
    Nothing,
    Conversion,
    Required(u8),
    Touch,
}

/// A round's compiled rules and scratch memory.
#[derive(Debug)]
pub struct Prepared<'t> {
    table: &'t Table,
    query: AttributionQuery,
    scope: ScopeFilter<'t>,
    from: Millis,
    rows: RuleRows<'t>,
    tests: Vec<(Part, Test<'t>)>,
    /// By event code, what its rows are; none if each has to be asked.
    parts: Vec<Option<Part>>,
    channels: Channels<'t>,
    same_values: Vec<SameValues<'t>>,
    values: Option<&'t Numbers>,
    /// By model, the rows of its milestone.
    milestones: Vec<Option<RuleRows<'t>>>,
    days: Option<Days>,
    /// In the second round, the channels that are kept.
    kept: Option<Kept>,
    found: Vec<u32>,
    events: Vec<(u32, Part)>,
}

/// The channels that are kept, and what the second round gathers by them.
#[derive(Debug)]
struct Kept {
    /// In order, with their indexes.
    keys: Vec<(Key, u8)>,
    /// The index of all others.
    other: u8,
    n_channels: usize,
    is_direct: Vec<bool>,
    chain: Option<Chain>,
}

impl<'t> Prepared<'t> {
    pub(super) fn new(query: &AttributionQuery, state: &State, table: &'t Table) -> Result<Self, QueryError> {
        let mut tests = vec![(Part::Conversion, Test::rule(&query.conversion, table)?)];
        for (index, required) in (0_u8..).zip(&query.required) {
            tests.push((Part::Required(index), Test::rule(&required.rule, table)?));
        }
        let any_touch = EventRule { any_of: query.touches.clone(), ..EventRule::default() };
        tests.push((Part::Touch, Test::rule(&any_touch, table)?));
        let part = |code: u32| {
            for (part, test) in &tests {
                match test.for_event(table.events(), code) {
                    Some(Truth::True) => return Some(*part),
                    Some(Truth::False) => {}
                    None => return None,
                }
            }
            Some(Part::Nothing)
        };
        let parts = (0..table.events().n_codes() as u32).map(part).collect();
        let mut any_of = vec![query.conversion.clone(), any_touch];
        any_of.extend(query.required.iter().map(|required| required.rule.clone()));
        let compiled =
            |required: &super::query::Required| SameValues::new(required.same_value.as_ref(), table);
        let milestone = |model: &Model| match model {
            Model::WShaped { milestone } => RuleRows::new(milestone, table).map(Some),
            _ => Ok(None),
        };
        let channels = Channels::new(&query.channel, table)?;
        Ok(Self {
            scope: ScopeFilter::new(&query.scope, table)?,
            from: query.scope.from.unwrap_or(Millis(i64::MIN)),
            rows: RuleRows::new(&EventRule { any_of, ..EventRule::default() }, table)?,
            tests,
            parts,
            same_values: query.required.iter().map(compiled).collect::<Result<_, _>>()?,
            values: query.values(table)?,
            milestones: query.models.iter().map(milestone).collect::<Result<_, _>>()?,
            days: query.lookback_days.map(|_| zone(&query.scope)).transpose()?.map(Days::new),
            kept: match state {
                State::Count => None,
                State::Share(keys) => Some(Kept::new(query, keys, &channels)),
            },
            channels,
            found: Vec::new(),
            events: Vec::new(),
            table,
            query: query.clone(),
        })
    }

    /// Adds a bucket's users.
    pub(super) fn scan(&mut self, bucket: Bucket<'_>, partial: &mut Partial) {
        self.rows.enter(bucket);
        self.milestones.iter_mut().flatten().for_each(|rows| rows.enter(bucket));
        let Some(kept) = &self.kept else {
            for user in bucket.users() {
                self.find(user);
                self.count_touches(partial);
            }
            return;
        };
        let n_channels = kept.n_channels;
        partial.tallies.resize_with(n_channels, Tally::default);
        let mut credits = vec![[0.0; 2]; n_channels * self.query.models.len()];
        for user in bucket.users() {
            self.find(user);
            self.follow(user, &mut credits, partial);
        }
        partial.credits.insert(bucket.id, credits);
    }

    /// Finds the user's conversions, required events and touches, in order.
    fn find(&mut self, user: UserIdx) {
        self.events.clear();
        self.found.clear();
        if !self.scope.has_user(user) {
            return;
        }
        // Touches may lie before the range by as much as the lookback allows.
        let from = match (self.query.lookback_millis, self.query.lookback_days) {
            (Some(millis), _) => Millis(self.from.0.saturating_sub(millis)),
            (None, Some(days)) => Millis(self.from.0.saturating_sub((i64::from(days) + 1) * Millis::DAY)),
            (None, None) => Millis(i64::MIN),
        };
        let to = self.query.scope.to.unwrap_or(Millis(i64::MAX));
        self.rows.collect(user, rows_between(self.table, user, from, to), &mut self.found);
        for index in 0..self.found.len() {
            let row = self.found[index];
            if self.scope.has_conditions() && !self.scope.meets_conditions(row as usize, user) {
                continue;
            }
            match self.part(row as usize, user) {
                Part::Nothing => {}
                Part::Touch if self.channels.of(row as usize).is_none() => {}
                part => self.events.push((row, part)),
            }
        }
        if self.query.same_instant == SameInstant::ByName {
            self.sort_ties();
        }
    }

    fn part(&self, row: usize, user: UserIdx) -> Part {
        if let Some(part) = self.parts[self.table.events().codes.get(row) as usize] {
            return part;
        }
        let found = self.tests.iter().find(|(_, test)| test.holds(row, user));
        found.map_or(Part::Nothing, |(part, _)| *part)
    }

    fn sort_ties(&mut self) {
        let times = &self.table.times;
        let code = |&(row, _): &(u32, Part)| self.table.events().codes.get(row as usize);
        let same = |a: &(u32, Part), b: &(u32, Part)| times[a.0 as usize] == times[b.0 as usize];
        for run in self.events.chunk_by_mut(same).filter(|run| run.len() > 1) {
            sort_by(run, |a, b| code(a).cmp(&code(b)));
        }
    }

    fn time(&self, row: u32) -> Millis {
        self.table.times[row as usize]
    }

    fn count_touches(&self, partial: &mut Partial) {
        for &(row, part) in &self.events {
            // One before the range may still be on the path to a conversion, so that its channel has to be known.
            if part == Part::Touch
                && let Some(key) = self.channels.of(row as usize)
            {
                *partial.n_touches.entry(key).or_default() += u64::from(self.time(row) >= self.from);
            }
        }
    }

    /// Follows the user from conversion to conversion.
    fn follow(&mut self, user: UserIdx, credits: &mut [[f64; 2]], partial: &mut Partial) {
        let events = std::mem::take(&mut self.events);
        let milestones: Vec<Vec<u32>> =
            self.milestones.iter().map(|rows| self.milestone_rows(rows, user)).collect();
        let (mut start, mut n_found) = (0, 0);
        for (at, &(row, part)) in events.iter().enumerate() {
            if part != Part::Conversion {
                continue;
            }
            let run = &events[start..=at];
            let after = start.checked_sub(1).map(|before| events[before].0);
            start = at + 1;
            if self.time(row) < self.from {
                continue;
            }
            n_found += 1;
            let (credited, lost) = self.path(run);
            if !lost.is_empty() {
                self.lose(&lost, partial);
            }
            let reached = |rows: &Vec<u32>| {
                let first = rows.partition_point(|&milestone| after.is_some_and(|after| milestone <= after));
                rows.get(first).copied().filter(|&milestone| milestone <= row)
            };
            let reached: Vec<Option<u32>> = milestones.iter().map(reached).collect();
            self.convert(user, row, &credited, &reached, credits, partial);
            if self.query.count == Conversions::First {
                break;
            }
        }
        if n_found == 0 || self.query.count == Conversions::Every {
            let rest = events[start..].iter().filter(|(_, part)| *part == Part::Touch);
            let lost: Vec<u32> = rest.map(|&(row, _)| row).collect();
            if lost.last().is_some_and(|&row| self.time(row) >= self.from) {
                self.lose(&lost, partial);
            }
        }
        partial.n_users += u64::from(n_found > 0);
        self.events = events;
    }

    fn milestone_rows(&self, rows: &Option<RuleRows<'_>>, user: UserIdx) -> Vec<u32> {
        let mut found = Vec::new();
        if let Some(rows) = rows {
            rows.collect(user, self.table.users.rows(user), &mut found);
        }
        found
    }

    /// The touches of a run that ends with its conversion: those on the path, and the rows of those that are not.
    fn path(&mut self, run: &[(u32, Part)]) -> (Vec<Touch>, Vec<u32>) {
        let (mut credited, mut lost) = (Vec::new(), Vec::new());
        let Some((&(conversion, _), before)) = run.split_last() else { return (credited, lost) };
        let end = self.time(conversion);
        let earliest = self.earliest(end);
        let mut missing: u64 = (1 << self.same_values.len()) - 1;
        for (at, &(row, part)) in before.iter().enumerate().rev() {
            match part {
                Part::Required(index) => {
                    if self.same_values[usize::from(index)].holds(row as usize, conversion as usize) {
                        missing &= !(1 << index);
                    }
                }
                Part::Touch if missing == 0 && self.time(row) >= earliest => {
                    credited.push(Touch {
                        row,
                        channel: self.channel(row),
                        millis: end.since(self.time(row)).unsigned_abs(),
                        n_events: (run.len() - 1 - at) as u64,
                    });
                }
                Part::Touch => lost.push(row),
                Part::Conversion | Part::Nothing => {}
            }
        }
        credited.reverse();
        lost.reverse();
        (credited, lost)
    }

    /// The earliest instant of a touch that a conversion may be owed to.
    fn earliest(&mut self, end: Millis) -> Millis {
        match (self.query.lookback_millis, self.query.lookback_days, &mut self.days) {
            (Some(millis), ..) => Millis(end.0.saturating_sub(millis)),
            (None, Some(n), Some(days)) => {
                let mut day = days.of(end);
                for _ in 1..n {
                    day = days.of(day.start.plus(-1));
                }
                day.start
            }
            _ => Millis(i64::MIN),
        }
    }

    fn channel(&self, row: u32) -> u8 {
        let Some(kept) = &self.kept else { return 0 };
        let key = self.channels.of(row as usize).unwrap_or_default();
        kept.keys.binary_search_by(|(own, _)| own.cmp(&key)).map_or(kept.other, |at| kept.keys[at].1)
    }

    fn lose(&mut self, rows: &[u32], partial: &mut Partial) {
        partial.n_lost += 1;
        let channels: Vec<u8> = rows.iter().map(|&row| self.channel(row)).collect();
        partial.path(&channels).n_lost += 1;
        if let Some(chain) = self.kept.as_mut().and_then(|kept| kept.chain.as_mut()) {
            chain.add(channels, Converts::No);
        }
    }

    fn convert(
        &mut self,
        user: UserIdx,
        row: u32,
        touches: &[Touch],
        milestones: &[Option<u32>],
        credits: &mut [[f64; 2]],
        partial: &mut Partial,
    ) {
        let value = self.value(row);
        partial.n_conversions += 1;
        partial.value.add(value);
        if self.query.list > 0 {
            let listed = touches.iter().map(|touch| (touch.channel, touch.millis, touch.n_events));
            let listed = (self.time(row), self.table.users.id(user).to_owned(), listed.collect());
            partial.list(self.query.list, listed);
        }
        if touches.is_empty() {
            partial.n_unattributed += 1;
            partial.unattributed.add(value);
            return;
        }
        let channels: Vec<u8> = touches.iter().map(|touch| touch.channel).collect();
        let tally = partial.path(&channels);
        tally.n_conversions += 1;
        tally.value.add(value);
        *partial.lengths.entry(touches.len() as u64).or_default() += 1;
        partial.tally(touches);
        let Some(kept) = &mut self.kept else { return };
        let path = Path { touches, is_direct: &kept.is_direct, milestones };
        let mut shares = Vec::new();
        for (index, model) in self.query.models.iter().enumerate() {
            if !path.share(index, model, &mut shares) {
                continue;
            }
            for (touch, &share) in touches.iter().zip(&shares).filter(|(_, share)| **share > 0.0) {
                let own = &mut credits[usize::from(touch.channel) * self.query.models.len() + index];
                own[0] += share;
                own[1] += share * value;
            }
        }
        if let Some(chain) = &mut kept.chain {
            chain.add(channels, Converts::Yes);
        }
    }

    fn value(&self, row: u32) -> f64 {
        let Some(numbers) = self.values else { return 0.0 };
        let value = numbers.get(row as usize).unwrap_or(0.0);
        if value <= 0.0 && self.query.worthless == Worthless::One { 1.0 } else { value }
    }

    /// Completes a shard's partial.
    pub(super) fn finish(self, partial: &mut Partial) {
        if let Some(chain) = self.kept.and_then(|kept| kept.chain) {
            partial.cells = chain.cells();
        }
    }
}

impl Kept {
    fn new(query: &AttributionQuery, keys: &[(Key, u64)], channels: &Channels<'_>) -> Self {
        let n_kept = keys.len().min(query.limit as usize);
        let is_direct = |(key, _): &(Key, u64)| match channels.name(*key) {
            GroupKey::Value { value } => {
                query.direct.iter().any(|direct| direct.eq_ignore_ascii_case(&value))
            }
            _ => false,
        };
        let mut is_direct: Vec<bool> = keys[..n_kept].iter().map(is_direct).collect();
        is_direct.push(false);
        let mut kept: Vec<(Key, u8)> = keys[..n_kept].iter().map(|&(key, _)| key).zip(0..).collect();
        sort_by(&mut kept, |a, b| a.0.cmp(&b.0));
        let n_channels = n_kept + usize::from(keys.len() > n_kept);
        let chain = (query.order() > 0).then(|| Chain::new(n_channels, query.order()));
        Self { keys: kept, other: n_kept as u8, n_channels, is_direct, chain }
    }
}
