//! Files and data sets.

use std::sync::Arc;

use cairn_engine::Failure;
use cairn_engine::ingest::{ColumnGuess, FileRecipe, KindReason};
use cairn_engine::table::{Kind, Role};
use cairn_protocol::Loaded;

use crate::text::plural_with;

/// The files that are opened together, to become one data set.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Source {
    /// Those that could be looked at, in the order in which they are read: by name.
    pub files: Vec<SourceFile>,
    /// Those that could not.
    pub refused: Vec<Refused>,
}

/// A file with what it seems to hold and what the person says its columns mean.
#[derive(Clone, Debug, PartialEq)]
pub struct SourceFile {
    /// How it is read.
    pub recipe: FileRecipe,
    /// Its size in bytes.
    pub n_bytes: u64,
    /// Why it could not be read, if that was tried.
    pub failure: Option<Failure>,
}

/// A file that is left out.
#[derive(Clone, Debug, PartialEq)]
pub struct Refused {
    /// Its name.
    pub name: String,
    /// Why.
    pub failure: Failure,
}

/// A loaded data set.
#[derive(Clone, Debug, PartialEq)]
pub struct DataSet {
    /// Counts the loads of this session: another number is another data set, even of the same files.
    pub number: u32,
    /// What the person knows it by: the names of its files.
    pub name: String,
    /// What the files seemed to hold, and what their columns were said to mean.
    pub source: Arc<Source>,
    /// What came of the load.
    pub loaded: Loaded,
}

impl Source {
    /// The places of the files that can be read.
    pub fn readable(&self) -> Vec<usize> {
        let is_readable = |at: &usize| self.files[*at].trouble().is_none();
        (0..self.files.len()).filter(is_readable).collect()
    }

    /// The name of what can be read; of all files, if none can.
    pub fn name(&self) -> String {
        let readable = self.readable();
        let all = readable.is_empty();
        let files = self.files.iter().enumerate().filter(|(at, _)| all || readable.contains(at));
        let names: Vec<&str> = files.map(|(_, file)| file.recipe.name.as_str()).collect();
        name_of(&names)
    }

    /// Bytes of the files that can be read.
    pub fn n_bytes(&self) -> u64 {
        self.readable().into_iter().map(|at| self.files[at].n_bytes).sum()
    }

    /// The files that are left out, and why.
    pub fn left_out(&self) -> Vec<Refused> {
        let troubled = self
            .files
            .iter()
            .filter_map(|file| Some(Refused { name: file.recipe.name.clone(), failure: file.trouble()? }));
        troubled.chain(self.refused.iter().cloned()).collect()
    }

    /// Files that seem to be the same one twice: of the same size, with the same content wherever it was looked at.
    pub fn twins(&self) -> Vec<(&str, &str)> {
        let is_twin = |a: &SourceFile, b: &SourceFile| {
            let (seen, other) = (&a.recipe.preview, &b.recipe.preview);
            a.n_bytes == b.n_bytes && seen.rows == other.rows && seen.columns == other.columns
        };
        let twin = |(at, file): (usize, &'_ SourceFile)| {
            let first = self.files[..at].iter().find(|first| is_twin(first, file))?;
            Some((first, at))
        };
        let twins = self.files.iter().enumerate().filter_map(twin);
        twins.map(|(first, at)| (first.recipe.name.as_str(), self.files[at].recipe.name.as_str())).collect()
    }

    /// The files by their columns: those that have the same in the same order stand together, by their places.
    pub fn layouts(&self) -> Vec<Vec<usize>> {
        let mut layouts: Vec<Vec<usize>> = Vec::new();
        for (at, file) in self.files.iter().enumerate() {
            let is_it = |layout: &&mut Vec<usize>| self.files[layout[0]].is_like(file);
            match layouts.iter_mut().find(is_it) {
                Some(layout) => layout.push(at),
                None => layouts.push(vec![at]),
            }
        }
        layouts
    }

    /// The zone of all files.
    pub fn zone(&self) -> Option<&str> {
        self.files.first()?.recipe.mapping.zone.as_deref()
    }

    /// What a property holds in the table: what it holds in all files, or else texts.
    pub fn kind(&self, name: &str) -> Kind {
        let mut kinds = self.files.iter().filter_map(|file| file.kind(name));
        let first = kinds.next().unwrap_or_default();
        if kinds.all(|kind| kind == first) { first } else { Kind::Text }
    }
}

impl SourceFile {
    /// Why it cannot be read, if that is known.
    fn trouble(&self) -> Option<Failure> {
        let lacks = |role| !self.recipe.preview.columns.iter().any(|guess| self.role(guess) == role);
        let missing = |code: &str| Failure { code: code.to_owned(), message: String::new(), position: None };
        let no_time = || lacks(Role::Time).then(|| missing("no_time_column"));
        let no_user = || lacks(Role::User).then(|| missing("no_user_column"));
        self.failure.clone().or_else(no_user).or_else(no_time)
    }

    /// What a column means: what was chosen, else what was guessed unless another column was chosen for it.
    pub fn role(&self, guess: &ColumnGuess) -> Role {
        let mapping = &self.recipe.mapping;
        let is_taken = || mapping.columns.iter().any(|choice| choice.role == Some(guess.role));
        let chosen = mapping.column(&guess.name).and_then(|choice| choice.role);
        chosen.unwrap_or_else(|| if is_taken() { Role::Other } else { guess.role })
    }

    /// What a property holds in this file, as far as that is known.
    fn kind(&self, name: &str) -> Option<Kind> {
        let guess = self.recipe.preview.columns.iter().find(|guess| guess.name == name)?;
        let is_property = !matches!(self.role(guess), Role::User | Role::Time | Role::Event);
        let chosen = self.recipe.mapping.column(name).and_then(|choice| choice.kind);
        let seen = (guess.why_kind != KindReason::NoValues).then_some(guess.kind);
        chosen.or(seen).filter(|_| is_property)
    }

    fn is_like(&self, other: &Self) -> bool {
        let names = |file: &Self| -> Vec<String> {
            file.recipe.preview.columns.iter().map(|guess| guess.name.clone()).collect()
        };
        self.recipe.preview.format == other.recipe.preview.format && names(self) == names(other)
    }
}

/// What files are called together: "a.csv and 2 more".
pub fn name_of(names: &[&str]) -> String {
    match names {
        [] => String::new(),
        [name] => (*name).to_owned(),
        [first, others @ ..] => plural_with("sources.names", others.len() as u64, &[("name", first)]),
    }
}
