//! What the status region says. Messages that come close together are said as one.

use std::cell::RefCell;

use reactive_graph::signal::ArcRwSignal;
use reactive_graph::traits::{GetUntracked, Set};
use wasm_bindgen::JsCast;
use wasm_bindgen::prelude::Closure;

/// Long enough to gather the effects of one act, short enough to feel like its answer.
const PAUSE_MILLIS: i32 = 150;

/// The voice of one checklist.
#[derive(Default)]
pub(crate) struct Speech {
    /// What the region says now.
    pub(crate) said: ArcRwSignal<String>,
    pending: std::rc::Rc<RefCell<Vec<String>>>,
}

impl Speech {
    /// Says a sentence soon, with whatever else is to be said by then.
    pub(crate) fn say(&self, sentence: String) {
        let mut pending = self.pending.borrow_mut();
        pending.push(sentence);
        if pending.len() > 1 {
            return;
        }
        let (pending, said) = (self.pending.clone(), self.said.clone());
        let speak = move || {
            let mut text = pending.borrow_mut().split_off(0).join(" ");
            // A region that does not change is not read out: the same words again differ by an invisible space.
            if text == said.get_untracked() {
                text.push('\u{a0}');
            }
            said.set(text);
        };
        let Some(window) = web_sys::window() else { return };
        let speak = Closure::once_into_js(speak);
        let speak = speak.unchecked_ref();
        // Without a timer nothing is said, which is all that could be done about it.
        let _ = window.set_timeout_with_callback_and_timeout_and_arguments_0(speak, PAUSE_MILLIS);
    }
}
