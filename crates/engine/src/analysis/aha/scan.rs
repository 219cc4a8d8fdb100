//! One shard's part: what each user did in the first days, and whether the target was met afterwards.

use std::ops::Range;

use serde::{Deserialize, Serialize};

use super::query::AhaMomentQuery;
use super::{HALF_SEED, State};
use crate::error::QueryError;
use crate::kernel::scope::{ScopeFilter, now};
use crate::kernel::segment::RowsTest;
use crate::table::users::user_hash;
use crate::table::{Bucket, Table, UserIdx};
use crate::time::Millis;

/// Users of one half: those who met the target, and those who did not.
pub(super) type Counts = [u64; 2];

/// What a scan counts; only the present round's part holds anything but the users.
#[derive(Debug, Default, Serialize, Deserialize)]
pub struct Partial {
    /// The half that the best are chosen on, and the other one.
    pub(super) halves: [Counts; 2],
    pub(super) n_not_over: u64,
    /// First round, by event code: users of the first half who did it in the first days.
    pub(super) by_code: Vec<u64>,
    /// Second round: users who did event e at least so many times in so many days, at `(e · days + day) · times + time`.
    pub(super) cells: Vec<[Counts; 2]>,
}

/// A round's look-up tables and scratch memory.
#[derive(Debug)]
pub struct Prepared<'t> {
    table: &'t Table,
    scope: ScopeFilter<'t>,
    target: RowsTest<'t>,
    query: AhaMomentQuery,
    /// The last instant at which a user may have been seen first for the time afterwards to be over.
    last_first: Millis,
    round: Following,
}

/// What a round counts.
#[derive(Debug)]
enum Following {
    /// By code, the last user who did it.
    All(Vec<Option<UserIdx>>),
    /// By code the event's place, and by place and day how often the user at hand did it.
    Some { places: Vec<u32>, counts: Vec<u32>, done: Vec<u32> },
}

/// Stands for an event that is not followed.
const NONE: u32 = u32::MAX;

impl<'t> Prepared<'t> {
    pub(super) fn new(query: &AhaMomentQuery, state: &State, table: &'t Table) -> Result<Self, QueryError> {
        let n_codes = table.events().n_codes();
        let round = match state {
            State::Count => Following::All(vec![None; n_codes]),
            State::Follow(codes) => {
                let mut places = vec![NONE; n_codes];
                for (place, &code) in (0_u32..).zip(codes) {
                    places[code as usize] = place;
                }
                let counts = vec![0; codes.len() * query.days.len()];
                Following::Some { places, counts, done: Vec::new() }
            }
        };
        let days = i64::from(query.last_day()) + query.target_days.map_or(0, i64::from);
        Ok(Self {
            table,
            scope: ScopeFilter::new(&query.scope, table)?,
            target: RowsTest::new(&query.target, table, now(&query.scope, table))
                .map_err(|error| error.within("target"))?,
            query: query.clone(),
            last_first: table.schema.end().plus(-days * Millis::DAY),
            round,
        })
    }

    /// Adds a bucket's users.
    pub(super) fn scan(&mut self, bucket: Bucket<'_>, partial: &mut Partial) {
        match &self.round {
            Following::All(did) => partial.by_code.resize(did.len(), 0),
            Following::Some { counts, .. } => {
                let n_cells = counts.len() * self.query.times.len();
                partial.cells.resize(n_cells, [[0, 0], [0, 0]]);
            }
        }
        for user in bucket.users() {
            let rows = self.table.users.rows(user);
            let Some(&first) = self.table.times.get(rows.start).filter(|_| !rows.is_empty()) else {
                continue;
            };
            if !self.scope.has_user(user) || !self.scope.has_time(first) {
                continue;
            }
            if first > self.last_first {
                partial.n_not_over += 1;
                continue;
            }
            self.add(user, rows, first, partial);
        }
    }

    fn add(&mut self, user: UserIdx, rows: Range<usize>, first: Millis, partial: &mut Partial) {
        let times = &self.table.times[rows.clone()];
        let after = |days: u32| first.plus(i64::from(days) * Millis::DAY);
        let early_end = times.partition_point(|&time| time < after(self.query.last_day()));
        let early = rows.start..rows.start + early_end;
        let half = usize::from(is_checked(self.table.users.id(user)));
        let late_end = match self.query.target_days {
            Some(days) => times.partition_point(|&time| time < after(self.query.last_day() + days)),
            None => times.len(),
        };
        let late = early.end..rows.start + late_end.max(early_end);
        let side = usize::from(!self.target.holds(user, &late));
        partial.halves[half][side] += 1;
        let counts = |row: &usize| !self.scope.has_conditions() || self.scope.meets_conditions(*row, user);
        let codes = &self.table.events().codes;
        match &mut self.round {
            Following::All(did) if half == 0 => {
                for row in early.filter(counts) {
                    let code = codes.get(row) as usize;
                    partial.by_code[code] += u64::from(did[code].replace(user) != Some(user));
                }
            }
            Following::All(_) => {}
            Following::Some { places, counts: counted, done } => {
                let n_days = self.query.days.len();
                let ends: Vec<Millis> = self.query.days.iter().map(|&days| after(days)).collect();
                for row in early.filter(counts) {
                    let place = places[codes.get(row) as usize];
                    if place == NONE {
                        continue;
                    }
                    let day = ends.partition_point(|&end| end <= self.table.times[row]);
                    let own = &mut counted[place as usize * n_days..][..n_days];
                    if own.iter().all(|&n| n == 0) {
                        done.push(place);
                    }
                    own[day] += 1;
                }
                for place in done.drain(..) {
                    let own = &mut counted[place as usize * n_days..][..n_days];
                    let n_times = self.query.times.len();
                    let cells = &mut partial.cells[place as usize * n_days * n_times..][..n_days * n_times];
                    let mut n = 0;
                    for (in_days, cells) in own.iter_mut().zip(cells.chunks_mut(n_times)) {
                        n += std::mem::take(in_days);
                        let enough = self.query.times.iter().zip(cells).take_while(|(times, _)| **times <= n);
                        enough.for_each(|(_, cell)| cell[half][side] += 1);
                    }
                }
            }
        }
    }
}

/// Whether a user is in the half on which the best are measured again.
pub(super) fn is_checked(id: &str) -> bool {
    user_hash(id.as_bytes(), HALF_SEED) & 1 == 1
}

impl Partial {
    /// Adds another shard's users.
    pub(super) fn merge(&mut self, other: Self) {
        add(&mut self.halves, &other.halves);
        self.n_not_over += other.n_not_over;
        self.by_code.resize(self.by_code.len().max(other.by_code.len()), 0);
        self.by_code.iter_mut().zip(other.by_code).for_each(|(mine, more)| *mine += more);
        self.cells.resize(self.cells.len().max(other.cells.len()), [[0, 0], [0, 0]]);
        self.cells.iter_mut().zip(&other.cells).for_each(|(mine, more)| add(mine, more));
    }
}

fn add(sums: &mut [Counts; 2], more: &[Counts; 2]) {
    sums.as_flattened_mut().iter_mut().zip(more.as_flattened()).for_each(|(sum, more)| *sum += more);
}
