//! Goals: how far a number has come on its way to a target, whether its pace is enough, and how likely it gets there.
//!
//! ```text
//! target ─ ─ ─ ─ ─ ─ ─ ─ ─ ─ ─ ┌ 84 %   forecast with its band, and the chance
//!                    ╱ ░░░░░░░░│        to be at the target by the due date
//! so far  ──────────●          due
//! ```
//!
//! A goal is a trend and a judgment of it: the rounds are the trend's, and the rest is arithmetic on its points.

#[cfg(test)]
mod tests;

use serde::{Deserialize, Serialize};

use super::trend::{Trend, TrendAnswer, TrendPeriod, TrendQuery};
use super::{Analysis, Answer, Step};
use crate::error::{QueryError, QueryProblem};
use crate::stats::compare::student_two_sided;
use crate::stats::cross::Cross;
use crate::stats::difference::student_95;
use crate::table::{Bucket, Table};
use crate::time::Millis;

/// Asks how far a number has come on its way to a target.
///
/// ```
/// use cairn_engine::Query;
/// let query: Query = serde_json::from_str(
///     r#"{"kind": "goal", "trend": {"series": [{"rule": {"event": "payment"}}], "period": "week"}, "target": 500,
///         "due": 1782864000000}"#,
/// )?;
/// assert!(matches!(query, Query::Goal(_)));
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, deny_unknown_fields)]
pub struct GoalQuery {
    /// The number: the last formula, or the first series if there is none, by period; its scope begins when the goal does.
    /// Without a breakdown, running totals or comparison.
    pub trend: TrendQuery,
    /// How the periods make up the number.
    pub of: GoalNumber,
    /// What it was at the beginning.
    pub baseline: f64,
    /// What it is to be; below the baseline if less is better.
    pub target: f64,
    /// By when.
    pub due: Millis,
    /// Other series that must not suffer.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub guards: Vec<Guard>,
}

/// How the periods make up a goal's number.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum GoalNumber {
    /// The baseline and all periods' values summed up: payments, money.
    #[default]
    Sum,
    /// The value of one period, the one that ends by the due date: a rate, weekly users.
    Level,
}

/// A series that must not suffer.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Guard {
    /// Index of the series, from 0.
    pub series: u32,
    /// The least value of a period; none = there is no least.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub least: Option<f64>,
    /// The greatest value; none = there is no greatest.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub most: Option<f64>,
}

impl Default for GoalQuery {
    fn default() -> Self {
        Self {
            trend: TrendQuery::default(),
            of: GoalNumber::Sum,
            baseline: 0.0,
            target: 1.0,
            due: Millis(0),
            guards: Vec::new(),
        }
    }
}

/// How far a number has come.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct GoalAnswer {
    /// The number now: the sum so far, or the last complete period's value; none if there is none yet.
    pub current: Option<f64>,
    /// The share of the way from the baseline to the target; below 0 if it went the other way. None as `current`.
    pub progress: Option<f64>,
    /// The share of the time from the first period's start to the due date that is over, 0 to 1.
    pub elapsed: f64,
    /// Where things stand.
    pub status: GoalStatus,
    /// Where it is going, if it goes on like this; none with fewer than four complete periods, or after the due date.
    pub forecast: Option<GoalForecast>,
    /// What each period left must bring (sum), or by how much the number must change in each (level); none if none is left or
    /// nothing is known.
    pub needed_per_period: Option<f64>,
    /// What a period has brought so far on average, or by how much the number changed from each to the next.
    pub pace_per_period: Option<f64>,
    /// Periods from the first that is not complete to the due date.
    pub n_periods_left: u32,
    /// The periods, with the trend's values.
    pub periods: Vec<GoalPeriod>,
    /// The guards, in the query's order.
    pub guards: Vec<GuardResult>,
}

/// Where a goal stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum GoalStatus {
    /// The target is met.
    Reached,
    /// The due date has passed without it.
    Missed,
    /// It will more likely than not be met.
    OnPace,
    /// It will more likely than not be missed.
    Behind,
    /// Too few periods to tell.
    TooEarly,
}

/// Where a number is going.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct GoalForecast {
    /// The number at the due date.
    pub value: f64,
    /// Lower end of its 95 % prediction interval.
    pub low: f64,
    /// Upper end.
    pub high: f64,
    /// The probability that the target is met.
    pub chance: f64,
}

/// One period.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct GoalPeriod {
    /// When it starts.
    pub start: Millis,
    /// The trend's value; none where there is nothing to tell.
    pub value: Option<f64>,
    /// The goal's number by its end: the sum so far, or the value.
    pub number: Option<f64>,
    /// Whether it is over.
    pub is_complete: bool,
}

/// Whether a guard holds.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct GuardResult {
    /// The last complete period's value; none if there is none.
    pub value: Option<f64>,
    /// Whether it lies within the bounds; none without a value.
    pub is_kept: Option<bool>,
}

