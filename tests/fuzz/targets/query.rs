//! Any query is answered or refused.
#![no_main]

use cairn_engine::ingest::{IngestError, Loader, Mapping, Outcome, Sample, preview};
use cairn_engine::table::Table;
use cairn_engine::{Query, run};

const FILE: &[u8] = b"user,time,event,plan,n\n\
    a,2026-01-01,x,free,1\na,2026-01-01,y,,1e16\na,2026-01-02,z,pro,-1e16\nb,2026-01-01T00:00:00.5Z,x,pro,\n\
    b,2026-03-29T01:30,y,free,0.1\nc,1969-12-31,z,,7\nc,2026-12-31,x,pro,7\n";

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    thread_local!(static TABLE: Option<Table> = load().ok());
    let Ok(query) = serde_json::from_slice::<Query>(bytes) else { return };
    // Both are right; a panic, an overflow or an answer that JSON cannot hold are not.
    TABLE.with(|table| {
        if let Some(Ok(answer)) = table.as_ref().map(|table| run(table, &query)) {
            serde_json::to_string(&answer).unwrap_or_else(|error| panic!("{error}"));
        }
    });
});

fn load() -> Result<Table, IngestError> {
    let mapping = Mapping::default();
    let seen = preview("events.csv", &[Sample { offset: 0, bytes: FILE, is_last: true }], &mapping)?;
    let mut loader = Loader::new("events.csv", &seen, &mapping)?;
    loop {
        loader.push(FILE)?;
        match loader.finish()? {
            Outcome::Loaded { table, .. } => return Ok(*table),
            Outcome::Retype { again, .. } => loader = *again,
        }
    }
}
