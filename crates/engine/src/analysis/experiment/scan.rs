//! One shard's part: which variant each user was shown, and what the user did after it and before.

use std::collections::BTreeMap;
use std::ops::Range;

use serde::{Deserialize, Serialize};

use super::State;
use super::query::{ExperimentQuery, Measurement, Metric, numbers};
use crate::error::QueryError;
use crate::kernel::rows::RuleRows;
use crate::kernel::scope::{ScopeFilter, now};
use crate::kernel::segment;
use crate::kernel::smallest::Smallest;
use crate::kernel::sums::PerBucket;
use crate::stats::cross::Cross;
use crate::table::users::{mix, user_hash};
use crate::table::{Bitmap, Bucket, MISSING, Numbers, Table, TextColumn, UserIdx};
use crate::time::Millis;

/// What a scan finds; only the present round's part holds anything.
#[derive(Debug, Default, Serialize, Deserialize)]
pub struct Partial {
    /// Users by the variant's code.
    pub(super) n_users: BTreeMap<u32, u64>,
    pub(super) n_mixed: u64,
    pub(super) span: Option<(Millis, Millis)>,
    /// By metric: users whose time is over, and the greatest number of one.
    pub(super) measured: Vec<(u64, f64)>,
    /// By metric, the greatest numbers, negated and turned so that the greatest is the smallest.
    pub(super) top: Vec<Smallest<u64>>,
    /// By metric, group and variant.
    pub(super) cells: PerBucket<Vec<Cell>>,
    pub(super) n_not_over: Vec<u64>,
    /// By metric and run: users of the one half, the sum of their numbers in units of the largest, and of the squares.
    pub(super) runs: Vec<Run>,
    /// By metric, the same of all.
    pub(super) totals: Vec<Run>,
}

/// Moments of an arm's users, and how many have a number that is not 0.
#[derive(Clone, Copy, Debug, Default, Serialize, Deserialize)]
pub(super) struct Cell {
    pub(super) cross: Cross,
    pub(super) n_with: u64,
}

/// Sums in whole units, so that they come out the same in any order.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Run {
    pub(super) n: u64,
    pub(super) n_with: u64,
    pub(super) sum: i64,
    pub(super) squares: u128,
}

/// The largest number counts as so many units.
pub(super) const UNITS: f64 = (1_u64 << 30) as f64;

/// A round's compiled rules and scratch memory.
#[derive(Debug)]
pub struct Prepared<'t> {
    table: &'t Table,
    query: ExperimentQuery,
    state: State,
    scope: ScopeFilter<'t>,
    exposures: RuleRows<'t>,
    variants: &'t TextColumn,
    metrics: Vec<Measured<'t>>,
    segments: Vec<Bitmap>,
    found: Vec<u32>,
}

/// A compiled metric.
#[derive(Debug)]
struct Measured<'t> {
    rows: RuleRows<'t>,
    values: Option<&'t Numbers>,
    per: Option<RuleRows<'t>>,
}

/// A user's exposure.
#[derive(Clone, Copy, Debug)]
struct Exposure {
    row: usize,
    time: Millis,
    variant: u32,
}

impl<'t> Prepared<'t> {
    pub(super) fn new(query: &ExperimentQuery, state: &State, table: &'t Table) -> Result<Self, QueryError> {
        let measured = |metric: &Metric| {
            let property = match &metric.measure {
                Measurement::Sum { property } => Some(property),
                Measurement::Ratio { property, .. } => property.as_ref(),
                _ => None,
            };
            let per = match &metric.measure {
                Measurement::Ratio { per, .. } => Some(RuleRows::new(per, table)?),
                _ => None,
            };
            let values = property.map(|property| numbers(property, table)).transpose()?;
            Ok(Measured { rows: RuleRows::new(&metric.rule, table)?, values, per })
        };
        let at = now(&query.scope, table);
        let members = |named: &crate::rule::NamedSegment| segment::select(&named.segment, table, at);
        Ok(Self {
            table,
            scope: ScopeFilter::new(&query.scope, table)?,
            exposures: RuleRows::new(&query.exposure, table)?,
            variants: query.variants(table)?,
            metrics: query.metrics.iter().map(measured).collect::<Result<_, QueryError>>()?,
            segments: query.segments.iter().map(members).collect::<Result<_, _>>()?,
            query: query.clone(),
            state: state.clone(),
            found: Vec::new(),
        })
    }

