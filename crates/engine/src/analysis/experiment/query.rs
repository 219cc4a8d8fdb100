//! The question: who was shown what, and what it is judged by.

use serde::{Deserialize, Serialize};

use crate::error::{QueryError, QueryProblem};
use crate::kernel::condition::Test;
use crate::kernel::scope::ScopeFilter;
use crate::kernel::segment;
use crate::rule::{EventRule, NamedSegment, Scope};
use crate::table::{Column, Role, Table};

/// Asks whether the variants of an experiment differ.
///
/// ```
/// use cairn_engine::Query;
/// let query: Query = serde_json::from_str(
///     r#"{"kind": "experiment", "variant": "variant", "metrics": [{"rule": {"event": "payment"}}], "cuped_millis": 1209600000}"#,
/// )?;
/// assert!(matches!(query, Query::Experiment(_)));
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, deny_unknown_fields)]
pub struct ExperimentQuery {
    /// Which users and rows. Exposures must lie in the range and meet the conditions; what users did before or after is not cut
    /// off by either.
    pub scope: Scope,
    /// A user takes part from the first of these events on that says a variant.
    pub exposure: EventRule,
    /// The text column that says it; none = the one with the role variant.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub variant: Option<String>,
    /// The variant that the others are compared with; none = the first by name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub control: Option<String>,
    /// How users were to be dealt out; empty = equally.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub shares: Vec<Share>,
    /// What is measured; the first one decides the verdict.
    pub metrics: Vec<Metric>,
    /// For how long after the exposure; users for whom this is not over at the end of the data are left out. None = to the end
    /// of the data, which is not the same time for all users.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub window_millis: Option<i64>,
    /// Takes out what the same measure in so long a time before the exposure foretells (CUPED); none = it does not.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cuped_millis: Option<i64>,
    /// Values of counts and sums above this quantile over all users count as it, 0.9 to below 1; none = as they are.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub winsorize: Option<f64>,
    /// How p-values are adjusted for their number: over metrics and variants, and apart over the segments' ones.
    pub adjust: Adjust,
    /// When it is looked at, which decides which p-value makes the verdict.
    pub looks: Stopping,
    /// About how many users the always-valid interval is narrowest at.
    pub tuned_users: u64,
    /// The probability with which a true effect is to be found, 0.5 to 0.99.
    pub power: f64,
    /// The effect that matters, as a share of the control's mean; how many users it takes is told for it. 0.05 is 5 %.
    pub min_effect: f64,
    /// Effects by segment.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub segments: Vec<NamedSegment>,
    /// How many times users are dealt out at random, to see how often two arms that do not differ seem to; 0 = not at all.
    pub aa_runs: u32,
    /// What decides how they are dealt out.
    pub seed: u64,
}

/// How many of the users a variant was to get.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Share {
    /// The variant.
    pub variant: String,
    /// Its share in any unit, above 0.
    pub share: f64,
}

/// Something to judge variants by: a number for each user.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, deny_unknown_fields)]
pub struct Metric {
    /// Which events after the exposure count.
    pub rule: EventRule,
    /// What of them.
    pub measure: Measurement,
    /// Which way is good.
    pub goal: Goal,
}

/// What of a user's events is measured.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum Measurement {
    /// Whether there was one.
    #[default]
    Conversion,
    /// How many there were.
    Count,
    /// The sum of a number column; missing values count as 0.
    Sum {
        /// The column.
        property: String,
    },
    /// Whether there was one from so many days of 24 hours after the exposure (inclusive) to so many (exclusive). Users for
    /// whom this is not over are left out.
    Retention {
        /// The first day, from 0.
        from_day: u32,
        /// The day that is none of them any more.
        to_day: u32,
    },
    /// The sum over all users of an arm, divided by the arm's number of other events: money per order, clicks per visit.
    Ratio {
        /// The column that is summed up; none = events are counted.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        property: Option<String>,
        /// The events that are divided by.
        per: EventRule,
    },
}

/// Which way is good.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "the two ways")]
pub enum Goal {
    #[default]
    Higher,
    Lower,
}

/// How p-values are adjusted for their number.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Adjust {
    /// Holm: hardly any false alarm among all.
    #[default]
    Holm,
    /// Benjamini and Hochberg: few false alarms among those that are raised.
    BenjaminiHochberg,
    /// Not at all.
    None,
}

/// When an experiment is looked at.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Stopping {
    /// At any time and as often as one likes.
    #[default]
    AnyTime,
    /// Once, at a time that was set before.
    Once,
}

impl Default for ExperimentQuery {
    fn default() -> Self {
        Self {
            scope: Scope::default(),
            exposure: EventRule::default(),
            variant: None,
            control: None,
            shares: Vec::new(),
            metrics: Vec::new(),
            window_millis: None,
            cuped_millis: None,
            winsorize: None,
            adjust: Adjust::Holm,
            looks: Stopping::AnyTime,
            tuned_users: 5_000,
            power: 0.8,
            min_effect: 0.05,
            segments: Vec::new(),
            aa_runs: 0,
            seed: 0,
        }
    }
}

impl ExperimentQuery {
    /// The most metrics, and the most segments.
    pub const MAX_METRICS: usize = 10;
    /// The most times that users are dealt out.
    pub const MAX_RUNS: u32 = 20_000;

