//! The push parser: parts of files in, parcels of rows out, and at the end what the rows' codes mean.

use super::columns::{Mark, Store};
use super::error::{IngestError, IngestProblem};
use super::gzip::Gunzip;
use super::intake::Intake;
use super::loader::Progress;
use super::part::{Part, PartReport, Start};
use super::plan::FilePlan;
use super::preview::Compression;
use super::recipe::Recipe;
use super::records::{MAX_RECORD, Records};
use crate::table::dictionary::Sorted;
use crate::table::parcel::Parcel;
use crate::table::{Dictionary, Shards};

/// Parses parts of files, one after another, and packs their rows for the shards.
#[derive(Debug)]
pub struct Parser {
    files: Vec<FilePlan>,
    seed: u64,
    gunzip: Option<Gunzip>,
    records: Records,
    intake: Intake,
    n_shards: usize,
    part: Part,
    phase: Phase,
    /// Where the first line starts, once it is known.
    start: Option<u64>,
    /// Where the next byte stands in the file.
    at: u64,
    /// What follows the part, up to the end of its last record.
    beyond: Vec<u8>,
    /// What was known before each reading.
    marks: Vec<(u32, Mark)>,
}

/// How far the part has been read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Phase {
    /// The first line is looked for.
    Seeking { is_after_cr: bool },
    /// Inside the part.
    Inside,
    /// Inside a record that goes beyond the part.
    Beyond,
    /// The part has been read.
    Done,
}

/// Whether a part needs more of the file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wants {
    /// The bytes that follow.
    More,
    /// Nothing more.
    Nothing,
}

/// What one parser's codes mean to one shard.
#[derive(Debug)]
pub struct Manifest {
    /// Ids of the shard's users, in the order of their indexes in the parcels.
    pub(crate) users: Dictionary,
    /// The parser's columns, first those of the plan, with the texts of those that hold texts.
    pub(crate) columns: Vec<(String, Sorted)>,
}

/// What one parser's codes mean to all shards.
#[derive(Debug)]
pub struct Manifests {
    users: Vec<Dictionary>,
    columns: Vec<(String, Sorted)>,
}

impl Manifests {
    /// The manifest for a shard, as bytes that can travel. They are those of a [`Manifest`], whose columns need not be
    /// copied for that.
    #[expect(
        clippy::expect_used,
        reason = "a manifest is made of types that postcard can write; a failure is a bug"
    )]
    pub fn to_bytes(&self, shard: usize) -> Vec<u8> {
        postcard::to_stdvec(&(&self.users[shard], &self.columns)).expect("manifests are plain data")
    }

    /// The manifest, if there is one shard; else the first shard's.
    pub fn into_first(mut self) -> Manifest {
        Manifest { users: self.users.swap_remove(0), columns: self.columns }
    }
}

impl Manifest {
    /// The manifest that such bytes are.
    ///
    /// # Panics
    /// If the bytes do not come from [`Manifests::to_bytes`] in the same build: a bug of the caller.
    #[expect(clippy::expect_used, reason = "a failure is a bug")]
    pub fn from_bytes(bytes: &[u8]) -> Self {
        let (users, columns) = postcard::from_bytes(bytes).expect("bytes of the same build");
        Self { users, columns }
    }
}

impl Parser {
    /// A parser of the files that the recipe speaks of. `sender` tells it from the other parsers of the same load.
    ///
    /// # Errors
    /// See [`Recipe::check`].
    pub fn new(recipe: &Recipe, sender: u32, shards: Shards) -> Result<Self, IngestError> {
        let plan = recipe.plan()?;
        Ok(Self {
            gunzip: None,
            records: Records::new(&plan.files[0], recipe.seed),
            intake: Intake::new(&plan, recipe.seed, (sender, shards)),
            files: plan.files,
            seed: recipe.seed,
            n_shards: shards.n(),
            part: Part::whole(0),
            phase: Phase::Done,
            start: None,
            at: 0,
            beyond: Vec::new(),
            marks: Vec::new(),
        })
    }

    /// Starts to read a part. A file that cannot be cut ([`FileRecipe::is_cuttable`](super::FileRecipe::is_cuttable)) is
    /// one part, [`Part::whole`].
    pub fn begin(&mut self, part: Part) {
        let file = &self.files[part.file as usize];
        self.marks.push((part.reading, self.intake.columns.mark()));
        self.intake.begin(&part, file);
        // Nothing of another part is left, not even the fields that it had beside those of the plan.
        self.records = Records::new(file, self.seed);
        self.gunzip = (file.compression == Compression::Gzip).then(Gunzip::new);
        if part.range.start > 0 {
            self.records.restart();
        }
        self.at = part.first_byte();
        self.beyond.clear();
        (self.phase, self.start) = match part.start {
            Start::Known => (Phase::Inside, Some(part.range.start)),
            Start::Guess => (Phase::Seeking { is_after_cr: false }, None),
        };
        self.part = part;
    }

    /// Takes the next bytes of the file, from [`Part::first_byte`] on, as many as the caller likes: the result does not
    /// depend on where the pieces are cut. Bytes beyond what the part needs are ignored.
    ///
    /// # Errors
    /// If the file cannot be read any further: damaged compression, a record over 16 MiB, a JSON document that is no
    /// list of records. The part is lost then.
    pub fn push(&mut self, bytes: &[u8]) -> Result<Wants, IngestError> {
        self.read(bytes).map_err(|problem| self.error(problem))?;
        Ok(if self.phase == Phase::Done { Wants::Nothing } else { Wants::More })
    }

