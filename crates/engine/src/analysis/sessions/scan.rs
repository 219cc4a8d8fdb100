//! The rounds: what a shard counts, and the answer made of it.

use std::cmp::Reverse;
use std::ops::Range;

use serde::{Deserialize, Serialize};

use super::{SessionPeriod, SessionSpread, SessionsAnswer, SessionsPlan};
use crate::analysis::overview::ValueCount;
use crate::error::QueryError;
use crate::kernel::order::sort_by_key;
use crate::kernel::period::Periods;
use crate::kernel::quantile::{Spread, Values, Wanted};
use crate::kernel::scope::ScopeFilter;
use crate::kernel::sessions::{Gap, Sessions};
use crate::stats::interval::wilson;
use crate::table::{Bucket, Table};

/// The quantiles that are told.
const PROBABILITIES: [f64; 6] = [0.1, 0.25, 0.5, 0.75, 0.9, 1.0];

/// What is measured: lengths, rows of a session, sessions of a user.
const N_MEASURED: usize = 3;

/// What a round starts from: what the first one found; none before it.
#[derive(Debug, Default, Serialize, Deserialize)]
pub struct State {
    pub(super) first: Option<Box<Partial>>,
}

/// What is measured on a shard, kept for the second round.
#[derive(Debug, Default)]
pub struct Amounts([Values; N_MEASURED]);

/// What a scan finds. The second round fills `found` alone.
#[derive(Debug, Default, Serialize, Deserialize)]
pub struct Partial {
    n_users: u64,
    n_events: u64,
    n_bounces: u64,
    /// Sessions by the code of their first event, and of their last.
    entries: Vec<u64>,
    exits: Vec<u64>,
    periods: Vec<PeriodCounts>,
    spreads: [Spread; N_MEASURED],
    found: [Vec<u64>; N_MEASURED],
}

#[derive(Clone, Copy, Debug, Default, Serialize, Deserialize)]
struct PeriodCounts {
    n_sessions: u64,
    n_users: u64,
    n_bounces: u64,
    millis: u64,
}

/// A round's look-up tables and scratch memory.
#[derive(Debug)]
pub struct Prepared<'t> {
    table: &'t Table,
    scope: ScopeFilter<'t>,
    sessions: Sessions<'t>,
    periods: Periods,
    amounts: Amounts,
    /// In the second round: where the quantiles lie.
    wanted: Option<[Wanted; N_MEASURED]>,
    rows: Vec<u32>,
}

impl<'t> Prepared<'t> {
    pub(super) fn new(
        plan: &SessionsPlan,
        state: &State,
        table: &'t Table,
        amounts: Amounts,
    ) -> Result<Self, QueryError> {
        Ok(Self {
            table,
            scope: ScopeFilter::new(&plan.query.scope, table)?,
            sessions: Sessions::new(plan.query.session, table)?,
            periods: plan.periods.clone(),
            amounts,
            wanted: state.first.as_ref().map(|first| first.wanted()),
            rows: Vec::new(),
        })
    }

    pub(super) fn scan(&mut self, bucket: Bucket<'_>, partial: &mut Partial) {
        if self.wanted.is_some() {
            return;
        }
        let n_codes = self.table.events().n_codes();
        partial.entries.resize(n_codes, 0);
        partial.exits.resize(n_codes, 0);
        partial.periods.resize(self.periods.len(), PeriodCounts::default());
        // Without conditions a gap cuts what lies side by side, and no list of rows is needed.
        let gap = self.sessions.gap().filter(|_| !self.scope.has_conditions());
        for user in bucket.users() {
            let rows = self.scope.rows(self.table, user);
            let mut tally = Tally {
                table: self.table,
                periods: &self.periods,
                amounts: &mut self.amounts,
                partial,
                of_user: (0, None),
            };
            if let Some(gap) = gap {
                tally.cut(gap, rows);
            } else {
                self.rows.clear();
                let rows = rows.filter(|&row| self.scope.meets_conditions(row, user));
                self.rows.extend(rows.map(|row| row as u32));
                for session in self.sessions.cut(&self.rows) {
                    tally.add(session[0] as usize, session[session.len() - 1] as usize, session.len());
                }
            }
            tally.end_user();
        }
    }

    /// Completes the shard's part of a round.
    pub(super) fn finish(self, partial: &mut Partial) -> Amounts {
        match &self.wanted {
            None => {
                for (spread, values) in partial.spreads.iter_mut().zip(&self.amounts.0) {
                    *spread = values.spread();
                }
            }
            Some(wanted) => {
                for ((found, values), wanted) in partial.found.iter_mut().zip(&self.amounts.0).zip(wanted) {
                    values.pick(wanted, found);
                }
            }
        }
        self.amounts
    }
}

/// Adds up one user's sessions.
struct Tally<'a, 't> {
    table: &'t Table,
    periods: &'a Periods,
    amounts: &'a mut Amounts,
    partial: &'a mut Partial,
    /// How many sessions there are by now, and the last one's period.
    of_user: (u64, Option<usize>),
}

