//! The scanner against the `csv-core` crate, for tests and fuzzing.

use super::{End, Scanner};
use crate::ingest::batch::Batch;

/// Reads a text in two pieces, cut where its first byte says, both ways.
///
/// # Panics
/// If the scanner and `csv-core` read different records.
#[cfg(feature = "fuzz")]
pub fn assert_as_csv_core(bytes: &[u8]) {
    let Some((&cut, text)) = bytes.split_first() else { return };
    let (head, tail) = text.split_at(usize::from(cut).min(text.len()));
    // Lines of nothing but spaces are empty here, and records there; a mark of UTF-8 is taken off before, and there skipped.
    if !text.contains(&b' ') && !text.contains(&b'\t') && !text.starts_with(b"\xef\xbb\xbf") {
        assert_eq!(scan(&[head, tail]), oracle(text));
    }
}

const WIDTH: usize = 4;
pub(super) const COMMA: Scanner = Scanner { separator: b',', quote: b'"' };

/// The records of `pieces` put together, each with its number of fields and its first `WIDTH` fields.
pub(super) fn scan(pieces: &[&[u8]]) -> Vec<(usize, Vec<Vec<u8>>)> {
    let mut found = Vec::new();
    let mut text = Vec::new();
    for (n, piece) in pieces.iter().enumerate() {
        text.extend_from_slice(piece);
        let end = if n + 1 == pieces.len() { End::File } else { End::More };
        let mut batch = Batch::default();
        batch.clear(WIDTH);
        let consumed = COMMA.scan(&text, end, &mut batch);
        assert_eq!(batch.cells.len(), batch.rows.len() * WIDTH);
        for row in 0..batch.rows.len() {
            let ragged = batch.ragged.iter().find(|ragged| ragged.0 == row as u32);
            let n_fields = ragged.map_or(WIDTH, |ragged| ragged.1 as usize);
            let cells = (0..WIDTH).map(|column| batch.bytes(&text, batch.cell(row, column)).to_vec());
            found.push((n_fields, cells.collect()));
        }
        text.drain(..consumed);
    }
    assert!(text.is_empty());
    found
}

/// The same by `csv-core`.
pub(super) fn oracle(text: &[u8]) -> Vec<(usize, Vec<Vec<u8>>)> {
    let mut reader = csv_core::Reader::new();
    let (mut output, mut ends) = (vec![0; text.len() + 8], vec![0; text.len() + 8]);
    let (mut at, mut found) = (0, Vec::new());
    loop {
        let (mut n_out, mut n_ends) = (0, 0);
        loop {
            let (result, n_in, out, ended) =
                reader.read_record(&text[at..], &mut output[n_out..], &mut ends[n_ends..]);
            (at, n_out, n_ends) = (at + n_in, n_out + out, n_ends + ended);
            match result {
                csv_core::ReadRecordResult::InputEmpty => {}
                csv_core::ReadRecordResult::Record => break,
                csv_core::ReadRecordResult::End => return found,
                other => panic!("{other:?}"),
            }
        }
        let starts = std::iter::once(0).chain(ends.iter().copied());
        let mut cells: Vec<Vec<u8>> =
            starts.zip(&ends[..n_ends]).map(|(start, &end)| output[start..end].to_vec()).collect();
        cells.resize(WIDTH, Vec::new());
        found.push((n_ends, cells));
    }
}
