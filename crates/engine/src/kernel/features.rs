//! Features: numbers computed for every user from the user's events, and the users nearest to a saved centroid.

use serde::{Deserialize, Serialize};

use super::condition::Test;
use super::scope::ScopeFilter;
use crate::error::{QueryError, QueryProblem};
use crate::rule::{ClusterRule, Feature, Scope};
use crate::stats::kmeans::{Nearest, Points};
use crate::table::{Bitmap, Bucket, BucketId, Codes, Column, Kind, MISSING, Numbers, Role, Table, UserIdx};
use crate::time::Millis;

/// A [`Feature`] with its event's name looked up. Plain data, so that it can travel between shards, whose dictionaries
/// are the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[expect(missing_docs, reason = "named after the features")]
pub enum Measure {
    /// The event's code; [`MISSING`] for an event that the data never hold.
    EventCount(u32),
    Events,
    DaysActive,
    Recency,
    Tenure,
    Span,
    Revenue,
}

impl Measure {
    /// The measure of a feature.
    ///
    /// # Errors
    /// If the feature is revenue and no number column has that role.
    pub fn new(feature: &Feature, table: &Table) -> Result<Self, QueryError> {
        Ok(match feature {
            Feature::EventCount { event } => {
                Self::EventCount(table.events().dictionary.code(event).unwrap_or(MISSING))
            }
            Feature::Events => Self::Events,
            Feature::DaysActive => Self::DaysActive,
            Feature::Recency => Self::Recency,
            Feature::Tenure => Self::Tenure,
            Feature::Span => Self::Span,
            Feature::Revenue => revenue(table).map(|_| Self::Revenue)?,
        })
    }

    /// The feature of a measure whose event the data hold.
    pub fn feature(self, table: &Table) -> Feature {
        match self {
            Self::EventCount(code) => {
                let event = table.events().dictionary.decode(code).unwrap_or_default().to_owned();
                Feature::EventCount { event }
            }
            Self::Events => Feature::Events,
            Self::DaysActive => Feature::DaysActive,
            Self::Recency => Feature::Recency,
            Self::Tenure => Feature::Tenure,
            Self::Span => Feature::Span,
            Self::Revenue => Feature::Revenue,
        }
    }

    /// An amount on the feature's scale.
    pub fn scaled(self, amount: f64) -> f64 {
        match self {
            Self::EventCount(_) | Self::Events | Self::DaysActive | Self::Recency => libm::log1p(amount),
            Self::Revenue => libm::copysign(libm::log1p(amount.abs()), amount),
            Self::Tenure | Self::Span => amount,
        }
    }
}

/// Where a feature's zero and unit lie: the mean and the standard deviation of its scaled amounts.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Scale {
    /// The mean.
    pub mean: f64,
    /// The standard deviation; 0 is read as 1.
    pub deviation: f64,
}

impl Scale {
    /// A scaled amount in deviations from the mean.
    pub fn standardized(self, value: f64) -> f64 {
        (value - self.mean) / if self.deviation == 0.0 { 1.0 } else { self.deviation }
    }
}

/// The column that revenue is summed from.
///
/// # Errors
/// If no column has that role, or the one that has it is no number column.
pub fn revenue(table: &Table) -> Result<&Numbers, QueryError> {
    let missing = || QueryError::new("", QueryProblem::MissingRole { role: "revenue".to_owned() });
    let index = table.schema.with_role(Role::Revenue).ok_or_else(missing)?;
    match table.column(index) {
        Column::Number(numbers) => Ok(numbers),
        other => {
            let info = &table.schema.columns[index.0 as usize];
            let found = if matches!(other, Column::Text(_)) { "text" } else { "times" }.to_owned();
            debug_assert!(info.kind != Kind::Number, "a number column holds numbers");
            let wanted = "numbers".to_owned();
            Err(QueryError::new("", QueryProblem::WrongKind { name: info.name.clone(), found, wanted }))
        }
    }
}

/// Computes measures for the users of one bucket after another. One pass over the rows in scope; no allocation per user.
#[derive(Debug)]
pub struct FeatureScan<'t> {
    table: &'t Table,
    scope: ScopeFilter<'t>,
    now: Millis,
    measures: Vec<Measure>,
    revenue: Option<&'t Numbers>,
    /// By event code, the place of its count; the last place counts the events that no measure asks for.
    places: Vec<u16>,
    counts: Vec<u32>,
    /// Rows that meet the scope's conditions, and the sums' addends: memory that is used again.
    rows: Vec<usize>,
    money: Vec<f64>,
    /// ln(1 + n) for small n: most counts are small, and a logarithm costs as much as ten rows.
    logs: Vec<f64>,
    /// The bucket's users with at least one row in scope.
    pub users: Vec<UserIdx>,
    /// Their amounts in plain units: a column per measure, a value per user.
    pub amounts: Vec<Vec<f64>>,
}

/// The rows of one user in scope, as far as measures need them.
struct Facts {
    n_events: usize,
    n_days: u32,
    first: Millis,
    last: Millis,
}

