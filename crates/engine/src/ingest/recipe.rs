//! All that is known of the files of a load before their rows are read.

use serde::{Deserialize, Serialize};

use super::error::IngestError;
use super::loader::Retyped;
use super::mapping::Mapping;
use super::preview::{Compression, Encoding, Format, Preview};
use super::union::Plan;

/// How files are read into one table: the same for all parsers of one load.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Recipe {
    /// The files, at least one. Rows of one user and instant come in the order of the files.
    pub files: Vec<FileRecipe>,
    /// Seeds the dictionaries' hashes, so that nobody can prepare a file whose values all collide. No result depends
    /// on it.
    pub seed: u64,
    /// Columns that an earlier reading found to be text.
    pub retyped: Vec<Retyped>,
}

/// How one file is read.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct FileRecipe {
    /// The file's name.
    pub name: String,
    /// What it seems to hold.
    pub preview: Preview,
    /// What its columns mean. Where it differs from the one that the preview was made with in separator or header, the
    /// preview counts.
    pub mapping: Mapping,
}

impl Recipe {
    /// For these files, whose columns are all what they seem.
    pub fn new(files: Vec<FileRecipe>, seed: u64) -> Self {
        Self { files, seed, retyped: Vec::new() }
    }

    /// Checks that a table can be made of the files.
    ///
    /// # Errors
    /// Of the first file whose mapping does not fit its preview: an unknown column or zone, a role given twice, no user
    /// or time column. Also if there is no file, or if they have too many columns together.
    pub fn check(&self) -> Result<(), IngestError> {
        self.plan().map(drop)
    }

    /// The plan.
    ///
    /// # Errors
    /// As for [`Self::check`].
    pub(crate) fn plan(&self) -> Result<Plan, IngestError> {
        Plan::new(&self.files, &self.retyped)
    }
}

impl FileRecipe {
    /// Whether parts of the file can be read by themselves. What is compressed or in UTF-16, and JSON that does not
    /// stand line by line, cannot.
    pub fn is_cuttable(&self) -> bool {
        let Preview { format, encoding, compression, .. } = &self.preview;
        matches!(format, Format::Delimited { .. } | Format::Ndjson)
            && matches!(encoding, Encoding::Utf8 | Encoding::Utf8Bom)
            && *compression == Compression::None
    }
}
