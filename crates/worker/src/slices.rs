//! Reading a `File` in slices, some of them ahead.

use std::collections::VecDeque;
use std::ops::Range;

use cairn_engine::Failure;
use js_sys::{ArrayBuffer, Uint8Array};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{Blob, File};

/// Bytes of a slice: parsed in well under 100 ms, and enough to keep the browser's file reader busy.
const SLICE_BYTES: u64 = 1 << 20;

/// How many slices are asked for before the first of them is parsed. One leaves the parser waiting for the browser's
/// file reader about half of the time; four keep it busy, and more gain nothing.
const SLICES_AHEAD: usize = 4;

/// The slices of a range of a file in order, the next few of them already on their way.
pub(crate) struct Slices {
    file: File,
    rest: Range<u64>,
    reads: VecDeque<Read>,
}

/// A read that has begun. Its failure is heard even if nobody waits for it any more, so it does not look like a crash.
type Read = Result<JsFuture, JsValue>;

impl Slices {
    /// Starts to read a range, up to the file's end at most.
    pub(crate) fn new(file: &File, range: Range<u64>) -> Self {
        let end = range.end.min(file.size() as u64);
        let mut slices = Self { file: file.clone(), rest: range.start..end, reads: VecDeque::new() };
        slices.read_ahead();
        slices
    }

    /// The next bytes; none at the end.
    ///
    /// # Errors
    /// If the file changed on disk since it was chosen.
    pub(crate) async fn next(&mut self) -> Result<Option<Vec<u8>>, Failure> {
        let Some(read) = self.reads.pop_front() else { return Ok(None) };
        let bytes = bytes(read).await;
        self.read_ahead();
        bytes.map(Some)
    }

    fn read_ahead(&mut self) {
        while self.reads.len() < SLICES_AHEAD && self.rest.start < self.rest.end {
            let end = self.rest.end.min(self.rest.start + SLICE_BYTES);
            self.reads.push_back(start_read(&self.file, self.rest.start..end));
            self.rest.start = end;
        }
    }
}

/// Reads several ranges at once.
///
/// # Errors
/// If the file changed on disk since it was chosen.
pub(crate) async fn read_all(file: &File, places: Vec<Range<u64>>) -> Result<Vec<(u64, Vec<u8>)>, Failure> {
    let reads: Vec<(u64, Read)> =
        places.into_iter().map(|place| (place.start, start_read(file, place))).collect();
    let mut pieces = Vec::new();
    for (offset, read) in reads {
        pieces.push((offset, bytes(read).await?));
    }
    Ok(pieces)
}

fn start_read(file: &File, place: Range<u64>) -> Read {
    let blob: &Blob = file;
    let slice = blob.slice_with_f64_and_f64(place.start as f64, place.end as f64)?;
    Ok(JsFuture::from(slice.array_buffer()))
}

async fn bytes(read: Read) -> Result<Vec<u8>, Failure> {
    let buffer = async { read?.await }.await.map_err(|_: JsValue| Failure {
        code: "unreadable_file".to_owned(),
        message: "the file can no longer be read; it was changed, moved or deleted since: choose it again"
            .to_owned(),
        position: None,
    })?;
    Ok(Uint8Array::new(buffer.unchecked_ref::<ArrayBuffer>()).to_vec())
}
