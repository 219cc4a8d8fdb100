//! The question: steps, window and breakdown, as a form that reads as a sentence.

use cairn_engine::analysis::funnel::{FunnelQuery, Preset, Step};
use cairn_engine::rule::EventRule;
use cairn_engine::time::Period;
use leptos::prelude::*;

use crate::panel::breakdown::breakdown_field;
use crate::panel::calendar::periods;
use crate::panel::frame::QuestionForm;
use crate::panel::question::{Part, Question, part};
use crate::panel::rows::{RowList, Rows};
use crate::panel::rule_row::RuleRow;
use crate::panel::shared::listed_error;
use crate::session::Facts;
use crate::text::{text, text_with};
use crate::view::{Choice, DurationField, Icon, IconButton, Label, Sentence};

/// The form. What the person changes becomes the session's draft at once.
#[component]
pub fn FunnelForm(
    /// The question.
    question: Question<FunnelQuery>,
) -> impl IntoView {
    let facts = expect_context::<Facts>();
    let steps = Rows::new(question.value(|query| query.steps.clone()), move |steps| {
        question.change(|query| query.steps = steps);
    });
    let preset = Part { get: preset_of, set: follow };
    let presets = question.value(|query| presets(preset_of(query)));
    let slots = vec![
        ("window", window_field(question).into_any()),
        ("breakdown", breakdown_field(question, part!(breakdown))),
        ("trend", question.select("funnels.trend", "trend", trends(), part!(trend))),
        ("preset", question.select("funnels.preset", "order", presets, preset)),
    ];
    let row = move |id| view! { <StepFields question steps id /> }.into_any();
    view! {
        <QuestionForm>
            <RowList rows=steps label=text("funnels.steps") row add=text("funnels.add_step")
                most=FunnelQuery::MAX_STEPS on_add=move |()| add_step(steps, facts) />
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

/// Adds a step with the most frequent event that no step has yet.
fn add_step(steps: Rows<Step>, facts: Facts) {
    let used = untrack(|| steps.items());
    let is_used = |name: &String| used.iter().any(|step| step.rule.event.as_ref() == Some(name));
    let event = untrack(|| facts.events()).into_iter().map(|(name, _)| name).find(|name| !is_used(name));
    steps.push(Step { rule: EventRule { event, ..EventRule::default() }, ..Step::default() });
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

/// The steps as they are, or by when users entered.
fn trends() -> Vec<Choice<Option<Period>>> {
    let over_time = |choice: Choice<Period>| {
        Choice::new(Some(choice.value), text_with("funnels.trend_by", &[("period", choice.label)]))
    };
    std::iter::once(Choice::new(None, text("funnels.no_trend")))
        .chain(periods().into_iter().map(over_time))
        .collect()
}

/// Whose rules the query follows; none if it has rules of its own.
pub fn preset_of(query: &FunnelQuery) -> Option<Preset> {
    Preset::ALL.into_iter().find(|preset| query.clone().with_preset(*preset) == *query)
}

/// The text that names whose rules they are.
pub fn preset_key(preset: Preset) -> &'static str {
    match preset {
        Preset::Cairn => "funnels.rules_cairn",
        Preset::Posthog => "funnels.rules_posthog",
        Preset::Clickhouse => "funnels.rules_clickhouse",
        Preset::Mixpanel => "funnels.rules_mixpanel",
        Preset::Amplitude => "funnels.rules_amplitude",
        Preset::Ga4 => "funnels.rules_ga4",
        Preset::Umami => "funnels.rules_umami",
        Preset::Openpanel => "funnels.rules_openpanel",
        Preset::Byconity => "funnels.rules_byconity",
        Preset::DuckdbBehavioral => "funnels.rules_duckdb_behavioral",
    }
}

fn follow(query: &mut FunnelQuery, preset: Option<Preset>) {
    if let Some(preset) = preset {
        *query = query.clone().with_preset(preset);
    }
}

fn presets(chosen: Option<Preset>) -> Vec<Choice<Option<Preset>>> {
    let own = chosen.is_none().then(|| Choice::new(None, text("funnels.own_rules")));
    let named = |preset| Choice::new(Some(preset), text(preset_key(preset)));
    own.into_iter().chain(Preset::ALL.map(named)).collect()
}
