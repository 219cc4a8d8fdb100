//! Stub.

use wasm_bindgen::prelude::wasm_bindgen;

/// Stub: a handle on a mounted checklist.
#[wasm_bindgen]
#[derive(Debug)]
pub struct Checklist {}

#[wasm_bindgen]
impl Checklist {
    /// Stub: mounts into `root`.
    #[wasm_bindgen(constructor)]
    pub fn new(root: &web_sys::Node) -> Self {
        leptos::logging::log!("{:?}", root);
        Self {}
    }
}
