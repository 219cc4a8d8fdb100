//! The push parser: a file's bytes in, a table and a report out.

use super::assemble;
use super::batch::Batch;
use super::columns::Columns;
use super::delimited::{End, Scanner};
use super::encoding::Decoder;
use super::error::{IngestError, IngestProblem};
use super::gzip::Gunzip;
use super::json::JsonReader;
use super::json_fields::{Fields, OnNull};
use super::ledger::{Ledger, Places, count_lines, shorten};
use super::mapping::Mapping;
use super::plan::{Content, Plan};
use super::preview::{Compression, Encoding, Format, Preview};
use super::report::{Example, LoadReport, WarningKind};
use super::zone::LocalZone;
use crate::table::Table;

/// Seeds the dictionaries' hashes where the caller has no random number at hand.
pub const DEFAULT_SEED: u64 = 0x9e37_79b9_7f4a_7c15;

/// Loads one file.
///
/// ```no_run
/// # use cairn_engine::ingest::{preview, Loader, Mapping, Outcome, Sample, IngestError};
/// # fn load(bytes: &[u8]) -> Result<(), IngestError> {
/// let sample = Sample { offset: 0, bytes, is_last: true };
/// let mapping = Mapping::default();
/// let preview = preview("events.csv", &[sample], &mapping)?;
/// let mut loader = Loader::new("events.csv", &preview, &mapping)?;
/// let (table, report) = loop {
///     for piece in bytes.chunks(1 << 20) {
///         loader.push(piece)?;
///     }
///     match loader.finish()? {
///         Outcome::Loaded { table, report } => break (table, report),
///         Outcome::Retype { again, .. } => loader = *again, // push the file once more
///     }
/// };
/// # let _ = (table, report);
/// # Ok(())
/// # }
/// ```
#[derive(Debug)]
pub struct Loader {
    source: Source,
    plan: Plan,
    gunzip: Option<Gunzip>,
    decoder: Decoder,
    /// What the decoder writes.
    decoded: Vec<u8>,
    /// Text that is not in the columns yet: the start of a record first.
    buffer: Vec<u8>,
    /// How much text the buffer takes before records are looked for.
    target: usize,
    reader: Reader,
    batch: Batch,
    columns: Columns,
    ledger: Ledger,
    retyped: Vec<Retyped>,
    progress: Progress,
    /// Line of the buffer's start.
    line: u64,
}

/// How far a load has come.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Progress {
    /// Bytes pushed (compressed ones, if the file is compressed), to be held against the file's size.
    pub n_bytes: u64,
    /// Records read.
    pub n_rows: u64,
}

/// What a load leads to.
#[derive(Debug)]
pub enum Outcome {
    /// The table and what was skipped.
    Loaded {
        /// The table.
        table: Box<Table>,
        /// What was read, skipped and mended.
        report: LoadReport,
    },
    /// Columns that seemed to hold numbers or times hold other values too: the file has to be read again, with these as
    /// text. That happens at most once for a file.
    Retype {
        /// Takes the file's bytes again, from the first one.
        again: Box<Loader>,
        /// The columns, in the file's order.
        columns: Vec<Retyped>,
    },
}

/// A column that has to be read as text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Retyped {
    /// Its name.
    pub column: String,
    /// Line of the first value that contradicts the guess.
    pub line: u64,
    /// Its record.
    pub record: u64,
    /// That value, shortened.
    pub text: String,
}

/// What a loader was made from, so that it can be made again.
#[derive(Clone, Debug)]
struct Source {
    name: String,
    format: Format,
    encoding: Encoding,
    compression: Compression,
    has_header: bool,
    seed: u64,
    /// Columns that an earlier load found to be text.
    retyped: Vec<Retyped>,
}

#[derive(Debug)]
enum Reader {
    /// Delimited text, and what is still to come before its first row.
    Delimited(Scanner, Ahead),
    Json(Box<JsonReader>),
}

/// What comes before the rows of a delimited text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Ahead {
    /// Perhaps a line that names the separator, and then perhaps a header.
    SeparatorLine,
    Header,
    Nothing,
}

