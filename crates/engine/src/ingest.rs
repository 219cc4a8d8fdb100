//! Ingest: push parsers that turn bytes into a table and a report of what was skipped.
//!
//! ```text
//! samples ─► preview ─► Preview ─┐  (shown to the person, who may change it by a Mapping)
//!                                ▼
//! bytes ──► Loader::push ──► gunzip ─► to UTF-8 ─► records ─► columns ─► blocks ─► Loader::finish ─► Table + report
//! ```
//!
//! Several files become one table ([`Loader::of_files`]): each has its own preview and mapping, their columns are united.
//!
//! Nothing here reads a file: the caller pushes its bytes, in pieces of any size. Bad rows never fail a load; they are
//! counted, with examples. What cannot be loaded at all is an [`IngestError`] that says what to do.

mod assemble;
mod batch;
mod columns;
mod dates;
mod delimited;
mod detect;
pub(crate) mod duplicates;
mod encoding;
mod error;
mod feed;
mod gzip;
mod infer;
mod inspect;
mod intake;
mod interner;
mod json;
mod json_fields;
mod json_lexer;
mod ledger;
mod loader;
mod mapping;
mod names;
mod number;
mod parser;
mod part;
mod parts;
mod plan;
mod preview;
mod recipe;
mod records;
mod report;
mod role_words;
mod roles;
mod sample_places;
mod sampling;
mod structural;
mod time_cursor;
mod time_format;
mod time_text;
mod union;
mod zone;

pub use assemble::Build;
pub use dates::agree_on_dates;
#[cfg(feature = "fuzz")]
pub use delimited::compare::assert_as_csv_core;
pub use error::{IngestError, IngestProblem};
pub use loader::{DEFAULT_SEED, Loader, Outcome, Progress, Retyped};
pub use mapping::{ColumnChoice, DateOrder, DecimalMark, Mapping};
pub use parser::{Manifest, Manifests, Parser, Wants};
pub use part::{Part, PartReport, Start};
pub use parts::{Failed, Parts, RollBack, WholeReport, report};
pub use preview::{
    Clock, ColumnGuess, Compression, Encoding, Format, KindReason, OrderReason, Preview, RoleReason, Sample,
    preview,
};
pub use recipe::{FileRecipe, Recipe};
pub use report::{Example, FileReport, LoadReport, Skipped, Warning, WarningKind};
pub use sample_places::sample_places;
pub use time_format::TimeFormat;
