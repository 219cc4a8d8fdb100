//! Records of JSON texts: an object a line, an array of objects, or objects one after another.

use memchr::memchr;

use super::batch::Batch;
use super::delimited::End;
use super::error::IngestProblem;
use super::json_fields::{Fields, Row, Trouble};
use super::json_lexer::{Lexer, Stop};
use super::report::WarningKind;

/// Reads JSON records.
#[derive(Debug)]
pub(crate) struct JsonReader {
    place: Place,
    /// The columns met so far.
    pub(crate) fields: Fields,
}

/// Where in the document the reader is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Place {
    /// Between the lines of one object each.
    Lines,
    /// Before the array.
    Start,
    /// In the array, or between objects that follow each other.
    List(Around),
    /// After the array, before the brace of the object around it.
    Member,
    /// After everything.
    After,
}

/// What is around the records.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Around {
    Nothing,
    Array,
    ArrayInObject,
}

/// What came of one try to read a record.
enum Tried {
    /// The record is in the batch, and another one may follow.
    Read,
    /// It needs a cell that the batch's rows lack, or more text.
    Wait,
}

impl JsonReader {
    /// A reader of one object a line.
    pub(crate) fn lines(fields: Fields) -> Self {
        Self { place: Place::Lines, fields }
    }

    /// A reader of one array of objects, by itself or as the only member of an object.
    pub(crate) fn array(fields: Fields) -> Self {
        Self { place: Place::Start, fields }
    }

    /// A reader of objects one after another, or of a piece from the middle of an array.
    pub(crate) fn objects(fields: Fields) -> Self {
        Self { place: Place::List(Around::Nothing), fields }
    }

    /// Appends records to the batch until the text ends, the batch is full or a record needs a column that the batch's
    /// rows have no cell for, and returns where the first record that is not in the batch starts. What is no object is
    /// an empty row with a trouble.
    ///
    /// # Errors
    /// If the document is not the array that it was taken for.
    pub(crate) fn read(&mut self, text: &[u8], end: End, batch: &mut Batch) -> Result<usize, IngestProblem> {
        let mut at = 0;
        while !batch.is_full() {
            let next = match self.place {
                Place::Lines => self.next_line(text, at, end, batch),
                Place::List(around) => self.next_element(text, at, end, around, batch),
                Place::Start | Place::Member | Place::After => self.walk_around(text, at, end)?,
            };
            match next {
                Some(next) => at = next,
                None => break,
            }
        }
        Ok(at)
    }

    /// Reads the line at `at` and returns where the next one starts; none to wait.
    fn next_line(&mut self, text: &[u8], at: usize, end: End, batch: &mut Batch) -> Option<usize> {
        let (stop, next) = match memchr(b'\n', &text[at..]) {
            Some(length) => (at + length, at + length + 1),
            None if end == End::File && at < text.len() => (text.len(), text.len()),
            None => return None,
        };
        let line = text[..stop].trim_ascii_end();
        let mut lexer = Lexer { text: line, at };
        if line.len() <= at || lexer.peek().is_err() {
            return Some(next);
        }
        let start = lexer.at;
        let mut outcome = self.read_object(&mut lexer, batch);
        if outcome.is_ok() && lexer.at < line.len() {
            outcome = Err(Stop::Bad.into());
        }
        match self.end_row(start, outcome, batch) {
            Tried::Read => Some(next),
            Tried::Wait => None,
        }
    }

    /// Reads the array's element at `at` and returns where the text goes on; none to wait.
    fn next_element(
        &mut self,
        text: &[u8],
        at: usize,
        end: End,
        around: Around,
        batch: &mut Batch,
    ) -> Option<usize> {
        let mut lexer = Lexer { text, at };
        let Ok(byte) = lexer.peek() else { return Some(text.len()).filter(|&end| end > at) };
        let start = lexer.at;
        match byte {
            b',' => return Some(start + 1),
            b']' if around != Around::Nothing => {
                self.place = if around == Around::Array { Place::After } else { Place::Member };
                return Some(start + 1);
            }
            _ => {}
        }
        let mut outcome = self.read_object(&mut lexer, batch);
        if outcome == Err(Trouble::Stop(Stop::Bad)) {
            lexer.at = start;
            if let Err(stop) = skip_element(&mut lexer) {
                outcome = Err(stop.into());
            }
        }
        if outcome == Err(Trouble::Stop(Stop::Cut)) {
            if end == End::More {
                self.undo_row(batch);
                return None;
            }
            lexer.at = text.len();
        }
        match self.end_row(start, outcome, batch) {
            Tried::Read => Some(lexer.at),
            Tried::Wait => None,
        }
    }

