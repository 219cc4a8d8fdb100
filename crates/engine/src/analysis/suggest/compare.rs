//! The first two rounds: how many users did each event, and which of two events they did first.

use serde::{Deserialize, Serialize};

use super::way::WINDOWS;
use super::{MAX_CANDIDATES, add};
use crate::error::QueryError;
use crate::kernel::order::sort_by_key;
use crate::kernel::scope::ScopeFilter;
use crate::rule::Scope;
use crate::table::{Bucket, Column, Numbers, Role, Table, UserIdx};
use crate::time::Millis;

/// Users by event.
#[derive(Debug, Default, Serialize, Deserialize)]
pub struct Counts {
    n_users: u64,
    by_code: Vec<u64>,
    paid_by_code: Vec<u64>,
}

/// The events worth comparing, those of most users first, equal ones by code, that is by name.
#[derive(Debug, Serialize, Deserialize)]
pub struct Candidates {
    /// Users with any event in scope.
    pub(super) n_users: u64,
    /// The events' codes.
    pub(super) codes: Vec<u32>,
    /// How many users did each.
    pub(super) n_did: Vec<u64>,
    /// Which of them brought revenue.
    pub(super) paid: Vec<bool>,
}

/// Users by pair of candidates: `[a * n + b]` for candidates `a` and `b` of `n`.
#[derive(Debug, Default, Serialize, Deserialize)]
pub struct Pairs {
    /// Users who did both.
    pub(super) both: Vec<u64>,
    /// Users whose first `a` is earlier than their first `b`.
    pub(super) before: Vec<u64>,
    /// The same users by the shortest window that holds the time between, the last for longer ones.
    pub(super) within: Vec<[u64; WINDOWS.len() + 1]>,
}

/// The first round's scratch memory.
#[derive(Debug)]
pub struct Counting<'t> {
    table: &'t Table,
    scope: ScopeFilter<'t>,
    revenue: Option<&'t Numbers>,
    /// By code: the last user who did it, and who paid with it.
    did: Vec<Option<UserIdx>>,
    paid: Vec<Option<UserIdx>>,
}

/// The second round's look-up table and scratch memory.
#[derive(Debug)]
pub struct Comparing<'t> {
    table: &'t Table,
    scope: ScopeFilter<'t>,
    /// By code: the place among the candidates, if it is one.
    place: Vec<Option<usize>>,
    n_candidates: usize,
    /// The user's candidates with their first times.
    firsts: Vec<(usize, Millis)>,
    /// By place: the last user who did it.
    did: Vec<Option<UserIdx>>,
}

impl Counts {
    /// Adds another shard's counts.
    pub(super) fn merge(&mut self, other: &Self) {
        self.n_users += other.n_users;
        add(&mut self.by_code, &other.by_code);
        add(&mut self.paid_by_code, &other.paid_by_code);
    }
}

impl Candidates {
    /// The events that at least 1 % of the users did, and at least two users; if there is none, all.
    pub(super) fn choose(counts: &Counts) -> Self {
        let least = counts.n_users.div_ceil(100).max(2);
        let done_by = |least: u64| {
            (1..counts.by_code.len()).filter(|&code| counts.by_code[code] >= least).collect::<Vec<_>>()
        };
        let mut chosen = done_by(least);
        if chosen.is_empty() {
            chosen = done_by(1);
        }
        sort_by_key(&mut chosen, |&code| (std::cmp::Reverse(counts.by_code[code]), code));
        chosen.truncate(MAX_CANDIDATES);
        Self {
            n_users: counts.n_users,
            codes: chosen.iter().map(|&code| code as u32).collect(),
            n_did: chosen.iter().map(|&code| counts.by_code[code]).collect(),
            paid: chosen.iter().map(|&code| counts.paid_by_code[code] > 0).collect(),
        }
    }
}

