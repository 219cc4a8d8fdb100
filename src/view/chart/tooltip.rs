//! What a mark says, beside it and inside the window.

use cairn_charts::Drawing;
use leptos::html::Div;
use leptos::prelude::*;

use super::marks::Place;
use crate::text::text;

/// The gap between a mark and its tooltip, and between the tooltip and the window's edge.
const GAP: f64 = 6.0;

/// The tooltip of the mark that `place` tells. Hidden from screen readers, which read the mark's own label.
#[component]
pub(super) fn Tooltip(
    place: Place,
    frame: NodeRef<Div>,
    #[prop(into)] drawing: Signal<Option<Drawing>>,
) -> impl IntoView {
    let tip = NodeRef::<Div>::new();
    let told = Memo::new(move |_| {
        let index = place.told.get()?;
        drawing.with(|drawing| drawing.as_ref()?.marks.get(index).cloned())
    });
    // Its size is known only with the text in it, so text and place are set in one go.
    Effect::new(move || {
        let (Some(tip), Some(frame)) = (tip.get(), frame.get()) else { return };
        let Some(mark) = told.get() else { return tip.set_hidden(true) };
        tip.set_text_content(Some(&mark.label));
        tip.set_hidden(false);
        let (outer, size) = (frame.get_bounding_client_rect(), tip.get_bounding_client_rect());
        let middle = outer.left() + mark.x + mark.w / 2.0;
        let rightmost = f64::from(document_width()) - size.width() - GAP;
        let left = (middle - size.width() / 2.0).min(rightmost).max(GAP) - outer.left();
        let above = mark.y - size.height() - GAP;
        let top = if outer.top() + above >= GAP { above } else { mark.y + mark.h + GAP };
        let style = web_sys::HtmlElement::style(&tip);
        // Lengths made of numbers are never refused.
        let _ = style.set_property("left", &format!("{left:.1}px"));
        let _ = style.set_property("top", &format!("{top:.1}px"));
    });
    view! {
        <div
            class="chart-tooltip"
            // The picture is drawn from left to right in every language; its words are not.
            dir=text("locale.direction")
            aria-hidden="true"
            hidden
            node_ref=tip
            on:pointerenter=move |_| place.stay()
            on:pointerleave=move |_| place.leave()
        ></div>
    }
}

fn document_width() -> i32 {
    document().document_element().map_or(0, |root| root.client_width())
}
