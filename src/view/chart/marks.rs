//! Places over a picture that can be pointed at, walked through and chosen.

use std::time::Duration;

use cairn_charts::{Drawing, Mark};
use leptos::ev;
use leptos::html::Div;
use leptos::prelude::*;
use wasm_bindgen::JsCast;

use super::tooltip::Tooltip;
use crate::text::{plain, text};

/// How long a tooltip waits for the pointer to come over it before it goes.
const PATIENCE: Duration = Duration::from_millis(120);

/// Where the person is: the mark that the Tab key reaches, and the mark whose tooltip shows.
#[derive(Clone, Copy)]
pub(super) struct Place {
    stop: RwSignal<usize>,
    pub(super) told: RwSignal<Option<usize>>,
    leaving: StoredValue<Option<TimeoutHandle>>,
}

impl Place {
    fn new() -> Self {
        Self { stop: RwSignal::new(0), told: RwSignal::new(None), leaving: StoredValue::new(None) }
    }

    fn tell(self, index: usize) {
        self.stay();
        self.told.set(Some(index));
    }

    /// Keeps the tooltip that is about to go.
    pub(super) fn stay(self) {
        if let Some(timeout) = self.leaving.try_update_value(Option::take).flatten() {
            timeout.clear();
        }
    }

    /// Lets the tooltip go, unless the pointer comes to it or to another mark soon.
    pub(super) fn leave(self) {
        self.stay();
        let go = move || {
            // The chart may be gone by then.
            let _ = self.told.try_set(None);
        };
        let timeout = set_timeout_with_handle(go, PATIENCE);
        self.leaving.set_value(timeout.ok());
    }
}

/// The marks of `drawing` with their tooltip.
#[component]
pub(super) fn Marks(
    #[prop(into)] drawing: Signal<Option<Drawing>>,
    #[prop(into)] label: Signal<String>,
    frame: NodeRef<Div>,
    on_select: Option<Callback<Vec<usize>>>,
) -> impl IntoView {
    let place = Place::new();
    let list = NodeRef::<Div>::new();
    let n_marks =
        Memo::new(move |_| drawing.with(|drawing| drawing.as_ref().map_or(0, |drawing| drawing.marks.len())));
    Effect::new(move || {
        let last = n_marks.get().saturating_sub(1);
        place.told.set(None);
        place.stop.maybe_update(|stop| std::mem::replace(stop, (*stop).min(last)) > last);
    });
    let at = move |index: usize| {
        Memo::new(move |_| drawing.with(|drawing| drawing.as_ref()?.marks.get(index).cloned()))
    };
    let press = move |event: web_sys::KeyboardEvent| {
        let (now, n) = (place.stop.get_untracked(), n_marks.get_untracked());
        let next = match event.key().as_str() {
            "ArrowRight" | "ArrowDown" => (now + 1).min(n.saturating_sub(1)),
            "ArrowLeft" | "ArrowUp" => now.saturating_sub(1),
            "Home" => 0,
            "End" => n.saturating_sub(1),
            _ => return,
        };
        event.prevent_default();
        place.stop.set(next);
        focus_child(list, next);
    };
    let escape = window_event_listener(ev::keydown, move |event| {
        if event.key() == "Escape" && place.told.get_untracked().is_some() {
            place.told.set(None);
        }
    });
    on_cleanup(move || escape.remove());
    let spoken = move || format!("{} {}", plain(&label.read()), text("chart.keys"));
    view! {
        <div class="chart-marks" role="group" aria-label=spoken node_ref=list on:keydown=press>
            <For each=move || 0..n_marks.get() key=|index| *index let:index>
                {mark(index, at(index), place, on_select)}
            </For>
        </div>
        <Tooltip place frame drawing />
    }
}

/// One mark: a button if it can be chosen, else an image with a name.
fn mark(
    index: usize,
    mark: Memo<Option<Mark>>,
    place: Place,
    on_select: Option<Callback<Vec<usize>>>,
) -> impl IntoView {
    let pixels =
        move |side: fn(&Mark) -> f64| mark.with(|mark| format!("{}px", mark.as_ref().map_or(0.0, side)));
    // A first touch tells what the mark says, a second one chooses it.
    let was_told = StoredValue::new(true);
    let touch = move |event: web_sys::PointerEvent| {
        was_told.set_value(event.pointer_type() != "touch" || place.told.get_untracked() == Some(index));
    };
    let choose = move || {
        if let (Some(on_select), Some(mark)) = (on_select, mark.get_untracked()) {
            on_select.run(mark.datum);
        }
    };
    view! {
        <div
            class="chart-mark"
            class:chart-mark-active=on_select.is_some()
            role=if on_select.is_some() { "button" } else { "img" }
            tabindex=move || if place.stop.get() == index { "0" } else { "-1" }
            aria-label=move || mark.with(|mark| mark.as_ref().map(|mark| mark.label.clone()))
            style:left=move || pixels(|mark| mark.x)
            style:top=move || pixels(|mark| mark.y)
            style:width=move || pixels(|mark| mark.w)
            style:height=move || pixels(|mark| mark.h)
            on:pointerdown=touch
            on:pointerenter=move |event| if event.pointer_type() != "touch" { place.tell(index) }
            on:pointerleave=move |event| if event.pointer_type() != "touch" { place.leave() }
            on:focus=move |_| {
                place.stop.set(index);
                place.tell(index);
            }
            on:blur=move |_| place.leave()
            on:click=move |_| if was_told.get_value() { choose() }
            on:keydown=move |event| {
                if matches!(event.key().as_str(), "Enter" | " ") && on_select.is_some() {
                    event.prevent_default();
                    choose();
                }
            }
        ></div>
    }
}

fn focus_child(list: NodeRef<Div>, index: usize) {
    let child = list.get_untracked().and_then(|list| list.children().item(index as u32));
    if let Some(child) = child {
        let _ = child.unchecked_into::<web_sys::HtmlElement>().focus();
    }
}
