//! What one shard finds of its customers.

use serde::{Deserialize, Serialize};

use super::{CLASSES, Rfm, SEGMENTS, State, segment_of};
use crate::error::QueryError;
use crate::kernel::features::FeatureScan;
use crate::kernel::ranks::Ranks;
use crate::kernel::scope::ScopeFilter;
use crate::kernel::sums::PerBucket;
use crate::rule::Scope;
use crate::table::{Bucket, Table, UserIdx};
use crate::time::Millis;

/// Classes of recency times classes of frequency.
pub(super) const N_CELLS: usize = CLASSES * CLASSES;

/// What a round finds on one shard.
#[derive(Debug, Default, Serialize, Deserialize)]
pub struct Partial {
    pub(super) ranks: Vec<Ranks>,
    pub(super) found: Vec<Vec<f64>>,
    pub(super) n_users_without: u64,
    pub(super) cells: PerBucket<Vec<Cell>>,
    pub(super) value_classes: Vec<u64>,
    /// Customers by segment then and now, row by row; the last row are those who had not bought then.
    pub(super) moves: Vec<u64>,
}

/// Customers of one cell, and the sums of their amounts.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(super) struct Cell {
    pub(super) n_users: u64,
    pub(super) recency_days: f64,
    pub(super) frequency: u64,
    pub(super) value: f64,
}

/// What a shard works with in a round.
#[derive(Debug)]
pub struct Prepared<'t> {
    table: &'t Table,
    state: State,
    everybody: ScopeFilter<'t>,
    customers: FeatureScan<'t>,
    before: Option<FeatureScan<'t>>,
}

impl<'t> Prepared<'t> {
    pub(super) fn new(rfm: &Rfm, state: &State, table: &'t Table) -> Result<Self, QueryError> {
        let scope = Scope { conditions: rfm.conditions.clone(), ..rfm.query.scope.clone() };
        let scan = |scope: &Scope, now| {
            FeatureScan::new(rfm.measures(), table, ScopeFilter::new(scope, table)?, now)
        };
        let earlier = |before: Millis| {
            let to = scope.to.map_or(before, |to| to.min(before));
            scan(&Scope { to: Some(to), ..scope.clone() }, before)
        };
        let before = rfm.query.before.filter(|_| matches!(state, State::Count(_)));
        Ok(Self {
            table,
            state: state.clone(),
            everybody: ScopeFilter::new(&rfm.query.scope, table)?,
            customers: scan(&scope, rfm.now)?,
            before: before.map(earlier).transpose()?,
        })
    }

    pub(super) fn scan(&mut self, bucket: Bucket<'_>, partial: &mut Partial) {
        self.customers.bucket(bucket);
        let amounts = &self.customers.amounts;
        match &self.state {
            State::Measure => {
                partial.ranks.resize(amounts.len(), Ranks::default());
                for (ranks, column) in partial.ranks.iter_mut().zip(amounts) {
                    ranks.merge(&Ranks::of(&mut column.clone()));
                }
            }
            State::Pick(bins) => {
                partial.found.resize(amounts.len(), Vec::new());
                for ((bins, column), found) in bins.iter().zip(amounts).zip(&mut partial.found) {
                    bins.pick(column, found);
                }
            }
            State::Count(_) => self.count(bucket, partial),
        }
    }

    fn count(&mut self, bucket: Bucket<'_>, partial: &mut Partial) {
        let State::Count(cuts) = &self.state else { return };
        let is_here = |&user: &UserIdx| self.everybody.n_rows(self.table, user) > 0;
        let n_here = bucket.users().filter(is_here).count();
        partial.n_users_without += (n_here - self.customers.users.len()) as u64;
        partial.value_classes.resize(CLASSES, 0);
        let mut cells = vec![Cell::default(); N_CELLS];
        for at in 0..self.customers.users.len() {
            let classes = classes(&self.customers, cuts, at);
            let cell = &mut cells[(classes.recency - 1) * CLASSES + classes.frequency - 1];
            cell.n_users += 1;
            cell.recency_days += self.customers.amounts[0][at];
            cell.frequency += self.customers.amounts[1][at] as u64;
            if let (Some(class), Some(values)) = (classes.value, self.customers.amounts.get(2)) {
                cell.value += values[at];
                partial.value_classes[class - 1] += 1;
            }
        }
        if !self.customers.users.is_empty() {
            partial.cells.insert(bucket.id, cells);
        }
        if let Some(before) = &mut self.before {
            before.bucket(bucket);
            partial.moves.resize((SEGMENTS.len() + 1) * SEGMENTS.len(), 0);
            // Whoever had bought then has bought by now, and both lists are in the users' order.
            let mut then = before.users.iter().enumerate().peekable();
            for (at, user) in self.customers.users.iter().enumerate() {
                let earlier = then.next_if(|(_, earlier)| *earlier == user);
                let from =
                    earlier.map_or(SEGMENTS.len(), |(place, _)| classes(before, cuts, place).segment());
                let to = classes(&self.customers, cuts, at).segment();
                partial.moves[from * SEGMENTS.len() + to] += 1;
            }
        }
    }
}

/// The classes of one customer, from 1.
struct Classes {
    recency: usize,
    frequency: usize,
    value: Option<usize>,
}

impl Classes {
    fn segment(&self) -> usize {
        segment_of(self.recency, self.frequency)
    }
}

fn classes(scan: &FeatureScan<'_>, cuts: &[Vec<f64>], at: usize) -> Classes {
    let class = |of: usize| {
        let amount = scan.amounts.get(of)?[at];
        Some(1 + cuts.get(of)?.iter().filter(|&&cut| amount > cut).count())
    };
    Classes {
        recency: CLASSES + 1 - class(0).unwrap_or(1),
        frequency: class(1).unwrap_or(1),
        value: class(2),
    }
}

impl Cell {
    pub(super) fn merge(&mut self, other: &Self) {
        self.n_users += other.n_users;
        self.recency_days += other.recency_days;
        self.frequency += other.frequency;
        self.value += other.value;
    }
}

impl Partial {
    pub(super) fn merged(mut self, other: Self) -> Self {
        self.ranks.resize(self.ranks.len().max(other.ranks.len()), Ranks::default());
        self.ranks.iter_mut().zip(&other.ranks).for_each(|(mine, more)| mine.merge(more));
        self.found.resize(self.found.len().max(other.found.len()), Vec::new());
        self.found.iter_mut().zip(other.found).for_each(|(mine, more)| mine.extend(more));
        self.n_users_without += other.n_users_without;
        self.cells = self.cells.merged(other.cells);
        for (mine, more) in [(&mut self.value_classes, other.value_classes), (&mut self.moves, other.moves)] {
            mine.resize(mine.len().max(more.len()), 0);
            mine.iter_mut().zip(more).for_each(|(mine, more)| *mine += more);
        }
        self
    }
}
