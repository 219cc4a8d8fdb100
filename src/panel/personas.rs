//! Personas: a card for each saved segment, with what sets it apart, what it is worth and whether it stays.

mod answer;
mod card;

use cairn_engine::analysis::persona::{Cost, MAX_PERSONAS, PersonaQuery};
use leptos::prelude::*;

use super::Panel;
use super::frame::{AnswerFrame, PanelFrame, QuestionForm};
use super::question::{Part, Question};
use crate::session::Session;
use crate::text::text;
use crate::view::{DataTable, Sentence, save_text};

/// The largest cost and number of days that the form takes.
const MOST: f64 = 1_000_000.0;

/// The panel.
#[component]
pub fn Personas() -> impl IntoView {
    let session = expect_context::<Session>();
    let question = Question::beside(Panel::Personas, PersonaQuery::default, move |query| {
        let personas = session.segments.get().into_iter().take(MAX_PERSONAS).collect::<Vec<_>>();
        (!personas.is_empty()).then_some(PersonaQuery { personas, ..query })
    });
    let sentence = question.shown(|_, found| answer::sentence(found));
    let cards = move || question.found().with(|found| found.as_ref()?.with(card::cards));
    let table = question.shown(|_, found| answer::table(found));
    let markdown = question.shown(answer::markdown);
    let stale = question.stale();
    let save = move |_| save_text("personas.md", "text/markdown", &markdown.read_untracked());
    let is_empty = move || session.segments.read().is_empty();
    view! {
        <PanelFrame panel=Panel::Personas question spec=Signal::stored(None) name="personas">
            <p class="soft prose">{text("personas.lead")}</p>
            <Show when=move || !is_empty() fallback=|| view! { <NoSegments /> }>
                <PersonasForm question />
                <AnswerFrame question sentence>
                    <div class="row"><button class="button" type="button" on:click=save>{text("personas.markdown")}</button></div>
                    <div class="split">{cards}</div>
                    <DataTable caption=text("personas.table") data=table file_name="personas" stale />
                    <p class="rule">{question.shown(answer::rule)}</p>
                </AnswerFrame>
            </Show>
        </PanelFrame>
    }
}

#[component]
fn NoSegments() -> impl IntoView {
    view! {
        <div class="card stack">
            <p class="strong">{text("personas.no_segments")}</p>
            <p>{text("personas.no_segments_hint")}" "<a href=Panel::Segments.address()>{text("segments.title")}</a></p>
        </div>
    }
}

/// What costs something, and when somebody has stayed.
#[component]
fn PersonasForm(question: Question<PersonaQuery>) -> impl IntoView {
    let event = Part {
        get: |query: &PersonaQuery| query.costs.first().map(|cost| cost.event.clone()),
        set: |query, event| {
            let cost = query.costs.first().map_or(1.0, |cost| cost.cost);
            query.costs = event.map(|event| Cost { event, cost }).into_iter().collect();
        },
    };
    let cost = Part {
        get: |query: &PersonaQuery| query.costs.first().map_or(0.0, |cost| cost.cost),
        set: |query, cost| query.costs.iter_mut().for_each(|of| of.cost = cost),
    };
    let days = Part {
        get: |query: &PersonaQuery| f64::from(query.stay_days),
        set: |query, days| query.stay_days = days as u32,
    };
    let slots = vec![
        ("days", question.number("personas.days", "stay_days", (1.0..=MOST, 1.0), days)),
        ("event", question.event("personas.event", "costs", event)),
        ("cost", question.number("personas.cost", "costs[0].cost", (0.0..=MOST, 1.0), cost)),
    ];
    view! { <QuestionForm><Sentence key="personas.sentence" slots /></QuestionForm> }
}
