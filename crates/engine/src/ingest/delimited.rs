//! Records of delimited text (CSV, TSV; RFC 4180), leniently: every text is some sequence of records.

use memchr::{memchr, memchr3};

use super::batch::{Batch, Cell};
use super::report::WarningKind;
use super::structural::Structure;

/// Whether a text is followed by more of the file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum End {
    /// More follows: the last record may be incomplete.
    More,
    /// The file ends here.
    File,
}

/// Cuts text into records and fields.
///
/// A quote opens a quoted field only as its first byte; elsewhere it is text. Inside quotes, two quotes are one; after
/// the closing quote the field goes on unquoted. Records end with LF, CR or CRLF; empty lines are none. These are the
/// rules of the `csv-core` crate, which the tests compare with; beyond them, a line of nothing but spaces is empty too.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Scanner {
    /// Between two fields; ASCII, and neither a quote nor a line end.
    pub(crate) separator: u8,
    /// Around a quoted field.
    pub(crate) quote: u8,
}

/// A quoted field's opening part: where it resumes after the closing quote, and whether quotes were doubled in it.
struct Quoted {
    resume: usize,
    is_doubled: bool,
}

impl Scanner {
    /// Appends records to the batch until the text ends or the batch is full, and returns where the first record that
    /// is not in the batch starts. Only records whose end is known are taken, unless the file ends with the text.
    ///
    /// O(text), with one look at each byte and one more at those inside quotes.
    pub(crate) fn scan(self, text: &[u8], end: End, batch: &mut Batch) -> usize {
        let mut structure = Structure::new(text, [self.separator, b'\n', b'\r']);
        let (mut record, mut field, mut n_fields) = (0, 0, 0);
        while !batch.is_full() {
            let quoted = match text.get(field) {
                Some(&byte) if byte == self.quote => match self.find_close(text, field + 1) {
                    Some(quoted) => Some(quoted),
                    None => break,
                },
                _ => None,
            };
            let resume = quoted.as_ref().map_or(field, |quoted| quoted.resume);
            let Some(at) = structure.by_ref().find(|&at| at >= resume) else { break };
            let byte = text[at];
            if byte == b'\r' && at + 1 == text.len() && end == End::More {
                break; // An LF may follow, and belongs to this line's end.
            }
            if n_fields < batch.width {
                let cell = match quoted {
                    None => Cell::new(field, at),
                    Some(quoted) => self.unquote(text, field, quoted, at, batch),
                };
                batch.cells.push(cell);
            }
            n_fields += 1;
            field = at + 1;
            if byte == self.separator {
                continue;
            }
            field += usize::from(byte == b'\r' && text.get(field) == Some(&b'\n'));
            if n_fields == 1 && is_blank(&text[record..at]) {
                batch.cells.truncate(batch.rows.len() * batch.width);
            } else {
                batch.end_row(record, n_fields);
            }
            (record, n_fields) = (field, 0);
        }
        if end == End::File && record < text.len() && !batch.is_full() {
            if n_fields > 0 || !is_blank(&text[record..]) {
                self.finish(text, record, field, n_fields, batch);
            }
            return text.len();
        }
        batch.cells.truncate(batch.rows.len() * batch.width);
        record
    }

    /// The length of the record or empty line that the text starts with, its line end included; none if its end is not
    /// in the text.
    pub(crate) fn end_of_line(self, text: &[u8]) -> Option<usize> {
        let mut field = 0;
        loop {
            let is_quoted = text.get(field) == Some(&self.quote);
            let resume = if is_quoted { self.find_close(text, field + 1)?.resume } else { field };
            let at = resume + memchr3(self.separator, b'\n', b'\r', &text[resume..])?;
            match text[at] {
                b'\n' => return Some(at + 1),
                // An LF that follows belongs to this line's end.
                b'\r' => return text.get(at + 1).map(|&next| at + 1 + usize::from(next == b'\n')),
                _ => field = at + 1,
            }
        }
    }

    /// Ends the last record, which no line end follows.
    fn finish(self, text: &[u8], record: usize, field: usize, n_fields: usize, batch: &mut Batch) {
        let is_quoted = text.get(field) == Some(&self.quote);
        let quoted = if is_quoted { self.find_close(text, field + 1) } else { None };
        if is_quoted && quoted.is_none() {
            batch.note(WarningKind::OpenQuote, Some(n_fields as u32).filter(|_| n_fields < batch.width));
        }
        if n_fields < batch.width {
            let cell = match (is_quoted, quoted) {
                (false, _) => Cell::new(field, text.len()),
                (true, Some(quoted)) => self.unquote(text, field, quoted, text.len(), batch),
                (true, None) => self.copy_undoubled(&text[field + 1..], &[], batch),
            };
            batch.cells.push(cell);
        }
        batch.end_row(record, n_fields + 1);
    }

