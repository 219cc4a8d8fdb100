//! What a file seems to be, from samples of it, before it is loaded.

use serde::{Deserialize, Serialize};

use super::delimited::Scanner;
use super::error::{IngestError, IngestProblem};
use super::infer::{self, KindGuess};
use super::ledger::shorten;
use super::mapping::{ColumnChoice, DateOrder, DecimalMark, Mapping};
use super::roles::{self, Facts};
use super::sampling::{Sampled, Texts};
use super::time_format::TimeFormat;
use super::{detect, names, plan};
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
    /// How its times are written, if most of its values can be read as times (even where the kind is another).
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
    /// All sampled values are times (nearly all, in the column with the role time).
    AllTimes,
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
    look(name, samples, mapping).map_err(|problem| IngestError::new(name, problem))
}

fn look(file: &str, samples: &[Sample<'_>], mapping: &Mapping) -> Result<Preview, IngestProblem> {
    let texts = Texts::new(samples)?;
    let (head, end) = (&texts.head.0, texts.head.1);
    if head.iter().all(u8::is_ascii_whitespace) {
        return Err(IngestProblem::EmptyFile);
    }
    if let Some(problem) = detect::binary(head) {
        return Err(problem);
    }
    let format = detect::format(head, end, mapping.separator)?;
    let (sampled, has_header) = match format {
        Format::Delimited { separator, quote } => {
            let skip = detect::separator_line(head).map_or(0, |line| line.length);
            let scanner = Scanner { separator: separator as u8, quote: quote as u8 };
            with_header(Sampled::delimited(&texts, skip, scanner)?, mapping)
        }
        _ => (Sampled::json(&texts, format)?, true),
    };
    if sampled.n_rows == 0 {
        return Err(IngestProblem::NoRows);
    }
    Ok(Preview {
        encoding: texts.encoding,
        compression: texts.compression,
        has_header,
        ..guess(file, format, sampled, mapping)
    })
}

/// Names the columns after the first record, if it is a header; else makes it a row.
fn with_header(mut sampled: Sampled, mapping: &Mapping) -> (Sampled, bool) {
    let fields = std::mem::take(&mut sampled.names);
    let has_header = mapping.has_header.unwrap_or_else(|| is_header(&fields, &sampled.values));
    if has_header {
        sampled.names = names::from_header(&fields);
    } else {
        sampled.restore_first(&fields);
        sampled.names = names::from_header(&vec![String::new(); fields.len()]);
    }
    (sampled, has_header)
}

/// Whether a first record holds names: yes if one is a name that such columns usually have; no if a field is a number,
/// a time, an e-mail address or the same as a value below it.
fn is_header(fields: &[String], values: &[Vec<Vec<u8>>]) -> bool {
    if fields.iter().any(|field| roles::is_usual_name(field)) {
        return true;
    }
    let is_value = |(field, values): (&String, &Vec<Vec<u8>>)| {
        let field = field.trim().as_bytes();
        let guess = infer::kind(&[field], DecimalMark::Point, None);
        let is_data = guess.kind != Kind::Text || matches!(guess.why, KindReason::WouldChange { .. });
        let is_repeated = || values.iter().any(|value| value.trim_ascii() == field);
        !field.is_empty() && (is_data || field.contains(&b'@') || is_repeated())
    };
    !fields.iter().zip(values).any(is_value)
}

/// Guesses the columns' kinds and roles. Encoding, compression and header are left to the caller.
fn guess(file: &str, format: Format, sampled: Sampled, mapping: &Mapping) -> Preview {
    let texts: Vec<Vec<&[u8]>> =
        sampled.values.iter().map(|values| values.iter().map(Vec::as_slice).collect()).collect();
    let decimal_mark = mapping.decimal_mark.unwrap_or_else(|| decimal_mark(format, &texts));
    let proved = || infer::proved_order(texts.iter().flatten().copied()).map(|(order, _)| order);
    let date_order = mapping.date_order.or_else(proved);
    let kinds = texts.iter().map(|texts| {
        let order = mapping.date_order.or_else(|| {
            let own = infer::proved_order(texts.iter().copied());
            own.map(|(order, _)| order).or(date_order)
        });
        infer::kind(texts, decimal_mark, order)
    });
    let mut facts: Vec<Facts<'_>> = sampled
        .names
        .iter()
        .zip(&sampled.values)
        .zip(kinds)
        .map(|((name, values), kind)| Facts::new(name, values, sampled.n_rows, kind))
        .collect();
    let roles = roles::roles(&mut facts);
    let columns: Vec<ColumnGuess> = facts
        .into_iter()
        .zip(roles)
        .zip(&sampled.values)
        .map(|((facts, role), values)| ColumnGuess::new(facts, role, values, sampled.n_rows, mapping))
        .collect();
    Preview {
        format,
        encoding: Encoding::Utf8,
        compression: Compression::None,
        has_header: true,
        decimal_mark,
        date_order,
        rows: sampled.rows,
        mapping: complete(file, &columns, mapping),
        columns,
    }
}

/// The mark that makes more columns numbers. A comma is one only where it does not separate fields, and not if three
/// digits follow it everywhere: that may be a thousand.
fn decimal_mark(format: Format, columns: &[Vec<&[u8]>]) -> DecimalMark {
    if !matches!(format, Format::Delimited { separator, .. } if separator != ',') {
        return DecimalMark::Point;
    }
    let is_number = |texts: &Vec<&[u8]>, mark| infer::kind(texts, mark, None).kind == Kind::Number;
    let is_fraction =
        |text: &&&[u8]| text.iter().rev().position(|&byte| byte == b',').is_some_and(|n| n != 3);
    let by_comma = columns.iter().filter(|texts| {
        is_number(texts, DecimalMark::Comma)
            && !is_number(texts, DecimalMark::Point)
            && texts.iter().any(|text| is_fraction(&text))
    });
    let by_point = columns
        .iter()
        .filter(|texts| is_number(texts, DecimalMark::Point) && !is_number(texts, DecimalMark::Comma));
    if by_comma.count() > by_point.count() { DecimalMark::Comma } else { DecimalMark::Point }
}

/// The mapping with an entry for each column, the zone, and the name of the event if no column tells it.
fn complete(file: &str, columns: &[ColumnGuess], mapping: &Mapping) -> Mapping {
    let choice = |column: &ColumnGuess| {
        let new = || ColumnChoice { name: column.name.clone(), ..ColumnChoice::default() };
        mapping.column(&column.name).cloned().unwrap_or_else(new)
    };
    let known = columns.iter().map(choice);
    let others =
        mapping.columns.iter().filter(|choice| columns.iter().all(|column| column.name != choice.name));
    let has_event = columns.iter().any(|column| column.role == Role::Event);
    let event_name = mapping.event_name.clone();
    Mapping {
        columns: known.chain(others.cloned()).collect(),
        zone: Some(mapping.zone.clone().unwrap_or_else(|| "UTC".to_owned())),
        event_name: event_name.or_else(|| (!has_event).then(|| plan::stem(file).to_owned())),
        ..mapping.clone()
    }
}

impl ColumnGuess {
    /// How many examples are given.
    const MAX_EXAMPLES: usize = 5;

    fn new(
        facts: Facts<'_>,
        (role, why_role): (Role, RoleReason),
        values: &[Vec<u8>],
        n_rows: usize,
        mapping: &Mapping,
    ) -> Self {
        let KindGuess { mut kind, mut why, time_format, clock, why_order } = facts.guess;
        if role == Role::User || role == Role::Event {
            kind = Kind::Text;
        } else if kind == Kind::Number && time_format.is_some() && roles::is_time_name(facts.name) {
            (kind, why) = (Kind::Time, KindReason::AllTimes);
        }
        let mut examples: Vec<String> = Vec::new();
        for value in values {
            let value = shorten(value);
            if examples.len() < Self::MAX_EXAMPLES && !examples.contains(&value) {
                examples.push(value);
            }
        }
        let n_missing = n_rows - values.len();
        let why_order =
            why_order.map(|why| if mapping.date_order.is_some() { OrderReason::Chosen } else { why });
        Self {
            name: facts.name.to_owned(),
            role,
            why_role,
            kind,
            why_kind: why,
            time_format,
            clock,
            why_order,
            examples,
            missing_rate: n_missing as f64 / n_rows.max(1) as f64,
        }
    }

    /// A column that no sample showed.
    pub(crate) fn unseen(name: &str) -> Self {
        Self {
            name: name.to_owned(),
            role: Role::Other,
            why_role: RoleReason::NoSign,
            kind: Kind::Text,
            why_kind: KindReason::NoValues,
            time_format: None,
            clock: None,
            why_order: None,
            examples: Vec::new(),
            missing_rate: 1.0,
        }
    }
}
