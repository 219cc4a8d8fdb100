//! Features: the numbers by which users are told apart, how each is distributed, and how they go together.
//!
//! ```text
//!            events  sessions  pro      ┌ mean, quartiles, bins of each column
//! ann            12         3    1      │
//! ben             1         1    0   ─→ ┤
//! cleo           40         9    –      └ correlation of every two columns, where both are known
//! ```
//!
//! One round, or two where the features are chosen from the data. O(rows + users × features), and O(sample × features²)
//! for the correlations.

mod answer;
#[cfg(test)]
mod tests;

use serde::{Deserialize, Serialize};

use self::answer::Column;
use super::cluster::survey;
use super::{Analysis, Answer, Step};
use crate::error::{QueryError, QueryProblem};
use crate::kernel::features::{FeatureScan, MAX_FEATURES, Measure, measures};
use crate::kernel::sample::Sample;
use crate::kernel::scope::{ScopeFilter, now};
use crate::kernel::sums::PerBucket;
use crate::rule::{Feature, Scaling, Scope, Touch};
use crate::stats::moments::Moments;
use crate::table::users::{mix, user_hash};
use crate::table::{Bucket, ColumnIdx, Kind, Role, Table};
use crate::time::Millis;

/// Asks how features are distributed over users, and how they go together. Users without a row in scope have none.
///
/// ```
/// use cairn_engine::Query;
/// let query: Query = serde_json::from_str(
///     r#"{"kind": "feature", "scaling": "rank",
///         "features": [{"kind": "sessions"}, {"kind": "days_until", "event": "payment"}]}"#,
/// )?;
/// assert!(matches!(query, Query::Feature(_)));
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, deny_unknown_fields)]
pub struct FeatureQuery {
    /// Which users, and which of their rows the features look at. Recency and tenure are measured from its `now`.
    pub scope: Scope,
    /// What is computed, 1 to [`MAX_FEATURES`] features. None = a set for these data: what
    /// [`ClusterQuery`](super::cluster::ClusterQuery) would choose, and then sessions, breadth, the mean of every number
    /// column with the role score, and every value of text columns that have at most [`FEW_VALUES`] (the earliest one
    /// of a column with the role channel, the latest one of others).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub features: Option<Vec<Feature>>,
    /// How amounts are scaled before they are correlated: by `rank`, the correlations are Spearman's.
    pub scaling: Scaling,
    /// Into how many bins each feature is counted, 1 to [`MAX_BINS`].
    pub bins: u32,
}

impl Default for FeatureQuery {
    fn default() -> Self {
        Self { scope: Scope::default(), features: None, scaling: Scaling::Auto, bins: 12 }
    }
}

/// How many bins may be asked for.
pub const MAX_BINS: u32 = 100;

/// A text column with no more values than these is a category.
pub const FEW_VALUES: usize = 8;

/// Users of whom quartiles, bins and correlations are taken, if there are more.
pub const SAMPLE_USERS: usize = 4_096;

/// How features are distributed and go together.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct FeatureAnswer {
    /// Users in scope.
    pub n_users: u64,
    /// The instant that recency and tenure are measured from.
    pub now: Millis,
    /// Users of whom quartiles, bins and correlations are taken: all, or [`SAMPLE_USERS`] with the least hashes.
    pub n_sampled: u64,
    /// The features, in the query's order.
    pub features: Vec<FeatureSummary>,
    /// `correlations[i][j]`: Pearson's correlation of features `i` and `j` on their scales, −1 to 1, over the sampled
    /// users who have both; none where there are fewer than two of them or one of the features is the same for all.
    pub correlations: Vec<Vec<Option<f64>>>,
}

/// How one feature is distributed, in plain units: events, days, money.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct FeatureSummary {
    /// The feature.
    pub feature: Feature,
    /// Users who have it.
    pub n_known: u64,
    /// Users for whom it is missing.
    pub n_missing: u64,
    /// Its mean; none if it is missing for all, as are the next four.
    pub mean: Option<f64>,
    /// Its standard deviation (divided by n).
    pub deviation: Option<f64>,
    /// The least amount.
    pub least: Option<f64>,
    /// The greatest amount.
    pub most: Option<f64>,
    /// Quartiles (type 7) of the sampled users: a quarter, half and three quarters of them lie below.
    pub quartiles: Option<[f64; 3]>,
    /// The sampled users by amount: bins of equal width on the feature's own scale, from the least to the greatest. One bin
    /// if it is the same for all, none if it is missing for all.
    pub bins: Vec<FeatureBin>,
}

