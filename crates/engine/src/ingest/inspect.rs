//! Looks at a file's samples and guesses what it is.

use super::delimited::Scanner;
use super::error::IngestProblem;
use super::infer::{self, KindGuess, Orders};
use super::ledger::shorten;
use super::mapping::{ColumnChoice, DecimalMark, Mapping};
use super::preview::{ColumnGuess, Compression, Encoding, Format, KindReason, Preview, RoleReason, Sample};
use super::roles::{self, Facts};
use super::sampling::{Sampled, Texts};
use super::{detect, names, plan};
use crate::table::{Kind, Role};

/// What a file seems to be.
///
/// # Errors
/// See [`preview`](super::preview()).
pub(crate) fn inspect(
    file: &str,
    samples: &[Sample<'_>],
    mapping: &Mapping,
) -> Result<Preview, IngestProblem> {
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
        let guess = infer::kind(&[field], DecimalMark::Point, Orders::default());
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
    let orders = Orders { chosen: mapping.date_order, elsewhere: date_order };
    let kinds = texts.iter().map(|texts| infer::kind(texts, decimal_mark, orders));
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
        .map(|((facts, role), values)| ColumnGuess::new(facts, role, values, sampled.n_rows))
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
    let is_number =
        |texts: &Vec<&[u8]>, mark| infer::kind(texts, mark, Orders::default()).kind == Kind::Number;
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
    ) -> Self {
        let KindGuess { mut kind, mut why, time_format, clock, why_order, .. } = facts.guess;
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