    /// Checks all fields.
    pub(super) fn check_fields(&self, table: &Table) -> Result<(), QueryError> {
        ScopeFilter::check(&self.scope, table)?;
        check_rule(&self.exposure, table, "exposure")?;
        self.variants(table)?;
        let is_share = |share: &Share| share.share.is_finite() && share.share > 0.0;
        if let Some(at) = self.shares.iter().position(|share| !is_share(share)) {
            return Err(conflict(&format!("shares[{at}].share"), "is a number above 0"));
        }
        QueryError::check_range("metrics", self.metrics.len() as i64, 1, Self::MAX_METRICS as i64)?;
        for (index, metric) in self.metrics.iter().enumerate() {
            metric.check(table).map_err(|error| error.within(&format!("metrics[{index}]")))?;
        }
        QueryError::check_range("window_millis", self.window_millis.unwrap_or(1), 1, i64::MAX)?;
        QueryError::check_range("cuped_millis", self.cuped_millis.unwrap_or(1), 1, i64::MAX)?;
        if !self.winsorize.is_none_or(|quantile| (0.9..1.0).contains(&quantile)) {
            return Err(conflict("winsorize", "is a quantile from 0.9 to below 1, such as 0.99"));
        }
        QueryError::check_range("tuned_users", self.tuned_users as i64, 10, 1_000_000_000)?;
        if !(0.5..=0.99).contains(&self.power) {
            return Err(conflict("power", "is a probability from 0.5 to 0.99"));
        }
        if !(self.min_effect.is_finite() && self.min_effect > 0.0) {
            return Err(conflict("min_effect", "is a share above 0, such as 0.05"));
        }
        QueryError::check_range("segments", self.segments.len() as i64, 0, Self::MAX_METRICS as i64)?;
        for (index, named) in self.segments.iter().enumerate() {
            let field = format!("segments[{index}].segment");
            segment::check(&named.segment, table).map_err(|error| error.within(&field))?;
        }
        QueryError::check_range("aa_runs", self.aa_runs.into(), 0, Self::MAX_RUNS.into())
    }

    /// The column that says the variant.
    pub(super) fn variants<'t>(&self, table: &'t Table) -> Result<&'t crate::table::TextColumn, QueryError> {
        let found = match &self.variant {
            Some(name) => table.schema.find(name).ok_or_else(|| {
                QueryError::new("variant", QueryProblem::UnknownProperty { name: name.clone() })
            })?,
            None => {
                let has_role = table.schema.columns.iter().position(|column| column.role == Role::Variant);
                let missing = QueryProblem::MissingRole { role: "variant".to_owned() };
                let at = has_role.ok_or_else(|| QueryError::new("variant", missing))?;
                crate::table::ColumnIdx(at as u32)
            }
        };
        match table.column(found) {
            Column::Text(text) => Ok(text),
            _ => Err(wrong_kind("variant", &table.schema.columns[found.0 as usize].name, "no text", "text")),
        }
    }
}

impl Metric {
    fn check(&self, table: &Table) -> Result<(), QueryError> {
        check_rule(&self.rule, table, "rule")?;
        match &self.measure {
            Measurement::Conversion | Measurement::Count => Ok(()),
            Measurement::Sum { property } => numbers(property, table).map(drop),
            Measurement::Retention { from_day, to_day } => {
                QueryError::check_range("measure.to_day", (*to_day).into(), i64::from(*from_day) + 1, 36_500)
            }
            Measurement::Ratio { property, per } => {
                property.as_ref().map_or(Ok(()), |property| numbers(property, table).map(drop))?;
                check_rule(per, table, "measure.per")
            }
        }
    }

    /// Whether each user's number is 0 or 1.
    pub(super) fn is_share(&self) -> bool {
        matches!(self.measure, Measurement::Conversion | Measurement::Retention { .. })
    }

    /// Whether each user's number may be large.
    pub(super) fn is_amount(&self) -> bool {
        matches!(self.measure, Measurement::Count | Measurement::Sum { .. })
    }
}

/// The number column of a measure.
pub(super) fn numbers<'t>(name: &str, table: &'t Table) -> Result<&'t crate::table::Numbers, QueryError> {
    let field = "measure.property";
    let unknown = || QueryError::new(field, QueryProblem::UnknownProperty { name: name.to_owned() });
    match table.column(table.schema.find(name).ok_or_else(unknown)?) {
        Column::Number(numbers) => Ok(numbers),
        _ => Err(wrong_kind(field, name, "no numbers", "numbers")),
    }
}

fn wrong_kind(field: &str, name: &str, found: &str, wanted: &str) -> QueryError {
    let [name, found, wanted] = [name, found, wanted].map(str::to_owned);
    QueryError::new(field, QueryProblem::WrongKind { name, found, wanted })
}

fn check_rule(rule: &EventRule, table: &Table, field: &str) -> Result<(), QueryError> {
    Test::rule(rule, table).map(drop).map_err(|error| error.within(field))
}

fn conflict(field: &str, explanation: &str) -> QueryError {
    QueryError::new(field, QueryProblem::Conflict { explanation: explanation.to_owned() })
}
