//! Deals parts of files out to parsers, checks that what they read fits together, and adds up what they report.

use super::error::{IngestError, IngestProblem};
use super::ledger::Ledger;
use super::loader::Retyped;
use super::part::{Part, PartReport, Start};
use super::recipe::{FileRecipe, Recipe};
use super::report::{Example, FileReport, LoadReport, WarningKind};
use crate::kernel::order::sort_by_key;

/// The parts of all files, in order, and who reads them.
///
/// Every part is read under a guess of where its first record starts. It counts when the part before it counts and ends
/// just there, or if it is the first of its file; else it is read again from where that one ended, and with it all that the same parser has read since,
/// whose dictionaries may hold what is no value. After a few wrong guesses no more are made: then one part is read at a
/// time, from where the last one ended.
#[derive(Debug)]
pub struct Parts {
    parts: Vec<State>,
    /// For each parser the parts that it was given and that were not taken back, in order.
    given: Vec<Vec<usize>>,
    /// How many of the first parts count, and where the record after them starts.
    n_checked: usize,
    at: u64,
    n_wrong: u32,
    /// Of each file.
    n_bytes: Vec<u64>,
    next_reading: u32,
}

/// One part.
#[derive(Debug)]
struct State {
    part: Part,
    progress: Progress,
    /// Whether it may be given out before the part before it counts.
    is_guessable: bool,
}

/// How far a part is.
#[derive(Debug)]
enum Progress {
    /// Nobody reads it.
    Open,
    /// This parser reads it.
    Given(usize),
    /// This parser has read it.
    Read(usize, Box<PartReport>),
    /// It lies within a record that starts before it.
    Within,
}

/// A parser has to forget.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RollBack {
    /// Which parser.
    pub parser: usize,
    /// The first reading to forget; what it has been given since does not count either.
    pub reading: u32,
}

/// What comes of a part that could not be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Failed {
    /// The file cannot be read.
    Finally {
        /// Which of the recipe's files it is.
        file: u32,
        /// Lines of its file before the part.
        n_lines: u64,
    },
    /// The part will be read again, from where it really starts.
    Again(RollBack),
    /// The reading had been taken back already.
    Ignored,
}

/// After so many wrong guesses no more are made.
const MAX_WRONG: u32 = 8;

impl Parts {
    /// The parts of the recipe's files, which have so many bytes, of `part_bytes` each, for so many parsers. One part for
    /// a file that cannot be cut.
    pub fn new(recipe: &Recipe, n_bytes: &[u64], part_bytes: u64, n_parsers: usize) -> Self {
        let parts = (0..).zip(&recipe.files).zip(n_bytes).flat_map(|((number, file), &n_bytes)| {
            let step = if file.is_cuttable() { part_bytes.max(1) } else { u64::MAX };
            cut(number, n_bytes, step)
        });
        let state = |part| State { part, progress: Progress::Open, is_guessable: true };
        Self {
            parts: parts.map(state).collect(),
            given: vec![Vec::new(); n_parsers],
            n_checked: 0,
            at: 0,
            n_wrong: 0,
            n_bytes: n_bytes.to_vec(),
            next_reading: 0,
        }
    }

    /// The next part for a parser to read; none for now.
    pub fn give(&mut self, parser: usize) -> Option<Part> {
        let (n_checked, may_guess) = (self.n_checked, self.n_wrong <= MAX_WRONG);
        let is_next = |(index, state): (usize, &State)| {
            matches!(state.progress, Progress::Open)
                && (index == n_checked || may_guess && state.is_guessable)
        };
        let index = self.parts.iter().enumerate().position(is_next)?;
        let State { part, progress, .. } = &mut self.parts[index];
        if index == n_checked {
            (part.range.start, part.start) = (self.at, Start::Known);
        }
        part.reading = self.next_reading;
        self.next_reading += 1;
        *progress = Progress::Given(parser);
        self.given[parser].push(index);
        Some(part.clone())
    }

