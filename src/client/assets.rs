//! What workers are made of, fetched once when the page opens; after that the page forbids itself every connection.

use cairn_engine::Failure;
use gloo::utils::document;
use js_sys::{Array, Promise, Reflect, Uint8Array};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{Blob, BlobPropertyBag, Response, Url, Worker, WorkerOptions, WorkerType};

/// The policy that the page adds once it holds all it needs. It can never be taken back, and every worker inherits it.
pub const LOCKED: &str = "connect-src 'none'; img-src data: blob:; form-action 'none'";

/// All that the page fetches before it opens a file.
#[derive(Clone, Debug)]
pub struct Assets {
    worker_source: String,
    module: JsValue,
}

impl Assets {
    /// Fetches the worker's code and compiles it. `version` keeps caches from pairing old and new files.
    ///
    /// # Errors
    /// If a file cannot be fetched or compiled.
    pub async fn fetch(version: &str) -> Result<Self, Failure> {
        let glue = fetch_text(&format!("worker/cairn-worker.js?v={version}")).await?;
        let boot = fetch_text(&format!("worker/worker-boot.js?v={version}")).await?;
        let bytes = fetch_bytes(&format!("worker/cairn-worker_bg.wasm?v={version}")).await?;
        let module = settle(Ok(js_sys::WebAssembly::compile(&Uint8Array::from(bytes.as_slice())))).await?;
        Ok(Self { worker_source: format!("{glue}\n{boot}"), module })
    }

    /// Starts a worker and hands it the compiled module.
    ///
    /// # Errors
    /// If the browser refuses to start one.
    pub fn spawn(&self) -> Result<Worker, Failure> {
        let start = || {
            let parts = Array::of1(&JsValue::from_str(&self.worker_source));
            let properties = BlobPropertyBag::new();
            properties.set_type("text/javascript");
            let blob = Blob::new_with_str_sequence_and_options(&parts, &properties)?;
            let address = Url::create_object_url_with_blob(&blob)?;
            let options = WorkerOptions::new();
            options.set_type(WorkerType::Module);
            let worker = Worker::new_with_options(&address, &options)?;
            worker.post_message(&self.module)?;
            Ok(worker)
        };
        start().map_err(|error: JsValue| failure("no_worker", &error))
    }
}

/// Adds the policy that forbids every connection from now on, to the page and to all workers that start later.
///
/// # Errors
/// If the page has no head, or the element cannot be made.
pub fn lock_down() -> Result<(), Failure> {
    let add = || {
        let meta = document().create_element("meta")?;
        meta.set_attribute("http-equiv", "Content-Security-Policy")?;
        meta.set_attribute("content", LOCKED)?;
        let head = document().head().ok_or_else(|| JsValue::from_str("the page has no head"))?;
        head.append_child(&meta).map(drop)
    };
    add().map_err(|error: JsValue| failure("no_policy", &error))
}

/// Fetches a text that belongs to the page.
///
/// # Errors
/// If it cannot be fetched.
pub async fn fetch_text(address: &str) -> Result<String, Failure> {
    let text = settle(fetch(address).await?.text()).await?;
    Ok(text.as_string().unwrap_or_default())
}

/// Fetches bytes that belong to the page.
///
/// # Errors
/// If they cannot be fetched.
pub async fn fetch_bytes(address: &str) -> Result<Vec<u8>, Failure> {
    let buffer = settle(fetch(address).await?.array_buffer()).await?;
    Ok(Uint8Array::new(&buffer).to_vec())
}

async fn fetch(address: &str) -> Result<Response, Failure> {
    let window = gloo::utils::window();
    let response: Response = settle(Ok(window.fetch_with_str(address))).await?.unchecked_into();
    if response.ok() {
        Ok(response)
    } else {
        let status = JsValue::from_str(&format!("{address} gave status {}", response.status()));
        Err(failure("no_assets", &status))
    }
}

async fn settle(promise: Result<Promise, JsValue>) -> Result<JsValue, Failure> {
    let promise = promise.map_err(|error| failure("no_assets", &error))?;
    JsFuture::from(promise).await.map_err(|error| failure("no_assets", &error))
}

fn failure(code: &str, error: &JsValue) -> Failure {
    let said = Reflect::get(error, &JsValue::from_str("message")).ok().and_then(|text| text.as_string());
    let message = said.or_else(|| error.as_string()).unwrap_or_else(|| format!("{error:?}"));
    Failure { code: code.to_owned(), message, position: None }
}
