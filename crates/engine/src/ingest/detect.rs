//! Guesses a file's format from its head: what kind of text it is, what separates fields, whether there is a header.

use super::batch::Batch;
use super::delimited::{End, Scanner};
use super::error::IngestProblem;
use super::json::{bad_document, enter_list};
use super::json_lexer::{Lexer, Stop};
use super::preview::Format;

/// The separators that are tried.
const SEPARATORS: [char; 4] = [',', ';', '\t', '|'];
/// How many records are compared.
const MAX_RECORDS: usize = 200;

/// A first line that names the separator: `sep=;`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct SeparatorLine {
    pub(crate) separator: char,
    /// With its end.
    pub(crate) length: usize,
}

/// The line at the start of a text that names its separator, if there is one.
pub(crate) fn separator_line(text: &[u8]) -> Option<SeparatorLine> {
    let [a, b, c, b'=', separator, rest @ ..] = text else { return None };
    if ![*a, *b, *c].eq_ignore_ascii_case(b"sep") {
        return None;
    }
    let end = match rest {
        [b'\r', b'\n', ..] => 2,
        [b'\n' | b'\r', ..] => 1,
        _ => return None,
    };
    Some(SeparatorLine { separator: char::from(*separator), length: 5 + end })
}

/// The format of a text that starts so.
///
/// # Errors
/// If it is JSON, and not a list of objects.
pub(crate) fn format(head: &[u8], end: End, separator: Option<char>) -> Result<Format, IngestProblem> {
    if separator.is_none()
        && let Some(format) = json_format(head, end)?
    {
        return Ok(format);
    }
    let separator = match separator {
        Some(separator) if is_usable(separator) => separator,
        Some(separator) => return Err(IngestProblem::BadSeparator { separator }),
        None => match separator_line(head) {
            Some(line) if is_usable(line.separator) => line.separator,
            _ => best_separator(head, end),
        },
    };
    Ok(Format::Delimited { separator, quote: '"' })
}

/// Whether a character can separate fields: one byte that is neither a quote nor a line end.
fn is_usable(separator: char) -> bool {
    separator.is_ascii()
        && !matches!(separator, '"' | '\n' | '\r' | '\0')
        && !separator.is_ascii_alphanumeric()
}

/// The separator that gives the most records the same number of fields, more than one; of equals, the one that gives
/// more fields; a comma if none gives more than one.
fn best_separator(head: &[u8], end: End) -> char {
    let score = |separator: char| {
        let counts = field_counts(head, end, separator);
        let mut sorted = counts.clone();
        sorted.sort_unstable();
        let runs = sorted.chunk_by(|a, b| a == b).filter(|run| run[0] > 1);
        let usual = runs.max_by_key(|run| (run.len(), run[0]))?;
        // Compared exactly: as shares of all records, which are not the same for all separators.
        Some((usual.len() * 1_000_000 / counts.len(), usual[0]))
    };
    let mut best = (',', None);
    for separator in SEPARATORS {
        let found = score(separator);
        if found > best.1 {
            best = (separator, found);
        }
    }
    best.0
}

/// How many fields each of the first records has.
fn field_counts(head: &[u8], end: End, separator: char) -> Vec<u32> {
    let mut batch = Batch::default();
    let scanner = Scanner { separator: separator as u8, quote: b'"' };
    let _ = scanner.scan(head, end, &mut batch);
    if batch.rows.is_empty() {
        // Not one whole record in the sample: what there is of it.
        let _ = scanner.scan(head, End::File, &mut batch);
    }
    batch.ragged.iter().take(MAX_RECORDS).map(|ragged| ragged.1).collect()
}

/// The kind of JSON that a text is, if it is any.
fn json_format(head: &[u8], end: End) -> Result<Option<Format>, IngestProblem> {
    let mut lexer = Lexer { text: head, at: 0 };
    match lexer.peek() {
        Ok(b'[') => array_format(lexer, end),
        Ok(b'{') => object_format(lexer, end).map(Some),
        _ => Ok(None),
    }
}

fn array_format(mut lexer: Lexer<'_>, end: End) -> Result<Option<Format>, IngestProblem> {
    lexer.at += 1;
    match lexer.peek() {
        Ok(b'{' | b']') => Ok(Some(Format::JsonArray)),
        Err(_) if end == End::More => Ok(Some(Format::JsonArray)),
        // Some databases put brackets around the names of columns.
        Ok(byte) if byte.is_ascii_alphabetic() => Ok(None),
        _ => Err(bad_document("its array holds other things than objects")),
    }
}

/// The format of a text whose first object starts at the lexer's place.
fn object_format(mut lexer: Lexer<'_>, end: End) -> Result<Format, IngestProblem> {
    let start = lexer;
    let mut inside = start;
    inside.at += 1;
    let holds_list = enter_list(&mut inside) == Ok(true);
    match lexer.skip_value(0) {
        Ok(()) => {}
        Err(Stop::Cut) if end == End::More && holds_list => return Ok(Format::JsonArray),
        // The first record is broken: the lines tell.
        Err(_) => return broken_format(start),
    }
    let is_one_line = !lexer.text[start.at..lexer.at].contains(&b'\n');
    let is_alone = lexer.peek().is_err() && end == End::File;
    // An event may hold a list too; a single object on one line is one, unless the list is all that it holds.
    Ok(match (is_alone && holds_list, is_one_line) {
        (true, true) if !is_only_member(start) => Format::Ndjson,
        (true, _) => Format::JsonArray,
        (false, true) => Format::Ndjson,
        (false, false) => Format::JsonObjects,
    })
}

