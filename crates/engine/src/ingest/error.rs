//! Why a file cannot be loaded at all.

use crate::error::{Failure, Position};

/// A file that cannot be loaded.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{problem}")]
pub struct IngestError {
    /// What is wrong and what to do.
    pub problem: IngestProblem,
    /// Where: always the file, and the line up to which it could be read.
    pub position: Box<Position>,
}

impl IngestError {
    /// An error about the whole file.
    pub(crate) fn new(file: &str, problem: IngestProblem) -> Self {
        Self { problem, position: Box::new(Position { file: Some(file.to_owned()), ..Position::default() }) }
    }
}

/// The ways in which a file can be beyond loading.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[expect(missing_docs, reason = "the messages are the documentation")]
pub enum IngestProblem {
    #[error("the file is empty; check that the export finished and choose the file again")]
    EmptyFile,
    #[error("this is {what}, not a text file; {hint}")]
    BinaryFile { what: String, hint: String },
    #[error("there are no records in the file; check the export's date range and filters")]
    NoRows,
    #[error("no column holds times; choose the column that says when each event happened")]
    NoTimeColumn,
    #[error("no column holds user ids; choose the column that says who did each event")]
    NoUserColumn,
    #[error(
        "\"{example}\" in the column \"{column}\" cannot be read as a time; choose how its times are written, or \
         another time column"
    )]
    NoTimeFormat { column: String, example: String },
    #[error(
        "a record is longer than {limit_mib} MiB; check that a quote is not left open and that the right separator is \
         chosen"
    )]
    RecordTooLong { limit_mib: u64 },
    #[error("the compressed file is damaged or incomplete ({detail}); download or compress it again")]
    BadGzip { detail: String },
    #[error(
        "the JSON document is not a list of records: {detail}; export an array of objects, or one object per line"
    )]
    BadJsonDocument { detail: String },
    #[error("there is no column named \"{name}\"; choose one of the file's columns")]
    UnknownColumn { name: String },
    #[error("\"{first}\" and \"{second}\" both have the role {role}; give it to one of them")]
    DuplicateRole { role: String, first: String, second: String },
    #[error("\"{zone}\" is not a time zone; use an IANA name such as Europe/Berlin or UTC")]
    UnknownZone { zone: String },
    #[error(
        "the separator cannot be {separator:?}; choose a character such as a comma, a semicolon, a tab or a bar"
    )]
    BadSeparator { separator: char },
    #[error("there are {found} columns, and at most {limit} can be loaded; export only those that you need")]
    TooManyColumns { found: u64, limit: u64 },
    #[error(
        "the texts of the column \"{column}\" are longer than 4 GiB in all; export a shorter period or leave it out"
    )]
    TooMuchText { column: String },
    #[error("the file has more rows than the {limit} that one table can hold; export a shorter period")]
    TooManyRows { limit: u64 },
}

impl IngestProblem {
    /// The stable code, for programs and for translations.
    pub fn code(&self) -> &'static str {
        match self {
            Self::EmptyFile => "empty_file",
            Self::BinaryFile { .. } => "binary_file",
            Self::NoRows => "no_rows",
            Self::NoTimeColumn => "no_time_column",
            Self::NoUserColumn => "no_user_column",
            Self::NoTimeFormat { .. } => "no_time_format",
            Self::RecordTooLong { .. } => "line_too_long",
            Self::BadGzip { .. } => "bad_gzip",
            Self::BadJsonDocument { .. } => "bad_json_document",
            Self::UnknownColumn { .. } => "unknown_column",
            Self::DuplicateRole { .. } => "duplicate_role",
            Self::UnknownZone { .. } => "unknown_zone",
            Self::BadSeparator { .. } => "bad_separator",
            Self::TooManyColumns { .. } => "too_many_columns",
            Self::TooMuchText { .. } => "too_much_text",
            Self::TooManyRows { .. } => "too_many_rows",
        }
    }
}

impl From<IngestError> for Failure {
    fn from(error: IngestError) -> Self {
        Self {
            code: error.problem.code().to_owned(),
            message: error.problem.to_string(),
            position: Some(*error.position),
        }
    }
}
