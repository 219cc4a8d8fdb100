//! The question: who starts, who returns, and how time is cut.

use serde::{Deserialize, Serialize};

use crate::analysis::funnel::Range;
use crate::error::{QueryError, QueryProblem};
use crate::rule::{Attribution, Breakdown, EventRule, Owner, Scope};
use crate::table::{Column, ColumnIdx, Table};
use crate::time::Period;

/// Asks which users come back, how many periods after they started.
///
/// The defaults give Cairn's own rule: a user's cohort is the calendar week of the first start event in the range, and the
/// user returns in a later week if there is at least one return event in it.
///
/// ```
/// use cairn_engine::analysis::retention::RetentionQuery;
/// use cairn_engine::time::Period;
/// let query: RetentionQuery = serde_json::from_str(
///     r#"{"start": {"event": "signup"}, "return": {"event": "open"}, "period": "day", "columns": 8}"#,
/// )?;
/// assert_eq!((query.period, query.columns), (Period::Day, Some(8)));
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, deny_unknown_fields)]
pub struct RetentionQuery {
    /// Which users and rows. What `scope.from` and `scope.to` bound is said by `range`.
    pub scope: Scope,
    /// Which events start.
    pub start: EventRule,
    /// Which events count as a return. If it is the same rule as `start`, the period of the start is 100 % by definition;
    /// otherwise it is a count of its own, of returns after the start.
    #[serde(rename = "return")]
    pub returns: EventRule,
    /// Which of the user's start events make cohorts.
    pub entry: Entry,
    /// The unit of time, of cohorts and of columns.
    pub period: Period,
    /// How the time after the start is cut into columns.
    pub bins: Bins,
    /// Which periods count for a column.
    pub criterion: Criterion,
    /// Lengths, in periods, of the columns after the first; empty = a column for each period. Each is at least 1.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub brackets: Vec<u32>,
    /// The most columns, that of the start included; none = as many as the data have.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub columns: Option<u32>,
    /// How many return events a period needs to count; at least 1. The period of the start needs them only if start and
    /// return are different rules.
    pub min_occurrences: u32,
    /// Whether a return at the very instant of the start comes after it.
    pub tie: Tie,
    /// Whether returns may lie after the end of the scope's range.
    pub range: Range,
    /// A property of events whose value a start and its returns must share. Events without a value take no part.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hold: Option<String>,
    /// A number to add up over the returns of each cell; none = users are counted and nothing is added up.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub value: Option<Value>,
    /// How cohorts are averaged.
    pub average: Average,
    /// How the answer is split; none = it is not. `on: event` takes the value of the start event (`first_touch`), or follows
    /// each value apart, which start and returns must share (`each_value`).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub breakdown: Option<Breakdown>,
}

impl Default for RetentionQuery {
    fn default() -> Self {
        Self {
            scope: Scope::default(),
            start: EventRule::default(),
            returns: EventRule::default(),
            entry: Entry::default(),
            period: Period::default(),
            bins: Bins::default(),
            criterion: Criterion::default(),
            brackets: Vec::new(),
            columns: None,
            min_occurrences: 1,
            tie: Tie::default(),
            range: Range::default(),
            hold: None,
            value: None,
            average: Average::default(),
            breakdown: None,
        }
    }
}

/// Which of the user's start events make cohorts. They lie in the scope's range, but "first" of the last two looks at the
/// whole data.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(rename = "RetentionEntry"))]
#[serde(rename_all = "snake_case")]
pub enum Entry {
    /// The first one in the range.
    #[default]
    FirstInRange,
    /// The user's first event that meets the whole rule, if it lies in the range.
    FirstMatching,
    /// The user's first event of the rule's name (or alternatives), if it lies in the range and also meets the conditions.
    FirstEver,
    /// The first one of every calendar period: a user is in the cohort of each period with a start event.
    Recurring,
}

/// How the time after the start is cut into columns.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(rename = "RetentionBins"))]
#[serde(rename_all = "snake_case")]
pub enum Bins {
    /// At the calendar's bounds, in the scope's zone.
    #[default]
    Calendar,
    /// Each user's own, from the start event on: exactly 1 hour, 24 hours, 7 days, 30 days, 91 days, 365 days.
    Elapsed,
    /// The same, but elapsed time is counted in bounds of hours crossed.
    ElapsedHourFloored,
}

