//! Takes batches of records: writes them into the columns, and keeps the account of what is wrong with them.

use super::batch::Batch;
use super::columns::Columns;
use super::error::IngestProblem;
use super::ledger::{Ledger, Places, count_lines, shorten};
use super::loader::Retyped;
use super::part::Part;
use super::plan::FilePlan;
use super::report::{Example, WarningKind};
use super::union::Plan;
use crate::table::Shards;

/// What one parser has read so far.
#[derive(Debug)]
pub(crate) struct Intake {
    /// The names of the fields of the file at hand: those of its plan, and those met in this part.
    pub(crate) names: Vec<String>,
    /// Names of the columns: those of the plan, and those that were met besides, in any file.
    pub(crate) planned: Vec<String>,
    pub(crate) unplanned: Vec<String>,
    pub(crate) columns: Columns,
    /// What is wrong with the part at hand.
    pub(crate) ledger: Ledger,
    /// Columns whose guessed kind was wrong in this part.
    pub(crate) retyped: Vec<Retyped>,
    /// Records read of this part.
    pub(crate) n_rows: u64,
    /// Line after the last record, counted from 1 at the part's start.
    pub(crate) line: u64,
    file: u32,
}

impl Intake {
    /// Nothing yet.
    pub(crate) fn new(plan: &Plan, seed: u64, sender: (u32, Shards)) -> Self {
        Self {
            names: Vec::new(),
            unplanned: Vec::new(),
            planned: plan.columns.iter().map(|column| column.name.clone()).collect(),
            columns: Columns::new(plan, seed, sender),
            ledger: Ledger::default(),
            retyped: Vec::new(),
            n_rows: 0,
            line: 1,
            file: 0,
        }
    }

    /// Starts another part of a file, or the same again.
    pub(crate) fn begin(&mut self, part: &Part, file: &FilePlan) {
        self.columns.begin(part.reading, file);
        self.file = part.file;
        self.names.clear();
        self.names.extend(file.fields.iter().map(|field| field.name.clone()));
        self.ledger = Ledger::default();
        self.retyped.clear();
        (self.n_rows, self.line) = (0, 1);
    }

    /// Number of the file's fields: how many cells a row must have.
    pub(crate) fn width(&self) -> usize {
        self.names.len()
    }

    /// Adds a field that earlier records of the file do not have.
    pub(crate) fn add_column(&mut self, name: String) {
        let known = self.unplanned.iter().position(|known| *known == name);
        let at = known.unwrap_or_else(|| {
            self.unplanned.push(name.clone());
            self.columns.add_text();
            self.unplanned.len() - 1
        });
        self.columns.fill(self.planned.len() + at, self.names.len());
        self.names.push(name);
    }

    /// Takes a batch, whose records are all that is in `text`.
    ///
    /// # Errors
    /// If the table would be larger than a table can be.
    pub(crate) fn take(&mut self, batch: &mut Batch, text: &[u8]) -> Result<(), IngestProblem> {
        batch.mend_utf8(text);
        let mut places = Places::new(text, &batch.rows, self.line, self.n_rows);
        for trouble in self.columns.write(batch, text) {
            let row = trouble.row as usize;
            let mut describe = || {
                let (line, record) = places.of(row);
                let whole = shorten(places.record(row));
                let column = trouble.column.map(|column| column as usize);
                let value = column.map(|column| shorten(batch.bytes(text, batch.cell(row, column))));
                let column = column.map(|column| self.names[column].clone());
                (
                    Example {
                        file: self.file,
                        line,
                        record,
                        column,
                        text: value.unwrap_or_else(|| whole.clone()),
                    },
                    whole,
                )
            };
            if trouble.kind == WarningKind::Retyped {
                let (Example { file, line, record, column, text }, _) = describe();
                self.retyped.push(Retyped { file, column: column.unwrap_or_default(), line, record, text });
            } else {
                self.ledger.note(trouble.kind, describe);
            }
        }
        self.line += count_lines(text);
        self.n_rows += batch.rows.len() as u64;
        self.check_size()
    }

    fn check_size(&self) -> Result<(), IngestProblem> {
        if self.n_rows >= u64::from(u32::MAX) {
            return Err(IngestProblem::TooManyRows { limit: u64::from(u32::MAX) });
        }
        match self.columns.overfull() {
            None => Ok(()),
            Some(column) => Err(IngestProblem::TooMuchText { column: self.names[column].clone() }),
        }
    }
}
