//! All that is known of a file before its rows are read.

use serde::{Deserialize, Serialize};

use super::error::IngestProblem;
use super::loader::Retyped;
use super::mapping::Mapping;
use super::plan::{Content, Plan};
use super::preview::{Compression, Encoding, Format, Preview};

/// How a file is read: the same for all parsers of one load.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Recipe {
    /// The file's name.
    pub name: String,
    /// What it seems to hold.
    pub preview: Preview,
    /// What its columns mean. Where it differs from the one that the preview was made with in separator or header, the
    /// preview counts.
    pub mapping: Mapping,
    /// Seeds the dictionaries' hashes, so that nobody can prepare a file whose values all collide. No result depends
    /// on it.
    pub seed: u64,
    /// Columns that an earlier reading found to be text.
    pub retyped: Vec<Retyped>,
}

impl Recipe {
    /// Whether parts of the file can be read by themselves. What is compressed or in UTF-16, and JSON that does not
    /// stand line by line, cannot.
    pub fn is_cuttable(&self) -> bool {
        let Preview { format, encoding, compression, .. } = &self.preview;
        matches!(format, Format::Delimited { .. } | Format::Ndjson)
            && matches!(encoding, Encoding::Utf8 | Encoding::Utf8Bom)
            && *compression == Compression::None
    }

    /// The plan.
    ///
    /// # Errors
    /// If the mapping does not fit the preview.
    pub(crate) fn plan(&self) -> Result<Plan, IngestProblem> {
        let mut plan = Plan::new(&self.name, &self.preview, &self.mapping)?;
        for column in &mut plan.columns {
            if self.retyped.iter().any(|retyped| retyped.column == column.name) {
                column.content = Content::Text;
            }
        }
        Ok(plan)
    }
}
