//! Turns a file's bytes, pushed in any pieces, into batches of records.

use super::batch::Batch;
use super::delimited::{End, Scanner};
use super::detect;
use super::encoding::Decoder;
use super::error::IngestProblem;
use super::intake::Intake;
use super::json::JsonReader;
use super::json_fields::{Fields, OnNull};
use super::ledger::count_lines;
use super::plan::FilePlan;
use super::preview::{Encoding, Format};

/// Reads records out of encoded text.
///
/// Text is gathered until there is enough of it, its records are cut and taken, and the start of the last one stays for
/// the next time. So nothing depends on how the bytes are pushed, and memory is bounded by the longest record.
#[derive(Debug)]
pub(crate) struct Records {
    decoder: Decoder,
    /// What the decoder writes.
    decoded: Vec<u8>,
    reader: Reader,
    /// Text that has not been taken: the start of a record first.
    buffer: Vec<u8>,
    /// How much text is gathered before records are looked for.
    target: usize,
    batch: Batch,
}

#[derive(Debug)]
enum Reader {
    /// Delimited text, and what comes before its rows.
    Delimited(Scanner, Ahead),
    Json(Box<JsonReader>),
}

/// What is still to come before the rows of delimited text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Ahead {
    /// Perhaps a line that names the separator, then perhaps a header.
    SeparatorLine(Header),
    /// The header.
    Header,
    /// Nothing.
    Rows,
}

/// Whether there is a header.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Header {
    Present,
    Absent,
}

/// Text that is parsed at once: small enough to stay in the processor's cache.
const PIECE: usize = 128 << 10;
/// The longest record.
pub(crate) const MAX_RECORD: usize = 16 << 20;

impl Records {
    /// A reader of the text of a file, from its start.
    pub(crate) fn new(file: &FilePlan, seed: u64) -> Self {
        let fields = || {
            let names: Vec<&str> = file.fields.iter().map(|field| field.name.as_str()).collect();
            Fields::new(&names, seed, OnNull::Ignore)
        };
        let reader = match file.format {
            Format::Delimited { separator, quote } => Reader::Delimited(
                Scanner { separator: separator as u8, quote: quote as u8 },
                Ahead::SeparatorLine(file.header),
            ),
            Format::Ndjson => Reader::Json(Box::new(JsonReader::lines(fields()))),
            Format::JsonArray => Reader::Json(Box::new(JsonReader::array(fields()))),
            Format::JsonObjects => Reader::Json(Box::new(JsonReader::objects(fields()))),
        };
        Self {
            decoder: Decoder::new(file.encoding),
            decoded: Vec::new(),
            reader,
            buffer: Vec::with_capacity(PIECE),
            target: PIECE,
            batch: Batch::default(),
        }
    }

    /// Takes the next bytes.
    ///
    /// # Errors
    /// If a record is too long, a document is no list of records, or the table grows too large.
    pub(crate) fn push(&mut self, bytes: &[u8], intake: &mut Intake) -> Result<(), IngestProblem> {
        let mut decoded = std::mem::take(&mut self.decoded);
        let mut decoder = self.decoder;
        let filled = self.fill(decoder.decode(bytes, &mut decoded), intake);
        (self.decoder, self.decoded) = (decoder, decoded);
        filled
    }

    /// Takes what is left at the end of the file.
    ///
    /// # Errors
    /// As for [`push`](Self::push).
    pub(crate) fn finish(&mut self, intake: &mut Intake) -> Result<(), IngestProblem> {
        self.fill(self.decoder.finish(), intake)?;
        self.parse(End::File, intake)
    }

    /// Takes all records that are whole.
    ///
    /// # Errors
    /// As for [`push`](Self::push).
    pub(crate) fn settle(&mut self, intake: &mut Intake) -> Result<(), IngestProblem> {
        self.parse(End::More, intake)
    }

    /// What has not been taken: the start of a record, or nothing.
    pub(crate) fn rest(&self) -> &[u8] {
        &self.buffer
    }

    /// Starts anew at the start of a record, after the header.
    pub(crate) fn restart(&mut self) {
        self.decoder = Decoder::new(Encoding::Utf8);
        self.buffer.clear();
        self.target = PIECE;
        if let Reader::Delimited(_, ahead) = &mut self.reader {
            *ahead = Ahead::Rows;
        }
    }

