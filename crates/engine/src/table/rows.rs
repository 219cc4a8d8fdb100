//! Tables from rows in memory: for tests, benches and data that a program makes. Files go through [`crate::ingest`].

use std::collections::HashMap;

use super::builder::{Block, BlockColumn, Draft};
use super::dictionary::{Dictionary, MISSING};
use super::{Column, ColumnInfo, Kind, Role, Table};
use crate::time::Millis;

/// Collects rows and builds a table of them. The columns `user`, `time` and `event` come first, then those given.
///
/// ```
/// use cairn_engine::table::rows::{Rows, Value, text_column};
/// use cairn_engine::Millis;
/// let mut rows = Rows::new(vec![text_column("plan")]);
/// rows.push("ada", Millis(0), "signup", &[Value::Text("pro")]);
/// rows.push("ada", Millis(60_000), "payment", &[Value::Missing]);
/// let table = rows.build();
/// assert_eq!((table.n_rows(), table.users.len()), (2, 1));
/// ```
#[derive(Debug)]
pub struct Rows {
    columns: Vec<ColumnInfo>,
    users: Interner,
    texts: Vec<Interner>,
    block: Block,
}

/// One value of a row.
#[derive(Clone, Copy, Debug, PartialEq)]
#[expect(missing_docs, reason = "the kinds of columns")]
pub enum Value<'a> {
    Missing,
    Text(&'a str),
    Number(f64),
    Time(Millis),
}

/// A text column without a role.
pub fn text_column(name: impl Into<String>) -> ColumnInfo {
    ColumnInfo { name: name.into(), kind: Kind::Text, role: Role::Other }
}

/// A number column without a role.
pub fn number_column(name: impl Into<String>) -> ColumnInfo {
    ColumnInfo { name: name.into(), kind: Kind::Number, role: Role::Other }
}

/// The columns that every table has.
const FIXED: [(&str, Role, Kind); 3] =
    [("user", Role::User, Kind::Text), ("time", Role::Time, Kind::Time), ("event", Role::Event, Kind::Text)];

impl Rows {
    /// No rows yet. The columns must not have the names or roles of the three fixed ones.
    pub fn new(columns: Vec<ColumnInfo>) -> Self {
        let fixed = FIXED.map(|(name, role, kind)| ColumnInfo { name: name.to_owned(), kind, role });
        let columns: Vec<ColumnInfo> = fixed.into_iter().chain(columns).collect();
        let empty = |column: &ColumnInfo| match (column.role, column.kind) {
            (Role::User | Role::Time, _) => BlockColumn::Elsewhere,
            (_, Kind::Text) => BlockColumn::Text(Vec::new()),
            (_, Kind::Number) => BlockColumn::Number(Vec::new()),
            (_, Kind::Time) => BlockColumn::Time(Vec::new()),
        };
        let block = Block { columns: columns.iter().map(empty).collect(), ..Block::default() };
        let texts = columns.iter().map(|_| Interner::default()).collect();
        Self { columns, users: Interner::default(), texts, block }
    }

    /// Adds a row, with one value for each column that was given. Values that are left out are missing.
    ///
    /// # Panics
    /// If there are more values than columns, or a value is not of its column's kind.
    pub fn push(&mut self, user: &str, time: Millis, event: &str, values: &[Value<'_>]) {
        let n_given = self.columns.len() - FIXED.len();
        assert!(values.len() <= n_given, "{} values for {n_given} columns", values.len());
        self.block.users.push(self.users.code(user) - 1);
        self.block.times.push(time);
        let event = [Value::Text(event)];
        let values = event.iter().chain(values).chain(std::iter::repeat(&Value::Missing));
        for ((column, texts), value) in self.block.columns.iter_mut().zip(&mut self.texts).skip(2).zip(values)
        {
            match (column, *value) {
                (BlockColumn::Text(codes), Value::Text(text)) => codes.push(texts.code(text)),
                (BlockColumn::Text(codes), Value::Missing) => codes.push(MISSING),
                (BlockColumn::Number(numbers), Value::Number(number)) => numbers.push(number),
                (BlockColumn::Number(numbers), Value::Missing) => numbers.push(f64::NAN),
                (BlockColumn::Time(times), Value::Time(time)) => times.push(time),
                (BlockColumn::Time(times), Value::Missing) => times.push(Column::NO_TIME),
                (_, value) => panic!("{value:?} is not of its column's kind"),
            }
        }
    }

    /// The table of all rows, in the order that tables have.
    pub fn build(self) -> Table {
        let dictionaries = self.texts.into_iter().map(|texts| texts.dictionary).collect();
        let users = self.users.dictionary;
        Draft { columns: self.columns, users, dictionaries, blocks: vec![self.block] }.build()
    }
}

/// Gives distinct texts their codes, in order of appearance.
#[derive(Debug, Default)]
struct Interner {
    codes: HashMap<String, u32>,
    dictionary: Dictionary,
}

impl Interner {
    fn code(&mut self, text: &str) -> u32 {
        if let Some(&code) = self.codes.get(text) {
            return code;
        }
        self.dictionary.push(text);
        let code = self.dictionary.len() as u32;
        self.codes.insert(text.to_owned(), code);
        code
    }
}
