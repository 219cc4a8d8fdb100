//! The launcher steps aside where the focus lies beneath it: nobody can use what they cannot see.

use std::rc::Rc;

use wasm_bindgen::JsCast;
use wasm_bindgen::prelude::Closure;
use web_sys::{Element, HtmlElement};

use crate::desk::{Desk, LAUNCHER};

/// Hears where the focus goes, until it is dropped.
pub(crate) struct Aside {
    on_focus: Closure<dyn Fn()>,
}

impl Aside {
    pub(crate) fn new(desk: &Rc<Desk>) -> Aside {
        let weak = Rc::downgrade(desk);
        let on_focus = Closure::<dyn Fn()>::new(move || {
            if let Some(desk) = weak.upgrade()
                && let Some(launcher) = desk.find(LAUNCHER)
            {
                step_aside(&desk.host, &launcher);
            }
        });
        if let Some(window) = web_sys::window() {
            // Listening to a window that is there cannot fail.
            let _ = window.add_event_listener_with_callback("focusin", on_focus.as_ref().unchecked_ref());
        }
        Aside { on_focus }
    }
}

impl Drop for Aside {
    fn drop(&mut self) {
        if let Some(window) = web_sys::window() {
            let listener = self.on_focus.as_ref().unchecked_ref();
            let _ = window.remove_event_listener_with_callback("focusin", listener);
        }
    }
}

/// Marks the launcher while what has the focus lies wholly beneath the place where it belongs.
fn step_aside(host: &Element, launcher: &HtmlElement) {
    let focused = web_sys::window().and_then(|window| window.document()?.active_element());
    // Attributes of an element that is there can always be changed.
    let _ = launcher.remove_attribute("data-aside");
    let over = launcher.get_bounding_client_rect();
    let is_beneath = focused.is_some_and(|focused| {
        let under = focused.get_bounding_client_rect();
        let is_inside = under.left() >= over.left() && under.right() <= over.right();
        is_inside && under.top() >= over.top() && under.bottom() <= over.bottom() && focused != *host
    });
    let _ = launcher.toggle_attribute_with_force("data-aside", is_beneath);
}
