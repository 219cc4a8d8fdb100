//! A button that opens a list of actions.

use leptos::ev;
use leptos::html::{Button, Div};
use leptos::prelude::*;
use wasm_bindgen::JsCast;

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
    /// What it offers; read anew whenever it opens.
    #[prop(into)]
    items: Signal<Vec<MenuItem>>,
) -> impl IntoView {
    let menu_id = unique_id("menu");
    let open = RwSignal::new(false);
    let root = NodeRef::<Div>::new();
    let button = NodeRef::<Button>::new();
    let list = NodeRef::<Div>::new();
    let show = move |place: isize| {
        open.set(true);
        // The items are there after the effects of this change.
        request_animation_frame(move || {
            if let Some(list) = list.get_untracked() {
                keep_inside(&list);
            }
            focus_item(root, |_| place);
        });
    };
    let leave = move || {
        open.set(false);
        if let Some(button) = button.get_untracked() {
            let _ = button.focus();
        }
    };
    close_outside(root, open);
    let press_button = move |event: web_sys::KeyboardEvent| {
        let place = match event.key().as_str() {
            "ArrowDown" => 0,
            "ArrowUp" => -1,
            _ => return,
        };
        event.prevent_default();
        show(place);
    };
    let item = move |item: MenuItem| {
        let pick = move |_| {
            leave();
            item.on_pick.run(());
        };
        view! {
            <button class="menu-item" type="button" role="menuitem" tabindex="-1" on:click=pick>
                <span class="menu-item-label">{item.label}</span>
                <span class="menu-item-detail">{item.detail}</span>
            </button>
        }
    };
    let press_item = move |event: web_sys::KeyboardEvent| press_in_menu(&event, root, open, leave);
    view! {
        <div class="menu" node_ref=root>
            <button
                class="button menu-button"
                type="button"
                node_ref=button
                aria-haspopup="menu"
                aria-expanded=move || open.get().to_string()
                aria-controls=menu_id.clone()
                on:click=move |_| if open.get_untracked() { leave() } else { show(0) }
                on:keydown=press_button
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
                on:keydown=press_item
            >
                {move || open.get().then(|| items.get().into_iter().map(item).collect_view())}
            </div>
        </div>
    }
}

/// Closes the menu when something else is pressed.
fn close_outside(root: NodeRef<Div>, open: RwSignal<bool>) {
    let listener = window_event_listener(ev::pointerdown, move |event| {
        let target = event.target().and_then(|target| target.dyn_into::<web_sys::Node>().ok());
        let inside = root.get_untracked().is_some_and(|root| root.contains(target.as_ref()));
        if open.get_untracked() && !inside {
            open.set(false);
        }
    });
    on_cleanup(move || listener.remove());
}

fn press_in_menu(event: &web_sys::KeyboardEvent, root: NodeRef<Div>, open: RwSignal<bool>, leave: impl Fn()) {
    match event.key().as_str() {
        "ArrowDown" => focus_item(root, |now| now + 1),
        "ArrowUp" => focus_item(root, |now| now - 1),
        "Home" => focus_item(root, |_| 0),
        "End" => focus_item(root, |_| -1),
        "Escape" => leave(),
        "Tab" => return open.set(false),
        letter if letter.chars().count() == 1 && letter != " " => focus_letter(root, letter),
        _ => return,
    }
    event.prevent_default();
    event.stop_propagation();
}

fn items_of(root: NodeRef<Div>) -> Vec<web_sys::HtmlElement> {
    let found = root.get_untracked().and_then(|root| root.query_selector_all("[role=menuitem]").ok());
    let Some(found) = found else { return Vec::new() };
    (0..found.length()).filter_map(|index| found.item(index)?.dyn_into().ok()).collect()
}

/// Focuses the item whose place `next` makes of the present one; places go round.
fn focus_item(root: NodeRef<Div>, next: impl Fn(isize) -> isize) {
    let items = items_of(root);
    let active = document().active_element();
    let now = items.iter().position(|item| active.as_ref() == Some(item.as_ref()));
    let place = next(now.map_or(-1, usize::cast_signed)).rem_euclid(items.len().max(1).cast_signed());
    if let Some(item) = items.get(place.cast_unsigned()) {
        let _ = item.focus();
    }
}

/// Focuses the next item that starts with `letter`.
fn focus_letter(root: NodeRef<Div>, letter: &str) {
    let items = items_of(root);
    let active = document().active_element();
    let now = items.iter().position(|item| active.as_ref() == Some(item.as_ref())).map_or(0, |now| now + 1);
    let starts = |item: &&web_sys::HtmlElement| {
        item.text_content().unwrap_or_default().to_lowercase().starts_with(&letter.to_lowercase())
    };
    if let Some(item) = items.iter().cycle().skip(now).take(items.len()).find(starts) {
        let _ = item.focus();
    }
}
