//! A chart on the page: the picture at the width there is, and its marks to point at.

mod marks;
mod tooltip;

use std::time::Duration;

use cairn_charts::{ChartSpec, Drawing, Size, draw};
use leptos::html::Div;
use leptos::prelude::*;
use wasm_bindgen::{JsCast, closure::Closure};
use web_sys::{ResizeObserver, ResizeObserverEntry};

use marks::Marks;

/// A chart that fills the width of its place and follows it. Its numbers can be reached by mouse, touch and keyboard:
/// one tab stop, then arrows, Home and End; Enter or a click chooses. The table beside a chart says the same in text.
#[component]
pub fn Chart(
    /// What to draw; `None` keeps the place free until there is something.
    #[prop(into)]
    spec: Signal<Option<ChartSpec>>,
    /// What the picture shows, for those who cannot see it: one sentence.
    #[prop(into)]
    label: Signal<String>,
    /// The height in pixels for pictures with axes; pictures of rows take what they need.
    #[prop(default = 320)]
    height: u32,
    /// Hears the datum of a chosen mark, a path of indices into the spec. Without it marks only tell.
    #[prop(optional, into)]
    on_select: Option<Callback<Vec<usize>>>,
    /// Whether newer numbers are on their way.
    #[prop(optional, into)]
    stale: Signal<bool>,
) -> impl IntoView {
    let frame = NodeRef::<Div>::new();
    let width = width_of(frame);
    let drawing = Memo::new(move |_| {
        let width = width.get().filter(|width| *width > 0)?;
        spec.with(|spec| spec.as_ref().map(|spec| draw(spec, Size { width, height })))
    });
    let picture = move || {
        drawing.with(|drawing| drawing.as_ref().map(|drawing| drawing.svg.clone())).unwrap_or_default()
    };
    let tall =
        move || drawing.with(|drawing| drawing.as_ref().map_or(height, |drawing: &Drawing| drawing.height));
    view! {
        <div
            class="chart-frame"
            class:stale=stale
            dir="ltr"
            node_ref=frame
            aria-busy=move || stale.get().to_string()
            style:block-size=move || format!("{}px", tall())
        >
            <div class="chart-picture" aria-hidden="true" inner_html=picture></div>
            <Marks drawing label frame on_select />
        </div>
    }
}

/// The width of an element's content in whole pixels, kept up to date; `None` before the browser has laid it out, which
/// is not asked of it here: it says so by itself before it paints.
fn width_of(frame: NodeRef<Div>) -> ReadSignal<Option<u32>> {
    let (width, set_width) = signal(None);
    let observed =
        StoredValue::new_local(None::<(ResizeObserver, Closure<dyn Fn(Vec<ResizeObserverEntry>)>)>);
    Effect::new(move || {
        let Some(element) = frame.get() else { return };
        let on_resize =
            Closure::<dyn Fn(Vec<ResizeObserverEntry>)>::new(move |entries: Vec<ResizeObserverEntry>| {
                let new = entries.last().map(|entry| entry.content_rect().width() as u32);
                // Charts of one page hear of their widths together, and each has a task of its own to draw in.
                let tell = move || {
                    // The chart may be gone by then.
                    let _ = set_width.try_maybe_update(|width| (std::mem::replace(width, new) != new, ()));
                };
                set_timeout(tell, Duration::ZERO);
            });
        if let Ok(observer) = ResizeObserver::new(on_resize.as_ref().unchecked_ref()) {
            observer.observe(&element);
            observed.set_value(Some((observer, on_resize)));
        }
    });
    on_cleanup(move || {
        observed.with_value(|observed| {
            if let Some((observer, _)) = observed {
                observer.disconnect();
            }
        });
    });
    width
}
