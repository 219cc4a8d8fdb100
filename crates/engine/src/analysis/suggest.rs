//! A first funnel, proposed from the data: the commonest way to the rarest valuable event, and by which property its users
//! differ on that way.
//!
//! The rule, in full:
//!
//! 1. Candidates are the events that at least 1 % of the users did (and at least two users), at most
//!    [`MAX_CANDIDATES`] of them, those of most users first.
//! 2. The goal is the candidate that the fewest users did, among those that brought revenue; if none did, among those
//!    whose name sounds like a gain ([`GAINS`]); if there is none, among those that usually come late (for most other
//!    candidates, most users who did both did the other one first). None of these may sound like a loss ([`LOSSES`]). If
//!    nothing is left, the goal is the rarest candidate of all.
//! 3. An event is on the way if most users who reached the goal did it no later than the goal (first times compared); if
//!    at least three in four users who did both did so, since a milestone comes before the goal and a habit at any time;
//!    and if users who reached the goal skipped it at most half as often as the others, since what it makes no difference
//!    to skip lies beside the way. If there is none, the event that the largest majority did no later is the start. The
//!    steps are put in the order in which users usually do them.
//! 4. A step that says nothing goes: as long as nearly all users ([`PASSED_BY_ALL`]) of a step did the next one too, or
//!    there are more than [`MAX_STEPS`], the next one with the smallest loss is left out (if it is the goal, the one
//!    before it). The first step and the goal stay.
//! 5. The window is the shortest of [`WINDOWS`] that holds nine tenths of the times from the first step to the goal.
//! 6. The breakdown is the property whose groups differ most at one step: at which users of one value go on much less
//!    often than those of another ([`SuggestedBreakdown`]). If no difference is convincing, there is none.
//!
//! Three rounds: events are counted, candidates compared, and the funnel is followed. A user costs O(events + candidates² +
//! properties).

mod compare;
mod divide;
#[cfg(test)]
mod tests;
mod way;

pub use divide::{MAX_PROPERTIES, MAX_VALUES, MIN_CRAMERS_V, SuggestedBreakdown};
pub use way::{GAINS, LOSSES, MAX_STEPS, PASSED_BY_ALL, WINDOWS};

use serde::{Deserialize, Serialize};

use self::compare::{Candidates, Comparing, Counting, Counts, Pairs};
use self::divide::{Dividing, Groups};
use self::way::{Compared, Way};
use super::funnel::{FunnelQuery, Step as FunnelStep};
use super::{Analysis, Answer, Query, Step};
use crate::error::QueryError;
use crate::kernel::scope::ScopeFilter;
use crate::rule::{Attribution, Breakdown, Owner, Scope};
use crate::table::{Bucket, Table};

/// How many events are compared with each other.
pub const MAX_CANDIDATES: usize = 40;

/// Asks for a first funnel.
///
/// ```
/// use cairn_engine::Query;
/// let query: Query = serde_json::from_str(r#"{"kind": "suggest_funnel"}"#)?;
/// assert!(matches!(query, Query::SuggestFunnel(_)));
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, deny_unknown_fields)]
pub struct SuggestFunnelQuery {
    /// Which users and rows to look at.
    pub scope: Scope,
}

/// A proposed funnel.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct SuggestFunnelAnswer {
    /// The funnel, ready to run, with the scope that was asked about; none if the scope holds no event.
    pub query: Option<Box<Query>>,
    /// Why the funnel is broken down as it is; none if it is not.
    pub breakdown: Option<SuggestedBreakdown>,
}

impl SuggestFunnelQuery {
    /// Checks the query against a table.
    ///
    /// # Errors
    /// If the scope does not fit the table.
    pub fn check(&self, table: &Table) -> Result<SuggestFunnel, QueryError> {
        ScopeFilter::check(&self.scope, table)?;
        Ok(SuggestFunnel { scope: self.scope.clone() })
    }
}

/// A checked [`SuggestFunnelQuery`].
#[derive(Debug)]
pub struct SuggestFunnel {
    scope: Scope,
}

/// What a round starts from.
#[derive(Debug, Serialize, Deserialize)]
pub enum State {
    /// Count users by event.
    Count,
    /// Compare these events.
    Compare(Candidates),
    /// Follow this way, by every property.
    Divide(Way),
}

