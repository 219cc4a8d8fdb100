//! The question: steps, window and breakdown, as a form that reads as a sentence.

use cairn_engine::analysis::funnel::{FunnelQuery, Step};
use cairn_engine::rule::EventRule;
use leptos::prelude::*;

use crate::panel::breakdown::breakdown_field;
use crate::panel::frame::QuestionForm;
use crate::panel::question::{Question, part};
use crate::panel::rows::Rows;
use crate::panel::rule_row::RuleRow;
use crate::panel::shared::listed_error;
use crate::session::Facts;
use crate::text::{text, text_with};
use crate::view::{DurationField, Glyph, Icon, IconButton, Label, Sentence};

/// The form. What the person changes becomes the session's draft at once.
#[component]
pub fn FunnelForm(
    /// The question.
    question: Question<FunnelQuery>,
) -> impl IntoView {
    let steps = Rows::new(question.value(|query| query.steps.clone()), move |steps| {
        question.change(|query| query.steps = steps);
    });
    let slots = vec![
        ("window", window_field(question).into_any()),
        ("breakdown", breakdown_field(question, part!(breakdown))),
    ];
    view! {
        <QuestionForm>
            <div class="stack">
                <ol class="step-list" aria-label=text("funnels.steps")>
                    <For each=move || steps.ids() key=|id| *id let(id)>
                        <StepFields question steps id />
                    </For>
                </ol>
                <p class="step-add"><AddStep steps /></p>
            </div>
            <Sentence key="funnels.sentence" slots />
        </QuestionForm>
    }
}

#[component]
fn StepFields(question: Question<FunnelQuery>, steps: Rows<Step>, id: u32) -> impl IntoView {
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
    view! {
        <RuleRow
            mark=Signal::derive(move || (place.get() + 1).to_string())
            label=Label::unseen(named("funnels.step")).with_error(error)
            rule=steps.value(id, |step| step.rule.clone())
            on_change=move |rule| steps.change(id, |step| step.rule = rule)
            actions=actions.into_any()
        />
    }
}

#[component]
fn AddStep(steps: Rows<Step>) -> impl IntoView {
    let facts = expect_context::<Facts>();
    let is_full = move || steps.len() >= FunnelQuery::MAX_STEPS;
    let add = move |_| {
        let used = untrack(|| steps.items());
        let is_used = |name: &String| used.iter().any(|step| step.rule.event.as_ref() == Some(name));
        let event = untrack(|| facts.events()).into_iter().map(|(name, _)| name).find(|name| !is_used(name));
        steps.push(Step { rule: EventRule { event, ..EventRule::default() }, ..Step::default() });
    };
    view! {
        <button
            class="button button-quiet"
            type="button"
            disabled=is_full
            on:click=add
        >
            <Glyph icon=Icon::Add />
            {text("funnels.add_step")}
        </button>
    }
}

fn window_field(question: Question<FunnelQuery>) -> impl IntoView {
    let window =
        question.value(|query| query.window_millis.unwrap_or(FunnelQuery::DEFAULT_WINDOW_MILLIS) as u64);
    view! {
        <DurationField
            label=question.label("funnels.window", "window_millis")
            value=window
            on_change=move |millis: u64| question.change(|query| query.window_millis = Some(millis as i64))
        />
    }
}
