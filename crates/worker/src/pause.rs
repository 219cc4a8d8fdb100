//! Giving way: lets the worker hear its messages in the midst of long work.

use js_sys::Promise;
use wasm_bindgen::closure::Closure;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{MessageChannel, Performance};

use crate::wire;

/// How long work may go on before it gives way: well under the 100 ms in which a cancellation must be heard.
const TURN_MILLIS: f64 = 20.0;

/// How often long work says how far it is.
const SPEAK_MILLIS: f64 = 100.0;

/// Measures turns of work.
pub(crate) struct Turn {
    clock: Option<Performance>,
    start: f64,
    spoke: f64,
}

impl Turn {
    /// A turn that begins now.
    pub(crate) fn new() -> Self {
        let clock = wire::scope().performance();
        let now = clock.as_ref().map_or(0.0, Performance::now);
        Self { clock, start: now, spoke: now }
    }

    /// Milliseconds since the worker began.
    pub(crate) fn now(&self) -> f64 {
        self.clock.as_ref().map_or(0.0, Performance::now)
    }

    /// Gives way if the turn has lasted long enough; says whether it did, and messages may have been heard.
    pub(crate) async fn pause(&mut self) -> bool {
        let due = self.now() - self.start >= TURN_MILLIS;
        if due {
            self.give_way().await;
        }
        due
    }

    /// Gives way at once.
    pub(crate) async fn give_way(&mut self) {
        next_task().await;
        self.start = self.now();
    }

    /// Whether the page should hear how far the work is; true once in [`SPEAK_MILLIS`].
    pub(crate) fn is_time_to_speak(&mut self) -> bool {
        let due = self.now() - self.spoke >= SPEAK_MILLIS;
        if due {
            self.spoke = self.now();
        }
        due
    }
}

/// Resolves in a later task, after the messages that wait already. A message to oneself is used since timers are held
/// to 4 ms once they are nested.
async fn next_task() {
    let Ok(channel) = MessageChannel::new() else { return };
    let arrived = Promise::new(&mut |resolve, _| {
        let deliver = Closure::once_into_js(move || {
            let _ = resolve.call0(&JsValue::UNDEFINED);
        });
        channel.port1().set_onmessage(Some(deliver.unchecked_ref()));
        let _ = channel.port2().post_message(&JsValue::NULL);
    });
    let _ = JsFuture::from(arrived).await;
    channel.port1().close();
}
