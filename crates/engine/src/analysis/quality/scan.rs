//! The rounds: what a shard counts, and the answer made of it.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::busy::{Busy, Rates};
use super::columns::{ColumnFound, WantedColumn};
use super::{ClockQuality, Mass, Quality, QualityAnswer, QualityQuery, days, findings};
use crate::error::QueryError;
use crate::ingest::duplicates;
use crate::kernel::calendar::Days;
use crate::kernel::order::sort_by_key;
use crate::kernel::scope::ScopeFilter;
use crate::table::users::mix;
use crate::table::{Bucket, Column, Table, UserIdx};
use crate::time::Millis;

/// 2000-01-01T00:00:00Z.
const YEAR_2000: Millis = Millis(946_684_800_000);

const MINUTE: i64 = 60 * Millis::SECOND;

/// Bins that instants fall into by a hash, so that the few instants which many events share are found without counting all.
const INSTANT_BINS: usize = 1 << 16;

/// What a round starts from.
#[derive(Debug, Default, Serialize, Deserialize)]
pub struct State {
    /// What the second round looks for.
    pub(super) wanted: Wanted,
    /// What the first round found; none before it.
    pub(super) first: Option<Box<Partial>>,
}

/// What the second round looks for.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(super) struct Wanted {
    columns: Vec<WantedColumn>,
    /// Bins of instants with enough events for a mass, in order.
    instants: Vec<u16>,
    /// Events at one instant that make a mass.
    mass: u64,
}

/// What a scan finds. The first round leaves `masses` and the columns' numbers near quantiles empty, the second all else.
#[derive(Debug, Default, Serialize, Deserialize)]
pub struct Partial {
    n_events: u64,
    n_users: u64,
    span: Option<(Millis, Millis)>,
    columns: Vec<ColumnFound>,
    days: BTreeMap<i32, u64>,
    n_duplicates: u64,
    n_double_sent: u64,
    clock: ClockCounts,
    /// Events by bin of their instant, sparse and in order.
    instants: Vec<(u16, u64)>,
    /// Events and users by instant.
    masses: BTreeMap<i64, (u64, u64)>,
    busy: Busy,
}

#[derive(Debug, Default, Serialize, Deserialize)]
struct ClockCounts {
    n_before_2000: u64,
    n_after_now: u64,
    n_whole_seconds: u64,
    n_whole_minutes: u64,
    n_midnight: u64,
}

/// A round's look-up tables and scratch memory.
#[derive(Debug)]
pub struct Prepared<'t> {
    table: &'t Table,
    scope: ScopeFilter<'t>,
    now: Option<Millis>,
    days: Days,
    rates: Rates,
    /// Rows in scope: the user's, or the bucket's.
    rows: Vec<usize>,
    /// Rows of one user and instant.
    tied: Vec<usize>,
    /// Events by bin of their instant; empty in the second round.
    instants: Vec<u64>,
    wanted: Option<Second>,
}

/// What the second round looks for, ready to be looked up.
#[derive(Debug)]
struct Second {
    columns: Vec<WantedColumn>,
    is_wanted: Vec<bool>,
}

impl<'t> Prepared<'t> {
    pub(super) fn new(quality: &Quality, state: &State, table: &'t Table) -> Result<Self, QueryError> {
        let second = || {
            let mut is_wanted = vec![false; INSTANT_BINS];
            state.wanted.instants.iter().for_each(|&bin| is_wanted[usize::from(bin)] = true);
            Second { columns: state.wanted.columns.clone(), is_wanted }
        };
        Ok(Self {
            table,
            scope: ScopeFilter::new(&quality.query.scope, table)?,
            now: quality.query.scope.now,
            days: Days::new(quality.zone.clone()),
            rates: Rates::default(),
            rows: Vec::new(),
            tied: Vec::new(),
            instants: if state.first.is_none() { vec![0; INSTANT_BINS] } else { Vec::new() },
            wanted: state.first.as_ref().map(|_| second()),
        })
    }

