//! Lifetime value: what customers have been worth by cohort, whether they are still there, and what they will be worth.
//!
//! ```text
//! first ●────●──────────●─────────┤ end │░░░░░░░░░ days ahead
//!       └ repeats 2, last ┘  age  ┘      expected purchases × expected worth of each
//! ```
//!
//! One round. Cohorts' values are exact sums; the model is fitted in `step` to at most 100,000 customers, those with
//! the smallest hashes of their ids. O(events), and some hundreds of passes over the fitted customers that differ.

mod answer;
mod finish;
mod query;
mod scan;
#[cfg(test)]
mod tests;

pub use answer::{
    BuyModel, FitProblem, Forecast, Holdout, HoldoutRow, LifetimeValueAnswer, SegmentForecast, SpendModel,
    ValueCohort,
};
pub use query::LifetimeValueQuery;
pub use scan::{Partial, Prepared};

use super::{Analysis, Answer, Step};
use crate::error::QueryError;
use crate::kernel::period::Periods;
use crate::kernel::scope::zone;
use crate::table::{Bucket, Table};

/// The most customers that a model is fitted to.
const MAX_FITTED: u32 = 100_000;

impl LifetimeValueQuery {
    /// Checks the query against a table.
    ///
    /// # Errors
    /// If a rule or a column does not fit the table, or a number is out of range.
    pub fn check(&self, table: &Table) -> Result<LifetimeValue, QueryError> {
        self.check_fields(table)?;
        let zone = zone(&self.scope)?;
        let (first, last) = table.schema.span.unwrap_or_default();
        let periods = Periods::covering(self.period, self.scope.week_start, &zone, first, last)?;
        Ok(LifetimeValue { query: self.clone(), periods })
    }
}

/// A checked [`LifetimeValueQuery`].
#[derive(Debug)]
pub struct LifetimeValue {
    query: LifetimeValueQuery,
    periods: Periods,
}

impl Analysis for LifetimeValue {
    type State = ();
    type Partial = Partial;
    type Answer = LifetimeValueAnswer;
    type Prepared<'t> = Prepared<'t>;
    type Kept = ();

    fn start(&self) {}

    fn prepare<'t>(&self, (): &(), table: &'t Table, (): ()) -> Result<Prepared<'t>, QueryError> {
        Prepared::new(&self.query, table)
    }

    fn scan(&self, prepared: &mut Prepared<'_>, bucket: Bucket<'_>, partial: &mut Partial) {
        prepared.scan(&self.periods, bucket, partial);
    }

    fn merge(&self, mut a: Partial, b: Partial) -> Partial {
        a.merge(b);
        a
    }

    fn step(&self, (): (), all: Partial, table: &Table) -> Step<(), LifetimeValueAnswer> {
        Step::Done(finish::answer(&self.query, &self.periods, table.schema.end(), all))
    }
}

impl From<LifetimeValueAnswer> for Answer {
    fn from(answer: LifetimeValueAnswer) -> Self {
        Self::LifetimeValue(answer)
    }
}
