//! Flattens JSON objects into columns: `{"a": {"b": 1}}` has a value in the column `a.b`.

use super::batch::Cell;
use super::interner::Interner;
use super::json_lexer::{Lexer, MAX_DEPTH, RawString, Stop, compact, unescape};

/// The columns that the fields of JSON records fall into.
///
/// Keys are looked up object by object, each beginning where the last one of its kind left off: records mostly have the
/// same keys in the same order, and then no key is hashed.
#[derive(Debug)]
pub(crate) struct Fields {
    names: Interner,
    nodes: Vec<Node>,
    /// Keys of all nodes, each after its node's number, and their places among its children.
    keys: Interner,
    places: Vec<u32>,
    scratch: Vec<u8>,
    on_null: OnNull,
}

/// Whether a null makes a column where there was none.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum OnNull {
    /// As any other value.
    AddColumn,
    /// No: it says nothing that a missing field would not say.
    Ignore,
}

/// An object's keys, wherever in the records it stands.
#[derive(Debug, Default)]
struct Node {
    /// The names of the objects around it and its own, with a dot after each.
    path: Vec<u8>,
    children: Vec<Child>,
    /// Where the next key is expected.
    next: usize,
}

#[derive(Debug)]
struct Child {
    /// The key as it is written, escapes and all.
    key: Vec<u8>,
    column: Option<u32>,
    node: Option<u32>,
}

/// The most columns that a table is given.
pub(crate) const MAX_COLUMNS: usize = 4096;

/// What is wrong with a record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Trouble {
    /// The record is bad or cut.
    Stop(Stop),
    /// A field needs a column that the row has no cell for; the column is there now.
    NewColumn,
}

impl From<Stop> for Trouble {
    fn from(stop: Stop) -> Self {
        Self::Stop(stop)
    }
}

/// A row that is being filled.
#[derive(Debug)]
pub(crate) struct Row<'b> {
    /// One cell for each column, empty at first.
    pub(crate) cells: &'b mut [Cell],
    /// Where texts go that do not stand in the record as they are.
    pub(crate) side: &'b mut Vec<u8>,
    /// Set if a field was left out, as there are too many columns.
    pub(crate) has_surplus: bool,
}

impl Fields {
    /// Fields of these columns, and of those yet to be met.
    pub(crate) fn new(names: &[&str], seed: u64, on_null: OnNull) -> Self {
        let mut fields = Self {
            names: Interner::new(seed),
            nodes: vec![Node::default()],
            keys: Interner::new(seed),
            places: Vec::new(),
            scratch: Vec::new(),
            on_null,
        };
        for name in names {
            fields.names.intern(name.as_bytes());
        }
        fields
    }

    /// Number of columns.
    pub(crate) fn len(&self) -> usize {
        self.names.len()
    }

    /// The name of a column.
    pub(crate) fn name(&self, column: usize) -> String {
        String::from_utf8_lossy(self.names.get(column as u32)).into_owned()
    }

    /// Reads the object that starts at the lexer's place into a row.
    pub(crate) fn read(&mut self, lexer: &mut Lexer<'_>, row: &mut Row<'_>) -> Result<(), Trouble> {
        for node in &mut self.nodes {
            node.next = 0;
        }
        self.object(lexer, 0, row, 0)
    }

    fn object(
        &mut self,
        lexer: &mut Lexer<'_>,
        node: usize,
        row: &mut Row<'_>,
        depth: usize,
    ) -> Result<(), Trouble> {
        lexer.take(b'{')?;
        if lexer.peek()? == b'}' {
            lexer.at += 1;
            return Ok(());
        }
        loop {
            if lexer.peek()? != b'"' {
                return Err(Stop::Bad.into());
            }
            let key = lexer.string()?;
            lexer.take(b':')?;
            self.value(lexer, node, key, row, depth)?;
            match lexer.peek()? {
                b',' => lexer.at += 1,
                b'}' => {
                    lexer.at += 1;
                    return Ok(());
                }
                _ => return Err(Stop::Bad.into()),
            }
        }
    }

