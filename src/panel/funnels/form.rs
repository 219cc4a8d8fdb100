//! The question: steps, window and breakdown, as a form that reads as a sentence.

use cairn_engine::Query;
use cairn_engine::analysis::funnel::{FunnelQuery, Preset, Step};
use cairn_engine::rule::{Breakdown, EventRule};
use leptos::prelude::*;

use crate::panel::Panel;
use crate::panel::breakdown::BreakdownField;
use crate::panel::conditions::{ConditionList, Conditions};
use crate::panel::shared::{event_choices, field_error, listed_error};
use crate::session::{Asked, Facts, Session};
use crate::text::{text, text_with};
use crate::view::{Choice, Combobox, DurationField, Glyph, Icon, Label, Select, Sentence};

/// One step's fields.
#[derive(Clone, Copy, PartialEq)]
struct StepRow {
    id: u32,
    event: RwSignal<Option<String>>,
    conditions: ConditionList,
    /// What the form does not show of the step, kept as it came.
    rest: StoredValue<Step>,
}

/// The fields. They live as long as the panel; the session's draft outlives them.
#[derive(Clone, Copy)]
struct Fields {
    steps: RwSignal<Vec<StepRow>>,
    window_millis: RwSignal<Option<i64>>,
    breakdown: RwSignal<Option<Breakdown>>,
    /// Whose rules the query follows; none = rules of its own.
    preset: RwSignal<Option<Preset>>,
    /// What the form does not show of the query, kept as it came.
    rest: StoredValue<FunnelQuery>,
    /// Whom the rows' signals belong to: the form, not the effect that happens to make them.
    owner: StoredValue<Option<Owner>>,
}

/// The form. What the person changes becomes the session's draft at once.
#[component]
pub fn FunnelForm(
    /// The query that the form shows.
    draft: Memo<Option<FunnelQuery>>,
    /// The state of its answer, for errors beside their fields.
    asked: RwSignal<Asked>,
) -> impl IntoView {
    let session = expect_context::<Session>();
    let fields = Fields::new();
    Effect::new(move || {
        // A query from elsewhere (a proposal, an address) fills the fields; one that they made changes nothing.
        if let Some(query) = draft.get()
            && fields.query_untracked().as_ref() != Some(&query)
        {
            fields.fill(&query);
        }
    });
    Effect::new(move || {
        if let Some(query) = fields.query() {
            session.set_draft(Panel::Funnels, Query::Funnel(query));
        }
    });
    view! {
        <form class="question" aria-label=text("funnels.question") on:submit=|event| event.prevent_default()>
            <div class="stack">
                <ol class="step-list" aria-label=text("funnels.steps")>
                    <For each=move || fields.steps.get() key=|row| row.id let(row)>
                        <StepFields fields row asked />
                    </For>
                </ol>
                <p class="step-add"><AddStep fields /></p>
            </div>
            <Sentence
                key="funnels.sentence"
                slots=vec![
                    ("window", window_field(fields, asked).into_any()),
                    ("breakdown", breakdown_field(fields, asked).into_any()),
                    ("rules", rules_field(fields).into_any()),
                ]
            />
        </form>
    }
}

#[component]
fn StepFields(fields: Fields, row: StepRow, asked: RwSignal<Asked>) -> impl IntoView {
    let facts = expect_context::<Facts>();
    let number =
        Memo::new(move |_| fields.steps.read().iter().position(|other| other.id == row.id).unwrap_or(0) + 1);
    let n_steps = Memo::new(move |_| fields.steps.read().len());
    let label = move || text_with("funnels.step", &[("n", number.get().to_string())]);
    let error = Signal::derive(move || listed_error(&asked.read(), "steps", number.get() - 1));
    let act = move |key: &'static str| text_with(key, &[("n", number.get().to_string())]);
    view! {
        <li class="step">
            <span class="step-mark" aria-hidden="true">{number}</span>
            <div class="step-body">
                <Combobox
                    label=Label::unseen(Signal::derive(label)).with_error(error)
                    choices=Signal::derive(move || event_choices(facts))
                    value=row.event
                    on_change=move |event| row.event.set(event)
                />
            </div>
            <div class="step-note">
                <button class="button button-quiet" type="button" on:click=move |_| row.conditions.add(facts)>
                    {text("funnels.add_condition")}
                </button>
            </div>
            <div class="step-more">
                <Conditions list=row.conditions joint=text("funnels.where") />
            </div>
            <div class="step-actions">
                <StepButton label=move || act("funnels.move_up") icon=Icon::Up
                    is_off=Signal::derive(move || number.get() == 1) on_press=move |()| fields.swap(number.get_untracked() - 1) />
                <StepButton label=move || act("funnels.move_down") icon=Icon::Down
                    is_off=Signal::derive(move || number.get() == n_steps.get()) on_press=move |()| fields.swap(number.get_untracked()) />
                <StepButton label=move || act("funnels.remove") icon=Icon::Close
                    is_off=Signal::derive(move || n_steps.get() == 1) on_press=move |()| fields.remove(row.id) />
            </div>
        </li>
    }
}