/// Text that is parsed at once: small enough to stay in the processor's cache.
const PIECE: usize = 128 << 10;
/// The longest record.
const MAX_RECORD: usize = 16 << 20;

impl Loader {
    /// A loader for the file called `name`, as previewed and mapped, with the default seed.
    ///
    /// # Errors
    /// If the mapping does not fit the preview: an unknown column or zone, a role given twice, no user or time column.
    pub fn new(name: &str, preview: &Preview, mapping: &Mapping) -> Result<Self, IngestError> {
        Self::with_seed(name, preview, mapping, DEFAULT_SEED)
    }

    /// The same with a seed for the dictionaries' hashes, so that nobody can prepare a file whose values all collide.
    /// No result depends on it.
    ///
    /// # Errors
    /// As for [`Loader::new`].
    pub fn with_seed(
        name: &str,
        preview: &Preview,
        mapping: &Mapping,
        seed: u64,
    ) -> Result<Self, IngestError> {
        let plan = Plan::new(name, preview, mapping).map_err(|problem| IngestError::new(name, problem))?;
        let source = Source {
            name: name.to_owned(),
            format: preview.format,
            encoding: preview.encoding,
            compression: preview.compression,
            has_header: preview.has_header,
            seed,
            retyped: Vec::new(),
        };
        Self::start(source, plan)
    }

    /// Takes the next bytes of the file, as many as the caller likes: the result does not depend on where the pieces
    /// are cut.
    ///
    /// # Errors
    /// If the file cannot be read any further: damaged compression, a record over 16 MiB, a JSON document that is no
    /// list of records. The loader is of no use after that.
    pub fn push(&mut self, bytes: &[u8]) -> Result<(), IngestError> {
        self.progress.n_bytes += bytes.len() as u64;
        match self.gunzip.take() {
            None => self.decode(bytes),
            Some(mut gunzip) => {
                let pushed = gunzip.push(bytes, |unpacked| self.decode(unpacked).map_err(Pushed::Ingest));
                self.gunzip = Some(gunzip);
                pushed.map_err(|failure| match failure {
                    Pushed::Ingest(error) => error,
                    Pushed::Gzip(problem) => self.error(problem),
                })
            }
        }
    }

    /// How far the load has come.
    pub fn progress(&self) -> Progress {
        self.progress
    }

    /// Ends the file and builds the table.
    ///
    /// # Errors
    /// If the file has no record at all, or ends inside compressed data.
    pub fn finish(mut self) -> Result<Outcome, IngestError> {
        if let Some(gunzip) = self.gunzip.take() {
            let rest = gunzip.finish().map_err(|problem| self.error(problem))?;
            self.decode(&rest)?;
        }
        self.fill(self.decoder.finish())?;
        self.parse(End::File)?;
        if self.progress.n_rows == 0 {
            let is_blank = self.line == 1 && self.buffer.is_empty();
            return Err(self.error(if is_blank { IngestProblem::EmptyFile } else { IngestProblem::NoRows }));
        }
        if self.retyped.is_empty() { Ok(self.build()) } else { self.again() }
    }

    fn start(source: Source, plan: Plan) -> Result<Self, IngestError> {
        let zone = LocalZone::named(&plan.zone).ok_or_else(|| {
            IngestError::new(&source.name, IngestProblem::UnknownZone { zone: plan.zone.clone() })
        })?;
        let names: Vec<&str> = plan.columns.iter().map(|column| column.name.as_str()).collect();
        let fields = |names: &[&str]| Fields::new(names, source.seed, OnNull::Ignore);
        let reader = match source.format {
            Format::Delimited { separator, quote } => {
                let scanner = Scanner { separator: separator as u8, quote: quote as u8 };
                Reader::Delimited(scanner, Ahead::SeparatorLine)
            }
            Format::Ndjson => Reader::Json(Box::new(JsonReader::lines(fields(&names)))),
            Format::JsonArray => Reader::Json(Box::new(JsonReader::array(fields(&names)))),
            Format::JsonObjects => Reader::Json(Box::new(JsonReader::objects(fields(&names)))),
        };
        Ok(Self {
            gunzip: (source.compression == Compression::Gzip).then(Gunzip::new),
            decoder: Decoder::new(source.encoding),
            decoded: Vec::new(),
            buffer: Vec::with_capacity(PIECE),
            target: PIECE,
            reader,
            batch: Batch::default(),
            columns: Columns::new(&plan, zone, source.seed),
            ledger: Ledger::default(),
            retyped: Vec::new(),
            progress: Progress::default(),
            line: 1,
            source,
            plan,
        })
    }