impl GoalQuery {
    /// Checks the query against a table.
    ///
    /// # Errors
    /// If the trend does not fit the table or has what a goal has no use for, or a number is none or out of range.
    pub fn check(&self, table: &Table) -> Result<Goal, QueryError> {
        let TrendQuery { breakdown, compare, accumulate, .. } = &self.trend;
        if breakdown.is_some() || compare.is_some() || *accumulate != Default::default() {
            return Err(conflict(
                "trend",
                "has no breakdown, comparison or running totals in a goal; leave them out",
            ));
        }
        let trend = self.trend.check(table).map_err(|error| error.within("trend"))?;
        for (field, number) in [("baseline", self.baseline), ("target", self.target)] {
            if !number.is_finite() || number.abs() > 1e300 {
                return Err(conflict(field, "is a number"));
            }
        }
        if self.baseline == self.target {
            return Err(conflict("target", "is the baseline already; choose another"));
        }
        for (index, guard) in self.guards.iter().enumerate() {
            let field = format!("guards[{index}].series");
            QueryError::check_range(&field, guard.series.into(), 0, self.trend.series.len() as i64 - 1)?;
        }
        Ok(Goal { query: self.clone(), trend })
    }
}

fn conflict(field: &str, explanation: &str) -> QueryError {
    QueryError::new(field, QueryProblem::Conflict { explanation: explanation.to_owned() })
}

/// A checked [`GoalQuery`].
#[derive(Debug)]
pub struct Goal {
    query: GoalQuery,
    trend: Trend,
}

impl Analysis for Goal {
    type State = <Trend as Analysis>::State;
    type Partial = <Trend as Analysis>::Partial;
    type Answer = GoalAnswer;
    type Prepared<'t> = <Trend as Analysis>::Prepared<'t>;
    type Kept = <Trend as Analysis>::Kept;

    fn start(&self) -> Self::State {
        self.trend.start()
    }

    fn prepare<'t>(
        &self,
        state: &Self::State,
        table: &'t Table,
        kept: Self::Kept,
    ) -> Result<Self::Prepared<'t>, QueryError> {
        self.trend.prepare(state, table, kept)
    }

    fn scan(&self, prepared: &mut Self::Prepared<'_>, bucket: Bucket<'_>, partial: &mut Self::Partial) {
        self.trend.scan(prepared, bucket, partial);
    }

    fn finish(&self, prepared: Self::Prepared<'_>, partial: &mut Self::Partial) -> Self::Kept {
        self.trend.finish(prepared, partial);
    }

    fn merge(&self, a: Self::Partial, b: Self::Partial) -> Self::Partial {
        self.trend.merge(a, b)
    }

    fn step(&self, state: Self::State, all: Self::Partial, table: &Table) -> Step<Self::State, GoalAnswer> {
        match self.trend.step(state, all, table) {
            Step::Again(state) => Step::Again(state),
            Step::Done(answer) => Step::Done(self.judge(&answer, table.schema.end())),
        }
    }
}

impl Goal {
    fn judge(&self, trend: &TrendAnswer, now: Millis) -> GoalAnswer {
        let query = &self.query;
        // A formula stands behind the series that it is made of.
        let line = if query.trend.formulas.is_empty() { trend.lines.first() } else { trend.lines.last() };
        let values: Vec<Option<f64>> = line.map(|line| line.values.clone()).unwrap_or_default();
        let periods = periods(query, &trend.periods, &values);
        let complete: Vec<f64> =
            periods.iter().filter(|period| period.is_complete).filter_map(|period| period.value).collect();
        let current = match query.of {
            GoalNumber::Sum => periods.iter().rev().find_map(|period| period.number),
            GoalNumber::Level => complete.last().copied(),
        };
        let start = periods.first().map_or(now, |period| period.start);
        let length = query.due.since(start).max(1) as f64;
        let n_left = n_periods_left(query, &trend.periods);
        let forecast = Some(query.due > now).filter(|is_ahead| *is_ahead).and_then(|_| {
            let future = Future { query, complete: &complete, n_left: f64::from(n_left) };
            future.forecast()
        });
        let rest = current.filter(|_| n_left > 0).map(|current| (query.target - current) / f64::from(n_left));
        let guards = query.guards.iter().map(|guard| kept(guard, trend)).collect();
        GoalAnswer {
            progress: current.map(|current| (current - query.baseline) / (query.target - query.baseline)),
            elapsed: (now.since(start) as f64 / length).clamp(0.0, 1.0),
            status: status(query, current, forecast, now),
            forecast,
            needed_per_period: rest,
            pace_per_period: pace(query, &complete),
            n_periods_left: n_left,
            current,
            periods,
            guards,
        }
    }
}

fn periods(query: &GoalQuery, periods: &[TrendPeriod], values: &[Option<f64>]) -> Vec<GoalPeriod> {
    let mut sum = query.baseline;
    let period = |(period, value): (&TrendPeriod, &Option<f64>)| {
        let value = value.filter(|_| period.has_data);
        sum += value.unwrap_or(0.0);
        let number = match query.of {
            GoalNumber::Sum => Some(sum).filter(|_| period.has_data),
            GoalNumber::Level => value,
        };
        GoalPeriod { start: period.start_millis, value, number, is_complete: period.is_complete }
    };
    periods.iter().zip(values).map(period).collect()
}