impl Pairs {
    /// Adds another shard's counts.
    pub(super) fn merge(&mut self, other: &Self) {
        add(&mut self.both, &other.both);
        add(&mut self.before, &other.before);
        self.within.resize(self.within.len().max(other.within.len()), Default::default());
        for (sums, more) in self.within.iter_mut().zip(&other.within) {
            for (sum, value) in sums.iter_mut().zip(more) {
                *sum += value;
            }
        }
    }
}

impl<'t> Counting<'t> {
    /// Prepares the round for a scope that has been checked.
    ///
    /// # Errors
    /// If the scope does not fit the table.
    pub(super) fn new(scope: &Scope, table: &'t Table) -> Result<Self, QueryError> {
        let revenue = table.schema.with_role(Role::Revenue).and_then(|index| match table.column(index) {
            Column::Number(numbers) => Some(numbers),
            _ => None,
        });
        let n_codes = table.events().n_codes();
        let nobody = vec![None; n_codes];
        Ok(Self { table, scope: ScopeFilter::new(scope, table)?, revenue, did: nobody.clone(), paid: nobody })
    }

    /// Counts a bucket's users.
    pub(super) fn scan(&mut self, bucket: Bucket<'_>, counts: &mut Counts) {
        counts.by_code.resize(self.did.len(), 0);
        counts.paid_by_code.resize(self.did.len(), 0);
        for user in bucket.users() {
            let mut any = false;
            for row in rows(&self.scope, self.table, user) {
                any = true;
                let code = self.table.events().codes.get(row) as usize;
                counts.by_code[code] += u64::from(self.did[code].replace(user) != Some(user));
                if self.revenue.and_then(|revenue| revenue.get(row)).is_some_and(|value| value > 0.0) {
                    counts.paid_by_code[code] += u64::from(self.paid[code].replace(user) != Some(user));
                }
            }
            counts.n_users += u64::from(any);
        }
    }
}

impl<'t> Comparing<'t> {
    /// Prepares the round for a scope that has been checked.
    ///
    /// # Errors
    /// If the scope does not fit the table.
    pub(super) fn new(scope: &Scope, table: &'t Table, candidates: &Candidates) -> Result<Self, QueryError> {
        let mut place = vec![None; table.events().n_codes()];
        for (index, &code) in candidates.codes.iter().enumerate() {
            place[code as usize] = Some(index);
        }
        let n_candidates = candidates.codes.len();
        let scope = ScopeFilter::new(scope, table)?;
        Ok(Self { table, scope, place, n_candidates, firsts: Vec::new(), did: vec![None; n_candidates] })
    }

    /// Compares the first times of a bucket's users.
    pub(super) fn scan(&mut self, bucket: Bucket<'_>, pairs: &mut Pairs) {
        let n_pairs = self.n_candidates * self.n_candidates;
        pairs.both.resize(n_pairs, 0);
        pairs.before.resize(n_pairs, 0);
        pairs.within.resize(n_pairs, Default::default());
        for user in bucket.users() {
            self.firsts.clear();
            for row in rows(&self.scope, self.table, user) {
                if let Some(place) = self.place[self.table.events().codes.get(row) as usize]
                    && self.did[place].replace(user) != Some(user)
                {
                    self.firsts.push((place, self.table.times[row]));
                }
            }
            self.compare(pairs);
        }
    }

    fn compare(&self, pairs: &mut Pairs) {
        for &(a, from) in &self.firsts {
            for &(b, to) in &self.firsts {
                let pair = a * self.n_candidates + b;
                pairs.both[pair] += 1;
                if from < to {
                    let took = to.since(from);
                    let window = WINDOWS.iter().position(|&window| took <= window);
                    pairs.before[pair] += 1;
                    pairs.within[pair][window.unwrap_or(WINDOWS.len())] += 1;
                }
            }
        }
    }
}

/// The user's rows in scope, in order of time.
fn rows(scope: &ScopeFilter<'_>, table: &Table, user: UserIdx) -> impl Iterator<Item = usize> {
    scope.rows(table, user).filter(move |&row| scope.meets_conditions(row, user))
}
