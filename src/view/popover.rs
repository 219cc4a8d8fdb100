//! Where lists that open find room.

use leptos::prelude::*;
use web_sys::HtmlElement;

/// The least distance from the window's edge, in pixels.
const MARGIN: f64 = 8.0;

/// Moves an open popover sideways until it is inside the window, and above its control if there is more room than below.
/// To be called when it has just been shown; styles hold it below its control, at one side.
pub(super) fn keep_inside(popover: &HtmlElement) {
    let style = HtmlElement::style(popover);
    let list = popover.class_list();
    // A property that is not there and a class that is there are no errors.
    let _ = style.remove_property("translate");
    let _ = list.remove_1("popover-above");
    let Some(root) = document().document_element() else { return };
    let (width, height) = (f64::from(root.client_width()), f64::from(root.client_height()));
    let place = popover.get_bounding_client_rect();
    let past_end = (place.right() + MARGIN - width).max(0.0);
    let shift = if place.left() - past_end < MARGIN { MARGIN - place.left() } else { -past_end };
    if shift != 0.0 {
        let _ = style.set_property("translate", &format!("{shift:.1}px"));
    }
    let control_top =
        popover.parent_element().map_or(place.top(), |control| control.get_bounding_client_rect().top());
    if place.bottom() > height && control_top > height - place.top() {
        let _ = list.add_1("popover-above");
    }
}