    /// Ends the part: it has all it wants, or the file is at its end.
    ///
    /// # Errors
    /// As for [`push`](Self::push), and if the file ends inside compressed data.
    pub fn end(&mut self) -> Result<PartReport, IngestError> {
        self.finish_part().map_err(|problem| self.error(problem))?;
        let Self { part, files, intake, .. } = self;
        intake.columns.end_block();
        Ok(PartReport {
            reading: part.reading,
            file: part.file,
            start: self.start,
            end: self.at,
            n_rows: intake.n_rows,
            n_lines: intake.line - 1,
            has_local_times: intake.columns.has_local_times,
            ledger: std::mem::take(&mut intake.ledger),
            retyped: std::mem::take(&mut intake.retyped),
            new_columns: intake.names[files[part.file as usize].fields.len()..].to_vec(),
        })
    }

    /// The parcels that were packed since, each with its shard.
    pub fn take_parcels(&mut self) -> Vec<(usize, Parcel)> {
        std::mem::take(&mut self.intake.columns.parcels)
    }

    /// Where the next byte that it takes stands in the file.
    pub fn at(&self) -> u64 {
        self.at + self.beyond.len() as u64
    }

    /// Bytes and records of the part so far.
    pub fn progress(&self) -> Progress {
        Progress { n_bytes: self.at - self.part.first_byte(), n_rows: self.intake.n_rows }
    }

    /// Forgets what was learned in a reading and since: it does not count.
    pub fn roll_back(&mut self, reading: u32) {
        if let Some(at) = self.marks.iter().position(|mark| mark.0 == reading) {
            self.intake.columns.roll_back(&self.marks[at].1);
            self.marks.truncate(at);
            self.phase = Phase::Done;
        }
    }

    /// What the codes in the parcels mean.
    pub fn finish(self) -> Manifests {
        let Intake { planned, unplanned, columns, .. } = self.intake;
        let names = planned.into_iter().chain(unplanned);
        let users = (0..self.n_shards).map(|shard| columns.users_of(shard)).collect();
        let sorted = |store| match store {
            Store::Text(interner) => Sorted::of(&interner.into_dictionary()),
            _ => Sorted::default(),
        };
        Manifests { users, columns: names.zip(columns.stores.into_iter().map(sorted)).collect() }
    }

    fn read(&mut self, mut bytes: &[u8]) -> Result<(), IngestProblem> {
        if let Phase::Seeking { is_after_cr } = self.phase {
            bytes = &bytes[self.seek(bytes, is_after_cr)..];
        }
        if self.phase == Phase::Inside {
            let n = (self.part.range.end - self.at).min(bytes.len() as u64) as usize;
            self.feed(&bytes[..n])?;
            self.at += n as u64;
            bytes = &bytes[n..];
            if self.at == self.part.range.end {
                self.records.settle(&mut self.intake)?;
                let is_whole = self.records.rest().is_empty();
                self.phase = if is_whole { Phase::Done } else { Phase::Beyond };
            }
        }
        if self.phase == Phase::Beyond {
            self.beyond.extend_from_slice(bytes);
            self.close()?;
        }
        Ok(())
    }

    /// Looks for the first line, and says how many bytes come before it.
    fn seek(&mut self, bytes: &[u8], is_after_cr: bool) -> usize {
        let found = if is_after_cr { Some(0) } else { self.records.line_end(bytes) };
        let n = match found {
            None => bytes.len(),
            // An LF after a CR belongs to it; it may come with the next bytes.
            Some(at) if is_after_cr || bytes[at] == b'\r' => {
                let next = if is_after_cr { 0 } else { at + 1 };
                match bytes.get(next) {
                    None => {
                        self.phase = Phase::Seeking { is_after_cr: true };
                        bytes.len()
                    }
                    Some(&byte) => {
                        self.phase = Phase::Inside;
                        next + usize::from(byte == b'\n')
                    }
                }
            }
            Some(at) => {
                self.phase = Phase::Inside;
                at + 1
            }
        };
        self.at += n as u64;
        if self.at >= self.part.range.end {
            self.phase = Phase::Done;
        } else if self.phase == Phase::Inside {
            self.start = Some(self.at);
        }
        n
    }

    /// Ends the part after its last record, if that is whole now.
    fn close(&mut self) -> Result<(), IngestProblem> {
        let mut text = self.records.rest().to_vec();
        let start = text.len();
        text.extend_from_slice(&self.beyond);
        if let Some(length) = self.records.end_of_line(&text) {
            self.at += (length - start) as u64;
            self.records.push(&text[start..length], &mut self.intake)?;
            self.records.finish(&mut self.intake)?;
            self.phase = Phase::Done;
        } else if text.len() >= MAX_RECORD {
            return Err(IngestProblem::RecordTooLong { limit_mib: (MAX_RECORD >> 20) as u64 });
        }
        Ok(())
    }

    fn finish_part(&mut self) -> Result<(), IngestProblem> {
        if self.phase == Phase::Done || self.start.is_none() {
            return Ok(());
        }
        if let Some(gunzip) = self.gunzip.take() {
            self.records.push(&gunzip.finish()?, &mut self.intake)?;
        }
        self.records.push(&self.beyond, &mut self.intake)?;
        self.at += self.beyond.len() as u64;
        self.phase = Phase::Done;
        self.records.finish(&mut self.intake)
    }

    fn feed(&mut self, bytes: &[u8]) -> Result<(), IngestProblem> {
        let Self { gunzip, records, intake, .. } = self;
        match gunzip {
            None => records.push(bytes, intake),
            Some(gunzip) => gunzip.push(bytes, |unpacked| records.push(unpacked, intake)),
        }
    }

    fn error(&self, problem: IngestProblem) -> IngestError {
        let mut error = IngestError::new(&self.files[self.part.file as usize].name, problem);
        error.position.line = Some(self.intake.line);
        error
    }
}
