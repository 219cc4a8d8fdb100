//! Trends: events, users, and what properties amount to, period by period.
//!
//! ```text
//! rows of a user   09:00 pay 5   │  day 1    events 2, users 1, sum 12
//!                  17:00 pay 7   │
//!                  ──────────────┼─────────
//!                  08:00 pay 1   │  day 2    events 1, users 1, sum 1
//! ```
//!
//! One round counts. Before it, a breakdown by more values than are kept needs a round to find the largest; after it,
//! quantiles need one for the values near them.

mod answer;
mod cells;
mod formula;
mod groups;
mod scan;
#[cfg(test)]
mod tests;
mod window;

pub use answer::{LineOf, PlacedAnnotation, TrendAnswer, TrendLine, TrendPeriod};

use serde::{Deserialize, Serialize};

use super::{Analysis, Answer, Step};
use crate::error::{QueryError, QueryProblem};
use crate::kernel::condition::Test;
use crate::kernel::scope::ScopeFilter;
use crate::rule::{Breakdown, EventRule, Scope};
use crate::table::{Bucket, Kind, Table};
use crate::time::{Millis, Period};
use formula::Formula;
use scan::{Partial, Prepared, State};
use window::Windows;

/// Asks how numbers develop over time.
///
/// ```
/// use cairn_engine::analysis::trend::TrendQuery;
/// let query: TrendQuery = serde_json::from_str(
///     r#"{"series": [{"rule": {"event": "payment"}, "measure": {"kind": "users"}}, {"measure": {"kind": "users"}}],
///         "formulas": [{"formula": "A / B * 100", "name": "payers in percent"}], "period": "week"}"#,
/// )?;
/// assert_eq!(query.series.len(), 2);
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, deny_unknown_fields)]
pub struct TrendQuery {
    /// Which users and rows, and the zone and week start of the calendar.
    pub scope: Scope,
    /// 1 to [`TrendQuery::MAX_SERIES`] series. Formulas call them A, B, C and so on.
    pub series: Vec<TrendSeries>,
    /// Lines computed from the series, at most as many.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub formulas: Vec<TrendFormula>,
    /// The calendar period that a point stands for.
    pub period: Period,
    /// Only the last so many periods of the range, the one that holds its end among them; none = all.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last: Option<u32>,
    /// What a point covers.
    pub accumulate: Accumulate,
    /// A further line with the mean of this many periods, the point's own the last of them; 2 to
    /// [`TrendQuery::MAX_AVERAGED`]; none = no such line.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub moving_average: Option<u32>,
    /// Earlier periods to show beside these; none = none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub compare: Option<Compare>,
    /// How each series is split; none = it is not. With `on: event` each row counts under its own value, so that the
    /// attribution must be `first_touch` or `each_value`. A user may be in several segments, and counts in each.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub breakdown: Option<Breakdown>,
    /// What happened when, to be shown with the lines.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub annotations: Vec<Annotation>,
}

/// One series.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, deny_unknown_fields)]
pub struct TrendSeries {
    /// Which rows.
    pub rule: EventRule,
    /// What is told of them.
    pub measure: Measure,
    /// What people call it; none = the event's name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
}

/// A line computed from the series.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct TrendFormula {
    /// Letters of series, numbers, `+ - * /` and parentheses, such as `A / B * 100`. What is divided by 0, or needs a value
    /// that is missing, is missing.
    pub formula: String,
    /// What people call it; none = the formula.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
}