/// What a scan finds; only the present round's part holds anything.
#[derive(Debug, Default, Serialize, Deserialize)]
pub struct Partial {
    counts: Counts,
    pairs: Pairs,
    groups: Groups,
}

/// A round's look-up tables and scratch memory.
#[derive(Debug)]
#[expect(missing_docs, reason = "named after the states")]
pub enum Prepared<'t> {
    Count(Counting<'t>),
    Compare(Comparing<'t>),
    Divide(Box<Dividing<'t>>),
}

impl Analysis for SuggestFunnel {
    type State = State;
    type Partial = Partial;
    type Answer = SuggestFunnelAnswer;
    type Prepared<'t> = Prepared<'t>;
    type Kept = ();

    fn start(&self) -> State {
        State::Count
    }

    fn prepare<'t>(&self, state: &State, table: &'t Table, (): ()) -> Result<Prepared<'t>, QueryError> {
        Ok(match state {
            State::Count => Prepared::Count(Counting::new(&self.scope, table)?),
            State::Compare(candidates) => Prepared::Compare(Comparing::new(&self.scope, table, candidates)?),
            State::Divide(way) => {
                let property = divide::properties(table).next().map(|(name, _)| name);
                let query = self.funnel(way, property, table);
                Prepared::Divide(Box::new(Dividing::new(&query, table)?))
            }
        })
    }

    fn scan(&self, prepared: &mut Prepared<'_>, bucket: Bucket<'_>, partial: &mut Partial) {
        match prepared {
            Prepared::Count(counting) => counting.scan(bucket, &mut partial.counts),
            Prepared::Compare(comparing) => comparing.scan(bucket, &mut partial.pairs),
            Prepared::Divide(dividing) => dividing.scan(bucket, &mut partial.groups),
        }
    }

    fn merge(&self, mut a: Partial, b: Partial) -> Partial {
        a.counts.merge(&b.counts);
        a.pairs.merge(&b.pairs);
        a.groups.merge(&b.groups);
        a
    }

    fn step(&self, state: State, all: Partial, table: &Table) -> Step<State, SuggestFunnelAnswer> {
        match state {
            State::Count => Step::Again(State::Compare(Candidates::choose(&all.counts))),
            State::Compare(candidates) => {
                let way = Compared::new(&candidates, &all.pairs, table).way();
                match way {
                    None => Step::Done(SuggestFunnelAnswer { query: None, breakdown: None }),
                    Some(way) if way.steps.len() > 1 && divide::properties(table).next().is_some() => {
                        Step::Again(State::Divide(way))
                    }
                    Some(way) => Step::Done(self.answer(&way, None, table)),
                }
            }
            State::Divide(way) => {
                let breakdown = all.groups.breakdown(way.steps.len(), table);
                Step::Done(self.answer(&way, breakdown, table))
            }
        }
    }
}

impl SuggestFunnel {
    fn answer(&self, way: &Way, breakdown: Option<SuggestedBreakdown>, table: &Table) -> SuggestFunnelAnswer {
        let property = breakdown.as_ref().map(|breakdown| breakdown.property.as_str());
        let query = Query::Funnel(self.funnel(way, property, table));
        SuggestFunnelAnswer { query: Some(Box::new(query)), breakdown }
    }

    fn funnel(&self, way: &Way, property: Option<&str>, table: &Table) -> FunnelQuery {
        let name = |&code: &u32| table.events().dictionary.decode(code).unwrap_or_default();
        let breakdown = property.map(|property| Breakdown::Property {
            property: property.to_owned(),
            on: Owner::Event,
            attribution: Attribution::FirstTouch,
            limit: None,
        });
        FunnelQuery {
            scope: self.scope.clone(),
            steps: way.steps.iter().map(name).map(FunnelStep::event).collect(),
            window_millis: Some(way.window_millis),
            breakdown,
            ..FunnelQuery::default()
        }
    }
}

impl From<SuggestFunnelAnswer> for Answer {
    fn from(answer: SuggestFunnelAnswer) -> Self {
        Self::SuggestFunnel(answer)
    }
}

/// Adds counts that may be of different lengths, because a shard without users has none.
fn add(sums: &mut Vec<u64>, more: &[u64]) {
    sums.resize(sums.len().max(more.len()), 0);
    for (sum, value) in sums.iter_mut().zip(more) {
        *sum += value;
    }
}