/// Whether the object at the lexer's place has one member only.
fn is_only_member(mut lexer: Lexer<'_>) -> bool {
    let mut skip = || {
        lexer.take(b'{')?;
        lexer.peek()?;
        lexer.string()?;
        lexer.take(b':')?;
        lexer.skip_value(0)?;
        lexer.peek()
    };
    skip() == Ok(b'}')
}

/// The format of a text whose first object is broken: lines if others of them are objects, or hardly JSON.
fn broken_format(start: Lexer<'_>) -> Result<Format, IngestProblem> {
    let lines =
        start.text.split(|&byte| byte == b'\n').map(<[u8]>::trim_ascii).filter(|line| !line.is_empty());
    let is_object = |line: &[u8]| {
        let mut lexer = Lexer { text: line, at: 0 };
        line.starts_with(b"{") && lexer.skip_value(0).is_ok() && lexer.at == line.len()
    };
    if lines.take(MAX_RECORDS).any(is_object) {
        return Ok(Format::Ndjson);
    }
    Err(bad_document("its first object is cut or broken"))
}

/// What a file that is no text seems to be, and what to do with it; none if it is text.
///
/// It is binary if it starts as such files do, or if more than a tenth of its first 4,096 bytes are control characters.
pub(crate) fn binary(head: &[u8]) -> Option<IngestProblem> {
    const SIGNATURES: [(&[u8], &str, &str); 13] = [
        (b"PK\x03\x04", "a ZIP archive or a workbook", "unpack it, or save the workbook as CSV"),
        (b"\xd0\xcf\x11\xe0", "an old workbook", "save it as CSV"),
        (b"PAR1", "a Parquet file", "export it as CSV"),
        (b"SQLite format 3\0", "an SQLite database", "export the table of events as CSV"),
        (b"%PDF-", "a PDF document", "export the data behind it as CSV"),
        (b"\x89PNG", "a picture", "choose the file with the data"),
        (b"\xff\xd8\xff", "a picture", "choose the file with the data"),
        (b"GIF8", "a picture", "choose the file with the data"),
        (b"\x28\xb5\x2f\xfd", "a file compressed with Zstandard", "unpack it, or compress it with gzip"),
        (b"BZh", "a file compressed with bzip2", "unpack it, or compress it with gzip"),
        (b"\xfd7zXZ\0", "a file compressed with xz", "unpack it, or compress it with gzip"),
        (b"7z\xbc\xaf\x27\x1c", "a 7-Zip archive", "unpack it first"),
        (b"ARROW1", "an Arrow file", "export it as CSV"),
    ];
    let problem =
        |what: &str, hint: &str| IngestProblem::BinaryFile { what: what.to_owned(), hint: hint.to_owned() };
    if let Some((_, what, hint)) = SIGNATURES.iter().find(|(start, ..)| head.starts_with(start)) {
        return Some(problem(what, hint));
    }
    let start = &head[..head.len().min(4096)];
    let is_control = |byte: &&u8| **byte < b' ' && !matches!(byte, b'\t' | b'\n' | b'\r' | 0x0c | 0x1b);
    (start.iter().filter(is_control).count() * 10 > start.len()).then(|| {
        problem("binary data", "export it as CSV or JSON in UTF-8 (or UTF-16 with a byte order mark)")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(text: &str) -> Format {
        format(text.as_bytes(), End::File, None).unwrap()
    }

    fn separated(separator: char) -> Format {
        Format::Delimited { separator, quote: '"' }
    }

    #[test]
    fn the_separator_is_the_one_that_gives_all_records_the_same_number_of_fields() {
        assert_eq!(of("a,b,c\n1,2;5,3\n4,5;6;7,6\n"), separated(','));
        assert_eq!(of("a;b\n1,5;2\n3;4,5\n"), separated(';'));
        assert_eq!(of("a\tb\n1\t2, or 3, or 4\n"), separated('\t'));
        assert_eq!(of("a|b|c\n1|2|3"), separated('|'));
        assert_eq!(of("a\nb\n"), separated(','));
        assert_eq!(of("sep=|\na,b|c\n1,2|3\n"), separated('|'));
        assert_eq!(of("[user],[time]\n1,2\n"), separated(','));
    }

    #[test]
    fn json_comes_as_lines_an_array_or_objects_one_after_another() {
        assert_eq!(of(" {\"a\":1}\n{\"a\":2}\n"), Format::Ndjson);
        assert_eq!(of("{\"a\":1}"), Format::Ndjson);
        assert_eq!(of("{\"a\":\n{\"a\":2}\n"), Format::Ndjson);
        assert_eq!(of("[\n {\"a\":1}]"), Format::JsonArray);
        assert_eq!(of("[]"), Format::JsonArray);
        assert_eq!(of("{\"events\": [{\"a\":1}]}\n"), Format::JsonArray);
        assert_eq!(of("{\n\"a\":1\n}\n{\n\"a\":2\n}\n"), Format::JsonObjects);
        assert_eq!(of("{\n\"n\":1,\"events\":[ {\"a\":1}]}"), Format::JsonArray);
        assert_eq!(of("{\"user\":1,\"items\":[{\"a\":1}]}"), Format::Ndjson);
        assert_eq!(of("{\n\"user\":1}"), Format::JsonObjects);
        for text in ["[1,2]", "[[1],[2]]", "{\"a\":"] {
            assert!(format(text.as_bytes(), End::File, None).is_err(), "{text}");
        }
    }

    #[test]
    fn files_that_are_no_text_are_called_by_their_names() {
        assert!(
            matches!(binary(b"PK\x03\x04\x14"), Some(IngestProblem::BinaryFile { hint, .. }) if hint.contains("CSV"))
        );
        assert!(binary(b"u\0s\0e\0r\0").is_some());
        assert!(binary(b"user,time\nu\x00001,2\n").is_none());
        assert!(binary(b"").is_none());
    }
}
