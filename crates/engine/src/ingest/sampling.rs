//! Reads the records of a file's samples.

use super::batch::Batch;
use super::delimited::{End, Scanner};
use super::encoding::Decoder;
use super::error::IngestProblem;
use super::gzip::Gunzip;
use super::json::{JsonReader, bad_document};
use super::json_fields::{Fields, MAX_COLUMNS, OnNull};
use super::ledger::shorten;
use super::preview::{Compression, Encoding, Format, Sample};
use super::report::WarningKind;

/// The samples as text.
#[derive(Debug)]
pub(crate) struct Texts {
    pub(crate) compression: Compression,
    pub(crate) encoding: Encoding,
    /// The file's start, and whether it is all of it.
    pub(crate) head: (Vec<u8>, End),
    /// Pieces from further on.
    pub(crate) others: Vec<(Vec<u8>, End)>,
}

/// What is taken of a compressed head once it is unpacked.
const MAX_UNPACKED: usize = 1 << 20;

impl Texts {
    /// Unpacks and decodes.
    ///
    /// # Errors
    /// If the compressed data are damaged, or all is there and incomplete.
    pub(crate) fn new(samples: &[Sample<'_>]) -> Result<Self, IngestProblem> {
        let Some(first) = samples.first() else { return Err(IngestProblem::EmptyFile) };
        if Gunzip::is_gzip(first.bytes) {
            let (unpacked, end) = unpack(first)?;
            let encoding = Encoding::of(&unpacked);
            let head = decode(Decoder::new(encoding), &unpacked, end);
            return Ok(Self {
                compression: Compression::Gzip,
                encoding,
                head: (head, end),
                others: Vec::new(),
            });
        }
        let encoding = Encoding::of(first.bytes);
        let end = |sample: &Sample<'_>| if sample.is_last { End::File } else { End::More };
        let other = |sample: &Sample<'_>| {
            // A unit of UTF-16 starts at an even place.
            let is_cut = matches!(encoding, Encoding::Utf16le | Encoding::Utf16be) && sample.offset % 2 == 1;
            let bytes = sample.bytes.get(usize::from(is_cut)..).unwrap_or_default();
            (decode(Decoder::within(encoding), bytes, end(sample)), end(sample))
        };
        Ok(Self {
            compression: Compression::None,
            encoding,
            head: (decode(Decoder::new(encoding), first.bytes, end(first)), end(first)),
            others: samples[1..].iter().map(other).collect(),
        })
    }
}

fn unpack(sample: &Sample<'_>) -> Result<(Vec<u8>, End), IngestProblem> {
    let (mut gunzip, mut unpacked) = (Gunzip::new(), Vec::new());
    for piece in sample.bytes.chunks(4096) {
        gunzip.push(piece, |text| {
            unpacked.extend_from_slice(text);
            Ok(())
        })?;
        if unpacked.len() > MAX_UNPACKED {
            unpacked.truncate(MAX_UNPACKED);
            return Ok((unpacked, End::More));
        }
    }
    if !sample.is_last {
        return Ok((unpacked, End::More));
    }
    unpacked.extend(gunzip.finish()?);
    Ok((unpacked, End::File))
}

fn decode(mut decoder: Decoder, bytes: &[u8], end: End) -> Vec<u8> {
    let mut output = Vec::new();
    let mut text = decoder.decode(bytes, &mut output).to_vec();
    if end == End::File {
        text.extend_from_slice(decoder.finish());
    }
    text
}

/// The records of all samples, column by column.
#[derive(Debug, Default)]
pub(crate) struct Sampled {
    /// The columns' names; of delimited text, the fields of its first record, whatever they are.
    pub(crate) names: Vec<String>,
    /// The values that are not missing.
    pub(crate) values: Vec<Vec<Vec<u8>>>,
    /// Records.
    pub(crate) n_rows: usize,
    /// The first rows, as texts.
    pub(crate) rows: Vec<Vec<Option<String>>>,
}

/// How many rows are shown.
const MAX_ROWS: usize = 20;

impl Sampled {
    fn add(&mut self, batch: &Batch, text: &[u8], row: usize) {
        self.values.resize_with(self.values.len().max(batch.width), Vec::new);
        let cells = (0..batch.width).map(|column| batch.bytes(text, batch.cell(row, column)));
        for (values, value) in self.values.iter_mut().zip(cells.clone()) {
            if !value.is_empty() {
                values.push(value.to_vec());
            }
        }
        if self.rows.len() < MAX_ROWS {
            self.rows.push(cells.map(|value| (!value.is_empty()).then(|| shorten(value))).collect());
        }
        self.n_rows += 1;
    }

    /// Makes the first row of a headerless text a row again.
    pub(crate) fn restore_first(&mut self, fields: &[String]) {
        for (values, field) in self.values.iter_mut().zip(fields) {
            if !field.is_empty() {
                values.insert(0, field.clone().into_bytes());
            }
        }
        let text = |field: &String| (!field.is_empty()).then(|| shorten(field.as_bytes()));
        self.rows.insert(0, fields.iter().map(text).collect());
        self.rows.truncate(MAX_ROWS);
        self.n_rows += 1;
    }

