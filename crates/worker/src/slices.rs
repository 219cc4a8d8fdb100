//! Reading a `File` in slices, some of them ahead.

use std::collections::VecDeque;
use std::ops::Range;

use cairn_engine::Failure;
use js_sys::{ArrayBuffer, Uint8Array};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{Blob, File};

/// Bytes that the browser is asked for at once. Each request costs it about the same, so that a few large ones take half
/// the time of many small ones.
const SLICE_BYTES: u64 = (8 << 20) + (16 << 10);

/// How many slices are asked for before the first of them is parsed, so that the parser need not wait.
const SLICES_AHEAD: usize = 2;

/// Bytes that are taken out of a slice at once: parsed in a few milliseconds.
const PIECE_BYTES: u32 = 512 << 10;

/// A range of a file, piece by piece in order, the next slices already on their way.
pub(crate) struct Slices {
    file: File,
    rest: Range<u64>,
    reads: VecDeque<Read>,
    /// The slice at hand, and how much of it has been taken.
    slice: Uint8Array,
    n_taken: u32,
}

/// A read that has begun. Its failure is heard even if nobody waits for it any more, so it does not look like a crash.
type Read = Result<JsFuture, JsValue>;

impl Slices {
    /// Starts to read a range, up to the file's end at most.
    pub(crate) fn new(file: &File, range: Range<u64>) -> Self {
        let rest = range.start..range.end.min(file.size() as u64);
        let slice = Uint8Array::new_with_length(0);
        let mut slices = Self { file: file.clone(), rest, reads: VecDeque::new(), slice, n_taken: 0 };
        slices.read_ahead();
        slices
    }

    /// Puts the next bytes in place of those that were there, and says whether there are any.
    ///
    /// # Errors
    /// If the file changed on disk since it was chosen.
    pub(crate) async fn next(&mut self, piece: &mut Vec<u8>) -> Result<bool, Failure> {
        if self.n_taken == self.slice.length() {
            let Some(read) = self.reads.pop_front() else { return Ok(false) };
            (self.slice, self.n_taken) = (bytes(read).await?, 0);
            self.read_ahead();
        }
        let end = self.slice.length().min(self.n_taken + PIECE_BYTES);
        piece.resize((end - self.n_taken) as usize, 0);
        self.slice.subarray(self.n_taken, end).copy_to(piece);
        self.n_taken = end;
        Ok(true)
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
        pieces.push((offset, bytes(read).await?.to_vec()));
    }
    Ok(pieces)
}

fn start_read(file: &File, place: Range<u64>) -> Read {
    let blob: &Blob = file;
    let slice = blob.slice_with_f64_and_f64(place.start as f64, place.end as f64)?;
    Ok(JsFuture::from(slice.array_buffer()))
}

async fn bytes(read: Read) -> Result<Uint8Array, Failure> {
    let buffer = async { read?.await }.await.map_err(|_: JsValue| Failure {
        code: "unreadable_file".to_owned(),
        message: "the file can no longer be read; it was changed, moved or deleted since: choose it again"
            .to_owned(),
        position: None,
    })?;
    Ok(Uint8Array::new(buffer.unchecked_ref::<ArrayBuffer>()))
}