    fn decode(&mut self, bytes: &[u8]) -> Result<(), IngestError> {
        let mut decoded = std::mem::take(&mut self.decoded);
        let mut decoder = self.decoder;
        let filled = self.fill(decoder.decode(bytes, &mut decoded));
        (self.decoder, self.decoded) = (decoder, decoded);
        filled
    }

    /// Adds text to the buffer, and parses it whenever it is full.
    fn fill(&mut self, mut text: &[u8]) -> Result<(), IngestError> {
        while !text.is_empty() {
            let (taken, rest) = text.split_at(text.len().min(self.target - self.buffer.len()));
            self.buffer.extend_from_slice(taken);
            text = rest;
            if self.buffer.len() == self.target {
                self.parse(End::More)?;
            }
        }
        Ok(())
    }

    /// Parses the buffer's records into the columns, and leaves the start of the last one if it is cut.
    fn parse(&mut self, end: End) -> Result<(), IngestError> {
        let buffer = std::mem::take(&mut self.buffer);
        let mut at = self.skip_ahead(&buffer, end);
        loop {
            let width = self.columns.stores.len();
            self.batch.clear(width);
            let consumed = match &mut self.reader {
                Reader::Delimited(scanner, _) => scanner.scan(&buffer[at..], end, &mut self.batch),
                Reader::Json(json) => {
                    let read = json.read(&buffer[at..], end, &mut self.batch);
                    read.map_err(|problem| self.error(problem))?
                }
            };
            self.write(&buffer[at..at + consumed])?;
            at += consumed;
            if consumed == 0 && !self.add_columns() {
                break;
            }
        }
        self.keep_rest(buffer, at)
    }

    /// Leaves what is not parsed in the buffer, with room for more.
    fn keep_rest(&mut self, mut buffer: Vec<u8>, parsed: usize) -> Result<(), IngestError> {
        buffer.copy_within(parsed.., 0);
        buffer.truncate(buffer.len() - parsed);
        if buffer.len() >= MAX_RECORD {
            let problem = IngestProblem::RecordTooLong { limit_mib: (MAX_RECORD >> 20) as u64 };
            return Err(self.error(problem));
        }
        self.target = PIECE.max(2 * buffer.len()).min(MAX_RECORD);
        self.buffer = buffer;
        Ok(())
    }

    /// Length of the line `sep=;` that some spreadsheets put first.
    fn skip_ahead(&mut self, text: &[u8], end: End) -> usize {
        let Reader::Delimited(_, ahead @ Ahead::SeparatorLine) = &mut self.reader else { return 0 };
        if text.is_empty() && end == End::More {
            return 0;
        }
        *ahead = if self.source.has_header { Ahead::Header } else { Ahead::Nothing };
        let length = super::detect::separator_line(text).map_or(0, |line| line.length);
        self.line += count_lines(&text[..length]);
        length
    }

    /// Adds the columns that the JSON reader has met, and tells whether there were any.
    fn add_columns(&mut self) -> bool {
        let Reader::Json(json) = &self.reader else { return false };
        let n_before = self.columns.stores.len();
        for _ in n_before..json.fields.len() {
            self.columns.add_text();
        }
        json.fields.len() > n_before
    }

