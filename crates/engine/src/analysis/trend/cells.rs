//! What is counted for a series: a cell for each group and period.

use serde::{Deserialize, Serialize};

use super::Measure;
use crate::kernel::exact_sum::ExactSum;
use crate::kernel::ranks::{RankBins, Ranks};

/// A series' cells, group by group, and in a group period by period. What its measure does not need stays empty.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(super) struct Cells {
    /// Rows that count.
    pub(super) n: Vec<u64>,
    /// Different users of the period.
    users: Vec<u64>,
    /// Those of them who were in no earlier period of the window.
    new_users: Vec<u64>,
    sums: Vec<ExactSum>,
    /// Smallest or greatest values; infinite without values.
    extremes: Vec<f64>,
    /// How values are distributed; the window's whole stands behind its periods, see [`Cells::wanted`].
    ranks: Vec<Ranks>,
}

/// Which users a series has counted last, to tell one who comes again.
#[derive(Clone, Debug, Default)]
pub(super) struct Seen {
    /// By group: the user, and the user's period.
    last: Vec<u64>,
    /// By group: the user, and the window.
    first: Vec<u64>,
}

/// What the periods of a line amount to, one or many of them.
#[derive(Clone, Debug, Default)]
pub(super) struct Amount {
    n: u64,
    users: u64,
    sum: ExactSum,
    extreme: Option<f64>,
    quantile: Option<f64>,
}

impl Cells {
    pub(super) fn new(measure: &Measure, n_cells: usize) -> Self {
        let mut cells = Self { n: vec![0; n_cells], ..Self::default() };
        match measure {
            Measure::Events => {}
            Measure::Users | Measure::EventsPerUser => cells.count_users(n_cells),
            Measure::Sum { .. } | Measure::Mean { .. } => cells.sums = vec![ExactSum::default(); n_cells],
            Measure::SumPerUser { .. } => {
                cells.sums = vec![ExactSum::default(); n_cells];
                cells.count_users(n_cells);
            }
            Measure::Min { .. } => cells.extremes = vec![f64::INFINITY; n_cells],
            Measure::Max { .. } => cells.extremes = vec![f64::NEG_INFINITY; n_cells],
            Measure::Median { .. } | Measure::Quantile { .. } => {
                cells.ranks = vec![Ranks::default(); n_cells];
            }
        }
        cells
    }

    fn count_users(&mut self, n_cells: usize) {
        (self.users, self.new_users) = (vec![0; n_cells], vec![0; n_cells]);
    }

    /// Adds a row of a user: `cell` is its place, `group` that of its group, `period` and `window` say when it was.
    #[inline]
    pub(super) fn add(&mut self, cell: usize, seen: &mut Seen, who: Who, group: usize) {
        self.n[cell] += 1;
        if !self.users.is_empty() {
            let (period, window) =
                (u64::from(who.user) << 32 | u64::from(who.period), u64::from(who.user) << 1 | who.window);
            if seen.last[group] != period {
                seen.last[group] = period;
                self.users[cell] += 1;
                if seen.first[group] != window {
                    seen.first[group] = window;
                    self.new_users[cell] += 1;
                }
            }
        }
    }

    /// Adds a row's value, besides what [`Cells::add`] does.
    #[inline]
    pub(super) fn add_value(&mut self, measure: &Measure, cell: usize, value: f64) {
        match measure {
            Measure::Sum { .. } | Measure::SumPerUser { .. } | Measure::Mean { .. } => {
                self.sums[cell].add(value);
            }
            Measure::Min { .. } => self.extremes[cell] = self.extremes[cell].min(value + 0.0),
            Measure::Max { .. } => self.extremes[cell] = self.extremes[cell].max(value + 0.0),
            _ => {}
        }
    }

    /// Sets the distributions of all values of quantile measures, cell by cell.
    pub(super) fn rank(&mut self, values: &mut [Vec<f64>]) {
        self.ranks.iter_mut().zip(values).for_each(|(ranks, values)| *ranks = Ranks::of(values));
    }