    /// Where the first line end is that may end a record.
    pub(crate) fn line_end(&self, text: &[u8]) -> Option<usize> {
        match &self.reader {
            Reader::Delimited(..) => memchr::memchr2(b'\n', b'\r', text),
            Reader::Json(_) => memchr::memchr(b'\n', text),
        }
    }

    /// The length of the line or record that the text starts with, its line end included; none if its end is not in the
    /// text.
    pub(crate) fn end_of_line(&self, text: &[u8]) -> Option<usize> {
        match &self.reader {
            Reader::Delimited(scanner, _) => scanner.end_of_line(text),
            Reader::Json(_) => memchr::memchr(b'\n', text).map(|at| at + 1),
        }
    }

    /// Takes the records of text as it stands where nothing is left of what came before; else what is left is completed
    /// first.
    fn fill(&mut self, mut text: &[u8], intake: &mut Intake) -> Result<(), IngestProblem> {
        while !text.is_empty() {
            if self.buffer.is_empty() && text.len() >= PIECE {
                let n_read = self.take(&text[..PIECE], End::More, intake)?;
                text = &text[n_read..];
                if n_read > 0 {
                    continue;
                }
            }
            let (taken, rest) = text.split_at(text.len().min(self.target - self.buffer.len()));
            self.buffer.extend_from_slice(taken);
            text = rest;
            if self.buffer.len() == self.target {
                self.parse(End::More, intake)?;
            }
        }
        Ok(())
    }

    /// Takes the buffer's records, and leaves the start of the last one if it is cut.
    fn parse(&mut self, end: End, intake: &mut Intake) -> Result<(), IngestProblem> {
        let mut buffer = std::mem::take(&mut self.buffer);
        let n_read = self.take(&buffer, end, intake)?;
        buffer.copy_within(n_read.., 0);
        buffer.truncate(buffer.len() - n_read);
        if buffer.len() >= MAX_RECORD {
            return Err(IngestProblem::RecordTooLong { limit_mib: (MAX_RECORD >> 20) as u64 });
        }
        self.target = PIECE.max(2 * buffer.len()).min(MAX_RECORD);
        self.buffer = buffer;
        Ok(())
    }

    /// Takes the records of a text, and says how much of it they are: all but a last one that is cut.
    fn take(&mut self, text: &[u8], end: End, intake: &mut Intake) -> Result<usize, IngestProblem> {
        let mut at = self.skip_separator_line(text, intake);
        loop {
            self.batch.clear(intake.width());
            let text = &text[at..];
            let n_read = match &mut self.reader {
                Reader::Delimited(scanner, _) => scanner.scan(text, end, &mut self.batch),
                Reader::Json(json) => json.read(text, end, &mut self.batch)?,
            };
            self.skip_header();
            intake.take(&mut self.batch, &text[..n_read])?;
            at += n_read;
            if n_read == 0 && !self.add_columns(intake) {
                return Ok(at);
            }
        }
    }

    /// Length of the line that names the separator, if the text starts with one.
    fn skip_separator_line(&mut self, text: &[u8], intake: &mut Intake) -> usize {
        let Reader::Delimited(_, ahead) = &mut self.reader else { return 0 };
        let Ahead::SeparatorLine(header) = *ahead else { return 0 };
        *ahead = if header == Header::Present { Ahead::Header } else { Ahead::Rows };
        let length = detect::separator_line(text).map_or(0, |line| line.length);
        intake.line += count_lines(&text[..length]);
        length
    }

    fn skip_header(&mut self) {
        if let Reader::Delimited(_, ahead @ Ahead::Header) = &mut self.reader
            && !self.batch.rows.is_empty()
        {
            *ahead = Ahead::Rows;
            self.batch.remove_first_row();
        }
    }

    /// Adds the columns that the JSON reader has met, and tells whether there were any.
    fn add_columns(&self, intake: &mut Intake) -> bool {
        let Reader::Json(json) = &self.reader else { return false };
        let known = intake.width();
        (known..json.fields.len()).for_each(|column| intake.add_column(json.fields.name(column)));
        intake.width() > known
    }
}