/// What is told of a period's rows. Those of a property look only at rows that have a value, and at number columns.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum Measure {
    /// How many.
    #[default]
    Events,
    /// How many different users.
    Users,
    /// Events divided by different users; none without users.
    EventsPerUser,
    /// The sum; 0 without values, none if a value is 10²⁸⁸ or more.
    Sum {
        /// The column's name.
        property: String,
    },
    /// The sum divided by the different users who have a value; none without.
    SumPerUser {
        /// The column's name.
        property: String,
    },
    /// The arithmetic mean; none without values.
    Mean {
        /// The column's name.
        property: String,
    },
    /// The smallest value; none without values.
    Min {
        /// The column's name.
        property: String,
    },
    /// The greatest value; none without values.
    Max {
        /// The column's name.
        property: String,
    },
    /// The median; none without values.
    Median {
        /// The column's name.
        property: String,
    },
    /// A quantile of type 7 (Hyndman & Fan 1996); none without values.
    Quantile {
        /// The column's name.
        property: String,
        /// 0..1: 0.9 is the ninetieth percentile.
        probability: f64,
    },
}

/// What a point covers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Accumulate {
    /// Its own period.
    #[default]
    Period,
    /// All periods from the first shown one to its own: users are those who are different over all of them. Not for
    /// quantiles.
    Running,
}

/// Earlier periods to compare with, as many as are shown, the first with the first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Compare {
    /// Those right before.
    Previous,
    /// Those that begin at the same date one year before; weeks begin 52 weeks before.
    YearBefore,
}

/// Something that happened.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Annotation {
    /// When.
    pub at: Millis,
    /// What.
    pub text: String,
}

impl TrendQuery {
    /// The most series that a query may have.
    pub const MAX_SERIES: usize = 12;
    /// The most periods that a moving average may cover.
    pub const MAX_AVERAGED: u32 = 366;
    /// The most groups that a breakdown keeps, if it has no limit of its own; the rest is "Other".
    pub const MAX_GROUPS: u32 = 1_000;
    /// The most annotations.
    pub const MAX_ANNOTATIONS: usize = 1_000;
    /// The most numbers that a query may ask for: series × groups × periods.
    pub const MAX_NUMBERS: usize = 2_000_000;

    /// Checks the query against a table.
    ///
    /// # Errors
    /// If the scope, a rule or the breakdown does not fit the table, a property is no number, a formula cannot be read, or a
    /// number is out of its range.
    pub fn check(&self, table: &Table) -> Result<Trend, QueryError> {
        ScopeFilter::check(&self.scope, table)?;
        self.check_series(table)?;
        let formulas = self.read_formulas()?;
        if let Some(last) = self.last {
            QueryError::check_range("last", i64::from(last), 1, 1_000_000)?;
        }
        if let Some(averaged) = self.moving_average {
            QueryError::check_range("moving_average", i64::from(averaged), 2, i64::from(Self::MAX_AVERAGED))?;
        }
        let n_annotations = self.annotations.len() as i64;
        QueryError::check_range("annotations", n_annotations, 0, Self::MAX_ANNOTATIONS as i64)?;
        groups::check(self, table)?;
        let windows = Windows::new(self, table)?;
        self.check_size(&windows, table)?;
        Ok(Trend { query: self.clone(), formulas, windows })
    }

    fn check_series(&self, table: &Table) -> Result<(), QueryError> {
        if self.series.is_empty() {
            let hint = "a trend needs at least one series".to_owned();
            return Err(QueryError::new("series", QueryProblem::Empty { hint }));
        }
        QueryError::check_range("series", self.series.len() as i64, 1, Self::MAX_SERIES as i64)?;
        for (index, series) in self.series.iter().enumerate() {
            let at = |field: &str| format!("series[{index}].{field}");
            Test::rule(&series.rule, table).map_err(|error| error.within(&at("rule")))?;
            series.measure.check(table).map_err(|error| error.within(&at("measure")))?;
            if self.accumulate == Accumulate::Running && series.measure.probability().is_some() {
                let explanation = "running totals have no quantiles; choose \"period\"".to_owned();
                return Err(QueryError::new("accumulate", QueryProblem::Conflict { explanation }));
            }
        }
        Ok(())
    }

    fn read_formulas(&self) -> Result<Vec<Formula>, QueryError> {
        QueryError::check_range("formulas", self.formulas.len() as i64, 0, Self::MAX_SERIES as i64)?;
        let read = |(index, formula): (usize, &TrendFormula)| {
            Formula::parse(&formula.formula, self.series.len())
                .map_err(|error| error.within(&format!("formulas[{index}].formula")))
        };
        self.formulas.iter().enumerate().map(read).collect()
    }