/// Which periods count for a column.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(rename = "RetentionCriterion"))]
#[serde(rename_all = "snake_case")]
pub enum Criterion {
    /// Only those of the column.
    #[default]
    On,
    /// Those of the column and all later ones that are looked at.
    OnOrAfter,
    /// Those of the column and all earlier ones; that of the start only if start and return are different rules.
    OnOrBefore,
}

/// Whether a return at the very instant of the start comes after it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(rename = "RetentionTie"))]
#[serde(rename_all = "snake_case")]
pub enum Tie {
    /// It does, unless it is the start event itself.
    #[default]
    StepOrder,
    /// It does not.
    Never,
}

/// How cohorts are averaged.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(rename = "RetentionAverage"))]
#[serde(rename_all = "snake_case")]
pub enum Average {
    /// Users who returned ÷ users who started, over all cohorts that have reached the column.
    #[default]
    Pooled,
    /// The mean of the cohorts' rates, each cohort the same weight.
    Simple,
    /// As pooled, over the cohorts for which the column is over.
    MatureOnly,
}

/// A number to add up.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(rename = "RetentionValue"))]
#[serde(deny_unknown_fields)]
pub struct Value {
    /// A number column.
    pub property: String,
    /// Whose: the return event's own, or the user's first or last one, once for every return event.
    #[serde(default)]
    pub on: Owner,
}

impl RetentionQuery {
    /// Whether start and return are the same rule.
    pub(super) fn is_same(&self) -> bool {
        self.start == self.returns
    }

    /// Whether each value of an event's property is followed apart.
    pub(super) fn splits_values(&self) -> bool {
        matches!(
            &self.breakdown,
            Some(Breakdown::Property { on: Owner::Event, attribution: Attribution::EachValue, .. })
        )
    }

    /// Checks the fields that need no more of the table than its columns.
    ///
    /// # Errors
    /// The field at fault.
    pub(super) fn check_fields(&self, table: &Table) -> Result<(), QueryError> {
        let most = i64::from(u32::MAX);
        QueryError::check_range("min_occurrences", i64::from(self.min_occurrences), 1, most)?;
        if let Some(columns) = self.columns {
            QueryError::check_range("columns", i64::from(columns), 1, most)?;
        }
        for (index, &length) in self.brackets.iter().enumerate() {
            QueryError::check_range(&format!("brackets[{index}]"), i64::from(length), 1, 1_000_000)?;
        }
        if let Some(hold) = &self.hold {
            column(hold, table).map_err(|problem| QueryError::new("hold", problem))?;
            if self.splits_values() {
                let explanation =
                    "cannot be held while each value of another property is followed apart; use one of them";
                let problem = QueryProblem::Conflict { explanation: explanation.to_owned() };
                return Err(QueryError::new("hold", problem));
            }
        }
        if let Some(value) = &self.value {
            numbers(value, table)?;
        }
        self.check_attribution()
    }

    fn check_attribution(&self) -> Result<(), QueryError> {
        match &self.breakdown {
            Some(Breakdown::Property {
                on: Owner::Event,
                attribution: Attribution::LastTouch | Attribution::Step { .. },
                ..
            }) => {
                let explanation = "must be first_touch (the value of the start event) or each_value (the value that \
                                   start and returns share)";
                let problem = QueryProblem::Conflict { explanation: explanation.to_owned() };
                Err(QueryError::new("breakdown.attribution", problem))
            }
            _ => Ok(()),
        }
    }
}

/// A column by its name.
pub(super) fn column(name: &str, table: &Table) -> Result<ColumnIdx, QueryProblem> {
    table.schema.find(name).ok_or_else(|| QueryProblem::UnknownProperty { name: name.to_owned() })
}

/// The number column of a value.
pub(super) fn numbers<'t>(value: &Value, table: &'t Table) -> Result<&'t Column, QueryError> {
    let fail = |problem| Err(QueryError::new("value.property", problem));
    let found = match column(&value.property, table) {
        Ok(index) => table.column(index),
        Err(problem) => return fail(problem),
    };
    let kind = match found {
        Column::Number(_) => return Ok(found),
        Column::Text(_) | Column::User => "texts",
        Column::Time(_) | Column::EventTime => "times",
    };
    fail(QueryProblem::WrongKind {
        name: value.property.clone(),
        found: kind.to_owned(),
        wanted: "numbers".to_owned(),
    })
}