    /// Writes the batch, whose records are in `text`, and notes what is wrong with them.
    fn write(&mut self, text: &[u8]) -> Result<(), IngestError> {
        if let Reader::Delimited(_, ahead @ Ahead::Header) = &mut self.reader
            && !self.batch.rows.is_empty()
        {
            *ahead = Ahead::Nothing;
            self.batch.remove_first_row();
        }
        let mut batch = std::mem::take(&mut self.batch);
        batch.mend_utf8(text);
        let Content::EventTime(reader) = self.plan.columns[self.plan.time].content else {
            unreachable!("planned")
        };
        let troubles = self.columns.write(&batch, text, reader);
        let mut places = Places::new(text, &batch.rows, self.line, self.progress.n_rows);
        for trouble in troubles {
            let row = trouble.row as usize;
            let name = |column: u32| match &self.reader {
                Reader::Json(json) => json.fields.name(column as usize),
                Reader::Delimited(..) => self.plan.columns[column as usize].name.clone(),
            };
            let mut describe = || {
                let (line, record) = places.of(row);
                let whole = shorten(places.record(row));
                let value = trouble.column.map(|column| batch.bytes(text, batch.cell(row, column as usize)));
                let text = value.map_or_else(|| whole.clone(), shorten);
                (Example { line, record, column: trouble.column.map(name), text }, whole)
            };
            if trouble.kind == WarningKind::Retyped {
                let (Example { line, record, column, text }, _) = describe();
                self.retyped.push(Retyped { column: column.unwrap_or_default(), line, record, text });
            } else {
                self.ledger.note(trouble.kind, describe);
            }
        }
        self.line += count_lines(text);
        self.progress.n_rows += batch.rows.len() as u64;
        self.batch = batch;
        self.check_limits()
    }

    fn check_limits(&self) -> Result<(), IngestError> {
        if self.progress.n_rows >= u64::from(u32::MAX) {
            return Err(self.error(IngestProblem::TooManyRows { limit: u64::from(u32::MAX) }));
        }
        match self.columns.overfull() {
            None => Ok(()),
            Some(column) => {
                let column =
                    self.plan.columns.get(column).map_or_else(String::new, |column| column.name.clone());
                Err(self.error(IngestProblem::TooMuchText { column }))
            }
        }
    }

    /// The loader that reads the columns as text whose guessed kind was wrong.
    fn again(self) -> Result<Outcome, IngestError> {
        let Self { mut source, mut plan, retyped: columns, .. } = self;
        for column in &mut plan.columns {
            if columns.iter().any(|retyped| retyped.column == column.name) {
                column.content = Content::Text;
            }
        }
        source.retyped.clone_from(&columns);
        Ok(Outcome::Retype { again: Box::new(Self::start(source, plan)?), columns })
    }

    fn build(mut self) -> Outcome {
        for Retyped { column, line, record, text } in self.source.retyped {
            let example = Example { line, record, column: Some(column), text };
            self.ledger.note(WarningKind::Retyped, || (example, String::new()));
        }
        let mut report = LoadReport {
            n_bytes: self.progress.n_bytes,
            n_rows: self.progress.n_rows,
            zone: self.columns.has_local_times.then(|| self.plan.zone.clone()),
            ..LoadReport::default()
        };
        let late = match &self.reader {
            Reader::Json(json) => {
                (self.plan.columns.len()..json.fields.len()).map(|at| json.fields.name(at)).collect()
            }
            Reader::Delimited(..) => Vec::new(),
        };
        let table = assemble::table(self.plan, self.columns, late);
        report.n_events = table.n_rows() as u64;
        report.n_duplicates = super::duplicates::count(&table);
        self.ledger.finish(&mut report);
        Outcome::Loaded { table: Box::new(table), report }
    }

    fn error(&self, problem: IngestProblem) -> IngestError {
        let mut error = IngestError::new(&self.source.name, problem);
        if self.line > 1 {
            error.position.line = Some(self.line);
        }
        error
    }
}

/// Why a compressed piece could not be taken.
enum Pushed {
    Gzip(IngestProblem),
    Ingest(IngestError),
}

impl From<IngestProblem> for Pushed {
    fn from(problem: IngestProblem) -> Self {
        Self::Gzip(problem)
    }
}
