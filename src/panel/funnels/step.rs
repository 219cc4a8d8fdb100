//! A step of the form: its event and conditions, and what else may be asked of it.

use cairn_engine::analysis::funnel::{FunnelQuery, Occurrence, Step};
use leptos::prelude::*;

use crate::panel::question::Question;
use crate::panel::rows::Rows;
use crate::panel::rule_row::RuleRow;
use crate::panel::shared::listed_error;
use crate::text::{text, text_with};
use crate::view::{Choice, Disclosure, DurationField, Icon, IconButton, Label, Select};

/// The limit of a step before the person says another.
const FIRST_LIMIT_MILLIS: i64 = 3_600_000;

/// A row of the steps' list.
#[component]
pub fn StepFields(
    /// The question.
    question: Question<FunnelQuery>,
    /// Its steps.
    steps: Rows<Step>,
    /// The step's row.
    id: u32,
) -> impl IntoView {
    let place = steps.position(id);
    let is_last = Signal::derive(move || place.get() + 1 == steps.len());
    let named = move |key: &'static str| {
        Signal::derive(move || text_with(key, &[("n", (place.get() + 1).to_string())]))
    };
    let error = Signal::derive(move || listed_error(&question.asked().read(), "steps", place.get()));
    let actions = view! {
        <IconButton label=named("funnels.move_up") icon=Icon::Up disabled=Signal::derive(move || place.get() == 0)
            on_press=move |()| steps.swap_with_next(place.get_untracked() - 1) />
        <IconButton label=named("funnels.move_down") icon=Icon::Down disabled=is_last
            on_press=move |()| steps.swap_with_next(place.get_untracked()) />
        <IconButton label=named("funnels.remove") icon=Icon::Close
            disabled=Signal::derive(move || steps.len() == 1) on_press=move |()| steps.remove(id) />
    };
    let more = view! { <Disclosure summary=named("step.more")><StepRules steps id /></Disclosure> };
    view! {
        <RuleRow
            mark=Signal::derive(move || (place.get() + 1).to_string())
            label=Label::unseen(named("funnels.step")).with_error(error)
            rule=steps.value(id, |step| step.rule.clone())
            on_change=move |rule| steps.change(id, |step| step.rule = rule)
            more=more.into_any()
            actions=actions.into_any()
        />
    }
}

/// What a step asks besides its event: nothing, as a rule.
#[component]
fn StepRules(steps: Rows<Step>, id: u32) -> impl IntoView {
    let place = steps.position(id);
    let occurrences = vec![
        Choice::new(Occurrence::Any, text("step.occurrence.any")),
        Choice::new(Occurrence::FirstEver, text("step.occurrence.first_ever")),
        Choice::new(Occurrence::FirstMatching, text("step.occurrence.first_matching")),
    ];
    let needs = || vec![Choice::new(false, text("step.required")), Choice::new(true, text("step.optional"))];
    let set_occurrence = move |occurrence| steps.change(id, |step| step.occurrence = occurrence);
    let is_later = Memo::new(move |_| place.get() > 0);
    view! {
        <div class="fields">
            <Select label=Label::above(text("step.occurrence")) choices=occurrences
                value=steps.value(id, |step| step.occurrence) on_change=set_occurrence />
            <Show when=move || is_later.get()>
                <Select label=Label::above(text("step.need")) choices=needs()
                    value=steps.value(id, |step| step.optional)
                    on_change=move |optional| steps.change(id, |step| step.optional = optional) />
                <LimitField key="step.within" value=steps.value(id, |step| step.within_millis)
                    on_change=move |millis| steps.change(id, |step| step.within_millis = millis) />
                <LimitField key="step.after" value=steps.value(id, |step| step.after_millis)
                    on_change=move |millis| steps.change(id, |step| step.after_millis = millis) />
            </Show>
        </div>
    }
}

/// A length of time since the step before, or none.
#[component]
fn LimitField(
    /// The label's key.
    key: &'static str,
    value: Signal<Option<i64>>,
    #[prop(into)] on_change: Callback<Option<i64>>,
) -> impl IntoView {
    let has_limit = Memo::new(move |_| value.get().is_some());
    let choices = vec![Choice::new(false, text("step.no_limit")), Choice::new(true, text("step.limit"))];
    let set = move |wanted: bool| on_change.run(wanted.then_some(FIRST_LIMIT_MILLIS));
    let millis = Signal::derive(move || value.get().unwrap_or(FIRST_LIMIT_MILLIS).max(0) as u64);
    view! {
        <Select label=Label::above(text(key)) choices value=has_limit on_change=set />
        <Show when=move || has_limit.get()>
            <DurationField label=Label::above(text("step.length")) value=millis
                on_change=move |millis: u64| on_change.run(Some(millis as i64)) />
        </Show>
    }
}
