//! What can go wrong, as plain data: a code for programs, a sentence for people, a position where there is one.

use serde::{Deserialize, Serialize};

/// A query that cannot be run on this table. `field` names the query's field, as in `steps[2].where[0].property`.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error, Serialize, Deserialize)]
#[error("{field}: {problem}")]
pub struct QueryError {
    /// Path of the field at fault inside the query.
    pub field: String,
    /// What is wrong with it and what to do.
    pub problem: QueryProblem,
}

impl QueryError {
    /// An error at `field`.
    pub fn new(field: impl Into<String>, problem: QueryProblem) -> Self {
        Self { field: field.into(), problem }
    }

    /// Checks that a number of the query lies in its range, both ends inclusive.
    ///
    /// # Errors
    /// If it does not.
    pub fn check_range(field: &str, found: i64, least: i64, most: i64) -> Result<(), Self> {
        if (least..=most).contains(&found) {
            return Ok(());
        }
        Err(Self::new(field, QueryProblem::OutOfRange { found, least, most }))
    }

    /// The same error seen from an outer value that holds the failing one at `outer`.
    #[must_use]
    pub fn within(mut self, outer: &str) -> Self {
        let joint = if self.field.is_empty() || self.field.starts_with('[') { "" } else { "." };
        self.field = format!("{outer}{joint}{}", self.field);
        self
    }
}

/// The ways in which a query can be wrong.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error, Serialize, Deserialize)]
#[serde(tag = "code", rename_all = "snake_case")]
#[expect(missing_docs, reason = "the messages are the documentation")]
pub enum QueryProblem {
    #[error("there is no column named \"{name}\"; choose one of the file's columns")]
    UnknownProperty { name: String },
    #[error("\"{name}\" holds {found}, and this needs {wanted}")]
    WrongKind { name: String, found: String, wanted: String },
    #[error("\"{value}\" is not a {wanted}")]
    BadValue { value: String, wanted: String },
    #[error("is {found}, and must lie between {least} and {most}")]
    OutOfRange { found: i64, least: i64, most: i64 },
    #[error("is empty; {hint}")]
    Empty { hint: String },
    #[error("needs a column with the role \"{role}\"; give that role to a column first")]
    MissingRole { role: String },
    #[error("{explanation}")]
    Conflict { explanation: String },
    #[error("{explanation}")]
    BadPattern { explanation: String },
    #[error("\"{name}\" is not a time zone; use an IANA name such as Europe/Berlin or UTC")]
    UnknownZone { name: String },
}

/// A failure as it travels to the page or to JavaScript.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Failure {
    /// Stable code in snake_case, for programs and for translations.
    pub code: String,
    /// What happened and what to do, in plain English.
    pub message: String,
    /// Where it happened, if it happened somewhere.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub position: Option<Position>,
}

/// Where in a file or a query something is wrong. All parts are optional.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default)]
pub struct Position {
    /// The file's name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub file: Option<String>,
    /// Line, counted from 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub line: Option<u64>,
    /// Record, counted from 1 without the header.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub record: Option<u64>,
    /// The column's name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub column: Option<String>,
    /// Byte offset in the file.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub byte: Option<u64>,
    /// The query's field, as in [`QueryError::field`].
    #[serde(skip_serializing_if = "Option::is_none")]
    pub field: Option<String>,
}

impl From<QueryError> for Failure {
    fn from(error: QueryError) -> Self {
        let position = Position { field: Some(error.field.clone()), ..Position::default() };
        Self { code: "bad_query".to_owned(), message: error.to_string(), position: Some(position) }
    }
}