    fn read_object(&mut self, lexer: &mut Lexer<'_>, batch: &mut Batch) -> Result<(), Trouble> {
        let first = batch.rows.len() * batch.width;
        batch.cells.resize(first + batch.width, super::batch::Cell::EMPTY);
        let mut row = Row { cells: &mut batch.cells[first..], side: &mut batch.side, has_surplus: false };
        self.fields.read(lexer, &mut row)?;
        if row.has_surplus {
            batch.note(WarningKind::TooManyColumns, None);
        }
        Ok(())
    }

    fn end_row(&self, start: usize, outcome: Result<(), Trouble>, batch: &mut Batch) -> Tried {
        match outcome {
            Ok(()) => {}
            Err(Trouble::NewColumn) => {
                self.undo_row(batch);
                return Tried::Wait;
            }
            Err(Trouble::Stop(_)) => {
                batch.cells[batch.rows.len() * batch.width..].fill(super::batch::Cell::EMPTY);
                batch.note(WarningKind::BadJson, None);
            }
        }
        batch.rows.push(start as u32);
        Tried::Read
    }

    fn undo_row(&self, batch: &mut Batch) {
        batch.cells.truncate(batch.rows.len() * batch.width);
    }

    /// Walks over what is around the array.
    fn walk_around(&mut self, text: &[u8], at: usize, end: End) -> Result<Option<usize>, IngestProblem> {
        let mut lexer = Lexer { text, at };
        let Ok(byte) = lexer.peek() else { return Ok(Some(text.len()).filter(|&end| end > at)) };
        self.place = match (self.place, byte) {
            (Place::Start | Place::After, b'[') => {
                lexer.at += 1;
                Place::List(Around::Array)
            }
            (Place::Start, b'{') => {
                lexer.at += 1;
                match enter_list(&mut lexer) {
                    Ok(true) => Place::List(Around::ArrayInObject),
                    Err(Stop::Cut) if end == End::More => return Ok(None),
                    _ => return Err(bad_document("no array of objects is in it")),
                }
            }
            (Place::Member, b',') => {
                lexer.at += 1;
                match enter_list(&mut lexer) {
                    Ok(false) => Place::After,
                    Err(Stop::Cut) if end == End::More => return Ok(None),
                    Ok(true) => {
                        return Err(bad_document("it holds two arrays of objects, and either may be meant"));
                    }
                    // What is cut or broken after the records does not hurt them.
                    Err(_) => {
                        lexer.at = text.len();
                        Place::After
                    }
                }
            }
            (Place::Member, b'}') => {
                lexer.at += 1;
                Place::After
            }
            _ => return Err(bad_document("something follows the array of records")),
        };
        Ok(Some(lexer.at))
    }
}

/// Passes over an element that is no JSON object.
fn skip_element(lexer: &mut Lexer<'_>) -> Result<(), Stop> {
    let start = lexer.at;
    if lexer.peek()? == b'{' {
        return lexer.skip_braces();
    }
    match lexer.skip_value(0) {
        // The text's end may not be the value's.
        Ok(()) if lexer.at == lexer.text.len() => Err(Stop::Cut),
        Err(Stop::Bad) => {
            let rest = &lexer.text[start + 1..];
            let run =
                rest.iter().position(|byte| matches!(byte, b',' | b']' | b'{' | b'\n')).ok_or(Stop::Cut)?;
            lexer.at = start + 1 + run;
            Ok(())
        }
        other => other,
    }
}

/// Passes over members of an object, whose brace or comma has been read, and enters the first array of objects among
/// them; tells whether there was one before the object's end.
pub(crate) fn enter_list(lexer: &mut Lexer<'_>) -> Result<bool, Stop> {
    loop {
        match lexer.peek()? {
            b'}' => {
                lexer.at += 1;
                return Ok(false);
            }
            b'"' => lexer.string()?,
            _ => return Err(Stop::Bad),
        };
        lexer.take(b':')?;
        let mut ahead = *lexer;
        if ahead.peek()? == b'[' {
            ahead.at += 1;
            if ahead.peek()? == b'{' {
                lexer.at = ahead.at;
                return Ok(true);
            }
        }
        lexer.skip_value(0)?;
        if lexer.peek()? == b',' {
            lexer.at += 1;
        }
    }
}

