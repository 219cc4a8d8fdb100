//! The push parser: a file's bytes in, a table and a report out.

use super::error::IngestError;
use super::mapping::Mapping;
use super::preview::Preview;
use super::report::LoadReport;
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
    name: String,
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
        let _ = (preview, mapping, seed);
        Ok(Self { name: name.to_owned() })
    }

    /// Takes the next bytes of the file, as many as the caller likes: the result does not depend on where the pieces
    /// are cut.
    ///
    /// # Errors
    /// If the file cannot be read any further: damaged compression, or a record without end.
    pub fn push(&mut self, bytes: &[u8]) -> Result<(), IngestError> {
        let _ = (&self.name, bytes);
        todo!("follows")
    }

    /// How far the load has come.
    pub fn progress(&self) -> Progress {
        todo!("follows")
    }

    /// Ends the file and builds the table.
    ///
    /// # Errors
    /// If the file has no record at all, or ends inside compressed data.
    pub fn finish(self) -> Result<Outcome, IngestError> {
        todo!("follows")
    }
}
