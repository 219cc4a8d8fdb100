//! The "aha moment": which event, done how many times in how many first days, best tells who does something later.
//!
//! ```text
//! first seen ├── 1 ── 3 ── 7 days ──┤├────────── 28 days ──────────┤
//!              invite, invite, …        pay?                         today
//!              what may tell it         what is to be told
//! ```
//!
//! What is to be told is looked for only after the longest of the first days, for all numbers of days alike: so nothing of
//! it can leak into what tells it, and all are measured against the same. Users for whom that time is not over at the end
//! of the data are left out, and counted.
//!
//! The best of many is partly lucky. So users fall into two halves by a fixed hash of their id: the best are chosen on one
//! half, and measured again on the other, which had no say in the choice.
//!
//! That an early behavior tells a later one does not say that it brings it: eager users do more of both. Two rounds: users
//! are counted by event, then those events are followed that enough users did. O(events in the first days + events done ×
//! days × times).

mod answer;
mod query;
mod scan;
#[cfg(test)]
mod tests;

pub use answer::{AhaMoment, AhaMomentAnswer, Told};
pub use query::AhaMomentQuery;
pub use scan::{Partial, Prepared};

use serde::{Deserialize, Serialize};

use super::{Analysis, Answer, Step};
use crate::error::QueryError;
use crate::kernel::order::sort_by_key;
use crate::kernel::scope::{ScopeFilter, now};
use crate::kernel::segment::RowsTest;
use crate::table::{Bucket, Table};

/// How many events are followed at most: those of most users.
pub const MAX_EVENTS: usize = 200;

/// The seed of the hash by which users fall into halves.
pub const HALF_SEED: u64 = 0x6168_615f_6d6f_6d65;

impl AhaMomentQuery {
    /// Checks the query against a table.
    ///
    /// # Errors
    /// If the scope or the target does not fit the table, the target asks what later events alone do not tell, or numbers of
    /// times or days are out of range or do not ascend.
    pub fn check(&self, table: &Table) -> Result<Aha, QueryError> {
        ScopeFilter::check(&self.scope, table)?;
        self.check_numbers()?;
        RowsTest::new(&self.target, table, now(&self.scope, table))
            .map_err(|error| error.within("target"))?;
        Ok(Aha { query: self.clone() })
    }
}

/// A checked [`AhaMomentQuery`].
#[derive(Debug)]
pub struct Aha {
    query: AhaMomentQuery,
}

/// What a round starts from.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub enum State {
    /// Count the users by event.
    Count,
    /// Follow these events, in order of their codes.
    Follow(Vec<u32>),
}

impl Analysis for Aha {
    type State = State;
    type Partial = Partial;
    type Answer = AhaMomentAnswer;
    type Prepared<'t> = Prepared<'t>;
    type Kept = ();

    fn start(&self) -> State {
        State::Count
    }

    fn prepare<'t>(&self, state: &State, table: &'t Table, (): ()) -> Result<Prepared<'t>, QueryError> {
        Prepared::new(&self.query, state, table)
    }

    fn scan(&self, prepared: &mut Prepared<'_>, bucket: Bucket<'_>, partial: &mut Partial) {
        prepared.scan(bucket, partial);
    }

    fn merge(&self, mut a: Partial, b: Partial) -> Partial {
        a.merge(b);
        a
    }

    fn step(&self, state: State, all: Partial, table: &Table) -> Step<State, AhaMomentAnswer> {
        match state {
            State::Count => Step::Again(State::Follow(self.chosen(&all, table))),
            State::Follow(codes) => Step::Done(answer::answer(&self.query, &codes, &all, table)),
        }
    }
}

impl Aha {
    /// The codes of the events that enough users did in the first days, in order.
    fn chosen(&self, all: &Partial, table: &Table) -> Vec<u32> {
        let name = |code: u32| table.events().dictionary.decode(code).unwrap_or_default();
        let is_wanted = |code: u32| {
            let (named, excluded) = (&self.query.events, &self.query.exclude_events);
            (named.is_empty() || named.iter().any(|event| event == name(code)))
                && !excluded.iter().any(|event| event == name(code))
        };
        let counted = (0_u32..).zip(&all.by_code);
        let mut chosen: Vec<(u32, u64)> = counted
            .filter(|&(code, &n_users)| n_users >= self.query.min_users.max(1) && is_wanted(code))
            .map(|(code, &n_users)| (code, n_users))
            .collect();
        sort_by_key(&mut chosen, |&(code, n_users)| (std::cmp::Reverse(n_users), code));
        chosen.truncate(MAX_EVENTS);
        let mut codes: Vec<u32> = chosen.into_iter().map(|(code, _)| code).collect();
        codes.sort_unstable();
        codes
    }
}

impl From<AhaMomentAnswer> for Answer {
    fn from(answer: AhaMomentAnswer) -> Self {
        Self::AhaMoment(answer)
    }
}
