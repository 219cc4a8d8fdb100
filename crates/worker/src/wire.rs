//! Messages as the browser carries them: `{ text, handles }`.

use cairn_engine::Failure;
use cairn_protocol::{Envelope, Handle, Reply, Request, RequestId};
use js_sys::{Array, Object, Reflect};
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{DedicatedWorkerGlobalScope, MessageEvent};

/// The worker's global object.
pub(crate) fn scope() -> DedicatedWorkerGlobalScope {
    js_sys::global().unchecked_into()
}

/// Reads a message from the page.
pub(crate) fn read(event: &MessageEvent) -> Result<(Envelope<Request>, Array), Failure> {
    let part =
        |name: &str| Reflect::get(&event.data(), &JsValue::from_str(name)).unwrap_or(JsValue::UNDEFINED);
    let garbled = |why: String| Failure {
        code: "bad_message".to_owned(),
        message: format!("the worker could not read a message: {why}"),
        position: None,
    };
    let text = part("text").as_string().ok_or_else(|| garbled("it has no text".to_owned()))?;
    let envelope = serde_json::from_str(&text).map_err(|error| garbled(error.to_string()))?;
    Ok((envelope, part("handles").dyn_into().unwrap_or_default()))
}

/// Takes a handle out of a message.
pub(crate) fn handle<T: JsCast>(handles: &Array, handle: Handle) -> Result<T, Failure> {
    handles.get(handle.0).dyn_into().map_err(|_| Failure {
        code: "bad_message".to_owned(),
        message: "a message to the worker came without its file".to_owned(),
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
