//! What the status region says. Messages that come close together are said as one.

use std::cell::RefCell;
use std::rc::Rc;

use wasm_bindgen::JsCast;
use wasm_bindgen::prelude::Closure;
use web_sys::Element;

use crate::live::View;

/// Long enough to gather the effects of one act, short enough to feel like its answer.
const PAUSE_MILLIS: i32 = 150;

/// The voice of one checklist.
#[derive(Default)]
pub(crate) struct Speech {
    region: RefCell<Option<Element>>,
    pending: Rc<RefCell<Vec<String>>>,
}

impl Speech {
    /// The status region, to be put on the page; from then on it speaks.
    pub(crate) fn region(&self) -> View {
        let region = View::new("div", &[("part", "status"), ("role", "status")]);
        self.region.replace(Some(region.element.clone()));
        region
    }

    /// Says a sentence soon, with whatever else is to be said by then.
    pub(crate) fn say(&self, sentence: String) {
        let mut pending = self.pending.borrow_mut();
        pending.push(sentence);
        if pending.len() > 1 {
            return;
        }
        let (pending, region) = (self.pending.clone(), self.region.borrow().clone());
        let speak = move || {
            let mut text = pending.borrow_mut().split_off(0).join(" ");
            let Some(region) = region else { return };
            // A region that does not change is not read out: the same words again differ by an invisible space.
            if region.text_content().as_ref() == Some(&text) {
                text.push('\u{a0}');
            }
            region.set_text_content(Some(&text));
        };
        let Some(window) = web_sys::window() else { return };
        let speak = Closure::once_into_js(speak);
        let speak = speak.unchecked_ref();
        // Without a timer nothing is said, which is all that could be done about it.
        let _ = window.set_timeout_with_callback_and_timeout_and_arguments_0(speak, PAUSE_MILLIS);
    }
}