    fn check_size(&self, windows: &Windows, table: &Table) -> Result<(), QueryError> {
        let n = self.series.len() * groups::most(self, table) * windows.n_cells();
        if n > Self::MAX_NUMBERS {
            let explanation = format!(
                "asks for {n} numbers, and {} are possible; choose a longer period, a shorter range of time or fewer groups",
                Self::MAX_NUMBERS
            );
            return Err(QueryError::new("period", QueryProblem::Conflict { explanation }));
        }
        Ok(())
    }
}

impl Default for TrendQuery {
    fn default() -> Self {
        Self {
            scope: Scope::default(),
            series: Vec::new(),
            formulas: Vec::new(),
            period: Period::Day,
            last: None,
            accumulate: Accumulate::default(),
            moving_average: None,
            compare: None,
            breakdown: None,
            annotations: Vec::new(),
        }
    }
}

impl Measure {
    /// The property that it looks at.
    pub fn property(&self) -> Option<&str> {
        match self {
            Self::Events | Self::Users | Self::EventsPerUser => None,
            Self::Sum { property }
            | Self::SumPerUser { property }
            | Self::Mean { property }
            | Self::Min { property }
            | Self::Max { property }
            | Self::Median { property }
            | Self::Quantile { property, .. } => Some(property),
        }
    }

    /// The probability of the quantile, if it is one.
    fn probability(&self) -> Option<f64> {
        match self {
            Self::Median { .. } => Some(0.5),
            Self::Quantile { probability, .. } => Some(*probability),
            _ => None,
        }
    }

    fn check(&self, table: &Table) -> Result<(), QueryError> {
        if let Some(name) = self.property() {
            let name = name.to_owned();
            let index = table.schema.find(&name).ok_or_else(|| {
                QueryError::new("property", QueryProblem::UnknownProperty { name: name.clone() })
            })?;
            let found = match table.schema.columns[index.0 as usize].kind {
                Kind::Number => None,
                Kind::Text => Some("text"),
                Kind::Time => Some("times"),
            };
            if let Some(found) = found {
                let (found, wanted) = (found.to_owned(), "numbers".to_owned());
                return Err(QueryError::new("property", QueryProblem::WrongKind { name, found, wanted }));
            }
        }
        if let Some(probability) = self.probability()
            && !(0.0..=1.0).contains(&probability)
        {
            let explanation = format!("is {probability}, and must lie between 0 and 1");
            return Err(QueryError::new("probability", QueryProblem::Conflict { explanation }));
        }
        Ok(())
    }
}

/// A checked [`TrendQuery`].
#[derive(Debug)]
pub struct Trend {
    query: TrendQuery,
    formulas: Vec<Formula>,
    windows: Windows,
}

impl Analysis for Trend {
    type State = State;
    type Partial = Partial;
    type Answer = TrendAnswer;
    type Prepared<'t> = Prepared<'t>;
    type Kept = ();

    fn start(&self) -> State {
        State::default()
    }

    fn prepare<'t>(&self, state: &State, table: &'t Table, (): ()) -> Result<Prepared<'t>, QueryError> {
        Prepared::new(self, state, table)
    }

    fn scan(&self, prepared: &mut Prepared<'_>, bucket: Bucket<'_>, _: &mut Partial) {
        prepared.scan(bucket);
    }

    fn finish(&self, prepared: Prepared<'_>, partial: &mut Partial) {
        prepared.finish(partial);
    }

    fn merge(&self, a: Partial, b: Partial) -> Partial {
        a.merged(b, &self.query)
    }

    fn step(&self, state: State, all: Partial, table: &Table) -> Step<State, TrendAnswer> {
        scan::step(self, state, all, table)
    }
}

impl From<TrendAnswer> for Answer {
    fn from(answer: TrendAnswer) -> Self {
        Self::Trend(answer)
    }
}
