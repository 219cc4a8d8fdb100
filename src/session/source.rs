//! Files and data sets.

use std::sync::Arc;

use cairn_engine::ingest::{Mapping, Preview};
use cairn_protocol::Loaded;

/// A file with what it seems to hold and what the person says its columns mean.
#[derive(Clone, Debug, PartialEq)]
pub struct Source {
    /// The file's name.
    pub name: String,
    /// Its size in bytes.
    pub n_bytes: u64,
    /// What it seems to hold.
    pub preview: Preview,
    /// What its columns mean.
    pub mapping: Mapping,
}

/// A loaded file.
#[derive(Clone, Debug, PartialEq)]
pub struct DataSet {
    /// Counts the loads of this session: another number is another data set, even of the same file.
    pub number: u32,
    /// The file's name.
    pub name: String,
    /// What it seemed to hold, and what its columns were said to mean.
    pub source: Arc<Source>,
    /// What came of the load.
    pub loaded: Loaded,
}
