//! What a table holds, and how it looks outside the page.

use crate::text;

/// Columns and rows of a table; every row has as many cells as there are columns.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct TableData {
    /// The columns; the first one names the rows.
    pub columns: Vec<Column>,
    /// The rows in the order to show them first.
    pub rows: Vec<Vec<Cell>>,
}

/// The head of a column.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Column {
    /// What it shows.
    pub title: String,
    /// How its values came about; shown on hover. May be empty.
    pub hint: String,
    /// Whether it holds numbers, which stand to the right and are sorted from the largest first.
    pub is_number: bool,
}

impl Column {
    /// A column of words.
    pub fn text(title: impl Into<String>) -> Self {
        Self { title: title.into(), hint: String::new(), is_number: false }
    }

    /// A column of numbers or spans of time.
    pub fn number(title: impl Into<String>) -> Self {
        Self { is_number: true, ..Self::text(title) }
    }

    /// The same column with a hint.
    #[must_use]
    pub fn with_hint(self, hint: impl Into<String>) -> Self {
        Self { hint: hint.into(), ..self }
    }
}

/// One value with its looks.
#[derive(Clone, Debug, PartialEq)]
pub struct Cell {
    /// What the person reads.
    pub text: String,
    /// What is sorted, copied and saved.
    pub value: Value,
    /// Draws a bar behind the text: its length, 0..1 of the cell.
    pub share: Option<f64>,
}

/// A value without looks.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// Words.
    Text(String),
    /// A number in the unit of the answer: rates as 0..1, spans of time in milliseconds.
    Number(f64),
    /// Both ends of an interval; sorted by the lower one.
    Range(f64, f64),
    /// No value; sorted last, saved as an empty field.
    Missing,
}

impl Cell {
    /// Words.
    pub fn text(words: impl Into<String>) -> Self {
        let words = words.into();
        Self::new(words.clone(), Value::Text(words))
    }

    /// A whole number.
    pub fn count(n: u64) -> Self {
        Self::new(text::count(n), Value::Number(n as f64))
    }

    /// A number with `digits` decimals.
    pub fn number(value: Option<f64>, digits: u8) -> Self {
        Self::of(value, |value| text::number(value, digits))
    }

    /// A rate of 0..1 as a percentage with `digits` decimals.
    pub fn percent(rate: Option<f64>, digits: u8) -> Self {
        Self::of(rate, |rate| text::percent(rate, digits))
    }

    /// An interval of rates.
    pub fn percent_range(range: Option<(f64, f64)>, digits: u8) -> Self {
        range.map_or_else(Self::missing, |(low, high)| {
            let words = format!("{}–{}", text::percent(low, digits), text::percent(high, digits));
            Self::new(words, Value::Range(low, high))
        })
    }

    /// A span of time in milliseconds.
    pub fn duration(millis: Option<f64>) -> Self {
        Self::of(millis, text::duration)
    }

    /// No value.
    pub fn missing() -> Self {
        Self::new("–", Value::Missing)
    }

    /// A value with the words for it.
    pub fn new(text: impl Into<String>, value: Value) -> Self {
        Self { text: text.into(), value, share: None }
    }

    /// The same cell with a bar behind it of `share` (0..1) of its width.
    #[must_use]
    pub fn with_bar(self, share: f64) -> Self {
        Self { share: Some(share), ..self }
    }

    fn of(value: Option<f64>, show: impl Fn(f64) -> String) -> Self {
        value.map_or_else(Self::missing, |value| Self::new(show(value), Value::Number(value)))
    }
}

impl Value {
    /// The number to sort by; words and missing values have none and come first.
    pub(super) fn magnitude(&self) -> f64 {
        match self {
            Self::Number(number) | Self::Range(number, _) => *number,
            Self::Text(_) | Self::Missing => f64::NEG_INFINITY,
        }
    }

    /// The value as a field of a file: numbers with a point and all their digits.
    fn plain(&self) -> String {
        match self {
            Self::Text(words) => harmless(words),
            Self::Number(number) => number.to_string(),
            Self::Range(low, high) => format!("{low} to {high}"),
            Self::Missing => String::new(),
        }
    }
}