    /// Adds a bucket's users.
    pub(super) fn scan(&mut self, bucket: Bucket<'_>, partial: &mut Partial) {
        self.exposures.enter(bucket);
        for metric in &mut self.metrics {
            metric.rows.enter(bucket);
            metric.per.iter_mut().for_each(|per| per.enter(bucket));
        }
        let n_metrics = self.query.metrics.len();
        partial.measured.resize(n_metrics, (0, 0.0));
        partial.n_not_over.resize(n_metrics, 0);
        if let (State::Cap(n_top, _), true) = (&self.state, partial.top.is_empty()) {
            partial.top = n_top.iter().map(|&n| Smallest::new(n)).collect();
        }
        let n_groups = 1 + self.segments.len();
        let mut cells = match &self.state {
            State::Measure(setup) => vec![Cell::default(); n_metrics * n_groups * setup.variants.len()],
            _ => Vec::new(),
        };
        for user in bucket.users() {
            match self.exposure(user) {
                Shown::Nothing => {}
                Shown::Several => partial.n_mixed += u64::from(matches!(self.state, State::Count)),
                Shown::One(exposure) => self.add(user, exposure, &mut cells, partial),
            }
        }
        if matches!(self.state, State::Measure(_)) {
            partial.cells.insert(bucket.id, cells);
        }
    }

    fn exposure(&mut self, user: UserIdx) -> Shown {
        self.found.clear();
        self.exposures.collect(user, self.scope.rows(self.table, user), &mut self.found);
        let mut shown = Shown::Nothing;
        for &row in &self.found {
            let row = row as usize;
            let variant = self.variants.codes.get(row);
            if variant == MISSING || self.scope.has_conditions() && !self.scope.meets_conditions(row, user) {
                continue;
            }
            match shown {
                Shown::Nothing => {
                    shown = Shown::One(Exposure { row, time: self.table.times[row], variant });
                }
                Shown::One(first) if first.variant != variant => return Shown::Several,
                _ => {}
            }
        }
        shown
    }

    fn add(&mut self, user: UserIdx, exposure: Exposure, cells: &mut [Cell], partial: &mut Partial) {
        if let State::Count = self.state {
            *partial.n_users.entry(exposure.variant).or_default() += 1;
            let (first, last) = partial.span.unwrap_or((exposure.time, exposure.time));
            partial.span = Some((first.min(exposure.time), last.max(exposure.time)));
        }
        for index in 0..self.metrics.len() {
            let Some((y, x)) = self.measure(index, user, exposure) else {
                partial.n_not_over[index] += u64::from(matches!(self.state, State::Count));
                continue;
            };
            match &self.state {
                State::Count => {
                    let (n, greatest) = &mut partial.measured[index];
                    *n += 1;
                    *greatest = greatest.max(y.abs());
                }
                State::Cap(..) => partial.top[index].push(descending(y)),
                State::Measure(setup) => {
                    let Some(variant) = setup.variants.iter().position(|code| *code == exposure.variant)
                    else {
                        continue;
                    };
                    let cap = setup.caps[index].unwrap_or(f64::INFINITY);
                    let (y, x) = (y.min(cap), x.min(cap));
                    let groups = std::iter::once(true)
                        .chain(self.segments.iter().map(|members| members.contains(user.0 as usize)));
                    let n_groups = 1 + self.segments.len();
                    for (group, _) in groups.enumerate().filter(|(_, is_in)| *is_in) {
                        let at = (index * n_groups + group) * setup.variants.len() + variant;
                        cells[at].cross.add(y, x);
                        cells[at].n_with += u64::from(y != 0.0);
                    }
                    let scale = setup.scales[index];
                    self.deal_out(index, user, (y, scale), partial);
                }
            }
        }
    }

    /// A user's number, and the one beside it: what the user did before, or the denominator. None if the time is not over.
    fn measure(&mut self, index: usize, user: UserIdx, exposure: Exposure) -> Option<(f64, f64)> {
        let Exposure { row, time, .. } = exposure;
        let end = self.table.schema.end();
        let rows = self.table.users.rows(user);
        let times = &self.table.times[rows.clone()];
        let at = |instant: Millis| rows.start + times.partition_point(|&time| time < instant);
        let after = match (&self.query.metrics[index].measure, self.query.window_millis) {
            (Measurement::Retention { from_day, to_day }, _) => {
                let day = |day: u32| time.plus(i64::from(day) * Millis::DAY);
                if day(*to_day) > end {
                    return None;
                }
                at(day(*from_day)).max(row + 1)..at(day(*to_day))
            }
            (_, Some(window)) if time.plus(window) > end => return None,
            (_, Some(window)) => row + 1..at(time.plus(window)),
            (_, None) => row + 1..rows.end,
        };
        let before = self.query.cuped_millis.map(|millis| at(time.plus(-millis))..at(time));
        let y = self.number(index, user, after.clone());
        let x = match (&self.metrics[index].per, before) {
            (Some(per), _) => {
                self.found.clear();
                per.collect(user, after.start..after.end.max(after.start), &mut self.found);
                self.found.len() as f64
            }
            (None, Some(before)) => self.number(index, user, before),
            (None, None) => 0.0,
        };
        Some((y, x))
    }

