//! The answer: each event with the numbers of times and days that tell the target best, measured on both halves.

use serde::{Deserialize, Serialize};

use super::query::AhaMomentQuery;
use super::scan::{Counts, Partial};
use crate::kernel::order::sort_by;
use crate::stats::adjust::benjamini_hochberg;
use crate::stats::interval::{Rate, wilson};
use crate::stats::two_by_two::{IndependenceTest, TwoByTwo};
use crate::table::Table;

/// Which behavior of the first days goes with what users do later.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct AhaMomentAnswer {
    /// Users whose time is over; the two halves together.
    pub n_users: u64,
    /// Those of them who met the target.
    pub n_reached: u64,
    /// `n_reached` ÷ `n_users`; none if there are no users.
    pub rate: Option<Rate>,
    /// Users left out because their first days and the time for the target are not over at the end of the data.
    pub n_not_over: u64,
    /// How many behaviors were tried: what `q_value` is adjusted for.
    pub n_tried: u64,
    /// The best behavior of each event, the highest φ on the first half first, then those of fewer days, of fewer times, by
    /// name. Behaviors that go with less of the target have a φ below 0.
    pub moments: Vec<AhaMoment>,
    /// All numbers of days and times that were tried for the first of them, in order.
    pub grid: Vec<AhaMoment>,
}

/// "Did the event at least so many times in the first days", and how well that tells who meets the target.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct AhaMoment {
    /// The event.
    pub event: String,
    /// At least so many times.
    pub times: u32,
    /// In so many first days.
    pub days: u32,
    /// Users who show it, of both halves.
    pub n_users: u64,
    /// On the half that the best were chosen on.
    pub learned: Told,
    /// On the other half, which had no say in the choice: what to go by.
    pub checked: Told,
    /// `learned.p_value`, adjusted for all behaviors tried by Benjamini and Hochberg's method.
    pub q_value: f64,
}

/// How well a behavior tells who meets the target, on one half of the users.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Told {
    /// Of the users who show the behavior, the share that meets the target (the precision); none if there are none.
    pub rate_with: Option<Rate>,
    /// Of all others, the share that meets it.
    pub rate_without: Option<Rate>,
    /// Of the users who meet the target, the share that shows the behavior (the recall).
    pub share_of_reached: Option<Rate>,
    /// The φ coefficient, which is Matthews' correlation coefficient, from −1 to 1: high only if most of those who meet the
    /// target show the behavior and few others do. None if all or none show it, or meet the target.
    pub phi: Option<f64>,
    /// The probability of such a difference or a greater one by chance, alone; 0 stands for less than 1e-300.
    pub p_value: f64,
    /// How it was computed.
    pub test: IndependenceTest,
}

/// The answer made of what the second round counted about these events.
pub(super) fn answer(query: &AhaMomentQuery, codes: &[u32], all: &Partial, table: &Table) -> AhaMomentAnswer {
    let (n_days, n_times) = (query.days.len(), query.times.len());
    let name = |code: &u32| table.events().dictionary.decode(*code).unwrap_or_default();
    let mut tried = Vec::new();
    for (event, cells) in codes.iter().zip(all.cells.chunks(n_days * n_times)) {
        for (&days, cells) in query.days.iter().zip(cells.chunks(n_times)) {
            for (&times, cell) in query.times.iter().zip(cells) {
                if is_told_apart(query, all.halves[0], cell[0]) {
                    tried.push(moment(name(event), times, days, cell, all));
                }
            }
        }
    }
    let q_values = benjamini_hochberg(&tried.iter().map(|moment| moment.learned.p_value).collect::<Vec<_>>());
    tried.iter_mut().zip(q_values).for_each(|(moment, q_value)| moment.q_value = q_value);
    let best = tried.chunk_by(|a, b| a.event == b.event).filter_map(best_of);
    let mut moments: Vec<AhaMoment> = best.cloned().collect();
    sort_by(&mut moments, |a, b| phi(b).total_cmp(&phi(a)).then_with(|| place(a).cmp(&place(b))));
    moments.truncate(query.limit as usize);
    let grid = moments.first().map_or_else(Vec::new, |first| {
        tried.iter().filter(|moment| moment.event == first.event).cloned().collect()
    });
    let sum = |side: usize| all.halves[0][side] + all.halves[1][side];
    let (n_reached, n_users) = (sum(0), sum(0) + sum(1));
    AhaMomentAnswer {
        n_users,
        n_reached,
        rate: wilson(n_reached, n_users),
        n_not_over: all.n_not_over,
        n_tried: tried.len() as u64,
        moments,
        grid,
    }
}

/// The behavior of the highest φ; of equal ones the one of fewer days, then of fewer times, which comes first.
fn best_of(of_event: &[AhaMoment]) -> Option<&AhaMoment> {
    of_event.iter().reduce(|best, next| if phi(next) > phi(best) { next } else { best })
}

fn phi(moment: &AhaMoment) -> f64 {
    moment.learned.phi.unwrap_or(-1.0)
}

fn place(moment: &AhaMoment) -> (u32, u32, &str) {
    (moment.days, moment.times, &moment.event)
}

/// Whether enough users of the first half show the behavior, and enough do not.
fn is_told_apart(query: &AhaMomentQuery, half: Counts, with: Counts) -> bool {
    let (n_with, n_half) = (with[0] + with[1], half[0] + half[1]);
    let least = query.min_users.max(1);
    n_with >= least && n_half - n_with >= least
}

fn moment(event: &str, times: u32, days: u32, cell: &[Counts; 2], all: &Partial) -> AhaMoment {
    let learned = told(all.halves[0], cell[0]);
    AhaMoment {
        event: event.to_owned(),
        times,
        days,
        n_users: cell.as_flattened().iter().sum(),
        learned,
        checked: told(all.halves[1], cell[1]),
        q_value: learned.p_value,
    }
}

fn told(half: Counts, [a, b]: Counts) -> Told {
    let table = TwoByTwo { a, b, c: half[0] - a, d: half[1] - b };
    let independence = table.independence();
    Told {
        rate_with: wilson(a, a + b),
        rate_without: wilson(table.c, table.c + table.d),
        share_of_reached: wilson(a, half[0]),
        phi: table.phi(),
        p_value: independence.p_value,
        test: independence.test,
    }
}
