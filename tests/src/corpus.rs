//! The corpus of ugly files: its manifest, read. `tests/corpus/README.md` says what each field means.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::{fs, io};

use serde::Deserialize;

/// The folder of the corpus.
pub fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("corpus")
}

/// Reads the manifest.
///
/// # Errors
/// If it cannot be read, or holds a field that is not known here.
pub fn read() -> io::Result<Manifest> {
    let text = fs::read_to_string(folder().join("manifest.json"))?;
    serde_json::from_str(&text).map_err(io::Error::other)
}

/// All cases.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Manifest {
    /// The version of this format: 1.
    pub version: u32,
    /// The cases, by subject.
    pub cases: Vec<Case>,
}

/// One load of one file.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Case {
    /// The file's name in the corpus.
    pub file: String,
    /// What is ugly about it.
    pub what: String,
    /// Why this is expected, where it is not plain.
    pub why: Option<String>,
    /// The engine's mapping in JSON; none for its default.
    pub mapping: Option<serde_json::Value>,
    /// What must come out.
    pub expect: Expect,
}

/// What must come out of a load.
#[derive(Debug, Deserialize)]
#[serde(untagged)]
pub enum Expect {
    /// No table.
    Refused(Refused),
    /// A table.
    Loaded(Box<Loaded>),
}

/// An error.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Refused {
    /// The error's code.
    pub error: String,
}

/// A table, and what was said about it. What is `None` is not compared.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "the corpus' README explains each field")]
pub struct Loaded {
    pub format: String,
    pub separator: Option<char>,
    pub encoding: String,
    pub compression: String,
    pub has_header: Option<bool>,
    pub n_events: u64,
    pub n_users: u64,
    pub n_duplicates: Option<u64>,
    pub first_millis: i64,
    pub last_millis: i64,
    pub roles: Option<BTreeMap<String, String>>,
    pub columns: Option<Vec<Column>>,
    pub n_columns: Option<u64>,
    pub users: Option<BTreeMap<String, u64>>,
    pub events: Option<BTreeMap<String, u64>>,
    pub values: Option<BTreeMap<String, BTreeMap<String, u64>>>,
    pub warnings: Vec<Warning>,
}

/// A column.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Column {
    /// Its name.
    pub name: String,
    /// `text`, `number` or `time`.
    pub kind: String,
}

/// All warnings of one kind.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Warning {
    /// Which kind.
    pub kind: String,
    /// How often.
    pub n: u64,
    /// The first one's line.
    pub line: u64,
    /// The first one's column.
    pub column: Option<String>,
    /// The first one's text at fault.
    pub text: Option<String>,
}