/// Periods after the last complete one that end by the due date or hold it.
fn n_periods_left(query: &GoalQuery, periods: &[TrendPeriod]) -> u32 {
    let over = periods.iter().rfind(|period| period.is_complete).map(|period| period.end_millis);
    let Some(from) = over.or(periods.first().map(|period| period.start_millis)) else { return 0 };
    let left = query.due.since(from).max(0) as f64 / query.trend.period.usual_millis() as f64;
    libm::round(left).min(1e6) as u32
}

fn pace(query: &GoalQuery, complete: &[f64]) -> Option<f64> {
    let n = complete.len();
    match query.of {
        GoalNumber::Sum => (n > 0).then(|| complete.iter().sum::<f64>() / n as f64),
        GoalNumber::Level => (n > 1).then(|| line(complete).map_or(0.0, |line| line.slope)),
    }
}

/// What is foretold from the complete periods.
struct Future<'a> {
    query: &'a GoalQuery,
    complete: &'a [f64],
    n_left: f64,
}

/// A straight line through the periods' values, by least squares.
struct Line {
    slope: f64,
    mean: f64,
    middle: f64,
    xx: f64,
    /// The variance of what is left.
    residual: f64,
}

fn line(values: &[f64]) -> Option<Line> {
    let mut cross = Cross::default();
    (0..).zip(values).for_each(|(at, &value)| cross.add(value, f64::from(at)));
    let freedom = cross.n.checked_sub(2)? as f64;
    let slope = cross.xy / cross.xx;
    let residual = if freedom > 0.0 { (cross.yy - slope * cross.xy).max(0.0) / freedom } else { 0.0 };
    Some(Line { slope, mean: cross.y, middle: cross.x, xx: cross.xx, residual })
}

impl Future<'_> {
    /// Fewer periods say too little about how much they vary.
    const FEWEST: usize = 4;

    fn forecast(&self) -> Option<GoalForecast> {
        let n = self.complete.len();
        if n < Self::FEWEST {
            return None;
        }
        let (value, deviation, freedom) = match self.query.of {
            GoalNumber::Sum => self.sum(n as f64),
            GoalNumber::Level => self.level(n as f64)?,
        };
        let half = student_95(freedom) * deviation;
        let (target, sign) = (self.query.target, (self.query.target - self.query.baseline).signum());
        let ahead = (value - target) * sign;
        let chance = match deviation > 0.0 {
            true => below(ahead / deviation, freedom),
            false => f64::from(u8::from(ahead >= 0.0)),
        };
        Some(GoalForecast { value, low: value - half, high: value + half, chance })
    }

    /// As many further periods like those so far; they vary, and so does what is known of their mean.
    fn sum(&self, n: f64) -> (f64, f64, f64) {
        let moments: crate::stats::moments::Moments = self.complete.iter().copied().collect();
        let so_far = self.query.baseline + self.complete.iter().sum::<f64>();
        let variance = moments.sample_variance().unwrap_or(0.0) * self.n_left * (1.0 + self.n_left / n);
        (so_far + moments.mean * self.n_left, libm::sqrt(variance), n - 1.0)
    }

    /// The line through the periods so far, drawn on.
    fn level(&self, n: f64) -> Option<(f64, f64, f64)> {
        let line = line(self.complete)?;
        let apart = n - 1.0 + self.n_left - line.middle;
        let variance = line.residual * (1.0 + 1.0 / n + apart * apart / line.xx);
        Some((line.mean + line.slope * apart, libm::sqrt(variance), n - 2.0))
    }
}

/// The probability that Student's variable is at most `t`.
fn below(t: f64, freedom: f64) -> f64 {
    let tail = student_two_sided(t, freedom) / 2.0;
    if t < 0.0 { tail } else { 1.0 - tail }
}

fn status(
    query: &GoalQuery,
    current: Option<f64>,
    forecast: Option<GoalForecast>,
    now: Millis,
) -> GoalStatus {
    let is_met = |current: f64| (current - query.target) * (query.target - query.baseline).signum() >= 0.0;
    match (current, forecast) {
        (Some(current), _) if is_met(current) => GoalStatus::Reached,
        _ if now >= query.due => GoalStatus::Missed,
        (_, Some(forecast)) if forecast.chance >= 0.5 => GoalStatus::OnPace,
        (_, Some(_)) => GoalStatus::Behind,
        (_, None) => GoalStatus::TooEarly,
    }
}

fn kept(guard: &Guard, trend: &TrendAnswer) -> GuardResult {
    let line = trend.lines.get(guard.series as usize);
    let complete = trend.periods.iter().rposition(|period| period.is_complete && period.has_data);
    let value = line.zip(complete).and_then(|(line, at)| line.values.get(at).copied().flatten());
    let is_within = |value: f64| {
        guard.least.is_none_or(|least| value >= least) && guard.most.is_none_or(|most| value <= most)
    };
    GuardResult { value, is_kept: value.map(is_within) }
}

impl From<GoalAnswer> for Answer {
    fn from(answer: GoalAnswer) -> Self {
        Self::Goal(answer)
    }
}
