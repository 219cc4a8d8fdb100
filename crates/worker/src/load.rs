//! Reading files: slices of a `File`, one at a time, into the engine's push parser. The next slice is fetched while the
//! present one is parsed; no more than two are in memory.

use cairn_engine::Failure;
use cairn_engine::ingest::{self, Loader, Mapping, Outcome, Preview, Sample};
use cairn_protocol::{Handle, Loaded, Progress, Reply, RequestId, Stage};
use js_sys::{Array, ArrayBuffer, Promise, Uint8Array};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{Blob, File};

use crate::Stop;
use crate::pause::Turn;
use crate::state::State;
use crate::wire;

/// Bytes read at once while loading: parsed in well under 100 ms, and enough to keep the browser's file reader busy.
const SLICE_BYTES: u64 = 1 << 20;

/// Bytes of the first sample, from the file's start.
const HEAD_BYTES: u64 = 256 << 10;

/// Bytes of each further sample.
const SAMPLE_BYTES: u64 = 16 << 10;

/// How many samples are taken from a file that is larger than all of them.
const SAMPLES: u64 = 64;

/// A file that came with a message.
pub(crate) struct Source<'a> {
    /// The message's handles.
    pub(crate) handles: &'a Array,
    /// The file among them.
    pub(crate) file: Handle,
    /// Its name.
    pub(crate) name: String,
}

/// Looks at up to 64 places of a file.
pub(crate) async fn preview(source: Source<'_>, mapping: &Mapping) -> Result<Reply, Stop> {
    let file: File = wire::handle(source.handles, source.file)?;
    let n_bytes = file.size() as u64;
    let mut pieces = Vec::new();
    for (offset, length) in places(n_bytes) {
        pieces.push((offset, bytes(slice(&file, offset, length)).await?));
    }
    let samples: Vec<Sample<'_>> = pieces
        .iter()
        .map(|(offset, bytes)| Sample {
            offset: *offset,
            bytes,
            is_last: offset + bytes.len() as u64 >= n_bytes,
        })
        .collect();
    let preview = ingest::preview(&source.name, &samples, mapping)?;
    Ok(Reply::Previewed { preview: Box::new(preview) })
}

/// Reads a whole file into the table.
pub(crate) async fn load(
    state: &State,
    id: RequestId,
    source: Source<'_>,
    what: (&Preview, &Mapping),
) -> Result<Reply, Stop> {
    let file: File = wire::handle(source.handles, source.file)?;
    state.set_table(None);
    let mut turn = Turn::new();
    let start = turn.now();
    let seed = hash_seed();
    let mut loader = Loader::with_seed(&source.name, what.0, what.1, seed)?;
    let mut stage = Stage::Reading;
    loop {
        read(state, id, &file, &mut loader, (&mut turn, stage)).await?;
        match loader.finish()? {
            Outcome::Loaded { table, report } => {
                let loaded = Loaded {
                    schema: table.schema.clone(),
                    report,
                    n_table_bytes: table.n_bytes(),
                    took_millis: (turn.now() - start) as u64,
                };
                state.set_table(Some(*table));
                return Ok(Reply::Loaded(Box::new(loaded)));
            }
            Outcome::Retype { again, .. } => {
                loader = *again;
                stage = Stage::ReadingAgain;
            }
        }
    }
}

/// Pushes the file into the loader.
async fn read(
    state: &State,
    id: RequestId,
    file: &File,
    loader: &mut Loader,
    (turn, stage): (&mut Turn, Stage),
) -> Result<(), Stop> {
    let n_bytes_total = file.size() as u64;
    let mut offset = 0;
    let mut next = slice(file, 0, SLICE_BYTES);
    while offset < n_bytes_total {
        let piece = bytes(next).await?;
        offset += piece.len() as u64;
        next = slice(file, offset, SLICE_BYTES);
        state.check(id)?;
        loader.push(&piece)?;
        if turn.is_time_to_speak() || offset >= n_bytes_total {
            let n_rows = loader.progress().n_rows;
            let stage = if offset >= n_bytes_total { Stage::Sorting } else { stage };
            wire::send(id, &Reply::Progress(Progress { n_bytes: offset, n_bytes_total, n_rows, stage }));
        }
    }
    turn.give_way().await;
    state.check(id)
}

/// Offsets and lengths of the samples: the head, and further places spread evenly over the rest.
fn places(n_bytes: u64) -> Vec<(u64, u64)> {
    let mut places = vec![(0, HEAD_BYTES)];
    let rest = n_bytes.saturating_sub(HEAD_BYTES);
    if rest > 0 {
        let n = (SAMPLES - 1).min(rest.div_ceil(SAMPLE_BYTES));
        places.extend((0..n).map(|index| (HEAD_BYTES + rest * index / n, SAMPLE_BYTES.min(rest / n + 1))));
    }
    places
}

fn slice(file: &File, offset: u64, length: u64) -> Result<Promise, JsValue> {
    let blob: &Blob = file;
    let end = (offset + length) as f64;
    Ok(blob.slice_with_f64_and_f64(offset as f64, end)?.array_buffer())
}

/// A slice's bytes. A file that changed on disk since it was chosen can no longer be read.
async fn bytes(slice: Result<Promise, JsValue>) -> Result<Vec<u8>, Failure> {
    let read = async { JsFuture::from(slice?).await };
    let buffer = read.await.map_err(|_: JsValue| Failure {
        code: "unreadable_file".to_owned(),
        message: "the file can no longer be read; it was changed, moved or deleted since: choose it again"
            .to_owned(),
        position: None,
    })?;
    Ok(Uint8Array::new(buffer.unchecked_ref::<ArrayBuffer>()).to_vec())
}

/// A number that the author of a file cannot foresee, for the dictionaries' hashes. No result depends on it.
fn hash_seed() -> u64 {
    (js_sys::Math::random() * 2_f64.powi(53)) as u64
}
