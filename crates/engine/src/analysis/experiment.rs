//! Experiments: whether the variants that users were shown differ in what they do afterwards.
//!
//! ```text
//!        exposure: variant B                window
//! ●───●──────●──────────────●───────●─────────┤      ● what the metric counts
//! └─ before ─┘              1       2                 a number for each user, compared between variants
//!  (for CUPED)
//! ```
//!
//! The numbers of users are tested first: where they do not fit, no comparison is given. Two rounds, or three where large values
//! are capped: users are counted, the greatest values gathered, moments of each arm added up. O(events), and O(users) for
//! each 64 runs in which users are dealt out at random.

mod answer;
mod finish;
mod query;
mod scan;
#[cfg(test)]
mod tests;

use serde::{Deserialize, Serialize};

pub use answer::{
    AaResult, AnyTime, ArmResult, Comparison, Effect, ExperimentAnswer, GroupEffects, Lift, MetricResult,
    Problem, SampleRatio, SampleRatioOutcome, TestKind, VariantUsers, Verdict,
};
pub use query::{Adjust, ExperimentQuery, Goal, Measurement, Metric, Share, Stopping};
pub use scan::{Partial, Prepared};

use super::{Analysis, Answer, Step};
use crate::error::QueryError;
use crate::kernel::order::sort_by;
use crate::table::{Bucket, Table};
use crate::time::Millis;

/// The most variants that are compared.
const MAX_VARIANTS: usize = 10;

impl ExperimentQuery {
    /// Checks the query against a table.
    ///
    /// # Errors
    /// If a rule or a property does not fit the table, no column says the variant, or a number is out of range.
    pub fn check(&self, table: &Table) -> Result<Experiment, QueryError> {
        self.check_fields(table)?;
        Ok(Experiment { query: self.clone() })
    }
}

/// A checked [`ExperimentQuery`].
#[derive(Debug)]
pub struct Experiment {
    query: ExperimentQuery,
}

/// What a round starts from.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub enum State {
    /// Count users by variant.
    Count,
    /// Gather so many of the greatest numbers of each metric.
    Cap(Vec<u32>, Setup),
    /// Add up the arms' moments.
    Measure(Setup),
}

/// What is known after the first round.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Setup {
    /// The variants' codes, in the answer's order, with their users.
    variants: Vec<u32>,
    n_users: Vec<u64>,
    n_mixed: u64,
    n_left_out: u64,
    span: Option<(Millis, Millis)>,
    n_not_over: Vec<u64>,
    /// By metric, users whose time is over, units in a number, and the cap.
    n_measured: Vec<u64>,
    scales: Vec<f64>,
    caps: Vec<Option<f64>>,
}

impl Analysis for Experiment {
    type State = State;
    type Partial = Partial;
    type Answer = ExperimentAnswer;
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

    fn step(&self, state: State, all: Partial, table: &Table) -> Step<State, ExperimentAnswer> {
        match state {
            State::Count => {
                let setup = self.setup(all, table);
                let n_top = |(metric, &n): (&Metric, &u64)| match self.query.winsorize {
                    Some(quantile) if metric.is_amount() => {
                        libm::ceil((1.0 - quantile) * n as f64) as u32 + 2
                    }
                    _ => 0,
                };
                let n_top: Vec<u32> = self.query.metrics.iter().zip(&setup.n_measured).map(n_top).collect();
                if n_top.iter().all(|&n| n == 0) {
                    return Step::Again(State::Measure(setup));
                }
                Step::Again(State::Cap(n_top, setup))
            }
            State::Cap(_, mut setup) => {
                let quantile = self.query.winsorize.unwrap_or(1.0);
                let caps = all.top.into_iter().zip(&setup.n_measured);
                let caps: Vec<Option<f64>> =
                    caps.map(|(top, &n)| finish::cap(&top.in_order(), n, quantile)).collect();
                let metrics = self.query.metrics.iter().zip(caps);
                setup.caps = metrics.map(|(metric, cap)| cap.filter(|_| metric.is_amount())).collect();
                setup.caps.resize(self.query.metrics.len(), None);
                Step::Again(State::Measure(setup))
            }
            State::Measure(setup) => Step::Done(finish::answer(&self.query, &setup, all, table)),
        }
    }
}

impl Experiment {
    fn setup(&self, all: Partial, table: &Table) -> Setup {
        let name = |code: u32| self.query.variants(table).ok().and_then(|text| text.dictionary.decode(code));
        let mut variants: Vec<(u32, u64)> = all.n_users.into_iter().collect();
        sort_by(&mut variants, |a, b| b.1.cmp(&a.1));
        let n_left_out = variants.iter().skip(MAX_VARIANTS).map(|(_, n)| n).sum();
        variants.truncate(MAX_VARIANTS);
        let is_control = |code: u32| self.query.control.as_deref() == name(code);
        sort_by(&mut variants, |a, b| (!is_control(a.0)).cmp(&!is_control(b.0)).then(a.0.cmp(&b.0)));
        let scale = |&(_, greatest): &(u64, f64)| if greatest > 0.0 { scan::UNITS / greatest } else { 1.0 };
        Setup {
            variants: variants.iter().map(|(code, _)| *code).collect(),
            n_users: variants.iter().map(|(_, n)| *n).collect(),
            n_mixed: all.n_mixed,
            n_left_out,
            span: all.span,
            n_not_over: all.n_not_over,
            scales: all.measured.iter().map(scale).collect(),
            caps: vec![None; self.query.metrics.len()],
            n_measured: all.measured.iter().map(|(n, _)| *n).collect(),
        }
    }
}

impl From<ExperimentAnswer> for Answer {
    fn from(answer: ExperimentAnswer) -> Self {
        Self::Experiment(answer)
    }
}
