//! What every field has around its control: a label, a hint, and an error beside it. And the plainest field.

use leptos::prelude::*;

use super::unique_id;

/// What every field says around its control: its label, a line of help, and what is wrong. A property of its own, so that
/// the fields need not repeat its parts.
#[derive(Clone, Copy)]
pub struct Label {
    pub(super) text: Signal<String>,
    place: Place,
    hint: Signal<String>,
    error: Signal<Option<String>>,
}

/// Where a label stands.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    Above,
    Unseen,
}

impl Label {
    /// A label above the control.
    pub fn above(text: impl Into<Signal<String>>) -> Self {
        let (hint, error) = (Signal::default(), Signal::default());
        Self { text: text.into(), place: Place::Above, hint, error }
    }

    /// A label that is only read aloud: for controls inside a sentence, a step or a table.
    pub fn unseen(text: impl Into<Signal<String>>) -> Self {
        Self { place: Place::Unseen, ..Self::above(text) }
    }

    /// The same label with a line of help.
    #[must_use]
    pub fn with_hint(self, hint: impl Into<Signal<String>>) -> Self {
        Self { hint: hint.into(), ..self }
    }

    /// The same label with what is wrong with the value, and what to do.
    #[must_use]
    pub fn with_error(self, error: impl Into<Signal<Option<String>>>) -> Self {
        Self { error: error.into(), ..self }
    }

    /// The same label with what the field itself finds wrong, which comes before what others find.
    pub(super) fn with_first_error(self, own: RwSignal<Option<String>>) -> Self {
        let others = self.error;
        self.with_error(Signal::derive(move || own.get().or_else(|| others.get())))
    }

    pub(super) fn is_unseen(&self) -> bool {
        self.place == Place::Unseen
    }
}

/// A field around its control, and what the control has to say about itself.
#[derive(Clone)]
pub(super) struct Frame {
    id: String,
    label: Label,
}

impl Frame {
    pub(super) fn new(label: Label) -> Self {
        Self { id: unique_id("field"), label }
    }

    /// The control's id.
    pub(super) fn id(&self) -> String {
        self.id.clone()
    }

    /// The id of another part of the field.
    pub(super) fn part(&self, name: &str) -> String {
        format!("{}-{name}", self.id)
    }

    /// For the control's `aria-describedby`.
    pub(super) fn described_by(&self) -> impl Fn() -> Option<String> + Send + Sync + use<> {
        let Label { hint, error, .. } = self.label;
        let (hint_id, error_id) = (self.part("hint"), self.part("error"));
        move || {
            let hint = (!hint.read().is_empty()).then_some(hint_id.as_str());
            let error = error.read().is_some().then_some(error_id.as_str());
            let ids: Vec<&str> = [error, hint].into_iter().flatten().collect();
            (!ids.is_empty()).then(|| ids.join(" "))
        }
    }

    /// For the control's `aria-invalid`.
    pub(super) fn invalid(&self) -> impl Fn() -> Option<&'static str> + Send + Sync + use<> {
        let error = self.label.error;
        move || error.read().is_some().then_some("true")
    }

    /// The field with `control` in it.
    pub(super) fn wrap(self, control: impl IntoView) -> impl IntoView {
        let (hint_id, error_id) = (self.part("hint"), self.part("error"));
        let Self { id, label } = self;
        let Label { text, hint, error, .. } = label;
        let inline = label.is_unseen();
        let invalid = move || error.read().is_some();
        let hint = move || {
            let id = hint_id.clone();
            (!hint.read().is_empty()).then(|| view! { <span class="field-hint" id=id>{hint}</span> })
        };
        let error = move || {
            let id = error_id.clone();
            error.get().map(|error| view! { <span class="field-error" id=id dir="auto">{error}</span> })
        };
        view! {
            <span class="field" class:field-inline=inline class:field-invalid=invalid>
                <label class="field-label" class:visually-hidden=inline for=id>{text}</label>
                {hint}
                {control}
                {error}
            </span>
        }
    }
}

/// A line of text. `on_change` hears the text when the person leaves the field or presses Enter.
#[component]
pub fn TextField(
    /// What is asked for, and what is said about it.
    label: Label,
    /// The text shown.
    #[prop(into)]
    value: Signal<String>,
    /// Hears the new text.
    #[prop(into)]
    on_change: Callback<String>,
    /// An example, shown while the field is empty.
    #[prop(optional, into)]
    placeholder: Signal<String>,
) -> impl IntoView {
    let frame = Frame::new(label);
    let control = view! {
        <input
            class="input"
            type="text"
            id=frame.id()
            autocomplete="off"
            spellcheck="false"
            placeholder=placeholder
            aria-describedby=frame.described_by()
            aria-invalid=frame.invalid()
            prop:value=value
            on:change=move |event| on_change.run(event_target_value(&event))
        />
    };
    frame.wrap(control)
}