    pub(super) fn scan(&mut self, query: &QualityQuery, bucket: Bucket<'_>, partial: &mut Partial) {
        let table = self.table;
        partial.columns.resize_with(table.columns.len(), ColumnFound::default);
        let mut all = Vec::new();
        for user in bucket.users() {
            self.find_rows(user);
            if self.wanted.is_some() {
                self.count_masses(partial);
            } else if !self.rows.is_empty() {
                self.scan_user(query, user, partial);
            }
            all.extend_from_slice(&self.rows);
        }
        for (at, (column, found)) in table.columns.iter().zip(&mut partial.columns).enumerate() {
            match &self.wanted {
                None => found.scan(column, bucket.id, &all),
                Some(second) => found.pick(column, &all, &second.columns[at]),
            }
        }
    }

    fn find_rows(&mut self, user: UserIdx) {
        let (table, scope) = (self.table, &self.scope);
        self.rows.clear();
        self.rows.extend(scope.rows(table, user).filter(|&row| scope.meets_conditions(row, user)));
    }

    fn scan_user(&mut self, query: &QualityQuery, user: UserIdx, partial: &mut Partial) {
        let times = &self.table.times;
        partial.n_events += self.rows.len() as u64;
        partial.n_users += 1;
        let own = (times[self.rows[0]], times[self.rows[self.rows.len() - 1]]);
        partial.span = Some(partial.span.map_or(own, |all| (all.0.min(own.0), all.1.max(own.1))));
        self.rates.clear();
        for &row in &self.rows {
            let time = times[row];
            let day = self.days.of(time);
            *partial.days.entry(day.number).or_default() += 1;
            self.rates.add(time, day);
            self.instants[bin_of(time)] += 1;
            let clock = &mut partial.clock;
            clock.n_before_2000 += u64::from(time < YEAR_2000);
            clock.n_after_now += u64::from(self.now.is_some_and(|now| time > now));
            clock.n_whole_seconds += u64::from(time.0.rem_euclid(Millis::SECOND) == 0);
            clock.n_whole_minutes += u64::from(time.0.rem_euclid(MINUTE) == 0);
            clock.n_midnight += u64::from(time == day.start);
        }
        if self.rates.are_beyond(query) {
            partial.busy.add(self.rates.of(self.table.users.id(user), self.rows.len() as u64));
        }
        self.count_repeats(partial);
    }

    /// Rows stand in order of time, so that only neighbors can repeat each other.
    fn count_repeats(&mut self, partial: &mut Partial) {
        let Self { table, rows, tied, .. } = self;
        for run in rows.chunk_by(|&a, &b| table.times[a] == table.times[b]).filter(|run| run.len() > 1) {
            tied.clear();
            tied.extend_from_slice(run);
            let n_duplicates = duplicates::count_among(table, tied);
            let codes = &table.events().codes;
            tied.sort_unstable_by_key(|&row| codes.get(row));
            let n_events = tied.chunk_by(|&a, &b| codes.get(a) == codes.get(b)).count();
            partial.n_duplicates += n_duplicates;
            partial.n_double_sent += (run.len() - n_events) as u64 - n_duplicates;
        }
    }

    fn count_masses(&self, partial: &mut Partial) {
        let Some(second) = &self.wanted else { return };
        let times = &self.table.times;
        for run in self.rows.chunk_by(|&a, &b| times[a] == times[b]) {
            let time = times[run[0]];
            if second.is_wanted[bin_of(time)] {
                let (n_events, n_users) = partial.masses.entry(time.0).or_default();
                *n_events += run.len() as u64;
                *n_users += 1;
            }
        }
    }

    /// Completes the shard's part of the first round.
    pub(super) fn finish(self, partial: &mut Partial) {
        let held = (0_u16..=u16::MAX).zip(self.instants).filter(|&(_, n)| n > 0);
        partial.instants = held.collect();
    }
}

fn bin_of(time: Millis) -> usize {
    (mix(time.0.cast_unsigned()) >> 48) as usize
}

