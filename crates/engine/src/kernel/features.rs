//! Features: numbers computed for every user from the user's events.

use serde::{Deserialize, Serialize};

use super::scope::ScopeFilter;
use crate::error::{QueryError, QueryProblem};
use crate::rule::Feature;
use crate::table::{Bucket, Codes, Column, ColumnIdx, Kind, MISSING, Numbers, Role, Table, UserIdx};
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
    /// The number column's index.
    Property(u32),
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
            Feature::Property { property } => {
                let unknown = || QueryProblem::UnknownProperty { name: property.clone() };
                let index =
                    table.schema.find(property).ok_or_else(|| QueryError::new("property", unknown()))?;
                numbers(table, index).map_err(|error| error.within("property"))?;
                Self::Property(index.0)
            }
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
            Self::Property(index) => {
                let property = table.schema.columns[index as usize].name.clone();
                Feature::Property { property }
            }
        }
    }

    /// An amount on the feature's scale.
    pub fn scaled(self, amount: f64) -> f64 {
        match self {
            Self::EventCount(_) | Self::Events | Self::DaysActive | Self::Recency => libm::log1p(amount),
            Self::Revenue => libm::copysign(libm::log1p(amount.abs()), amount),
            Self::Tenure | Self::Span | Self::Property(_) => amount,
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
    /// A scaled amount in deviations from the mean, within ±10¹⁴⁰.
    pub fn standardized(self, value: f64) -> f64 {
        let deviation = if self.deviation == 0.0 { 1.0 } else { self.deviation };
        ((value - self.mean) / deviation).clamp(-MAX_COORDINATE, MAX_COORDINATE)
    }
}

/// The column that revenue is summed from.
///
/// # Errors
/// If no column has that role, or the one that has it is no number column.
pub fn revenue(table: &Table) -> Result<&Numbers, QueryError> {
    let missing = || QueryError::new("", QueryProblem::MissingRole { role: "revenue".to_owned() });
    let index = table.schema.with_role(Role::Revenue).ok_or_else(missing)?;
    numbers(table, index)
}

fn numbers(table: &Table, index: ColumnIdx) -> Result<&Numbers, QueryError> {
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
    /// The columns of the properties, and the user's values in them, in the measures' order.
    properties: Vec<&'t Numbers>,
    values: Vec<f64>,
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

/// Properties and coordinates are held within these bounds, so that sums of their squares stay finite.
pub const MAX_COORDINATE: f64 = 1e140;

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
        let property = |measure: &Measure| match *measure {
            Measure::Property(index) => Some(numbers(table, ColumnIdx(index))),
            _ => None,
        };
        let needs_revenue = measures.contains(&Measure::Revenue);
        Ok(Self {
            table,
            scope,
            now,
            revenue: needs_revenue.then(|| revenue(table)).transpose()?,
            properties: measures.iter().filter_map(property).collect::<Result<_, _>>()?,
            values: Vec::new(),
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
        self.values.clear();
        let latest = self.properties.iter().map(|numbers| latest(numbers, &self.table.times, rows.clone()));
        self.values.extend(latest.map(|value| value.clamp(-MAX_COORDINATE, MAX_COORDINATE)));
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
        let mut values = self.values.iter();
        for (place, (measure, column)) in self.measures.iter().zip(&mut self.amounts).enumerate() {
            column.push(match measure {
                Measure::EventCount(_) => f64::from(self.counts[place]),
                Measure::Events => facts.n_events as f64,
                Measure::DaysActive => f64::from(facts.n_days),
                Measure::Recency => days(facts.last, self.now),
                Measure::Tenure => days(facts.first, self.now),
                Measure::Span => days(facts.first, facts.last),
                Measure::Revenue => sum_of_money(&mut self.money),
                Measure::Property(_) => values.next().copied().unwrap_or(0.0),
            });
        }
    }
}

/// The latest value, of several of one instant the greatest, so that it does not depend on the order of rows of one
/// instant; 0 if there is none.
fn latest(numbers: &Numbers, times: &[Millis], rows: impl DoubleEndedIterator<Item = usize>) -> f64 {
    let mut rows = rows.rev().filter_map(|row| Some((times[row], numbers.get(row)?)));
    let Some((time, value)) = rows.next() else { return 0.0 };
    rows.take_while(|&(other, _)| other == time).fold(value, |most, (_, value)| most.max(value))
}

/// The sum of values added in the order of their size, so that it does not depend on the order of rows of one instant.
fn sum_of_money(values: &mut [f64]) -> f64 {
    values.sort_unstable_by(f64::total_cmp);
    values.iter().fold(0.0, |sum, value| (sum + value).clamp(-MOST_MONEY, MOST_MONEY))
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

/// Turns columns of scaled amounts into deviations from their means.
pub fn standardize(columns: &mut [Vec<f64>], scales: &[Scale]) {
    for (column, scale) in columns.iter_mut().zip(scales) {
        column.iter_mut().for_each(|value| *value = scale.standardized(*value));
    }
}

#[cfg(test)]
mod tests;