/// Users with an amount in a range.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct FeatureBin {
    /// Where the range starts, inclusive.
    pub from: f64,
    /// Where it ends: exclusive, and inclusive in the last bin.
    pub to: f64,
    /// Sampled users in it.
    pub n_users: u64,
}

impl FeatureQuery {
    /// Checks the query against a table.
    ///
    /// # Errors
    /// If the scope or a feature does not fit the table, or a number is out of its range.
    pub fn check(&self, table: &Table) -> Result<Features, QueryError> {
        ScopeFilter::check(&self.scope, table)?;
        QueryError::check_range("bins", i64::from(self.bins), 1, i64::from(MAX_BINS))?;
        let given = match &self.features {
            Some(features) if features.is_empty() => {
                let hint = "name at least one feature, or leave the choice to the data".to_owned();
                return Err(QueryError::new("features", QueryProblem::Empty { hint }));
            }
            Some(features) => Some(measures(features.iter(), table)?),
            None => None,
        };
        Ok(Features { query: self.clone(), given })
    }
}

/// A checked [`FeatureQuery`].
#[derive(Debug)]
pub struct Features {
    query: FeatureQuery,
    given: Option<Vec<Measure>>,
}

/// What a round starts from.
#[derive(Debug, Serialize, Deserialize)]
pub enum State {
    /// Find the events worth a feature.
    Survey,
    /// Compute these.
    Measure(Vec<Measure>),
}

/// What a round finds on one shard.
#[derive(Debug, Default, Serialize, Deserialize)]
pub struct Partial {
    survey: survey::Found,
    n_users: u64,
    moments: PerBucket<Vec<Moments>>,
    /// The least and the greatest amount of each feature.
    ranges: Vec<(f64, f64)>,
    sample: Sample,
}

/// What a shard works with in a round.
#[derive(Debug)]
pub enum Prepared<'t> {
    /// Looking for events.
    Survey(survey::Scan<'t>),
    /// Computing features.
    Measure(Box<FeatureScan<'t>>, &'t Table),
}

/// The seed of the sample; the same users whatever is asked of them.
const SAMPLE_SEED: u64 = mix(0x6665_6174);

impl Analysis for Features {
    type State = State;
    type Partial = Partial;
    type Answer = FeatureAnswer;
    type Prepared<'t> = Prepared<'t>;
    type Kept = ();

    fn start(&self) -> State {
        self.given.clone().map_or(State::Survey, State::Measure)
    }

    fn prepare<'t>(&self, state: &State, table: &'t Table, (): ()) -> Result<Prepared<'t>, QueryError> {
        let scope = &self.query.scope;
        let filter = ScopeFilter::new(scope, table)?;
        Ok(match state {
            State::Survey => Prepared::Survey(survey::Scan::new(table, filter)),
            State::Measure(measures) => {
                let scan = FeatureScan::new(measures.clone(), table, filter, now(scope, table))?;
                Prepared::Measure(Box::new(scan), table)
            }
        })
    }

    fn scan(&self, prepared: &mut Prepared<'_>, bucket: Bucket<'_>, partial: &mut Partial) {
        match prepared {
            Prepared::Survey(scan) => scan.bucket(bucket, &mut partial.survey),
            Prepared::Measure(scan, table) => {
                scan.bucket(bucket);
                partial.add(bucket, scan, table);
            }
        }
    }

    fn merge(&self, a: Partial, b: Partial) -> Partial {
        let wider = |(a, b): (&(f64, f64), &(f64, f64))| (a.0.min(b.0), a.1.max(b.1));
        let ranges = match (a.ranges.is_empty(), b.ranges.is_empty()) {
            (true, _) => b.ranges,
            (_, true) => a.ranges,
            _ => a.ranges.iter().zip(&b.ranges).map(wider).collect(),
        };
        Partial {
            survey: a.survey.merged(b.survey),
            n_users: a.n_users + b.n_users,
            moments: a.moments.merged(b.moments),
            ranges,
            sample: a.sample.merged(b.sample),
        }
    }

    fn step(&self, state: State, all: Partial, table: &Table) -> Step<State, FeatureAnswer> {
        match state {
            State::Survey => Step::Again(State::Measure(chosen(&all.survey, table))),
            State::Measure(measures) => Step::Done(self.answer(&measures, all, table)),
        }
    }
}