    fn value(
        &mut self,
        lexer: &mut Lexer<'_>,
        node: usize,
        key: RawString,
        row: &mut Row<'_>,
        depth: usize,
    ) -> Result<(), Trouble> {
        let key = &lexer.text[key.start..key.end];
        let cell = match lexer.peek()? {
            b'"' => {
                let raw = lexer.string()?;
                let start = row.side.len();
                if raw.is_escaped {
                    unescape(&lexer.text[raw.start..raw.end], row.side);
                    Cell::in_side(start, row.side.len())
                } else {
                    Cell::new(raw.start, raw.end)
                }
            }
            b'-' | b'0'..=b'9' => lexer.number()?,
            b'{' if depth + 1 < MAX_DEPTH => {
                let child = self.child(node, key);
                let inner = self.inner_node(node, child);
                return self.object(lexer, inner, row, depth + 1);
            }
            b'[' => {
                let start = lexer.at;
                lexer.skip_value(depth + 1)?;
                let value = &lexer.text[start..lexer.at];
                let side_start = row.side.len();
                compact(value, row.side);
                if row.side.len() - side_start == value.len() {
                    row.side.truncate(side_start);
                    Cell::new(start, lexer.at)
                } else {
                    Cell::in_side(side_start, row.side.len())
                }
            }
            b'{' => return Err(Stop::Bad.into()),
            _ => {
                let start = lexer.at;
                match lexer.word()? {
                    "null" | "NaN" => Cell::EMPTY,
                    _ => Cell::new(start, lexer.at),
                }
            }
        };
        self.set(node, key, cell, row)
    }

    #[inline]
    fn set(&mut self, node: usize, key: &[u8], cell: Cell, row: &mut Row<'_>) -> Result<(), Trouble> {
        let child = self.child(node, key);
        let column = match self.nodes[node].children[child].column {
            Some(column) => Some(column),
            None => self.column(node, child, cell),
        };
        match column {
            Some(column) => *row.cells.get_mut(column as usize).ok_or(Trouble::NewColumn)? = cell,
            None => row.has_surplus |= !cell.is_empty(),
        }
        Ok(())
    }

    /// The place of a key among a node's children.
    #[inline]
    fn child(&mut self, node: usize, key: &[u8]) -> usize {
        let Node { children, next, .. } = &mut self.nodes[node];
        if let Some(child) = children.get(*next)
            && child.key == key
        {
            *next += 1;
            return *next - 1;
        }
        self.search_child(node, key)
    }

    #[cold]
    fn search_child(&mut self, node: usize, key: &[u8]) -> usize {
        self.scratch.clear();
        self.scratch.extend_from_slice(&(node as u32).to_le_bytes());
        self.scratch.extend_from_slice(key);
        let code = self.keys.intern(&self.scratch) as usize;
        let children = &mut self.nodes[node].children;
        if code == self.places.len() {
            self.places.push(children.len() as u32);
            children.push(Child { key: key.to_vec(), column: None, node: None });
        }
        let place = self.places[code] as usize;
        self.nodes[node].next = place + 1;
        place
    }

    /// The node of the object that a child is.
    fn inner_node(&mut self, node: usize, child: usize) -> usize {
        if let Some(inner) = self.nodes[node].children[child].node {
            return inner as usize;
        }
        let mut path = self.name_of(node, child);
        path.push(b'.');
        self.nodes.push(Node { path, ..Node::default() });
        let inner = self.nodes.len() - 1;
        self.nodes[node].children[child].node = Some(inner as u32);
        inner
    }

    /// The column of a child that has been given none yet; none if there are too many, or a null is not to make one.
    #[cold]
    fn column(&mut self, node: usize, child: usize, cell: Cell) -> Option<u32> {
        let mut name = self.name_of(node, child);
        if name.is_empty() {
            name = format!("column {}", self.names.len() + 1).into_bytes();
        }
        let known = self.names.find(&name);
        let may_add =
            self.names.len() < MAX_COLUMNS && (self.on_null == OnNull::AddColumn || !cell.is_empty());
        let column = known.or_else(|| may_add.then(|| self.names.intern(&name)));
        self.nodes[node].children[child].column = column;
        column
    }

    fn name_of(&self, node: usize, child: usize) -> Vec<u8> {
        let node = &self.nodes[node];
        let mut name = node.path.clone();
        unescape(&node.children[child].key, &mut name);
        String::from_utf8_lossy(&name).into_owned().into_bytes()
    }
}