    pub(super) fn merge(&mut self, other: Self) {
        add(&mut self.n, &other.n);
        add(&mut self.users, &other.users);
        add(&mut self.new_users, &other.new_users);
        self.sums.iter_mut().zip(&other.sums).for_each(|(sum, more)| sum.merge(more));
        self.ranks.iter_mut().zip(&other.ranks).for_each(|(ranks, more)| ranks.merge(more));
    }

    /// Joins the extremes of both.
    pub(super) fn merge_extremes(&mut self, other: &Self, measure: &Measure) {
        for (mine, &more) in self.extremes.iter_mut().zip(&other.extremes) {
            *mine = if matches!(measure, Measure::Min { .. }) { mine.min(more) } else { mine.max(more) };
        }
    }

    /// For a quantile measure: the bins that hold each cell's quantile, and then, for each stretch of cells of one group and
    /// window, those that hold that of all of them.
    pub(super) fn wanted(&self, probability: f64, stretches: &[std::ops::Range<usize>]) -> Vec<RankBins> {
        let whole = |stretch: &std::ops::Range<usize>| {
            let mut all = Ranks::default();
            self.ranks[stretch.clone()].iter().for_each(|ranks| all.merge(ranks));
            all.wanted(&[probability])
        };
        let cells = self.ranks.iter().map(|ranks| ranks.wanted(&[probability]));
        cells.chain(stretches.iter().map(whole)).collect()
    }

    /// One cell's amount. A user of several periods counts once in each.
    pub(super) fn amount(&self, cell: usize) -> Amount {
        Amount {
            n: self.n[cell],
            users: self.users.get(cell).copied().unwrap_or(0),
            sum: self.sums.get(cell).cloned().unwrap_or_default(),
            extreme: self.extremes.get(cell).copied().filter(|value| value.is_finite()),
            quantile: None,
        }
    }

    /// Adds the next cell of a window to the amount of those before, with the users who are new in it.
    pub(super) fn add_to(&self, running: &mut Amount, cell: usize, measure: &Measure) {
        let next = self.amount(cell);
        running.n += next.n;
        running.users += self.new_users.get(cell).copied().unwrap_or(0);
        running.sum.merge(&next.sum);
        running.extreme = match (running.extreme, next.extreme) {
            (Some(a), Some(b)) if matches!(measure, Measure::Min { .. }) => Some(a.min(b)),
            (Some(a), Some(b)) => Some(a.max(b)),
            (a, b) => a.or(b),
        };
    }
}

/// Whose row it is, and when.
#[derive(Clone, Copy, Debug)]
pub(super) struct Who {
    pub(super) user: u32,
    /// The period, counted through both windows.
    pub(super) period: u32,
    /// 0 for the shown window, 1 for the compared one.
    pub(super) window: u64,
}

impl Seen {
    pub(super) fn new(n_groups: usize) -> Self {
        Self { last: vec![u64::MAX; n_groups], first: vec![u64::MAX; n_groups] }
    }
}

impl Amount {
    pub(super) fn with_quantile(self, quantile: Option<f64>) -> Self {
        Self { quantile, ..self }
    }

    /// What the measure makes of it.
    pub(super) fn value(&self, measure: &Measure) -> Option<f64> {
        let value = match measure {
            Measure::Events => Some(self.n as f64),
            Measure::Users => Some(self.users as f64),
            Measure::EventsPerUser => ratio(Some(self.n as f64), self.users),
            Measure::Sum { .. } => self.sum.total(),
            Measure::SumPerUser { .. } => ratio(self.sum.total(), self.users),
            Measure::Mean { .. } => ratio(self.sum.total(), self.n),
            Measure::Min { .. } | Measure::Max { .. } => self.extreme,
            Measure::Median { .. } | Measure::Quantile { .. } => self.quantile,
        };
        value.filter(|value| value.is_finite())
    }
}

fn ratio(above: Option<f64>, below: u64) -> Option<f64> {
    (below > 0).then_some(above? / below as f64)
}

fn add(sums: &mut [u64], more: &[u64]) {
    sums.iter_mut().zip(more).for_each(|(sum, value)| *sum += value);
}