    /// Finds the closing quote of a field whose text starts at `start`.
    #[inline]
    fn find_close(self, text: &[u8], start: usize) -> Option<Quoted> {
        let (mut from, mut is_doubled) = (start, false);
        loop {
            let resume = from + memchr(self.quote, text.get(from..)?)? + 1;
            if text.get(resume) != Some(&self.quote) {
                return Some(Quoted { resume, is_doubled });
            }
            (from, is_doubled) = (resume + 1, true);
        }
    }

    /// The cell of a quoted field that starts at `field` and ends before `end`.
    fn unquote(self, text: &[u8], field: usize, quoted: Quoted, end: usize, batch: &mut Batch) -> Cell {
        let close = quoted.resume - 1;
        if !quoted.is_doubled && quoted.resume == end {
            return Cell::new(field + 1, close);
        }
        self.copy_undoubled(&text[field + 1..close], &text[quoted.resume..end], batch)
    }

    /// Copies a field's quoted part with its quotes single, and the unquoted part after it.
    fn copy_undoubled(self, quoted: &[u8], rest: &[u8], batch: &mut Batch) -> Cell {
        let start = batch.side.len();
        let mut from = quoted;
        while let Some(at) = memchr(self.quote, from) {
            batch.side.extend_from_slice(&from[..=at]);
            from = from.get(at + 2..).unwrap_or_default();
        }
        batch.side.extend_from_slice(from);
        batch.side.extend_from_slice(rest);
        Cell::in_side(start, batch.side.len())
    }
}

/// Whether a line of one field holds nothing but spaces and tabs.
#[inline(always)]
fn is_blank(line: &[u8]) -> bool {
    line.iter().all(|byte| matches!(byte, b' ' | b'\t'))
}

#[cfg(any(test, feature = "fuzz"))]
pub mod compare;

#[cfg(test)]
mod tests {
    use super::compare::{COMMA, oracle, scan};
    use super::*;
    use proptest::prelude::*;

    fn texts(rows: &[(usize, Vec<Vec<u8>>)]) -> Vec<Vec<String>> {
        rows.iter()
            .map(|row| row.1.iter().map(|cell| String::from_utf8_lossy(cell).into_owned()).collect())
            .collect()
    }

    #[test]
    fn quotes_hold_separators_line_ends_and_doubled_quotes() {
        let rows = scan(&[b"a,\"b,\nc\",\"d\"\"e\",\"\"\r\n1,2,3,\"x\"y\"z\"\n"]);
        assert_eq!(texts(&rows), [["a", "b,\nc", "d\"e", ""], ["1", "2", "3", "xy\"z\""]]);
    }

    #[test]
    fn empty_lines_are_no_records_but_an_empty_quoted_field_is_one() {
        assert_eq!(scan(&[b"\n\r\n\ra,b,c,d\n\n\"\"\n"]).len(), 2);
    }

    #[test]
    fn lines_of_spaces_are_no_records() {
        assert_eq!(
            texts(&scan(&[b"  \na,b,c,d\r\n \r\n,,,\n   "])),
            [["a", "b", "c", "d"], ["", "", "", ""]]
        );
    }

    #[test]
    fn an_open_quote_reaches_to_the_end_of_the_file() {
        let mut batch = Batch::default();
        batch.clear(2);
        let text = b"a,b\nc,\"d\"\"\ne,f\n";
        assert_eq!(COMMA.scan(text, End::File, &mut batch), text.len());
        assert_eq!(batch.bytes(text, batch.cell(1, 1)), b"d\"\ne,f\n");
        assert_eq!(batch.troubles[0].kind, WarningKind::OpenQuote);
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(4_000))]
        #[test]
        fn hostile_text_in_random_pieces_is_read_as_csv_core_reads_it(
            bytes in proptest::collection::vec(
                prop_oneof![
                    Just(b','), Just(b','), Just(b'"'), Just(b'"'), Just(b'\r'), Just(b'\n'),  Just(b'a'),
                    Just(0xc3), Just(0xa9),
                ],
                0..200,
            ),
            cuts in proptest::collection::vec(any::<prop::sample::Index>(), 0..6),
        ) {
            let mut cuts: Vec<usize> = cuts.iter().map(|cut| cut.index(bytes.len() + 1)).collect();
            cuts.extend([0, bytes.len()]);
            cuts.sort_unstable();
            let pieces: Vec<&[u8]> = cuts.windows(2).map(|cut| &bytes[cut[0]..cut[1]]).collect();
            prop_assert_eq!(scan(&pieces), oracle(&bytes));
        }
    }
}