    /// Takes what a parser says of a part, and says who has to forget what: they have to be told before they are given
    /// the next part.
    pub fn take(&mut self, report: PartReport) -> Vec<RollBack> {
        let Some(index) = self.index_of(report.reading) else { return Vec::new() };
        if let Progress::Given(parser) = self.parts[index].progress {
            self.parts[index].progress = Progress::Read(parser, Box::new(report));
        }
        self.check()
    }

    /// Hears that a part could not be read, and says whether that is final: it is if the part was read from where it
    /// really starts. Else the part will be read again.
    pub fn fail(&mut self, reading: u32) -> Failed {
        let Some(index) = self.index_of(reading) else { return Failed::Ignored };
        let State { part, progress, is_guessable } = &mut self.parts[index];
        match progress {
            Progress::Given(parser) if part.start == Start::Guess => {
                *is_guessable = false;
                let parser = *parser;
                Failed::Again(self.take_back(parser, index))
            }
            _ => {
                let file = part.file;
                let before = self.parts[..index].iter().filter_map(State::report);
                let n_lines = before.filter(|report| report.file == file).map(|report| report.n_lines).sum();
                Failed::Finally { file, n_lines }
            }
        }
    }

    /// Bytes and records of the parts that have been read.
    pub fn progress(&self) -> super::Progress {
        let read = self.parts.iter().filter(|state| matches!(state.progress, Progress::Read(..)));
        let n_bytes = read.map(|State { part, .. }| {
            part.range.end.min(self.n_bytes[part.file as usize]) - part.range.start
        });
        super::Progress { n_bytes: n_bytes.sum(), n_rows: self.reports().map(|report| report.n_rows).sum() }
    }

    /// Whether all parts have been read and count.
    pub fn are_done(&self) -> bool {
        self.n_checked == self.parts.len()
    }

    /// The readings that count, in input order.
    pub fn readings(&self) -> Vec<u32> {
        self.reports().map(|report| report.reading).collect()
    }

    /// The reports of all parts, in order.
    pub fn into_reports(self) -> Vec<PartReport> {
        let report = |state: State| match state.progress {
            Progress::Read(_, report) => Some(*report),
            _ => None,
        };
        self.parts.into_iter().filter_map(report).collect()
    }

    fn reports(&self) -> impl Iterator<Item = &PartReport> {
        self.parts.iter().filter_map(State::report)
    }

    fn index_of(&self, reading: u32) -> Option<usize> {
        let is_it = |state: &State| {
            state.part.reading == reading && matches!(state.progress, Progress::Given(_) | Progress::Read(..))
        };
        self.parts.iter().position(is_it)
    }

    /// Counts the parts that fit to those before them, and takes the first back that does not.
    fn check(&mut self) -> Vec<RollBack> {
        let mut roll_backs = Vec::new();
        while let Some(State { part, progress, .. }) = self.parts.get_mut(self.n_checked) {
            let is_within = self.at >= part.range.end;
            let expected = if is_within { None } else { Some(self.at) };
            match progress {
                Progress::Read(_, report) if report.start == expected => {
                    self.at = report.start.map_or(self.at, |_| report.end);
                }
                Progress::Read(parser, _) => {
                    let parser = *parser;
                    self.n_wrong += 1;
                    roll_backs.push(self.take_back(parser, self.n_checked));
                    continue;
                }
                Progress::Open if is_within => *progress = Progress::Within,
                Progress::Given(_) | Progress::Open => break,
                Progress::Within => {}
            }
            let file = part.file;
            self.n_checked += 1;
            if self.parts.get(self.n_checked).is_some_and(|next| next.part.file != file) {
                self.at = 0;
            }
        }
        roll_backs
    }

    /// Takes a part back from its parser, and all that it was given since. Parts before it may be among those, even
    /// some that counted.
    fn take_back(&mut self, parser: usize, index: usize) -> RollBack {
        let given = &mut self.given[parser];
        let place = given.iter().position(|&other| other == index).unwrap_or(given.len());
        let reading = self.parts[index].part.reading;
        for index in given.drain(place..) {
            self.parts[index].progress = Progress::Open;
            self.n_checked = self.n_checked.min(index);
        }
        let file = self.parts[self.n_checked].part.file;
        let before = self.parts[..self.n_checked].iter().rev().take_while(|state| state.part.file == file);
        self.at = before.into_iter().find_map(State::end).unwrap_or_default();
        RollBack { parser, reading }
    }
}

