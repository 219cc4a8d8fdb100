//! Keeps the account of what a load skips and mends.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::report::{Example, LoadReport, Skipped, Warning, WarningKind};

/// Counts troubles by kind and keeps the first examples.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct Ledger {
    warnings: BTreeMap<WarningKind, Warning>,
    skipped: Vec<Skipped>,
}

impl Ledger {
    /// Counts a trouble. Its place and texts are asked for only while examples are kept; they are the example and, for
    /// a row that is skipped, the whole record.
    pub(crate) fn note(&mut self, kind: WarningKind, describe: impl FnOnce() -> (Example, String)) {
        let new = || Warning { kind, n: 0, examples: Vec::new() };
        let warning = self.warnings.entry(kind).or_insert_with(new);
        warning.n += 1;
        let is_example = warning.examples.len() < LoadReport::MAX_EXAMPLES;
        let is_listed = kind.is_skipped() && self.skipped.len() < LoadReport::MAX_SKIPPED;
        if !is_example && !is_listed {
            return;
        }
        let (example, text) = describe();
        if is_listed {
            let Example { file, line, record, .. } = example;
            self.skipped.push(Skipped { kind, file, line, record, text });
        }
        if is_example {
            warning.examples.push(example);
        }
    }

    /// Adds the account of the next part, which starts after so many lines and records of its file.
    pub(crate) fn add(&mut self, part: Self, n_lines: u64, n_records: u64) {
        for (kind, mut warning) in part.warnings {
            let known = self.warnings.entry(kind).or_insert(Warning { kind, n: 0, examples: Vec::new() });
            known.n += warning.n;
            for example in &mut warning.examples {
                example.line += n_lines;
                example.record += n_records;
            }
            known.examples.append(&mut warning.examples);
            known.examples.truncate(LoadReport::MAX_EXAMPLES);
        }
        let shifted = part.skipped.into_iter().map(|skipped| Skipped {
            line: skipped.line + n_lines,
            record: skipped.record + n_records,
            ..skipped
        });
        self.skipped.extend(shifted.take(LoadReport::MAX_SKIPPED - self.skipped.len()));
    }

    /// Number of rows that are not in the table.
    pub(crate) fn n_skipped(&self) -> u64 {
        self.warnings.values().filter(|warning| warning.kind.is_skipped()).map(|w| w.n).sum()
    }

    /// Puts the account into a report.
    pub(crate) fn finish(self, report: &mut LoadReport) {
        report.n_skipped = self.n_skipped();
        report.warnings = self.warnings.into_values().collect();
        report.skipped = self.skipped;
    }
}

/// Where the rows of one batch stand in the file.
#[derive(Debug)]
pub(crate) struct Places<'b> {
    text: &'b [u8],
    rows: &'b [u32],
    /// Line of the batch's start, and number of the record before its first row.
    first: (u64, u64),
    /// Up to where lines have been counted, and the line there.
    counted: (usize, u64),
}

impl<'b> Places<'b> {
    /// Places in a batch's text, whose rows start at `rows`, that starts on line `line` after `n_records` records.
    pub(crate) fn new(text: &'b [u8], rows: &'b [u32], line: u64, n_records: u64) -> Self {
        Self { text, rows, first: (line, n_records), counted: (0, line) }
    }

    /// A row's line and record. Rows are best asked for in order.
    pub(crate) fn of(&mut self, row: usize) -> (u64, u64) {
        let start = self.rows[row] as usize;
        if start < self.counted.0 {
            self.counted = (0, self.first.0);
        }
        let (from, line) = self.counted;
        self.counted = (start, line + count_lines(&self.text[from..start]));
        (self.counted.1, self.first.1 + row as u64 + 1)
    }

    /// A row's record, as it stands in the file but for the line end.
    pub(crate) fn record(&self, row: usize) -> &'b [u8] {
        let start = self.rows[row] as usize;
        let end = self.rows.get(row + 1).map_or(self.text.len(), |&next| next as usize);
        self.text[start..end].trim_ascii_end()
    }
}

/// Number of line ends: LF, CR and CRLF.
pub(crate) fn count_lines(text: &[u8]) -> u64 {
    let line_feeds = memchr::memchr_iter(b'\n', text).count();
    let lone = |&at: &usize| text.get(at + 1) != Some(&b'\n');
    (line_feeds + memchr::memchr_iter(b'\r', text).filter(lone).count()) as u64
}

/// At most [`LoadReport::MAX_TEXT`] characters of a text, with an ellipsis if there are more.
pub(crate) fn shorten(text: &[u8]) -> String {
    // Four bytes hold any character.
    let head = &text[..text.len().min(4 * LoadReport::MAX_TEXT + 4)];
    let head = String::from_utf8_lossy(head);
    match head.char_indices().nth(LoadReport::MAX_TEXT) {
        Some((end, _)) => format!("{}…", &head[..end]),
        None => head.into_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_end_with_lf_cr_or_crlf() {
        assert_eq!(count_lines(b"a\nb\rc\r\nd\r\re"), 5);
        assert_eq!(count_lines(b"a\r"), 1);
        assert_eq!(count_lines(b""), 0);
    }

    #[test]
    fn long_texts_are_cut_between_characters() {
        assert_eq!(shorten("ä".repeat(200).as_bytes()), "ä".repeat(200));
        assert_eq!(shorten("ä".repeat(201).as_bytes()), format!("{}…", "ä".repeat(200)));
        assert_eq!(shorten("🙂".repeat(1000).as_bytes()).chars().count(), 201);
    }
}