    fn number(&mut self, index: usize, user: UserIdx, rows: Range<usize>) -> f64 {
        self.found.clear();
        let metric = &self.metrics[index];
        metric.rows.collect(user, rows.start..rows.end.max(rows.start), &mut self.found);
        if self.query.metrics[index].is_share() {
            return f64::from(u8::from(!self.found.is_empty()));
        }
        match metric.values {
            Some(values) => self.found.iter().filter_map(|&row| values.get(row as usize)).sum(),
            None => self.found.len() as f64,
        }
    }

    /// Deals a user out at random in every run: 64 of them by one number.
    fn deal_out(&self, index: usize, user: UserIdx, (y, scale): (f64, f64), partial: &mut Partial) {
        let n_runs = self.query.aa_runs as usize;
        let metric = &self.query.metrics[index];
        if n_runs == 0 || matches!(metric.measure, Measurement::Ratio { .. }) {
            return;
        }
        let units = libm::round(y * scale) as i64;
        let own = Run {
            n: 1,
            n_with: u64::from(y != 0.0),
            sum: units,
            squares: u128::from(units.unsigned_abs()) * u128::from(units.unsigned_abs()),
        };
        let n_metrics = self.metrics.len();
        partial.totals.resize(n_metrics, Run::default());
        partial.runs.resize(n_metrics * n_runs, Run::default());
        partial.totals[index].add(&own);
        let hash = user_hash(self.table.users.id(user).as_bytes(), self.query.seed);
        let runs = &mut partial.runs[index * n_runs..][..n_runs];
        for (word, runs) in (1_u64..).zip(runs.chunks_mut(64)) {
            let bits = mix(hash.wrapping_add(word.wrapping_mul(0x9e37_79b9_7f4a_7c15)));
            for (bit, run) in runs.iter_mut().enumerate() {
                if bits >> bit & 1 == 1 {
                    run.add(&own);
                }
            }
        }
    }
}

/// What a user was shown.
enum Shown {
    Nothing,
    One(Exposure),
    Several,
}

impl Run {
    pub(super) fn add(&mut self, other: &Self) {
        self.n += other.n;
        self.n_with += other.n_with;
        self.sum += other.sum;
        self.squares += other.squares;
    }
}

/// A number's bits, turned so that greater numbers come first.
fn descending(value: f64) -> u64 {
    let bits = (value + 0.0).to_bits();
    !(if bits >> 63 == 1 { !bits } else { bits | 1 << 63 })
}

/// The number of such bits.
pub(super) fn ascending(bits: u64) -> f64 {
    let bits = !bits;
    f64::from_bits(if bits >> 63 == 1 { bits & !(1 << 63) } else { !bits })
}

impl Partial {
    /// Adds another shard's users.
    pub(super) fn merge(&mut self, other: Self) {
        other.n_users.into_iter().for_each(|(code, n)| *self.n_users.entry(code).or_default() += n);
        self.n_mixed += other.n_mixed;
        self.span = match (self.span, other.span) {
            (Some(a), Some(b)) => Some((a.0.min(b.0), a.1.max(b.1))),
            (a, b) => a.or(b),
        };
        self.measured.resize(self.measured.len().max(other.measured.len()), (0, 0.0));
        for ((n, greatest), (more, other)) in self.measured.iter_mut().zip(other.measured) {
            *n += more;
            *greatest = greatest.max(other);
        }
        self.top.resize_with(self.top.len().max(other.top.len()), Smallest::default);
        self.top.iter_mut().zip(other.top).for_each(|(mine, more)| mine.merge(more));
        self.cells = std::mem::take(&mut self.cells).merged(other.cells);
        self.n_not_over.resize(self.n_not_over.len().max(other.n_not_over.len()), 0);
        self.n_not_over.iter_mut().zip(other.n_not_over).for_each(|(mine, more)| *mine += more);
        for (mine, others) in [(&mut self.runs, &other.runs), (&mut self.totals, &other.totals)] {
            mine.resize(mine.len().max(others.len()), Run::default());
            mine.iter_mut().zip(others).for_each(|(mine, more)| mine.add(more));
        }
    }
}
