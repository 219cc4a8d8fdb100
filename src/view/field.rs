//! What every field has around its control: a label, a hint, and an error beside it. And the plainest field.

use leptos::prelude::*;

use super::unique_id;

/// Where a field's label stands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Look {
    /// Above the control.
    #[default]
    Stacked,
    /// Nowhere to be seen, but read aloud: for controls inside a sentence, a step or a table.
    Inline,
}

/// A field around its control, and what the control has to say about itself.
#[derive(Clone)]
pub(super) struct Frame {
    id: String,
    label: Signal<String>,
    look: Look,
    hint: Signal<String>,
    error: Signal<Option<String>>,
}

impl Frame {
    pub(super) fn new(
        label: Signal<String>,
        look: Look,
        hint: Signal<String>,
        error: Signal<Option<String>>,
    ) -> Self {
        Self { id: unique_id("field"), label, look, hint, error }
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
        let Self { hint, error, .. } = self.clone();
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
        let error = self.error;
        move || error.read().is_some().then_some("true")
    }

    /// The field with `control` in it.
    pub(super) fn wrap(self, control: impl IntoView) -> impl IntoView {
        let (hint_id, error_id) = (self.part("hint"), self.part("error"));
        let Self { id, label, look, hint, error } = self;
        let inline = look == Look::Inline;
        let invalid = move || error.read().is_some();
        let hint = move || {
            let id = hint_id.clone();
            (!hint.read().is_empty()).then(|| view! { <span class="field-hint" id=id>{hint}</span> })
        };
        let error = move || {
            let id = error_id.clone();
            error.get().map(|error| view! { <span class="field-error" id=id>{error}</span> })
        };
        view! {
            <span class="field" class:field-inline=inline class:field-invalid=invalid>
                <label class="field-label" class:visually-hidden=inline for=id>{label}</label>
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
    /// What is asked for.
    #[prop(into)]
    label: Signal<String>,
    /// The text shown.
    #[prop(into)]
    value: Signal<String>,
    /// Hears the new text.
    #[prop(into)]
    on_change: Callback<String>,
    /// Where the label stands.
    #[prop(optional)]
    look: Look,
    /// A line of help.
    #[prop(optional, into)]
    hint: Signal<String>,
    /// What is wrong with the value, and what to do.
    #[prop(optional, into)]
    error: Signal<Option<String>>,
    /// An example, shown while the field is empty.
    #[prop(optional, into)]
    placeholder: Signal<String>,
) -> impl IntoView {
    let frame = Frame::new(label, look, hint, error);
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
