//! An event rule as a row of a list: which event, and on what conditions.

use cairn_engine::rule::EventRule;
use leptos::prelude::*;

use super::conditions::{AddCondition, Conditions};
use super::rows::Rows;
use super::shared::event_choices;
use crate::session::Facts;
use crate::view::{Combobox, Label};

/// The row.
#[component]
pub fn RuleRow(
    /// What stands before it: its number or letter.
    #[prop(into)]
    mark: Signal<String>,
    /// The label of the event's field.
    label: Label,
    /// The rule.
    rule: Signal<EventRule>,
    /// Hears the rule as the person changed it.
    #[prop(into)]
    on_change: Callback<EventRule>,
    /// Further fields, beside the event.
    #[prop(optional)]
    note: Option<AnyView>,
    /// Buttons for the row as a whole.
    actions: AnyView,
) -> impl IntoView {
    let facts = expect_context::<Facts>();
    let change = move |change: &dyn Fn(&mut EventRule)| {
        let mut rule = rule.get_untracked();
        change(&mut rule);
        on_change.run(rule);
    };
    let choose = move |event: Option<String>| change(&|rule| rule.event.clone_from(&event));
    let conditions = Rows::new(Signal::derive(move || rule.read().conditions.clone()), move |conditions| {
        change(&|rule| rule.conditions.clone_from(&conditions));
    });
    view! {
        <li class="step">
            <span class="step-mark" aria-hidden="true">{mark}</span>
            <div class="step-body">
                <Combobox
                    label
                    choices=Signal::derive(move || event_choices(facts))
                    value=Signal::derive(move || rule.read().event.clone())
                    on_change=choose
                />
            </div>
            <div class="step-note">
                {note}
                <AddCondition rows=conditions />
            </div>
            <div class="step-more"><Conditions rows=conditions /></div>
            <div class="step-actions">{actions}</div>
        </li>
    }
}
