//! What a file seems to be, from samples of it, before it is loaded.

use serde::{Deserialize, Serialize};

use super::error::IngestError;
use super::inspect::inspect;
use super::mapping::{DateOrder, DecimalMark, Mapping};
use super::time_format::TimeFormat;
use crate::table::{Kind, Role};

/// A piece of a file.
///
/// The first sample starts at offset 0 and should hold 256 KiB; up to 63 more of 16 KiB, spread over the file, let types
/// be guessed from everywhere. A compressed file gives only its head. Samples come in order of their offsets and do not
/// overlap.
#[derive(Clone, Copy, Debug)]
pub struct Sample<'a> {
    /// Where in the file it starts, in bytes.
    pub offset: u64,
    /// The bytes there.
    pub bytes: &'a [u8],
    /// Whether the file ends with it.
    pub is_last: bool,
}

/// What a file seems to be.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Preview {
    /// How its records are written.
    pub format: Format,
    /// How its characters are written.
    pub encoding: Encoding,
    /// Whether it is compressed.
    pub compression: Compression,
    /// Whether the first record holds the columns' names; true for JSON, whose records name their own fields.
    pub has_header: bool,
    /// What separates a number's whole part from its fraction.
    pub decimal_mark: DecimalMark,
    /// What comes first in dates written with numbers only, as chosen or as a value proves. None if nothing tells: then
    /// the month comes first before slashes, and the day before dots and hyphens.
    pub date_order: Option<DateOrder>,
    /// The columns, in the file's order.
    pub columns: Vec<ColumnGuess>,
    /// The first rows, at most 20; in each as many values as there are columns, none for a missing one. Texts longer
    /// than 200 characters are cut, with an ellipsis.
    pub rows: Vec<Vec<Option<String>>>,
    /// The choices that were heard, completed with the zone and, where no column tells the event, its name: a start for
    /// the person to edit. One entry for each column, in order, nothing chosen but what was chosen before.
    pub mapping: Mapping,
}

/// What a column seems to be.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ColumnGuess {
    /// Its name, unique in the file: a repeated name got ` (2)`, an empty one is `column 3`.
    pub name: String,
    /// What it seems to mean.
    pub role: Role,
    /// Why.
    pub why_role: RoleReason,
    /// What it seems to hold.
    pub kind: Kind,
    /// Why.
    pub why_kind: KindReason,
    /// How its times are written, if any of its values can be read as a time (even where the kind is another): in the
    /// way that reads most.
    pub time_format: Option<TimeFormat>,
    /// Whether its times tell their zone, if it has a time format.
    pub clock: Option<Clock>,
    /// Why the day or the month was taken to come first, if it has such dates.
    pub why_order: Option<OrderReason>,
    /// Its first distinct values, at most 5, cut at 200 characters.
    pub examples: Vec<String>,
    /// Share of the sampled rows without a value, 0..1; 0 if no row was sampled.
    pub missing_rate: f64,
}

/// How a file's records are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Format {
    /// Fields between separators, as in CSV and TSV (RFC 4180).
    Delimited {
        /// Between two fields: one of `,` `;` tab `|`, unless chosen otherwise.
        separator: char,
        /// Around fields that hold separators, quotes or line ends.
        quote: char,
    },
    /// One JSON object on each line.
    Ndjson,
    /// One JSON array of objects, by itself or as a member of one object.
    JsonArray,
    /// JSON objects one after another, each over several lines, as `jq` prints them.
    JsonObjects,
}

/// How a file's characters are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "the names of the encodings")]
pub enum Encoding {
    Utf8,
    Utf8Bom,
    Utf16le,
    Utf16be,
}

/// Whether a file is compressed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "the names of the compressions")]
pub enum Compression {
    None,
    Gzip,
}

/// Whether a column's times tell their zone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Clock {
    /// Every value names an offset, or is an epoch time.
    Zoned,
    /// No value does: the mapping's zone is used.
    Local,
    /// Some do.
    Mixed,
}

/// Why a column seems to have its role.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(tag = "code", rename_all = "snake_case")]
pub enum RoleReason {
    /// Its name holds a word that such columns usually have, and its values do not speak against it.
    Name {
        /// The word.
        word: String,
    },
    /// No name told, and its values repeat the way user ids do.
    RepeatingIds,
    /// No name told, and it is the first column of times.
    FirstTimes,
    /// No name told, and it has few values that repeat, as event names do.
    FewValues,
    /// Its texts are long, as those that people write are.
    LongTexts,
    /// Nothing speaks for a role.
    NoSign,
}

/// Why a column seems to hold what it holds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(tag = "code", rename_all = "snake_case")]
pub enum KindReason {
    /// All sampled values are numbers.
    AllNumbers,
    /// All sampled values are times.
    AllTimes,
    /// It has the role time, and some of its values are no times: their rows will be skipped.
    SomeTimes {
        /// The first of those, shortened.
        example: String,
    },
    /// A value is neither a number nor a time.
    Words {
        /// That value, shortened.
        example: String,
    },
    /// A value looks like a number, but would not survive as one, such as `007` or an id of 17 digits.
    WouldChange {
        /// That value.
        example: String,
    },
    /// No sampled row has a value.
    NoValues,
}

/// Why the day or the month was taken to come first.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(tag = "code", rename_all = "snake_case")]
pub enum OrderReason {
    /// A value allows only that order, such as `25/12/2026`.
    Proved {
        /// That value.
        example: String,
    },
    /// No value of this column tells, but those of another one do, or those of the same column in another file.
    OtherColumn,
    /// No value tells: `.` and `-` are taken for day first, `/` for month first.
    Assumed,
    /// The person chose it.
    Chosen,
}

/// Guesses what a file is from samples of it, under the choices made so far.
///
/// # Errors
/// If the file is empty, binary, not what its first bytes promise, or has no rows or no columns. A file without a
/// recognizable user or time column is no error here: the person can still choose one.
pub fn preview(name: &str, samples: &[Sample<'_>], mapping: &Mapping) -> Result<Preview, IngestError> {
    inspect(name, samples, mapping).map_err(|problem| IngestError::new(name, problem))
}
