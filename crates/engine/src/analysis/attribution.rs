//! Attribution: which channels conversions are owed to, by several models side by side.
//!
//! ```text
//!             ├──────── lookback ────────┤
//! ads      mail          ads     search  ▼ payment 100        first   mail 1
//!  ●────────●─────────────●────────●─────◆                    last    search 1
//!  too early                                                  linear  a third each
//! ```
//!
//! No model measures what a channel causes; each is a rule, or of the Markov chain a description. What they agree on is
//! sure, and an experiment tells the rest. Two rounds: the first counts touches by channel, of which the commonest are
//! kept; the second follows each conversion back. O(events), times the models for touches on paths; a chain of order k
//! besides O(channels^(k+2)) a sweep.

mod answer;
mod channels;
mod finish;
mod models;
mod partial;
mod query;
mod same_value;
mod scan;
mod source;
#[cfg(test)]
mod tests;

use serde::{Deserialize, Serialize};

pub use answer::{
    AttributionAnswer, ChannelCredit, Credit, LengthCount, ListedConversion, ListedTouch, Outcome, PathCount,
    Unattributed,
};
pub use partial::Partial;
pub use query::{
    AttributionQuery, ChannelCost, ChannelRule, Conversions, Decay, MissingChannel, Model, Required,
    SameValue, SourcePart, Worthless,
};
pub use scan::Prepared;

use self::channels::{Channels, Key};
use super::{Analysis, Answer, Step};
use crate::error::QueryError;
use crate::kernel::order::sort_by;
use crate::table::{Bucket, Table};

impl AttributionQuery {
    /// Checks the query against a table.
    ///
    /// # Errors
    /// If a rule or a property does not fit the table, no event is a conversion, shares do not sum to 1, or a number is out
    /// of range.
    pub fn check(&self, table: &Table) -> Result<Attribution, QueryError> {
        self.check_fields(table)?;
        Ok(Attribution { query: self.clone() })
    }
}

/// A checked [`AttributionQuery`].
#[derive(Debug)]
pub struct Attribution {
    query: AttributionQuery,
}

/// What a round starts from.
#[derive(Debug, Serialize, Deserialize)]
pub enum State {
    /// Count touches by channel.
    Count,
    /// Share conversions out between these channels, those with most touches first, with the touches of each.
    Share(Vec<(Key, u64)>),
}

impl Analysis for Attribution {
    type State = State;
    type Partial = Partial;
    type Answer = AttributionAnswer;
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

    fn finish(&self, prepared: Prepared<'_>, partial: &mut Partial) {
        prepared.finish(partial);
    }

    fn merge(&self, mut a: Partial, b: Partial) -> Partial {
        a.merge(b);
        a
    }

    #[expect(clippy::expect_used, reason = "the rule has been checked against this table")]
    fn step(&self, state: State, mut all: Partial, table: &Table) -> Step<State, AttributionAnswer> {
        let channels = Channels::new(&self.query.channel, table).expect("the channels have been checked");
        match state {
            State::Count => {
                let mut keys: Vec<(Key, u64)> = std::mem::take(&mut all.n_touches).into_iter().collect();
                sort_by(&mut keys, |a, b| {
                    b.1.cmp(&a.1).then_with(|| channels.name(a.0).cmp(&channels.name(b.0)))
                });
                Step::Again(State::Share(keys))
            }
            State::Share(keys) => Step::Done(finish::answer(&self.query, &keys, &channels, all)),
        }
    }
}

impl From<AttributionAnswer> for Answer {
    fn from(answer: AttributionAnswer) -> Self {
        Self::Attribution(answer)
    }
}
