//! A button that opens a list of actions.

use leptos::ev;
use leptos::html::{Button, Div};
use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::{HtmlElement, KeyboardEvent};

use super::popover::keep_inside;
use super::unique_id;

/// An action in a menu.
#[derive(Clone)]
pub struct MenuItem {
    /// What it does, in words.
    pub label: String,
    /// A word of detail, such as a file type; may be empty.
    pub detail: String,
    /// Does it.
    pub on_pick: Callback<()>,
}

/// A menu button by the ARIA pattern: arrows, Home, End and first letters move, Enter picks, Escape closes.
#[component]
pub fn Menu(
    /// The words on the button.
    #[prop(into)]
    label: Signal<String>,
    /// What it offers.
    #[prop(into)]
    items: Signal<Vec<MenuItem>>,
) -> impl IntoView {
    let menu_id = unique_id("menu");
    let state = State::new();
    let State { root, button, list, open } = state;
    let item = move |item: MenuItem| {
        let pick = move |_| {
            state.leave();
            item.on_pick.run(());
        };
        view! {
            <button class="menu-item" type="button" role="menuitem" tabindex="-1" on:click=pick>
                <span class="menu-item-label">{item.label}</span>
                <span class="menu-item-detail">{item.detail}</span>
            </button>
        }
    };
    view! {
        <div class="menu" node_ref=root>
            <button
                class="button menu-button"
                type="button"
                node_ref=button
                aria-haspopup="menu"
                aria-expanded=move || open.get().to_string()
                aria-controls=menu_id.clone()
                on:click=move |_| if open.get_untracked() { state.leave() } else { state.show(0) }
                on:keydown=move |event| state.press_button(&event)
            >
                {label}
            </button>
            <div
                class="popover menu-popover"
                role="menu"
                id=menu_id
                node_ref=list
                aria-label=label
                hidden=move || !open.get()
                on:keydown=move |event| state.press_item(&event)
            >
                {move || open.get().then(|| items.get().into_iter().map(item).collect_view())}
            </div>
        </div>
    }
}

/// Whether the menu is open, and its elements.
#[derive(Clone, Copy)]
struct State {
    root: NodeRef<Div>,
    button: NodeRef<Button>,
    list: NodeRef<Div>,
    open: RwSignal<bool>,
}

impl State {
    /// A closed menu, which closes again when something else is pressed.
    fn new() -> Self {
        let (root, open) = (NodeRef::<Div>::new(), RwSignal::new(false));
        let outside = window_event_listener(ev::pointerdown, move |event| {
            let target = event.target().and_then(|target| target.dyn_into::<web_sys::Node>().ok());
            let inside = root.get_untracked().is_some_and(|root| root.contains(target.as_ref()));
            if open.get_untracked() && !inside {
                open.set(false);
            }
        });
        on_cleanup(move || outside.remove());
        Self { root, button: NodeRef::new(), list: NodeRef::new(), open }
    }

    /// Opens the menu on the item at `place`; -1 is the last one.
    fn show(self, place: isize) {
        self.open.set(true);
        // The items are there after the effects of this change.
        request_animation_frame(move || {
            if let Some(list) = self.list.get_untracked() {
                keep_inside(&list);
            }
            self.focus(|_| place);
        });
    }

    /// Closes the menu and goes back to its button.
    fn leave(self) {
        self.open.set(false);
        if let Some(button) = self.button.get_untracked() {
            let _ = button.focus();
        }
    }

    fn press_button(self, event: &KeyboardEvent) {
        let place = match event.key().as_str() {
            "ArrowDown" => 0,
            "ArrowUp" => -1,
            _ => return,
        };
        event.prevent_default();
        self.show(place);
    }

    fn press_item(self, event: &KeyboardEvent) {
        match event.key().as_str() {
            "ArrowDown" => self.focus(|now| now + 1),
            "ArrowUp" => self.focus(|now| now - 1),
            "Home" => self.focus(|_| 0),
            "End" => self.focus(|_| -1),
            "Escape" => self.leave(),
            "Tab" => return self.open.set(false),
            letter if letter.chars().count() == 1 && letter != " " => self.focus_letter(letter),
            _ => return,
        }
        event.prevent_default();
        event.stop_propagation();
    }

    /// Focuses the item whose place `next` makes of the present one; places go round.
    fn focus(self, next: impl Fn(isize) -> isize) {
        let (items, now) = self.items();
        let place = next(now.map_or(-1, usize::cast_signed)).rem_euclid(items.len().max(1).cast_signed());
        if let Some(item) = items.get(place.cast_unsigned()) {
            let _ = item.focus();
        }
    }

    /// Focuses the next item that starts with `letter`.
    fn focus_letter(self, letter: &str) {
        let (items, now) = self.items();
        let starts = |item: &&HtmlElement| {
            item.text_content().unwrap_or_default().to_lowercase().starts_with(&letter.to_lowercase())
        };
        let from = now.map_or(0, |now| now + 1);
        if let Some(item) = items.iter().cycle().skip(from).take(items.len()).find(starts) {
            let _ = item.focus();
        }
    }

    /// The items, and the place of the one that has the focus.
    fn items(self) -> (Vec<HtmlElement>, Option<usize>) {
        let children = self.list.get_untracked().map(|list| list.children());
        let child = |index| children.as_ref()?.item(index)?.dyn_into::<HtmlElement>().ok();
        let n = children.as_ref().map_or(0, web_sys::HtmlCollection::length);
        let items: Vec<HtmlElement> = (0..n).filter_map(child).collect();
        let active = document().active_element();
        let now = items.iter().position(|item| active.as_ref() == Some(item.as_ref()));
        (items, now)
    }
}
