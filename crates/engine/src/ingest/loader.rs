//! Loading files with one parser: their bytes in, a table and a report out.

use serde::{Deserialize, Serialize};

use super::assemble::Build;
use super::error::IngestError;
use super::mapping::Mapping;
use super::parser::Parser;
use super::part::{Part, PartReport};
use super::parts::report;
use super::preview::Preview;
use super::recipe::{FileRecipe, Recipe};
use super::report::LoadReport;
use crate::table::parcel::Header;
use crate::table::{Shards, Table};

/// Seeds the dictionaries' hashes where the caller has no random number at hand.
pub const DEFAULT_SEED: u64 = 0x9e37_79b9_7f4a_7c15;

/// Loads one file, or several into one table.
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
    recipe: Recipe,
    parser: Parser,
    /// Of the files before the one at hand: what was read of them, and their bytes.
    parts: Vec<PartReport>,
    n_bytes: Vec<u64>,
    /// The parcels.
    headers: Vec<Header>,
    bodies: Vec<Vec<u8>>,
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
    /// Columns that seemed to hold numbers or times hold other values too: all files have to be read again, with these as
    /// text. That happens at most once for a load.
    Retype {
        /// Takes the files' bytes again, from the first one.
        again: Box<Loader>,
        /// The columns, in the files' order.
        columns: Vec<Retyped>,
    },
}

/// A column that has to be read as text.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Retyped {
    /// Which of the recipe's files has the first value that contradicts the guess.
    pub file: u32,
    /// Its name in that file.
    pub column: String,
    /// Line of that value.
    pub line: u64,
    /// Its record.
    pub record: u64,
    /// That value, shortened.
    pub text: String,
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
        let (preview, mapping) = (preview.clone(), mapping.clone());
        Self::of_files(vec![FileRecipe { name: name.to_owned(), preview, mapping }], seed)
    }

    /// A loader for several files, to be pushed one after another in this order, with [`next_file`](Self::next_file)
    /// between two of them.
    ///
    /// # Errors
    /// See [`Recipe::check`].
    pub fn of_files(files: Vec<FileRecipe>, seed: u64) -> Result<Self, IngestError> {
        Self::start(Recipe::new(files, seed))
    }

    /// Takes the next bytes of the file, as many as the caller likes: the result does not depend on where the pieces
    /// are cut.
    ///
    /// # Errors
    /// If the file cannot be read any further: damaged compression, a record over 16 MiB, a JSON document that is no
    /// list of records. The loader is of no use after that.
    pub fn push(&mut self, bytes: &[u8]) -> Result<(), IngestError> {
        self.parser.push(bytes)?;
        self.take_parcels();
        Ok(())
    }

    /// Ends the file at hand and goes on to the next one.
    ///
    /// # Errors
    /// If the file ends inside compressed data.
    ///
    /// # Panics
    /// If there is no next one: a bug of the caller.
    pub fn next_file(&mut self) -> Result<(), IngestError> {
        self.end_file()?;
        self.parser.begin(Part::whole(self.parts.len() as u32));
        Ok(())
    }

    /// How far the load has come, in all files.
    pub fn progress(&self) -> Progress {
        let Progress { n_bytes, n_rows } = self.parser.progress();
        Progress {
            n_bytes: n_bytes + self.n_bytes.iter().sum::<u64>(),
            n_rows: n_rows + self.parts.iter().map(|part| part.n_rows).sum::<u64>(),
        }
    }

    /// Ends the last file and builds the table.
    ///
    /// # Errors
    /// If a file has no record at all, or ends inside compressed data.
    pub fn finish(mut self) -> Result<Outcome, IngestError> {
        self.end_file()?;
        let Self { mut recipe, parser, parts, n_bytes, headers, bodies } = self;
        let mut report = report(&recipe, &n_bytes, parts)?;
        if !report.retyped.is_empty() {
            let columns = report.retyped;
            recipe.retyped.clone_from(&columns);
            return Ok(Outcome::Retype { again: Box::new(Self::start(recipe)?), columns });
        }
        let manifests = vec![parser.finish().into_first()];
        let build = Build::start(&recipe, report.new_columns, manifests, headers, Box::new(bodies))?;
        let (table, n_duplicates) = build.finish();
        report.loaded.n_events = table.n_rows() as u64;
        report.loaded.n_duplicates = n_duplicates;
        Ok(Outcome::Loaded { table: Box::new(table), report: report.loaded })
    }

    fn start(recipe: Recipe) -> Result<Self, IngestError> {
        let mut parser = Parser::new(&recipe, 0, Shards::ONE)?;
        parser.begin(Part::whole(0));
        let (headers, bodies) = (Vec::new(), Vec::new());
        Ok(Self { recipe, parser, parts: Vec::new(), n_bytes: Vec::new(), headers, bodies })
    }

    fn end_file(&mut self) -> Result<(), IngestError> {
        self.n_bytes.push(self.parser.progress().n_bytes);
        self.parts.push(self.parser.end()?);
        self.take_parcels();
        Ok(())
    }

    fn take_parcels(&mut self) {
        for (_, parcel) in self.parser.take_parcels() {
            self.headers.push(parcel.header);
            self.bodies.push(parcel.body);
        }
    }
}
