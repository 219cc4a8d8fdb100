//! Messages as the browser carries them: `{ text, handles }`.

use std::fmt::Display;

use cairn_engine::{Answer, Failure};
use cairn_protocol::{Envelope, Handle, Peer, Reply, Request, RequestId};
use js_sys::{Array, Object, Reflect, Uint8Array};
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{DedicatedWorkerGlobalScope, File, MessageEvent};

/// The worker's global object.
pub(crate) fn scope() -> DedicatedWorkerGlobalScope {
    js_sys::global().unchecked_into()
}

/// Reads a message from the page.
pub(crate) fn read(event: &MessageEvent) -> Result<(Envelope<Request>, Array), Failure> {
    let (text, handles) = parts(event)?;
    Ok((serde_json::from_str(&text).map_err(garbled)?, handles))
}

/// Reads a message from another worker.
pub(crate) fn read_peer(event: &MessageEvent) -> Result<(Peer, Array), Failure> {
    let (text, handles) = parts(event)?;
    Ok((serde_json::from_str(&text).map_err(garbled)?, handles))
}

fn parts(event: &MessageEvent) -> Result<(String, Array), Failure> {
    let part =
        |name: &str| Reflect::get(&event.data(), &JsValue::from_str(name)).unwrap_or(JsValue::UNDEFINED);
    let text = part("text").as_string().ok_or_else(|| garbled("it has no text"))?;
    Ok((text, part("handles").dyn_into().unwrap_or_default()))
}

fn garbled(why: impl Display) -> Failure {
    Failure {
        code: "bad_message".to_owned(),
        message: format!("the worker could not read a message: {why}"),
        position: None,
    }
}

/// Takes bytes out of a message.
pub(crate) fn bytes(handles: &Array, bytes: Handle) -> Result<Uint8Array, Failure> {
    handle(handles, bytes)
}

/// Takes files out of a message.
pub(crate) fn files(handles: &Array, files: Vec<Handle>) -> Result<Vec<File>, Failure> {
    files.into_iter().map(|file| handle(handles, file)).collect()
}

/// Takes a handle out of a message.
pub(crate) fn handle<T: JsCast>(handles: &Array, handle: Handle) -> Result<T, Failure> {
    handles.get(handle.0).dyn_into().map_err(|_| Failure {
        code: "bad_message".to_owned(),
        message: "a message to the worker came without its file or bytes".to_owned(),
        position: None,
    })
}

/// Sends a reply to the page. What cannot be sent is lost; the page then takes the worker for dead.
pub(crate) fn send(id: RequestId, body: &Reply) {
    let message = Object::new();
    let Ok(text) = serde_json::to_string(&Envelope { id, body }) else { return };
    let _ = Reflect::set(&message, &JsValue::from_str("text"), &JsValue::from_str(&text));
    let _ = Reflect::set(&message, &JsValue::from_str("handles"), &Array::new());
    let _ = scope().post_message(&message);
}

/// Tells the page that this worker is lost.
pub(crate) fn die(failure: Failure) {
    send(RequestId::NONE, &Reply::Died { failure });
}

/// An answer's JSON.
pub(crate) fn json(answer: &Answer) -> Result<String, Failure> {
    serde_json::to_string(answer).map_err(|error| Failure {
        code: "unwritable_answer".to_owned(),
        message: format!("the answer could not be written as JSON: {error}"),
        position: None,
    })
}
