//! Measures: features with their names looked up.

use serde::{Deserialize, Serialize};

use super::numbers;
use crate::error::{QueryError, QueryProblem};
use crate::rule::{Feature, Touch};
use crate::table::{Column, ColumnIdx, MISSING, Numbers, Role, Table, TextColumn};

/// A [`Feature`] with its names looked up. Plain data, so that it can travel between shards, whose dictionaries and
/// columns are the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[expect(missing_docs, reason = "named after the features")]
pub enum Measure {
    /// The event's code; [`MISSING`] for an event that the data never hold.
    EventCount(u32),
    EventShare(u32),
    Events,
    DaysActive,
    Sessions,
    Breadth,
    Recency,
    Tenure,
    Span,
    DaysUntil(u32),
    Revenue,
    /// The number column's index.
    Property(u32),
    Mean(u32),
    Sum(u32),
    Is {
        /// The text column's index.
        column: u32,
        /// The value's code; [`MISSING`] for a value that the data never hold.
        code: u32,
        touch: Touch,
    },
}

impl Measure {
    /// The measure of a feature.
    ///
    /// # Errors
    /// If the feature is revenue and no number column has that role, or it names a column that the table lacks or that
    /// holds something else.
    pub fn new(feature: &Feature, table: &Table) -> Result<Self, QueryError> {
        let event = |name: &str| table.events().dictionary.code(name).unwrap_or(MISSING);
        let number = |name: &str| {
            let index = find(table, name)?;
            numbers(table, index).map_err(|error| error.within("property"))?;
            Ok::<_, QueryError>(index.0)
        };
        Ok(match feature {
            Feature::EventCount { event: name } => Self::EventCount(event(name)),
            Feature::EventShare { event: name } => Self::EventShare(event(name)),
            Feature::Events => Self::Events,
            Feature::DaysActive => Self::DaysActive,
            Feature::Sessions => Self::Sessions,
            Feature::Breadth => Self::Breadth,
            Feature::Recency => Self::Recency,
            Feature::Tenure => Self::Tenure,
            Feature::Span => Self::Span,
            Feature::DaysUntil { event: name } => Self::DaysUntil(event(name)),
            Feature::Revenue => revenue(table).map(|_| Self::Revenue)?,
            Feature::Property { property } => Self::Property(number(property)?),
            Feature::Mean { property } => Self::Mean(number(property)?),
            Feature::Sum { property } => Self::Sum(number(property)?),
            Feature::Is { property, value, touch } => {
                let column = find(table, property)?;
                let text = texts(table, column).map_err(|error| error.within("property"))?;
                let code = text.dictionary.code(value).unwrap_or(MISSING);
                Self::Is { column: column.0, code, touch: *touch }
            }
        })
    }

    /// The feature of a measure whose names the data hold.
    pub fn feature(self, table: &Table) -> Feature {
        let event = |code: u32| table.events().dictionary.decode(code).unwrap_or_default().to_owned();
        let property = |index: u32| table.schema.columns[index as usize].name.clone();
        match self {
            Self::EventCount(code) => Feature::EventCount { event: event(code) },
            Self::EventShare(code) => Feature::EventShare { event: event(code) },
            Self::Events => Feature::Events,
            Self::DaysActive => Feature::DaysActive,
            Self::Sessions => Feature::Sessions,
            Self::Breadth => Feature::Breadth,
            Self::Recency => Feature::Recency,
            Self::Tenure => Feature::Tenure,
            Self::Span => Feature::Span,
            Self::DaysUntil(code) => Feature::DaysUntil { event: event(code) },
            Self::Revenue => Feature::Revenue,
            Self::Property(index) => Feature::Property { property: property(index) },
            Self::Mean(index) => Feature::Mean { property: property(index) },
            Self::Sum(index) => Feature::Sum { property: property(index) },
            Self::Is { column, code, touch } => {
                let value = match table.column(ColumnIdx(column)) {
                    Column::Text(text) => text.dictionary.decode(code).unwrap_or_default().to_owned(),
                    _ => String::new(),
                };
                Feature::Is { property: property(column), value, touch }
            }
        }
    }

    /// Whether it is 0 or 1, and stays that.
    pub const fn is_indicator(self) -> bool {
        matches!(self, Self::Is { .. })
    }

    /// Whether it is compared by its logarithm, unless another scaling is asked for.
    pub(super) const fn is_logarithmic(self) -> bool {
        match self {
            Self::EventCount(_) | Self::Events | Self::DaysActive | Self::Sessions | Self::Breadth => true,
            Self::Recency | Self::DaysUntil(_) | Self::Revenue | Self::Sum(_) => true,
            Self::EventShare(_) | Self::Tenure | Self::Span | Self::Property(_) | Self::Mean(_) => false,
            Self::Is { .. } => false,
        }
    }

    /// The code of the event that it counts.
    pub(super) const fn counted_event(self) -> Option<u32> {
        match self {
            Self::EventCount(code) | Self::EventShare(code) => Some(code),
            _ => None,
        }
    }
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

/// How many features users may be compared by.
pub const MAX_FEATURES: usize = 64;

/// The column that revenue is summed from.
///
/// # Errors
/// If no column has that role, or the one that has it is no number column.
pub fn revenue(table: &Table) -> Result<&Numbers, QueryError> {
    let missing = || QueryError::new("", QueryProblem::MissingRole { role: "revenue".to_owned() });
    let index = table.schema.with_role(Role::Revenue).ok_or_else(missing)?;
    numbers(table, index)
}

fn find(table: &Table, name: &str) -> Result<ColumnIdx, QueryError> {
    let unknown = || QueryProblem::UnknownProperty { name: name.to_owned() };
    table.schema.find(name).ok_or_else(|| QueryError::new("property", unknown()))
}

/// A text column.
///
/// # Errors
/// If it holds something else.
pub(super) fn texts(table: &Table, index: ColumnIdx) -> Result<&TextColumn, QueryError> {
    match table.column(index) {
        Column::Text(text) => Ok(text),
        other => {
            let name = table.schema.columns[index.0 as usize].name.clone();
            let found = match other {
                Column::Number(_) => "numbers",
                Column::User => "the users' ids",
                _ => "times",
            };
            let (found, wanted) = (found.to_owned(), "text".to_owned());
            Err(QueryError::new("", QueryProblem::WrongKind { name, found, wanted }))
        }
    }
}