impl Partial {
    pub(super) fn merged(mut self, other: Self) -> Self {
        self.n_events += other.n_events;
        self.n_users += other.n_users;
        self.span = match (self.span, other.span) {
            (Some(a), Some(b)) => Some((a.0.min(b.0), a.1.max(b.1))),
            (a, b) => a.or(b),
        };
        self.columns.resize_with(self.columns.len().max(other.columns.len()), ColumnFound::default);
        for (mine, theirs) in self.columns.iter_mut().zip(other.columns) {
            mine.merge(theirs);
        }
        for (day, n) in other.days {
            *self.days.entry(day).or_default() += n;
        }
        self.n_duplicates += other.n_duplicates;
        self.n_double_sent += other.n_double_sent;
        self.clock.merge(&other.clock);
        self.instants = added(self.instants, other.instants);
        for (time, (n_events, n_users)) in other.masses {
            let mine = self.masses.entry(time).or_default();
            *mine = (mine.0 + n_events, mine.1 + n_users);
        }
        self.busy.merge(other.busy);
        self
    }

    /// What the second round looks for, given what the first one found.
    pub(super) fn wanted(&self, query: &QualityQuery) -> Wanted {
        let mass = query.mass.unwrap_or_else(|| (self.n_events / 1000).max(100));
        let instants = self.instants.iter().filter(|&&(_, n)| n >= mass).map(|&(bin, _)| bin);
        Wanted {
            columns: self.columns.iter().map(ColumnFound::wanted).collect(),
            instants: instants.collect(),
            mass,
        }
    }
}

impl ClockCounts {
    fn merge(&mut self, other: &Self) {
        self.n_before_2000 += other.n_before_2000;
        self.n_after_now += other.n_after_now;
        self.n_whole_seconds += other.n_whole_seconds;
        self.n_whole_minutes += other.n_whole_minutes;
        self.n_midnight += other.n_midnight;
    }
}

/// The sums of two sparse lists in order.
fn added(a: Vec<(u16, u64)>, b: Vec<(u16, u64)>) -> Vec<(u16, u64)> {
    let mut all = a;
    all.extend(b);
    all.sort_unstable();
    all.chunk_by(|a, b| a.0 == b.0).map(|run| (run[0].0, run.iter().map(|entry| entry.1).sum())).collect()
}

/// The answer, from what both rounds found.
pub(super) fn answer(
    query: &QualityQuery,
    wanted: &Wanted,
    first: Partial,
    second: Partial,
    table: &Table,
) -> QualityAnswer {
    let masses = second.masses.into_iter().filter(|&(_, (n_events, _))| n_events >= wanted.mass);
    let mut masses: Vec<Mass> = masses
        .map(|(time, (n_events, n_users))| Mass { time_millis: Millis(time), n_events, n_users })
        .collect();
    sort_by_key(&mut masses, |mass| (Reverse(mass.n_events), mass.time_millis));
    masses.truncate(QualityQuery::MOST_LISTED);
    let (early, late) = days::strays(&first.days);
    let ClockCounts { n_before_2000, n_after_now, n_whole_seconds, n_whole_minutes, n_midnight } =
        first.clock;
    let (days, silences) = days::judge(&first.days, query.score);
    let mut near = second.columns.into_iter();
    let described = first.columns.iter().zip(&table.columns).zip(&table.schema.columns).enumerate();
    let columns = described.filter_map(|(at, ((found, column), info))| {
        let near = near.next().unwrap_or_default();
        let is_event_time = matches!(column, Column::User | Column::EventTime);
        let wanted = wanted.columns.get(at)?;
        (!is_event_time).then(|| found.finish(info, column, wanted, near, query.n_values as usize))
    });
    let mut answer = QualityAnswer {
        n_events: first.n_events,
        n_users: first.n_users,
        span_millis: first.span,
        findings: Vec::new(),
        columns: columns.collect(),
        days,
        silences,
        n_duplicates: first.n_duplicates,
        n_double_sent: first.n_double_sent,
        clock: ClockQuality {
            n_before_2000,
            n_after_now,
            early,
            late,
            n_whole_seconds,
            n_whole_minutes,
            n_midnight,
            masses,
        },
        busy: first.busy.finish(),
    };
    answer.findings = findings::find(&answer);
    answer
}
