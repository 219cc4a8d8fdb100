//! Counts of cohorts and columns: what shards exchange, and what becomes of it in the answer.

use serde::{Deserialize, Serialize};

use super::answer::{AverageCell, Cell, Cohort, RetentionTable};
use super::frame::Frame;
use super::query::{Average, Criterion, RetentionQuery};
use super::walk::Entrance;
use crate::kernel::sums::BucketSums;
use crate::stats::interval::{Rate, Z_95, wilson};
use crate::table::BucketId;

/// One group's counts. Rows and columns without any are not there.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(super) struct Tally {
    rows: Vec<Row>,
}

#[derive(Clone, Debug, Default, Serialize, Deserialize)]
struct Row {
    n_users: u64,
    /// By column: users who returned in it; under other criteria, whose last or first column with a return it is.
    hits: Vec<u64>,
    sums: Vec<BucketSums>,
}

impl Tally {
    /// Adds a user of a cohort.
    pub(super) fn add(&mut self, criterion: Criterion, bucket: BucketId, entrance: Entrance<'_>) {
        let row = at(&mut self.rows, entrance.row);
        row.n_users += 1;
        let hits = match criterion {
            Criterion::On => entrance.hits,
            Criterion::OnOrAfter => &entrance.hits[entrance.hits.len().saturating_sub(1)..],
            Criterion::OnOrBefore => &entrance.hits[..entrance.hits.len().min(1)],
        };
        for &column in hits {
            *at(&mut row.hits, column as usize) += 1;
        }
        for &(column, sum) in entrance.sums {
            at(&mut row.sums, column as usize).add(bucket, sum);
        }
    }

    /// The counts of both, of different shards.
    #[must_use]
    pub(super) fn merged(mut self, other: Self) -> Self {
        for (index, theirs) in other.rows.into_iter().enumerate() {
            let mine = at(&mut self.rows, index);
            mine.n_users += theirs.n_users;
            for (column, n) in theirs.hits.into_iter().enumerate() {
                *at(&mut mine.hits, column) += n;
            }
            for (column, sums) in theirs.sums.into_iter().enumerate() {
                let sum = at(&mut mine.sums, column);
                *sum = std::mem::take(sum).merged(sums);
            }
        }
        self
    }

    /// The counts by cohort and column under a criterion.
    pub(super) fn counts(&self, query: &RetentionQuery, n_columns: usize) -> Counts {
        let row = |row: &Row| {
            let mut hits = row.hits.clone();
            let mut sums: Vec<f64> = row.sums.iter().map(BucketSums::total).collect();
            hits.resize(n_columns, 0);
            sums.resize(n_columns, 0.0);
            cumulate(&mut hits, query.criterion, |a, b| a + b);
            cumulate(&mut sums, query.criterion, |a, b| a + b);
            if query.is_same() {
                hits[0] = row.n_users;
            }
            CountRow { n_users: row.n_users, hits, sums }
        };
        Counts { rows: self.rows.iter().map(row).collect() }
    }
}

fn at<T: Clone + Default>(list: &mut Vec<T>, index: usize) -> &mut T {
    if list.len() <= index {
        list.resize(index + 1, T::default());
    }
    &mut list[index]
}

fn cumulate<T: Copy>(list: &mut [T], criterion: Criterion, add: impl Fn(T, T) -> T) {
    match criterion {
        Criterion::On => {}
        Criterion::OnOrBefore => {
            (1..list.len()).for_each(|index| list[index] = add(list[index], list[index - 1]));
        }
        Criterion::OnOrAfter => {
            (1..list.len()).rev().for_each(|index| list[index - 1] = add(list[index - 1], list[index]));
        }
    }
}

/// A group's numbers, of all shards.
#[derive(Clone, Debug, Default)]
pub(super) struct Counts {
    rows: Vec<CountRow>,
}

#[derive(Clone, Debug, Default)]
struct CountRow {
    n_users: u64,
    hits: Vec<u64>,
    sums: Vec<f64>,
}

impl Counts {
    /// Sizes of all cohorts together.
    pub(super) fn n_entries(&self) -> u64 {
        self.rows.iter().map(|row| row.n_users).sum()
    }