/// How many features users may be compared by.
pub const MAX_FEATURES: usize = 64;

/// Sums of money are held within these bounds, so that their sums over users stay finite.
const MOST_MONEY: f64 = 1e290;

impl<'t> FeatureScan<'t> {
    /// A scan of these measures over the rows in scope. Recency and tenure are measured from `now`.
    ///
    /// # Errors
    /// If revenue is measured and no number column has that role.
    pub fn new(
        measures: Vec<Measure>,
        table: &'t Table,
        scope: ScopeFilter<'t>,
        now: Millis,
    ) -> Result<Self, QueryError> {
        let n_codes = table.events().n_codes();
        let mut places = vec![measures.len() as u16; n_codes];
        for (place, measure) in (0_u16..).zip(&measures) {
            if let Measure::EventCount(code @ 1..) = measure {
                places[*code as usize] = place;
            }
        }
        let needs_revenue = measures.contains(&Measure::Revenue);
        Ok(Self {
            table,
            scope,
            now,
            revenue: needs_revenue.then(|| revenue(table)).transpose()?,
            places,
            counts: vec![0; measures.len() + 1],
            rows: Vec::new(),
            money: Vec::new(),
            logs: (0..1024).map(|n| libm::log1p(f64::from(n))).collect(),
            users: Vec::new(),
            amounts: vec![Vec::new(); measures.len()],
            measures,
        })
    }

    /// Computes the measures of a bucket's users into [`users`](Self::users) and [`amounts`](Self::amounts).
    /// O(rows + users × measures).
    pub fn bucket(&mut self, bucket: Bucket<'_>) {
        self.users.clear();
        self.amounts.iter_mut().for_each(Vec::clear);
        for user in bucket.users() {
            self.user(user);
        }
    }

    /// The bucket's amounts on the features' scales, a column per measure.
    pub fn scaled_into(&self, columns: &mut Vec<Vec<f64>>) {
        columns.resize(self.measures.len(), Vec::new());
        for ((column, amounts), &measure) in columns.iter_mut().zip(&self.amounts).zip(&self.measures) {
            let counted = matches!(measure, Measure::EventCount(_) | Measure::Events | Measure::DaysActive);
            column.clear();
            column.extend(amounts.iter().map(|&amount| match self.logs.get(amount as usize) {
                Some(&log) if counted => log,
                _ => measure.scaled(amount),
            }));
        }
    }

    fn user(&mut self, user: UserIdx) {
        let within = self.scope.rows(self.table, user);
        let facts = if self.scope.has_conditions() {
            let mut rows = std::mem::take(&mut self.rows);
            rows.clear();
            rows.extend(within.filter(|&row| self.scope.meets_conditions(row, user)));
            let facts = self.facts(rows.iter().copied());
            self.rows = rows;
            facts
        } else {
            self.facts(within)
        };
        if let Some(facts) = facts {
            self.users.push(user);
            self.push(&facts);
        }
    }

    fn facts(&mut self, rows: impl DoubleEndedIterator<Item = usize> + Clone) -> Option<Facts> {
        let (first, last) = (rows.clone().next()?, rows.clone().next_back()?);
        self.counts.fill(0);
        match &self.table.events().codes {
            Codes::U8(codes) => self.count(codes, rows.clone()),
            Codes::U16(codes) => self.count(codes, rows.clone()),
            Codes::U32(codes) => self.count(codes, rows.clone()),
        }
        let mut n_days = 0;
        if self.measures.contains(&Measure::DaysActive) {
            let mut day_end = i64::MIN;
            for row in rows.clone() {
                let time = self.table.times[row].0;
                if time >= day_end {
                    n_days += 1;
                    day_end = (time.div_euclid(Millis::DAY) + 1).saturating_mul(Millis::DAY);
                }
            }
        }
        self.money.clear();
        if let Some(revenue) = self.revenue {
            self.money.extend(rows.clone().filter_map(|row| revenue.get(row)));
        }
        let n_events = self.counts.iter().map(|&n| n as usize).sum();
        Some(Facts { n_events, n_days, first: self.table.times[first], last: self.table.times[last] })
    }

    fn count<C: Copy + Into<u32>>(&mut self, codes: &[C], rows: impl Iterator<Item = usize>) {
        for row in rows {
            let place = self.places[codes[row].into() as usize];
            self.counts[usize::from(place)] += 1;
        }
    }

    fn push(&mut self, facts: &Facts) {
        let days = |from: Millis, to: Millis| to.since(from).max(0) as f64 / Millis::DAY as f64;
        for (place, (measure, column)) in self.measures.iter().zip(&mut self.amounts).enumerate() {
            column.push(match measure {
                Measure::EventCount(_) => f64::from(self.counts[place]),
                Measure::Events => facts.n_events as f64,
                Measure::DaysActive => f64::from(facts.n_days),
                Measure::Recency => days(facts.last, self.now),
                Measure::Tenure => days(facts.first, self.now),
                Measure::Span => days(facts.first, facts.last),
                Measure::Revenue => sum_of_money(&mut self.money),
            });
        }
    }
}

