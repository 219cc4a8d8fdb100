//! One of many choices, found by typing.

mod finder;

use leptos::html::{Span, Ul};
use leptos::prelude::*;
use wasm_bindgen::JsCast;

use super::Choice;
use super::field::{Frame, Label};
use super::popover::keep_inside;
use finder::Finder;

/// How many matches are listed; the rest is found by typing on.
const N_LISTED: usize = 100;

/// A field that lists the choices containing what is typed, those that start with it first. Follows the ARIA 1.2 pattern
/// of an editable combobox: arrows move, Enter picks, Escape or leaving the field brings back what was chosen.
#[component]
pub fn Combobox<T>(
    /// What is asked for, and what is said about it.
    label: Label,
    /// What there is to choose, best first.
    #[prop(into)]
    choices: Signal<Vec<Choice<T>>>,
    /// What is chosen; nothing, if it is none of the choices.
    #[prop(into)]
    value: Signal<T>,
    /// Hears a new choice.
    #[prop(into)]
    on_change: Callback<T>,
    /// Shown while nothing is chosen.
    #[prop(optional, into)]
    placeholder: Signal<String>,
) -> impl IntoView
where
    T: Clone + PartialEq + Send + Sync + 'static,
{
    let frame = Frame::new(label);
    let list_id = frame.part("list");
    let finder = Finder::new(choices, value);
    let pick = Callback::new(move |place: usize| {
        if let Some(choice) = finder.choice_at(place) {
            on_change.run(choice.value);
        }
        finder.close();
    });
    // Who typed a name in full need not pick it from the list.
    let leave = move |_| match finder.place_of_typed() {
        Some(place) => pick.run(place),
        None => finder.close(),
    };
    let active_id = {
        let list_id = list_id.clone();
        move || finder.active_place().map(|place| option_id(&list_id, place))
    };
    let press = move |event: web_sys::KeyboardEvent| {
        if let Some(place) = finder.press(&event) {
            pick.run(place);
        }
    };
    let popover = NodeRef::<Span>::new();
    Effect::new(move || {
        let listed = finder.matches.with(Vec::len);
        if let Some(popover) = popover.get().filter(|_| finder.open.get() && listed > 0) {
            request_animation_frame(move || keep_inside(&popover));
        }
    });
    let select_all = |event: web_sys::FocusEvent| event_target::<web_sys::HtmlInputElement>(&event).select();
    let control = view! {
        <span class="combobox">
            <input
                class="input"
                type="text"
                role="combobox"
                id=frame.id()
                autocomplete="off"
                spellcheck="false"
                placeholder=placeholder
                aria-autocomplete="list"
                aria-expanded=move || finder.open.get().to_string()
                aria-controls=list_id.clone()
                aria-activedescendant=active_id
                aria-describedby=frame.described_by()
                aria-invalid=frame.invalid()
                prop:value=move || finder.shown()
                on:focus=select_all
                on:click=move |_| finder.show()
                on:blur=leave
                on:input=move |event| finder.type_in(event_target_value(&event))
                on:keydown=press
            />
            <span class="popover combobox-popover" node_ref=popover hidden=move || !finder.open.get()>
                <Options finder label=label.text list_id on_pick=pick />
                <span class="combobox-status" role="status">{move || finder.status()}</span>
            </span>
        </span>
    };
    frame.wrap(control)
}

/// The matches, of which one is active.
#[component]
fn Options<T>(
    finder: Finder<T>,
    label: Signal<String>,
    list_id: String,
    on_pick: Callback<usize>,
) -> impl IntoView
where
    T: Clone + PartialEq + Send + Sync + 'static,
{
    let list = NodeRef::<Ul>::new();
    Effect::new(move || {
        if let (Some(place), Some(list)) = (finder.active_place(), list.get()) {
            show_within(&list, place);
        }
    });
    let id = list_id.clone();
    let option = move |(place, choice, selected): (usize, Choice<T>, bool)| {
        view! {
            <li
                class="option"
                class:option-active=move || finder.active_place() == Some(place)
                role="option"
                id=option_id(&id, place)
                aria-selected=selected.to_string()
                on:mousedown=move |event| event.prevent_default()
                on:click=move |_| on_pick.run(place)
            >
                <bdi class="option-label">{choice.label}</bdi>
                <span class="option-detail">{choice.detail}</span>
            </li>
        }
    };
    let listed = move || finder.listed().into_iter().map(option.clone()).collect_view();
    view! { <ul class="option-list" role="listbox" id=list_id aria-label=label node_ref=list>{listed}</ul> }
}

fn option_id(list_id: &str, place: usize) -> String {
    format!("{list_id}-{place}")
}

/// Scrolls the list as little as needed to show the option.
fn show_within(list: &web_sys::HtmlElement, place: usize) {
    let Some(option) = list.children().item(place as u32) else { return };
    let option: web_sys::HtmlElement = option.unchecked_into();
    let (top, bottom) = (option.offset_top(), option.offset_top() + option.offset_height());
    if top < list.scroll_top() {
        list.set_scroll_top(top);
    } else if bottom > list.scroll_top() + list.client_height() {
        list.set_scroll_top(bottom - list.client_height());
    }
}
