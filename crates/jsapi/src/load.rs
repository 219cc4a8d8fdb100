//! Files: what they seem to be, and their bytes turned into a table.

use cairn_engine::ingest::{self, Loader, Mapping, Outcome, Preview, Sample};
use wasm_bindgen::prelude::wasm_bindgen;

use crate::run::Data;
use crate::{Thrown, json, read, thrown};

/// The pieces of a file that a preview wants to see: where they start and end, in pairs.
#[wasm_bindgen]
#[must_use]
pub fn sample_places(n_bytes: f64) -> Vec<f64> {
    ingest::sample_places(n_bytes as u64)
        .into_iter()
        .flat_map(|place| [place.start as f64, place.end as f64])
        .collect()
}

/// Pieces of a file.
#[wasm_bindgen]
pub struct Samples {
    pieces: Vec<(u64, Vec<u8>)>,
    /// The file's size; none if it is not known yet.
    n_bytes: Option<u64>,
}

#[wasm_bindgen]
impl Samples {
    /// None yet.
    #[wasm_bindgen(constructor)]
    #[must_use]
    pub fn new(n_bytes: Option<f64>) -> Self {
        Self { pieces: Vec::new(), n_bytes: n_bytes.map(|n| n as u64) }
    }

    /// Adds a piece; in order of their offsets.
    pub fn add(&mut self, offset: f64, bytes: Vec<u8>) {
        self.pieces.push((offset as u64, bytes));
    }

    /// What the file called `name` seems to be, as the JSON text of a `Preview`, under the choices of a `Mapping`.
    ///
    /// # Errors
    /// If the mapping cannot be read or the file is beyond loading.
    pub fn preview(&self, name: &str, mapping: &str) -> Result<String, Thrown> {
        let preview = self.look(name, &read::mapping(mapping)?)?;
        Ok(json(&preview))
    }

    /// Starts to load the file, as it seems to be. The seed may be any number that the file's author cannot foresee; no
    /// result depends on it.
    ///
    /// # Errors
    /// As for [`Self::preview`], or if the mapping does not fit the file.
    pub fn load(&self, name: &str, mapping: &str, seed: f64) -> Result<Loading, Thrown> {
        let mapping = read::mapping(mapping)?;
        let preview = self.look(name, &mapping)?;
        let loader = Loader::with_seed(name, &preview, &mapping, seed.to_bits()).map_err(thrown)?;
        Ok(Loading { loader: Some(loader) })
    }

    fn look(&self, name: &str, mapping: &Mapping) -> Result<Preview, Thrown> {
        let samples = self.pieces.iter().map(|(offset, bytes)| {
            let is_last = Some(offset + bytes.len() as u64) == self.n_bytes;
            Sample { offset: *offset, bytes, is_last }
        });
        ingest::preview(name, &samples.collect::<Vec<_>>(), mapping).map_err(thrown)
    }
}

/// A load that takes a file's bytes piece by piece.
#[wasm_bindgen]
pub struct Loading {
    /// None once it is over.
    loader: Option<Loader>,
}

#[wasm_bindgen]
impl Loading {
    /// Takes the next bytes.
    ///
    /// # Errors
    /// If the file cannot be read any further.
    pub fn push(&mut self, bytes: &[u8]) -> Result<(), Thrown> {
        self.loader.as_mut().map_or(Ok(()), |loader| loader.push(bytes)).map_err(thrown)
    }

    /// Records read so far.
    #[must_use]
    pub fn n_rows(&self) -> f64 {
        self.loader.as_ref().map_or(0.0, |loader| loader.progress().n_rows as f64)
    }

    /// Ends the file. None means that columns turned out to hold other values than it seemed: push the file once more, from
    /// its first byte, and finish again.
    ///
    /// # Errors
    /// If the file has no record, or ends inside compressed data.
    pub fn finish(&mut self) -> Result<Option<Data>, Thrown> {
        let Some(loader) = self.loader.take() else { return Ok(None) };
        match loader.finish().map_err(thrown)? {
            Outcome::Loaded { table, report } => Ok(Some(Data::new(*table, &report))),
            Outcome::Retype { again, .. } => {
                self.loader = Some(*again);
                Ok(None)
            }
        }
    }
}
