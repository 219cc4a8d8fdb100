//! The engine for JavaScript: what `www/api/cairn.js` calls, and nobody else.
//!
//! All that is structured crosses this border as JSON text, the very text that the engine's own serialization gives, so
//! that an answer is the same to the byte here and natively. A failure is thrown as the JSON text of a `Failure`; an `Error`
//! that comes from here is a bug or exhausted memory, and the engine cannot go on after it.

mod load;
mod read;
mod run;

use serde::Serialize;
use wasm_bindgen::JsError;
use wasm_bindgen::prelude::wasm_bindgen;

pub use load::{Loading, Samples, sample_places};
pub use run::Data;

/// The JSON text of a [`Failure`](cairn_engine::Failure), to be thrown.
type Thrown = String;

/// Makes a panic reach JavaScript with its message.
#[wasm_bindgen(start)]
fn start() {
    std::panic::set_hook(Box::new(|info| wasm_bindgen::throw_val(JsError::new(&info.to_string()).into())));
}

fn thrown(failure: impl Into<cairn_engine::Failure>) -> Thrown {
    json(&failure.into())
}

#[expect(
    clippy::expect_used,
    reason = "what the engine gives is plain data with text for keys; a failure is a bug"
)]
fn json<T: Serialize>(value: &T) -> String {
    serde_json::to_string(value).expect("plain data")
}
