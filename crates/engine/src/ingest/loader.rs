//! The push parser: a file's bytes in, a table and a report out.

use super::error::{IngestError, IngestProblem};
use super::gzip::Gunzip;
use super::intake::Intake;
use super::mapping::Mapping;
use super::plan::{Content, Plan};
use super::preview::{Compression, Encoding, Format, Preview};
use super::records::{Header, Records};
use super::report::{Example, LoadReport, WarningKind};
use super::zone::LocalZone;
use super::{assemble, duplicates};
use crate::table::Table;

/// Seeds the dictionaries' hashes where the caller has no random number at hand.
pub const DEFAULT_SEED: u64 = 0x9e37_79b9_7f4a_7c15;

/// Loads one file.
///
/// ```
/// # use cairn_engine::ingest::{preview, Loader, Mapping, Outcome, Sample, IngestError};
/// # fn load(bytes: &[u8]) -> Result<u64, IngestError> {
/// let samples = [Sample { offset: 0, bytes, is_last: true }];
/// let mapping = Mapping::default();
/// let preview = preview("events.csv", &samples, &mapping)?;
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
/// assert_eq!(table.schema.n_events, report.n_events);
/// # Ok(report.n_events)
/// # }
/// # assert_eq!(load(b"user,time,event\nu1,2026-03-01 10:15,login\n"), Ok(1));
/// ```
#[derive(Debug)]
pub struct Loader {
    source: Source,
    plan: Plan,
    gunzip: Option<Gunzip>,
    records: Records,
    intake: Intake,
    n_bytes: u64,
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
    header: Header,
    seed: u64,
    /// Columns that an earlier load found to be text.
    retyped: Vec<Retyped>,
}

impl Loader {
    /// A loader for the file called `name`, as previewed and mapped, with the default seed. Where the mapping differs
    /// from the one that the preview was made with in separator or header, the preview counts.
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
        let source = Source {
            name: name.to_owned(),
            format: preview.format,
            encoding: preview.encoding,
            compression: preview.compression,
            header: if preview.has_header { Header::Present } else { Header::Absent },
            seed,
            retyped: Vec::new(),
        };
        let started = Plan::new(name, preview, mapping).and_then(|plan| Self::start(source, plan));
        started.map_err(|problem| IngestError::new(name, problem))
    }

    /// Takes the next bytes of the file, as many as the caller likes: the result does not depend on where the pieces
    /// are cut.
    ///
    /// # Errors
    /// If the file cannot be read any further: damaged compression, a record over 16 MiB, a JSON document that is no
    /// list of records. The loader is of no use after that.
    pub fn push(&mut self, bytes: &[u8]) -> Result<(), IngestError> {
        self.n_bytes += bytes.len() as u64;
        let Self { gunzip, records, intake, .. } = self;
        let pushed = match gunzip {
            None => records.push(bytes, intake),
            Some(gunzip) => gunzip.push(bytes, |unpacked| records.push(unpacked, intake)),
        };
        pushed.map_err(|problem| self.error(problem))
    }

    /// How far the load has come.
    pub fn progress(&self) -> Progress {
        Progress { n_bytes: self.n_bytes, n_rows: self.intake.n_rows }
    }

    /// Ends the file and builds the table.
    ///
    /// # Errors
    /// If the file has no record at all, or ends inside compressed data.
    pub fn finish(mut self) -> Result<Outcome, IngestError> {
        self.end().map_err(|problem| self.error(problem))?;
        if self.intake.retyped.is_empty() {
            return Ok(self.build());
        }
        let name = self.source.name.clone();
        self.again().map_err(|problem| IngestError::new(&name, problem))
    }

    fn start(source: Source, plan: Plan) -> Result<Self, IngestProblem> {
        let zone = LocalZone::named(&plan.zone)
            .ok_or_else(|| IngestProblem::UnknownZone { zone: plan.zone.clone() })?;
        let names: Vec<&str> = plan.columns.iter().map(|column| column.name.as_str()).collect();
        Ok(Self {
            gunzip: (source.compression == Compression::Gzip).then(Gunzip::new),
            records: Records::new(source.format, source.encoding, source.header, &names, source.seed),
            intake: Intake::new(&plan, zone, source.seed),
            n_bytes: 0,
            source,
            plan,
        })
    }

    fn end(&mut self) -> Result<(), IngestProblem> {
        if let Some(gunzip) = self.gunzip.take() {
            self.records.push(&gunzip.finish()?, &mut self.intake)?;
        }
        self.records.finish(&mut self.intake)
    }

    /// The loader that reads the columns as text whose guessed kind was wrong.
    fn again(self) -> Result<Outcome, IngestProblem> {
        let Self { mut source, mut plan, intake, .. } = self;
        let mut columns = Vec::new();
        for column in &mut plan.columns {
            if let Some(retyped) = intake.retyped.iter().find(|retyped| retyped.column == column.name) {
                column.content = Content::Text;
                columns.push(retyped.clone());
            }
        }
        source.retyped.clone_from(&columns);
        Ok(Outcome::Retype { again: Box::new(Self::start(source, plan)?), columns })
    }

    fn build(self) -> Outcome {
        let Self { source, plan, intake, n_bytes, .. } = self;
        let mut ledger = intake.ledger;
        for Retyped { column, line, record, text } in source.retyped {
            let example = Example { line, record, column: Some(column), text };
            ledger.note(WarningKind::Retyped, || (example, String::new()));
        }
        let mut report = LoadReport {
            n_bytes,
            n_rows: intake.n_rows,
            zone: intake.columns.has_local_times.then(|| plan.zone.clone()),
            ..LoadReport::default()
        };
        ledger.finish(&mut report);
        let table = assemble::table(&plan, intake.columns, &intake.names);
        report.n_events = table.n_rows() as u64;
        report.n_duplicates = duplicates::count(&table);
        Outcome::Loaded { table: Box::new(table), report }
    }

    fn error(&self, problem: IngestProblem) -> IngestError {
        let is_about_all = matches!(problem, IngestProblem::EmptyFile | IngestProblem::NoRows);
        let mut error = IngestError::new(&self.source.name, problem);
        error.position.line = (!is_about_all).then_some(self.intake.line);
        error
    }
}
