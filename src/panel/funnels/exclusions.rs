//! Events that spoil a chain when they lie between two of its steps, as rows of the form.

use cairn_engine::analysis::funnel::{Exclusion, FunnelQuery};
use cairn_engine::rule::EventRule;
use leptos::prelude::*;

use crate::panel::question::Question;
use crate::panel::rows::{RowList, Rows};
use crate::panel::rule_row::RuleRow;
use crate::panel::shared::{listed_error, step_name};
use crate::session::Facts;
use crate::text::{text, text_with};
use crate::view::{Choice, Icon, IconButton, Label, Select, Sentence};

/// The most exclusions that the form offers.
const MOST: usize = 16;

/// The rows.
#[component]
pub fn Exclusions(
    /// The question.
    question: Question<FunnelQuery>,
) -> impl IntoView {
    let facts = expect_context::<Facts>();
    let rows = Rows::new(question.value(|query| query.exclusions.clone()), move |exclusions| {
        question.change(|query| query.exclusions = exclusions);
    });
    let add = move |()| {
        let event = untrack(|| facts.events()).into_iter().map(|(name, _)| name).next();
        let rule = EventRule { event, ..EventRule::default() };
        let last = untrack(|| question.value(|query| query.steps.len()).get()).saturating_sub(1);
        rows.push(Exclusion { rule, from: 0, to: last as u32 });
    };
    let has_steps = question.value(|query| query.steps.len() > 1);
    let row = move |id| view! { <ExclusionRow question rows id /> }.into_any();
    view! {
        <Show when=move || has_steps.get()>
            <RowList rows label=text("rule.exclusions") row add=text("rule.exclusion_add") most=MOST on_add=add />
        </Show>
    }
}

#[component]
fn ExclusionRow(question: Question<FunnelQuery>, rows: Rows<Exclusion>, id: u32) -> impl IntoView {
    let place = rows.position(id);
    let named =
        |key: &'static str| Signal::derive(move || text_with(key, &[("n", (place.get() + 1).to_string())]));
    let error = Signal::derive(move || listed_error(&question.asked().read(), "exclusions", place.get()));
    let steps = Signal::derive(move || question.value(step_choices).get());
    let end = |key, value, set: fn(&mut Exclusion, u32)| {
        let set = move |step: u32| rows.change(id, |exclusion| set(exclusion, step));
        view! { <Select label=Label::unseen(named(key)) choices=steps value on_change=set /> }.into_any()
    };
    let from = rows.value(id, |exclusion| exclusion.from);
    let to = rows.value(id, |exclusion| exclusion.to);
    let slots = vec![
        ("from", end("rule.exclusion_from", from, |exclusion, step| exclusion.from = step)),
        ("to", end("rule.exclusion_to", to, |exclusion, step| exclusion.to = step)),
    ];
    let remove = view! {
        <IconButton label=named("rule.exclusion_remove") icon=Icon::Close on_press=move |()| rows.remove(id) />
    };
    view! {
        <RuleRow
            mark="×"
            label=Label::unseen(named("rule.exclusion")).with_error(error)
            rule=rows.value(id, |exclusion| exclusion.rule.clone())
            on_change=move |rule| rows.change(id, |exclusion| exclusion.rule = rule)
            more=view! { <Sentence key="rule.exclusion_between" slots /> }.into_any()
            actions=remove.into_any()
        />
    }
}

/// The steps, by their places.
fn step_choices(query: &FunnelQuery) -> Vec<Choice<u32>> {
    let named = |(index, step)| Choice::new(index as u32, step_name(index, step));
    query.steps.iter().enumerate().map(named).collect()
}
