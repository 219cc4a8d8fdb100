//! Journeys: which ways users take, step by step, and where the ways part.
//!
//! ```text
//! runs       a user's rows cut at session gaps        visit visit signup open │ open help
//! items      repeats joined, cut to the step limit    visit → signup → open   │ open → help
//! nodes      (step, item)                             1 visit, 1 open, 2 signup, 2 help, 3 open
//! edges      neighbors                                1 visit → signup, 1 open → help, 2 signup → open
//! ```
//!
//! Small nodes are put together as "other" and never vanish: at every node, what comes in and what starts there is what
//! goes out, what ends there and what is cut off there.
//!
//! One round, or two where the data hold more than [`MAX_ITEMS`] items: then the most frequent ones are found first, and
//! all others are "other" from the start. So tables hold at most steps × ([`MAX_ITEMS`] + 2) nodes, and no more edges and
//! paths than there are rows, whatever the file holds.

mod answer;
mod finish;
mod query;
mod runs;
mod tally;
#[cfg(test)]
mod tests;

pub use answer::{
    JourneyAnswer, JourneyEdge, JourneyGroup, JourneyNode, JourneyPath, JourneyRun, JourneyUsers,
};
pub use query::{
    Align, EndAt, JourneyItem, JourneyPlace, JourneyPoint, JourneyQuery, MAX_GROUPS, MAX_STEPS,
    NeighborRepeats,
};

use serde::{Deserialize, Serialize};

use self::runs::Runs;
use self::tally::Tally;
use super::{Analysis, Answer, Step};
use crate::error::QueryError;
use crate::kernel::order::sort_by_key;
use crate::table::{Bucket, Table};

/// How many items are told apart; the most frequent ones. All others are "other".
pub const MAX_ITEMS: usize = 500;

impl JourneyQuery {
    /// Checks the query against a table.
    ///
    /// # Errors
    /// If a number is out of range, or a rule, a segment or a point does not fit the table; the error names the field.
    pub fn check(&self, table: &Table) -> Result<Journey, QueryError> {
        query::check(self, table)?;
        Ok(Journey { query: self.clone() })
    }
}

/// A checked [`JourneyQuery`].
#[derive(Debug)]
pub struct Journey {
    query: JourneyQuery,
}

/// What a round starts from.
#[derive(Debug, Serialize, Deserialize)]
pub enum State {
    /// Count rows by item if there are too many items, else everything.
    Start,
    /// Count everything; these items are told apart, in order.
    Count(Vec<u32>),
}

/// What a scan finds; only the present round's part holds anything.
#[derive(Debug, Default, Serialize, Deserialize)]
pub struct Partial {
    /// Rows by item.
    n_rows: Vec<u64>,
    tally: tally::Sums,
}

/// A round's look-up tables and scratch memory.
#[derive(Debug)]
pub struct Prepared<'t> {
    runs: Runs<'t>,
    /// None while rows are counted by item.
    tally: Option<Tally>,
}

impl Analysis for Journey {
    type State = State;
    type Partial = Partial;
    type Answer = JourneyAnswer;
    type Prepared<'t> = Prepared<'t>;
    type Kept = ();

    fn start(&self) -> State {
        State::Start
    }

    fn prepare<'t>(&self, state: &State, table: &'t Table, (): ()) -> Result<Prepared<'t>, QueryError> {
        let runs = Runs::new(&self.query, table)?;
        let n_items = runs.items.len();
        let kept = match state {
            State::Count(kept) => Some(kept.clone()),
            State::Start => (n_items <= MAX_ITEMS).then(|| (0..n_items as u32).collect()),
        };
        let tally = kept.map(|kept| Tally::new(&self.query, &runs.items, &kept));
        Ok(Prepared { runs, tally })
    }

    fn scan(&self, prepared: &mut Prepared<'_>, bucket: Bucket<'_>, partial: &mut Partial) {
        let Prepared { runs, tally } = prepared;
        for user in bucket.users() {
            match tally {
                Some(tally) => runs.follow(user, |run| tally.add(run)),
                None => {
                    partial.n_rows.resize(runs.items.len(), 0);
                    runs.items_of(user).iter().for_each(|&item| partial.n_rows[item as usize] += 1);
                }
            }
        }
    }

    fn finish(&self, prepared: Prepared<'_>, partial: &mut Partial) {
        if let Some(tally) = prepared.tally {
            partial.tally = tally.finish();
        }
    }

    fn merge(&self, mut a: Partial, b: Partial) -> Partial {
        a.n_rows.resize(a.n_rows.len().max(b.n_rows.len()), 0);
        a.n_rows.iter_mut().zip(&b.n_rows).for_each(|(mine, other)| *mine += other);
        a.tally.merge(b.tally);
        a
    }

    fn step(&self, state: State, all: Partial, table: &Table) -> Step<State, JourneyAnswer> {
        let kept = match state {
            State::Count(kept) => kept,
            State::Start if all.n_rows.is_empty() => {
                // What is not more than that has been counted at once.
                (0..MAX_ITEMS as u32).collect()
            }
            State::Start => return Step::Again(State::Count(most_frequent(&all.n_rows))),
        };
        Step::Done(finish::answer(&self.query, all.tally, &kept, table))
    }
}

/// The items of most rows, equal ones by name, in the order of their names.
fn most_frequent(n_rows: &[u64]) -> Vec<u32> {
    let mut items: Vec<u32> = (0..n_rows.len() as u32).collect();
    sort_by_key(&mut items, |&item| (std::cmp::Reverse(n_rows[item as usize]), item));
    items.truncate(MAX_ITEMS);
    items.sort_unstable();
    items
}

impl From<JourneyAnswer> for Answer {
    fn from(answer: JourneyAnswer) -> Self {
        Self::Journey(answer)
    }
}