/// The error of a document that is no list of records.
pub(crate) fn bad_document(detail: &str) -> IngestProblem {
    IngestProblem::BadJsonDocument { detail: detail.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::super::json_fields::OnNull;
    use super::*;

    /// The rows of a text that comes in two pieces, each as `column=value` in the order of the columns; `!` if bad.
    fn rows(array: bool, text: &str, cut: usize) -> Result<Vec<String>, IngestProblem> {
        let fields = Fields::new(&[], 1, OnNull::Ignore);
        let mut reader = if array { JsonReader::array(fields) } else { JsonReader::lines(fields) };
        let (mut found, mut batch) = (Vec::new(), Batch::default());
        let mut from = 0;
        for (until, end) in [(cut, End::More), (text.len(), End::File)] {
            loop {
                let piece = &text.as_bytes()[from..until];
                let width = reader.fields.len();
                batch.clear(width);
                let consumed = reader.read(piece, end, &mut batch)?;
                for row in 0..batch.rows.len() {
                    let is_bad = batch.troubles.iter().any(|trouble| trouble.row == row as u32);
                    let values =
                        (0..width).filter(|&column| !batch.cell(row, column).is_empty()).map(|column| {
                            let text = String::from_utf8_lossy(batch.bytes(piece, batch.cell(row, column)))
                                .into_owned();
                            format!("{}={text}", reader.fields.name(column))
                        });
                    found.push(if is_bad { "!".to_owned() } else { values.collect::<Vec<_>>().join(" ") });
                }
                from += consumed;
                if consumed == 0 && reader.fields.len() == width {
                    break;
                }
            }
        }
        assert_eq!(from, text.len());
        Ok(found)
    }

    /// Reads a text cut in two at every place, which must make no difference.
    fn read(array: bool, text: &str) -> Vec<String> {
        let whole = rows(array, text, 0).unwrap();
        for cut in (1..text.len()).filter(|&cut| text.is_char_boundary(cut)) {
            assert_eq!(rows(array, text, cut).unwrap(), whole, "cut at {cut}");
        }
        whole
    }

    #[test]
    fn objects_inside_objects_are_flattened_and_arrays_kept_as_json() {
        let text = r#"{"u":"a","p":{"q":{"r":1.50},"s":[1, {"t": "x y"}]},"v":true,"w":null}"#;
        assert_eq!(read(false, text), [r#"u=a p.q.r=1.50 p.s=[1,{"t":"x y"}] v=true"#]);
    }

    #[test]
    fn columns_may_appear_late_and_in_any_order() {
        let text = "{\"a\":1}\n\n{\"b\":2,\"a\":3}\r\n{\"c\":{\"d\":4},\"a\":\"\\u0035\"}\n";
        assert_eq!(read(false, text), ["a=1", "a=3 b=2", "a=5 c.d=4"]);
    }

    #[test]
    fn the_last_of_two_equal_keys_counts() {
        assert_eq!(read(false, r#"{"a":1,"b":2,"a":3}"#), ["a=3 b=2"]);
        assert_eq!(read(false, r#"{"a":1,"a":null}"#), [""]);
    }

    #[test]
    fn lines_that_are_no_objects_are_bad_rows() {
        assert_eq!(
            read(false, "{\"a\":1}\n[1]\n{\"a\":\n{\"a\":2} x\n42\n{\"a\":2,}\n{\"a\":3}"),
            ["a=1", "!", "!", "!", "!", "!", "a=3"]
        );
    }

    #[test]
    fn an_array_may_be_pretty_printed_wrapped_or_end_with_a_comma() {
        let expected = ["a=1", "a=2 b=x"];
        assert_eq!(read(true, "[\n  {\"a\": 1},\n  {\"a\": 2,\n \"b\": \"x\"}\n]\n"), expected);
        assert_eq!(read(true, "{\"events\" : [{\"a\":1},{\"a\":2,\"b\":\"x\"},]}"), expected);
        let text = "{\"n\": [], \"e\": [ {\"a\":1},{\"a\":2,\"b\":\"x\"}], \"m\": {\"n\":[1]}, \"z\":0} ";
        assert_eq!(read(true, text), expected);
        assert_eq!(read(true, "[]"), [""; 0]);
    }

    #[test]
    fn bad_elements_of_an_array_do_not_hurt_their_neighbors() {
        assert_eq!(
            read(true, "[{\"a\":1},{\"a\":},7,\"x\",oops,{\"a\":{]},{\"a\":2},{\"a\":3"),
            ["a=1", "!", "!", "!", "!", "!", "a=2", "!"]
        );
    }

    #[test]
    fn a_document_that_is_no_array_of_objects_is_refused() {
        for text in ["{\"a\":1}", "{\"a\":[{\"b\":1}],\"c\":[{\"d\":2}]}", "[{\"a\":1}] x"] {
            assert!(matches!(rows(true, text, 0), Err(IngestProblem::BadJsonDocument { .. })), "{text}");
        }
    }
}
