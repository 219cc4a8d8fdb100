//! What a load tells beside its table: how much was read, what was skipped or mended, and why.

use serde::{Deserialize, Serialize};

/// What was read, skipped and mended.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct LoadReport {
    /// The files, in the order in which their rows stand in the table.
    pub files: Vec<FileReport>,
    /// Bytes of all files.
    pub n_bytes: u64,
    /// Records read, without the header and empty lines: `n_events + n_skipped`.
    pub n_rows: u64,
    /// Rows of the table.
    pub n_events: u64,
    /// Records that are not in the table.
    pub n_skipped: u64,
    /// Rows that equal an earlier one in all columns. They are in the table.
    pub n_duplicates: u64,
    /// The zone used for times without one, as an IANA name; none if no time needed it.
    pub zone: Option<String>,
    /// What was skipped or mended, in the order of [`WarningKind`]; only kinds that occurred.
    pub warnings: Vec<Warning>,
    /// The first [`LoadReport::MAX_SKIPPED`] skipped records, in the files' order.
    pub skipped: Vec<Skipped>,
}

impl LoadReport {
    /// How many examples a warning holds.
    pub const MAX_EXAMPLES: usize = 20;
    /// How many skipped records are listed.
    pub const MAX_SKIPPED: usize = 10_000;
    /// Characters after which an example's text is cut, with an ellipsis.
    pub const MAX_TEXT: usize = 200;

    /// The warning of this kind, if it occurred.
    pub fn warning(&self, kind: WarningKind) -> Option<&Warning> {
        self.warnings.iter().find(|warning| warning.kind == kind)
    }
}

/// What was read of one file.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct FileReport {
    /// Its name.
    pub name: String,
    /// Its bytes.
    pub n_bytes: u64,
    /// Records read of it, without the header and empty lines.
    pub n_rows: u64,
    /// Those that are not in the table.
    pub n_skipped: u64,
}

/// One kind of trouble, counted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Warning {
    /// Which kind.
    pub kind: WarningKind,
    /// How often.
    pub n: u64,
    /// The first occurrences, at most [`LoadReport::MAX_EXAMPLES`].
    pub examples: Vec<Example>,
}

/// Kinds of trouble. A row that is skipped counts once, for the first reason in this order, and not for what else is
/// wrong with it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum WarningKind {
    /// Skipped: the record is not a JSON object.
    BadJson,
    /// Skipped: no user.
    MissingUser,
    /// Skipped: no time.
    MissingTime,
    /// Skipped: the time cannot be read.
    BadTime,
    /// Skipped: no event name.
    MissingEvent,
    /// Kept: fewer fields than columns; the others are missing.
    ShortRow,
    /// Kept: more fields than columns; the surplus is ignored.
    LongRow,
    /// Kept: bytes that are not in the file's encoding became U+FFFD. Counted by value.
    BadUtf8,
    /// Kept: the file ends inside quotes; the field goes to the end of the file.
    OpenQuote,
    /// Kept: a local time that the clocks showed twice; the earlier instant is taken.
    AmbiguousTime,
    /// Kept: a local time that the clocks skipped; it is moved forward by the length of the gap.
    SkippedTime,
    /// Kept: not a number, in a column that was chosen to hold numbers; missing.
    BadNumber,
    /// Kept: not a time, in a column (not the event's time) that was chosen to hold times; missing.
    BadTimeValue,
    /// Kept: a column that seemed to hold numbers or times holds other values too, and was read as text. Counted by
    /// column; the example is the first such value.
    Retyped,
    /// Kept: a record has a field that is not among the columns and would exceed their greatest number; it is ignored.
    TooManyColumns,
}

impl WarningKind {
    /// Whether rows with this trouble are left out of the table.
    pub fn is_skipped(self) -> bool {
        self <= Self::MissingEvent
    }
}

/// Where something happened.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Example {
    /// Which file: its place in [`LoadReport::files`], counted from 0.
    pub file: u32,
    /// Line of the decompressed file on which the record starts, counted from 1.
    pub line: u64,
    /// Record, counted from 1 without the header and empty lines.
    pub record: u64,
    /// The column's name, if one column is at fault.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub column: Option<String>,
    /// The value at fault if one column is, else the record; shortened.
    pub text: String,
}

/// One skipped record.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Skipped {
    /// Why.
    pub kind: WarningKind,
    /// Which file: its place in [`LoadReport::files`], counted from 0.
    pub file: u32,
    /// Line of the decompressed file on which the record starts, counted from 1.
    pub line: u64,
    /// Record, counted from 1 without the header and empty lines.
    pub record: u64,
    /// The record as it stands in the file, shortened.
    pub text: String,
}
