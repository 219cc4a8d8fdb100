//! Loaded data, and queries on them.

use cairn_engine::ingest::LoadReport;
use cairn_engine::table::Table;
use wasm_bindgen::prelude::wasm_bindgen;

use crate::{Thrown, json, read, thrown};

/// A loaded data set.
#[wasm_bindgen]
pub struct Data {
    table: Table,
    report: String,
}

impl Data {
    pub(crate) fn new(table: Table, report: &LoadReport) -> Self {
        Self { table, report: json(report) }
    }
}

#[wasm_bindgen]
impl Data {
    /// The JSON text of its `Schema`.
    #[must_use]
    pub fn schema(&self) -> String {
        json(&self.table.schema)
    }

    /// The JSON text of the `LoadReport`.
    #[must_use]
    pub fn report(&self) -> String {
        self.report.clone()
    }

    /// Bytes that the table holds.
    #[must_use]
    pub fn n_bytes(&self) -> f64 {
        self.table.n_bytes() as f64
    }

    /// Answers a query: JSON text in, JSON text out.
    ///
    /// # Errors
    /// If the query cannot be read or does not fit the data; the error names the field.
    pub fn run(&self, query: &str) -> Result<String, Thrown> {
        let query = read::query(query)?;
        cairn_engine::run(&self.table, &query).map(|answer| json(&answer)).map_err(thrown)
    }
}