    /// The records of delimited text. The first one gives the names, and is no row.
    ///
    /// # Errors
    /// If it has too many columns.
    pub(crate) fn delimited(texts: &Texts, skip: usize, scanner: Scanner) -> Result<Self, IngestProblem> {
        let (head, end) = (&texts.head.0[skip..], texts.head.1);
        let mut batch = Batch::default();
        scanner.scan(head, end, &mut batch);
        // If no record after the first one is whole, what there is of it has to do.
        let end = if batch.rows.len() < 2 { End::File } else { end };
        batch.clear(0);
        scanner.scan(head, end, &mut batch);
        let Some(&(_, width)) = batch.ragged.first() else { return Err(IngestProblem::EmptyFile) };
        let width = width as usize;
        if width > MAX_COLUMNS {
            return Err(IngestProblem::TooManyColumns { found: width as u64, limit: MAX_COLUMNS as u64 });
        }
        let mut sampled = Self { values: vec![Vec::new(); width], ..Self::default() };
        batch.clear(width);
        let n_read = scanner.scan(head, end, &mut batch);
        batch.mend_utf8(&head[..n_read]);
        let name = |column| String::from_utf8_lossy(batch.bytes(head, batch.cell(0, column))).into_owned();
        sampled.names = (0..width).map(name).collect();
        (1..batch.rows.len()).for_each(|row| sampled.add(&batch, head, row));
        for (text, end) in &texts.others {
            let text = &text[next_line(text)..];
            batch.clear(width);
            let n_read = scanner.scan(text, *end, &mut batch);
            batch.mend_utf8(&text[..n_read]);
            // The piece may have started inside quotes; then hardly any record has the right number of fields.
            if batch.ragged.len() * 2 < batch.rows.len() {
                let is_whole =
                    |row: &usize| batch.ragged.binary_search_by_key(&(*row as u32), |r| r.0).is_err();
                (0..batch.rows.len()).filter(is_whole).for_each(|row| sampled.add(&batch, text, row));
            }
        }
        Ok(sampled)
    }

    /// The records of JSON text. Only of lines are the other pieces read: elsewhere in a document, it is not known how
    /// deep they start.
    ///
    /// # Errors
    /// If the document is no list of objects.
    pub(crate) fn json(texts: &Texts, format: Format) -> Result<Self, IngestProblem> {
        let mut sampled = Self::default();
        let fields = Fields::new(&[], 0, OnNull::AddColumn);
        let mut reader = match format {
            Format::JsonArray => JsonReader::array(fields),
            Format::JsonObjects => JsonReader::objects(fields),
            _ => JsonReader::lines(fields),
        };
        sampled.add_json(&mut reader, &texts.head.0, texts.head.1)?;
        if sampled.n_rows == 0 && texts.head.1 == End::More {
            return Err(bad_document(
                "its first record does not end within the first part that was looked at",
            ));
        }
        if format == Format::Ndjson {
            for (text, end) in &texts.others {
                sampled.add_json(&mut reader, &text[next_line(text)..], *end)?;
            }
        }
        sampled.names = (0..reader.fields.len()).map(|column| reader.fields.name(column)).collect();
        sampled.values.resize_with(sampled.names.len(), Vec::new);
        sampled.drop_empty_parents();
        for row in &mut sampled.rows {
            row.resize(sampled.names.len(), None);
        }
        Ok(sampled)
    }

    fn add_json(&mut self, reader: &mut JsonReader, text: &[u8], end: End) -> Result<(), IngestProblem> {
        let (mut at, mut batch) = (0, Batch::default());
        loop {
            let width = reader.fields.len();
            batch.clear(width);
            let consumed = reader.read(&text[at..], end, &mut batch)?;
            batch.mend_utf8(&text[at..at + consumed]);
            // A bad record has no cells, and no other trouble.
            let trouble =
                |row: usize| batch.troubles.binary_search_by_key(&(row as u32), |trouble| trouble.row);
            let is_bad =
                |row: &usize| trouble(*row).is_ok_and(|at| batch.troubles[at].kind == WarningKind::BadJson);
            for row in (0..batch.rows.len()).filter(|row| !is_bad(row)) {
                self.add(&batch, &text[at..], row);
            }
            at += consumed;
            if consumed == 0 && reader.fields.len() == width {
                return Ok(());
            }
        }
    }

    /// Drops columns that only held null where other records hold an object.
    fn drop_empty_parents(&mut self) {
        let is_parent = |name: &String| {
            let path = format!("{name}.");
            self.names.iter().any(|other| other.starts_with(&path))
        };
        let keep: Vec<bool> = self
            .names
            .iter()
            .zip(&self.values)
            .map(|(name, values)| !values.is_empty() || !is_parent(name))
            .collect();
        retain(&mut self.names, &keep);
        retain(&mut self.values, &keep);
        for row in &mut self.rows {
            row.resize(keep.len(), None);
            retain(row, &keep);
        }
    }
}

fn retain<T>(items: &mut Vec<T>, keep: &[bool]) {
    let mut keep = keep.iter();
    items.retain(|_| *keep.next().unwrap_or(&true));
}

/// Where the line after the first one starts.
fn next_line(text: &[u8]) -> usize {
    memchr::memchr(b'\n', text).or_else(|| memchr::memchr(b'\r', text)).map_or(text.len(), |at| at + 1)
}
