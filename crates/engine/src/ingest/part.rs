//! Parts of files: ranges of bytes that several parsers read at once, and what each of them reports.

use std::ops::Range;

use serde::{Deserialize, Serialize};

use super::ledger::Ledger;
use super::loader::Retyped;

/// A range of a file, to be read by one parser: all records that start in it.
///
/// ```text
/// file    u1,signup⏎u2,"a⏎b"⏎u1,login⏎u3,…
/// parts   ├───── 0 ─────┤├───── 1 ─────┤├─
/// records ├────────┤├───────┤├────────┤├──   the second record starts in part 0 and is read with it
/// ```
///
/// Where the first record of a part starts is known only when the part before has been read. A parser need not wait for
/// that: it guesses that the first line end is the end of a record, which is wrong only inside quotes, and
/// [`Parts`](super::Parts) checks the guess against the end of the part before.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Part {
    /// Which reading this is: another number for every part, and for every time that a part is read again.
    pub reading: u32,
    /// Which of the recipe's files it is a part of.
    pub file: u32,
    /// Its bytes.
    pub range: Range<u64>,
    /// Where its first record starts.
    pub start: Start,
}

/// Where a part's first record starts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Start {
    /// At the part's first byte.
    Known,
    /// After the first line end from the byte before the part on.
    Guess,
}

impl Part {
    /// The whole of a file, of whatever length, which no other reading has the number of.
    pub const fn whole(file: u32) -> Self {
        Self { reading: file, file, range: 0..u64::MAX, start: Start::Known }
    }

    /// The first byte that the parser has to be given.
    pub fn first_byte(&self) -> u64 {
        match self.start {
            Start::Known => self.range.start,
            Start::Guess => self.range.start - 1,
        }
    }
}

/// What a parser says of a part that it has read.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PartReport {
    /// Which reading it was.
    pub reading: u32,
    /// Which of the recipe's files it was a part of.
    pub(crate) file: u32,
    /// Where the first line of the part starts; none if no line starts in it.
    pub(crate) start: Option<u64>,
    /// Where the first line after it starts.
    pub(crate) end: u64,
    /// Records read.
    pub n_rows: u64,
    /// Lines read.
    pub(crate) n_lines: u64,
    pub(crate) has_local_times: bool,
    pub(crate) ledger: Ledger,
    /// Columns whose guessed kind is wrong.
    pub(crate) retyped: Vec<Retyped>,
    /// Columns that the recipe does not know, in the order of their first occurrence.
    pub(crate) new_columns: Vec<String>,
}
