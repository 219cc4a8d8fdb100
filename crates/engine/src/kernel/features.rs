//! Features: numbers computed for every user from the user's events.

mod history;
mod measure;
mod scale;

pub use self::measure::{MAX_FEATURES, Measure, measures, revenue};
pub use self::scale::{Curve, Scale, standardize};

use self::history::History;
use super::scope::ScopeFilter;
use crate::error::{QueryError, QueryProblem};
use crate::rule::Scaling;
use crate::table::{Bucket, Codes, Column, ColumnIdx, Kind, MISSING, Numbers, Table, UserIdx};
use crate::time::Millis;

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
    history: History<'t>,
    curves: Vec<Curve>,
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
            if let Some(code @ 1..) = measure.counted_event() {
                places[code as usize] = place;
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
            history: History::new(&measures, table)?,
            curves: measures.iter().map(|&measure| Curve::of(Scaling::Auto, measure)).collect(),
            rows: Vec::new(),
            money: Vec::new(),
            logs: (0..1024).map(|n| libm::log1p(f64::from(n))).collect(),
            users: Vec::new(),
            amounts: vec![Vec::new(); measures.len()],
            measures,
        })
    }

    /// The same scan with other scales than the features' own.
    #[must_use]
    pub fn scaled_by(mut self, curves: Vec<Curve>) -> Self {
        self.curves = curves;
        self
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

    /// The bucket's amounts on their scales, a column per measure; NaN where they are missing.
    pub fn scaled_into(&self, columns: &mut Vec<Vec<f64>>) {
        columns.resize(self.measures.len(), Vec::new());
        for ((column, amounts), curve) in columns.iter_mut().zip(&self.amounts).zip(&self.curves) {
            column.clear();
            column.extend(amounts.iter().map(|&amount| match (curve, self.logs.get(amount as usize)) {
                // NaN and what is negative become 0 here, and are not that.
                (Curve::Log, Some(&log)) if amount == f64::from(amount as u32) => log,
                _ => curve.apply(amount),
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
        self.history.user(rows);
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
        let (mut values, mut of_history) = (self.values.iter(), self.history.amounts.iter());
        for (measure, column) in self.measures.iter().zip(&mut self.amounts) {
            let count = |code: u32| match code {
                MISSING => 0.0,
                code => f64::from(self.counts[usize::from(self.places[code as usize])]),
            };
            column.push(match *measure {
                Measure::EventCount(code) => count(code),
                Measure::EventShare(code) => count(code) / facts.n_events as f64,
                Measure::Events => facts.n_events as f64,
                Measure::DaysActive => f64::from(facts.n_days),
                Measure::Recency => days(facts.last, self.now),
                Measure::Tenure => days(facts.first, self.now),
                Measure::Span => days(facts.first, facts.last),
                Measure::Revenue => sum_of_money(&mut self.money),
                Measure::Property(_) => values.next().copied().unwrap_or(0.0),
                Measure::Sessions | Measure::Breadth | Measure::DaysUntil(_) => next(&mut of_history),
                Measure::Mean(_) | Measure::Sum(_) | Measure::Is { .. } => next(&mut of_history),
            });
        }
    }
}

fn next(amounts: &mut std::slice::Iter<'_, f64>) -> f64 {
    amounts.next().copied().unwrap_or(f64::NAN)
}

/// The latest value, of several of one instant the greatest, so that it does not depend on the order of rows of one
/// instant; 0 if there is none.
fn latest(numbers: &Numbers, times: &[Millis], rows: impl DoubleEndedIterator<Item = usize>) -> f64 {
    let known = rows.rev().filter_map(|row| Some((times[row], numbers.get(row)?)));
    latest_first(known).unwrap_or(0.0)
}

/// The greatest of the values that share the first one's instant.
fn latest_first<T: PartialOrd>(mut values: impl Iterator<Item = (Millis, T)>) -> Option<T> {
    let (time, first) = values.next()?;
    let of_instant = values.take_while(|&(other, _)| other == time);
    Some(of_instant.fold(first, |most, (_, value)| if value > most { value } else { most }))
}

/// The sum of values added in the order of their size, so that it does not depend on the order of rows of one instant.
fn sum_of_money(values: &mut [f64]) -> f64 {
    values.sort_unstable_by(f64::total_cmp);
    values.iter().fold(0.0, |sum, value| (sum + value).clamp(-MOST_MONEY, MOST_MONEY))
}

/// A number column.
///
/// # Errors
/// If it holds something else.
pub fn numbers(table: &Table, index: ColumnIdx) -> Result<&Numbers, QueryError> {
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

#[cfg(test)]
mod tests;