impl TableData {
    /// The same columns with the rows of these indices.
    pub fn arranged(&self, indices: &[usize]) -> Self {
        Self {
            columns: self.columns.clone(),
            rows: indices.iter().map(|index| self.rows[*index].clone()).collect(),
        }
    }

    /// As CSV after RFC 4180, with a head, for saving. Words that a spreadsheet would run as a formula get an apostrophe
    /// before them (see `harmless`); numbers stay numbers.
    pub fn to_csv(&self) -> String {
        let quoted = |field: &str| {
            let plain = !field.contains([',', '"', '\n', '\r']);
            if plain { field.to_owned() } else { format!("\"{}\"", field.replace('"', "\"\"")) }
        };
        self.joined(",", "\r\n", quoted)
    }

    /// As lines of tab-separated fields, with a head, for pasting into a spreadsheet; formulas are guarded as in CSV.
    pub fn to_tsv(&self) -> String {
        self.joined("\t", "\n", |field| field.replace(['\t', '\n', '\r'], " "))
    }

    fn joined(&self, separator: &str, end: &str, write: impl Fn(&str) -> String) -> String {
        let head = self.columns.iter().map(|column| write(&harmless(&column.title))).collect::<Vec<_>>();
        let rows =
            self.rows.iter().map(|row| row.iter().map(|cell| write(&cell.value.plain())).collect::<Vec<_>>());
        std::iter::once(head).chain(rows).map(|fields| fields.join(separator) + end).collect()
    }
}

/// Words that no spreadsheet takes for a formula. Names in the data are other people's words, and a spreadsheet runs a
/// cell that begins like a formula, which may send the other cells away; an apostrophe before it makes it words again.
/// The characters are those of OWASP's page "CSV Injection". Words that are a number, such as `-5`, run nothing.
fn harmless(words: &str) -> String {
    let is_risky = words.starts_with(['=', '+', '-', '@', '\t', '\r', '\n', '＝', '＋', '－', '＠']);
    let is_number = words.parse::<f64>().is_ok_and(f64::is_finite);
    if is_risky && !is_number { format!("'{words}") } else { words.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::{Cell, Column, TableData, Value, harmless};

    fn table() -> TableData {
        let row = |name: &str, value| vec![Cell::text(name), Cell::new("shown", value)];
        TableData {
            columns: vec![Column::text("Step"), Column::number("Users, all")],
            rows: vec![row("say \"hi\"", Value::Number(0.125)), row("tab\there", Value::Missing)],
        }
    }

    #[test]
    fn csv_quotes_what_needs_it_and_holds_raw_values() {
        assert_eq!(table().to_csv(), "Step,\"Users, all\"\r\n\"say \"\"hi\"\"\",0.125\r\ntab\there,\r\n");
    }

    #[test]
    fn words_that_begin_like_a_formula_are_words_in_a_spreadsheet() {
        for words in ["=1+1", "+cmd|' /C calc'!A0", "-2+3", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "＝1", "-inf"]
        {
            assert_eq!(harmless(words), format!("'{words}"));
        }
        for words in ["", "a=b", " =1", "'=1", "-5", "+49.5", "-1e3", "–"] {
            assert_eq!(harmless(words), words);
        }
    }

    #[test]
    fn a_formula_in_the_data_is_guarded_in_every_text_and_no_number() {
        let row = vec![Cell::text("=HYPERLINK(\"http://x\",\"y\")"), Cell::new("shown", Value::Number(-0.5))];
        let data =
            TableData { columns: vec![Column::text("@event"), Column::number("Users")], rows: vec![row] };
        assert_eq!(data.to_csv(), "'@event,Users\r\n\"'=HYPERLINK(\"\"http://x\"\",\"\"y\"\")\",-0.5\r\n");
        assert_eq!(data.to_tsv(), "'@event\tUsers\n'=HYPERLINK(\"http://x\",\"y\")\t-0.5\n");
    }

    #[test]
    fn tsv_keeps_one_line_per_row() {
        assert_eq!(table().to_tsv(), "Step\tUsers, all\nsay \"hi\"\t0.125\ntab here\t\n");
    }
}
