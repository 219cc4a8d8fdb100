//! One of a few choices, from a list that opens.

use leptos::html;
use leptos::prelude::*;

use super::field::{Frame, Label};

/// Something to choose: a value and the words for it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Choice<T> {
    /// What is chosen.
    pub value: T,
    /// What the person reads.
    pub label: String,
    /// A word of detail, such as how often an event occurs; a [`Combobox`](super::Combobox) shows it beside the label.
    pub detail: String,
}

impl<T> Choice<T> {
    /// A choice without detail.
    pub fn new(value: T, label: impl Into<String>) -> Self {
        Self { value, label: label.into(), detail: String::new() }
    }

    /// The same choice with a word of detail.
    #[must_use]
    pub fn with_detail(self, detail: impl Into<String>) -> Self {
        Self { detail: detail.into(), ..self }
    }
}

/// The browser's own list: the right thing for up to about twenty choices; a [`Combobox`](super::Combobox) for more.
/// A value that is none of the choices shows an empty control, never a choice that is not meant.
#[component]
pub fn Select<T>(
    /// What is asked for, and what is said about it.
    label: Label,
    /// What there is to choose, in the order shown.
    #[prop(into)]
    choices: Signal<Vec<Choice<T>>>,
    /// What is chosen.
    #[prop(into)]
    value: Signal<T>,
    /// Hears a new choice.
    #[prop(into)]
    on_change: Callback<T>,
    /// Whether nothing can be chosen now.
    #[prop(optional, into)]
    disabled: Signal<bool>,
) -> impl IntoView
where
    T: Clone + PartialEq + Send + Sync + 'static,
{
    let frame = Frame::new(label);
    let chosen =
        Memo::new(move |_| value.with(|value| choices.read().iter().position(|c| c.value == *value)));
    let pick = move |event| {
        let picked = event_target_value(&event).parse::<usize>().ok();
        if let Some(choice) = picked.and_then(|index| choices.with(|all| all.get(index).cloned())) {
            on_change.run(choice.value);
        }
    };
    let select = NodeRef::<html::Select>::new();
    Effect::new(move || {
        if let (Some(select), Some(index)) = (select.get(), chosen.get()) {
            select.set_value(&index.to_string());
        }
    });
    // One effect chooses among all: there are many lists on a page, with many options.
    let option = move |(index, choice): (usize, Choice<T>)| {
        let selected = chosen.get_untracked() == Some(index);
        view! { <option value=index.to_string() dir="auto" prop:selected=selected>{choice.label}</option> }
    };
    let none = move || chosen.get().is_none().then(|| view! { <option value="" disabled selected></option> });
    let control = view! {
        <span class="select">
            <select
                class="input"
                id=frame.id()
                node_ref=select
                disabled=disabled
                aria-describedby=frame.described_by()
                aria-invalid=frame.invalid()
                on:change=pick
            >
                {none}
                {move || choices.get().into_iter().enumerate().map(option).collect_view()}
            </select>
        </span>
    };
    frame.wrap(control)
}
