//! Reading files: slices of a `File`, some of them ahead, into the engine's push parser.

use std::collections::VecDeque;
use std::ops::Range;

use cairn_engine::Failure;
use cairn_engine::ingest::{self, Loader, Mapping, Outcome, Preview, Sample};
use cairn_protocol::{Handle, Loaded, Progress, Reply, RequestId, Stage};
use js_sys::{Array, ArrayBuffer, Uint8Array};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{Blob, File};

use crate::Stop;
use crate::pause::Turn;
use crate::state::State;
use crate::wire;

/// Bytes of a slice: parsed in well under 100 ms, and enough to keep the browser's file reader busy.
const SLICE_BYTES: u64 = 1 << 20;

/// How many slices are asked for before the first of them is parsed. One leaves the parser waiting for the browser's
/// file reader about half of the time; four keep it busy, and more gain nothing.
const SLICES_AHEAD: usize = 4;

/// A file that came with a message.
pub(crate) struct Source<'a> {
    /// The message's handles.
    pub(crate) handles: &'a Array,
    /// The file among them.
    pub(crate) file: Handle,
    /// Its name.
    pub(crate) name: String,
}

/// Looks at a few places of a file.
pub(crate) async fn preview(source: Source<'_>, mapping: &Mapping) -> Result<Reply, Stop> {
    let file: File = wire::handle(source.handles, source.file)?;
    let n_bytes = file.size() as u64;
    let reads: Vec<_> = ingest::sample_places(n_bytes)
        .into_iter()
        .map(|place| (place.start, start_read(&file, place)))
        .collect();
    let mut pieces = Vec::new();
    for (offset, read) in reads {
        pieces.push((offset, bytes(read).await?));
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
    let mut slices = ReadAhead::new(file);
    let mut offset = 0;
    while let Some(read) = slices.next() {
        let piece = bytes(read).await?;
        offset += piece.len() as u64;
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

/// A read that has begun. Its failure is heard even if nobody waits for it any more, so it does not look like a crash.
type Read = Result<JsFuture, JsValue>;

/// The slices of a file in order, the next few of them already on their way.
struct ReadAhead<'a> {
    file: &'a File,
    asked: u64,
    reads: VecDeque<Read>,
}

impl<'a> ReadAhead<'a> {
    fn new(file: &'a File) -> Self {
        Self { file, asked: 0, reads: VecDeque::new() }
    }

    fn next(&mut self) -> Option<Read> {
        let n_bytes = self.file.size() as u64;
        while self.reads.len() < SLICES_AHEAD && self.asked < n_bytes {
            let end = n_bytes.min(self.asked + SLICE_BYTES);
            self.reads.push_back(start_read(self.file, self.asked..end));
            self.asked = end;
        }
        self.reads.pop_front()
    }
}

fn start_read(file: &File, place: Range<u64>) -> Read {
    let blob: &Blob = file;
    let slice = blob.slice_with_f64_and_f64(place.start as f64, place.end as f64)?;
    Ok(JsFuture::from(slice.array_buffer()))
}

/// A slice's bytes. A file that changed on disk since it was chosen can no longer be read.
async fn bytes(read: Read) -> Result<Vec<u8>, Failure> {
    let buffer = async { read?.await }.await.map_err(|_: JsValue| Failure {
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
