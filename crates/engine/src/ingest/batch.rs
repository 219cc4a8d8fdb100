//! The records of one piece of text, as positions of their fields: nothing is copied unless it has to change.

use super::report::WarningKind;
use crate::kernel::order::sort_by_key;

/// Records between the text and the columns.
///
/// ```text
/// text   u1,2026-03-01,login\nu2,…          side   texts that had to be changed: escapes taken out, UTF-8 mended
/// rows   0                    20            starts of the records in the text
/// cells  (0,2) (3,10) (14,5)  (20,2) …      `width` for each row
/// ```
#[derive(Debug, Default)]
pub(crate) struct Batch {
    /// Where each record starts in the text.
    pub(crate) rows: Vec<u32>,
    /// The rows' cells, row by row, `width` for each.
    pub(crate) cells: Vec<Cell>,
    /// Cells that each row has.
    pub(crate) width: usize,
    /// Texts of cells that do not stand in the file as they are.
    pub(crate) side: Vec<u8>,
    /// Rows that have other than `width` fields, in their order, and how many they have.
    pub(crate) ragged: Vec<(u32, u32)>,
    /// What else is wrong with the rows, in their order.
    pub(crate) troubles: Vec<Trouble>,
}

/// Something wrong with one row of a batch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Trouble {
    pub(crate) row: u32,
    pub(crate) kind: WarningKind,
    /// The column at fault, if one is.
    pub(crate) column: Option<u32>,
}

/// A field's text. An empty one is a missing value.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Cell {
    start: u32,
    len: u32,
}

/// Set in a start that counts from the start of the side texts. A batch's text is far shorter than that.
const IN_SIDE: u32 = 1 << 31;

impl Cell {
    /// The cell of no value.
    pub(crate) const EMPTY: Self = Self { start: 0, len: 0 };

    /// Part of the text.
    #[inline(always)]
    pub(crate) fn new(start: usize, end: usize) -> Self {
        Self { start: start as u32, len: (end - start) as u32 }
    }

    /// Part of the side texts.
    pub(crate) fn in_side(start: usize, end: usize) -> Self {
        Self { start: start as u32 | IN_SIDE, len: (end - start) as u32 }
    }

    /// Whether there is no value.
    #[inline(always)]
    pub(crate) fn is_empty(self) -> bool {
        self.len == 0
    }
}

impl Batch {
    /// How many cells a batch may hold before it has to be written.
    const MAX_CELLS: usize = 1 << 18;
    /// How many rows: a batch must fit into a block.
    pub(crate) const MAX_ROWS: usize = 1 << 15;

    /// Forgets all records and takes others of `width` cells.
    pub(crate) fn clear(&mut self, width: usize) {
        self.rows.clear();
        self.cells.clear();
        self.side.clear();
        self.ragged.clear();
        self.troubles.clear();
        self.width = width;
    }

    /// Whether it should be written before more records come.
    #[inline(always)]
    pub(crate) fn is_full(&self) -> bool {
        self.cells.len() >= Self::MAX_CELLS || self.rows.len() >= Self::MAX_ROWS
    }

    /// Ends a record that starts at `start` and whose first cells, at most `width`, have been pushed; `n_fields` is how
    /// many it had.
    #[inline(always)]
    pub(crate) fn end_row(&mut self, start: usize, n_fields: usize) {
        if n_fields != self.width {
            self.note_ragged(n_fields);
        }
        self.rows.push(start as u32);
    }

    #[cold]
    fn note_ragged(&mut self, n_fields: usize) {
        self.ragged.push((self.rows.len() as u32, n_fields as u32));
        self.cells.resize((self.rows.len() + 1) * self.width, Cell::EMPTY);
    }

    /// Takes out the first row, which is a header.
    pub(crate) fn remove_first_row(&mut self) {
        self.rows.remove(0);
        self.cells.drain(..self.width);
        self.ragged.retain_mut(|ragged| shift(&mut ragged.0));
        self.troubles.retain_mut(|trouble| shift(&mut trouble.row));
    }

    /// Notes a trouble with the row that is being read.
    pub(crate) fn note(&mut self, kind: WarningKind, column: Option<u32>) {
        self.troubles.push(Trouble { row: self.rows.len() as u32, kind, column });
    }

    /// The cell of a row and column.
    #[inline(always)]
    pub(crate) fn cell(&self, row: usize, column: usize) -> Cell {
        self.cells[row * self.width + column]
    }

    /// The cell's bytes.
    #[inline(always)]
    pub(crate) fn bytes<'a>(&'a self, text: &'a [u8], cell: Cell) -> &'a [u8] {
        let (from, start) = if cell.start & IN_SIDE == 0 {
            (text, cell.start)
        } else {
            (&self.side[..], cell.start & !IN_SIDE)
        };
        &from[start as usize..][..cell.len as usize]
    }

    /// Turns what is not UTF-8 into U+FFFD, after all records are in. O(text), at the speed of a validation where there
    /// is nothing to mend.
    pub(crate) fn mend_utf8(&mut self, text: &[u8]) {
        if std::str::from_utf8(text).is_ok() && std::str::from_utf8(&self.side).is_ok() {
            return;
        }
        let mut mended = Vec::new();
        for at in 0..self.cells.len() {
            let bytes = self.bytes(text, self.cells[at]);
            let Err(_) = std::str::from_utf8(bytes) else { continue };
            let start = self.side.len();
            let lossy = String::from_utf8_lossy(bytes).into_owned();
            self.side.extend_from_slice(lossy.as_bytes());
            self.cells[at] = Cell::in_side(start, self.side.len());
            let (row, column) = (at / self.width, at % self.width);
            mended.push(Trouble { row: row as u32, kind: WarningKind::BadUtf8, column: Some(column as u32) });
        }
        self.troubles.extend(mended);
        sort_by_key(&mut self.troubles, |trouble| trouble.row);
    }
}

/// Counts a row down by one; false if it was the first.
fn shift(row: &mut u32) -> bool {
    match row.checked_sub(1) {
        Some(before) => {
            *row = before;
            true
        }
        None => false,
    }
}