    /// Adds another group's numbers.
    pub(super) fn add(&mut self, other: &Self) {
        for (index, theirs) in other.rows.iter().enumerate() {
            let mine = at(&mut self.rows, index);
            mine.n_users += theirs.n_users;
            theirs.hits.iter().enumerate().for_each(|(column, n)| *at(&mut mine.hits, column) += n);
            theirs.sums.iter().enumerate().for_each(|(column, sum)| *at(&mut mine.sums, column) += sum);
        }
    }

    /// How many cells a table of so many columns holds.
    pub(super) fn n_cells(&self, frame: &Frame, n_columns: usize) -> usize {
        let rows = self.rows.iter().enumerate().filter(|(_, row)| row.n_users > 0);
        rows.map(|(index, _)| frame.n_begun(index).min(n_columns)).sum()
    }

    /// The table of the answer, of so many columns.
    pub(super) fn table(&self, query: &RetentionQuery, frame: &Frame, n_columns: usize) -> RetentionTable {
        let is_some = |row: &CountRow| row.n_users > 0;
        let first = self.rows.iter().position(is_some).unwrap_or(0);
        let end = self.rows.iter().rposition(is_some).map_or(0, |last| last + 1);
        let cohort = |index: usize| self.rows[index].cohort(query, frame, index, n_columns);
        let cohorts: Vec<Cohort> = (first..end).map(cohort).collect();
        let n_reached = cohorts.iter().map(|cohort| cohort.cells.len()).max().unwrap_or(0);
        let average = (0..n_reached).map(|column| average(query, &cohorts, column)).collect();
        RetentionTable { n_entries: self.n_entries(), cohorts, average }
    }
}

impl CountRow {
    fn cohort(&self, query: &RetentionQuery, frame: &Frame, index: usize, n_columns: usize) -> Cohort {
        let cell = |column: usize| Cell {
            n_users: self.hits[column],
            rate: wilson(self.hits[column], self.n_users),
            is_complete: frame.is_complete(index, column),
            value_sum: query.value.is_some().then(|| finite(self.sums[column])),
        };
        let n_cells = if self.n_users == 0 { 0 } else { frame.n_begun(index).min(n_columns) };
        Cohort {
            start_millis: frame.periods.start(index),
            label: frame.periods.label(index),
            n_users: self.n_users,
            cells: (0..n_cells).map(cell).collect(),
        }
    }
}

/// Sums of money beyond all numbers are held at the greatest one.
fn finite(sum: f64) -> f64 {
    sum.clamp(f64::MIN, f64::MAX)
}

fn average(query: &RetentionQuery, cohorts: &[Cohort], column: usize) -> AverageCell {
    let cells = cohorts.iter().filter_map(|cohort| Some((cohort, cohort.cells.get(column)?)));
    let counting: Vec<(&Cohort, &Cell)> =
        cells.filter(|(_, cell)| query.average != Average::MatureOnly || cell.is_complete).collect();
    let n_entries = counting.iter().map(|(cohort, _)| cohort.n_users).sum();
    let n_users = counting.iter().map(|(_, cell)| cell.n_users).sum();
    let value: Option<f64> = counting.iter().map(|(_, cell)| cell.value_sum).sum();
    AverageCell {
        n_cohorts: counting.len() as u64,
        n_entries,
        n_users,
        rate: match query.average {
            Average::Pooled | Average::MatureOnly => wilson(n_users, n_entries),
            Average::Simple => mean_rate(&counting),
        },
        value_per_entry: value
            .filter(|_| query.value.is_some() && n_entries > 0)
            .map(|value| finite(value) / n_entries as f64),
    }
}

/// The mean of the cohorts' rates, with mean ± z √(Σ p(1−p)/n) / k.
fn mean_rate(cells: &[(&Cohort, &Cell)]) -> Option<Rate> {
    let k = cells.len() as f64;
    let rates =
        cells.iter().map(|(cohort, cell)| (cell.n_users as f64 / cohort.n_users as f64, cohort.n_users));
    let (sum, variance) = rates.fold((0.0, 0.0), |(sum, variance), (rate, n)| {
        (sum + rate, variance + rate * (1.0 - rate) / n as f64)
    });
    let (rate, half) = (sum / k, Z_95 * libm::sqrt(variance) / k);
    (!cells.is_empty()).then(|| Rate { rate, low: (rate - half).max(0.0), high: (rate + half).min(1.0) })
}
