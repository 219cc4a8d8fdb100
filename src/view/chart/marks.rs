//! Places over a picture that can be pointed at, walked through and chosen.

use std::time::Duration;

use cairn_charts::{Drawing, Mark};
use leptos::ev;
use leptos::html::Div;
use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlElement};

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

/// The marks of `drawing` with their tooltip. They are many and change together, so they are elements without signals
/// of their own, and one listener hears for all.
#[component]
pub(super) fn Marks(
    #[prop(into)] drawing: Signal<Option<Drawing>>,
    #[prop(into)] label: Signal<String>,
    frame: NodeRef<Div>,
    on_select: Option<Callback<Vec<usize>>>,
) -> impl IntoView {
    let place = Place::new();
    let list = NodeRef::<Div>::new();
    keep_marks(drawing, list, place, if on_select.is_some() { "button" } else { "img" });
    let choose = move |index: usize| {
        let datum = drawing.with_untracked(|drawing| Some(drawing.as_ref()?.marks.get(index)?.datum.clone()));
        if let (Some(on_select), Some(datum)) = (on_select, datum) {
            on_select.run(datum);
        }
    };
    let press = move |event: web_sys::KeyboardEvent| {
        let now = place.stop.get_untracked();
        let key = event.key();
        if on_select.is_some() && matches!(key.as_str(), "Enter" | " ") {
            event.prevent_default();
            return choose(now);
        }
        let Some(next) = after_key(&key, now, n_children(list)) else { return };
        event.prevent_default();
        place.stop.set(next);
        focus_child(list, next);
    };
    // A first touch tells what the mark says, a second one chooses it.
    let was_told = StoredValue::new(true);
    let touch = move |event: web_sys::PointerEvent| {
        was_told.set_value(event.pointer_type() != "touch" || place.told.get_untracked() == mark_of(&event));
    };
    let tell = move |event: web_sys::PointerEvent| {
        if let Some(index) = mark_of(&event).filter(|_| event.pointer_type() != "touch") {
            place.tell(index);
        }
    };
    let focus = move |event: web_sys::FocusEvent| {
        if let Some(index) = mark_of(&event) {
            place.stop.set(index);
            place.tell(index);
        }
    };
    let click = move |event: web_sys::MouseEvent| {
        if let Some(index) = mark_of(&event).filter(|_| was_told.get_value()) {
            choose(index);
        }
    };
    forget_on_escape(place);
    let spoken = move || format!("{} {}", plain(&label.read()), text("chart.keys"));
    view! {
        <div
            class="chart-marks"
            class:chart-marks-active=on_select.is_some()
            role="group"
            aria-label=spoken
            node_ref=list
            on:keydown=press
            on:pointerdown=touch
            on:pointerover=tell
            on:pointerout=move |event| if event.pointer_type() != "touch" { place.leave() }
            on:focusin=focus
            on:focusout=move |_| place.leave()
            on:click=click
        ></div>
        <Tooltip place frame drawing />
    }
}

/// Where a key leads from the mark at `now`.
fn after_key(key: &str, now: usize, n: usize) -> Option<usize> {
    let last = n.saturating_sub(1);
    match key {
        "ArrowRight" | "ArrowDown" => Some((now + 1).min(last)),
        "ArrowLeft" | "ArrowUp" => Some(now.saturating_sub(1)),
        "Home" => Some(0),
        "End" => Some(last),
        _ => None,
    }
}

fn forget_on_escape(place: Place) {
    let escape = window_event_listener(ev::keydown, move |event| {
        if event.key() == "Escape" && place.told.get_untracked().is_some() {
            place.told.set(None);
        }
    });
    on_cleanup(move || escape.remove());
}

/// Keeps the list's children in step with the drawing, and the Tab key with the place.
fn keep_marks(drawing: Signal<Option<Drawing>>, list: NodeRef<Div>, place: Place, role: &'static str) {
    Effect::new(move || {
        let Some(list) = list.get() else { return };
        let n = drawing.with(|drawing| {
            let marks = drawing.as_ref().map_or(&[][..], |drawing| &drawing.marks);
            show(&list, marks, role);
            marks.len()
        });
        place.told.set(None);
        place.stop.update_untracked(|stop| *stop = (*stop).min(n.saturating_sub(1)));
        reach(&list, place.stop.get_untracked());
    });
    Effect::new(move || {
        let stop = place.stop.get();
        if let Some(list) = list.get_untracked() {
            reach(&list, stop);
        }
    });
}

/// Makes the list's children the marks, and keeps those that are there, one of which may have the focus. A mark is a
/// button if it can be chosen, else an image with a name.
fn show(list: &HtmlElement, marks: &[Mark], role: &str) {
    let children = list.children();
    for at in (marks.len() as u32..children.length()).rev() {
        if let Some(child) = children.item(at) {
            child.remove();
        }
    }
    for (at, mark) in (0..).zip(marks) {
        let element = match children.item(at) {
            Some(element) => Some(element.unchecked_into()),
            None => new_mark(list, role),
        };
        let Some(element): Option<HtmlElement> = element else { return };
        // Attributes with these names and lengths made of numbers are never refused.
        let _ = element.set_attribute("aria-label", &mark.label);
        let style = element.style();
        for (side, pixels) in [("left", mark.x), ("top", mark.y), ("width", mark.w), ("height", mark.h)] {
            let _ = style.set_property(side, &format!("{pixels}px"));
        }
    }
}

fn new_mark(list: &HtmlElement, role: &str) -> Option<HtmlElement> {
    let element = document().create_element("div").ok()?;
    element.set_class_name("chart-mark");
    element.set_attribute("role", role).ok()?;
    element.set_attribute("tabindex", "-1").ok()?;
    list.append_child(&element).ok()?;
    Some(element.unchecked_into())
}

/// Lets the Tab key reach one mark and no other.
fn reach(list: &HtmlElement, stop: usize) {
    if let Ok(Some(before)) = list.query_selector("[tabindex='0']") {
        let _ = before.set_attribute("tabindex", "-1");
    }
    if let Some(now) = list.children().item(stop as u32) {
        let _ = now.set_attribute("tabindex", "0");
    }
}

/// The mark that an event happened to.
fn mark_of(event: &web_sys::Event) -> Option<usize> {
    let mut mark =
        event.target()?.dyn_into::<Element>().ok().filter(|target| target.class_name() == "chart-mark")?;
    let mut index = 0;
    while let Some(before) = mark.previous_element_sibling() {
        (mark, index) = (before, index + 1);
    }
    Some(index)
}

fn n_children(list: NodeRef<Div>) -> usize {
    list.get_untracked().map_or(0, |list| list.children().length() as usize)
}

fn focus_child(list: NodeRef<Div>, index: usize) {
    let child = list.get_untracked().and_then(|list| list.children().item(index as u32));
    if let Some(child) = child {
        let _ = child.unchecked_into::<HtmlElement>().focus();
    }
}