/// The sum of values added in the order of their size, so that it does not depend on the order of rows of one instant.
fn sum_of_money(values: &mut [f64]) -> f64 {
    values.sort_unstable_by(f64::total_cmp);
    values.iter().fold(0.0, |sum, value| (sum + value).clamp(-MOST_MONEY, MOST_MONEY))
}

/// Checks a cluster rule.
///
/// # Errors
/// If it has no centroid or no feature, its shape does not fit its features, a number is not finite, the cluster is none
/// of its centroids, a condition does not fit the table, or it needs a revenue column that the table lacks.
pub fn check_cluster(rule: &ClusterRule, table: &Table) -> Result<(), QueryError> {
    let empty =
        |field, hint: &str| Err(QueryError::new(field, QueryProblem::Empty { hint: hint.to_owned() }));
    if rule.features.is_empty() {
        return empty("features", "a cluster rule needs the features that its centroids are made of");
    }
    if rule.centroids.is_empty() {
        return empty("centroids", "a cluster rule needs its centroids");
    }
    measures(rule.features.iter().map(|scaled| &scaled.feature), table)?;
    for (index, scaled) in rule.features.iter().enumerate() {
        check_finite(scaled.mean, || format!("features[{index}].mean"))?;
        check_finite(scaled.deviation, || format!("features[{index}].deviation"))?;
    }
    for (index, centroid) in rule.centroids.iter().enumerate() {
        let n_features = rule.features.len() as i64;
        QueryError::check_range(
            &format!("centroids[{index}]"),
            centroid.len() as i64,
            n_features,
            n_features,
        )?;
        for (at, &value) in centroid.iter().enumerate() {
            check_finite(value, || format!("centroids[{index}][{at}]"))?;
        }
    }
    QueryError::check_range("cluster", i64::from(rule.cluster), 0, rule.centroids.len() as i64 - 1)?;
    Test::conditions(&rule.conditions, table).map(drop)
}

/// The measures of features: at most [`MAX_FEATURES`], no two of them the same.
///
/// # Errors
/// As [`Measure::new`], or if there are too many features or one is named twice; the field starts with `features`.
pub fn measures<'f>(
    features: impl ExactSizeIterator<Item = &'f Feature> + Clone,
    table: &Table,
) -> Result<Vec<Measure>, QueryError> {
    QueryError::check_range("features", features.len() as i64, 0, MAX_FEATURES as i64)?;
    let measure = |(index, feature): (usize, &Feature)| {
        let field = format!("features[{index}]");
        if features.clone().take(index).any(|other| other == feature) {
            let explanation = "is there already; name each feature once".to_owned();
            return Err(QueryError::new(field, QueryProblem::Conflict { explanation }));
        }
        Measure::new(feature, table).map_err(|error| error.within(&field))
    };
    features.clone().enumerate().map(measure).collect()
}

fn check_finite(value: f64, field: impl Fn() -> String) -> Result<(), QueryError> {
    if value.is_finite() {
        return Ok(());
    }
    let (value, wanted) = (value.to_string(), "finite number".to_owned());
    Err(QueryError::new(field(), QueryProblem::BadValue { value, wanted }))
}

/// The users whose nearest centroid is the rule's cluster, of those with a row in the rule's range that meets its
/// conditions. O(rows + users × features × centroids).
///
/// # Errors
/// As [`check_cluster`].
pub fn in_cluster(rule: &ClusterRule, table: &Table) -> Result<Bitmap, QueryError> {
    check_cluster(rule, table)?;
    let conditions = rule.conditions.clone();
    let scope = Scope { from: rule.from, to: rule.to, conditions, ..Scope::default() };
    let measures = measures(rule.features.iter().map(|scaled| &scaled.feature), table)?;
    let scales = rule.features.iter().map(|scaled| Scale { mean: scaled.mean, deviation: scaled.deviation });
    let scales: Vec<Scale> = scales.collect();
    let mut scan = FeatureScan::new(measures, table, ScopeFilter::new(&scope, table)?, rule.now)?;
    let mut members = Bitmap::empty(table.users.len());
    let (mut columns, mut nearest) = (Vec::new(), Nearest::default());
    for bucket in BucketId::all() {
        scan.bucket(table.bucket(bucket));
        scan.scaled_into(&mut columns);
        standardize(&mut columns, &scales);
        nearest.find(Points::new(&columns), &rule.centroids);
        for (user, &label) in scan.users.iter().zip(&nearest.labels) {
            if label == rule.cluster {
                members.insert(user.0 as usize);
            }
        }
    }
    Ok(members)
}

/// Turns columns of scaled amounts into deviations from their means.
pub fn standardize(columns: &mut [Vec<f64>], scales: &[Scale]) {
    for (column, scale) in columns.iter_mut().zip(scales) {
        column.iter_mut().for_each(|value| *value = scale.standardized(*value));
    }
}

#[cfg(test)]
mod tests;
