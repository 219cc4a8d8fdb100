//! Any file loads or says why not, and does so alike however its bytes come.
#![no_main]

use cairn_engine::ingest::{IngestError, LoadReport, Loader, Mapping, Outcome, Sample, preview};
use cairn_engine::table::Facts;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    let Some((&step, file)) = bytes.split_first() else { return };
    let whole = load(file, file.len().max(1)).map_err(|error| error.problem);
    let in_pieces = load(file, usize::from(step).max(1)).map_err(|error| error.problem);
    assert_eq!(whole, in_pieces);
});

fn load(bytes: &[u8], step: usize) -> Result<(Facts, LoadReport), IngestError> {
    let mapping = Mapping::default();
    let seen = preview("events.csv", &[Sample { offset: 0, bytes, is_last: true }], &mapping)?;
    let mut loader = Loader::new("events.csv", &seen, &mapping)?;
    loop {
        for piece in bytes.chunks(step) {
            loader.push(piece)?;
        }
        match loader.finish()? {
            Outcome::Loaded { table, report } => return Ok((table.schema.facts(), report)),
            Outcome::Retype { again, .. } => loader = *again,
        }
    }
}