impl Partial {
    fn add(&mut self, bucket: Bucket<'_>, scan: &FeatureScan<'_>, table: &Table) {
        if scan.users.is_empty() {
            return;
        }
        let known = |column: &Vec<f64>| column.iter().copied().filter(|amount| !amount.is_nan()).collect();
        self.n_users += scan.users.len() as u64;
        self.moments.insert(bucket.id, scan.amounts.iter().map(known).collect());
        self.ranges.resize(scan.amounts.len(), (f64::INFINITY, f64::NEG_INFINITY));
        for ((least, most), column) in self.ranges.iter_mut().zip(&scan.amounts) {
            // The least and the greatest of a number and NaN are the number.
            *least = column.iter().copied().fold(*least, f64::min);
            *most = column.iter().copied().fold(*most, f64::max);
        }
        for (at, &user) in scan.users.iter().enumerate() {
            let hash = user_hash(table.users.id(user).as_bytes(), SAMPLE_SEED);
            self.sample.add(hash, scan.amounts.iter().map(|column| column[at]), SAMPLE_USERS);
        }
    }
}

impl Features {
    fn answer(&self, measures: &[Measure], mut all: Partial, table: &Table) -> FeatureAnswer {
        let mut moments = vec![Moments::default(); measures.len()];
        for of_bucket in all.moments.in_order() {
            moments.iter_mut().zip(of_bucket).for_each(|(all, more)| *all = all.merged(more));
        }
        all.ranges.resize(measures.len(), (0.0, 0.0));
        all.sample.cut(SAMPLE_USERS);
        let columns: Vec<Column> = measures
            .iter()
            .enumerate()
            .map(|(at, &measure)| Column::new(measure, all.sample.column(at)))
            .collect();
        let summary = |at: usize| {
            let feature = match &self.query.features {
                Some(features) => features[at].clone(),
                None => measures[at].feature(table),
            };
            columns[at].summary(feature, all.n_users, &moments[at], all.ranges[at], self.query.bins)
        };
        FeatureAnswer {
            n_users: all.n_users,
            now: now(&self.query.scope, table),
            n_sampled: all.sample.len() as u64,
            features: (0..measures.len()).map(summary).collect(),
            correlations: answer::correlations(columns, self.query.scaling),
        }
    }
}

/// The measures of the set that [`FeatureQuery::features`] describes.
pub(super) fn chosen(found: &survey::Found, table: &Table) -> Vec<Measure> {
    let mut chosen = found.chosen(table);
    chosen.extend([Measure::Sessions, Measure::Breadth]);
    for (index, info) in (0_u32..).zip(&table.schema.columns) {
        match (info.role, info.kind) {
            (Role::Score, Kind::Number) => chosen.push(Measure::Mean(index)),
            (Role::Channel, Kind::Text) => chosen.extend(values(index, Touch::First, table)),
            (Role::Other | Role::Variant, Kind::Text) => chosen.extend(values(index, Touch::Last, table)),
            _ => {}
        }
    }
    chosen.truncate(MAX_FEATURES);
    chosen
}

/// A measure for each value of a category; none if there are too many of them, or only one.
fn values(column: u32, touch: Touch, table: &Table) -> impl Iterator<Item = Measure> {
    let n_values = match table.column(ColumnIdx(column)) {
        crate::table::Column::Text(text) => text.dictionary.len(),
        _ => 0,
    };
    let n_told = if (2..=FEW_VALUES).contains(&n_values) { n_values as u32 } else { 0 };
    (1..=n_told).map(move |code| Measure::Is { column, code, touch })
}

impl From<FeatureAnswer> for Answer {
    fn from(answer: FeatureAnswer) -> Self {
        Self::Feature(answer)
    }
}