#[component]
fn StepButton(
    #[prop(into)] label: Signal<String>,
    icon: Icon,
    is_off: Signal<bool>,
    #[prop(into)] on_press: Callback<()>,
) -> impl IntoView {
    view! {
        <button class="button button-quiet button-icon" type="button" disabled=is_off aria-label=label on:click=move |_| on_press.run(())>
            <Glyph icon />
        </button>
    }
}

#[component]
fn AddStep(fields: Fields) -> impl IntoView {
    let facts = expect_context::<Facts>();
    let is_full = move || fields.steps.read().len() >= FunnelQuery::MAX_STEPS;
    let add = move |_| {
        let used: Vec<Option<String>> =
            fields.steps.get_untracked().iter().map(|row| row.event.get_untracked()).collect();
        let unused = facts.events().into_iter().map(|(name, _)| Some(name)).find(|name| !used.contains(name));
        fields.push(&Step {
            rule: EventRule { event: unused.flatten(), ..EventRule::default() },
            ..Step::default()
        });
    };
    view! {
        <button class="button button-quiet" type="button" disabled=is_full on:click=add>
            <Glyph icon=Icon::Add />
            {text("funnels.add_step")}
        </button>
    }
}

fn window_field(fields: Fields, asked: RwSignal<Asked>) -> impl IntoView {
    let value = Signal::derive(move || {
        fields.window_millis.get().unwrap_or(FunnelQuery::DEFAULT_WINDOW_MILLIS) as u64
    });
    let error = Signal::derive(move || field_error(&asked.read(), "window_millis"));
    view! {
        <DurationField
            label=Label::unseen(text("funnels.window")).with_error(error)
            value
            on_change=move |millis: u64| fields.window_millis.set(Some(millis as i64))
        />
    }
}

fn breakdown_field(fields: Fields, asked: RwSignal<Asked>) -> impl IntoView {
    let error = Signal::derive(move || field_error(&asked.read(), "breakdown"));
    view! { <BreakdownField value=fields.breakdown error /> }
}

fn rules_field(fields: Fields) -> impl IntoView {
    let preset = |preset: Preset| Choice::new(Some(preset), text(preset_key(preset)));
    let mut choices: Vec<Choice<Option<Preset>>> = Preset::ALL.map(preset).into();
    choices.push(Choice::new(None, text("funnels.rules_own")));
    view! {
        <Select
            label=Label::unseen(text("funnels.rules"))
            choices=Signal::stored(choices)
            value=fields.preset
            on_change=move |preset| fields.preset.set(preset)
        />
    }
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

/// Whose rules a query follows; none if it has rules of its own.
pub fn preset_of(query: &FunnelQuery) -> Option<Preset> {
    Preset::ALL.into_iter().find(|&preset| query.clone().with_preset(preset) == *query)
}

impl Fields {
    fn new() -> Self {
        Self {
            steps: RwSignal::new(Vec::new()),
            window_millis: RwSignal::new(None),
            breakdown: RwSignal::new(None),
            preset: RwSignal::new(Some(Preset::Cairn)),
            rest: StoredValue::new(FunnelQuery::default()),
            owner: StoredValue::new(Owner::current()),
        }
    }

    fn fill(self, query: &FunnelQuery) {
        self.rest.set_value(query.clone());
        self.window_millis.set(query.window_millis);
        self.breakdown.set(query.breakdown.clone());
        self.preset.set(preset_of(query));
        self.steps.set(Vec::new());
        for step in &query.steps {
            self.push(step);
        }
    }

    /// The query that the fields say; none while there is no step.
    fn query(self) -> Option<FunnelQuery> {
        let steps: Vec<Step> = self.steps.get().into_iter().map(StepRow::step).collect();
        let (window_millis, breakdown) = (self.window_millis.get(), self.breakdown.get());
        let preset = self.preset.get();
        (!steps.is_empty()).then(|| {
            let query = FunnelQuery { steps, window_millis, breakdown, ..self.rest.get_value() };
            preset.map_or(query.clone(), |preset| query.with_preset(preset))
        })
    }

    fn query_untracked(self) -> Option<FunnelQuery> {
        untrack(|| self.query())
    }

    fn push(self, step: &Step) {
        let row = |id| StepRow {
            id,
            event: RwSignal::new(step.rule.event.clone()),
            conditions: ConditionList::new(&step.rule.conditions),
            rest: StoredValue::new(step.clone()),
        };
        let Some(owner) = self.owner.get_value() else { return };
        self.steps.update(|rows| {
            let id = rows.iter().map(|row| row.id + 1).max().unwrap_or(0);
            rows.push(owner.with(|| row(id)));
        });
    }

    fn remove(self, id: u32) {
        self.steps.update(|rows| rows.retain(|row| row.id != id));
    }

    /// Swaps the step counted `number` from 1 with the next one.
    fn swap(self, number: usize) {
        self.steps.update(|rows| {
            if number >= 1 && number < rows.len() {
                rows.swap(number - 1, number);
            }
        });
    }
}

impl StepRow {
    fn step(self) -> Step {
        let rest = self.rest.get_value();
        let shown = self.conditions.get();
        let conditions =
            if ConditionList::can_show(&rest.rule.conditions) { shown } else { rest.rule.conditions.clone() };
        Step { rule: EventRule { event: self.event.get(), conditions, ..rest.rule }, ..rest }
    }
}
