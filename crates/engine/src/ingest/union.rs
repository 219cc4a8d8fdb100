//! Makes one table's columns of the columns of several files.
//!
//! ```text
//! a.csv   user_id  time  event  plan           table  user_id  time  event  plan  amount
//! b.csv   who      at           plan  amount          who ─┘   at ┘  "b"    plan  amount
//! ```
//!
//! The columns with the roles user, time and event are one column each, whatever a file calls them, and are called as in
//! the first file. A file without an event gives all its rows the event of its name. Other columns are the same if they
//! have the same name. A column holds what it holds in all files, or else texts.

use super::error::{IngestError, IngestProblem};
use super::json_fields::MAX_COLUMNS;
use super::loader::Retyped;
use super::names;
use super::plan::{Content, FilePlan, PlannedColumn};
use super::preview::Format;
use super::recipe::FileRecipe;
use super::time_format::TimeReader;
use crate::table::Role;

/// How files are read into one table.
#[derive(Clone, Debug)]
pub(crate) struct Plan {
    /// The table's columns, as far as they are known before the rows are read. Names are unique.
    pub(crate) columns: Vec<PlannedColumn>,
    /// Place of the column with the role event.
    pub(crate) event: usize,
    /// The files.
    pub(crate) files: Vec<FilePlan>,
}

impl Plan {
    /// The plan for files, of whose columns some have turned out to hold text.
    ///
    /// # Errors
    /// See [`Recipe::check`](super::Recipe::check).
    pub(crate) fn new(files: &[FileRecipe], retyped: &[Retyped]) -> Result<Self, IngestError> {
        let (mut union, mut plans) = (Union::default(), Vec::new());
        for file in files {
            let planned = FilePlan::new(file).and_then(|plan| Ok((union.add(&plan.fields)?, plan)));
            plans.push(planned.map_err(|problem| IngestError::new(&file.name, problem))?);
        }
        if plans.is_empty() {
            return Err(IngestError::new("", IngestProblem::EmptyFile));
        }
        let event = union.event();
        let files = plans.into_iter().map(|(places, plan)| union.fill(plan, &places)).collect();
        let mut plan = Self { columns: union.columns, event, files };
        for Retyped { file, column, .. } in retyped {
            if let Some(at) = plan.place(*file, column) {
                plan.columns[at].content = Content::Text;
            }
        }
        Ok(plan)
    }

    /// The place of the column that a file's field fills.
    pub(crate) fn place(&self, file: u32, field: &str) -> Option<usize> {
        let plan = self.files.get(file as usize)?;
        let field = plan.fields.iter().position(|known| known.name == field)?;
        plan.sources.iter().position(|source| source.is_some_and(|(known, _)| known == field))
    }

    /// The file by whose rules columns are read that no sample showed: the first one whose records can have such.
    pub(crate) fn open_file(&self) -> &FilePlan {
        self.files.iter().find(|file| !is_delimited(file)).unwrap_or(&self.files[0])
    }
}

/// The columns of the files so far.
#[derive(Debug, Default)]
struct Union {
    columns: Vec<PlannedColumn>,
    /// What the files call them.
    keys: Vec<String>,
}

impl Union {
    /// Adds the columns of a file, and says where they are.
    fn add(&mut self, fields: &[PlannedColumn]) -> Result<Vec<usize>, IngestProblem> {
        let places = fields.iter().map(|field| self.add_column(field)).collect();
        let found = self.columns.len();
        if found > MAX_COLUMNS {
            return Err(IngestProblem::TooManyColumns { found: found as u64, limit: MAX_COLUMNS as u64 });
        }
        Ok(places)
    }

    fn add_column(&mut self, column: &PlannedColumn) -> usize {
        let is_it = |(known, key): (&PlannedColumn, &String)| match is_key(column.role) {
            true => known.role == column.role,
            false => !is_key(known.role) && *key == column.name,
        };
        let found = self.columns.iter().zip(&self.keys).position(is_it);
        if let Some(at) = found {
            self.columns[at].widen(column);
        } else {
            let is_taken = |name: &str| self.columns.iter().any(|known| known.name == name);
            let name = names::unique(&column.name, is_taken);
            self.keys.push(column.name.clone());
            self.columns.push(PlannedColumn { name, ..column.clone() });
        }
        found.unwrap_or(self.columns.len() - 1)
    }

    /// The place of the event's column, which is added if no file has one.
    fn event(&mut self) -> usize {
        let name = "event".to_owned();
        self.add_column(&PlannedColumn { name, role: Role::Event, content: Content::Text, is_blank: false })
    }

    /// Says in a file's plan which fields fill which columns.
    fn fill(&self, mut plan: FilePlan, places: &[usize]) -> FilePlan {
        plan.sources = vec![None; self.columns.len()];
        for (field, &place) in places.iter().enumerate() {
            let own = plan.fields[field].content;
            plan.sources[place] = Some((field, reader(&[own, self.columns[place].content])));
        }
        if !is_delimited(&plan) {
            for (place, (column, key)) in self.columns.iter().zip(&self.keys).enumerate() {
                let is_known = plan.fields.iter().any(|field| field.name == *key);
                if !is_known && !is_key(column.role) {
                    plan.sources[place] = Some((plan.fields.len(), reader(&[column.content])));
                    plan.fields.push(PlannedColumn { name: key.clone(), ..column.clone() });
                }
            }
        }
        plan
    }
}

impl PlannedColumn {
    /// Makes the column one that can hold what another one holds too.
    fn widen(&mut self, other: &Self) {
        if self.role == Role::Other {
            self.role = other.role;
        }
        self.content = match (self.content, other.content) {
            (content, _) if other.is_blank => content,
            (_, content) if self.is_blank => content,
            (Content::Number(a), Content::Number(b)) => Content::Number(a.max(b)),
            (Content::Time(reader, a), Content::Time(_, b)) => Content::Time(reader, a.max(b)),
            (a, b) if a == b => a,
            _ => Content::Text,
        };
        self.is_blank &= other.is_blank;
    }
}

/// Whether a column has this role in every table.
fn is_key(role: Role) -> bool {
    matches!(role, Role::User | Role::Time | Role::Event)
}

fn is_delimited(file: &FilePlan) -> bool {
    matches!(file.format, Format::Delimited { .. })
}

/// How times are written, by the first of these that is times.
fn reader(contents: &[Content]) -> TimeReader {
    let reader =
        |content: &Content| if let Content::Time(reader, _) = content { Some(*reader) } else { None };
    contents.iter().find_map(reader).unwrap_or(TimeReader::YearFirst)
}