impl Tally<'_, '_> {
    fn cut(&mut self, gap: Gap, rows: Range<usize>) {
        let times = &self.table.times;
        let mut first = rows.start;
        for row in rows.clone().skip(1) {
            if gap.cuts(times[row - 1], times[row]) {
                self.add(first, row - 1, row - first);
                first = row;
            }
        }
        if !rows.is_empty() {
            self.add(first, rows.end - 1, rows.end - first);
        }
    }

    /// Adds a session from its first row to its last. Sessions come in the order of their first rows, and so do their
    /// periods.
    #[inline]
    fn add(&mut self, first: usize, last: usize, n_rows: usize) {
        let Self { table, partial, .. } = self;
        let codes = &table.events().codes;
        let length = table.times[last].since(table.times[first]).unsigned_abs();
        let [lengths, sizes, _] = &mut self.amounts.0;
        lengths.push(length);
        sizes.push(n_rows as u64);
        partial.entries[codes.get(first) as usize] += 1;
        partial.exits[codes.get(last) as usize] += 1;
        let is_bounce = u64::from(n_rows == 1);
        let at = self.periods.index(table.times[first]);
        let period = &mut partial.periods[at];
        period.n_sessions += 1;
        period.n_users += u64::from(self.of_user.1 != Some(at));
        period.n_bounces += is_bounce;
        period.millis += length;
        partial.n_bounces += is_bounce;
        partial.n_events += n_rows as u64;
        self.of_user = (self.of_user.0 + 1, Some(at));
    }

    fn end_user(self) {
        if self.of_user.0 > 0 {
            self.amounts.0[2].push(self.of_user.0);
            self.partial.n_users += 1;
        }
    }
}

impl Partial {
    pub(super) fn merged(mut self, other: Self) -> Self {
        self.n_users += other.n_users;
        self.n_events += other.n_events;
        self.n_bounces += other.n_bounces;
        add(&mut self.entries, &other.entries);
        add(&mut self.exits, &other.exits);
        self.periods.resize(self.periods.len().max(other.periods.len()), PeriodCounts::default());
        for (mine, more) in self.periods.iter_mut().zip(other.periods) {
            mine.n_sessions += more.n_sessions;
            mine.n_users += more.n_users;
            mine.n_bounces += more.n_bounces;
            mine.millis += more.millis;
        }
        self.spreads.iter_mut().zip(&other.spreads).for_each(|(mine, more)| mine.merge(more));
        self.found.iter_mut().zip(other.found).for_each(|(mine, more)| mine.extend(more));
        self
    }

    fn wanted(&self) -> [Wanted; N_MEASURED] {
        self.spreads.each_ref().map(|spread| spread.wanted(&PROBABILITIES))
    }
}

fn add(sums: &mut Vec<u64>, more: &[u64]) {
    sums.resize(sums.len().max(more.len()), 0);
    sums.iter_mut().zip(more).for_each(|(sum, value)| *sum += value);
}

/// The answer, from what both rounds found.
pub(super) fn answer(periods: &Periods, first: Partial, second: Partial, table: &Table) -> SessionsAnswer {
    let wanted = first.wanted();
    let mut found = second.found;
    let mut spread = |at: usize| {
        let mean = first.spreads[at].mean()?;
        let quantiles = wanted[at].quantiles(first.spreads[at].n(), &mut found[at], PROBABILITIES)?;
        let [p10, p25, median, p75, p90, max] = quantiles;
        Some(SessionSpread { mean, p10, p25, median, p75, p90, max })
    };
    let n_sessions = first.spreads[0].n();
    SessionsAnswer {
        n_sessions,
        n_users: first.n_users,
        n_events: first.n_events,
        n_bounces: first.n_bounces,
        bounce_rate: wilson(first.n_bounces, n_sessions),
        durations: spread(0),
        events_per_session: spread(1),
        sessions_per_user: spread(2),
        entries: by_event(&first.entries, table),
        exits: by_event(&first.exits, table),
        periods: held(&first.periods).map(|at| period(periods, at, first.periods[at])).collect(),
    }
}

fn by_event(counts: &[u64], table: &Table) -> Vec<ValueCount> {
    let counted = (0_u32..).zip(counts).filter(|&(_, &n)| n > 0);
    let name = |code| table.events().dictionary.decode(code).unwrap_or_default().to_owned();
    let mut events: Vec<ValueCount> =
        counted.map(|(code, &n_events)| ValueCount { value: name(code), n_events }).collect();
    sort_by_key(&mut events, |event| Reverse(event.n_events));
    events
}

/// From the first period with a session to the last.
fn held(periods: &[PeriodCounts]) -> Range<usize> {
    let is_held = |period: &PeriodCounts| period.n_sessions > 0;
    let first = periods.iter().position(is_held).unwrap_or(0);
    first..periods.iter().rposition(is_held).map_or(first, |last| last + 1)
}

fn period(periods: &Periods, at: usize, counts: PeriodCounts) -> SessionPeriod {
    let PeriodCounts { n_sessions, n_users, n_bounces, millis } = counts;
    SessionPeriod {
        label: periods.label(at),
        start_millis: periods.start(at),
        n_sessions,
        n_users,
        n_bounces,
        mean_millis: (n_sessions > 0).then(|| millis as f64 / n_sessions as f64),
    }
}