/// The parts of a file.
fn cut(file: u32, n_bytes: u64, step: u64) -> Vec<Part> {
    if step >= n_bytes {
        return vec![Part::whole(file)];
    }
    let part = |start| Part {
        reading: 0,
        file,
        range: start..n_bytes.min(start + step),
        start: if start == 0 { Start::Known } else { Start::Guess },
    };
    (0..n_bytes).step_by(step as usize).map(part).collect()
}

impl State {
    /// What was said of it, if it has been read.
    fn report(&self) -> Option<&PartReport> {
        match &self.progress {
            Progress::Read(_, report) => Some(report),
            _ => None,
        }
    }

    /// Where the record after the part starts, if one starts in it.
    fn end(&self) -> Option<u64> {
        self.report().and_then(|report| report.start.map(|_| report.end))
    }
}

/// What all parts say together.
#[derive(Debug)]
pub struct WholeReport {
    /// What was read, skipped and mended; the numbers of events and duplicates are not in it yet.
    pub loaded: LoadReport,
    /// Columns that have to be read as text, in the files' order; if there are any, nothing else counts.
    pub retyped: Vec<Retyped>,
    /// Columns beyond those of the recipe, in the order of their first occurrence.
    pub new_columns: Vec<String>,
}

/// Adds up the reports of all parts, in order, of files of so many bytes.
///
/// # Errors
/// If a file is empty or has no records.
pub fn report(recipe: &Recipe, n_bytes: &[u64], parts: Vec<PartReport>) -> Result<WholeReport, IngestError> {
    let plan = recipe.plan()?;
    let mut ledger = Ledger::default();
    let mut whole =
        WholeReport { loaded: LoadReport::default(), retyped: Vec::new(), new_columns: Vec::new() };
    let new = |(file, &n_bytes): (&FileRecipe, _)| FileReport {
        name: file.name.clone(),
        n_bytes,
        ..FileReport::default()
    };
    let mut files: Vec<FileReport> = recipe.files.iter().zip(n_bytes).map(new).collect();
    let mut n_lines = vec![0; files.len()];
    let mut retyped: Vec<(Option<usize>, Retyped)> = Vec::new();
    for part in parts {
        let at = part.file as usize;
        let (file, n_lines) = (&mut files[at], &mut n_lines[at]);
        for found in part.retyped {
            let place = plan.place(found.file, &found.column);
            if retyped.iter().all(|(known, _)| *known != place) {
                let (line, record) = (found.line + *n_lines, found.record + file.n_rows);
                retyped.push((place, Retyped { line, record, ..found }));
            }
        }
        for column in part.new_columns {
            if !whole.new_columns.contains(&column) {
                whole.new_columns.push(column);
            }
        }
        file.n_skipped += part.ledger.n_skipped();
        ledger.add(part.ledger, *n_lines, file.n_rows);
        *n_lines += part.n_lines;
        file.n_rows += part.n_rows;
        if part.has_local_times {
            whole.loaded.zone.get_or_insert_with(|| plan.files[at].zone_name.clone());
        }
    }
    for (file, n_lines) in files.iter().zip(n_lines) {
        match (file.n_rows, n_lines) {
            (0, 0) => return Err(IngestError::new(&file.name, IngestProblem::EmptyFile)),
            (0, _) => return Err(IngestError::new(&file.name, IngestProblem::NoRows)),
            _ => {}
        }
    }
    sort_by_key(&mut retyped, |(place, _)| *place);
    whole.retyped = retyped.into_iter().map(|(_, retyped)| retyped).collect();
    for Retyped { file, column, line, record, text } in recipe.retyped.clone() {
        let example = Example { file, line, record, column: Some(column), text };
        ledger.note(WarningKind::Retyped, || (example, String::new()));
    }
    let report = &mut whole.loaded;
    report.n_bytes = n_bytes.iter().sum();
    report.n_rows = files.iter().map(|file| file.n_rows).sum();
    report.files = files;
    ledger.finish(report);
    Ok(whole)
}
